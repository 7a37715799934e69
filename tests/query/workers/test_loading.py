"""Harmful files are rejected, the error names them, and the front process keeps running."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from resource import RLIMIT_AS, getrlimit, prlimit

import pytest

from apecgraph.errors import StoreError
from apecgraph.query.loading import load
from apecgraph.query.model import DataFile
from apecgraph.rdf.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TURTLE, Format
from tests.support.connections import listener
from tests.support.processes import zygotes
from tests.support.stores import G1, G2, QUADS, ask, is_well, isolated

DEEP = 100_000
HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="a:">'


def xml(entities: str, body: str) -> str:
    return (
        f"<!DOCTYPE x [{entities}]>{HEAD}<rdf:Description rdf:about='a:s'>{body}"
        "</rdf:Description></rdf:RDF>"
    )


async def refusal(path: Path, format_: Format, *, seconds: float = 30, megabytes: int = 300) -> str:
    """Load a file, which must fail; return the message without the path that it begins with."""
    limits = {"load_seconds": seconds, "load_megabytes": megabytes}
    with pytest.raises(StoreError) as caught:
        async with isolated([DataFile.of(path, format_)], **limits):
            pass
    message = str(caught.value)
    assert message.startswith(f"{path} ")
    assert zygotes() == []
    return message.removeprefix(f"{path} ")


async def test_quads_and_graphs_are_counted(files: list[DataFile]) -> None:
    async with isolated(files) as store:
        assert store.quads == QUADS
        assert store.graphs == {G1, G2}


async def test_a_blank_node_label_in_two_files_names_two_nodes(tmp_path: Path) -> None:
    paths = [tmp_path / "a.nq", tmp_path / "b.nq"]
    for path in paths:
        path.write_text('_:a <a:p> "1" .\n_:a <a:p> "2" .\n')
    async with isolated([DataFile.of(path, N_QUADS) for path in paths]) as store:
        text = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"
        assert await ask(store, text) == b"n\r\n2\r\n"


async def test_the_error_names_a_file_that_cannot_be_loaded(tmp_path: Path) -> None:
    broken = tmp_path / "broken.nq"
    broken.write_text("<a:s> <a:p> <a:o> .\n<a:s> oops .\n")
    assert "line 2" in await refusal(broken, N_QUADS)
    assert "No such file" in await refusal(tmp_path / "none.nq", N_QUADS)
    with pytest.raises(StoreError, match="line 2"):
        load([DataFile.of(broken, N_QUADS)])


LAUGHS = '<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{each} "{f"&a{each - 1};" * 10}">' for each in range(1, 11)
)


@pytest.mark.parametrize(
    ("format_", "text", "reason"),
    [
        pytest.param(
            RDF_XML,
            xml(LAUGHS, "<a:p>&a10;</a:p>"),
            "cannot be loaded: it needs more than 300 MB of memory",
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
            "cannot be loaded: it needs more than 300 MB of memory",
            id="a long prefix",
        ),
        pytest.param(
            N_QUADS,
            "<a:a> <a:b> " + "<<( <a:a> <a:b> " * DEEP + "<a:c>" + " )>>" * DEEP + " .",
            "cannot be loaded: its content is nested too deeply",
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
            "cannot be loaded: it contains a literal, or another token, that is too long",
            id="a long literal",
        ),
    ],
)
async def test_a_harmful_file_is_refused(
    tmp_path: Path, format_: Format, text: str, reason: str
) -> None:
    path = tmp_path / "a"
    path.write_text(text)
    assert (await refusal(path, format_)).startswith(reason)


async def test_what_comes_out_of_gzip_is_limited_as_a_file_is(tmp_path: Path) -> None:
    path = tmp_path / "a.nt.gz"
    path.write_bytes(gzip.compress(b'<a:s> <a:p> "' + b"x" * 50_000_000 + b'" .', 1))
    assert (await refusal(path, N_TRIPLES)).startswith("cannot be loaded: it contains a literal")
    numbers = (f'<a:s> <a:p> "{number}{"x" * 1000}" .\n' for number in range(100_000))
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.writelines(numbers)
    assert "it needs more than 90 MB of memory" in await refusal(path, N_TRIPLES, megabytes=90)


async def test_a_file_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.rdf"
    deep = "<rdf:Description><a:p>" * DEEP + "</a:p></rdf:Description>" * DEEP
    path.write_text(f"{HEAD}{deep}</rdf:RDF>")
    assert (await refusal(path, RDF_XML, seconds=1)).startswith("was not loaded in 1 s")


async def test_no_json_ld_context_is_fetched(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    with listener() as (port, callers):
        path.write_text(f'{{"@context": "http://127.0.0.1:{port}/", "@id": "a:a", "a:b": 1}}')
        assert "it refers to a remote context, which is not fetched" in await refusal(path, JSON_LD)
        assert callers == []


async def test_a_process_that_has_loaded_cannot_open_connections(tmp_path: Path) -> None:
    path = tmp_path / "a.nq"
    path.write_text("<a:s> <a:p> <a:o> .\n")
    async with isolated([DataFile.of(path, N_QUADS)]) as store:
        (zygote,) = zygotes()
        assert "Seccomp:\t2" in Path(f"/proc/{zygote}/status").read_text()
        # The limit on memory was for the load: workers have their own.
        assert prlimit(zygote, RLIMIT_AS) == getrlimit(RLIMIT_AS)
        assert await is_well(store)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), os.mkdir])
async def test_only_regular_files_are_opened(tmp_path: Path, make: object) -> None:
    path = tmp_path / "a.nq"
    make(path)  # type: ignore[operator]
    assert await refusal(path, N_QUADS) == "cannot be loaded: is not a regular file"
    with pytest.raises(StoreError, match="is not a regular file"):
        DataFile.of(path, N_QUADS)
