"""Refusals: records of why content was not published, for the operator of a nightly build."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from apecgraph.check.report import Report
from apecgraph.errors import CheckFailed, ReleaseError
from apecgraph.files import read_file
from apecgraph.release.archive import Archive
from apecgraph.release.durable import TEMPORARY, persist, persist_names, replace_text
from apecgraph.release.release import REPORT, REPORT_TURTLE

REFUSED: Final = "refused"
REFUSAL: Final = "refusal.json"
LAST: Final = "refused.json"
"""The file in the folder of releases that exists if the last build was refused."""

_KEPT: Final = 10
_LONGEST: Final = 200
"""Characters of a reason in brief."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A build that was refused.

    Attributes:
        path: The folder with the report of the check, and with the differences from the last
            release if the content passed the check.
        time: When it was refused, in UTC.
        reason: The error message.
    """

    path: Path
    time: str
    reason: str

    @property
    def report(self) -> Report:
        """The report of the check."""
        return Report.read(self.path / REPORT)


def refused(archive: Archive, report: Report) -> CheckFailed:
    """Keep the report of content that does not pass the check.

    Args:
        archive: The archive that the release would have been added to.
        report: The report.

    Returns:
        The error to raise; its message has the text of the report and the path of its folder.
    """
    text = report.text()
    try:
        with archive.writing("build"):
            kept = keep(archive, text, report)
    except ReleaseError as error:
        return CheckFailed(f"{text}The report could not be kept: {error}")
    return CheckFailed(f"{text}The report is kept in {kept.path}")


def keep(archive: Archive, reason: str, report: Report, others: Iterable[Path] = ()) -> Refusal:
    """Keep a refusal in a locked archive and delete all except the last ten.

    Args:
        archive: The archive.
        reason: The error message.
        report: The report of the check.
        others: Files to keep with the report.

    Returns:
        The refusal.
    """
    releases = archive.path
    now = datetime.now(UTC)
    folder = releases / f"{TEMPORARY}{REFUSED}"
    folder.mkdir()
    time = now.isoformat(timespec="seconds")
    brief = {"time": time, "reason": reason.partition("\n")[0][:_LONGEST]}
    replace_text(releases / LAST, json.dumps(brief, ensure_ascii=False, indent=1) + "\n")
    texts = {
        REFUSAL: json.dumps({"time": time, "reason": reason}, ensure_ascii=False, indent=1),
        REPORT: report.json(),
        REPORT_TURTLE: report.turtle(),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    for path in others:
        shutil.copyfile(path, folder / path.name)
    persist(folder)
    target = releases / REFUSED / now.strftime("%Y%m%dT%H%M%S.%fZ")
    target.parent.mkdir(exist_ok=True)
    folder.rename(target)
    persist_names(target.parent)
    for old in sorted(target.parent.glob(f"*/{REFUSAL}"))[:-_KEPT]:
        shutil.rmtree(old.parent)
    return Refusal(target, time, reason)


def settle(archive: Archive) -> None:
    """Record in a locked archive that the last build was not refused."""
    (archive.path / LAST).unlink(missing_ok=True)


def last_refused(releases: Path) -> str | None:
    """Return when the last build was refused, in UTC; None if it was not."""
    try:
        return str(json.loads(read_file(releases / LAST))["time"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return "an unknown time"


def kept(releases: Path) -> list[Refusal]:
    """Return the refusals in a folder of releases, the latest first."""
    refusals = []
    for path in sorted((releases / REFUSED).glob(f"*/{REFUSAL}"), reverse=True):
        try:
            refusals.append(Refusal(path.parent, **json.loads(read_file(path))))
        except (OSError, ValueError, TypeError, RecursionError):
            continue  # apecgraph did not write it
    return refusals
