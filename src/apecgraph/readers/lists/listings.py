"""Lists of all things of one kind, with what tells them apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pyoxigraph as ox

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
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.events import read_event
from apecgraph.readers.lists.cells import Cells
from apecgraph.readers.lists.facets import Choice, Facets
from apecgraph.readers.lists.listing import Column, Draft, Listing, Row, Shown
from apecgraph.readers.selections import local
from apecgraph.readers.series import Series, when
from apecgraph.readers.sources import Share, read_shares
from apecgraph.text.catalogues import ENGLISH, Catalogue
from apecgraph.text.dates import spelled_days
from apecgraph.text.folding import fold
from apecgraph.text.languages import autonym

if TYPE_CHECKING:
    from apecgraph.readers.lists.kinds import ListingKind


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
        self._cells = Cells(graph, labels.language, series, official)
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
        trade = self._cells.trade()
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
        for iri in self._cells.of_class(f"{APEC}Economy"):
            since = self._cells.since(iri)
            served = self._standing.subjects(f"{SCHEMA}areaServed", iri)
            rows.append(
                Draft(
                    iri,
                    [
                        self._cells.notations(iri, f"{APEC}iso3166Alpha3"),
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
        for iri in self._cells.of_class(f"{SCHEMA}Event", f"{SCHEMA}EventSeries"):
            event = read_event(self._graph, iri)
            days = (
                spelled_days(event.first, event.last or event.first, self._catalogue)
                if event.first
                else ""
            )
            dated: list[Shown] = [ox.Literal(days)] if days else []
            hosts = self._cells.linked(iri, f"{SCHEMA}organizer")
            rows.append(
                Draft(
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
        for iri in self._cells.of_class(f"{ORG}Organization", f"{ORG}OrganizationalCollaboration"):
            serves = self._cells.linked(iri, f"{SCHEMA}areaServed")
            wholes = self._standing.iris(iri, f"{ORG}subOrganizationOf")
            rows.append(
                Draft(
                    iri,
                    [
                        serves,
                        list(map(ox.NamedNode, wholes)),
                        self._cells.dates(iri, "foundingDate"),
                    ],
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
        for iri in self._cells.of_class(f"{SCHEMA}Person"):
            roles = self._standing.subjects(f"{ORG}member", iri)
            events = self._standing.subjects(f"{SCHEMA}contributor", iri)
            uses = self._cells.uses(iri)
            rows.append(
                Draft(
                    iri,
                    [
                        self._cells.office(iri),
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
            uses = self._cells.uses(iri)
            rows.append(
                Draft(
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
        for iri in self._cells.of_class(f"{FOAF}Agent"):
            if iri not in shares:
                continue
            tags = sorted({each.source.language for each in shares[iri] if each.source.language})
            years = sorted({each.source.issued[:4] for each in shares[iri] if each.source.issued})
            figures = sum(each.figures for each in shares[iri])
            rejected = sum(each.rejected for each in shares[iri])
            official = {each.source.official for each in shares[iri]}
            rows.append(
                Draft(
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
        for iri in self._cells.of_class(f"{DCTERMS}PeriodOfTime"):
            ends = [self._standing.objects(iri, f"{DCAT}{end}Date")[:1] for end in ("start", "end")]
            first = when(self._graph, iri)[0]
            frequencies = self._standing.iris(iri, f"{SDMX_DIMENSION}freq")
            rows.append(
                Draft(
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
        rows: Iterable[Draft],
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
            shown = ([ox.NamedNode(row.iri)], *row.cells, self._cells.chinese(row.iri))
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
