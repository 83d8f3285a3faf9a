"""The shortest way from one author to another, or from one concept to another, over papers that name both of two.

A search from both ends, level by level, so that what it finds is a shortest way; it reads a bounded number of papers
and says so where that was not enough.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kg import namespaces as ns
from kg.linked_papers import NAMED_BY_PAPER, some_papers
from kg.resources import GraphReader, Thing

KINDS = ("author", "concept")

_MOST_PAPERS = 6_000
_SECONDS = 1.5
_PAPERS_OF_ONE = 400
_PAPERS_SHOWN = 3


@dataclass(frozen=True)
class Step:
    """Papers that name both things, the latest first, at most three of `count`; `more`: some were not read."""

    papers: list[Thing]
    count: int
    more: bool


@dataclass(frozen=True)
class Way:
    """The things from one end to the other, and the steps between them; no things where no way was found.

    `exhausted`: all was read that can be reached from one end, so that there is no way.
    """

    things: list[Thing]
    steps: list[Step]
    papers_read: int
    exhausted: bool


class _Reading:
    """Reads what stands on papers with a thing. `partial`: of some thing not all were read; `spent`: no more are."""

    def __init__(self, reader: GraphReader, kind: str, most_papers: int, seconds: float) -> None:
        self._reader = reader
        self._kind = kind
        self._most = most_papers
        self._deadline = time.monotonic() + seconds
        self.papers: set[str] = set()
        self.partial = False
        self.spent = False

    def neighbours(self, thing: str) -> Iterator[tuple[str, str]]:
        """Each with the paper that names both."""
        if self._is_late():  # things whose papers are all known already cost time as well
            return
        found, complete = some_papers(self._reader, thing, self._kind, _PAPERS_OF_ONE)
        self.partial = self.partial or not complete
        for paper in sorted(found):
            if paper in self.papers:
                continue  # whatever stands on it is reached already, from this end or from the other
            if len(self.papers) >= self._most or self._is_late():
                self.spent = True
                return
            self.papers.add(paper)
            for neighbour in NAMED_BY_PAPER[self._kind](self._reader, paper):
                yield neighbour, paper

    def _is_late(self) -> bool:
        self.spent = time.monotonic() > self._deadline
        return self.spent


class _Side:
    """What is reached from one end: each thing with the one before it and their paper, and those reached last."""

    def __init__(self, end: str) -> None:
        self.before: dict[str, tuple[str, str] | None] = {end: None}
        self.level = [end]

    def way(self, thing: str) -> Iterator[tuple[str, str | None]]:
        """From the thing back to the end, each with the paper that leads on."""
        found = self.before[thing]
        while found is not None:
            yield thing, found[1]
            thing = found[0]
            found = self.before[thing]
        yield thing, None


def way_between(
    reader: GraphReader, one: str, other: str, kind: str, most_papers: int = _MOST_PAPERS, seconds: float = _SECONDS
) -> Way:
    """The shortest way; of several, always the same one. `kind` is one of KINDS, and that of both ends."""
    reading = _Reading(reader, kind, most_papers, seconds)
    near, far = _Side(one), _Side(other)
    meeting = one if one == other else _meeting(reading, near, far)
    if meeting is None:
        return Way([], [], len(reading.papers), exhausted=not (reading.partial or reading.spent))
    there, onwards = list(near.way(meeting)), list(far.way(meeting))
    things = [thing for thing, _ in (*reversed(there), *onwards[1:])]
    papers = [paper for _, paper in (*reversed(there[:-1]), *onwards[:-1]) if paper]
    steps = [_step(reader, kind, *pair, paper) for pair, paper in zip(pairwise(things), papers, strict=True)]
    return Way([reader.thing(thing) for thing in things], steps, len(reading.papers), exhausted=False)


def _meeting(reading: _Reading, one: _Side, other: _Side) -> str | None:
    """Where the searches meet; they go on at the end where fewer things wait. None: nowhere, or beyond the bound."""
    while one.level and other.level:
        near, far = (one, other) if len(one.level) <= len(other.level) else (other, one)
        level, near.level = near.level, []
        for thing in level:
            for neighbour, paper in reading.neighbours(thing):
                if neighbour not in near.before:
                    near.before[neighbour] = thing, paper
                    near.level.append(neighbour)
                    if neighbour in far.before:
                        return neighbour
            if reading.spent:
                return None
    return None


def _step(reader: GraphReader, kind: str, one: str, other: str, paper: str) -> Step:
    of_one, all_of_one = some_papers(reader, one, kind, _PAPERS_OF_ONE)
    of_other, all_of_other = some_papers(reader, other, kind, _PAPERS_OF_ONE)
    both = {*of_one} & {*of_other} | {paper}
    latest = sorted(both, key=lambda known: (reader.text(known, ns.ISSUED) or "", known), reverse=True)
    return Step([reader.thing(known) for known in latest[:_PAPERS_SHOWN]], len(both), not (all_of_one and all_of_other))
