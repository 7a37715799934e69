"""Walk through the pages of a running server, from link to link; each must answer and be small.

    .venv/bin/python -m tests.load.walk http://127.0.0.1:8000 --language zh

The program follows all links between pages, but those of a selection of figures by two choices or
more, and those of search results, only to pages of other kinds. Of figures, cells and statements it
visits every Nth. It prints the largest pages and the faults, and exits with 1 if there are any.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import deque
from contextlib import closing
from html import unescape
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urljoin, urlsplit
from zlib import crc32

from tests.support.visitor import LARGEST, Visitor

_LINK: Final = re.compile(rb'<a [^>]*?href="([^"#]+)')
_NO_PAGE: Final = re.compile(
    r"/(sparql\?|report|language|releases/[^/]+/)|\.(?!html)[a-z]+(\?|$)|[?&]lang="
)
_MANY: Final = re.compile("/(id|doc)/(figure|cell|statement)/")
_PRINTED: Final = 10


def main() -> int:
    """Visit the pages; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("server", help="its address, such as http://127.0.0.1:8000")
    parser.add_argument("--language", default="en", help="the language of the pages")
    parser.add_argument("--every", type=int, default=40, help="visit only every Nth figure")
    arguments = parser.parse_args()
    sizes: dict[str, int] = {}
    wrong = 0
    waiting, known = deque(["/"]), {"/"}
    with closing(HTTPConnection(arguments.server.removeprefix("http://"))) as connection:
        visitor = Visitor(connection)
        while waiting:
            path = waiting.popleft()
            status, headers, body = visitor.get(
                path, Accept="text/html", **{"Accept-Language": arguments.language}
            )
            found = _LINK.findall(body)
            if "location" in headers:
                found = [headers["location"].encode()]
            elif status not in (200, 410):  # a withdrawn thing names its successor
                wrong += 1
                print(f"{path}: {status}", flush=True)
            elif headers["content-type"].startswith("text/html"):
                sizes[path] = len(body)
                if len(body) > LARGEST:
                    wrong += 1
                    print(f"{path}: {len(body):,} bytes", flush=True)
            for link in found:
                parts = urlsplit(urljoin(path, unescape(link.decode())))
                to = parts.path + (f"?{parts.query}" if parts.query else "")
                if parts.netloc or to in known or _NO_PAGE.search(to):
                    continue
                known.add(to)
                if _follows(path, to) and not (
                    _MANY.match(to) and crc32(to.encode()) % arguments.every
                ):
                    waiting.append(to)
    for path in sorted(sizes, key=sizes.__getitem__, reverse=True)[:_PRINTED]:
        print(f"{sizes[path]:,} {path}")
    print(f"{len(sizes)} pages visited, {wrong} wrong")
    return 1 if wrong else 0


def _follows(path: str, to: str) -> bool:
    """Return whether the walk follows a link: lists have more selections than can be visited."""
    for listed in ("/figures?", "/browse/", "/sources?"):
        if path.startswith(listed) and to.startswith(listed) and "?" in to:
            return "page=" in to or path.count("&") + path.count("?") < (
                2 if listed == "/figures?" else 1
            )
    return not (path.startswith("/search?") and to.startswith("/search?"))


if __name__ == "__main__":
    sys.exit(main())
