"""What the front page shows of a graph: where to begin."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Store

from kg import namespaces as ns
from kg.entries import Count, PaperEntry, paper_entry
from kg.latest import latest_papers, rows
from kg.linked_papers import Link
from kg.ntriples import iri
from kg.resources import GraphReader, whole_number

_NEWEST = 8


@dataclass(frozen=True)
class Overview:
    """The newest papers, and the things with the most papers."""

    papers: list[PaperEntry]
    authors: list[Count]
    concepts: list[Count]
    institutions: list[Count]


def overview(store: Store) -> Overview:
    """Costs a pass over all papers: to be kept as long as the store does not change."""
    reader = GraphReader(store)
    newest = latest_papers(store, ns.PAPER, [Link(ns.TYPE)]).papers[:_NEWEST]
    return Overview(
        papers=[paper_entry(reader, paper) for paper, _ in newest],
        authors=_most_papers(reader, store, ns.AUTHOR),
        concepts=_most_papers(reader, store, ns.CONCEPT),
        institutions=_most_papers(reader, store, ns.INSTITUTION),
    )


def _most_papers(reader: GraphReader, store: Store, class_iri: str) -> list[Count]:
    found = rows(store, "most_papers", {"class": iri(class_iri)})
    counts = [Count(reader.thing(thing), whole_number(papers) or 0) for thing, papers in found]
    return sorted(counts, key=lambda count: (-count.count, count.thing.label.casefold()))
