from __future__ import annotations

import json

import httpx

from apecgraph.release.citation import ReleaseCitation
from apecgraph.release.release import Release

HOSTILE = ReleaseCitation(
    "A & B", r"100% {\input{x}}_^~#$", "0" * 16, "2026", "https://example.org/"
)


def test_a_citation_names_the_release_in_each_format(
    client: httpx.Client, release: Release
) -> None:
    for extension in ("txt", "bib", "json"):
        text = client.get(f"/about/citation.{extension}").raise_for_status().text
        assert f"https://w3id.org/apecgraph/id/release/{release.name}" in text
        assert release.issued in text or extension == "json"
    assert json.loads(text)[0]["issued"] == {
        "date-parts": [[int(each) for each in release.issued.split("-")]]
    }
    assert client.get(f"/id/release/{release.name}").status_code == 303
    assert client.get("/about/citation.exe").status_code == 404


def test_bibtex_is_escaped() -> None:
    entry = HOSTILE.bibtex()
    assert r"author = {{A \& B}}" in entry
    assert r"\input" not in entry
    assert entry.count("{") - entry.count("\\{") == entry.count("}") - entry.count("\\}")


def test_unknown_parts_of_a_citation_are_left_out() -> None:
    bare = ReleaseCitation("", "Title", "0" * 16, "", "https://example.org/")
    assert bare.text() == f"Title. Release {'0' * 16}. https://example.org/"
    assert "author" not in bare.bibtex() + bare.csl()
