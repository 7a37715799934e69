"""A report of the printed words: which claims lack them, and which strings are not read in full."""

from __future__ import annotations

from collections.abc import Iterator

from apecgraph.content.evidence import Evidence
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID
from apecgraph.text.printed_words import PrintedWords


def printed_report(evidence: Evidence) -> Iterator[str]:
    """Write the report as Markdown."""
    figures = evidence.figures
    statements = [
        each.iri
        for each in evidence.statements
        if not evidence.graph.named_graph(each.source).has(each.iri, f"{APEC}printed")
    ]
    texts = {
        (each.printed.value, each.printed.language)
        for each in figures
        if each.printed is not None and any(map(str.isalpha, each.printed.value))
    }
    unread = list(unread_words(evidence.graph, texts))
    lacking = len([each for each in figures if each.printed is None])
    yield f"{lacking} of {len(figures)} figures and {len(statements)} of "
    yield f"{len(evidence.statements)} statements lack the printed words. "
    yield f"Of {len(texts)} different strings of figures that have letters, "
    yield f"{len(texts) - len(unread)} "
    yield f"({100 * (len(texts) - len(unread)) / len(texts):.1f} %) are read in full.\n"
    if unread:
        yield "\n`ontology/printed-words.ttl` lacks a word of the others:\n\n"
    for text, language, words in sorted(unread):
        yield f"- {text} ({language}): {words}\n"
    by_source: dict[str, int] = {}
    for each in figures:
        if each.printed is None:
            name = each.source.removeprefix(f"{ID}source/")
            by_source[name] = by_source.get(name, 0) + 1
    if by_source:
        names = ", ".join(f"`{name}` ({count})" for name, count in sorted(by_source.items()))
        yield f"\nSources with figures that lack them: {names}\n"


def unread_words(
    graph: Graph, texts: set[tuple[str, str | None]]
) -> Iterator[tuple[str, str, str]]:
    """Yield each text with a word that the table lacks, with its language and these words."""
    table = PrintedWords(graph)
    for text, language in texts:
        meaning = table.read(text, language)
        if meaning.unknown or not meaning.numbers:
            yield text, language or "", ", ".join(meaning.unknown) or "no number"
