"""The link with which a reader reports an error."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import ValidationError

from apecgraph.settings import Settings
from apecgraph.web.pages.html import report_address
from apecgraph.web.publication import Publication
from tests.support.pages import Page
from tests.support.servers import served

ISSUES = "https://github.com/a/b/issues/new?title={title}&body={body}"
HOSTILE = 'A & B?subject=x#y\r\nBcc: c@d "<script>" 100% 海关 {body}'


@pytest.mark.parametrize("contact", ["mailto:editor@example.org", ISSUES])
def test_the_fields_have_the_claim_whatever_it_contains(contact: str) -> None:
    address = report_address(contact, HOSTILE, "https://w3id.org/x", "printed & words")
    assert address is not None
    assert not set(address) & set(' "<>\r\n#')
    sent = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert sent.keys() == (
        {"subject", "body"} if contact.startswith("mailto") else {"title", "body"}
    )
    [body] = sent["body"]
    assert HOSTILE in body
    assert "https://w3id.org/x" in body
    assert "printed & words" in body
    assert address.startswith(contact.partition("?")[0])


def test_without_a_contact_there_is_no_link(client: httpx.Client) -> None:
    assert report_address("", "title", "iri") is None
    answer = client.get("/report", params={"of": "economy/PER"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/about#report")
    assert client.get("/report").status_code == 400
    assert "Report an error" not in client.get("/doc/figure/seetaoe-258468/trade-2025.html").text


def test_the_page_of_a_claim_links_to_the_contact(publication: Publication) -> None:
    with served(publication, contact=ISSUES) as client:
        text = client.get("/doc/figure/seetaoe-258468/trade-2025.html").text
        links = dict.fromkeys(href for href, _ in Page(text).links if href.startswith("/report"))
        answers = {href: client.get(href) for href in links}
        chinese = client.get(next(iter(links)), headers={"Accept-Language": "zh"})
        table = client.get("/doc/source/seetaoe-258468.html").text
    assert len(links) > 5  # the figure, and those of the same cell in the table
    assert {each.status_code for each in answers.values()} == {303}
    link = answers["/report?of=figure/seetaoe-258468/trade-2025"].headers["location"]
    assert link.startswith("https://github.com/a/b/issues/new?")
    assert table.count('href="/report?of=statement/seetaoe-258468/') > 5
    sent = parse_qs(urlsplit(link).query)
    assert "2.629 trillion yuan" in sent["title"][0]
    assert "id/figure/seetaoe-258468/trade-2025" in sent["body"][0]
    assert "Printed: 2.629 trillion yuan" in sent["body"][0]
    [body] = parse_qs(urlsplit(chinese.headers["location"]).query)["body"]
    assert "错在何处" in body


@pytest.mark.parametrize(
    "contact",
    [
        "editor@example.org",
        "mailto:editor",
        "mailto:editor@example.org?subject=x",
        "javascript:alert({title}{body})",
        "https://example.org/new",
        "https://example.org/new?title={title}",
        'https://example.org/"{title}{body}',
    ],
)
def test_a_contact_that_cannot_be_filled_in_is_refused(contact: str) -> None:
    with pytest.raises(ValidationError, match="contact"):
        Settings(contact=contact)
