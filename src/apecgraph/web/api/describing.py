"""Writes what the readers read from a release as the models of the JSON API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from apecgraph.content.cube import DIMENSIONS, local_name
from apecgraph.content.decisions import Ruling
from apecgraph.content.questions import Question
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import DCAT, ID, XSD
from apecgraph.rdf.terms import TRUE_FORMS, Term
from apecgraph.readers.claims import Claim, FigureClaim, StatementClaim, read_claim
from apecgraph.readers.conflicts import Conflict
from apecgraph.readers.contradictions import RecordedContradiction
from apecgraph.readers.description import Description, Fact, IncomingLink
from apecgraph.readers.selections import Selection
from apecgraph.readers.series import Series
from apecgraph.readers.sources import Share, Source, read_source
from apecgraph.release.figure_changes import FigureChange, KnownValue
from apecgraph.search.full_text import Hit
from apecgraph.web.api import models
from apecgraph.web.lists.changes import said
from apecgraph.web.pages.releases import PublishedRelease
from apecgraph.web.pages.selections import selection_iri
from apecgraph.web.pages.site import ReleaseSite

_REMEMBERED: Final = 1024
"""Number of sources that are remembered."""

_CONTRADICTIONS: Final = 20
"""Maximum number of contradictions of a conflict; it counts all of them."""

_NUMBERS: Final = frozenset({"decimal", "double", "float"})


class Describer:
    """Describes the things of a release in the language of a site.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self._site = site
        self._graph = site.graph
        self._source_name = lru_cache(_REMEMBERED)(self._read_source_name)

    def named(self, iri: str) -> models.Named:
        """Describe a thing by its name."""
        return models.Named(iri=iri, label=self._label(iri))

    def source(self, share: Share) -> models.Source:
        """Describe a source."""
        source = share.source
        return models.Source(
            **self._of_source(source),
            identifier=source.identifier,
            origin=self._optional(source.origin),
            language=source.language,
            withdrawn=source.withdrawn,
            claims=share.claims,
            figures=share.figures,
            rejected=share.rejected,
        )

    def claim(self, claim: Claim) -> models.Claim:
        """Describe a claim in short."""
        return models.Claim(**self._of_claim(claim))

    def figure(self, claim: FigureClaim) -> models.Figure:
        """Describe a figure."""
        figure = claim.figure
        cell = dict(figure.cell.values())
        return models.Figure(
            **self._of_full_claim(claim),
            value=_number(figure.value),
            interval=_interval(figure.interval),
            unit=self.named(figure.unit),
            bound=self.named(figure.bound),
            period=self._period(figure.cell.period),
            dimensions={
                local_name(property_): self.named(value)
                for property_, value in cell.items()
                if property_ != DIMENSIONS["period"]
            },
            expected=figure.is_expectation,
            vintage=figure.vintage,
        )

    def statement(self, claim: StatementClaim) -> models.Statement:
        """Describe a statement."""
        return models.Statement(
            **self._of_full_claim(claim),
            subject=self.named(claim.subject),
            property=self.named(claim.triple.predicate.value),
            value=self._value(claim.triple.object),
        )

    def series(self, series: Series) -> models.Series:
        """Describe a series, or a part of one."""
        selection = Selection.of(dict(series.dimensions))
        iri = selection_iri(selection)
        return models.Series(
            iri=iri,
            label=series.name(self._site.labels, self._site.language.numerals),
            dimensions={name: self.named(value) for name, value in series.dimensions},
            unit=self.named(series.unit),
            expected=series.claims[0].figure.is_expectation,
            periods=len(series.periods),
            first=self._period(series.periods[0]),
            last=self._period(series.periods[-1]),
            figures=len(series.claims),
            rejected=sum(claim.rejected for claim in series.claims),
            address=f"/api/figures?{urlsplit(iri).query}",
        )

    def decision(self, conflict: Conflict) -> models.Decision:
        """Describe the decision that settles a conflict."""
        return models.Decision(
            iri=conflict.iri,
            label=self._label(conflict.iri),
            identifier=conflict.identifier,
            verdict=self.named(conflict.verdict),
            issued=conflict.issued,
            reasons=list(conflict.reason),
            upheld=self._claims(conflict.upheld),
            alternatives=self._claims(conflict.alternatives),
            rejected=self._claims(conflict.rejected),
        )

    def conflict(self, conflict: Conflict) -> models.Conflict:
        """Describe a conflict with the arithmetic that shows it."""
        return models.Conflict(
            iri=conflict.iri,
            label=self._label(conflict.iri),
            verdict=self.named(conflict.verdict),
            open=conflict.is_open,
            claims=[self.claim(each) for each in conflict.claims],
            contradictions=[
                self._contradiction(each) for each in conflict.contradictions[:_CONTRADICTIONS]
            ],
            contradictions_total=len(conflict.contradictions),
        )

    def thing_name(self, iri: str, kind: str) -> models.ThingName:
        """Describe a thing of a list."""
        return models.ThingName(iri=iri, label=self._label(iri), kind=kind, names=self._names(iri))

    def thing(self, description: Description) -> models.Thing:
        """Describe a thing with its facts, and with the links to it."""
        facts: dict[str, list[models.FactValue]] = {}
        for fact in description.facts:
            values = [self._value(each) for each in _written(description, fact.value)]
            facts.setdefault(fact.predicate, []).extend(
                self._fact_value(fact, each) for each in values
            )
        return models.Thing(
            iri=description.iri,
            label=self._label(description.iri),
            description=self._site.descriptions.of(description.iri),
            types=[self.named(each) for each in description.types],
            names=self._names(description.iri),
            facts=[
                models.Fact(
                    property=self.named(property_),
                    values=values,
                    total=description.counts.get(property_, len(values)),
                )
                for property_, values in facts.items()
            ],
            links=[self._link(each) for each in description.links],
            links_total=description.link_count,
        )

    def hit(self, hit: Hit) -> models.Hit:
        """Describe a hit of a search."""
        claims = (read_claim(self._graph, iri) for iri in hit.entry.claims)
        snippet = hit.snippet
        return models.Hit(
            iri=hit.entry.iri,
            label=self._site.entry_name(hit.entry).value,
            types=[self._site.kind_name(each) for each in hit.entry.kinds],
            matched=None if hit.matched is None else _text(hit.matched),
            snippet=None if snippet is None else "".join(text for text, _ in snippet.pieces),
            claims=[self.claim(each) for each in claims if each is not None],
        )

    def change(self, change: FigureChange) -> models.FigureChange:
        """Describe a figure or a best known value that differs from an earlier release."""
        known = change.known
        return models.FigureChange(
            iri=change.iri,
            label=self._site.language.measured([known.cell]),
            kind="best value" if change.is_best else "figure",
            happened=change.happened,
            differs=list(change.differs),
            period=self._period(known.cell.period),
            source=self._optional(known.source),
            before=self._known(change.before),
            after=self._known(change.after),
        )

    def question(self, question: Question) -> models.Question:
        """Describe a question."""
        columns, rows = question.table()
        return models.Question(
            iri=f"{ID}question/{question.name}",
            label=question.title(self._site.language.tag),
            name=question.name,
            query=question.query,
            columns=columns,
            rows=len(rows),
        )

    def release(self, published: PublishedRelease) -> models.Release:
        """Describe a release that is kept."""
        release, differences = published.release, published.differences
        return models.Release(
            name=release.name,
            address=f"{self._site.url}/releases/{release.name}",
            digest=release.digest,
            issued=release.issued or None,
            published=published.time,
            taken_back=published.taken_back,
            current=release.name == self._site.release.name,
            previous=release.previous,
            quads=release.quads,
            triples=release.triples,
            figures=release.figures,
            sources=release.sources,
            changes=None
            if differences is None
            else models.Changes(
                added=differences.count("added"),
                removed=differences.count("removed"),
                changed=differences.count("changed"),
            ),
        )

    def _known(self, known: KnownValue | None) -> models.KnownValue | None:
        if known is None:
            return None
        words = said(self._site.language, known)
        return models.KnownValue(
            value=_number(known.value),
            text=self._site.language.listed([*filter(None, (words.value, words.status))]),
            interval=_interval(known.interval),
            unit=self._optional(known.unit),
            status=known.status,
            decisions=[self.named(each) for each in known.decisions],
        )

    def _label(self, iri: str) -> str:
        return self._site.labels.title(iri).value

    def _names(self, iri: str) -> list[models.Text]:
        labels = (triple.object for triple in self._site.labels.triples(iri))
        return [_text(each) for each in labels if isinstance(each, ox.Literal)]

    def _optional(self, iri: str | None) -> models.Named | None:
        return None if iri is None else self.named(iri)

    def _period(self, iri: str) -> models.Period:
        start, end = (self._graph.value(iri, f"{DCAT}{name}Date") for name in ("start", "end"))
        return models.Period(iri=iri, label=self._label(iri), start=start, end=end)

    def _read_source_name(self, iri: str) -> models.SourceName:
        return models.SourceName(**self._of_source(read_source(self._graph, iri)))

    def _of_source(self, source: Source) -> Mapping[str, Any]:
        return {
            "iri": source.iri,
            "label": self._label(source.iri),
            "publisher": self._optional(source.publisher),
            "issued": source.issued,
            "url": source.url,
            "official": source.official,
        }

    def _of_claim(self, claim: Claim) -> Mapping[str, Any]:
        if isinstance(claim, StatementClaim):
            value = self._value(claim.triple.object)
            text = value.label if isinstance(value, models.Named) else str(value.value)
        else:
            text = self._site.language.quantities.value(claim)
        return {
            "iri": claim.iri,
            "label": self._label(claim.iri),
            "status": claim.status,
            "text": text,
            "source": self._source_name(claim.source),
        }

    def _of_full_claim(self, claim: Claim) -> Mapping[str, Any]:
        return {
            **self._of_claim(claim),
            "identifier": claim.identifier,
            "printed": None if claim.printed is None else _text(claim.printed),
            "place": claim.place,
            "decisions": [self._ruling(each) for each in claim.rulings],
        }

    def _claims(self, claims: Iterable[Claim]) -> list[models.Figure | models.Statement]:
        described: list[models.Figure | models.Statement] = []
        for claim in claims:
            if isinstance(claim, FigureClaim):
                described.append(self.figure(claim))
            elif isinstance(claim, StatementClaim):
                described.append(self.statement(claim))
        return described

    def _ruling(self, ruling: Ruling) -> models.Ruling:
        return models.Ruling(
            decision=self.named(ruling.decision),
            verdict=self.named(ruling.verdict),
            status=self.named(ruling.status),
        )

    def _contradiction(self, contradiction: RecordedContradiction) -> models.Contradiction:
        return models.Contradiction(
            iri=contradiction.iri,
            label=self._label(contradiction.iri),
            edit_rules=[self.named(each) for each in contradiction.edit_rules],
            ratio=None if contradiction.ratio is None else _number(contradiction.ratio),
            culprits=[self.named(each) for each in contradiction.culprit],
            estimates=[
                models.Estimate(
                    words=each.words,
                    interval=_interval(each.interval),
                    figures=[self.named(figure) for figure in each.figures],
                )
                for each in contradiction.estimates
            ],
        )

    def _fact_value(self, fact: Fact, value: models.Named | models.PlainValue) -> models.FactValue:
        sources = dict.fromkeys(citation.source for citation in fact.citations)
        return models.FactValue(
            value=value,
            stands=fact.stands,
            sources=[self._source_name(each) for each in sources],
            said_by=[self.named(each) for each in fact.said_by],
            decisions=[self._ruling(each) for each in fact.rulings],
        )

    def _link(self, link: IncomingLink) -> models.Link:
        return models.Link(
            property=self.named(link.predicate),
            thing=self.named(link.subject),
            sources=[self._source_name(each) for each in link.sources],
        )

    def _value(self, term: Term) -> models.Named | models.PlainValue:
        if isinstance(term, ox.NamedNode):
            return self.named(term.value)
        if isinstance(term, ox.Literal):
            return models.PlainValue(
                value=_plain(term), language=term.language, datatype=term.datatype.value
            )
        return models.PlainValue(value=str(term), language=None, datatype=f"{XSD}string")


def _written(description: Description, value: Term) -> list[Term]:
    """Return the members of a value that is a list, or the value itself."""
    members = description.members(value) if isinstance(value, ox.BlankNode) else []
    return members or [value]


def _text(literal: ox.Literal) -> models.Text:
    return models.Text(value=literal.value, language=literal.language)


def _number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _interval(interval: Interval) -> models.Interval:
    lower, upper = (
        None if end is None else _number(end) for end in (interval.lower, interval.upper)
    )
    return models.Interval(
        lower=lower,
        upper=upper,
        excludes_lower=interval.excludes_lower,
        excludes_upper=interval.excludes_upper,
    )


def _plain(literal: ox.Literal) -> str | int | float | bool:
    datatype = literal.datatype.value
    if datatype == f"{XSD}integer":
        return int(literal.value)
    if datatype.removeprefix(XSD) in _NUMBERS and Decimal(literal.value).is_finite():
        return _number(Decimal(literal.value))
    return literal.value in TRUE_FORMS if datatype == f"{XSD}boolean" else literal.value
