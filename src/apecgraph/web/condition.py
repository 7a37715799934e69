"""How the service is, as an operator is told: what went wrong last, until it is right again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass
class Condition:
    """What is wrong, None where nothing is; since: when it was noticed (ISO 8601, UTC)."""

    failure: str | None = None
    since: str | None = None

    def fail(self, failure: str) -> bool:
        """Note what is wrong; tell whether that is news."""
        if failure == self.failure:
            return False
        self.failure = failure
        self.since = datetime.now(UTC).isoformat(timespec="seconds")
        return True

    def mend(self) -> None:
        """Note that nothing is wrong any more."""
        self.failure = self.since = None
