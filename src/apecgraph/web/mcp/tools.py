"""The tools: what a program can ask, and how it is answered from the resources of a publication."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from apecgraph.rdf.namespaces import BASE, ID, PREFIXES
from apecgraph.readers.selections import PARAMETERS
from apecgraph.web.api.parameters import Listed, Searched, Selected
from apecgraph.web.mcp.asking import Publication, RefusedError, read, read_json

_LONGEST: Final = 100_000
"""Maximum number of characters of an answer, because a language model reads all of it."""

_SOURCE: Final = f"{ID}source/"
_RESULTS: Final = "application/sparql-results+json"

_TERMS: Final = """
SELECT ?term (SAMPLE(?name) AS ?label) (SAMPLE(?text) AS ?comment) {
  ?term rdfs:isDefinedBy ?ontology
  FILTER (?ontology = <ontology>)
  OPTIONAL { ?term rdfs:label ?name FILTER (LANG(?name) = "en") }
  OPTIONAL { ?term rdfs:comment ?text FILTER (LANG(?text) = "en") }
} GROUP BY ?term ORDER BY ?term"""

_OF_FIGURES: Final = """
SELECT ?property (COUNT(*) AS ?figures) { ?figure a qb:Observation ; ?property ?value }
GROUP BY ?property ORDER BY DESC(?figures) ?property"""


class Asked(BaseModel):
    """The arguments of a tool."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Asked):
    """No arguments."""


class OneThing(Asked):
    """The argument that names one thing."""

    iri: str = Field(description="Its IRI, as other tools return it")


class Queried(Asked):
    """The argument of a query."""

    query: str = Field(
        description="A SPARQL 1.1 query. The default graph has all claims that no decision "
        "rejects; GRAPH ?source { } finds each claim in the graph of its source. Declare every "
        "prefix; describe_vocabulary lists them. Use LIMIT"
    )


class OneQuestion(Asked):
    """The argument that names a question."""

    name: str = Field(description="Its name, as list_questions returns it")


_Answer = Callable[[Publication, Any], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool.

    Attributes:
        name: Its name.
        description: What it does, for the language model that chooses it.
        arguments: Its arguments.
        answer: Answers, given the publication and the arguments.
    """

    name: str
    description: str
    arguments: type[BaseModel]
    answer: _Answer


async def _search(publication: Publication, asked: Searched) -> dict[str, Any]:
    return await _listed(publication, "/api/search", asked)


async def _thing(publication: Publication, asked: OneThing) -> dict[str, Any]:
    return await _api(publication, f"/api/things/{_local(asked.iri)}")


async def _series(publication: Publication, asked: Selected) -> dict[str, Any]:
    return await _listed(publication, "/api/series", asked)


async def _figures(publication: Publication, asked: Selected) -> dict[str, Any]:
    return await _listed(publication, "/api/figures", asked)


async def _figure(publication: Publication, asked: OneThing) -> dict[str, Any]:
    return await _api(publication, f"/api/figures/{_below(asked.iri, 'figure')}")


async def _conflicts(publication: Publication, asked: Listed) -> dict[str, Any]:
    page = await _listed(publication, "/api/conflicts", asked)
    short = ({**each, "verdict": each["verdict"]["label"]} for each in page["items"])
    return {**page, "items": [_only(each, "iri", "label", "verdict", "open") for each in short]}


async def _conflict(publication: Publication, asked: OneThing) -> dict[str, Any]:
    name = _below(asked.iri, "decision")
    conflict = await read_json(publication, f"/api/conflicts/{name}")
    decision = await read_json(publication, f"/api/decisions/{name}")
    return {"conflict": conflict, "decision": decision}


async def _questions(publication: Publication, asked: Listed) -> dict[str, Any]:
    page = await _listed(publication, "/api/questions", asked)
    return {**page, "items": [_only(each, "name", "label", "columns") for each in page["items"]]}


async def _question(publication: Publication, asked: OneQuestion) -> dict[str, Any]:
    question = await read_json(publication, f"/api/questions/{asked.name}")
    return {"question": question, **await _results(publication, question["query"])}


async def _sparql(publication: Publication, asked: Queried) -> dict[str, Any]:
    return await _results(publication, asked.query)


async def _vocabulary(publication: Publication, _: Nothing) -> dict[str, Any]:
    return {
        "base": BASE,
        "prefixes": PREFIXES,
        "terms": await read(publication, "/sparql", _csv(_TERMS), "text/csv"),
        "properties_of_figures": await read(publication, "/sparql", _csv(_OF_FIGURES), "text/csv"),
    }


TOOLS: Final = (
    Tool(
        "search",
        "Find things, figures, decisions and questions by names, words or numbers, in any "
        "language.",
        Searched,
        _search,
    ),
    Tool(
        "get_thing",
        "Get all facts about one economy, meeting, body, person, topic or source, each with the "
        "sources that state it and whether it stands.",
        OneThing,
        _thing,
    ),
    Tool(
        "find_series",
        "Find series of figures, the longest first; leave out what you do not know. Each has its "
        "dimensions, which find_figures takes.",
        Selected,
        _series,
    ),
    Tool(
        "find_figures",
        "Get the figures that the arguments choose: value, interval, unit, period, source, and "
        "status. A figure whose status is 'rejected' is wrong: never quote it as a fact.",
        Selected,
        _figures,
    ),
    Tool(
        "get_figure",
        "Get one figure: value, interval, unit, period, source with its publisher and day, the "
        "words as printed, status and decisions.",
        OneThing,
        _figure,
    ),
    Tool(
        "list_conflicts",
        "List what sources contradict one another about, with the verdict of each decision.",
        Listed,
        _conflicts,
    ),
    Tool(
        "explain_conflict",
        "Explain one conflict: the claims with their sources, the arithmetic that shows that they "
        "cannot all be true, and the decision with its reasons.",
        OneThing,
        _conflict,
    ),
    Tool(
        "list_questions",
        "List the questions that this graph is known to answer, with their names.",
        Listed,
        _questions,
    ),
    Tool(
        "run_question",
        "Answer one of these questions: the query in SPARQL, its answer, and the sources of it.",
        OneQuestion,
        _question,
    ),
    Tool(
        "describe_vocabulary",
        "Describe the classes and properties that queries use, and the prefixes; ask it before "
        "you write SPARQL.",
        Nothing,
        _vocabulary,
    ),
    Tool(
        "run_sparql", "Answer a SPARQL query (SELECT or ASK), with its sources.", Queried, _sparql
    ),
)
"""All tools, those that answer most questions first."""


async def call(
    publication: Publication, tool: Tool, arguments: Mapping[str, object]
) -> dict[str, Any]:
    """Answer a call of a tool.

    Args:
        publication: The publication.
        tool: The tool.
        arguments: Its arguments.

    Returns:
        The answer, with the name of the release and the IRIs of all sources in it.

    Raises:
        RefusedError: The publication does not answer, or its answer is too long.
        pydantic.ValidationError: The arguments are wrong.
    """
    answer = await tool.answer(publication, tool.arguments.model_validate(arguments))
    release = answer.get("release")
    if release is None:
        release = (await read_json(publication, "/health"))["release"]
    cited = {"release": release, "sources": sorted(set(_sources(answer))), **answer}
    text = json.dumps(cited, ensure_ascii=False, separators=(",", ":"))
    if len(text) > _LONGEST:
        raise RefusedError(
            f"The answer is longer than {_LONGEST:,} characters: ask for fewer items, rows or "
            "columns."
        )
    return cited


async def _listed(publication: Publication, path: str, asked: Listed) -> dict[str, Any]:
    """Return a part of a list; a value may be a whole IRI."""
    sent = asked.model_dump(exclude_none=True)
    chosen = {name: _local(sent[name]) for name in PARAMETERS if name in sent}
    return await _api(publication, path, **{**sent, **chosen})


async def _api(publication: Publication, path: str, **parameters: object) -> dict[str, Any]:
    answer: dict[str, Any] = await read_json(publication, path, **parameters)
    return answer


async def _results(publication: Publication, query: str) -> dict[str, Any]:
    text = await read(publication, "/sparql", {"query": query, "cite": 1}, _RESULTS)
    answer: dict[str, Any] = json.loads(text)
    return answer


def _only(item: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: item[name] for name in names}


def _csv(query: str) -> Mapping[str, object]:
    """Return the parameters of a query for a table."""
    declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    return {"query": declared + query, "format": "csv"}


def _local(iri: str) -> str:
    """Return an IRI without the part that all things of the publication share."""
    return iri.removeprefix(ID).removeprefix(BASE)


def _below(iri: str, kind: str) -> str:
    """Return the name of a thing of one kind; raise RefusedError if the IRI is of another kind."""
    local = _local(iri)
    if not local.startswith(f"{kind}/"):
        raise RefusedError(f"{iri} is not the IRI of a {kind}: it would begin with {ID}{kind}/.")
    return local.removeprefix(f"{kind}/")


def _sources(answer: object) -> Iterator[str]:
    """Yield the IRIs of the sources that an answer names."""
    if isinstance(answer, str) and answer.startswith(_SOURCE):
        yield answer
    elif isinstance(answer, Mapping):
        for value in answer.values():
            yield from _sources(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from _sources(value)
