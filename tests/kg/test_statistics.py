"""Counts of a graph as a whole."""

from __future__ import annotations

import pyoxigraph
from pyoxigraph import NamedNode, Quad

from kg import namespaces as ns
from kg.statistics import GraphCounts, count_graph


def test_named_graphs_do_not_count() -> None:
    paper, other = NamedNode("https://x/paper"), NamedNode("https://openalex.org/W1")
    store = pyoxigraph.Store()
    statements = [(NamedNode(ns.TYPE), NamedNode(ns.PAPER)), (NamedNode(ns.SAME_AS), other)]
    store.extend(Quad(paper, *statement) for statement in statements)
    store.extend(Quad(other, *statement, NamedNode(f"https://x/{n}")) for statement in statements for n in range(3))
    assert count_graph(store) == GraphCounts(2, {"Paper": 1}, {"https://openalex.org/": 1})
