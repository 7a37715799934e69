"""The documents about the things of data of others: for each IRI in the data, in all formats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, Final
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.query.negotiation import find_named
from apecgraph.rdf.formats import DOCUMENT_FORMATS, HTML, Format
from apecgraph.rdf.namespaces import DCTERMS, FOAF, RDF, RDFS
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.rdf.terms import Term, triples_about
from apecgraph.rdf.writer import used_prefixes
from apecgraph.readers.dataset.excerpt import Excerpt, read_excerpt
from apecgraph.readers.dataset.names import LABELS
from apecgraph.readers.dataset.reading import Reading, can_name, values
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.dataset.classes import list_address
from apecgraph.web.dataset.page import Names, PageOfData, document_address
from apecgraph.web.http.addresses import possible_paths
from apecgraph.web.http.methods import choose_format
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.localization import chosen_language, vary_by_language
from apecgraph.web.pages.site import DatasetSite

_SHOWN: Final = 100
"""Number of facts, and of links, on a page."""

_WRITTEN: Final = 1000
"""Number of facts, and of links, in a document for programs."""

_LONGEST: Final = 600
"""Number of characters of a literal that a page shows."""

_NODES: Final = 60
"""Number of blank nodes that a page shows with their facts."""

_DEEPEST: Final = 30
"""Number of things, and of cells of a list, above the facts of a blank node."""

_FIRST: Final = (f"{RDF}type", *LABELS)
_OF_APECGRAPH: Final = frozenset(
    {
        *("figures", "conflicts", "questions", "sources", "releases", "dumps", "ontology"),
        *("shapes", "catalog", "lookup", "reconcile", "about", "docs", "api", "report", "embed"),
    }
)
"""The first parts of paths that only a release of apecgraph has."""


class Documents:
    """Answers requests for documents about things, and for the things themselves.

    Args:
        sites: How the data are presented in each language, keyed by the tags of the languages.
    """

    def __init__(self, sites: Mapping[str, DatasetSite]) -> None:
        self._sites = sites
        self._site = sites[ENGLISH.tag]

    async def document(self, request: Request) -> Response:
        """Answer with the document about a thing.

        Args:
            request: The request. Its parameter `iri` is the IRI of the thing; `format` names the
                format, which is negotiated otherwise.

        Returns:
            The document.

        Raises:
            MalformedRequest: There is no such parameter, or no absolute IRI.
            NotFound: The IRI is not in the data.
            NotAcceptable: The client accepts no format.
        """
        tag = chosen_language(request, self._sites)
        parameters = read_parameters(request.scope["query_string"])
        iri, named = parameters.pop("iri", ""), parameters.pop("format", "")
        parameters.pop("lang", None)
        if parameters:
            name = next(iter(parameters))
            raise MalformedRequest(
                "%(name)s: there is no such parameter; `iri` and `format` are.", name=name
            )
        if not can_name(iri):
            raise MalformedRequest("`iri` must be an absolute IRI.")
        offers = DOCUMENT_FORMATS
        if named:
            format_ = find_named([named.lower()], offers).sent
        else:
            format_ = choose_format(request, offers)
        headers = {} if named else {"Vary": "Accept"}
        headers["Link"] = ", ".join(_links(self._site, iri))
        if format_ is HTML:
            page = ThingOfDataPage(self._sites[tag])
            return vary_by_language(await page.answer_for(request, iri, headers))

        return await self._site.answer(
            request,
            format_.content_type,
            partial(_read, self._site, iri, _WRITTEN),
            lambda excerpt: _written(self._site, excerpt, format_),
            headers,
            iri,
        )

    async def thing(self, request: Request) -> Response:
        """Redirect to the document about the thing whose IRI the client requests (303).

        The IRI begins with the address of the server, or with that of the base of the data.

        Args:
            request: The request.

        Returns:
            The redirect.

        Raises:
            NotFound: The IRI is not in the data.
        """
        path = possible_paths(request.scope)[0]
        roots = dict.fromkeys((self._site.url, _root(self._site.base)))
        iris = [
            iri
            for root in roots
            for each in possible_paths(request.scope)
            if can_name(iri := root + each)
        ]
        if iris:
            client = self._site.rate_limit.charge(request.scope)
            reading = Reading(self._site.queries, client)
            subject = values("?thing", iris)
            for triple in ("?thing ?property ?value", "?value ?property ?thing"):
                pattern = reading.anywhere(triple)
                found = await reading.rows(
                    f"SELECT DISTINCT ?thing WHERE {{ {subject} {pattern} }} LIMIT 1"
                )
                if found:
                    address = document_address(found[0]["thing"].value)
                    return RedirectResponse(address or "/", 303, {"Cache-Control": "no-cache"})
        if path.split("/")[1] in _OF_APECGRAPH:
            raise NotFound(
                "There is nothing at %(path)s: these data are not a release of apecgraph, so they "
                "have no figures, conflicts, questions or sources in its sense.",
                self._available(),
                path=path,
            )
        raise NotFound("There is nothing at %(path)s.", self._available(), path=path)

    def _available(self) -> list[str]:
        paths = ("", "browse", "search", "sparql", "health", "openapi.json", ".well-known/void")
        return [f"{self._site.url}/{path}" for path in paths]


@dataclass(frozen=True, slots=True)
class _Value:
    """A value on a page.

    Attributes:
        term: The term.
        text: The beginning of a literal that is too long; None if it is shown as a whole.
        rows: The rows of a blank node, or [] if nothing is known about it.
        members: The members of a list.
        is_again: Whether the blank node is shown further up.
    """

    term: Term
    text: str | None = None
    rows: Sequence[_Row] = ()
    members: Sequence[_Value] = ()
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """A property with its values, or with the things that it links to the thing.

    Attributes:
        predicate: The property.
        values: Some values.
        count: Number of all values; None if they were not counted.
        query: A query for all of them.
    """

    predicate: str
    values: Sequence[_Value]
    count: int | None
    query: str

    @property
    def has_more(self) -> bool:
        """Whether there are more values, or may be."""
        return self.count is not None and self.count > len(self.values)


class _View:
    """The rows of a page about a thing."""

    def __init__(self, excerpt: Excerpt, names: Names, language: str) -> None:
        self.excerpt = excerpt
        self._names = names
        self._language = language
        self._nodes = _NODES
        self._by_subject: dict[Term, list[ox.Triple]] = defaultdict(list)
        for triple in excerpt.facts:
            self._by_subject[triple.subject].append(triple)

    @cached_property
    def types(self) -> list[str]:
        node = ox.NamedNode(self.excerpt.iri)
        by_name: dict[str, str] = {}
        for triple in self._by_subject[node]:
            class_ = triple.object
            if triple.predicate.value == f"{RDF}type" and isinstance(class_, ox.NamedNode):
                by_name.setdefault(self._names.title(class_.value).value, class_.value)
        return list(by_name.values())

    @cached_property
    def facts(self) -> list[_Row]:
        iri = self.excerpt.iri
        return list(self._rows(ox.NamedNode(iri), self.excerpt.fact_counts, frozenset()))

    @cached_property
    def links(self) -> list[_Row]:
        iri, counts = self.excerpt.iri, self.excerpt.link_counts
        by_property: dict[str, list[_Value]] = defaultdict(list)
        for triple in self.excerpt.links:
            by_property[triple.predicate.value].append(_Value(triple.subject))
        return [
            _Row(
                name,
                sorted(found, key=self._order),
                None if counts is None else counts.get(name),
                f"SELECT ?thing WHERE {{\n  ?thing <{name}> <{iri}>\n}}\n",
            )
            for name, found in sorted(by_property.items(), key=lambda each: self._rank(each[0]))
        ]

    @cached_property
    def uses(self) -> list[tuple[_Value, _Value]]:
        return [(_Value(each.subject), _literal(each.object)) for each in self.excerpt.uses]

    def _rows(
        self, node: Term, counts: Mapping[str, int] | None, above: frozenset[Term]
    ) -> Iterator[_Row]:
        by_property: dict[str, list[Term]] = defaultdict(list)
        for triple in self._by_subject[node]:
            by_property[triple.predicate.value].append(triple.object)
        for name in sorted(by_property, key=self._rank):
            shown = [self._value(each, above | {node}) for each in by_property[name]]
            yield _Row(
                name,
                sorted(shown, key=self._order),
                None if counts is None else counts.get(name),
                f"SELECT ?value WHERE {{\n  <{self.excerpt.iri}> <{name}> ?value\n}}\n",
            )

    def _value(self, term: Term, above: frozenset[Term]) -> _Value:
        if not isinstance(term, ox.BlankNode):
            return _literal(term)
        if term in above:
            return _Value(term, is_again=True)
        if len(above) > _DEEPEST or self._nodes <= 0:
            return _Value(term)
        self._nodes -= 1
        members = list(self._members(term, above))
        if members:
            return _Value(term, members=members)
        return _Value(term, rows=list(self._rows(term, {}, above)))

    def _members(self, node: Term, above: frozenset[Term]) -> Iterator[_Value]:
        """Yield the members of an RDF list, as far as it was read."""
        seen = set(above)
        while isinstance(node, ox.BlankNode) and node not in seen:
            seen.add(node)
            triples = {each.predicate.value: each.object for each in self._by_subject[node]}
            if f"{RDF}first" not in triples:
                return
            yield self._value(triples[f"{RDF}first"], frozenset(seen))
            node = triples.get(f"{RDF}rest", ox.NamedNode(f"{RDF}nil"))

    def _rank(self, name: str) -> tuple[int, str]:
        order = _FIRST.index(name) if name in _FIRST else len(_FIRST)
        return order, self._names.title(name).value.casefold()

    def _order(self, value: _Value) -> tuple[bool, bool, str]:
        """Put texts in the language of the page first."""
        term = value.term
        if isinstance(term, ox.Literal):
            other = (term.language or self._language).split("-")[0] != self._language
            return False, other, f"{term.language or ''} {term.value}"
        if isinstance(term, ox.NamedNode):
            return True, False, self._names.title(term.value).value.casefold()
        return True, True, ""


class ThingOfDataPage(PageOfData):
    """The page about a thing."""

    template: ClassVar[str] = "dataset/thing.html"

    async def answer_for(self, request: Request, iri: str, headers: Mapping[str, str]) -> Response:
        """Answer a request with the page about a thing; see `Documents.document`."""
        site = self.site
        return await self.respond(
            request,
            partial(_read, site, iri, _SHOWN),
            self._values,
            lambda excerpt: excerpt.labels,
            f"?iri={quote(iri, safe='')}",
            headers,
        )

    def _values(self, excerpt: Excerpt) -> dict[str, object]:
        names = Names(self.site, excerpt.labels)
        view = _View(excerpt, names, self.site.language.tag)
        is_own = excerpt.iri.startswith(f"{self.site.url}/")
        return {
            "view": view,
            "iri": excerpt.iri,
            "instances": list_address(excerpt.iri)
            if any(each.predicate.value == f"{RDF}type" for each in excerpt.links)
            else None,
            "formats": list(formats(excerpt.iri)),
            **({"canonical": excerpt.iri} if is_own else {}),
        }


def formats(iri: str) -> Iterator[tuple[Format, str]]:
    """Yield the formats of the document about a thing, each with its address."""
    for each in DOCUMENT_FORMATS:
        yield each, f"{document_address(iri)}&format={each.extension}"


async def _read(site: DatasetSite, iri: str, most: int, reading: Reading) -> Excerpt:
    excerpt = await read_excerpt(reading, iri, site.languages, most)
    if excerpt is None:
        raise NotFound("There is no <%(iri)s> in these data.", [f"{site.url}/search"], iri=iri)
    return excerpt


def _written(site: DatasetSite, excerpt: Excerpt, format_: Format) -> bytes:
    triples = list(_triples(site, excerpt))
    return rdf_bytes(triples, format_, used_prefixes(triples, site.prefixes))


def _triples(site: DatasetSite, excerpt: Excerpt) -> Iterator[ox.Triple]:
    """Write the document about a thing: its triples, and what the document is."""
    address = f"{site.url}{document_address(excerpt.iri)}"
    yield from sorted(excerpt.triples(), key=partial(_place, excerpt.iri))
    yield from triples_about(
        address,
        (f"{FOAF}primaryTopic", excerpt.iri),
        (f"{DCTERMS}isPartOf", site.dataset),
    )
    if excerpt.is_cut:
        query = f"CONSTRUCT WHERE {{ <{excerpt.iri}> ?property ?value }}"
        yield from triples_about(
            address, (f"{RDFS}seeAlso", f"{site.endpoint}?query={quote(query)}")
        )
    if site.introduction.license:
        yield from triples_about(address, (f"{DCTERMS}license", site.introduction.license))


def _place(iri: str, triple: ox.Triple) -> tuple[bool, str, bool, str]:
    subject = str(triple.subject)
    return subject != f"<{iri}>", subject, triple.predicate.value != f"{RDF}type", str(triple)


def _links(site: DatasetSite, iri: str) -> Iterator[str]:
    """Yield the typed links of a document (RFC 8288), to itself in other formats."""
    for format_, address in formats(iri):
        yield f'<{site.url}{address}>; rel="alternate"; type="{format_.media_type}"'
    yield f'<{site.url}/.well-known/void>; rel="describedby"'


def _literal(term: Term) -> _Value:
    if isinstance(term, ox.Literal) and len(term.value) > _LONGEST:
        return _Value(term, text=term.value[:_LONGEST])
    return _Value(term)


def _root(base: str) -> str:
    """Return the scheme and the authority of an IRI."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
