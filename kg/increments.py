"""Bringing a whole graph from one state to the next where little changes: records come in, links come and fall away.

What is stated otherwise follows from the records that speak of what is concerned (kg/linking/concerned.py), from what
is said of links, and from what counts of the papers that change (kg/recounts.py). The result is the graph that would
be built from nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg import namespaces as ns
from kg.facts import MAX_AUTHORS
from kg.linking.concerned import BASIS, Concerned, known_by_name_no_more, parsed, renamed_things, stated
from kg.linking.identity import Identity, kind_of
from kg.linking.judging import Judgement
from kg.linking.link_statements import LinkStatements, subject_of
from kg.linking.records import KINDS, Part, RecordIndex
from kg.recounts import Effect, NamesOf, Recount, changed_papers
from kg.said import Known, Objects, objects


@dataclass(frozen=True)
class Increment:
    """What was done to a graph, and what is derived or said of links otherwise, as N-Triples. Of what was changed all
    is known that the graph says now."""

    effects: list[Effect]
    come: set[bytes]
    gone: set[bytes]
    known: Known


class Plan:
    """From the links of one judgement to those of another, with the statements of `new_parts`, which the index knows
    already. Nothing `is_edited` if the graph says what records and links do, and nothing else."""

    def __init__(
        self,
        index: RecordIndex,
        base_iri: str,
        judgements: tuple[Judgement, Judgement],
        arrived: list[bytes],
        new_parts: Collection[Part],
        is_edited: bool,
    ) -> None:
        self._index = index
        self._is_edited = is_edited or bool(judgements[0].outside)
        self._base_iri = base_iri
        self._new_parts = new_parts
        self._before, self._after = (LinkStatements(base_iri, judgement) for judgement in judgements)
        self._come, self._gone = self._before.changed_to(self._after)
        self._arrived = arrived
        doubtful = {subject_of(line) for line in self._before.like_records(self._gone)}
        self._is_known = {kind_of(thing, base_iri) for thing in doubtful} <= KINDS
        identities = self._before.identity, self._after.identity
        self._concerned = Concerned(index, *identities, renamed_things(*identities) | doubtful)

    def read(self, limit: int) -> bool:
        """Read the records that speak of what is concerned. False if they are more than `limit`, or not known."""
        papers = (paper for block in self._arrived for paper in self._index.papers_in(block))
        return self._is_known and self._concerned.read(papers, limit)

    def apply(self, database: pyoxigraph.Store) -> Increment:
        """Bring a graph there, after `read`."""
        effects, known = self._changes(database)
        papers = changed_papers(database, (quad for _, quad in effects), self._base_iri)
        names_before = _names(self._before, self._index, but=self._new_parts)
        recount = Recount(database, papers, names_before, {thing: each.before for thing, each in known.items()})
        apply_effects(database, effects)
        now = {thing: each.now for thing, each in known.items()}
        complete = self._concerned.author_lists(self._after.identity)
        written = _Written(self._index, self._after.identity)
        counted = list(recount.effects(_names(self._after, self._index), complete, now, written))
        apply_effects(database, counted)
        come = self._come | {_line(quad) for is_added, quad in counted if is_added}
        gone = self._gone | {_line(quad) for is_added, quad in counted if not is_added}
        _change(known, counted)
        return Increment([*effects, *counted], come, gone, {thing: each.now for thing, each in known.items()})

    def _changes(self, database: pyoxigraph.Store) -> tuple[list[Effect], dict[str, _Known]]:
        """What changes but for what is counted, and what is known by that."""
        before, after = self._before, self._after
        arrived = chain.from_iterable(_statements(block) for block in self._arrived)
        stood = self._concerned.lines(but=self._new_parts)
        old = stated(stood, before.identity) | parsed(self._gone)
        new = stated(chain(stood, arrived), after.identity) | parsed(self._come)
        removed = old - new
        removed -= parsed(
            after.said_of({quad.subject.value for quad in removed if isinstance(quad.subject, NamedNode)})
        )
        removed |= known_by_name_no_more(after.identity, new, removed, database)
        taken_away = [(False, quad) for quad in removed if quad in database]
        # What records stated before is there, but where it was edited, or known by name alone and merged.
        stays = set() if self._is_edited else {quad for quad in old & new if quad.predicate != BASIS}
        added, known = self._added(database, new - removed - stays)
        _change(known, taken_away)
        return taken_away + added, known

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

    def _new(self, things: set[str]) -> set[str]:
        """Those of which it is known, without asking the database, that nothing is said in it."""
        if self._is_edited:
            return set()
        found = {thing for thing in things if kind_of(thing, self._base_iri) in KINDS}
        return found - self._index.others_speak_of(found, but=self._new_parts)


class _Written:
    """Who wrote what, as far as the records tell. Edits of who did are not brought in step by step."""

    def __init__(self, index: RecordIndex, identity: Identity) -> None:
        self._index = index
        self._identity = identity
        self._merged: defaultdict[str, list[str]] = defaultdict(list)
        for thing, called in identity.canonical.items():
            self._merged[called].append(thing)
        self._small: dict[str, bool] = {}

    def papers_of(self, author: str) -> set[str] | None:
        found: set[str] = set()
        for thing in (author, *self._merged.get(author, ())):
            papers = self._index.papers_beside(thing)
            if papers is None:
                return None
            found.update(map(self._identity.of, papers))
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


def apply_effects(database: pyoxigraph.Store, effects: Iterable[Effect]) -> None:
    effects = list(effects)
    for is_added, quad in effects:
        if not is_added:
            database.remove(quad)
    database.bulk_extend(quad for is_added, quad in effects if is_added)


def _names(said: LinkStatements, index: RecordIndex, but: Collection[Part] = ()) -> NamesOf:
    named = said.named_papers()

    def names_of(paper: str) -> set[str] | None:
        if paper not in named:
            return None
        members = {thing for thing, called in said.identity.canonical.items() if called == paper} | {paper}
        places = {place for place in index.places(members) if place.part not in but}
        return {
            quad.object.value
            for quad in parsed(statements for _, statements in index.statements(places))
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
            if quad.subject.value in members and quad.predicate.value == ns.SAME_AS
        }

    return names_of


def _statements(block: bytes) -> Iterator[bytes]:
    """Without the marks of records."""
    return (line for line in block.splitlines(keepends=True) if not line.startswith(b"#"))


def _line(quad: Quad) -> bytes:
    return f"{quad.triple} .\n".encode()
