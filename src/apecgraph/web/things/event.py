"""The page about an event: time, place, theme, topics, initiatives, figures and attendance."""

from __future__ import annotations

from typing import ClassVar, Final

from apecgraph.rdf.labels import LABEL_PROPERTIES
from apecgraph.rdf.namespaces import APEC, DCTERMS, SCHEMA
from apecgraph.readers.description import Fact, describe
from apecgraph.readers.events import (
    read_counts,
    read_event,
    read_initiatives,
    read_printed_texts,
    read_timeline,
)
from apecgraph.web.things.thing import ThingPage, ThingView

_WHEN: Final = (
    *(f"{SCHEMA}{name}" for name in ("startDate", "endDate")),
    f"{DCTERMS}date",
    *(f"{SCHEMA}{name}" for name in ("location", "organizer", "superEvent")),
)
_TOPICS: Final = (f"{APEC}priorityArea", f"{SCHEMA}about")
_THEME: Final = f"{APEC}theme"
_AUDIENCE: Final = f"{SCHEMA}audience"
_SPEAKER: Final = f"{SCHEMA}contributor"
_COUNTED: Final = f"{APEC}subject"  # these links are shown as the table of figures


class EventPage(ThingPage):
    """Writes the page about an event."""

    template: ClassVar[str] = "things/event.html"

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the values for the sections of an event."""
        graph, iri = self.site.graph, view.description.iri
        dated, undated = read_timeline(graph, iri)
        shown = (*_WHEN, *_TOPICS, _THEME, _AUDIENCE, _SPEAKER)
        return {
            "event": read_event(graph, iri),
            "when": view.of(*_WHEN),
            "themes": read_printed_texts(graph, iri, _THEME, view.labels.language),
            "topics": view.of(*_TOPICS),
            "initiatives": [
                (initiative, initiative.without(*LABEL_PROPERTIES, f"{DCTERMS}hasPart"))
                for name in read_initiatives(graph, iri)
                if (initiative := self._view(view, name)) is not None
            ],
            "counts": read_counts(graph, iri),
            "audience": view.of(_AUDIENCE),
            "speakers": [
                (fact, self._positions(view, fact))
                for row in view.of(_SPEAKER)
                for fact in row.facts
            ],
            "timeline": dated,
            "undated": undated,
            "uses": [use for use in view.uses if use.predicate != _COUNTED],
            "rest": view.without(*shown),
        }

    def _view(self, view: ThingView, iri: str) -> ThingView | None:
        """Return a view of another thing that shares the references of the page."""
        description = describe(self.site.graph, iri)
        if description is None:
            return None
        return ThingView(description, view.labels, self.site.graph, view.references)

    def _positions(self, view: ThingView, speaker: Fact) -> list[Fact]:
        """Return the accepted positions of a speaker, in the language of the site if possible."""
        person = self._view(view, getattr(speaker.value, "value", ""))
        if person is None:
            return []
        facts = [fact for row in person.of(f"{SCHEMA}jobTitle") for fact in row.facts]
        stand = [fact for fact in facts if fact.stands]
        tag = self.site.language.tag
        return [fact for fact in stand if getattr(fact.value, "language", None) == tag] or stand
