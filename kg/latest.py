"""The latest papers of a thing, in bounded work however many it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pyoxigraph import Store

from kg import namespaces as ns
from kg.linked_papers import Link
from kg.ntriples import integer, iri
from kg.resources import GraphReader, whole_number
from kg.sparql import bind

PAPERS_SHOWN = 100
# Of up to so many papers the year is read one by one; a thing with more is asked for year by year.
_FEW = 4000
_QUERIES = Path(__file__).parent / "page_queries"


@dataclass(frozen=True)
class LatestPapers:
    """At most PAPERS_SHOWN papers, latest first, with their years (None: unknown). `complete`: there are no others."""

    papers: list[tuple[str, int | None]]
    complete: bool


def latest_papers(store: Store, thing: str, links: Iterable[Link]) -> LatestPapers:
    reader = GraphReader(store)
    few: set[str] = set()
    for link in links:
        few.update(_linked(reader, thing, link))
    if len(few) <= _FEW:
        latest = list(islice(_sorted(reader, few), PAPERS_SHOWN + 1))
        return LatestPapers(latest[:PAPERS_SHOWN], len(latest) <= PAPERS_SHOWN)
    used = [link for link in links if reader.subjects(link.predicate, thing, 1)]
    return LatestPapers(list(_year_by_year(store, thing, used)), complete=False)


def papers_per_year(reader: GraphReader, thing: str, latest: LatestPapers) -> dict[int, int]:
    """Papers by year: as the graph has counted them, else counted here if all papers are at hand, else nothing."""
    counted = _counted(reader, thing)
    if not counted and latest.complete:
        for _, year in latest.papers:
            if year is not None:
                counted[year] = counted.get(year, 0) + 1
    return dict(sorted(counted.items()))


def _counted(reader: GraphReader, thing: str) -> dict[int, int]:
    """Papers by year, where the graph has counted them."""
    counted: dict[int, int] = {}
    for count in reader.subjects(ns.COUNT_OF, thing):
        year, number = reader.integer(count, ns.PUBLICATION_YEAR), reader.integer(count, ns.PAPER_COUNT)
        if year is not None and number is not None:
            counted[year] = number
    return counted


def rows(store: Store, query: str, terms: dict[str, str] | None = None) -> Iterator[list[str]]:
    """The rows of a page query as texts, its parameters bound to `terms`, which are N-Triples."""
    solutions: Any = store.query(bind((_QUERIES / f"{query}.rq").read_text("utf-8"), terms or {}))
    return ([term.value for term in solution] for solution in solutions)


def _linked(reader: GraphReader, thing: str, link: Link) -> Iterator[str]:
    """Somewhat more than _FEW papers that point to the thing, or all; and copies of papers, where they lie there."""
    found = reader.subjects(link.predicate, thing, _FEW + 1)
    if not link.of_authorship:
        yield from found
    else:
        for authorship in found:
            yield from reader.subjects(ns.HAS_AUTHORSHIP, authorship, 1)


def _sorted(reader: GraphReader, papers: Iterable[str]) -> Iterator[tuple[str, int | None]]:
    """The latest first, with their years; dates are read of those years only that are asked for."""
    of_years: defaultdict[int, list[str]] = defaultdict(list)
    for paper in papers:
        of_years[reader.integer(paper, ns.PUBLICATION_YEAR) or 0].append(paper)
    for year in sorted(of_years, reverse=True):
        # Copies have no year.
        found = of_years[year] if year else [one for one in of_years[0] if ns.LOCATION not in reader.iris(one, ns.TYPE)]
        dated = sorted(((max(reader.texts(paper, ns.ISSUED), default=""), paper) for paper in found), reverse=True)
        yield from ((paper, year or None) for _, paper in dated)


def _year_by_year(store: Store, thing: str, links: Iterable[Link]) -> Iterator[tuple[str, int]]:
    in_graph = (whole_number(year) for (year,) in rows(store, "years"))
    years = set(_counted(GraphReader(store), thing)) or {year for year in in_graph if year is not None}
    found: set[str] = set()
    for year in sorted(years, reverse=True):
        for link in links:
            query = "affiliated_papers_of_year" if link.of_authorship else "papers_of_year"
            terms = {"thing": iri(thing), "link": iri(link.predicate), "year": integer(year)}
            for (paper,) in rows(store, query, terms):
                if len(found) == PAPERS_SHOWN:
                    return
                if paper not in found:
                    found.add(paper)
                    yield paper, year
