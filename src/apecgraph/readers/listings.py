"""Lists of all things of one kind, with what tells them apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pyoxigraph as ox

from apecgraph.content.frequencies import ANNUAL
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import (
    APEC,
    DCAT,
    DCTERMS,
    FOAF,
    ID,
    ORG,
    RDF,
    SCHEMA,
    SDMX_DIMENSION,
    SKOS,
)
from apecgraph.rdf.terms import Term
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.events import read_event
from apecgraph.readers.facets import Choice, Facets
from apecgraph.readers.selections import local
from apecgraph.readers.series import Series, when
from apecgraph.readers.sources import Share, read_shares
from apecgraph.text.catalogues import ENGLISH, Catalogue, gettext_noop
from apecgraph.text.dates import spelled_days
from apecgraph.text.folding import fold
from apecgraph.text.languages import autonym

Shown: TypeAlias = Term | FigureClaim | str | int
"""What a cell of a list shows."""

_CHINESE: Final = "zh"
_TRADE: Final = f"{ID}measure/trade-value"
_GOODS: Final = f"{ID}coverage/all-goods"
_TOTAL: Final = f"{ID}flow/total"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Attributes:
        name: Its name in addresses.
        label: Its heading.
        numeric: Whether it has numbers: these are sorted from the greatest.
    """

    name: str
    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A thing in a list.

    Attributes:
        iri: IRI of the thing.
        cells: What each column shows.
        keys: What sorts the row by each column; None if the cell is empty.
    """

    iri: str
    cells: tuple[tuple[Shown, ...], ...]
    keys: tuple[tuple[float, str] | None, ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A thing before the columns without values are left out; `date` sorts its first cell."""

    iri: str
    cells: Sequence[Sequence[Shown]]
    choices: Mapping[str, Sequence[Choice]]
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """All things of one kind.

    Attributes:
        columns: The columns that have values; the first has the names.
        rows: The rows with their facets, in the order of the list.
        count: Number of rows.
        order: Name of the column that sorts the list unless another is asked for.
        note: A figure whose source and period hold for a whole column, or None.
    """

    columns: tuple[Column, ...]
    rows: Facets[Row]
    count: int
    order: str
    note: FigureClaim | None = None


@dataclass(frozen=True, slots=True)
class ListingKind:
    """A kind of things that has a list.

    Attributes:
        name: Its name in addresses.
        title: Its title, a message in English.
        about: What its things are, a message in English.
        paths: The first parts of the IRIs of its things.
        classes: The classes of its things.
        scheme: The code list of its things, or None.
        read: Reads the list.
    """

    name: str
    title: str
    about: str
    paths: tuple[str, ...]
    classes: tuple[str, ...]
    scheme: str | None
    read: Callable[[Listings], Listing]


class Listings:
    """Reads the lists of a release.

    Args:
        graph: The dataset of the release.
        labels: Names its things.
        series: All its series of figures.
        official: IRIs of the sources that are official statistics.
        catalogue: The language of the headings.
    """

    def __init__(
        self,
        graph: Graph,
        labels: Labels,
        series: Sequence[Series],
        official: Iterable[str],
        catalogue: Catalogue = ENGLISH,
    ) -> None:
        self._graph = graph
        self._standing = graph.default_graph
        self._labels = labels
        self._series = series
        self._official = frozenset(official)
        self._catalogue = catalogue
        self._read: dict[str, Listing] = {}

    def of(self, kind: ListingKind) -> Listing:
        """Return the list of a kind, which is read once."""
        if kind.name not in self._read:
            self._read[kind.name] = kind.read(self)
        return self._read[kind.name]

    def economies(self) -> Listing:
        """Return the economies: since when they are members, and their trade in official tables."""
        gettext = self._catalogue.gettext
        trade = self._trade()
        some = next(iter(trade.values()), None)
        heading = gettext("Trade")
        if some is not None:
            cell = some.figure.cell
            heading = gettext(
                "Trade with %(reporter)s, %(period)s",
                reporter=self._title(cell.reporter or ""),
                period=self._title(cell.period),
            )
        columns = [
            Column("code", gettext("Code")),
            Column("since", gettext("Member since")),
            Column("administration", gettext("Customs administration")),
            Column("trade", heading, numeric=True),
        ]
        rows = []
        for iri in self._of_class(f"{APEC}Economy"):
            since = self._since(iri)
            served = self._standing.subjects(f"{SCHEMA}areaServed", iri)
            rows.append(
                _Draft(
                    iri,
                    [
                        self._notations(iri, f"{APEC}iso3166Alpha3"),
                        since,
                        [ox.NamedNode(each) for each in served],
                        [trade[iri]] if iri in trade else [],
                    ],
                    {"since": [_year(each) for each in since]},
                )
            )
        return self._listing(columns, rows, {"since": gettext("Member since")}, note=some)

    def meetings(self) -> Listing:
        """Return the events and the series of events, the latest first."""
        gettext = self._catalogue.gettext
        columns = [
            Column("date", gettext("Date"), numeric=True),
            Column("place", gettext("Place")),
            Column("host", gettext("Host")),
            Column("part-of", gettext("Part of")),
        ]
        rows = []
        for iri in self._of_class(f"{SCHEMA}Event", f"{SCHEMA}EventSeries"):
            event = read_event(self._graph, iri)
            days = (
                spelled_days(event.first, event.last or event.first, self._catalogue)
                if event.first
                else ""
            )
            dated: list[Shown] = [ox.Literal(days)] if days else []
            hosts = self._linked(iri, f"{SCHEMA}organizer")
            rows.append(
                _Draft(
                    iri,
                    [
                        dated,
                        list(map(ox.NamedNode, event.places)),
                        hosts,
                        list(map(ox.NamedNode, event.within[:1])),
                    ],
                    {
                        "kind": self._choices(self._standing.iris(iri, f"{RDF}type")),
                        "year": [_year(ox.Literal(event.first))] if event.first else [],
                        "place": self._choices(event.places),
                    },
                    event.first or "",
                )
            )
        facets = {"kind": gettext("Kind"), "year": gettext("Year"), "place": gettext("Place")}
        return self._listing(columns, rows, facets, order="date")

    def bodies(self) -> Listing:
        """Return the organizations."""
        gettext = self._catalogue.gettext
        columns = [
            Column("serves", gettext("Serves")),
            Column("part-of", gettext("Part of")),
            Column("founded", gettext("Founded")),
        ]
        rows = []
        for iri in self._of_class(f"{ORG}Organization", f"{ORG}OrganizationalCollaboration"):
            serves = self._linked(iri, f"{SCHEMA}areaServed")
            wholes = self._standing.iris(iri, f"{ORG}subOrganizationOf")
            rows.append(
                _Draft(
                    iri,
                    [serves, list(map(ox.NamedNode, wholes)), self._dates(iri, "foundingDate")],
                    {
                        "serves": self._choices(self._standing.iris(iri, f"{SCHEMA}areaServed")),
                        "part-of": self._choices(wholes),
                    },
                )
            )
        return self._listing(
            columns, rows, {"part-of": gettext("Part of"), "serves": gettext("Serves")}
        )

    def people(self) -> Listing:
        """Return the people, with their offices, roles and events."""
        gettext = self._catalogue.gettext
        columns = [
            Column("office", gettext("Office")),
            Column("events", gettext("Roles and events")),
            Column("as", gettext("Named as")),
        ]
        rows = []
        for iri in self._of_class(f"{SCHEMA}Person"):
            roles = self._standing.subjects(f"{ORG}member", iri)
            events = self._standing.subjects(f"{SCHEMA}contributor", iri)
            uses = self._uses(iri)
            rows.append(
                _Draft(
                    iri,
                    [
                        self._office(iri),
                        [ox.NamedNode(each) for each in (*roles, *events)],
                        [ox.NamedNode(each) for each in uses],
                    ],
                    {"as": self._choices(uses)},
                )
            )
        return self._listing(columns, rows, {"as": gettext("Named as")})

    def topics(self) -> Listing:
        """Return the topics, with the properties whose values they are."""
        gettext = self._catalogue.gettext
        columns = [
            Column("as", gettext("Used as")),
            Column("links", gettext("Links"), numeric=True),
        ]
        rows = []
        for iri in self._standing.subjects(f"{SKOS}inScheme", f"{ID}scheme/topics"):
            uses = self._uses(iri)
            rows.append(
                _Draft(
                    iri,
                    [[ox.NamedNode(each) for each in uses], [sum(uses.values())]],
                    {"as": self._choices(uses)},
                )
            )
        return self._listing(columns, rows, {"as": gettext("Used as")})

    def publishers(self) -> Listing:
        """Return the publishers, with their documents."""
        gettext = self._catalogue.gettext
        columns = [
            Column("documents", gettext("Documents"), numeric=True),
            Column("languages", gettext("Languages")),
            Column("years", gettext("Years")),
            Column("figures", gettext("Figures"), numeric=True),
            Column("rejected", gettext("Rejected claims"), numeric=True),
        ]
        kinds = {
            True: Choice(gettext("official statistics"), "official"),
            False: Choice(gettext("others"), "other"),
        }
        shares: defaultdict[str, list[Share]] = defaultdict(list)
        for share in read_shares(self._graph):
            if share.source.publisher is not None:
                shares[share.source.publisher].append(share)
        rows = []
        for iri in self._of_class(f"{FOAF}Agent"):
            if iri not in shares:
                continue
            tags = sorted({each.source.language for each in shares[iri] if each.source.language})
            years = sorted({each.source.issued[:4] for each in shares[iri] if each.source.issued})
            figures = sum(each.figures for each in shares[iri])
            rejected = sum(each.rejected for each in shares[iri])
            official = {each.source.official for each in shares[iri]}
            rows.append(
                _Draft(
                    iri,
                    [
                        [len(shares[iri])],
                        [gettext(", ").join(map(autonym, tags))] if tags else [],
                        ["–".join(dict.fromkeys((years[0], years[-1])))] if years else [],
                        [figures] if figures else [],
                        [rejected] if rejected else [],
                    ],
                    {
                        "language": [Choice(autonym(tag), tag) for tag in tags],
                        "kind": [kinds[each] for each in sorted(official)],
                    },
                )
            )
        return self._listing(
            columns, rows, {"kind": gettext("Kind"), "language": gettext("Language")}
        )

    def periods(self) -> Listing:
        """Return the periods, the latest first."""
        gettext = self._catalogue.gettext
        columns = [
            Column("first", gettext("First day"), numeric=True),
            Column("last", gettext("Last day"), numeric=True),
            Column("frequency", gettext("Frequency")),
            Column("figures", gettext("Figures"), numeric=True),
        ]
        counts = Counter(
            claim.figure.cell.period for series in self._series for claim in series.claims
        )
        rows = []
        for iri in self._of_class(f"{DCTERMS}PeriodOfTime"):
            ends = [self._standing.objects(iri, f"{DCAT}{end}Date")[:1] for end in ("start", "end")]
            first = when(self._graph, iri)[0]
            frequencies = self._standing.iris(iri, f"{SDMX_DIMENSION}freq")
            rows.append(
                _Draft(
                    iri,
                    [
                        *map(list, ends),
                        list(map(ox.NamedNode, frequencies)),
                        [counts[iri]] if counts[iri] else [],
                    ],
                    {
                        "frequency": self._choices(frequencies),
                        "decade": [self._decade(first)] if first else [],
                    },
                )
            )
        facets = {"frequency": gettext("Frequency"), "decade": gettext("Begins in the")}
        return self._listing(columns, rows, facets, order="first")

    def _listing(
        self,
        columns: Sequence[Column],
        rows: Iterable[_Draft],
        facets: Mapping[str, str],
        *,
        order: str = "name",
        note: FigureClaim | None = None,
    ) -> Listing:
        """Put the names around the other columns, and leave out the columns without values."""
        gettext = self._catalogue.gettext
        every = (
            Column("name", gettext("Name")),
            *columns,
            Column("chinese", gettext("In Chinese")),
        )
        filled = []
        for row in rows:
            shown = ([ox.NamedNode(row.iri)], *row.cells, self._chinese(row.iri))
            keys = [self._key(cell) for cell in shown]
            if row.date is not None:
                keys[1] = (0, row.date) if row.date else None
            filled.append((row, shown, keys))
        kept = [
            number
            for number in range(len(every))
            if number == 0 or any(shown[number] for _, shown, _ in filled)
        ]
        choosable = (
            (
                Row(
                    row.iri,
                    tuple(tuple(shown[number]) for number in kept),
                    tuple(keys[number] for number in kept),
                ),
                row.choices,
            )
            for row, shown, keys in filled
        )
        return Listing(
            tuple(every[number] for number in kept),
            Facets(facets, choosable),
            len(filled),
            order,
            note,
        )

    def _key(self, cell: Sequence[Shown]) -> tuple[float, str] | None:
        """Return what sorts a cell: its number, or else its text."""
        match next(iter(cell), None):
            case None:
                return None
            case int() as number:
                return number, ""
            case FigureClaim() as claim:
                return float(claim.figure.value), ""
            case ox.NamedNode() as node:
                return 0, fold(self._title(node.value))
            case ox.Literal() as literal:
                return 0, literal.value
            case other:
                return 0, str(other)

    def _trade(self) -> dict[str, FigureClaim]:
        """Return the yearly trade of one economy with each other one, from official tables.

        All figures have one reporter, one year and one currency: those with the most partners, and
        of these the latest.
        """
        found: defaultdict[tuple[str, str, str], dict[str, FigureClaim]] = defaultdict(dict)
        for series in self._series:
            values = dict(series.dimensions)
            wanted = (values["measure"], values.get("flow"), values.get("coverage"))
            if wanted != (_TRADE, _TOTAL, _GOODS) or "counterpart" not in values:
                continue
            if not self._standing.has(values["counterpart"], f"{RDF}type", f"{APEC}Economy"):
                continue
            for claim in series.claims:
                cell = claim.figure.cell
                is_year = ANNUAL in self._standing.iris(cell.period, f"{SDMX_DIMENSION}freq")
                if is_year and claim.source in self._official and not claim.rejected:
                    key = cell.reporter or "", cell.period, cell.currency
                    found[key].setdefault(values["counterpart"], claim)
        if not found:
            return {}
        best = max(found, key=lambda key: (len(found[key]), when(self._graph, key[1]), key))
        return found[best]

    def _since(self, iri: str) -> list[Shown]:
        """Return the most precise date since when a thing is a member."""
        memberships = self._standing.subjects(f"{ORG}member", iri)
        return [date for each in memberships for date in self._dates(each, "startDate")][:1]

    def _office(self, iri: str) -> list[Shown]:
        """Return the title of a person's office that most sources state, in the main language."""
        titles = Counter(
            quad.object
            for quad in self._graph.quads(iri, f"{SCHEMA}jobTitle")
            if isinstance(quad.object, ox.Literal)
            and quad.object.language == self._labels.language
            and self._standing.has(iri, quad.predicate, quad.object)
        )
        ranked = sorted(titles, key=lambda each: (-titles[each], each.value))
        return list(ranked[:1])

    def _dates(self, iri: str, name: str) -> list[Shown]:
        """Return the most precise value of a date."""
        dates = self._standing.objects(iri, f"{SCHEMA}{name}")
        texts = sorted(
            (each for each in dates if isinstance(each, ox.Literal)),
            key=lambda each: (-len(each.value), each.value),
        )
        return list(texts[:1])

    def _uses(self, iri: str) -> Counter[str]:
        """Count the links to a thing by property, without those of statements."""
        return Counter(
            quad.predicate.value
            for quad in self._standing.quads(None, None, iri)
            if not quad.predicate.value.startswith(RDF)
        )

    def _of_class(self, *classes: str) -> list[str]:
        found = {iri for each in classes for iri in self._standing.subjects(f"{RDF}type", each)}
        return sorted(iri for iri in found if iri.startswith(ID))

    def _linked(self, iri: str, property_: str) -> list[Shown]:
        return [ox.NamedNode(each) for each in self._standing.iris(iri, property_)]

    def _notations(self, iri: str, datatype: str) -> list[Shown]:
        return [
            each
            for each in self._standing.objects(iri, f"{SKOS}notation")
            if isinstance(each, ox.Literal) and each.datatype.value == datatype
        ]

    def _chinese(self, iri: str) -> list[Shown]:
        return [
            each
            for each in self._standing.objects(iri, f"{SKOS}prefLabel")
            if isinstance(each, ox.Literal) and each.language == _CHINESE
        ]

    def _choices(self, iris: Iterable[str]) -> list[Choice]:
        return [Choice(self._title(each), local(each)) for each in iris]

    def _decade(self, day: str) -> Choice:
        year = f"{day[:3]}0"
        return Choice(self._catalogue.gettext("%(year)ss", year=year), f"{year}s")

    def _title(self, iri: str) -> str:
        return self._labels.title(iri).value


def _year(date: Shown) -> Choice:
    text = date.value[:4] if isinstance(date, ox.Literal) else str(date)
    return Choice(text, text)


KINDS: Final = {
    kind.name: kind
    for kind in (
        ListingKind(
            "economies",
            gettext_noop("Economies"),
            gettext_noop(
                "The member economies, with their customs administrations and their trade."
            ),
            ("economy",),
            (f"{APEC}Economy",),
            None,
            Listings.economies,
        ),
        ListingKind(
            "meetings",
            gettext_noop("Meetings"),
            gettext_noop(
                "Meetings and other events, and the years of hosting that they belong to."
            ),
            ("meeting",),
            (f"{SCHEMA}Event", f"{SCHEMA}EventSeries"),
            None,
            Listings.meetings,
        ),
        ListingKind(
            "bodies",
            gettext_noop("Bodies"),
            gettext_noop("Committees, customs administrations and other organizations."),
            ("body",),
            (f"{ORG}Organization", f"{ORG}OrganizationalCollaboration"),
            None,
            Listings.bodies,
        ),
        ListingKind(
            "people",
            gettext_noop("People"),
            gettext_noop("Those who spoke at the meetings, or whom the documents quote or name."),
            ("person",),
            (f"{SCHEMA}Person",),
            None,
            Listings.people,
        ),
        ListingKind(
            "topics",
            gettext_noop("Topics"),
            gettext_noop("What the meetings, the initiatives and the documents are about."),
            ("topic",),
            (f"{SKOS}Concept",),
            f"{ID}scheme/topics",
            Listings.topics,
        ),
        ListingKind(
            "publishers",
            gettext_noop("Publishers"),
            gettext_noop(
                "Who put out the documents, with the number of their claims that decisions reject."
            ),
            ("publisher",),
            (f"{FOAF}Agent",),
            None,
            Listings.publishers,
        ),
        ListingKind(
            "periods",
            gettext_noop("Periods"),
            gettext_noop("The years, quarters, months and other periods that figures are about."),
            ("period",),
            (f"{DCTERMS}PeriodOfTime",),
            None,
            Listings.periods,
        ),
    )
}
"""The kinds of things that have a list, keyed by their names in addresses."""
