"""What the texts of a table mean: facts of the mapping, and names of economies and groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from apecgraph.content.codes import Codes
from apecgraph.content.cube import ANY_CURRENCY, DIMENSIONS, UNIT
from apecgraph.content.table_rows import OPTIONAL
from apecgraph.errors import TableRefused, UnknownCode
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, QB
from apecgraph.tables.grid import same_text
from apecgraph.tables.mapping import Dated, Facts, Header, Key, Title
from apecgraph.tables.mapping import Mapping as TableMapping
from apecgraph.text.economy_names import economies_by_name, names_by_economy
from apecgraph.text.folding import fold

_PARTY: Final = ("economy", "group")
_KINDS: Final = {
    "reporter": _PARTY,
    "counterpart": _PARTY,
    "flow": ("flow",),
    "coverage": ("coverage",),
    "subject": _PARTY,
    "measure": ("measure",),
    "currency": ("unit",),
    "valuation": ("valuation",),
}
"""The facts that are codes, each with the kinds of things that it may be."""


class Outside(Exception):
    """A name is known, but stands for nothing that the content describes; it has the reason."""


class Meanings:
    """The meanings of the texts of a table.

    Args:
        mapping: The mapping.
        graph: The content.

    Raises:
        ExceptionGroup: The mapping has unknown codes; there is a TableRefused for each, with its
            key.
    """

    def __init__(self, mapping: TableMapping, graph: Graph) -> None:
        self._graph = graph
        self._codes = Codes(graph)
        self._dimensions: dict[str, frozenset[str]] = {}
        self._names = {
            same_text(name): (Dated(code=meant),) if isinstance(meant, str) else meant
            for name, meant in mapping.names.items()
        }
        self._languages = mapping.layout.languages
        facts = dict(_all_facts(mapping))
        codes = [
            (f"{key}.{name}", getattr(each, name), kinds)
            for key, each in facts.items()
            for name, kinds in _KINDS.items()
            if getattr(each, name) is not None
        ]
        for name, dated in self._names.items():
            codes += [(f"names.{name}", each.code, _PARTY) for each in dated]
        source = mapping.source
        codes.append(("source.publisher", source.publisher, ("publisher",)))
        if source.compiler:
            codes.append(("source.compiler", source.compiler, ("body",)))
        self._known = self._checked(codes)
        given = {each.gives for each in mapping.titles} | {each.gives for each in mapping.keys}
        self.left_out = frozenset(
            name
            for name in OPTIONAL
            if name not in given
            and len({getattr(each, name) for each in facts.values()} - {None}) < 2
        )

    def facts(self, stated: Facts) -> dict[str, Any]:
        """Return what a text says, by name, with all codes in full."""
        values = stated.model_dump(exclude_none=True)
        return {
            name: self._known[_KINDS[name], value] if name in _KINDS else value
            for name, value in values.items()
        }

    def code(self, text: str, *kinds: str) -> str:
        """Return a code of the mapping in full: of the kind "body", "body/gacc" for "gacc"."""
        return self._known[kinds, text]

    def party(self, text: str, year: int) -> str:
        """Find the economy or the group that a table names.

        Args:
            text: The name, or the code (ISO 3166-1 alpha-3).
            year: The year of the figure: some names mean something else in later years.

        Returns:
            The code.

        Raises:
            UnknownCode: No economy has this name, or several have.
            Outside: The content does not describe the economy, or [names] has the name for other
                years only.
        """
        own = self._names.get(same_text(text))
        if own is not None:
            meant = [each.code for each in own if int(each.since) <= year <= int(each.until)]
            if not meant:
                raise Outside("the mapping names nothing in the year")
            if len(meant) > 1:
                raise UnknownCode(f"[names] gives '{text}' {len(meant)} meanings in {year}")
            return self._known[_PARTY, meant[0]]
        codes = {text} & names_by_economy().keys() or economies_by_name().get(
            fold(text), frozenset()
        )
        if len(codes) != 1:
            raise UnknownCode(
                f"'{text}' is not a known name of an economy: name it in [names] or [[skip]]"
            )
        code = f"economy/{next(iter(codes))}"
        if not self._graph.describes(f"{ID}{code}"):
            raise Outside("the content does not describe the economy")
        return code

    def dataset(self, measure: str) -> str:
        """Return the dataset of a measure."""
        return self._graph.required_value(f"{ID}{measure}", f"{DCTERMS}isPartOf").removeprefix(ID)

    def dimensions(self, measure: str) -> frozenset[str]:
        """Return the names of the dimensions that the figures of a measure have."""
        if measure not in self._dimensions:
            structure = self._graph.required_value(f"{ID}{self.dataset(measure)}", f"{QB}structure")
            properties = {
                self._graph.value(component, f"{QB}dimension")
                for component in self._graph.iris(structure, f"{QB}component")
            }
            self._dimensions[measure] = frozenset(
                name for name, property_ in DIMENSIONS.items() if property_ in properties
            )
        return self._dimensions[measure]

    def is_ratio(self, measure: str) -> bool:
        """Return whether a measure is a share or a rate, which may depend on the currency."""
        iri = f"{ID}{measure}"
        return any(self._graph.has(iri, f"{APEC}{each}") for each in ("shareOf", "growthOf"))

    def is_growth(self, measure: str) -> bool:
        """Return whether a measure compares a period with an earlier one."""
        return self._graph.value(f"{ID}{measure}", f"{APEC}growthOf") is not None

    def unit(self, measure: str) -> str | None:
        """Return the unit of a measure; None for money, which has a currency."""
        unit = self._graph.required_value(f"{ID}{measure}", UNIT)
        return None if unit == ANY_CURRENCY else unit.removeprefix(ID)

    def members(self, group: str, reporter: str) -> frozenset[str]:
        """Return the members of a group, without the reporter if the group is without it.

        Args:
            group: Code of the group, or of an economy.
            reporter: Code of the reporter.

        Returns:
            The codes; none if the content does not list them.
        """
        whole = self._graph.value(f"{ID}{group}", f"{APEC}withoutReporter")
        parts = {
            iri.removeprefix(ID)
            for iri in self._graph.iris(whole or f"{ID}{group}", f"{DCTERMS}hasPart")
        }
        return frozenset(parts - {reporter} if whole else parts)

    def _checked(
        self, codes: Iterable[tuple[str, str, tuple[str, ...]]]
    ) -> Mapping[tuple[tuple[str, ...], str], str]:
        known: dict[tuple[tuple[str, ...], str], str] = {}
        errors = []
        for key, code, kinds in codes:
            try:
                known[kinds, code] = self._codes.find(code, *kinds).removeprefix(ID)
            except UnknownCode as error:
                errors.append(TableRefused(f"the mapping: {key}: {error}"))
        if errors:
            raise ExceptionGroup("the mapping has unknown codes", errors)
        return known


def _all_facts(mapping: TableMapping) -> Iterator[tuple[str, Facts]]:
    """Yield all facts of a mapping, each with its key."""
    yield "constant", mapping.constant
    for label, facts in mapping.units.items():
        yield f"units.{label}", facts
    parts: list[tuple[str, Header | Key | Title]] = [
        *((f"titles[{number}]", each) for number, each in enumerate(mapping.titles, 1)),
        *((f"headers[{number}]", each) for number, each in enumerate(mapping.headers, 1)),
        *((f"keys[{number}]", each) for number, each in enumerate(mapping.keys, 1)),
    ]
    for key, part in parts:
        for label, facts in part.labels.items():
            yield f"{key}.labels.{label}", facts
