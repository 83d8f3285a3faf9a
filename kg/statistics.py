"""Counts of a graph as a whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg.endpoint.opening import remote
from kg.namespaces import KG, SAME_AS, TYPE

_COUNT_TRIPLES = "SELECT (COUNT(*) AS ?count) { ?s ?p ?o }"
_COUNT_IN_NAMED_GRAPHS = "SELECT (COUNT(*) AS ?count) { GRAPH ?g { ?s ?p ?o } }"
_COUNT_LINKS = f"""
SELECT ?folder (COUNT(*) AS ?count) {{
  ?s <{SAME_AS}> ?o FILTER(isIRI(?o)) BIND(REPLACE(STR(?o), "^([a-z]+://.*/)[^/]*$", "$1") AS ?folder)
}} GROUP BY ?folder
"""
_FOLDER = re.compile(r"^([a-z]+://.*/)[^/]*$")
_BEGINNING = re.compile(r"^([a-z]+://[^/]+/).*$")
_COUNT_BY_CLASS = "SELECT ?class (COUNT(*) AS ?count) { ?s a ?class } GROUP BY ?class"


@dataclass(frozen=True)
class GraphCounts:
    """Triples in the default graph; things by the local name of their class, own classes only, A to Z."""

    triples: int
    by_class: dict[str, int]
    linksets: dict[str, int] = field(default_factory=dict)
    """How many links there are to things of other graphs, by the beginning of their IRIs, "https://openalex.org/"; what
    was merged is called otherwise in this one."""

    def after(self, effects: Iterable[tuple[bool, Quad]], base_iri: str, new: Collection[Quad] = ()) -> GraphCounts:
        """The counts once these statements were added (True) or removed (False); other graphs do not count. All of
        those that are `new` were added, to this one."""
        graph = DefaultGraph()
        here = [(1 if is_added else -1, quad) for is_added, quad in effects if quad.graph_name == graph]
        triples = self.triples + sum(change for change, _ in here) + len(new)
        by_class, linksets = Counter(self.by_class), Counter(self.linksets)
        for change, quad in chain(here, zip(repeat(1), new)):
            predicate = quad.predicate.value
            if predicate == TYPE and isinstance(quad.object, NamedNode) and quad.object.value.startswith(KG):
                by_class[quad.object.value.removeprefix(KG)] += change
            elif predicate == SAME_AS and (target := _target(_folder(quad.object), base_iri)):
                linksets[target] += change
        return GraphCounts(triples, _those_there(by_class), _those_there(linksets))


def _folder(term: object) -> str:
    """As _COUNT_LINKS has it: what has no IRI is in no other graph."""
    return _FOLDER.sub(r"\1", term.value) if isinstance(term, NamedNode) else ""


def _target(folder: str, base_iri: str) -> str | None:
    """None for things of this graph."""
    is_of_another = folder.startswith("http") and not folder.startswith(base_iri)
    return _BEGINNING.sub(r"\1", folder) if is_of_another else None


def _those_there(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}


def count_graph(store: pyoxigraph.Store, base_iri: str) -> GraphCounts:
    if remote(store):
        return GraphCounts(_sum(store, _COUNT_TRIPLES), _by_class(store), _linksets(store, base_iri))
    with ThreadPoolExecutor(1) as beside:
        linksets = beside.submit(_linksets, store, base_iri)
        by_class = _by_class(store)
        # Half the time of asking for the number, but with Python's lock held: last, when links are being counted.
        return GraphCounts(len(store) - _in_named_graphs(store), by_class, linksets.result())


def _in_named_graphs(store: pyoxigraph.Store) -> int:
    """All statements are gone through to count these, even where there are none."""
    is_any = next(iter(store.named_graphs()), None)
    return _sum(store, _COUNT_IN_NAMED_GRAPHS) if is_any else 0


def _by_class(store: pyoxigraph.Store) -> dict[str, int]:
    counts = _counts(store, _COUNT_BY_CLASS)
    names = ((name.value, count) for name, count in counts if isinstance(name, NamedNode))
    return dict(sorted((name.removeprefix(KG), count) for name, count in names if name.startswith(KG)))


def _linksets(store: pyoxigraph.Store, base_iri: str) -> dict[str, int]:
    found = Counter[str]()
    for folder, count in _counts(store, _COUNT_LINKS):
        if target := _target(folder.value, base_iri):
            found[target] += count
    return _those_there(found)


def _sum(store: pyoxigraph.Store, query: str) -> int:
    return sum(count for _, count in _counts(store, query))


def _counts(store: pyoxigraph.Store, query: str) -> Iterator[tuple[Any, int]]:
    """Terms, or what stands in place of one, with how often they occur."""
    solutions: Any = store.query(query)
    for solution in solutions:
        yield solution[0], int(solution["count"].value)
