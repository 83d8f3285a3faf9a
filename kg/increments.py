"""Bringing a whole graph from one state to the next where little changes: records come in, links come and fall away.

What is stated otherwise follows from the records that speak of what is concerned (kg/linking/concerned.py), from what
is said of links, and from what counts of the papers that change (kg/recounts.py). The result is the graph that would
be built from nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat

from kg import derived
from kg import namespaces as ns
from kg.facts import MAX_AUTHORS
from kg.linking.concerned import (
    BASIS,
    Concerned,
    displaced,
    in_force,
    known_by_name_no_more,
    parsed,
    renamed_things,
    stated,
)
from kg.linking.identity import Identity, kind_of
from kg.linking.judging import Judgement
from kg.linking.link_statements import LinkStatements, subject_of
from kg.linking.records import KINDS, Part, RecordIndex
from kg.recounts import ByGraph, Effect, Recount, changed_papers
from kg.said import Known, Objects, objects

# By these a graph says who wrote what.
_WRITTEN = frozenset((ns.TYPE, ns.CREATOR))


@dataclass(frozen=True)
class Newcomers:
    """Things of which a graph said nothing, and all that it was told of them but for links and what is derived."""

    things: Set[str]
    quads: list[Quad]


@dataclass(frozen=True)
class Increment:
    """What was done to a graph, and what is derived or said of links otherwise, as N-Triples. Of what was changed all
    is known that the graph says now."""

    newcomers: Newcomers
    effects: list[Effect]
    """All else that was done."""
    come: set[bytes]
    gone: set[bytes]
    known: Known


class Plan:
    """From the links of one judgement to those of another, with the statements of `new_parts`, which the index knows
    already. `edited` are the predicates of edits: there are none if the graph says what records and links do, and
    nothing else."""

    def __init__(
        self,
        index: RecordIndex,
        base_iri: str,
        judgements: tuple[Judgement, Judgement],
        arrived: list[bytes],
        new_parts: Collection[Part],
        edited: Set[str],
    ) -> None:
        self._index = index
        self._is_edited = bool(edited or judgements[0].outside)
        self._is_written_by_records = edited.isdisjoint(_WRITTEN)
        self._base_iri = base_iri
        self._new_parts = new_parts
        self._before, self._after = (LinkStatements(base_iri, judgement) for judgement in judgements)
        self._come, self._gone = self._before.changed_to(self._after)
        self._arrived = arrived
        self._asked, self._unheard = set[str](), set[str]()
        doubtful = {subject_of(line) for line in self._before.like_records(self._gone)}
        self._is_known = {kind_of(thing, base_iri) for thing in doubtful} <= KINDS
        identities = self._before.identity, self._after.identity
        self._concerned = Concerned(index, *identities, renamed_things(*identities) | doubtful)

    def read(self, limit: int) -> bool:
        """Read the records that speak of what is concerned. False if they are more than `limit`, or not known."""
        papers = (paper for block in self._arrived for paper in self._index.papers_in(block))
        return self._is_known and self._concerned.read(papers, limit)

    def apply(self, database: pyoxigraph.Store, edit: Callable[[], list[Effect]]) -> Increment:
        """Bring a graph there, after `read`. `edit` makes all edits anew, of which records and links know nothing, and
        tells what it did."""
        newcomers, effects, known = self._changes(database)
        papers = changed_papers(database, (quad for _, quad in effects), self._base_iri)
        papers.update(thing for thing in newcomers.things if kind_of(thing, self._base_iri) == "paper")
        recount = Recount(database, papers, {thing: each.before for thing, each in known.items()})
        _apply(database, effects, newcomers.quads)
        if edited := edit():
            effects += edited
            _change(known, edited)
        now = {thing: each.now for thing, each in known.items()}
        complete = self._concerned.author_lists(self._after.identity)
        written = _Written(self._index, self._after.identity) if self._is_written_by_records else ByGraph()
        counted = list(recount.effects(complete, now, written))
        _apply(database, counted)
        come = self._come | {derived.line(quad) for is_added, quad in counted if is_added}
        gone = self._gone | {derived.line(quad) for is_added, quad in counted if not is_added}
        _change(known, counted)
        now = {thing: each.now for thing, each in known.items()}
        return Increment(newcomers, [*effects, *counted], come, gone, now)

    def _changes(self, database: pyoxigraph.Store) -> tuple[Newcomers, list[Effect], dict[str, _Known]]:
        """What changes but for what is counted, and what is known by that."""
        before, after = self._before, self._after
        arrived = set(chain.from_iterable(map(_statements, self._arrived)))
        stood = self._concerned.lines(but=self._new_parts)
        displaced_now = displaced(stood | arrived, after.identity)
        of_new, others = self._apart(arrived, displaced_now)
        newcomers, known = _newcomers(in_force(of_new, after.identity))
        old = stated(stood, before.identity) | parsed(self._gone)
        new = parsed(in_force(stood | others, after.identity) | self._come) - displaced_now
        removed = old - new
        removed -= parsed(
            after.said_of({quad.subject.value for quad in removed if isinstance(quad.subject, NamedNode)})
        )
        removed |= known_by_name_no_more(after.identity, new, self._base_iri)
        taken_away = [(False, quad) for quad in removed if quad in database]
        # What records stated before is there, but where it was edited, or known by name alone and merged.
        stays = set() if self._is_edited else {quad for quad in old & new if quad.predicate != BASIS}
        added, known_of_others = self._added(database, new - removed - stays)
        _change(known_of_others, taken_away)
        return newcomers, taken_away + added, known | known_of_others

    def _apart(self, arrived: set[bytes], displaced_now: set[Quad]) -> tuple[list[bytes], set[bytes]]:
        """Of the statements that have come those about newcomers, and the others."""
        if self._is_edited:
            return [], arrived
        by_subject: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for line in arrived:
            by_subject[line[: line.index(b" ")]].append(line)
        nodes = {node[1:-1].decode(): node for node in by_subject if node.startswith(b"<")}
        things = self._new(nodes.keys())
        things -= {subject_of(line) for line in self._come | self._gone}
        things -= {quad.subject.value for quad in displaced_now if isinstance(quad.subject, NamedNode)}
        new = [by_subject.pop(nodes[thing]) for thing in things if not self._concerned.concerns(thing)]
        return list(chain.from_iterable(new)), set(chain.from_iterable(by_subject.values()))

    def _added(self, database: pyoxigraph.Store, quads: Iterable[Quad]) -> tuple[list[Effect], dict[str, _Known]]:
        """What these statements add, and what is known then of what they are about: most are of things of which nothing
        was said before."""
        by_subject: defaultdict[object, list[Quad]] = defaultdict(list)
        for quad in quads:
            by_subject[quad.subject].append(quad)
        new = self._new({subject.value for subject in by_subject if isinstance(subject, NamedNode)})
        effects, known = list[Effect](), dict[str, _Known]()
        for subject, of_subject in by_subject.items():
            thing = subject.value if isinstance(subject, NamedNode) else ""
            said = () if thing in new else database.quads_for_pattern(of_subject[0].subject, None, None, DefaultGraph())
            before = set(said)
            # The database is asked, for which 0.90 is 0.9.
            missing = (
                [quad for quad in of_subject if quad not in before and quad not in database] if before else of_subject
            )
            effects += ((True, quad) for quad in missing)
            if thing:
                known[thing] = _Known(objects(before), objects([*before, *missing]))
        return effects, known

    def _new(self, things: Collection[str]) -> set[str]:
        """Those of which it is known, without asking the database, that nothing is said in it."""
        if self._is_edited:
            return set()
        asked = {thing for thing in things if kind_of(thing, self._base_iri) in KINDS} - self._asked
        self._asked |= asked
        self._unheard |= asked - self._index.others_speak_of(asked, but=self._new_parts)
        return self._unheard.intersection(things)


def _newcomers(lines: Iterable[bytes]) -> tuple[Newcomers, dict[str, _Known]]:
    """Of these statements about them, and what is known by that."""
    quads = list(pyoxigraph.parse(b"".join(sorted(lines)), RdfFormat.N_TRIPLES, lenient=True))
    known: dict[str, _Known] = {}
    subject, said = None, Objects()
    for quad in quads:
        if quad.subject != subject:
            subject, said = quad.subject, Objects()
            known[subject.value] = _Known(Objects(), said)
        said.setdefault(quad.predicate.value, []).append(quad.object)
    return Newcomers(known.keys(), quads), known


_NOTHING: frozenset[str] = frozenset()


class _Written:
    """Who wrote what, as far as the records tell."""

    def __init__(self, index: RecordIndex, identity: Identity) -> None:
        self._index = index
        self._identity = identity
        self._merged: defaultdict[str, list[str]] = defaultdict(list)
        for thing, called in identity.canonical.items():
            self._merged[called].append(thing)
        self._small: dict[str, bool] = {}

    def papers_of(self, authors: Collection[str]) -> dict[str, set[str]]:
        members = {author: (author, *self._merged.get(author, ())) for author in authors}
        beside = self._index.papers_beside(chain.from_iterable(members.values()))
        found: dict[str, set[str]] = {}
        for author, things in members.items():
            of_things = [beside.get(thing, _NOTHING) for thing in things]
            if None not in of_things:
                found[author] = {self._identity.of(paper) for papers in of_things for paper in papers or ()}
        return found

    def is_small(self, paper: str) -> bool:
        found = self._small.get(paper)
        if found is None:
            members = (paper, *self._merged.get(paper, ()))
            found = self._small[paper] = sum(map(self._index.things_beside, members)) <= MAX_AUTHORS
        return found


class _Known(NamedTuple):
    """All that a graph said of a thing before it was changed, and says now."""

    before: Objects
    now: Objects


def _change(known: dict[str, _Known], effects: Iterable[Effect]) -> None:
    """Have these effects be known as well."""
    for is_added, quad in effects:
        thing = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
        if (of := known.get(thing)) is None:
            continue
        said = of.now.setdefault(quad.predicate.value, [])
        if is_added:
            said.append(quad.object)
        elif quad.object in said:
            said.remove(quad.object)
        else:  # written otherwise
            del known[thing]


def _apply(database: pyoxigraph.Store, effects: Iterable[Effect], new: Iterable[Quad] = ()) -> None:
    added = list[Quad]()
    for is_added, quad in effects:
        if is_added:
            added.append(quad)
        else:
            database.remove(quad)
    database.bulk_extend(chain(new, added))


def _statements(block: bytes) -> Iterator[bytes]:
    """Without the marks of records."""
    return (line for line in block.splitlines(keepends=True) if not line.startswith(b"#"))
