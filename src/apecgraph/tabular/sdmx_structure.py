"""The structure of the cube in SDMX: a structure message in SDMX-ML 3.0.

The roles of the components are those that the data structure definitions of the cube declare
(`ontology/cube.ttl`). What the build derives for a figure, such as its interval and its status, is
an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from pysdmx.io.xml.sdmx30.writer.structure import write
from pysdmx.model import (
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    ItemReference,
    Organisation,
    Role,
)
from pysdmx.model.message import Header

from apecgraph.content.cube import local_name
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import QB, RDFS
from apecgraph.tabular.codes import AGENCY, CODED, VERSION, component_id, structure_id
from apecgraph.tabular.columns import FIGURE, Column, meaning
from apecgraph.tabular.figures import Figures, FigureTable
from apecgraph.tabular.sdmx_csv import COMPONENTS

_CONCEPTS: Final = "FIGURES"
_TYPES: Final = {
    "string": DataType.STRING,
    "anyURI": DataType.STRING,
    "decimal": DataType.DECIMAL,
    "integer": DataType.INTEGER,
    "date": DataType.DATE,
}
_ROLES: Final = {
    f"{QB}dimension": Role.DIMENSION,
    f"{QB}measure": Role.MEASURE,
    f"{QB}attribute": Role.ATTRIBUTE,
}


def write_structure(table: FigureTable, issued: str) -> bytes:
    """Write the structure of a cube: its data structures, dataflows, concepts and code lists.

    Args:
        table: All figures of a release.
        issued: The date of the content in ISO 8601, or an empty string.

    Returns:
        The structure message in UTF-8.
    """
    figures = table.source
    labels = Labels(figures.graph)
    lists = {column.name: _codelist(figures, column, labels) for column in CODED}
    concepts = ConceptScheme(
        id=_CONCEPTS,
        name="Columns of the figures",
        agency=AGENCY,
        version=VERSION,
        items=[
            Concept(
                id=component_id(column.name),
                uri=column.property,
                name=labels.title(column.property).value if column.property else column.name,
                description=meaning(figures.graph, column),
                dtype=None if column.name in lists else _TYPES[column.datatype],
                codes=lists.get(column.name),
            )
            for column in COMPONENTS
        ],
    )
    structures = {
        dataset: structure
        for dataset in sorted({row["dataSet"] for row in table.rows} - {""})
        for structure in figures.graph.values(dataset, f"{QB}structure")
    }
    defined = {
        iri: DataStructureDefinition(
            id=structure_id(iri),
            uri=iri,
            name=labels.title(iri).value,
            agency=AGENCY,
            version=VERSION,
            components=Components(list(_components(figures.graph, iri))),
        )
        for iri in sorted(set(structures.values()))
    }
    flows = [
        Dataflow(
            id=structure_id(iri),
            uri=iri,
            name=labels.title(iri).value,
            description=labels.text(iri, f"{RDFS}comment") or None,
            agency=AGENCY,
            version=VERSION,
            structure=defined[structure],
        )
        for iri, structure in structures.items()
    ]
    header = Header(id=_CONCEPTS, prepared=_prepared(issued), sender=Organisation(id=AGENCY))
    message = write([*lists.values(), concepts, *defined.values(), *flows], header=header)
    return (message or "").encode()


def _prepared(issued: str) -> datetime:
    """Return the date of a message, which must have one; it is the same for the same content."""
    day = issued if re.fullmatch(r"\d{4}-\d\d-\d\d", issued) else "2000-01-01"
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _codelist(figures: Figures, column: Column, labels: Labels) -> Codelist:
    return Codelist(
        id=f"CL_{component_id(column.name)}",
        name=labels.title(column.property or "").value,
        agency=AGENCY,
        version=VERSION,
        items=[
            Code(id=code, uri=iri, name=labels.title(iri).value)
            for iri, code in figures.codes.of(column.name).items()
        ],
    )


def _components(graph: Graph, structure: str) -> Iterator[Component]:
    """Yield the components of a data structure: its dimensions in their order, then the others.

    A structure has the measures and attributes that the table has as columns.
    """
    roles = _roles(graph, structure)
    dimensions = [name for name, role in roles.items() if role is Role.DIMENSION]
    for name in dimensions:
        yield _component(name, Role.DIMENSION, required=True)
    for column in COMPONENTS:
        role = roles.get(column.name, Role.ATTRIBUTE)
        if role is not Role.DIMENSION and column.of in (FIGURE, *dimensions):
            yield _component(column.name, role, required=column.required, of=column.of)


def _component(name: str, role: Role, *, required: bool, of: str = FIGURE) -> Component:
    attached = "O" if of == FIGURE else component_id(of)
    return Component(
        id=component_id(name),
        required=required,
        role=role,
        concept=ItemReference("Concept", AGENCY, _CONCEPTS, VERSION, component_id(name)),
        attachment_level=attached if role is Role.ATTRIBUTE else None,
    )


def _roles(graph: Graph, structure: str) -> dict[str, Role]:
    """Return the roles of the components of a data structure, in its order."""
    declared = [
        (int(graph.value(component, f"{QB}order") or 0), local_name(property_), role)
        for component in graph.values(structure, f"{QB}component")
        for kind, role in _ROLES.items()
        for property_ in graph.values(component, kind)
    ]
    return {name: role for _, name, role in sorted(declared)}
