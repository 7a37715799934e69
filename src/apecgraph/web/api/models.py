"""What the JSON API answers: plain objects, with a name for every IRI and a source for every value.

A list is always a list, and a member without a value is null.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, WithJsonSchema

Number = Annotated[int | float, WithJsonSchema({"type": "number"})]
"""A number of JSON. Whole numbers are exact; others are binary numbers of 64 bits."""

_Item = TypeVar("_Item", bound=BaseModel)


class Named(BaseModel):
    """A thing with its name."""

    iri: str = Field(description="Its IRI, which is also its address")
    label: str = Field(description="Its name in the language of the request, or else in another")


class Text(BaseModel):
    """A text."""

    value: str
    language: str | None = Field(description="Tag of its language (BCP 47)")


class PlainValue(BaseModel):
    """A value that is not a thing: a text, a number, a date or a truth value."""

    value: str | Number | bool
    language: str | None = Field(description="Tag of the language of a text (BCP 47)")
    datatype: str = Field(description="IRI of its datatype")


class SourceName(Named):
    """A source, as a claim names it."""

    publisher: Named | None = Field(description="Who published this copy of the document")
    issued: str | None = Field(description="Day of its publication (ISO 8601)")
    url: str | None = Field(description="Address of the document")
    official: bool = Field(description="Whether it is official statistics")


class Source(SourceName):
    """A source: a document that states something."""

    identifier: str
    origin: Named | None = Field(description="The author of its text")
    language: str | None = Field(description="Tag of its language (BCP 47)")
    withdrawn: bool = Field(description="Whether its publisher has taken the document back")
    claims: int = Field(description="Number of its figures and statements")
    figures: int = Field(description="Number of its figures")
    rejected: int = Field(description="Number of its claims that decisions reject")


class Ruling(BaseModel):
    """What a decision says about a claim."""

    decision: Named
    verdict: Named
    status: Named = Field(description="The status that the decision gives to the claim")


class Claim(Named):
    """What one source states."""

    status: str = Field(
        description="Whether the claim can be taken as it is: stands, disputed, alternative, "
        "attributed, expected, superseded or rejected. A rejected claim is wrong"
    )
    text: str = Field(description="What it states, in words")
    source: SourceName


class FullClaim(Claim):
    """What one source states, with its place and its decisions."""

    identifier: str
    printed: Text | None = Field(description="The words of the source")
    place: str = Field(description="Where it is printed in the source, in words")
    decisions: list[Ruling]


class Interval(BaseModel):
    """The numbers that a printed number may represent; null stands for infinity."""

    lower: Number | None
    upper: Number | None
    excludes_lower: bool
    excludes_upper: bool


class Period(Named):
    """A period of time."""

    start: str | None = Field(description="Its first day (ISO 8601)")
    end: str | None = Field(description="Its last day (ISO 8601)")


class Figure(FullClaim):
    """A number that a source prints."""

    kind: Literal["figure"] = "figure"
    value: Number = Field(description="The number in whole units")
    interval: Interval
    unit: Named
    bound: Named = Field(description="How the source limits its number: exact, nearly, more than")
    period: Period
    dimensions: dict[str, Named] = Field(
        description="What it measures: measure, flow, reporter, counterpart and so on. Figures "
        "whose dimensions and periods are equal can be compared"
    )
    expected: bool = Field(description="Whether it is a forecast or a target")
    vintage: str | None = Field(description="Day on which its compiler released it (ISO 8601)")


class Statement(FullClaim):
    """Any other fact that a source states."""

    kind: Literal["statement"] = "statement"
    subject: Named
    property: Named
    value: Named | PlainValue


AnyClaim = Annotated[Figure | Statement, Field(discriminator="kind")]


class Series(Named):
    """Figures of all sources that differ only in their periods; its IRI is that of its page."""

    dimensions: dict[str, Named]
    unit: Named
    expected: bool = Field(description="Whether its figures are forecasts or targets")
    periods: int = Field(description="Number of periods that have figures")
    first: Period
    last: Period
    figures: int = Field(description="Number of its figures")
    rejected: int = Field(description="Number of its figures that decisions reject")
    address: str = Field(description="Path of its figures in this API")


class Decision(Named):
    """What an editor decided about claims that contradict one another, and why."""

    identifier: str
    verdict: Named
    issued: str | None = Field(description="Day of the decision (ISO 8601)")
    reasons: list[str]
    upheld: list[AnyClaim]
    alternatives: list[AnyClaim] = Field(description="Other wordings that are accepted, too")
    rejected: list[AnyClaim]


class Estimate(BaseModel):
    """What some figures imply for the value of a cell."""

    words: str = Field(description="How the interval was derived")
    interval: Interval
    figures: list[Named]


class Contradiction(Named):
    """Claims that cannot all be right, with the arithmetic."""

    edit_rules: list[Named] = Field(description="The rules that the claims violate")
    ratio: Number | None = Field(description="The higher estimate divided by the lower one")
    culprits: list[Named] = Field(description="The claims that are probably wrong")
    estimates: list[Estimate] = Field(description="Two for figures, none for statements")


class Conflict(Named):
    """Claims that contradict one another; its IRI is that of the decision that settles it."""

    verdict: Named
    open: bool = Field(description="Whether the decision leaves the conflict open")
    claims: list[Claim]
    contradictions: list[Contradiction] = Field(description="The clearest ones first, at most 20")
    contradictions_total: int


class ThingName(Named):
    """A thing in a list."""

    kind: str = Field(description="Its list: economies, meetings and so on")
    names: list[Text] = Field(description="Its names in all languages")


class FactValue(BaseModel):
    """A value of a property of a thing, with the sources that state it."""

    value: Named | PlainValue
    stands: bool = Field(description="False if a decision rejects it")
    sources: list[SourceName] = Field(description="Empty if the publication itself states it")
    said_by: list[Named] = Field(description="Whose words it is, if it is an opinion")
    decisions: list[Ruling]


class Fact(BaseModel):
    """A property of a thing with its values."""

    property: Named
    values: list[FactValue] = Field(description="At most 200")
    total: int


class Link(BaseModel):
    """A link from another thing."""

    property: Named
    thing: Named
    sources: list[SourceName]


class Thing(Named):
    """Everything that is known about a thing."""

    description: str = Field(description="One line about it, made from its facts; may be empty")
    types: list[Named]
    names: list[Text] = Field(description="Its names in all languages")
    facts: list[Fact]
    links: list[Link] = Field(description="At most 200")
    links_total: int


class Question(Named):
    """A question that the graph answers; its IRI is that of its page."""

    name: str
    query: str = Field(description="The query in SPARQL")
    columns: list[str] = Field(description="The variables of the answer")
    rows: int = Field(description="Number of rows of the answer")


class Hit(Named):
    """What a search found."""

    types: list[str] = Field(description="What it is, in words; the most telling first")
    matched: Text | None = Field(description="The name that matches, if that is not the label")
    snippet: str | None = Field(description="The words that match, if no name does")
    claims: list[Claim] = Field(description="The figures or the statement that it stands for")


class KnownValue(BaseModel):
    """A figure, or the best known value of a cell, as a release has it."""

    value: Number = Field(description="The number in whole units")
    text: str = Field(description="The number in words, with its status unless it stands")
    interval: Interval
    unit: Named | None
    status: str
    decisions: list[Named]


class FigureChange(Named):
    """A figure or a best known value that differs from that of an earlier release."""

    kind: Literal["figure", "best value"]
    happened: Literal["added", "gone", "changed"]
    differs: list[Literal["value", "interval", "status", "decision", "meaning"]]
    period: Period
    source: Named | None = Field(description="The source of a figure; null for a best value")
    before: KnownValue | None = Field(description="Null if it was added")
    after: KnownValue | None = Field(description="Null if it is gone")


class Identified(Named):
    """The thing that a foreign IRI or a code identifies."""

    relation: str = Field(description="The property that relates it to the identifier")


class Changes(BaseModel):
    """Number of things that differ from the previous release."""

    added: int
    removed: int
    changed: int


class Release(BaseModel):
    """A version of the publication."""

    name: str
    address: str = Field(description="Its permanent address")
    digest: str = Field(description="Hash of its dataset (RDFC-1.0)")
    issued: str | None = Field(description="Day of its content (ISO 8601)")
    published: str | None = Field(description="When it became current (ISO 8601, UTC)")
    taken_back: str | None = Field(description="When it was rolled back (ISO 8601, UTC)")
    current: bool
    previous: str | None = Field(description="Name of the release before it")
    quads: int
    triples: int
    figures: int
    sources: int
    changes: Changes | None = Field(description="Null if they are not known")


class Page(BaseModel, Generic[_Item]):
    """A part of a list."""

    release: str = Field(description="Name of the release that the answer is from")
    total: int = Field(description="Number of items of the whole list")
    next: str | None = Field(description="Path of the next part on this server; null at the end")
    items: list[_Item]


class Hits(Page[Hit]):
    """A part of what a search found."""

    corrected: str | None = Field(
        description="The words that were searched for instead, since nothing matches those asked"
    )


class FigureChanges(Page[FigureChange]):
    """A part of what differs from an earlier release."""

    compared_with: str = Field(description="Name of the earlier release")


class Problem(BaseModel):
    """Why a request has no answer (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str | None = Field(
        default=None, description="The cause and the remedy; it names the parameter"
    )
    available: list[str] | None = Field(default=None, description="What there is instead")
    line: int | None = Field(default=None, description="Line of the query, from 1")
    column: int | None = Field(default=None, description="Column of the query, from 1")
    limit: str | None = Field(default=None, description="The limit that the request exceeds")
