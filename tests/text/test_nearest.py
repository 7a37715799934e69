"""The names that are most like an unknown one."""

from __future__ import annotations

from apecgraph.text.nearest import nearest

NAMES = ("performer", "perform", "location", "performers")


def test_the_most_alike_name_comes_first() -> None:
    assert nearest("perfomer", NAMES, least=75) == ["performer"]
    assert nearest("perfomer", NAMES, least=75, most=None) == ["performer", "performers", "perform"]


def test_a_name_that_is_too_different_is_left_out() -> None:
    assert nearest("perfomer", NAMES, least=95) == []
    assert nearest("zzz", NAMES, least=0, most=0) == []
