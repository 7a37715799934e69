"""The words of the interface: a catalogue of messages for each language (GNU gettext).

The messages are in English in the code and the templates. The folder `locale` has a catalogue for
each further language; see CONTRIBUTING for how to add one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

DOMAIN: Final = "apecgraph"
"""The name of the catalogues."""

LOCALES: Final = Path(__file__).parents[1] / "locale"
"""The folder of the catalogues."""

_SCRIPT: Final = ".js"

_TERRITORIES: Final = {"en": "GB"}  # it writes "4 February 2026"


@dataclass(frozen=True)
class Catalogue:
    """The messages of the interface in one language.

    Attributes:
        tag: The tag of the language (BCP 47).
        translations: Translates messages from English.
        of_scripts: The translations of the messages of scripts, keyed by the messages.
    """

    tag: str
    translations: NullTranslations = field(default_factory=NullTranslations)
    of_scripts: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def locale(self) -> Locale:
        """How numbers and dates are written in the language (CLDR)."""
        return Locale(self.tag, _TERRITORIES.get(self.tag))

    def gettext(self, message: str, **values: object) -> str:
        """Translate a message.

        Args:
            message: The message in English, with places for values such as `%(name)s`.
            **values: The values; without any, the message may contain percent signs.

        Returns:
            The message in the language of the catalogue, with the values.
        """
        translated = self.translations.gettext(message)
        return translated % values if values else translated

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """Translate a message whose form depends on a number, which is its value `num`.

        Args:
            one: The message in English for one.
            many: The message in English for other numbers.
            number: The number.
            **values: Further values.

        Returns:
            The message in the language of the catalogue, with the values.
        """
        grouped = f"{number:,}"
        return self.translations.ngettext(one, many, number) % {"num": grouped, **values}


ENGLISH: Final = Catalogue("en")
"""The catalogue of the language in which the messages are written."""


def gettext_noop(message: str) -> str:
    """Return a message of a constant as it is; pages translate it when they show it."""
    return message


def read_catalogues(folder: Path = LOCALES) -> Mapping[str, Catalogue]:
    """Read the catalogues of all languages.

    Args:
        folder: Contains a folder for each language, as gettext and Babel expect it.

    Returns:
        The catalogues by the tags of their languages, English first.
    """
    found = {ENGLISH.tag: ENGLISH}
    for path in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        tag = path.parts[-3].replace("_", "-")
        with path.open("rb") as file:
            messages = read_po(file, domain=DOMAIN)
        compiled = BytesIO()
        write_mo(compiled, messages)
        compiled.seek(0)
        of_scripts = {
            message.id: message.string
            for message in messages
            if isinstance(message.id, str)
            and isinstance(message.string, str)
            and any(name.endswith(_SCRIPT) for name, _ in message.locations)
        }
        found[tag] = Catalogue(tag, Translations(compiled, DOMAIN), of_scripts)
    return found
