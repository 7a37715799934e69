"""Reconciliation: the entities that a name, a code or some property values may mean.

The Reconciliation Service API 0.2 (section 4) defines queries and candidates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rapidfuzz import fuzz, process

from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.rdf.namespaces import ID
from apecgraph.search.entities import Entities, Entity
from apecgraph.search.identifiers import Identifiers
from apecgraph.search.property_match import ALIKE, EXACT, PropertyCondition, PropertyMatcher, Wanted
from apecgraph.text.folding import fold, spellings

Strictness: TypeAlias = Literal["any", "should", "all"]

_LEAST: Final = 45.0
_OTHER_TYPE: Final = 0.5  # factor for the score of a candidate that has none of the types
_PROPERTY_SHARE: Final = 0.3  # of the score, if a query has both a name and properties


@dataclass(frozen=True, slots=True)
class ReconciliationQuery:
    """A reconciliation query (section 4.1): a name or a code, conditions, or both.

    Attributes:
        text: The name or the code, or None.
        types: Ids or IRIs of types.
        strictness: "any" allows only entities with at least one of the types, "all" only entities
            with all types. "should" lowers the score of other entities, which are never certain.
        conditions: Conditions on property values.
        limit: Maximum number of candidates.
    """

    text: str | None
    types: tuple[str, ...] = ()
    strictness: Strictness = "any"
    conditions: tuple[PropertyCondition, ...] = ()
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a query may mean (section 4.2).

    Attributes:
        entity: The entity.
        score: The score, up to EXACT.
        match: Whether the candidate is certain: it is the only entity of the types with the name
            or the code and with all values.
        features: The parts of the score.
    """

    entity: Entity
    score: float
    match: bool
    features: Mapping[str, float | bool]


class Reconciler:
    """Finds candidates among entities."""

    def __init__(self, entities: Entities, identifiers: Identifiers) -> None:
        self._entities = entities
        self._identifiers = identifiers
        self._conditions = PropertyMatcher(entities, self.exact)
        self._known: dict[str, set[str]] = defaultdict(set)
        self._locals: dict[str, set[str]] = defaultdict(set)
        names: list[tuple[str, str]] = []
        for entity in entities.entities.values():
            names.extend((name, entity.id) for name in entity.spellings)
            for folded in (*entity.spellings, *entity.codes):
                for spelling in spellings(folded) or {folded}:
                    self._known[spelling].add(entity.id)
            for spelling in spellings(fold(entity.id.rpartition("/")[2])):
                self._locals[spelling].add(entity.id)
        self._names = [name for name, _ in names]
        self._owners = [owner for _, owner in names]

    def candidates(self, query: ReconciliationQuery) -> list[Candidate]:
        """Return the candidates for a query, the best first.

        Raise MalformedRequest if a type or a property is unknown.
        """
        types = self._types(query.types)
        conditions = [self._conditions.read(each) for each in query.conditions]
        scores = self._by_name(query.text, types, query.strictness)
        found = [
            self._judge(self._entities.entities[each], score, types, query, conditions)
            for each, score in scores.items()
        ]
        found = [each for each in found if each.score >= _LEAST]
        found.sort(key=lambda each: (-each.score, each.entity.id))
        certain = [each for each in found if each.match]
        if len(certain) > 1:  # namesakes: the user must choose
            found = [Candidate(each.entity, each.score, False, each.features) for each in found]
        return found[: query.limit]

    def exact(self, text: str) -> frozenset[str]:
        """Return the ids of the entities with this name, code, id or IRI."""
        if "://" in text:
            try:
                iri = self._identifiers.by_iri(text).iri
            except NotFound:
                return frozenset()
            return frozenset({iri.removeprefix(ID)} & self._entities.entities.keys())
        folded = fold(text)
        keys = spellings(folded) or {text.strip()}
        return frozenset(each for key in keys for each in self._known.get(key, ()))

    def _by_name(
        self, text: str | None, types: Sequence[str], strictness: Strictness
    ) -> dict[str, float]:
        """Return the name's score for each entity: 0 for all entities if there is no name."""
        allowed = self._allowed(types, strictness)
        if text is None:
            return dict.fromkeys(allowed, 0.0)
        folded = fold(text)
        scores = self._alike(folded, allowed) if folded else {}
        # The last part of an IRI is not a name: the IRI of a page may end in the name of a body.
        ends = {each for key in spellings(folded) for each in self._locals.get(key, ())}
        scores |= dict.fromkeys(ends & allowed, ALIKE)
        return scores | dict.fromkeys(self.exact(text) & allowed, EXACT)

    def _alike(self, folded: str, allowed: frozenset[str]) -> dict[str, float]:
        """Score similar names by the mean of two similarities: of common words, and of all letters.

        Names are not compared with parts of names, because that would take ten times as long.
        """
        names = [
            name if owner in allowed else None
            for name, owner in zip(self._names, self._owners, strict=True)
        ]
        scores: dict[str, float] = {}
        for name, common, index in process.extract(
            folded, names, scorer=fuzz.token_ratio, limit=None, score_cutoff=_LEAST
        ):
            whole = max(fuzz.ratio(folded, name), fuzz.token_sort_ratio(folded, name))
            owner = self._owners[index]
            score = min(ALIKE, (common + whole) / 2)
            scores[owner] = max(score, scores.get(owner, 0.0))
        return scores

    def _allowed(self, types: Sequence[str], strictness: Strictness) -> frozenset[str]:
        everything = self._entities.entities
        if not types or strictness == "should":
            return frozenset(everything)
        enough = all if strictness == "all" else any
        return frozenset(
            each.id
            for each in everything.values()
            if enough(type_ in each.types for type_ in types)
        )

    def _judge(
        self,
        entity: Entity,
        name: float,
        types: Sequence[str],
        query: ReconciliationQuery,
        conditions: Sequence[Wanted],
    ) -> Candidate:
        features: dict[str, float | bool] = {}
        score, certain = name, query.text is None or name == EXACT
        if query.text is not None:
            features["name_similarity"] = round(name, 2)
        if conditions:
            values = sum(self._conditions.fulfilled(entity, each) for each in conditions) / len(
                conditions
            )
            features["property_similarity"] = round(values, 2)
            certain = certain and values == EXACT
            share = _PROPERTY_SHARE if query.text is not None else 1.0
            score = name * (1 - share) + values * share
        if types:
            typed = features["type_match"] = any(each in entity.types for each in types)
            certain = certain and typed
            score = score if typed else score * _OTHER_TYPE
        return Candidate(entity, round(score, 2), certain, features)

    def _types(self, names: Iterable[str]) -> list[str]:
        found = [(name, self._entities.type(name)) for name in names]
        for name, type_ in found:
            if type_ is None:
                raise MalformedRequest(f"there is no type {name!r}")
        return [type_.id for _, type_ in found if type_ is not None]
