from __future__ import annotations

import pytest

from apecgraph.text.catalogues import read_catalogues
from apecgraph.text.spacing import Spacing


@pytest.mark.parametrize(
    ("tag", "html", "corrected"),
    [
        ("en", "<b>26.29 trillion yuan</b>", "<b>26.29_trillion_yuan</b>"),
        (
            "en",
            "1.5 billion US dollars, 60 % and 3 yuan",
            "1.5_billion_US dollars, 60_% and 3_yuan",
        ),
        ("en", "2.1 million people", "2.1_million people"),
        (
            "en",
            "26.285 trillion to under 26.295 trillion",
            "26.285_trillion to under 26.295_trillion",
        ),
        ("en", "3 yuanish, 4 millions, v2 yuan-based", "3 yuanish, 4 millions, v2 yuan-based"),
        ("en", '<a title="5 yuan" href="/">5 yuan</a>', '<a title="5 yuan" href="/">5_yuan</a>'),
        (
            "en",
            "<pre>5 yuan</pre><textarea>5 %</textarea>",
            "<pre>5 yuan</pre><textarea>5 %</textarea>",
        ),
        ("zh", "45.47万亿元。 下一句。 <em>词</em> 5 %", "45.47万亿元。下一句。<em>词</em> 5_%"),
    ],
)
def test_quantities_do_not_break_and_chinese_sentences_have_no_space_between(
    tag: str, html: str, corrected: str
) -> None:
    spacing = Spacing(read_catalogues()[tag], ["yuan", "US dollars", "%", ""])
    assert spacing.correct(html) == corrected.replace("_", "\xa0")
