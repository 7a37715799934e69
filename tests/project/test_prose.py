"""The counter of unclear English finds its signs, in files of each kind and over line ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.prose import main, signs


@pytest.mark.parametrize(
    ("unclear", "clear"),
    [
        ("What is rejected stays in its graph.", "Rejected claims stay in their graph."),
        ("The report, where there is one.", "The report, if there is one."),
        ("It is a conflict or is none.", "It may be a conflict."),
        ("The name; None where it has none.", "The name, or None if it has none."),
        ("The file comes to who asks for it.", "A client that requests the file gets it."),
        ("The client is told to wait.", "The response asks the client to wait."),
        ("The manifest tells which files there are.", "The manifest lists the files."),
        ("The address stands in the header.", "The address is in the header."),
        ("It takes longer than the most that it may.", "It exceeds its limit."),
        ("It is empty but for a label.", "It is empty except for a label."),
        ("The terms, by IRI.", "The terms, keyed by IRI."),
        ("Negotiation by RFC 9110.", "Negotiation according to RFC 9110."),
        ("Nothing stops it. So it is killed.", "Nothing stops it, so it is killed."),
        ("This is the least ratio allowed.", "This is the minimum ratio."),
        ("A data set has a structure.", "A dataset has a structure."),
        ("The name is no word of the table.", "The name is not in the table."),
        ("It is shown beside the claim.", "It is shown next to the claim."),
        ("It is kept, also if it fails.", "It is kept even if it fails."),
        ('sh:message "it needs one label"', 'sh:message "it needs exactly one label"'),
    ],
)
def test_a_sign_is_found_and_its_rewrite_is_not(unclear: str, clear: str, tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(unclear)
    assert list(signs(tmp_path))
    page.write_text(clear)
    assert not list(signs(tmp_path))


def test_a_sign_is_found_in_comments_and_strings_with_its_line(tmp_path: Path) -> None:
    module = tmp_path / "src" / "module.py"
    module.parent.mkdir()
    module.write_text(
        'what = is_none = 1\n\n# a comment about what\n# is there\nname = """A name; None\n'
        '    where it has no name."""\n'
    )
    assert sorted((sign.line, sign.kind) for sign in signs(tmp_path)) == [
        (3, "what, for a noun"),
        (5, "None where"),
        (6, "where, for if"),
    ]


def test_too_many_signs_fail_and_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "README.md").write_text("Clear.\n\nIt is none.\n")
    assert main(tmp_path) == 0
    monkeypatch.setattr("tools.prose.MOST", 0)
    assert main(tmp_path) == 1
    assert "README.md:3: is none: 'is none'" in capsys.readouterr().out
