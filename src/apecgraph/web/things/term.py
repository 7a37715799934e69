"""The page about a term of the ontology."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pyoxigraph as ox

from apecgraph.check.rule_text import RuleText
from apecgraph.content.questions import mentioned
from apecgraph.rdf.namespaces import RDF, SH
from apecgraph.rdf.turtle import write_turtle
from apecgraph.readers.vocabulary import Foreign, Vocabulary, VocabularyTerm
from apecgraph.search.entries import QUESTIONS
from apecgraph.text.catalogues import Catalogue
from apecgraph.web.pages.question import question_address
from apecgraph.web.things.thing import ThingPage, ThingView


class TermPage(ThingPage):
    """Writes the page about a class, a property or a datatype of the ontology."""

    template: ClassVar[str] = "things/term.html"

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the term, an example of its use, and the rules and questions that name it."""
        iri = view.description.iri
        terms = Vocabulary(self.site.graph, self.site.labels, self.site.term_uses)
        term = terms.term(iri)
        example = None if term is None else terms.example(term)
        return {
            "term": term,
            "names": group_names(self.site.language.catalogue),
            "example": example,
            "turtle": "" if example is None else _turtle(example),
            "shapes": RuleText(self.site.graph, self.site.language.catalogue).naming(iri),
            "questions": self._questions(iri),
            "counting": "" if term is None else uses_query(term),
        }

    def _questions(self, iri: str) -> list[tuple[str, str]]:
        """Return the path and the text of each question whose query names the term."""
        graph, labels = self.site.graph, self.site.labels
        return [
            (question_address(question), labels.title(question).value)
            for question in graph.subjects(f"{RDF}type", QUESTIONS)
            for query in graph.values(question, f"{SH}select")
            if iri in mentioned(query)
        ]


def group_names(catalogue: Catalogue) -> Mapping[str, str]:
    """Return the names of the groups of terms in a language, by the names in English."""
    return {
        "Classes": catalogue.gettext("Classes"),
        "Dimensions": catalogue.gettext("Dimensions"),
        "Attributes": catalogue.gettext("Attributes"),
        "Other properties": catalogue.gettext("Other properties"),
        "Datatypes": catalogue.gettext("Datatypes"),
        "Deprecated terms": catalogue.gettext("Deprecated terms"),
    }


def uses_query(term: VocabularyTerm | Foreign) -> str:
    """Return the query that counts how often a term is used."""
    if isinstance(term, VocabularyTerm) and term.is_datatype:
        pattern = f"?thing ?property ?value FILTER (DATATYPE(?value) = <{term.iri}>)"
    else:
        pattern = f"?thing a <{term.iri}>" if term.is_class else f"?thing <{term.iri}> ?value"
    return f"SELECT (COUNT(*) AS ?used) {{ {pattern} }}"


def _turtle(quad: ox.Quad) -> str:
    """Write the triple of a quad in Turtle, with the prefixes that it needs."""
    return write_turtle([quad.triple], {}, Path("example.ttl"))
