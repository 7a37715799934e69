"""A place in the tokens of a query that is being read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apecgraph.query.citing.scope import NotTracedError
from apecgraph.query.plain import Token, joined

_END: Final = Token("end", "", -1)


class Cursor:
    """Reads tokens one after the other.

    Args:
        plain: The tokens.

    Attributes:
        at: The index of the next token.
    """

    at: int

    def __init__(self, plain: Sequence[Token]) -> None:
        self._tokens: list[Token] = []
        for token in plain:
            if token.kind == "number" and token.text.endswith(" ."):
                end = Token("sign", ".", token.depth)
                self._tokens += token._replace(text=token.text.removesuffix(" .")), end
            else:
                self._tokens.append(token)
        self.at = 0

    @property
    def token(self) -> Token:
        """The next token; one with an empty text at the end."""
        return self._tokens[self.at] if self.at < len(self._tokens) else _END

    @property
    def text(self) -> str:
        """The text of the next token, which is the text of no other kind if it is a string."""
        return self.token.text

    def next(self) -> Token:
        """Return the next token and step over it."""
        token = self.token
        self.at += 1
        return token

    def take(self, *texts: str) -> bool:
        """Step over the next token if it has one of some texts; return whether it has."""
        if self.text in texts:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Step over a token; raise NotTracedError if it is another one."""
        if not self.take(text):
            raise NotTracedError(f"it is not understood at “{self.text}”")

    def skip_bracket(self) -> None:
        """Step over a bracket with all that is in it."""
        depth = self.token.depth
        if self.token.kind != "open":
            raise NotTracedError(f"it is not understood at “{self.text}”")
        self.at += 1
        while self.token.depth > depth:
            self.at += 1
        self.at += 1

    def tokens(self, start: int) -> list[Token]:
        """Return the tokens from an index to the next one."""
        return self._tokens[start : self.at]

    def since(self, start: int) -> str:
        """Return the text from an index to the next token."""
        return joined(self.tokens(start))
