from __future__ import annotations

import pytest

from apecgraph.entry.numbers import read_number
from apecgraph.errors import EntryRefused
from apecgraph.rdf.namespaces import ID


@pytest.mark.parametrize("given", [("1", "7" * 5000, "0"), ("1", "0", "7" * 5000)])
def test_a_number_with_more_digits_than_python_reads_is_refused(
    given: tuple[str, str, str],
) -> None:
    options = {"is_growth": False, "in_percent": False, "in_money": False}
    with pytest.raises(EntryRefused, match=r"777… \(4,800 more characters\)") as caught:
        read_number(None, given, f"{ID}unit/count", **options)
    assert "is not a whole number" in str(caught.value)
    assert read_number(None, ("1", "12", "0"), f"{ID}unit/count", **options).multiplier == 12
