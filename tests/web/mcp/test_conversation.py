"""A journalist's questions are answered by the tools alone, over HTTP and by the command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters

from apecgraph.rdf.namespaces import ID, PREFIXES
from tests.support.command import COMMAND

Ask = Callable[..., Awaitable[Any]]


def connected(server: str, transport: str) -> Client:
    """Return the official client of the protocol, which reaches the server over a transport."""
    if transport == "http":
        return Client(f"{server}/mcp")
    program, *arguments = COMMAND
    return Client(StdioServerParameters(command=program, args=[*arguments, "mcp", server]))


def talk(server: str, transport: str, ask_all: Callable[[Ask], Awaitable[None]]) -> None:
    """Pass the function that calls a tool to a conversation."""

    async def converse() -> None:
        async with connected(server, transport) as client:

            async def ask(tool: str, **arguments: Any) -> Any:
                result = await client.call_tool(tool, arguments)
                (content,) = result.content
                assert content.type == "text"
                assert not result.is_error, content.text
                answer = result.structured_content
                assert json.loads(content.text) == answer
                assert len(answer["release"]) == 16
                return answer

            await ask_all(ask)

    asyncio.run(converse())


def hit(answer: Mapping[str, Any], kind: str) -> str:
    """Return the IRI of the first hit of a kind."""
    iri: str = next(item["iri"] for item in answer["items"] if item["iri"].startswith(ID + kind))
    return iri


@pytest.mark.parametrize("transport", ["http", "stdio"])
def test_ten_questions_of_a_journalist(server: str, transport: str) -> None:
    async def conversation(ask: Ask) -> None:
        # 1. How large was China's trade with the other APEC economies in 2025?
        found = await ask("search", q="China trade with APEC 2025")
        decided = hit(found, "decision/")
        assert "26.29 trillion yuan, not 2.629" in json.dumps(found)
        assert f"{ID}source/chinadailyasia-628497" in found["sources"]

        # 2. An article says 2.629 trillion: may I quote it?
        figure = await ask("get_figure", iri=f"{ID}figure/seetaoe-258468/trade-2025")
        assert figure["status"] == "rejected"
        assert figure["sources"] == [f"{ID}source/seetaoe-258468"]
        assert figure["decisions"][0]["decision"]["iri"] == decided

        # 3. Why is it wrong?
        why = await ask("explain_conflict", iri=decided)
        contradiction = why["conflict"]["contradictions"][0]
        assert contradiction["ratio"] == pytest.approx(10, rel=0.1)
        assert {each["text"] for each in why["decision"]["rejected"]} == {"2.629 trillion yuan"}
        assert why["decision"]["reasons"]

        # 4. Which publisher prints the right number?
        right = why["decision"]["upheld"][0]
        assert right["value"] == 26_290_000_000_000
        assert right["source"]["publisher"]["label"]

        # 5. What else do the sources contradict one another about?
        conflicts = await ask("list_conflicts", limit=100)
        assert conflicts["total"] == len(conflicts["items"]) > 20

        # 6. Which series of China's trade are there, in which years?
        series = await ask(
            "find_series", reporter=f"{ID}economy/CHN", measure="measure/trade-value"
        )
        longest = series["items"][0]
        assert longest["figures"] > 1
        chosen = {name: value["iri"] for name, value in longest["dimensions"].items()}

        # 7. And their numbers? A wrong one among them says so.
        figures = await ask("find_figures", **chosen, limit=50)
        assert figures["total"] == longest["figures"]
        assert {each["status"] for each in figures["items"]} >= {"stands", "rejected"}
        assert all(each["source"]["iri"] in figures["sources"] for each in figures["items"])

        # 8. Where does the committee meet, and who says so?
        body = await ask("search", q="Sub-Committee on Customs Procedures")
        committee = await ask("get_thing", iri=hit(body, "body/"))
        facts = {fact["property"]["label"]: fact for fact in committee["facts"]}
        assert any(value["sources"] for fact in facts.values() for value in fact["values"])

        # 9. Which questions can be asked at once? Who chaired the committee in each year?
        questions = await ask("list_questions", limit=100)
        chairs = next(each["name"] for each in questions["items"] if "chaired" in each["label"])
        answer = await ask("run_question", name=chairs)
        rows = answer["results"]["bindings"]
        assert {row["year"]["value"] for row in rows} >= {"2026"}
        assert {row["source"]["value"] for row in rows} <= set(answer["sources"])

        # 10. A question of one's own, in the words of the vocabulary.
        vocabulary = await ask("describe_vocabulary")
        assert vocabulary["prefixes"] == PREFIXES
        assert f"{PREFIXES['apec']}Decision,decision," in vocabulary["terms"]
        query = f"SELECT (COUNT(*) AS ?n) {{ ?d a <{PREFIXES['apec']}Decision> }}"
        counted = await ask("run_sparql", query=query)
        assert int(counted["results"]["bindings"][0]["n"]["value"]) == conflicts["total"]
        query = (
            f"SELECT ?value {{ GRAPH <{ID}source/seetaoe-258468> {{ "
            f"<{ID}figure/seetaoe-258468/trade-2025> <{PREFIXES['apec']}value> ?value }} }}"
        )
        cited = await ask("run_sparql", query=query)
        assert cited["sources"] == [f"{ID}source/seetaoe-258468"]
        assert "rejected" in json.dumps(cited["citations"]["claims"])
        assert decided in cited["citations"]["decisions"]

    talk(server, transport, conversation)


def test_wrong_calls_are_told_what_is_wrong(server: str) -> None:
    wrong: tuple[tuple[str, dict[str, object], str], ...] = (
        ("search", {}, "q: Field required"),
        ("search", {"q": "x", "color": 1}, "color: Extra inputs are not permitted"),
        ("search", {"q": "x" * 10_000}, "q: String should have at most"),
        ("find_figures", {"limit": 10**9}, "limit: Input should be less than or equal to 100"),
        ("find_figures", {"reporter": "economy/nowhere"}, "economy/nowhere"),
        ("get_figure", {"iri": f"{ID}figure/none/such"}, "There is nothing at"),
        ("get_figure", {"iri": f"{ID}economy/CHN"}, "is not the IRI of a figure"),
        ("get_thing", {"iri": "../../health"}, "There is nothing at"),
        ("explain_conflict", {"iri": "http://example.org/"}, "is not the IRI of a decision"),
        ("run_question", {"name": "none"}, "There is no question"),
        ("run_sparql", {"query": "SELECT"}, "Line 1"),
        ("run_sparql", {"query": "DROP ALL"}, "update"),
        ("run_sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1:9/> {} }"}, "SERVICE"),
        ("run_sparql", {"query": "SELECT * { ?s ?p ?o }"}, "ask for fewer"),
        (
            "run_sparql",
            {"query": "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 1"},
            "application/trig",
        ),
        ("buy", {}, "There is no such tool; there are search"),
    )

    async def converse() -> None:
        async with connected(server, "http") as client:
            for tool, arguments, said in wrong:
                result = await client.call_tool(tool, arguments)
                (content,) = result.content
                assert content.type == "text"
                assert result.is_error, (tool, arguments, content.text[:200])
                assert said in content.text, (tool, arguments)
                assert len(content.text) < 5000

    asyncio.run(converse())
