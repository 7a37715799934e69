"""Foreign identifiers of our things: IRIs of other datasets, and codes of a scheme."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import pyoxigraph as ox

from apecgraph.errors import NotFound
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, ID, OWL, SCHEMA, SKOS, XSD, compact

_RELATIONS: Final = (
    f"{OWL}sameAs",
    f"{SCHEMA}sameAs",
    f"{SKOS}exactMatch",
    f"{SCHEMA}url",
    f"{SKOS}closeMatch",
)
"""Properties that identify a thing with a foreign IRI, the strongest property first.

A broader or related concept (SKOS, section 10) is a different thing.
"""

_WEB: Final = re.compile(r"https?://(?:www\.|m\.)?([^/?#]+)([^#]*)", re.IGNORECASE)
_PAGES: Final = (
    # Address patterns of pages and documents about an item, each with the IRI of the item.
    (
        re.compile(r"wikidata\.org/(?:entity|wiki(?:/special:entity(?:data|page))?)/(q\d+)\b.*"),
        r"wikidata.org/entity/\1",
    ),
    (re.compile(r"(?:sws\.)?geonames\.org/(\d+)\b.*"), r"geonames.org/\1"),
)
_LOCAL: Final = re.compile(r"[^/#]*[/#]?$")


@dataclass(frozen=True, slots=True)
class Scheme:
    """A system of codes: the datatype of a notation, or the concept scheme of its concepts.

    Attributes:
        iri: The IRI of the datatype or the concept scheme.
        name: A short name derived from its label, such as "iso-3166-1-alpha-3".
        label: Its label.
    """

    iri: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Identified:
    """The thing in the publication that an identifier refers to.

    Attributes:
        iri: Its IRI.
        name: Its label.
        relation: The compact IRI of the property that relates the thing to the identifier.
    """

    iri: str
    name: str
    relation: str


class Identifiers:
    """The foreign IRIs and the codes in the default graph.

    Codes are notations (SKOS, section 6). The scheme of a code is its datatype, or, for a plain
    literal, the scheme of its concept. `about_schemes` is a sentence that lists the schemes.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._labels = Labels(graph)
        self._iris: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for relation in _RELATIONS:
            for quad in graph.default_graph.quads(None, relation):
                if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                    self._iris[canonical_identifier(quad.object.value)][relation].append(
                        quad.subject.value
                    )
        self._codes = self._read_codes()
        schemes = {iri: self._scheme(iri) for iri, _ in self._codes}
        self.schemes: Mapping[str, Scheme] = {
            each.name: each for each in sorted(schemes.values(), key=lambda each: each.name)
        }
        known = ", ".join(f"{each.name} ({each.label})" for each in self.schemes.values())
        self.about_schemes = f"Codes are of these schemes: {known or 'none'}."
        self._spellings = {
            _plain(spelling): each
            for each in schemes.values()
            for spelling in (each.iri, compact(each.iri), _local(each.iri), each.label, each.name)
        }

    def by_iri(self, iri: str) -> Identified:
        """Find the thing that one of our IRIs or a foreign IRI identifies.

        The IRI may begin with http or https, with or without www, and may be the address of a page
        about an item. Raise NotFound if the IRI does not identify exactly one thing.
        """
        ours = re.sub(r"^http:", "https:", iri.strip())
        if self.describes(ours):
            return self._identified([ours], f"{OWL}sameAs", f"<{iri}>")
        relations = self._iris.get(canonical_identifier(iri), {})
        for relation in _RELATIONS:
            if relation in relations:
                return self._identified(relations[relation], relation, f"<{iri}>")
        raise NotFound(f"No thing here is the same as <{iri}>. {self.about_schemes}")

    def describes(self, iri: str) -> bool:
        """Return whether an IRI is one of our things or terms, or the dataset itself."""
        if not (iri == BASE or iri.startswith((ID, f"{BASE}ontology"))):
            return False
        return self._graph.describes(iri)

    def by_code(self, code: str, scheme: str) -> Identified:
        """Find the thing with a code of a scheme, given the scheme's name, label or IRI.

        Case does not matter. Raise NotFound if the code does not identify exactly one thing.
        """
        found = self._spellings.get(_plain(scheme))
        if found is None:
            raise NotFound(
                f"There is no scheme {scheme!r}. {self.about_schemes}",
                [each.iri for each in self.schemes.values()],
            )
        things = self._codes.get((found.iri, code.strip().casefold()))
        if things is None:
            raise NotFound(
                f"No thing here has the code {code!r} of the scheme {found.name} ({found.label}). "
                f"{self.about_schemes}",
                [found.iri],
            )
        return self._identified(things, f"{SKOS}notation", f"{code} of {found.name}")

    def _identified(self, things: list[str], relation: str, asked: str) -> Identified:
        found = sorted(set(things))
        if len(found) > 1:
            raise NotFound(f"{asked} identifies {len(found)} things.", found)
        return Identified(found[0], self._labels.title(found[0]).value, compact(relation))

    def _read_codes(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for quad in self._graph.default_graph.quads(None, f"{SKOS}notation"):
            thing, code = quad.subject, quad.object
            if not (isinstance(thing, ox.NamedNode) and isinstance(code, ox.Literal)):
                continue
            if code.datatype.value.startswith(XSD):
                schemes = self._graph.default_graph.iris(thing, f"{SKOS}inScheme")
            else:
                schemes = [code.datatype.value]
            for scheme in schemes:
                found[scheme, code.value.casefold()].append(thing.value)
        return dict(found)

    def _scheme(self, iri: str) -> Scheme:
        label = self._labels.title(iri).value
        words = re.findall(r"\w+", label.removesuffix(" code").casefold())
        return Scheme(iri, "-".join(words), label)


def canonical_identifier(iri: str) -> str:
    """Normalize an IRI: remove its scheme, www and the final slash."""
    web = _WEB.match(iri.strip())
    if web is None:
        return iri.strip()
    address = web[1].lower() + unquote(web[2]).rstrip("/")
    for page, item in _PAGES:
        if (match := page.fullmatch(address.lower())) is not None:
            return match.expand(item)
    return address


def _plain(name: str) -> str:
    """Normalize the name of a scheme: remove punctuation, spaces and a final "code"."""
    return re.sub(r"[\W_]+", "", re.sub(r"\bcodes?$", "", name.strip().casefold()))


def _local(iri: str) -> str:
    match = _LOCAL.search(iri)
    return match[0].rstrip("/#") if match else iri
