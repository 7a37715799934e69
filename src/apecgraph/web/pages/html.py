"""HTML: the templates, and the functions that write terms in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from apecgraph.content.decisions import STANDS, STATUS, Ruling
from apecgraph.content.folder import default_content
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, DCTERMS, ID, SKOS, XSD, compact
from apecgraph.rdf.terms import Term
from apecgraph.readers.sources import Source, read_source
from apecgraph.release.release import Release
from apecgraph.text.catalogues import ENGLISH, LOCALES, Catalogue
from apecgraph.text.dates import DATE_DATATYPES, spelled_day, spelled_days
from apecgraph.text.languages import autonym
from apecgraph.text.numbers import grouped
from apecgraph.text.spacing import Spacing
from apecgraph.web.http.addresses import document_name, local_link
from apecgraph.web.language import Language
from apecgraph.web.pages.assets import Assets

_LONGEST_TITLE: Final = 200
"""Maximum number of characters of the title of a report."""

_UNITS: Final = f"{ID}scheme/units"

_KINDS: Final = {
    **dict.fromkeys((f"{XSD}decimal", f"{XSD}integer"), "number"),
    **dict.fromkeys(DATE_DATATYPES, "date"),
}


class Html:
    """Fills in templates; text from the data is escaped.

    Args:
        release: The release that the pages describe, or None if other files are served.
        graph: Contains the release, or nothing.
        assets: The files that the pages load.
        digest: Digest of the code, the templates and the assets, on which all pages depend.
        language: The language of the pages.
        languages: The tags of the languages in which there are pages.
        contact: Whom readers tell about an error; see the setting of that name.
        name: The title of the publication, unless the graph has one.

    Attributes:
        assets: The files that the pages load.
        contact: Whom readers tell about an error, or an empty string.
        site: Title of the publication.
        digest: Digest of the code, the templates and the assets, on which all pages depend.
        version: The start of the digest, for the addresses of assets.
    """

    assets: Assets
    contact: str
    site: str
    digest: str
    version: str

    def __init__(
        self,
        release: Release | None,
        graph: Graph,
        assets: Assets,
        digest: str,
        language: Language,
        languages: Sequence[str],
        contact: str = "",
        name: str = "apecgraph",
    ) -> None:
        self._graph = graph
        labels, catalogue = language.labels, language.catalogue
        self._environment = Environment(
            loader=PackageLoader("apecgraph.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.policies["ext.i18n.trimmed"] = True
        self._environment.install_gettext_translations(  # type: ignore[attr-defined]
            catalogue.translations, newstyle=True
        )
        self._environment.filters["unbroken"] = unbroken
        units = graph.default_graph.subjects(f"{SKOS}inScheme", _UNITS)
        self._spacing = Spacing(catalogue, map(language.numerals.unit, units))
        self.assets = assets
        self.contact = contact
        self.digest = digest
        self.version = digest[:8]
        title = labels.label(BASE)
        self.site = name if title is None else title.value
        self._environment.globals.update(
            alternates=partial(alternates, languages),
            autonym=autonym,
            canonical=None,
            pictured=None,
            language=language,
            languages_of_pages=languages,
            summary=" ".join(labels.texts(BASE, f"{DCTERMS}description")),
            document=document_name,
            date=partial(spelled_day, catalogue=catalogue),
            days=partial(spelled_days, catalogue=catalogue),
            site=self.site,
            release=release,
            contact=contact,
            rulings_by_word=rulings_by_word,
            bundled=assets.bundled,
            compact=compact,
            grouped=grouped,
            kind=kind,
            link=local_link,
            quantities=language.quantities,
            source=self.source,
            schema_org=None,
            title=labels.title,
            version=self.version,
        )

    def page(self, template: str, **values: object) -> str:
        """Fill in a template.

        Args:
            template: Path of the template below `templates/`.
            **values: Values for the template.

        Returns:
            The page.
        """
        text = self._environment.get_template(template).render(values)
        return self._spacing.correct(text)

    def problem(self, problem: Mapping[str, object]) -> str:
        """Return the page about an error, given the members of its problem details (RFC 9457)."""
        return self.page("problem.html", problem=problem)

    def source(self, iri: str) -> Source:
        """Return the description of a source."""
        return read_source(self._graph, iri)


def alternates(languages: Iterable[str], address: str) -> dict[str, str]:
    """Return the addresses of a page in some languages, by their tags."""
    mark = "&" if "?" in address else "?"
    return {tag: f"{address}{mark}lang={tag}" for tag in languages}


def program_digest(assets: Assets) -> str:
    """Return a digest of the code, the texts that pages are made from, and the assets."""
    digest = sha256(assets.digest.encode())
    program = Path(__file__).parents[2]
    texts = [*(program / "web/templates").rglob("*.*"), *LOCALES.rglob("*.po")]
    texts += [*program.rglob("*.toml"), *(default_content() / "docs").rglob("*.*")]
    for path in sorted([*program.rglob("*.py"), *texts]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def report_address(
    contact: str, title: str, iri: str, words: str = "", catalogue: Catalogue = ENGLISH
) -> str | None:
    """Return the address at which readers report an error, with a claim filled in.

    Args:
        contact: The setting: `mailto:` with an address, or an address with `{title}` and `{body}`.
        title: The label of the claim or of another thing.
        iri: Its IRI.
        words: What its source prints, if it is a claim.
        catalogue: The language of the reader.

    Returns:
        The address, or None if the setting is empty.
    """
    if not contact:
        return None
    gettext = catalogue.gettext
    lines = [title, iri, *([gettext("Printed: %(words)s", words=words)] if words else [])]
    lines += ["", gettext("What is wrong, and the document that shows it:"), ""]
    heading = gettext("Error: %(title)s", title=title)[:_LONGEST_TITLE]
    fields = {"title": heading, "body": "\r\n".join(lines)}
    encoded = {name: quote(text, safe="") for name, text in fields.items()}
    if contact.startswith("mailto:"):
        return f"{contact}?subject={encoded['title']}&body={encoded['body']}"
    return contact.replace("{title}", encoded["title"]).replace("{body}", encoded["body"])


def unbroken(text: str) -> Markup:
    """Return a text as an element that stays on one line, such as a number with its unit."""
    return Markup('<span class="whole">{}</span>').format(text)


def kind(term: Term) -> str:
    """Return the kind of a term: "iri", "text", "number", "date", "node" or "triple"."""
    match term:
        case ox.NamedNode():
            return "iri"
        case ox.Literal():
            return _KINDS.get(term.datatype.value, "text")
        case ox.BlankNode():
            return "node"
        case _:
            return "triple"


def rulings_by_word(
    rulings: Iterable[Ruling], title: Callable[[str], ox.Literal]
) -> Mapping[str, list[Ruling]]:
    """Group rulings by the word that pages show next to the claim.

    Args:
        rulings: Rulings of decisions on one claim.
        title: Returns the label of an IRI, such as the IRI of a verdict.

    Returns:
        The rulings, keyed by the name of the status, or, if the claim is accepted, by the title
        of the verdict.
    """
    by_word: dict[str, list[Ruling]] = {}
    for ruling in rulings:
        stands = ruling.status == STANDS
        word = title(ruling.verdict).value if stands else ruling.status.removeprefix(STATUS)
        by_word.setdefault(word, []).append(ruling)
    return by_word
