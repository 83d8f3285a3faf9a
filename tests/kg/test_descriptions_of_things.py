"""What the graph says of a thing: descriptions and lists are right and bounded, for hubs as for others."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from kg import namespaces as ns
from kg import search
from kg.dates import readable_date
from kg.namespaces import DEFAULT_BASE
from kg.paper_lists import PAGE, Asked
from kg.profiles import Profile, profile
from kg.resources import INCOMING_LIMIT, GraphReader, describe, whole_number

HUB = DEFAULT_BASE + "concept/hub"
PLACE = DEFAULT_BASE + "institution/place"


def node(value: str) -> NamedNode:
    return NamedNode(value)


def number(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(ns.XSD + "integer"))


def store_of(*statements: tuple[str, str, object]) -> Store:
    store = Store()
    for subject, predicate, value in statements:
        term = value if not isinstance(value, str) else NamedNode(value)
        store.add(Quad(NamedNode(subject), NamedNode(predicate), term))  # type: ignore[arg-type]
    return store


def hub(papers: int) -> Store:
    """A concept with that many papers of twenty years, one in ten with no year; each has an author with a place."""
    statements: list[tuple[str, str, object]] = [(HUB, ns.TYPE, ns.CONCEPT), (HUB, ns.PREF_LABEL, Literal("Hub"))]
    for count in range(papers):
        paper, authorship = f"{DEFAULT_BASE}paper/{count}", f"{DEFAULT_BASE}authorship/{count}"
        statements += [
            (paper, ns.TYPE, ns.PAPER),
            (paper, ns.TITLE, Literal(f"Paper {count}")),
            (paper, ns.SUBJECT, HUB),
            (paper, ns.CREATOR, f"{DEFAULT_BASE}author/{count % 7}"),
            (paper, ns.HAS_AUTHORSHIP, authorship),
            (authorship, ns.AFFILIATION, PLACE),
            (authorship, ns.AUTHORSHIP_AUTHOR, f"{DEFAULT_BASE}author/{count % 7}"),
        ]
        if count % 10:
            date = Literal(f"{2000 + count % 20}-{1 + count % 12:02}-01", datatype=node(ns.XSD + "date"))
            statements += [(paper, ns.PUBLICATION_YEAR, number(2000 + count % 20)), (paper, ns.ISSUED, date)]
    return store_of(*statements)


@pytest.fixture(scope="module")
def large_hub() -> Store:
    return hub(2500)


def test_a_description_holds_the_thing_its_parts_and_the_names_of_what_it_points_to() -> None:
    paper, authorship, author = (DEFAULT_BASE + path for path in ("paper/p", "authorship/p/a", "author/a"))
    store = store_of(
        (paper, ns.TITLE, Literal("T")),
        (paper, ns.HAS_AUTHORSHIP, authorship),
        (authorship, ns.POSITION, number(1)),
        (authorship, ns.AUTHORSHIP_AUTHOR, author),
        (author, ns.NAME, Literal("A. Uthor")),
        (author, ns.FAMILY_NAME, Literal("Uthor")),
        (paper + "#papers-2023", ns.COUNT_OF, paper),
        (paper + "#papers-2023", ns.PAPER_COUNT, number(3)),
        (DEFAULT_BASE + "paper/q", ns.CITES, paper),
        (DEFAULT_BASE + "paper/q", ns.TITLE, Literal("Citing")),
        (DEFAULT_BASE + "paper/r", ns.TITLE, Literal("Another")),
    )
    every = {quad.triple for quad in store}
    left_out = {
        Triple(node(author), node(ns.FAMILY_NAME), Literal("Uthor")),
        Triple(node(DEFAULT_BASE + "paper/r"), node(ns.TITLE), Literal("Another")),
    }
    described = describe(store, paper)
    assert set(described) == every - left_out
    assert len(described) == len(set(described))


def test_a_description_follows_blank_nodes_also_in_circles() -> None:
    store = Store()
    first, second = BlankNode(), BlankNode()
    for subject, value in ((node(HUB), first), (first, second), (second, first), (second, Literal("end"))):
        store.add(Quad(subject, node(ns.RDFS + "seeAlso"), value))
    assert len(describe(store, HUB)) == 4


def test_what_the_graph_has_not_has_no_description() -> None:
    assert describe(Store(), HUB) == []


def test_named_graphs_are_no_part_of_a_description() -> None:
    store = Store()
    store.add(Quad(node(HUB), node(ns.PREF_LABEL), Literal("elsewhere"), node("http://example.org/graph")))
    assert describe(store, HUB) == []
    assert not GraphReader(store).exists(HUB)


def test_the_description_of_a_hub_is_bounded(large_hub: Store) -> None:
    described = describe(large_hub, HUB)
    assert sum(triple.predicate.value == ns.SUBJECT for triple in described) == INCOMING_LIMIT
    incoming = {link.predicate: link for link in GraphReader(large_hub).incoming(HUB)}[ns.SUBJECT]
    assert (len(incoming.subjects), incoming.total, incoming.exact) == (INCOMING_LIMIT, 1000, False)
    small = {link.predicate: link for link in GraphReader(hub(300)).incoming(HUB)}[ns.SUBJECT]
    assert (len(small.subjects), small.total, small.exact) == (INCOMING_LIMIT, 300, True)


def test_what_few_things_say_of_a_hub_is_not_lost_among_what_many_say(
    large_hub: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.resources._INCOMING_SCAN", 1)
    narrower = Quad(NamedNode(DEFAULT_BASE + "concept/zzz"), NamedNode(ns.BROADER), NamedNode(HUB))
    large_hub.add(narrower)
    described = describe(large_hub, HUB)
    large_hub.remove(narrower)
    assert narrower.triple in described
    assert sum(triple.predicate.value == ns.SUBJECT for triple in described) == INCOMING_LIMIT


def page_of(store: Store, iri: str, kind: str, folder: Path, asked: Asked | None = None) -> Profile:
    search.build(store, folder / "index")
    return profile(GraphReader(store), search.Index(folder / "index"), iri, kind, asked or Asked())


def test_a_page_of_papers_holds_the_latest_and_the_next_go_on(tmp_path: Path) -> None:
    store = hub(50)
    first = page_of(store, HUB, "concept", tmp_path)
    assert (first.paper_count, first.papers.total, first.papers.pages) == (50, 50, 3)
    assert sum(count for _, count in first.per_year) == 45
    index = search.Index(tmp_path / "index")
    lists = [profile(GraphReader(store), index, HUB, "concept", Asked(page=page)).papers for page in (1, 2, 3)]
    assert [found.shown for found in lists] == [PAGE, PAGE, 50 - 2 * PAGE]
    papers = [entry.paper.iri for found in lists for year in found.papers for entry in year.papers]
    assert len(set(papers)) == 50
    years = [year.year for found in lists for year in found.papers]
    assert years[-1] is None, "those without a year come last"
    assert years[:-1] == sorted(years[:-1], reverse=True)  # type: ignore[type-var]


def test_papers_are_narrowed_down_by_words_year_and_things(tmp_path: Path) -> None:
    store = hub(50)
    elsewhere = node(DEFAULT_BASE + "paper/elsewhere")
    for predicate, value in ((ns.TYPE, ns.PAPER), (ns.CREATOR, f"{DEFAULT_BASE}author/3")):
        store.add(Quad(elsewhere, node(predicate), node(value)))
    page = page_of(store, HUB, "concept", tmp_path)
    index, reader = search.Index(tmp_path / "index"), GraphReader(store)

    def titles(**asked: Any) -> set[str]:
        found = profile(reader, index, HUB, "concept", Asked(**asked))
        assert found.per_year == page.per_year, "what counts all papers is not narrowed down"
        return {entry.paper.label for year in found.papers.papers for entry in year.papers}

    author = DEFAULT_BASE + "author/3"
    assert titles(author=author) == {f"Paper {count}" for count in range(3, 50, 7)}
    named = profile(reader, index, HUB, "concept", Asked(author=author)).papers
    assert {HUB, author}.isdisjoint(count.thing.iri for counts in named.named.values() for count in counts)
    assert [thing.iri for thing in named.chosen.values()] == [author]
    (year, count), *_ = page.per_year
    assert len(titles(year=year)) == count
    assert titles(text="paper 17") == {"Paper 17"}
    assert titles(text="paper 17", author=author) == {"Paper 17"}
    assert titles(text="zebra", author=author) == set()
    assert titles(venue=DEFAULT_BASE + "venue/nowhere") == set()
    partly = profile(reader, index, HUB, "concept", Asked(text="paper zebra")).papers
    assert (partly.total, bool(partly.note)) == (50, True)


def test_what_the_index_knows_no_papers_of_is_read_from_the_graph(tmp_path: Path) -> None:
    store = Store()
    search.build(store, tmp_path / "index")
    store.extend(hub(30))
    page = profile(GraphReader(store), search.Index(tmp_path / "index"), HUB, "concept", Asked())
    assert (page.papers.total, page.papers.shown, page.papers.in_order) == (30, PAGE, True)
    assert sum(count for _, count in page.per_year) == 27


def test_of_very_many_of_them_some_are_read_and_it_is_said(large_hub: Store, tmp_path: Path) -> None:
    search.build(Store(), tmp_path / "index")
    page = profile(GraphReader(large_hub), search.Index(tmp_path / "index"), PLACE, "institution", Asked())
    assert not page.papers.in_order
    assert page.papers.total < 1000


def test_an_absurd_year_does_not_fill_the_memory(tmp_path: Path) -> None:
    author, paper = DEFAULT_BASE + "author/a", DEFAULT_BASE + "paper/p"
    years = [number(2020), number(999_999_999_999), Literal("9" * 5000, datatype=node(ns.XSD + "integer"))]
    store = store_of((author, ns.TYPE, ns.AUTHOR))
    for count, year in enumerate(years):
        store.add(Quad(node(f"{paper}{count}"), node(ns.TYPE), node(ns.PAPER)))
        store.add(Quad(node(f"{paper}{count}"), node(ns.CREATOR), node(author)))
        store.add(Quad(node(f"{paper}{count}"), node(ns.PUBLICATION_YEAR), year))
    page = page_of(store, author, "author", tmp_path)
    assert len(page.per_year) < 300
    assert page.papers.shown == 3


def test_the_same_graph_gives_the_same_description_however_it_was_loaded() -> None:
    statements = list(hub(40))
    random.Random(1).shuffle(statements)
    shuffled = Store()
    shuffled.extend(statements)
    assert describe(shuffled, HUB) == describe(hub(40), HUB)


@given(st.text(max_size=30))
def test_any_text_has_a_readable_date_and_maybe_a_number(text: str) -> None:
    assert isinstance(readable_date(text), str)
    assert whole_number(text) is None or str(whole_number(text)).lstrip("-") in text.lstrip("0+-") or int(text) == 0


def test_of_very_many_parts_the_first_have_their_names_in_the_description() -> None:
    store = store_of((PLACE, ns.TYPE, ns.INSTITUTION))
    for count in range(1000):
        part = f"{DEFAULT_BASE}institution/part-{count}"
        store.add(Quad(node(PLACE), node(ns.HAS_SUB_ORGANIZATION), node(part)))
        store.add(Quad(node(part), node(ns.NAME), Literal(f"Part {count}")))
    found = describe(store, PLACE)
    assert sum(triple.predicate.value == ns.HAS_SUB_ORGANIZATION for triple in found) == 1000
    assert sum(triple.predicate.value == ns.NAME for triple in found) == 100


def test_every_author_of_a_long_list_has_their_name_in_the_description() -> None:
    paper = DEFAULT_BASE + "paper/long"
    store = store_of((paper, ns.TYPE, ns.PAPER))
    for count in range(300):
        author, authorship = f"{DEFAULT_BASE}author/{count}", f"{DEFAULT_BASE}authorship/{count}"
        store.add(Quad(node(paper), node(ns.CREATOR), node(author)))
        store.add(Quad(node(paper), node(ns.HAS_AUTHORSHIP), node(authorship)))
        store.add(Quad(node(authorship), node(ns.AUTHORSHIP_AUTHOR), node(author)))
        store.add(Quad(node(author), node(ns.NAME), Literal(f"Author {count}")))
    assert sum(triple.predicate.value == ns.NAME for triple in describe(store, paper)) == 300
