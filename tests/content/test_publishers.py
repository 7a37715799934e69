"""The names of publishers in the content."""

from __future__ import annotations

import re

from babel import Locale

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, RDF, SKOS

LANGUAGES = {
    name: tag for tag, name in Locale("en").languages.items() if len(tag) == 2 and len(name) > 3
}


def test_a_publisher_is_named_for_a_language_only_if_all_its_sources_are_in_it(
    graph: Graph,
) -> None:
    named = 0
    for source in graph.subjects(f"{RDF}type", f"{APEC}Source"):
        [publisher] = graph.values(source, f"{DCTERMS}publisher")
        language = graph.value(source, f"{DCTERMS}language") or ""
        for label in graph.values(publisher, f"{SKOS}prefLabel"):
            words = re.findall(r"\w+", label.removesuffix(" language"))
            for tag in filter(None, map(LANGUAGES.get, words[1:])):  # "English ..." may be a name
                named += 1
                assert language.startswith(tag), (label, source, language)
    assert named
