"""Differences between two releases: the things that were added, removed and changed, in words.

The differences cover the facts of sources and editors, and the contradictions that justify
decisions. Other derived facts follow from these and are left out. The patch includes their changes.
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
from apecgraph.content.folder import (
    CELLS_GRAPH,
    DERIVED_GRAPH,
    DERIVED_PROPERTIES,
    SHAPES_GRAPH,
    SOURCE_PREFIX,
)
from apecgraph.errors import ReleaseError
from apecgraph.files import LARGEST, read_file
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, RDFS, compact
from apecgraph.rdf.terms import Term
from apecgraph.release.release import DIFFERENCES, Release
from apecgraph.release.snapshot import Snapshot
from apecgraph.text.catalogues import read_catalogues

_CONTRADICTION: Final = f"{APEC}contradiction"
_DERIVED: Final = frozenset((CELLS_GRAPH.value, DERIVED_GRAPH.value))
_LABEL: Final = f"{RDFS}label"
_LONGEST: Final = 200  # characters of a text in `words`; `term` is not shortened
_MARKS: Final = {"added": "+", "removed": "-", "changed": "~"}

ChangeKind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A value of a property.

    Attributes:
        words: The value in words.
        term: The value as a term of N-Triples.
        sources: The IRIs of the sources that state it.
        stands: Whether the default graph contains the value.
    """

    words: str
    term: str
    sources: tuple[str, ...]
    stands: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The differences in one property of a thing.

    Attributes:
        property: The IRI of the property.
        name: Its label.
        before: The old values that are gone, or have other sources or another status.
        after: The new values, and the values that now have other sources or another status.
    """

    property: str
    name: str
    before: tuple[ChangedValue, ...]
    after: tuple[ChangedValue, ...]

    def __str__(self) -> str:
        old, new = ({value.term: value for value in side} for side in (self.before, self.after))
        removed = ", ".join(value.words for value in self.before if value.term not in new)
        added = ", ".join(value.words for value in self.after if value.term not in old)
        parts = [f"{removed} -> {added}" if removed and added else removed or added]
        parts += [_restated(old[term], new[term]) for term in old if term in new]
        return f"{self.name}: {'; '.join(filter(None, parts))}"


@dataclass(frozen=True, slots=True)
class ChangedThing:
    """A thing that differs: its IRI, its label, and the differences of its properties."""

    iri: str
    name: str
    kind: ChangeKind
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        lines = "".join(f"    {change}\n" for change in self.changes)
        return f"{_MARKS[self.kind]} {self.name} ({compact(self.iri)})\n{lines}"


@dataclass(frozen=True, slots=True)
class Differences:
    """All differences from one release to another, grouped by thing.

    Attributes:
        old: The name of the old release.
        new: The name of the new release.
        removed: Number of removed quads, including derived ones.
        added: Number of added quads, including derived ones.
        things: The things that differ.
    """

    old: str
    new: str
    removed: int
    added: int
    things: tuple[ChangedThing, ...]

    @classmethod
    def between(cls, old: Snapshot, new: Snapshot) -> Differences:
        """Compare two snapshots."""
        removed, added = old.quads - new.quads, new.quads - old.quads
        subjects = {
            quad.subject.value for quad in removed | added if isinstance(quad.subject, ox.NamedNode)
        }
        sides = _Side(old.graph), _Side(new.graph)
        things = (_thing(iri, *sides) for iri in sorted(subjects))
        return cls(old.name, new.name, len(removed), len(added), tuple(filter(None, things)))

    @classmethod
    def kept(cls, release: Release) -> Differences | None:
        """Read the differences between a release and the previous one; None if there are none."""
        sizes = {file.name: file.size for file in release.files}
        if DIFFERENCES not in sizes:
            return None
        return cls.read(release.path / DIFFERENCES, sizes[DIFFERENCES])

    @classmethod
    def read(cls, path: Path, largest: int = LARGEST) -> Differences:
        """Read differences from JSON.

        Args:
            path: The file.
            largest: Size of the largest file to read, in bytes.

        Returns:
            The differences.

        Raises:
            ReleaseError: The file cannot be read.
        """
        try:
            document = json.loads(read_file(path, largest))
            things = tuple(map(_read_thing, document.pop("things")))
            return cls(things=things, **document)
        except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
            raise ReleaseError(f"the differences {path} cannot be read: {error}") from None

    def count(self, kind: ChangeKind) -> int:
        """Return the number of things that differ in the given way."""
        return sum(each.kind == kind for each in self.things)

    def text(self) -> str:
        """Write the differences as text: a line of totals, and a block for each thing."""
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

        Derived facts are left out, except the contradictions that justify a decision.
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
        """Return whether a fact is derived. Labels that the build gives to shapes are derived."""
        if names != {SHAPES_GRAPH.value} or fact[0] != _LABEL:
            return fact[0] in DERIVED_PROPERTIES or names <= _DERIVED
        made = [titles.get(iri) for titles in self._titles]
        return isinstance(fact[1], ox.Literal) and fact[1].value in (*made, compact(iri))

    @cached_property
    def _titles(self) -> list[dict[str, str]]:
        return [RuleText(self._graph, each).titles() for each in read_catalogues().values()]

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
    """Compare a thing in two releases; return None if only derived facts differ."""
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
    """Return whether a fact is new, gone, or has other sources or another status."""
    if was is None or is_ is None:
        return True
    return (was.sources, was.stands) != (is_.sources, is_.stands)


def _restated(was: ChangedValue, is_: ChangedValue) -> str:
    """Describe how the status and the sources of a value changed."""
    parts = []
    if was.stands != is_.stands:
        parts.append("stands again" if is_.stands else "no longer stands")
    if added := sorted(set(is_.sources) - set(was.sources)):
        parts.append(f"now stated by {', '.join(map(compact, added))}")
    if removed := sorted(set(was.sources) - set(is_.sources)):
        parts.append(f"no longer stated by {', '.join(map(compact, removed))}")
    return f"{is_.words} {' and '.join(parts)}"


def _read_thing(members: dict[str, Any]) -> ChangedThing:
    changes = tuple(map(_read_change, members.pop("changes")))
    return ChangedThing(changes=changes, **members)


def _read_change(members: dict[str, Any]) -> Change:
    before, after = (tuple(map(_read_value, members.pop(side))) for side in ("before", "after"))
    return Change(before=before, after=after, **members)


def _read_value(members: dict[str, Any]) -> ChangedValue:
    return ChangedValue(sources=tuple(members.pop("sources")), **members)
