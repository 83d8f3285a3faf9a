"""The papers of a thing, narrowed down and a page at a time, and what they name, counted: by the search index.

The index follows an edit within seconds. What it does not know papers of (types of papers, what was just written) is
read from the graph, in bounded work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from kg import namespaces as ns
from kg.entries import Count, PaperEntry, expect_papers, paper_entry
from kg.linked_papers import some_papers
from kg.resources import GraphReader, Thing
from kg.search import Facets, Filters, Index, SearchResult

PAGE = 20
FARTHEST = 1000  # pages

_VALUES = 30
_READ = 600


@dataclass(frozen=True)
class Asked:
    """What the papers of a thing are narrowed down by: words, a year, things by their IRIs; and which page, from 1."""

    text: str = ""
    year: int | None = None
    author: str | None = None
    institution: str | None = None
    concept: str | None = None
    venue: str | None = None
    page: int = 1

    def __bool__(self) -> bool:
        """Whether it asks for less than all of them."""
        return replace(self, page=1) != Asked()

    @property
    def things(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.author, self.institution, self.concept, self.venue)))

    def without(self, name: str) -> Asked:
        """The same from its first page on, with one of its parts taken out."""
        left: dict[str, Any] = {name: getattr(Asked(), name), "page": 1}
        return replace(self, **left)

    def only(self, name: str, value: int | str) -> Asked:
        """Nothing but that part."""
        part: dict[str, Any] = {name: value}
        return Asked(**part)

    def at(self, page: int) -> Asked:
        return replace(self, page=page)


@dataclass(frozen=True)
class YearOfPapers:
    """The papers of one year, latest first; `year` None: no source gives it."""

    year: int | None
    papers: list[PaperEntry]


@dataclass(frozen=True)
class PaperList:
    """A page of what was asked for. `total` fit; `years` and `named` count them by year and by what they name.

    `chosen` are the things that were asked for, by their part of `asked`. `note` says what was done about the words.
    `in_order`: the latest come first; if not, they are some of the papers, of which the graph has more than were read.
    """

    asked: Asked
    papers: list[YearOfPapers]
    total: int
    years: dict[int, int] = field(default_factory=dict)
    named: dict[str, list[Count]] = field(default_factory=dict)
    chosen: dict[str, Thing] = field(default_factory=dict)
    note: str | None = None
    in_order: bool = True

    @property
    def pages(self) -> int:
        """How many can be turned to."""
        return min(FARTHEST, -(-self.total // PAGE))

    @property
    def shown(self) -> int:
        return sum(len(year.papers) for year in self.papers)


def paper_list(reader: GraphReader, index: Index, iri: str, kind: str, asked: Asked) -> PaperList:
    """Of an author, an institution, a concept or a venue."""
    filters = Filters(year_from=asked.year, year_to=asked.year, beside=(iri, *asked.things))
    result = index.search(
        asked.text,
        "paper",
        PAGE,
        (asked.page - 1) * PAGE,
        filters=filters,
        sort="newest",
        with_facets=True,
        values=_VALUES,
    )
    if not result.total and not asked:
        return _read_from_the_graph(reader, iri, kind, asked)
    facets = result.facets or Facets()
    counted = {"author": facets.author, "institution": facets.institution}
    counted |= {"concept": facets.concept, "venue": facets.venue}
    left_out = {iri, *asked.things}
    return PaperList(
        asked,
        _by_year(reader, (hit.iri for hit in result.hits)),
        result.total,
        dict(sorted(facets.years.items())),
        {name: _counts(reader, counts, left_out) for name, counts in counted.items()},
        {name: reader.thing(thing) for name in counted if (thing := getattr(asked, name))},
        _note(result),
    )


def _note(result: SearchResult) -> str | None:
    if result.searched:
        return f"No paper holds these words; these hold “{result.searched}”."
    return "No paper holds all of these words; these hold some of them." if result.partly and result.total else None


def _counts(reader: GraphReader, counts: dict[str, int], left_out: set[str]) -> list[Count]:
    reader.expect_names(counts)
    return [Count(reader.thing(iri), count) for iri, count in counts.items() if iri not in left_out]


def _by_year(reader: GraphReader, papers: Iterable[str]) -> list[YearOfPapers]:
    years: dict[int | None, list[PaperEntry]] = {}
    papers = list(papers)
    expect_papers(reader, papers)
    for paper in papers:
        years.setdefault(reader.integer(paper, ns.PUBLICATION_YEAR), []).append(paper_entry(reader, paper))
    return [YearOfPapers(year, entries) for year, entries in years.items()]


def _read_from_the_graph(reader: GraphReader, iri: str, kind: str, asked: Asked) -> PaperList:
    papers, complete = some_papers(reader, iri, kind, _READ)
    reader.expect(papers, (ns.ISSUED, ns.PUBLICATION_YEAR))
    dated = [(reader.text(paper, ns.ISSUED) or "", paper) for paper in papers]
    papers = [paper for _, paper in sorted(dated, key=lambda found: (found[0][:1] == "-", found), reverse=True)]
    years = Counter(reader.integer(paper, ns.PUBLICATION_YEAR) for paper in papers) if complete else Counter()
    start = (asked.page - 1) * PAGE
    return PaperList(
        asked,
        _by_year(reader, papers[start : start + PAGE]),
        len(papers),
        {year: count for year, count in sorted(years.items(), key=lambda item: item[0] or 0) if year is not None},
        {},
        in_order=complete,
    )
