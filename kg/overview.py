"""What the front page shows of a graph: where to begin."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode

from kg import namespaces as ns
from kg.endpoint.opening import remote
from kg.entries import Count, PaperEntry, expect_papers, paper_entry
from kg.resources import GraphReader, whole_number
from kg.snapshots import Snapshot

_MOST_CONNECTED = Path(__file__).parent / "page_queries" / "most_connected.rq"
_COAUTHOR_COUNT = NamedNode(ns.COAUTHOR_COUNT)
_NEWEST = 8
_MOST = 12


@dataclass(frozen=True)
class Overview:
    """The newest papers, the things with the most papers, and the authors who wrote with the most others."""

    papers: list[PaperEntry]
    authors: list[Count]
    concepts: list[Count]
    institutions: list[Count]
    venues: list[Count]
    connected: list[Count]


def overview(snapshot: Snapshot) -> Overview:
    """The search index knows what is newest and largest."""
    reader = GraphReader(snapshot.store)
    newest = snapshot.index.search("", "paper", _NEWEST, sort="newest").hits
    expect_papers(reader, [hit.iri for hit in newest])
    entries = [paper_entry(reader, hit.iri) for hit in newest]
    return Overview(
        papers=[entry for entry in entries if entry.date],
        authors=_most_papers(reader, snapshot, "author"),
        concepts=_most_papers(reader, snapshot, "concept"),
        institutions=_most_papers(reader, snapshot, "institution"),
        venues=_most_papers(reader, snapshot, "venue"),
        connected=_most_connected(reader, snapshot),
    )


def _most_connected(reader: GraphReader, snapshot: Snapshot) -> list[Count]:
    most = _asked(snapshot.store) if remote(snapshot.store) else _looked_up(snapshot.store)
    reader.expect_names([author for author, _ in most])
    return _in_order(Count(reader.thing(author), others) for author, others in most)


def _asked(store: pyoxigraph.Store) -> list[tuple[str, int]]:
    solutions: Any = store.query(_MOST_CONNECTED.read_text("utf-8"))
    return [(author.value, whole_number(others.value) or 0) for author, others in solutions]


def _looked_up(store: pyoxigraph.Store) -> list[tuple[str, int]]:
    """Not by a query that sorts: over a damaged file that would collect the same error until memory is full."""
    quads = store.quads_for_pattern(None, _COAUTHOR_COUNT, None, DefaultGraph())
    counts: Any = ((quad.subject.value, whole_number(quad.object.value) or 0) for quad in quads)  # type: ignore[union-attr]
    return heapq.nlargest(_MOST, counts, key=itemgetter(1))


def _most_papers(reader: GraphReader, snapshot: Snapshot, kind: str) -> list[Count]:
    hits = snapshot.index.search("", kind, _MOST, sort="cited").hits
    reader.expect_names([hit.iri for hit in hits])
    reader.expect([hit.iri for hit in hits], (ns.PAPER_COUNT,))
    return _in_order(Count(reader.thing(hit.iri), reader.integer(hit.iri, ns.PAPER_COUNT) or 0) for hit in hits)


def _in_order(counts: Iterable[Count]) -> list[Count]:
    found = [count for count in counts if count.count]
    return sorted(found, key=lambda count: (-count.count, count.thing.label.casefold()))
