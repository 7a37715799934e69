"""Numbers as tables print them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

_MOST_DIGITS: Final = 18  # as the shapes of figures require


class NumberForm:
    """The form of the numbers of a table.

    Args:
        decimal: The decimal sign.
        group: The sign between groups of three digits, or an empty string.
    """

    def __init__(self, decimal: str, group: str) -> None:
        grouped = rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+|" if group else ""
        self._pattern = re.compile(
            rf"(?P<sign>[+-]?)(?P<whole>{grouped}[0-9]+)"
            rf"(?:{re.escape(decimal)}(?P<fraction>[0-9]+))?"
        )

    def read(self, text: str, decimals: int | None, shift: int) -> tuple[Decimal, int]:
        """Read a number.

        Args:
            text: The printed number.
            decimals: Its decimal places as published, if the file has dropped or added zeros.
            shift: The power of ten that the file has lost.

        Returns:
            The number and its decimal places.

        Raises:
            ValueError: The text is not such a number; the message says why.
        """
        plain = unicodedata.normalize("NFKC", text).replace("−", "-")
        match = self._pattern.fullmatch(plain)
        if match is None:
            raise ValueError(f"'{text}' is not a number: name it in missing if it is a mark")
        whole, fraction = re.sub(r"\D", "", match["whole"]), match["fraction"] or ""
        places = len(fraction) if decimals is None else decimals
        if fraction[places:].strip("0"):
            raise ValueError(f"'{text}' has more than {places} decimal places")
        if len(whole) > _MOST_DIGITS or places - shift > _MOST_DIGITS:
            raise ValueError(f"'{text}' has too many digits")
        digits = fraction[:places].ljust(places, "0") or "0"
        return Decimal(f"{match['sign']}{whole}.{digits}").scaleb(shift), places - shift
