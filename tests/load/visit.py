"""Visit the IRIs of a running server in all formats, read by rdflib and pyld.

    .venv/bin/python -m tests.load.visit http://127.0.0.1:8000 --every 100

Every IRI that the default graph mentions must lead to a document that is the same graph in Turtle,
JSON-LD, N-Triples and RDF/XML, with type, label and title, and to a page. The program prints what
is wrong, and exits with 1 if anything is.
"""

from __future__ import annotations

import argparse
import re
import sys
from contextlib import closing
from http.client import HTTPConnection
from typing import Final

from apecgraph.rdf.namespaces import BASE, OWL
from tests.support.visitor import VISITED, Visitor, read_by_others

_OURS: Final = re.compile(rf"<({re.escape(BASE)}[^>]*)>".encode())
_WITHDRAWN: Final = re.compile(rf'<({re.escape(BASE)}[^>]*)> <{OWL}deprecated> "true"'.encode())


def main() -> int:
    """Visit the IRIs; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("server", help="its address, such as http://127.0.0.1:8000")
    parser.add_argument("--every", type=int, default=1, help="visit only every Nth IRI")
    arguments = parser.parse_args()
    with closing(HTTPConnection(arguments.server.removeprefix("http://"))) as connection:
        visitor = Visitor(connection)
        status, _, dump = visitor.get("/dumps/apecgraph.nt")
        if status != 200:
            raise SystemExit(f"{arguments.server} has no dump: {status}")
        found = set(_OURS.findall(dump)) - set(_WITHDRAWN.findall(dump))
        iris = sorted(each.decode() for each in found)[:: arguments.every]
        wrong = 0
        for iri in iris:
            for fault in visitor.visit(iri, VISITED, read_by_others):
                print(fault, flush=True)
                wrong += 1
    print(f"{len(iris)} of {len(found)} IRIs visited, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
