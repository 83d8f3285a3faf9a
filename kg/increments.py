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

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg import namespaces as ns
from kg.linking.concerned import Concerned, known_by_name_no_more, parsed, renamed_things, stated
from kg.linking.identity import kind_of
from kg.linking.judging import Judgement
from kg.linking.judging import statements as said_of_links
from kg.linking.records import KINDS, Part, RecordIndex
from kg.recounts import Effect, NamesOf, Recount, changed_papers
from kg.said import Arrived

_HAS_LINK, _SAME_AS = (f"> <{predicate}> ".encode() for predicate in (ns.HAS_IDENTITY_LINK, ns.SAME_AS))


@dataclass(frozen=True)
class Increment:
    """What was done to a graph, and what is derived or said of links otherwise, as N-Triples."""

    effects: list[Effect]
    come: set[bytes]
    gone: set[bytes]
    arrived: Arrived


class Plan:
    """From the links of one judgement to those of another, with the statements of `new_parts`, which the index knows
    already."""

    def __init__(
        self,
        index: RecordIndex,
        base_iri: str,
        judgements: tuple[Judgement, Judgement],
        arrived: list[bytes],
        new_parts: Collection[Part],
    ) -> None:
        self._index = index
        self._base_iri = base_iri
        self._new_parts = new_parts
        self._before, self._after = (_Said(judgement, base_iri) for judgement in judgements)
        self._come, self._gone = self._after.lines - self._before.lines, self._before.lines - self._after.lines
        self._arrived = arrived
        doubtful = {_subject(line) for line in self._before.like_records(self._gone)}
        self._is_known = {kind_of(thing, base_iri) for thing in doubtful} <= KINDS
        identities = self._before.identity, self._after.identity
        self._concerned = Concerned(index, *identities, renamed_things(*identities) | doubtful)

    def read(self, limit: int) -> bool:
        """Read the records that speak of what is concerned. False if they are more than `limit`, or not known."""
        papers = (paper for block in self._arrived for paper in self._index.papers_in(block))
        return self._is_known and self._concerned.read(papers, limit)

    def apply(self, database: pyoxigraph.Store) -> Increment:
        """Bring a graph there, after `read`."""
        effects, arrived = self._changes(database)
        papers = changed_papers(database, (quad for _, quad in effects), self._base_iri)
        recount = Recount(database, papers, _names(self._before, self._index, but=self._new_parts), arrived)
        apply_effects(database, effects)
        complete = self._concerned.author_lists(self._after.identity)
        counted = list(recount.effects(_names(self._after, self._index), complete))
        apply_effects(database, counted)
        for is_added, quad in counted:
            if is_added and isinstance(quad.subject, NamedNode) and quad.subject.value in arrived:
                arrived[quad.subject.value].append(quad)
        come = self._come | {_line(quad) for is_added, quad in counted if is_added}
        gone = self._gone | {_line(quad) for is_added, quad in counted if not is_added}
        return Increment([*effects, *counted], come, gone, arrived)

    def _changes(self, database: pyoxigraph.Store) -> tuple[list[Effect], dict[str, list[Quad]]]:
        """What changes but for what is counted, and of that what is said of things that are new."""
        before, after = self._before, self._after
        arrived = chain.from_iterable(_statements(block) for block in self._arrived)
        old = stated(self._concerned.lines(but=self._new_parts), before.identity) | parsed(self._gone)
        new = stated(chain(self._concerned.lines(), arrived), after.identity) | parsed(self._come)
        removed = old - new - parsed(after.like_records(after.lines))
        removed |= known_by_name_no_more(after.identity, new, removed, database)
        effects = [(False, quad) for quad in removed if quad in database]
        missing, of_things = _missing(database, new - removed)
        return effects + [(True, quad) for quad in missing], of_things


class _Said:
    """What is said of links, as N-Triples."""

    def __init__(self, judgement: Judgement, base_iri: str) -> None:
        self.identity = judgement.identity
        self.lines = {line for text in said_of_links(base_iri, judgement) for line in text.splitlines(keepends=True)}
        self._own, self._links, self._papers = (f"<{base_iri}{kind}".encode() for kind in ("", "link/", "paper/"))

    def like_records(self, lines: Iterable[bytes]) -> list[bytes]:
        """Those that a record may state as well: not of links, and not of what is merged."""
        return [
            line
            for line in lines
            if not line.startswith(self._links)
            and _HAS_LINK not in line
            and not line.partition(_SAME_AS)[2].startswith(self._own)
        ]

    def named_papers(self) -> set[str]:
        """Papers that have names in other graphs by links, and not by their records alone."""
        return {
            line[1 : line.index(b">")].decode()
            for line in self.like_records(self.lines)
            if _SAME_AS in line and line.startswith(self._papers)
        }


def _missing(database: pyoxigraph.Store, quads: Iterable[Quad]) -> tuple[list[Quad], dict[str, list[Quad]]]:
    """Those that are not there; and again, by subject, those of things of which nothing is. Most are of such things."""
    by_subject: defaultdict[object, list[Quad]] = defaultdict(list)
    for quad in quads:
        by_subject[quad.subject].append(quad)
    missing, arrived = list[Quad](), dict[str, list[Quad]]()
    for subject, of_subject in by_subject.items():
        is_there = next(database.quads_for_pattern(of_subject[0].subject, None, None, DefaultGraph()), None)
        missing += (quad for quad in of_subject if quad not in database) if is_there else of_subject
        if not is_there and isinstance(subject, NamedNode):
            arrived[subject.value] = of_subject
    return missing, arrived


def apply_effects(database: pyoxigraph.Store, effects: Iterable[Effect]) -> None:
    effects = list(effects)
    for is_added, quad in effects:
        if not is_added:
            database.remove(quad)
    database.bulk_extend(quad for is_added, quad in effects if is_added)


def _names(said: _Said, index: RecordIndex, but: Collection[Part] = ()) -> NamesOf:
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


def _subject(line: bytes) -> str:
    return line[1 : line.index(b">")].decode()


def _line(quad: Quad) -> bytes:
    return f"{quad.triple} .\n".encode()
