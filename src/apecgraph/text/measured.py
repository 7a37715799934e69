"""What figures measure, in words: "exports of China to Viet Nam"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import ID
from apecgraph.text.catalogues import Catalogue, gettext_noop

TRADE: Final = ("measure", "flow", "reporter", "counterpart")
"""The dimensions whose values say who trades with whom."""

ALL_GOODS: Final = f"{ID}coverage/all-goods"

_TOTAL: Final = f"{ID}flow/total"
_WORLD: Final = f"{ID}group/world"
_UNREMARKABLE: Final = (_TOTAL, ALL_GOODS)
"""The values that a name leaves out: the whole is meant if no part is named."""

_SENTENCES: Final = {
    ("trade-value", "total"): gettext_noop("trade of %(reporter)s with %(counterpart)s"),
    ("trade-value", "exports"): gettext_noop("exports of %(reporter)s to %(counterpart)s"),
    ("trade-value", "imports"): gettext_noop("imports of %(reporter)s from %(counterpart)s"),
    ("trade-value", "balance"): gettext_noop("trade balance of %(reporter)s with %(counterpart)s"),
    ("trade-growth", "total"): gettext_noop(
        "growth of the trade of %(reporter)s with %(counterpart)s"
    ),
    ("trade-growth", "exports"): gettext_noop(
        "growth of the exports of %(reporter)s to %(counterpart)s"
    ),
    ("trade-growth", "imports"): gettext_noop(
        "growth of the imports of %(reporter)s from %(counterpart)s"
    ),
    ("trade-growth", "balance"): gettext_noop(
        "growth of the trade balance of %(reporter)s with %(counterpart)s"
    ),
    ("trade-share", "total"): gettext_noop("share of %(counterpart)s in the trade of %(reporter)s"),
    ("trade-share", "exports"): gettext_noop(
        "share of %(counterpart)s in the exports of %(reporter)s"
    ),
    ("trade-share", "imports"): gettext_noop(
        "share of %(counterpart)s in the imports of %(reporter)s"
    ),
}
"""The words for a measure of trade of an economy with its partner, by the flow."""


def measured(values: Mapping[str, str], labels: Labels, catalogue: Catalogue) -> str:
    """Write what the figures of a series, or of several, measure, without their unit and time.

    Args:
        values: The value (an IRI) of each dimension that they share, keyed by its name.
        labels: Names the values.
        catalogue: The language to write in.

    Returns:
        The words, such as "exports of China to Viet Nam"; a list of names if the language has no
        words for the measure.
    """
    names = {name: in_sentence(value, labels, catalogue) for name, value in values.items()}
    if "subject" in names and "measure" in names:
        return catalogue.gettext(
            "%(subject)s: %(measure)s", subject=names["subject"], measure=names["measure"]
        )
    sentence = trade({"flow": _TOTAL, **values}, labels, catalogue)
    if sentence is None:
        order = ("subject", "measure", "flow", "reporter", "counterpart", "coverage")
        listed = [
            names[name] for name in order if name in names and values[name] not in _UNREMARKABLE
        ]
        return catalogue.gettext(", ").join(listed)
    if values.get("coverage", ALL_GOODS) == ALL_GOODS:
        return sentence
    return catalogue.gettext("%(trade)s: %(goods)s", trade=sentence, goods=names["coverage"])


def trade(values: Mapping[str, str], labels: Labels, catalogue: Catalogue) -> str | None:
    """Write who trades with whom.

    Args:
        values: The value (an IRI) of each dimension that is to be named.
        labels: Names the values.
        catalogue: The language to write in.

    Returns:
        The words, such as "imports of China from the world"; None if a value of `TRADE` is missing,
        or the language has no words for the measure.
    """
    if not values.keys() >= set(TRADE):
        return None
    measure, flow = (values[name].rpartition("/")[2] for name in ("measure", "flow"))
    sentence = _SENTENCES.get((measure, flow))
    if sentence is None:
        return None
    reporter, counterpart = (
        in_sentence(values[name], labels, catalogue) for name in ("reporter", "counterpart")
    )
    return catalogue.gettext(sentence, reporter=reporter, counterpart=counterpart)


def in_sentence(iri: str, labels: Labels, catalogue: Catalogue) -> str:
    """Name a thing as a sentence does: "the world", not "world"."""
    return catalogue.gettext("the world") if iri == _WORLD else labels.title(iri).value
