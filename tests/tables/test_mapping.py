"""Mappings are read with errors that name the file and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from apecgraph.errors import TableRefused, leaves
from apecgraph.rdf.graph import Graph
from apecgraph.tables.mapping import mapping_text, read_mapping, shipped_mappings
from apecgraph.tables.meanings import Meanings

PATH = Path("mapping.toml")
SOURCE = '[source]\ntitle = "Trade"\npublisher = "publisher/gacc"\n'


def refusals(text: str) -> list[str]:
    with pytest.raises((TableRefused, ExceptionGroup)) as caught:
        read_mapping(text, PATH)
    return [str(each) for each in leaves(caught.value)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source = ", "mapping.toml: is not TOML: "),
        (f"source = {'[' * 100_000}", "mapping.toml: nests brackets too deep"),
        (f"source = {'7' * 5000}", "mapping.toml: is not TOML: Exceeds the limit (4300 digits)"),
        ("[layout]\n", "mapping.toml: source.title: Field required"),
        (
            f"{SOURCE}[layout]\nshet = 'x'",
            "mapping.toml: layout.shet: Extra inputs are not permitted",
        ),
        (
            f"{SOURCE}[[headers]]\nrow = 1\n[headers.labels]\n'出口' = {{ scale = -1 }}",
            "mapping.toml: headers[1].labels.出口.scale: Input should be greater",
        ),
        (
            f"{SOURCE}[[keys]]\ncolumn = 1\nperiods = ['{{day}}']",
            "mapping.toml: keys[1].periods[1]: Value error, '{day}' is not one of: ",
        ),
        (
            f"{SOURCE}[[excuses]]\ncheck = 'sum'\nreason = 'x'",
            "mapping.toml: excuses[1].check: Input should be 'flows', 'months', ",
        ),
        (f"{SOURCE}[[skip]]\nrows = ['x']", "mapping.toml: skip[1].reason: Field required"),
        ("extends = 'gacc'", "mapping.toml: extends: there is no mapping 'gacc', but comtrade, "),
    ],
)
def test_an_error_names_its_key(text: str, message: str) -> None:
    assert any(each.startswith(message) for each in refusals(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[constant]\nflow = 'flow/export'",
            "constant.flow: 'flow/export' is ",
        ),
        ("[names]\n'ASEAN' = 'group/asean'", "names.asean: 'group/asean' is "),
        (
            "compiler = 'publisher/gacc'",
            "source.compiler: 'publisher/gacc' is not the name of any body",
        ),
        (
            "[[keys]]\ncolumn = 1\nlabels = { USD = { currency = 'unit/usd' } }",
            "keys[1].labels.USD.currency: ",
        ),
    ],
)
def test_an_unknown_code_names_its_key(text: str, message: str, graph: Graph) -> None:
    mapping = read_mapping(f"{SOURCE}{text}", PATH)
    with pytest.raises(ExceptionGroup) as caught:
        Meanings(mapping, graph)
    (error,) = leaves(caught.value)
    assert str(error).startswith(f"the mapping: {message}")


@pytest.mark.parametrize("name", shipped_mappings())
def test_the_mappings_that_ship_name_known_things(name: str, graph: Graph) -> None:
    source = "" if name != "tidy" else SOURCE
    Meanings(read_mapping(mapping_text(name) + source, PATH), graph)


def test_a_mapping_completes_another() -> None:
    text = """
    extends = "gacc-release"
    [source]
    title = "March"
    [[skip]]
    rows = ["India"]
    reason = "x"
    """
    mapping = read_mapping(text, PATH, {"url": "https://example.org/"})
    base = read_mapping(mapping_text("gacc-release"), PATH)
    assert (mapping.source.title, mapping.source.compiler) == ("March", "body/gacc")
    assert mapping.source.url == "https://example.org/"
    assert mapping.skip[:-1] == base.skip
    assert mapping.skip[-1].rows == ("India",)
