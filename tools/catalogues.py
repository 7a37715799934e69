"""Bring the catalogues of the interface up to date with the messages in the code and templates.

    python -m tools.catalogues        # all catalogues
    python -m tools.catalogues fr     # begins a catalogue for French

New messages are added without a translation, and messages that are no longer used are dropped.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from apecgraph.errors import ToldError
from apecgraph.text.catalogues import DOMAIN, LOCALES

_PACKAGE: Final = LOCALES.parent
_METHODS: Final = [  # programs read the errors of the folders that are ignored
    ("rdf/formats.py", "python"),
    ("text/**.py", "python"),
    ("readers/**.py", "python"),
    ("consistency/**.py", "python"),
    ("check/rule_text.py", "python"),
    ("release/**.py", "python"),
    ("query/**.py", "python"),
    ("web/server/**.py", "ignore"),
    ("web/api/**.py", "ignore"),
    ("web/reconcile/**.py", "ignore"),
    ("web/**.py", "python"),
    ("web/templates/**.html", "jinja2.ext.babel_extract"),
    ("web/browser/*.js", "javascript"),
]


def _told(error: type[ToldError] = ToldError) -> Iterator[str]:
    """Yield the names of the errors whose first argument is a message for clients."""
    yield error.__name__
    for each in error.__subclasses__():
        yield from _told(each)


_HEADERS: Final = re.compile(
    rb'^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator'
    rb'|Language-Team|Generated-By|MIME-Version|Content-Transfer-Encoding): [^"]*"\n',
    re.MULTILINE,
)
"""Headers that name people, programs and times, which would change with each run."""

_KEYWORDS: Final = {
    "gettext": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "_": None,
    "Format": (2,),
    **dict.fromkeys(_told()),
}


def messages() -> Catalog:
    """Return all messages of the code and the templates, without translations."""
    found = Catalog(project=DOMAIN, charset="utf-8")
    extracted = extract_from_dir(
        _PACKAGE,
        _METHODS,
        {"web/templates/**.html": {"trimmed": "true", "silent": "false"}},
        _KEYWORDS,
    )
    for file, _, message, _, context in extracted:
        found.add(message, locations=[(Path(file).as_posix(), 0)], context=context)
    return found


def catalogue(path: Path) -> Catalog:
    """Return a catalogue with all messages; those that are new have no translation."""
    locale = Locale.parse(path.parts[-3])
    if path.exists():
        with path.open("rb") as file:
            current = read_po(file, locale=locale, domain=DOMAIN)
    else:
        current = Catalog(locale=locale, domain=DOMAIN)
    current.update(messages(), no_fuzzy_matching=True)
    current.obsolete.clear()
    current.header_comment = f"# The interface of apecgraph in {locale.english_name}."
    current.fuzzy = False
    return current


def written(current: Catalog) -> bytes:
    """Return a catalogue as a file (GNU gettext, PO)."""
    file = BytesIO()
    write_po(file, current, width=100, omit_header=False, sort_by_file=True, include_lineno=False)
    return _HEADERS.sub(b"", file.getvalue())


def main() -> None:
    """Write all catalogues, and those of the languages in the arguments."""
    tags = {path.name for path in LOCALES.iterdir()} | {
        tag.replace("-", "_") for tag in sys.argv[1:]
    }
    for tag in sorted(tags):
        path = LOCALES / tag / "LC_MESSAGES" / f"{DOMAIN}.po"
        current = catalogue(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(current))
        missing = sum(1 for message in current if message.id and not message.string)
        print(f"{tag}: {len(current)} messages, {missing} without a translation")


if __name__ == "__main__":
    main()
