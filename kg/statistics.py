"""Counts of a graph as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg.namespaces import KG, SAME_AS, TYPE

_COUNT_TRIPLES = "SELECT (COUNT(*) AS ?count) { ?s ?p ?o }"
_COUNT_LINKS = f"""
SELECT ?target (COUNT(*) AS ?count) {{
  ?s <{SAME_AS}> ?o BIND(REPLACE(STR(?o), "^([a-z]+://[^/]+/).*$", "$1") AS ?target)
}} GROUP BY ?target
"""
_COUNT_BY_CLASS = "SELECT ?class (COUNT(*) AS ?count) { ?s a ?class } GROUP BY ?class"


@dataclass(frozen=True)
class GraphCounts:
    """Triples in the default graph; things by the local name of their class, own classes only, A to Z."""

    triples: int
    by_class: dict[str, int]
    linksets: dict[str, int] = field(default_factory=dict)
    """How many links there are to things of other graphs, by the beginning of their IRIs, "https://openalex.org/"; as
    of the last load."""

    def after(self, effects: Iterable[tuple[bool, Quad]]) -> GraphCounts:
        """The counts once these statements were added (True) or removed (False); other graphs do not count."""
        triples, by_class = self.triples, Counter(self.by_class)
        for added, quad in effects:
            if quad.graph_name != DefaultGraph():
                continue
            change = 1 if added else -1
            triples += change
            if quad.predicate.value == TYPE and isinstance(quad.object, NamedNode) and quad.object.value.startswith(KG):
                by_class[quad.object.value.removeprefix(KG)] += change
        return GraphCounts(triples, {name: count for name, count in sorted(by_class.items()) if count}, self.linksets)


def count_graph(store: pyoxigraph.Store) -> GraphCounts:
    triples = sum(count for _, count in _counts(store, _COUNT_TRIPLES))
    by_class = {name.removeprefix(KG): count for name, count in _counts(store, _COUNT_BY_CLASS) if name.startswith(KG)}
    linksets = {name: count for name, count in _counts(store, _COUNT_LINKS) if name.startswith("http")}
    return GraphCounts(triples, dict(sorted(by_class.items())), dict(sorted(linksets.items())))


def _counts(store: pyoxigraph.Store, query: str) -> Iterator[tuple[str, int]]:
    solutions: Any = store.query(query)
    for solution in solutions:
        yield solution[0].value, int(solution["count"].value)
