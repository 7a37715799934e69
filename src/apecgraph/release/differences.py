"""Differences between two releases: which things were added, removed and changed, in words.

They cover what sources and editors say, and the contradictions that justify the decisions. What
else the build derives follows from that and is left out; the patch of the snapshots has it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import pyoxigraph as ox

from apecgraph.check.rule_text import RuleText
from apecgraph.content.folder import DERIVED_GRAPH, DERIVED_PROPERTIES, SHAPES_GRAPH, SOURCE_PREFIX
from apecgraph.errors import ReleaseError
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, RDFS, compact
from apecgraph.rdf.terms import Term
from apecgraph.release.release import DIFFERENCES, Release
from apecgraph.release.snapshot import Snapshot

_CONTRADICTION: Final = f"{APEC}contradiction"
_LABEL: Final = f"{RDFS}label"
_LONGEST: Final = 200  # of a text in words; the term has all of it
_MARKS: Final = {"added": "+", "removed": "-", "changed": "~"}

ChangeKind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A value of a property: in words, and as a term of N-Triples.

    sources: the IRIs of those that state it. stands: whether the default graph has it.
    """

    words: str
    term: str
    sources: tuple[str, ...]
    stands: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in a property: its values that are gone or told otherwise, and the new.

    property: its IRI. name: of the property, in words.
    """

    property: str
    name: str
    before: tuple[ChangedValue, ...]
    after: tuple[ChangedValue, ...]

    def __str__(self) -> str:
        old, new = ({each.term: each for each in side} for side in (self.before, self.after))
        gone = ", ".join(each.words for each in self.before if each.term not in new)
        come = ", ".join(each.words for each in self.after if each.term not in old)
        told = [f"{gone} -> {come}" if gone and come else gone or come]
        told += [_retold(old[term], new[term]) for term in old if term in new]
        return f"{self.name}: {'; '.join(filter(None, told))}"


@dataclass(frozen=True, slots=True)
class ChangedThing:
    """A thing that is different: its IRI, what it is called, and what is different of it."""

    iri: str
    name: str
    kind: ChangeKind
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        lines = "".join(f"    {change}\n" for change in self.changes)
        return f"{_MARKS[self.kind]} {self.name} ({compact(self.iri)})\n{lines}"


@dataclass(frozen=True, slots=True)
class Differences:
    """All differences from one release to another, by thing.

    old, new: the names of the releases. removed, added: how many quads, derived ones too.
    """

    old: str
    new: str
    removed: int
    added: int
    things: tuple[ChangedThing, ...]

    @classmethod
    def between(cls, old: Snapshot, new: Snapshot) -> Differences:
        """Compare two snapshots."""
        gone, come = old.quads - new.quads, new.quads - old.quads
        subjects = {
            quad.subject.value for quad in gone | come if isinstance(quad.subject, ox.NamedNode)
        }
        sides = _Side(old.graph), _Side(new.graph)
        things = (_thing(iri, *sides) for iri in sorted(subjects))
        return cls(old.name, new.name, len(gone), len(come), tuple(each for each in things if each))

    @classmethod
    def kept(cls, release: Release) -> Differences | None:
        """Read how a release differs from the one before it; None where it has none."""
        path = release.path / DIFFERENCES
        return cls.read(path) if any(each.name == DIFFERENCES for each in release.files) else None

    @classmethod
    def read(cls, path: Path) -> Differences:
        """Read differences that were written as JSON; raise ReleaseError where it cannot be."""
        try:
            document = json.loads(path.read_bytes())
            things = tuple(map(_read_thing, document.pop("things")))
            return cls(things=things, **document)
        except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
            raise ReleaseError(f"the differences {path} cannot be read: {error}") from None

    def count(self, kind: ChangeKind) -> int:
        """Return how many things are different in a way."""
        return sum(each.kind == kind for each in self.things)

    def text(self) -> str:
        """Write the differences for people: a line that sums up, and a block a thing."""
        counts = ", ".join(f"{self.count(kind):,} {kind}" for kind in _MARKS)  # type: ignore[arg-type]
        return (
            f"{self.old} -> {self.new}: things: {counts}; "
            f"quads: {self.added:,} added, {self.removed:,} removed\n"
        ) + "".join(map(str, self.things))

    def json(self) -> str:
        """Write the differences as JSON, with the fields of these classes."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


class _Side:
    """One of the two releases that are compared, read thing by thing."""

    def __init__(self, graph: Graph) -> None:
        self.labels = Labels(graph)
        self._graph = graph

    def facts(self, iri: str) -> dict[tuple[str, Term], ChangedValue]:
        """Return the facts about a thing.

        Of those that the build derives, only the contradictions of a decision count: they say why
        it was taken.
        """
        graphs: defaultdict[tuple[str, Term], set[str]] = defaultdict(set)
        standing = set()
        for quad in self._graph.quads(iri):
            fact = quad.predicate.value, quad.object
            if isinstance(quad.graph_name, ox.NamedNode):
                graphs[fact].add(quad.graph_name.value)
            else:
                standing.add(fact)
        return {
            fact: ChangedValue(
                self._words(fact[1]),
                str(fact[1]),
                tuple(sorted(name for name in names if name.startswith(SOURCE_PREFIX))),
                fact in standing,
            )
            for fact, names in graphs.items()
            if fact[0] == _CONTRADICTION or not self._is_derived(iri, fact, names)
        }

    def _is_derived(self, iri: str, fact: tuple[str, Term], names: set[str]) -> bool:
        """Tell whether the build derived a fact; the labels that it gives to shapes are derived."""
        if names != {SHAPES_GRAPH.value} or fact[0] != _LABEL:
            return fact[0] in DERIVED_PROPERTIES or names == {DERIVED_GRAPH.value}
        made = (self._titles.get(iri), compact(iri))
        return isinstance(fact[1], ox.Literal) and fact[1].value in made

    @cached_property
    def _titles(self) -> dict[str, str]:
        return RuleText(self._graph).titles()

    def _words(self, term: Term) -> str:
        match term:
            case ox.NamedNode():
                return self.labels.title(term.value).value
            case ox.Literal():
                text = " ".join(term.value.split())
                cut = f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text
                return f"{cut} ({term.language})" if term.language not in (None, "en") else cut
            case ox.BlankNode():
                members = self._graph.list_members(term) or ()
                return f"( {' '.join(map(self._words, members))} )"
            case _:
                return str(term)


def _thing(iri: str, old: _Side, new: _Side) -> ChangedThing | None:
    """Compare a thing in two releases; None where only what is derived of it is different."""
    before, after = old.facts(iri), new.facts(iri)
    changes: defaultdict[str, tuple[list[ChangedValue], list[ChangedValue]]] = defaultdict(
        lambda: ([], [])
    )
    for fact in sorted(before.keys() | after.keys(), key=str):
        was, is_ = before.get(fact), after.get(fact)
        if _differ(was, is_):
            for side, value in zip(changes[fact[0]], (was, is_), strict=True):
                side.extend([] if value is None else [value])
    if not changes:
        return None
    kind: ChangeKind = "added" if not before else "removed" if not after else "changed"
    there = new if after else old
    return ChangedThing(
        iri,
        there.labels.title(iri).value,
        kind,
        tuple(
            Change(name, there.labels.title(name).value, tuple(was), tuple(now))
            for name, (was, now) in sorted(changes.items())
        ),
    )


def _differ(was: ChangedValue | None, is_: ChangedValue | None) -> bool:
    """Whether a fact is told otherwise; what it is called does not matter."""
    if was is None or is_ is None:
        return True
    return (was.sources, was.stands) != (is_.sources, is_.stands)


def _retold(was: ChangedValue, is_: ChangedValue) -> str:
    told = []
    if was.stands != is_.stands:
        told.append("stands again" if is_.stands else "stands no more")
    if come := sorted(set(is_.sources) - set(was.sources)):
        told.append(f"now stated by {', '.join(map(compact, come))}")
    if gone := sorted(set(was.sources) - set(is_.sources)):
        told.append(f"no more stated by {', '.join(map(compact, gone))}")
    return f"{is_.words} {' and '.join(told)}"


def _read_thing(said: dict[str, Any]) -> ChangedThing:
    changes = tuple(map(_read_change, said.pop("changes")))
    return ChangedThing(changes=changes, **said)


def _read_change(said: dict[str, Any]) -> Change:
    before, after = (tuple(map(_read_value, said.pop(side))) for side in ("before", "after"))
    return Change(before=before, after=after, **said)


def _read_value(said: dict[str, Any]) -> ChangedValue:
    return ChangedValue(sources=tuple(said.pop("sources")), **said)
