"""Examples of requests, made from the release that is served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from apecgraph.content.questions import read_questions
from apecgraph.query.model import Query
from apecgraph.query.permalinks import Permalink
from apecgraph.rdf.formats import RESULTS_JSON
from apecgraph.rdf.namespaces import BASE, ID, RDF
from apecgraph.readers.conflicts import read_conflicts
from apecgraph.readers.lists.kinds import KINDS
from apecgraph.readers.selections import local
from apecgraph.web.pages.site import ReleaseSite

_QUERY: Final = Query(f"SELECT * {{ <{BASE}> ?property ?value }}", RESULTS_JSON)


def example_values(site: ReleaseSite) -> Mapping[str, str]:
    """Return the values of a release that examples in `paths.toml` name.

    Args:
        site: How the release is presented.

    Returns:
        The values by their names; a value that the release has not is missing.
    """
    values = {
        "release": site.release.name,
        "context": site.context.path.rpartition("/")[2],
        "iri": BASE,
        "word": site.html.site,
        "permalink": Permalink(site.release.name, _QUERY).text,
    }
    for series in site.series[:1]:
        claim = series.claims[0]
        cell = claim.figure.cell
        thing = cell.reporter or cell.subject or cell.measure
        values |= {
            "measure": local(cell.measure),
            "figure": claim.iri.removeprefix(f"{ID}figure/"),
            "source": claim.source.removeprefix(f"{ID}source/"),
            "thing": thing.removeprefix(ID),
            "iri": thing,
            "word": site.labels.title(thing).value,
        }
        vocabulary = f"{BASE}ontology/"
        for term in site.graph.iris(thing, f"{RDF}type"):
            if term.startswith(vocabulary):
                values["term"] = term.removeprefix(vocabulary)
    for conflict in read_conflicts(site.graph, site.labels)[:1]:
        name = conflict.iri.removeprefix(ID)
        values |= {
            "decision": name.removeprefix("decision/"),
            "charted": name,
            "page": f"{site.url}/id/{name}",
        }
    for question in read_questions(site.release.path)[:1]:
        values["question"] = question.name
    for kind in KINDS.values():
        if site.listings.of(kind).count:
            values["kind"] = kind.name
            break
    return values
