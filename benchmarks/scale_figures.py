"""Figures of trade in any number, that agree with one another, and tenfold errors planted in some.

Reporters print their exports and imports by partner, product and month; the years and the group of
all partners are printed as sums, in larger units. The economies are made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyoxigraph as ox

from apecgraph.content.figure_columns import COLUMNS
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCAT, DCTERMS, ID, RDF, SKOS
from apecgraph.rdf.terms import triples_about, typed

_GROUP: Final = f"{ID}group/bench"
_PRODUCTS: Final = 7
_PARTNERS: Final = 220
_FIRST_YEAR: Final = 2014
_FIGURE: Final = f"{ID}figure/bench/"


@dataclass(frozen=True, slots=True)
class Size:
    """The number of reporters and of years; there are 220 partners.

    Attributes:
        reporters: The number of reporters, at most 220; they are partners as well.
        years: The number of years.
    """

    reporters: int
    years: int

    @property
    def figures(self) -> int:
        """The number of figures."""
        return self.reporters * (_PARTNERS + 1) * 2 * (_PRODUCTS + 1) * self.years * 13


def declarations(graph: Graph, size: Size) -> Graph:
    """Return the declarations of the content, and those of the economies that are made up."""
    declared = Graph(graph.quads())
    declared.store.extend(
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.DefaultGraph())
        for triple in _declared(size)
    )
    return declared


def _declared(size: Size) -> Iterator[ox.Triple]:
    for number in range(_PARTNERS):
        economy = f"{ID}economy/bench-{number}"
        yield from triples_about(economy, (f"{RDF}type", f"{APEC}Economy"))
        yield from triples_about(_GROUP, (f"{DCTERMS}hasPart", economy))
    yield from triples_about(_GROUP, (f"{SKOS}inScheme", f"{ID}scheme/groups"))
    for number in range(_PRODUCTS):
        product = f"{ID}coverage/bench-{number}"
        yield from triples_about(product, (f"{SKOS}broader", f"{ID}coverage/all-goods"))
    with duckdb.connect() as engine:
        spans = engine.execute(
            """
            SELECT strftime(day, '%Y-%m'), day, last_day(day)
            FROM (SELECT make_date(y, m, 1) AS day FROM range($first, $end) a(y), range(1, 13) b(m))
            UNION ALL
            SELECT strftime(make_date(y, 1, 1), '%Y'), make_date(y, 1, 1), make_date(y, 12, 31)
            FROM range($first, $end) a(y)
            """,
            {"first": _FIRST_YEAR, "end": _FIRST_YEAR + size.years},
        ).fetchall()
    for name, first, last in spans:
        yield from triples_about(
            f"{ID}period/bench-{name}",
            (f"{DCAT}startDate", typed(str(first), "date")),
            (f"{DCAT}endDate", typed(str(last), "date")),
        )


def write(folder: Path, size: Size, errors: int) -> list[str]:
    """Write the figures to Parquet files, one for each reporter.

    Args:
        folder: The folder, which must not exist.
        size: How many figures.
        errors: The number of figures that are printed ten times too large.

    Returns:
        The IRIs of these figures, sorted.
    """
    folder.mkdir(parents=True)
    planted: list[str] = []
    total = size.figures
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as engine:
        for reporter in range(size.reporters):
            engine.execute(_FIGURES, _parameters(reporter, size, total // max(errors, 1)))
            found = engine.execute("SELECT figure FROM figures WHERE is_planted").fetchall()
            planted += [figure for (figure,) in found]
            columns = ", ".join(f"{name}::{type_} AS {name}" for name, type_ in COLUMNS.items())
            file = folder / f"reporter-{reporter:03}.parquet"
            engine.execute(
                f"COPY (SELECT {columns} FROM figures ORDER BY figure) "
                f"TO '{file}' (FORMAT parquet, COMPRESSION zstd)"
            )
    return sorted(planted)


def _parameters(reporter: int, size: Size, every: int) -> dict[str, object]:
    return {
        "reporter": reporter,
        "partners": _PARTNERS,
        "products": _PRODUCTS,
        "first": _FIRST_YEAR,
        "end": _FIRST_YEAR + size.years,
        "every": every,
        "id": ID,
    }


_FIGURES: Final = """
CREATE OR REPLACE TABLE figures AS
WITH months AS (
    SELECT partner, flow, product, y, m,
        -- What one side exports, the other imports, with freight.
        100 * round(
            (1000 + hash(exporter, importer, product) % 900000)
            * (1 + hash(exporter, importer, product, y, m) % 1000 / 10000)
            * CASE flow WHEN 'imports' THEN 1.05 ELSE 1 END
        ) AS exact
    FROM (
        SELECT *, CASE flow WHEN 'exports' THEN $reporter ELSE partner END AS exporter,
            CASE flow WHEN 'exports' THEN partner ELSE $reporter END AS importer
        FROM range($partners) a(partner), (SELECT unnest(['exports', 'imports']) AS flow),
            range($products) b(product), range($first, $end) c(y), range(1, 13) d(m)
    )
), by_product AS (
    SELECT partner::VARCHAR AS partner, flow, product::VARCHAR AS product, y, m, exact FROM months
    UNION ALL
    SELECT partner::VARCHAR, flow, NULL, y, m, sum(exact) FROM months GROUP BY ALL
), by_partner AS (
    SELECT partner, flow, product, y, m, exact, 100 AS digit FROM by_product
    UNION ALL
    SELECT NULL, flow, product, y, m, sum(exact), 10000 FROM by_product GROUP BY flow, product, y, m
), by_period AS (
    SELECT partner, flow, product, y, m, exact, digit FROM by_partner
    UNION ALL
    SELECT partner, flow, product, y, NULL, sum(exact), 10000 FROM by_partner
    GROUP BY partner, flow, product, y
), printed AS (
    SELECT *,
        concat_ws('-', $reporter, coalesce(partner, 'group'), flow, coalesce(product, 'all'), y, m)
            AS name
    FROM by_period
), slips AS (
    SELECT *, hash(name) % $every = 0 AS is_planted,
        CASE WHEN hash(name) % $every = 0 THEN 10 ELSE 1 END AS factor
    FROM printed
), numbers AS (
    SELECT *, (round(exact / digit) * digit * factor)::BIGINT AS number,
        (digit / 2 * factor)::BIGINT AS half
    FROM slips
)
SELECT is_planted,
    $id || 'figure/bench/' || name AS figure,
    $id || 'source/bench-' || $reporter AS source,
    $id || 'source/bench-' || $reporter AS origin,
    NULL AS compiler,
    NULL AS vintage,
    $id || 'economy/bench-' || $reporter AS reporter,
    $id || CASE WHEN partner IS NULL THEN 'group/bench' ELSE 'economy/bench-' || partner END
        AS counterpart,
    $id || 'flow/' || flow AS flow,
    $id || 'coverage/' || CASE WHEN product IS NULL THEN 'all-goods' ELSE 'bench-' || product END
        AS coverage,
    NULL AS subject,
    $id || 'measure/trade-value' AS measure,
    $id || 'period/bench-' || y || coalesce('-' || lpad(m::VARCHAR, 2, '0'), '') AS period,
    NULL AS base_period,
    $id || 'unit/USD' AS currency,
    $id || 'valuation/not-told' AS valuation,
    number::VARCHAR AS value,
    (number - half)::VARCHAR AS lower,
    (number + half)::VARCHAR AS upper,
    false AS excludes_lower,
    true AS excludes_upper,
    $id || 'bound/rounded' AS bound,
    $id || 'unit/USD' AS unit,
    NULL AS status,
    false AS is_expectation,
    false AS is_period_inferred
FROM numbers
"""
