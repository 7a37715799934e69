"""HTML: the templates, and the functions that write terms in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from jinja2 import Environment, PackageLoader, StrictUndefined

from apecgraph.content.decisions import STANDS, STATUS, Ruling
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, DCTERMS, XSD, compact
from apecgraph.rdf.terms import Term
from apecgraph.readers.sources import Source, read_source
from apecgraph.release.release import Release
from apecgraph.text.catalogues import LOCALES
from apecgraph.text.dates import DATE_DATATYPES, spelled_day, spelled_days
from apecgraph.text.languages import autonym
from apecgraph.text.numbers import plain_number
from apecgraph.web.http.addresses import local_link
from apecgraph.web.language import Language
from apecgraph.web.pages.assets import Assets

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

    Attributes:
        assets: The files that the pages load.
        site: Title of the publication.
        digest: Digest of the code, the templates and the assets, on which all pages depend.
        version: The start of the digest, for the addresses of assets.
    """

    assets: Assets
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
        self.assets = assets
        self.digest = digest
        self.version = digest[:8]
        name = labels.label(BASE)
        self.site = "apecgraph" if name is None else name.value
        self._environment.globals.update(
            alternates=partial(alternates, languages),
            autonym=autonym,
            canonical=None,
            pictured=None,
            language=language,
            languages_of_pages=languages,
            summary=" ".join(graph.values(BASE, f"{DCTERMS}description")),
            date=partial(spelled_day, catalogue=catalogue),
            days=partial(spelled_days, catalogue=catalogue),
            site=self.site,
            release=release,
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
        return self._environment.get_template(template).render(values)

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
    """Return a digest of the code, the templates, the catalogues and the assets."""
    digest = sha256(assets.digest.encode())
    program = Path(__file__).parents[2]
    texts = [*(program / "web/templates").rglob("*.*"), *LOCALES.rglob("*.po")]
    for path in sorted([*program.rglob("*.py"), *texts]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


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


def grouped(number: ox.Literal) -> str:
    """Return a number with grouped digits: 26,290,000,000,000."""
    value = plain_number(number.value)
    return number.value if value is None else f"{value:,f}"
