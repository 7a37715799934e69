"""Files of other programs are read under the names, and in the forms, that people have them."""

from __future__ import annotations

import gzip
from io import BytesIO
from pathlib import Path

import pytest

from apecgraph.files import LARGEST
from apecgraph.rdf.files import RdfBytes, named_format, read_rdf
from apecgraph.rdf.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("names", "format_"),
    [
        ("ttl turtle n3 TTL", TURTLE),
        ("nt ntriples", N_TRIPLES),
        ("nq nquads", N_QUADS),
        ("trig", TRIG),
        ("rdf owl xml rdfxml", RDF_XML),
        ("jsonld json", JSON_LD),
    ],
)
def test_the_ending_of_a_name_is_its_format_also_if_the_file_is_compressed(
    names: str, format_: Format
) -> None:
    for name in names.split():
        assert named_format(Path(f"a.b.{name}")) == format_
        assert named_format(Path(f"a.b.{name}.gz")) == format_


@pytest.mark.parametrize("name", ["a", "ttl", "a.gz", "a.csv", "a.ttl.zip"])
def test_other_names_name_no_format(name: str) -> None:
    assert named_format(Path(name)) is None


@pytest.mark.parametrize("size", [1, 2, 4, 5, 100, -1])
@pytest.mark.parametrize("text", [b"", b"a", b"abcd", b"a" * 10])
def test_a_parser_reads_the_text_without_compression_and_byte_order_mark(
    text: bytes, size: int
) -> None:
    for data in (text, BOM + text):
        for stored in (
            data,
            gzip.compress(data),
            gzip.compress(data[:4]) + gzip.compress(data[4:]),
        ):
            source = RdfBytes(BytesIO(stored))
            assert b"".join(iter(lambda: source.read(size), b"")) == text  # noqa: B023


def test_progress_is_in_bytes_of_the_file() -> None:
    data = gzip.compress(b"a" * 1_000_000)
    reported: list[int] = []
    assert len(RdfBytes(BytesIO(data), reported.append).read()) == 1_000_000
    assert reported[-1] == len(data)


def test_a_file_that_is_damaged_or_decompresses_to_too_much_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.nt.gz"
    path.write_bytes(gzip.compress(b"a" * 100_000)[:-10])
    with pytest.raises(OSError, match="is damaged"):
        read_rdf(path)
    path.write_bytes(gzip.compress(b"a" * (LARGEST + 1), compresslevel=1))
    with pytest.raises(OSError, match="bytes allowed"):
        read_rdf(path)
