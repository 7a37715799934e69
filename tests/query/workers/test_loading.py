"""Files to serve that are meant to harm: an error with their name, and the front lives on."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from resource import RLIMIT_AS, getrlimit, prlimit

import pytest

from apecgraph.errors import StoreError
from apecgraph.query.model import DataFile
from apecgraph.rdf.formats import JSON_LD, N_QUADS, RDF_XML, TURTLE, Format
from tests.support.connections import listener
from tests.support.processes import zygotes
from tests.support.stores import is_well, isolated

pytestmark = pytest.mark.usefixtures("of_others")

DEEP = 100_000
HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="a:">'


def xml(entities: str, body: str) -> str:
    return (
        f"<!DOCTYPE x [{entities}]>{HEAD}<rdf:Description rdf:about='a:s'>{body}"
        "</rdf:Description></rdf:RDF>"
    )


def refusal(path: Path, format_: Format, *, seconds: float = 30, megabytes: int = 300) -> str:
    """Have a store load a file that it does not load; return what it says."""

    async def load() -> None:
        limits = {"load_seconds": seconds, "load_megabytes": megabytes}
        with pytest.raises(StoreError) as caught:
            async with isolated([DataFile.of(path, format_)], **limits):
                pass
        told.append(str(caught.value))

    told: list[str] = []
    asyncio.run(load())
    assert told[0].startswith(f"{path} ")
    assert zygotes() == []
    return told[0].removeprefix(f"{path} ")


LAUGHS = '<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{each} "{f"&a{each - 1};" * 10}">' for each in range(1, 11)
)


@pytest.mark.parametrize(
    ("format_", "text", "reason"),
    [
        pytest.param(
            RDF_XML,
            xml(LAUGHS, "<a:p>&a10;</a:p>"),
            "cannot be loaded: it needs more than the 300 MB of memory",
            id="entities of entities",
        ),
        pytest.param(
            RDF_XML,
            xml('<!ENTITY a SYSTEM "file:///etc/passwd">', "<a:p>&a;</a:p>"),
            "cannot be loaded: <!ENTITY values",
            id="an entity from elsewhere",
        ),
        pytest.param(
            TURTLE,
            f"@prefix p: <a:{'x' * 100_000}> .\n"
            + "".join(f"p:{n} p: p: .\n" for n in range(9999)),
            "cannot be loaded: it needs more than the 300 MB of memory",
            id="a long prefix",
        ),
        pytest.param(
            N_QUADS,
            "<a:a> <a:b> " + "<<( <a:a> <a:b> " * DEEP + "<a:c>" + " )>>" * DEEP + " .",
            "cannot be loaded: it nests too deeply",
            id="deep triples",
        ),
        pytest.param(
            JSON_LD,
            '{"a:b":' * DEEP + "1" + "}" * DEEP,
            "cannot be loaded: Parser error at line 1",
            id="deep objects",
        ),
        pytest.param(
            TURTLE,
            f'<a:a> <a:b> "{"x" * 20_000_000}" .',
            "cannot be loaded: it has a literal, or another word, that is too long",
            id="a long literal",
        ),
    ],
)
def test_a_file_that_is_meant_to_harm_is_refused(
    tmp_path: Path, format_: Format, text: str, reason: str
) -> None:
    path = tmp_path / "a"
    path.write_text(text)
    assert refusal(path, format_).startswith(reason)


def test_a_file_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.rdf"
    deep = "<rdf:Description><a:p>" * DEEP + "</a:p></rdf:Description>" * DEEP
    path.write_text(f"{HEAD}{deep}</rdf:RDF>")
    assert refusal(path, RDF_XML, seconds=1).startswith("was not loaded in 1 s")


def test_no_context_is_fetched(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    with listener() as (port, callers):
        path.write_text(f'{{"@context": "http://127.0.0.1:{port}/", "@id": "a:a", "a:b": 1}}')
        assert "a context from elsewhere, and none is fetched" in refusal(path, JSON_LD)
        assert callers == []


def test_a_process_that_has_loaded_cannot_call_anybody(tmp_path: Path) -> None:
    path = tmp_path / "a.nq"
    path.write_text("<a:s> <a:p> <a:o> .\n")

    async def check() -> None:
        async with isolated([DataFile.of(path, N_QUADS)]) as store:
            (zygote,) = zygotes()
            assert "Seccomp:\t2" in Path(f"/proc/{zygote}/status").read_text()
            # The limit on memory was for the load: workers have their own.
            assert prlimit(zygote, RLIMIT_AS) == getrlimit(RLIMIT_AS)
            assert await is_well(store)

    asyncio.run(check())


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), os.mkdir])
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path, make: object) -> None:
    path = tmp_path / "a.nq"
    make(path)  # type: ignore[operator]
    assert refusal(path, N_QUADS) == "cannot be loaded: is no regular file"
    with pytest.raises(StoreError, match="is no regular file"):
        DataFile.of(path, N_QUADS)
