"""Who works with whom: what stands together on papers, the way between two, and two side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import collaboration, linked_papers, paths_between
from kg import namespaces as ns
from kg.collaboration import BROADER, network
from kg.comparison import comparison
from kg.figures import metrics
from kg.namespaces import DEFAULT_BASE
from kg.paths_between import way_between
from kg.resources import GraphReader


def iri(kind: str, name: str) -> str:
    return f"{DEFAULT_BASE}{kind}/{name}"


def store_of(papers: Iterable[Iterable[str]], kind: str = "author", year: int = 2020) -> Store:
    """A graph of papers, each with the authors or the concepts that are named."""
    classes = {"author": ns.AUTHOR, "concept": ns.CONCEPT}
    store, linking = Store(), {"author": ns.CREATOR, "concept": ns.SUBJECT}[kind]

    def say(subject: str, predicate: str, term: NamedNode | Literal) -> None:
        store.add(Quad(NamedNode(subject), NamedNode(predicate), term))

    for number, names in enumerate(papers):
        paper = iri("paper", str(number))
        say(paper, ns.TYPE, NamedNode(ns.PAPER))
        say(paper, ns.TITLE, Literal(f"Paper {number}"))
        say(paper, ns.PUBLICATION_YEAR, Literal(str(year + number), datatype=NamedNode(ns.XSD + "integer")))
        for name in names:
            say(paper, linking, NamedNode(iri(kind, name)))
            say(iri(kind, name), ns.TYPE, NamedNode(classes[kind]))
            say(iri(kind, name), ns.NAME, Literal(name))
    return store


def reader_of(*papers: str, kind: str = "author") -> GraphReader:
    """`ann ben` is a paper of both."""
    return GraphReader(store_of([paper.split() for paper in papers], kind))


def way(reader: GraphReader, one: str, other: str, kind: str = "author", most: int = 1000) -> list[str]:
    found = way_between(reader, iri(kind, one), iri(kind, other), kind, most)
    assert len(found.steps) == max(0, len(found.things) - 1)
    return [thing.label for thing in found.things]


def test_coauthors_are_counted_and_joined_by_what_they_wrote_without_the_author_too() -> None:
    found = network(reader_of("ann ben", "ann ben cat", "ben cat", "cat dan"), iri("author", "ann"), "author")
    assert [(node.thing.label, node.papers) for node in found.nodes] == [("ben", 2), ("cat", 1)]
    edges = {frozenset((edge.source[-3:], edge.target[-3:])): edge.papers for edge in found.edges}
    assert edges == {frozenset(("ann", "ben")): 2, frozenset(("ann", "cat")): 1, frozenset(("ben", "cat")): 2}
    assert (found.papers, found.all_papers, found.left_out) == (2, True, 0)


def test_of_many_coauthors_those_with_most_papers_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(collaboration._AROUND, "author", {"author": 2})
    found = network(reader_of("ann ben cat dan", "ann ben cat", "ann ben"), iri("author", "ann"), "author")
    assert [node.thing.label for node in found.nodes] == ["ben", "cat"]
    assert found.left_out == 1


def test_of_very_many_papers_some_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collaboration, "_MOST_PAPERS", 3)
    found = network(reader_of(*["ann ben"] * 5), iri("author", "ann"), "author")
    assert (found.papers, found.all_papers) == (3, False)


def test_a_list_of_hundreds_of_authors_joins_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linked_papers, "MOST_AUTHORS", 3)
    reader = reader_of("ann ben cat dan", "ann eve", "ann fay", "eve fay gus hal")
    found = network(reader, iri("author", "ann"), "author")
    assert {node.thing.label for node in found.nodes} == {"eve", "fay"}
    assert all(iri("author", "ann") in (edge.source, edge.target) for edge in found.edges)
    assert way(reader, "ann", "ben") == []


def test_a_concept_stands_in_its_hierarchy() -> None:
    store = store_of([["trees", "graphs"]], "concept")
    store.add(Quad(NamedNode(iri("concept", "trees")), NamedNode(ns.BROADER), NamedNode(iri("concept", "shapes"))))
    store.add(Quad(NamedNode(iri("concept", "oaks")), NamedNode(ns.BROADER), NamedNode(iri("concept", "trees"))))
    found = network(GraphReader(store), iri("concept", "trees"), "concept")
    assert {node.thing.iri: node.papers for node in found.nodes} == {
        iri("concept", "graphs"): 1,
        iri("concept", "shapes"): None,
        iri("concept", "oaks"): None,
    }
    broader = {(edge.source, edge.target) for edge in found.edges if edge.relation == BROADER}
    trees = iri("concept", "trees")
    assert broader == {(trees, iri("concept", "shapes")), (iri("concept", "oaks"), trees)}


def test_the_way_is_the_shortest_and_says_over_which_papers() -> None:
    reader = reader_of("ann ben", "ben cat", "cat dan", "ann eve", "eve dan", "ann eve")
    found = way_between(reader, iri("author", "ann"), iri("author", "dan"), "author")
    assert [thing.label for thing in found.things] == ["ann", "eve", "dan"]
    assert [({paper.label for paper in step.papers}, step.count, step.more) for step in found.steps] == [
        ({"Paper 3", "Paper 5"}, 2, False),
        ({"Paper 4"}, 1, False),
    ]


def test_where_there_is_no_way_it_is_said_that_there_is_none() -> None:
    reader = reader_of("ann ben", "cat dan")
    found = way_between(reader, iri("author", "ann"), iri("author", "cat"), "author")
    assert (found.things, found.exhausted) == ([], True)


def test_a_search_that_ends_at_its_bound_claims_nothing() -> None:
    reader = reader_of("ann ben", "ben cat", "cat dan", "dan eve")
    found = way_between(reader, iri("author", "ann"), iri("author", "eve"), "author", most_papers=2)
    assert (found.things, found.exhausted, found.papers_read) == ([], False, 2)
    in_no_time = way_between(reader, iri("author", "ann"), iri("author", "eve"), "author", seconds=-1)
    assert (in_no_time.things, in_no_time.exhausted) == ([], False)


def test_things_of_which_nothing_new_is_read_cost_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the graph takes a second: forty authors of one paper are not all looked up in ten."""
    looks = 0

    class SlowReader(GraphReader):
        def pointing(self, predicate: str, iri: str) -> Iterator[str]:
            nonlocal looks
            looks += 1
            return super().pointing(predicate, iri)

    monkeypatch.setattr(paths_between.time, "monotonic", lambda: looks)
    papers = [["ann", *(f"a{number}" for number in range(40))], ["zoe", *(f"z{number}" for number in range(60))]]
    found = way_between(SlowReader(store_of(papers)), iri("author", "ann"), iri("author", "zoe"), "author", seconds=10)
    assert (found.things, found.exhausted) == ([], False)
    assert looks <= 11


def test_what_is_partly_read_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths_between, "_PAPERS_OF_ONE", 1)
    reader = reader_of("ann", "ann", "dan", "dan")
    found = way_between(reader, iri("author", "ann"), iri("author", "dan"), "author")
    assert (found.things, found.exhausted) == ([], False)


def test_from_a_thing_to_itself_is_no_step() -> None:
    assert way(reader_of("ann ben"), "ann", "ann") == ["ann"]


def test_concepts_have_ways_too() -> None:
    assert way(reader_of("a b", "b c", kind="concept"), "a", "c", "concept") == ["a", "b", "c"]


@given(st.lists(st.sets(st.sampled_from("abcdefgh"), min_size=1, max_size=3), max_size=10))
def test_a_way_is_as_long_as_breadth_first_search_says(papers: list[set[str]]) -> None:
    reader = GraphReader(store_of(papers))
    distance = {"a": 0}
    for round_ in range(8):
        for names in papers:
            if any(distance.get(name) == round_ for name in names):
                for name in names:
                    distance.setdefault(name, round_ + 1)
    for other in "bcdefgh":
        found = way(reader, "a", other)
        assert len(found) == (distance[other] + 1 if other in distance else 0)
        assert all(any({one, two} <= names for names in papers) for one, two in pairwise(found))


def test_two_authors_side_by_side() -> None:
    reader = reader_of("ann ben cat", "ann cat", "ben cat dan", "ann ben", "ann")
    found = comparison(reader, iri("author", "ann"), iri("author", "ben"))
    assert found.paper_count == 2
    assert {entry.paper.label for entry in found.papers} == {"Paper 0", "Paper 3"}
    assert [(common.thing.label, common.one, common.other) for common in found.coauthors] == [("cat", 2, 2)]
    assert found.years == [(2020, 1, 1), (2021, 1, 0), (2022, 0, 1), (2023, 1, 1), (2024, 1, 0)]
    assert (found.one.first, found.one.last, found.other.last) == (2020, 2024, 2023)


def test_what_two_have_in_common_comes_before_what_one_has_much_of() -> None:
    reader = reader_of("ann cat", "ben cat", "ann dan", "ann dan", "ann dan")
    found = comparison(reader, iri("author", "ann"), iri("author", "ben"))
    assert [common.thing.label for common in found.coauthors] == ["cat"]
    store = store_of([["ann"], ["ann"], ["ann"], ["ben"], ["ann"]])
    for paper, concept in ((0, "rare"), (1, "rare"), (2, "rare"), (3, "shared"), (4, "shared")):
        quad = Quad(NamedNode(iri("paper", str(paper))), NamedNode(ns.SUBJECT), NamedNode(iri("concept", concept)))
        store.add(quad)
    concepts = comparison(GraphReader(store), iri("author", "ann"), iri("author", "ben")).concepts
    assert [(common.thing.label, common.one, common.other) for common in concepts] == [("shared", 1, 1), ("rare", 3, 0)]


def test_every_pair_is_counted_once() -> None:
    names = ["ann", "ben", "cat", "dan"]
    found = network(reader_of(" ".join(names)), iri("author", "ann"), "author")
    assert len(found.edges) == len(list(combinations(names, 2)))


def test_citations_are_summed_where_any_are_known() -> None:
    store = store_of([["ann"], ["ann"], ["ann"]])
    papers = [iri("paper", str(number)) for number in range(3)]
    ann = iri("author", "ann")
    assert metrics(GraphReader(store), ann, papers) == [], "that no citation is known does not mean that there are none"
    for paper, count in zip(papers, ("12", "2", "1"), strict=True):
        value = Literal(count, datatype=NamedNode(ns.XSD + "integer"))
        store.add(Quad(NamedNode(paper), NamedNode(ns.CITED_BY_COUNT), value))
    computed = {metric.name: metric.computed for metric in metrics(GraphReader(store), ann, papers)}
    assert computed == {"citationCount": 15, "hIndex": 2, "i10Index": 1}
