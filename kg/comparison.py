"""Two authors side by side: their figures, what they have in common, and where they differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kg import namespaces as ns
from kg.entries import PaperEntry, paper_entry
from kg.figures import Metric, metrics
from kg.resources import GraphReader, Thing
from kg.tallies import Tally, tally

_MOST_PAPERS = 1000
_SHOWN = 30
_LONGEST_SPAN = 100


@dataclass(frozen=True)
class Side:
    """One of the two. `papers` were read for the comparison; `all_papers`: these are all. Years None: none is known."""

    thing: Thing
    metrics: dict[str, Metric]
    papers: int
    all_papers: bool
    first: int | None
    last: int | None


@dataclass(frozen=True)
class Common:
    """A thing, and how many papers of the one and of the other name it."""

    thing: Thing
    one: int
    other: int


@dataclass(frozen=True)
class Comparison:
    """`years` has the papers of either by year. Of papers by both, and of co-authors of both, the first are listed;
    concepts and venues are those that either has most of."""

    one: Side
    other: Side
    years: list[tuple[int, int, int]]
    papers: list[PaperEntry]
    paper_count: int
    coauthors: list[Common]
    coauthor_count: int
    concepts: list[Common]
    venues: list[Common]

    @property
    def figures(self) -> list[tuple[Metric | None, Metric | None]]:
        """Of either, by what they measure."""
        names = dict.fromkeys([*self.one.metrics, *self.other.metrics])
        return [(self.one.metrics.get(name), self.other.metrics.get(name)) for name in names]


def comparison(reader: GraphReader, one: str, other: str) -> Comparison:
    """Of two authors, by their IRIs."""
    tallies = [tally(reader, iri, "author", ("author", "concept", "venue"), _MOST_PAPERS) for iri in (one, other)]
    first, second = tallies
    both = sorted(set(first.papers) & set(second.papers), key=lambda paper: (_issued(reader, paper), paper))
    coauthors = _common(reader, first, second, "author", ignored={one, other}, of_both=True)
    return Comparison(
        one=_side(reader, one, first),
        other=_side(reader, other, second),
        years=_years(first.years, second.years),
        papers=[paper_entry(reader, paper) for paper in both[::-1][:_SHOWN]],
        paper_count=len(both),
        coauthors=coauthors[:_SHOWN],
        coauthor_count=len(coauthors),
        concepts=_common(reader, first, second, "concept")[:_SHOWN],
        venues=_common(reader, first, second, "venue")[:_SHOWN],
    )


def _side(reader: GraphReader, iri: str, found: Tally) -> Side:
    figures = metrics(reader, iri, found.papers if found.all_papers else None)
    return Side(
        thing=reader.thing(iri),
        metrics={metric.name: metric for metric in figures},
        papers=len(found.papers),
        all_papers=found.all_papers,
        first=min(found.years, default=None),
        last=max(found.years, default=None),
    )


def _common(
    reader: GraphReader, one: Tally, other: Tally, kind: str, ignored: set[str] | None = None, of_both: bool = False
) -> list[Common]:
    """What the papers of either name, that of both first; with `of_both` only that."""
    first, second = one.named[kind], other.named[kind]
    named = (first.keys() & second.keys() if of_both else first.keys() | second.keys()) - (ignored or set())

    def place(iri: str) -> tuple[bool, int, int, str]:
        return not (first[iri] and second[iri]), -min(first[iri], second[iri]), -first[iri] - second[iri], iri

    return [Common(reader.thing(iri), first[iri], second[iri]) for iri in sorted(named, key=place)]


def _years(one: Counter[int], other: Counter[int]) -> list[tuple[int, int, int]]:
    """Without gaps, except where a wrong year makes that absurd."""
    known = sorted({*one, *other})
    if known and known[-1] - known[0] <= _LONGEST_SPAN:
        known = list(range(known[0], known[-1] + 1))
    return [(year, one[year], other[year]) for year in known]


def _issued(reader: GraphReader, paper: str) -> str:
    return max(reader.texts(paper, ns.ISSUED), default="")
