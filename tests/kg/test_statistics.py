"""Counts of a graph as a whole."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kg import namespaces as ns
from kg import pipeline
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.statistics import GraphCounts, count_graph
from kg.store import StoreFolder


def test_named_graphs_do_not_count() -> None:
    paper, other = NamedNode("https://x/paper"), NamedNode("https://openalex.org/W1")
    store = pyoxigraph.Store()
    statements = [(NamedNode(ns.TYPE), NamedNode(ns.PAPER)), (NamedNode(ns.SAME_AS), other)]
    store.extend(Quad(paper, *statement) for statement in statements)
    store.extend(Quad(other, *statement, NamedNode(f"https://x/{n}")) for statement in statements for n in range(3))
    assert count_graph(store, "https://x/") == GraphCounts(2, {"Paper": 1}, {"https://openalex.org/": 1})


def test_what_has_no_iri_is_counted_as_no_class_and_no_link() -> None:
    paper, blank = NamedNode("https://x/paper"), BlankNode()
    odd = (blank, Literal("http://x.org/a\n"), Literal(ns.PAPER), Triple(paper, NamedNode(ns.TYPE), blank))
    quads = [Quad(paper, NamedNode(predicate), term) for predicate in (ns.SAME_AS, ns.TYPE) for term in odd]
    quads.append(Quad(paper, NamedNode(ns.SAME_AS), NamedNode("https://openalex.org/W1")))
    store = pyoxigraph.Store()
    store.extend(quads)
    counted = count_graph(store, "https://x/")
    assert counted == GraphCounts(9, {}, {"https://openalex.org/": 1})
    assert counted == GraphCounts(0, {}).after(((True, quad) for quad in quads), "https://x/")


def test_a_link_to_a_thing_without_a_name_is_loaded_and_built_again(tmp_path: Path) -> None:
    (tmp_path / "links.ttl").write_text("<https://x/a> <http://www.w3.org/2002/07/owl#sameAs> [] .")
    store = StoreFolder(tmp_path / "store")
    pipeline.load(store, find_source("rdf"), {"links": [tmp_path / "links.ttl"]})
    pipeline.rebuild(store)
    assert not Snapshots(store.folder).current().manifest.linksets


def test_what_was_merged_is_no_link_to_another_graph() -> None:
    """Also where another graph is at the same host; counted at once and by what changed."""
    base = "https://w3id.org/paperkg/"
    thing, same = NamedNode(f"{base}paper/doi:10.5555/1"), NamedNode(ns.SAME_AS)
    others = (
        *(
            f"{base}paper/doi:10.5555/2",
            f"{base}paper/x",
            "https://w3id.org/oc/meta/br/1",
            "https://w3id.org/oc/meta/br/2",
        ),
        *("https://openalex.org/W1", "https://example.org", "urn:isbn:1"),
    )
    effects = [(True, Quad(thing, same, NamedNode(other))) for other in others]
    store = pyoxigraph.Store()
    store.extend(quad for _, quad in effects)
    counts = count_graph(store, base)
    assert counts.linksets == {"https://example.org": 1, "https://openalex.org/": 1, "https://w3id.org/": 2}
    assert GraphCounts(0, {}).after(effects, base) == counts
