"""The kinds of things that have a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from apecgraph.rdf.namespaces import APEC, DCTERMS, FOAF, ID, ORG, SCHEMA, SKOS
from apecgraph.readers.lists.listing import Listing
from apecgraph.readers.lists.listings import Listings
from apecgraph.text.catalogues import gettext_noop


@dataclass(frozen=True, slots=True)
class ListingKind:
    """A kind of things that has a list.

    Attributes:
        name: Its name in addresses.
        title: Its title, a message in English.
        about: What its things are, a message in English.
        paths: The first parts of the IRIs of its things.
        classes: The classes of its things.
        scheme: The code list of its things, or None.
        read: Reads the list.
    """

    name: str
    title: str
    about: str
    paths: tuple[str, ...]
    classes: tuple[str, ...]
    scheme: str | None
    read: Callable[[Listings], Listing]


KINDS: Final = {
    kind.name: kind
    for kind in (
        ListingKind(
            "economies",
            gettext_noop("Economies"),
            gettext_noop(
                "The member economies, with their customs administrations and their trade."
            ),
            ("economy",),
            (f"{APEC}Economy",),
            None,
            Listings.economies,
        ),
        ListingKind(
            "meetings",
            gettext_noop("Meetings"),
            gettext_noop(
                "Meetings and other events, and the years of hosting that they belong to."
            ),
            ("meeting",),
            (f"{SCHEMA}Event", f"{SCHEMA}EventSeries"),
            None,
            Listings.meetings,
        ),
        ListingKind(
            "bodies",
            gettext_noop("Bodies"),
            gettext_noop("Committees, customs administrations and other organizations."),
            ("body",),
            (f"{ORG}Organization", f"{ORG}OrganizationalCollaboration"),
            None,
            Listings.bodies,
        ),
        ListingKind(
            "people",
            gettext_noop("People"),
            gettext_noop("Those who spoke at the meetings, or whom the documents quote or name."),
            ("person",),
            (f"{SCHEMA}Person",),
            None,
            Listings.people,
        ),
        ListingKind(
            "topics",
            gettext_noop("Topics"),
            gettext_noop("What the meetings, the initiatives and the documents are about."),
            ("topic",),
            (f"{SKOS}Concept",),
            f"{ID}scheme/topics",
            Listings.topics,
        ),
        ListingKind(
            "publishers",
            gettext_noop("Publishers"),
            gettext_noop(
                "Who put out the documents, with the number of their claims that decisions reject."
            ),
            ("publisher",),
            (f"{FOAF}Agent",),
            None,
            Listings.publishers,
        ),
        ListingKind(
            "periods",
            gettext_noop("Periods"),
            gettext_noop("The years, quarters, months and other periods that figures are about."),
            ("period",),
            (f"{DCTERMS}PeriodOfTime",),
            None,
            Listings.periods,
        ),
    )
}
"""The kinds of things that have a list, keyed by their names in addresses."""
