"""Counts of a graph as a whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kg.endpoint.store import remote
from kg.namespaces import KG, SAME_AS, TYPE

_COUNT_TRIPLES = "SELECT (COUNT(*) AS ?count) { ?s ?p ?o }"
_COUNT_IN_NAMED_GRAPHS = "SELECT (COUNT(*) AS ?count) { GRAPH ?g { ?s ?p ?o } }"
_COUNT_LINKS = f"""
SELECT ?target (COUNT(*) AS ?count) {{
  ?s <{SAME_AS}> ?o BIND(REPLACE(STR(?o), "^([a-z]+://[^/]+/).*$", "$1") AS ?target)
}} GROUP BY ?target
"""
_BEGINNING = re.compile(r"^([a-z]+://[^/]+/).*$")
_COUNT_BY_CLASS = "SELECT ?class (COUNT(*) AS ?count) { ?s a ?class } GROUP BY ?class"


@dataclass(frozen=True)
class GraphCounts:
    """Triples in the default graph; things by the local name of their class, own classes only, A to Z."""

    triples: int
    by_class: dict[str, int]
    linksets: dict[str, int] = field(default_factory=dict)
    """How many links there are to things of other graphs, by the beginning of their IRIs, "https://openalex.org/"."""

    def after(self, effects: Iterable[tuple[bool, Quad]]) -> GraphCounts:
        """The counts once these statements were added (True) or removed (False); other graphs do not count."""
        triples, by_class, linksets = self.triples, Counter(self.by_class), Counter(self.linksets)
        for added, quad in effects:
            if quad.graph_name != DefaultGraph():
                continue
            change = 1 if added else -1
            triples += change
            if quad.predicate.value == TYPE and isinstance(quad.object, NamedNode) and quad.object.value.startswith(KG):
                by_class[quad.object.value.removeprefix(KG)] += change
            elif quad.predicate.value == SAME_AS and (target := _target(quad.object)):
                linksets[target] += change
        return GraphCounts(triples, _those_there(by_class), _those_there(linksets))


def _target(term: object) -> str | None:
    """As _COUNT_LINKS has it."""
    value = term.value if isinstance(term, (NamedNode, Literal)) else ""
    return _BEGINNING.sub(r"\1", value) if value.startswith("http") else None


def _those_there(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}


def count_graph(store: pyoxigraph.Store) -> GraphCounts:
    if remote(store):
        return _counted(store, lambda: sum(count for _, count in _counts(store, _COUNT_TRIPLES)))
    with ThreadPoolExecutor(1) as beside:
        # Having all statements counted takes half the time of asking for their number.
        everything = beside.submit(len, store)
        is_named = next(iter(store.named_graphs()), None)  # else all statements are gone through to find none
        named = sum(count for _, count in _counts(store, _COUNT_IN_NAMED_GRAPHS)) if is_named else 0
        return _counted(store, lambda: everything.result() - named)


def _counted(store: pyoxigraph.Store, triples: Callable[[], int]) -> GraphCounts:
    by_class = {name.removeprefix(KG): count for name, count in _counts(store, _COUNT_BY_CLASS) if name.startswith(KG)}
    linksets = {name: count for name, count in _counts(store, _COUNT_LINKS) if name.startswith("http")}
    return GraphCounts(triples(), dict(sorted(by_class.items())), dict(sorted(linksets.items())))


def _counts(store: pyoxigraph.Store, query: str) -> Iterator[tuple[str, int]]:
    solutions: Any = store.query(query)
    for solution in solutions:
        yield solution[0].value, int(solution["count"].value)
