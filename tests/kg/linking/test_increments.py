"""However a graph was come by, record by record and link by link, it is the one that is built from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kg import namespaces as ns
from kg import pipeline
from kg.linking.records import RecordIndex
from kg.namespaces import DEFAULT_BASE as B
from kg.naming import Naming
from kg.records import (
    Author,
    Authorship,
    Identifier,
    Paper,
    PartialDate,
    Record,
    SourceRecord,
)
from kg.snapshots import Snapshots
from kg.store import StoreFolder
from kg.writer import Writer
from tests.kg.linking.world import (
    CONCEPT_IRIS,
    CONCEPTS,
    EDITS,
    FOLLOWED,
    GRAPHS,
    NAMED_UNI,
    PEOPLE,
    PROFILES,
    RECORDS,
    STEPS,
    THINGS,
    TITLES,
    UNI,
    VENUES,
    World,
    assert_alike,
    assert_derived,
    papers,
)


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    links=st.lists(
        st.tuples(st.sampled_from(THINGS), st.sampled_from(THINGS), st.sampled_from([0.95, 0.8])), max_size=8
    ),
    steps=st.lists(STEPS, min_size=2, max_size=6),
)
def test_whatever_the_steps_the_graph_is_the_one_that_is_built_from_nothing(
    tmp_path_factory: pytest.TempPathFactory, links: list[tuple[str, str, float]], steps: list[tuple[object, ...]]
) -> None:
    world = World(tmp_path_factory.mktemp("world"), links)
    folder = world.work / "stepwise"
    world.take(("load", "z", [*PROFILES[:2], Paper(title="On Things", source=SourceRecord("z"))]), folder)
    for step in steps:
        world.take(step, folder)
    pipeline.repair(StoreFolder(folder))
    assert_alike(folder, world.from_nothing(folder))


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("edit"), st.booleans(), st.sampled_from(FOLLOWED)),
            st.tuples(st.just("edit"), st.booleans(), st.sampled_from(EDITS)),
            st.tuples(st.just("erase"), st.booleans(), st.sampled_from(THINGS)),
            st.tuples(st.just("load"), st.sampled_from("defg"), RECORDS(papers(), min_size=1, max_size=2)),
        ),
        min_size=4,
        max_size=10,
    )
)
def test_what_is_derived_follows_edits_at_once_and_what_comes_beside_them(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    world = World(tmp_path_factory.mktemp("world"), [])
    folder = world.work / "stepwise"
    world.take(("load", "z", FIRST), folder)
    for step in steps:
        world.take(step, folder)
        contents = StoreFolder(folder).contents()
        assert contents
        if contents.derived_from == contents.edits:
            assert_derived(folder)
    pipeline.repair(StoreFolder(folder))
    assert_derived(folder)
    assert_alike(folder, world.from_nothing(folder))


def made(record: str, title: str, people: Sequence[Author], *identifiers: Identifier, **more: object) -> Paper:
    return Paper(
        title=title,
        source=SourceRecord(record),
        identifiers=identifiers,
        authorships=tuple(Authorship(each, place, each.name) for place, each in enumerate(people, start=1)),
        date=PartialDate(2020),
        **more,  # type: ignore[arg-type]
    )


DOI_1, DOI_2, W_1 = Identifier("doi", "10.5555/1"), Identifier("doi", "10.5555/2"), Identifier("openalex", "W1")
W_2, ZED = Identifier("openalex", "W2"), Author("Zed Zimmer")
ANN, A_LEE, KNOWN, OTHER, BOB = PEOPLE[0], PEOPLE[1], PEOPLE[2], PEOPLE[4], PEOPLE[5]
LOADED: list[tuple[str, list[Record]]] = [
    # What is counted: by venue, subject, institution and year, of co-authors, of citations.
    ("b", [made("b1", "More", [ANN, BOB], DOI_2, venue=VENUES[0], concepts=(CONCEPTS[0],), references=(W_1,))]),
    # The paper that was cited; who is known by an identifier there is printed otherwise elsewhere.
    (
        "c",
        [made("c1", "On things!", [KNOWN, BOB], W_1, venue=VENUES[1], institutions=(UNI,), author_list_complete=True)],
    ),
    # Both identifiers: one paper, so that its authorships are one, and the author is the known one.
    ("d", [made("d1", "On Things", [A_LEE, BOB], DOI_1, W_1, references=(DOI_2,), author_list_complete=False)]),
    # Two people of one name, whom a source tells apart: what was one by the name falls apart.
    ("e", [made("e1", "Reinforcement learning", [OTHER, A_LEE], venue=VENUES[2]), PROFILES[0]]),
    # A paper of before under another identifier, with quite another name at the same place.
    ("g", [made("g1", "Quite more", [ZED], W_2)]),
    # Somebody whom a link that is surer makes one with another.
    ("f", [made("f1", "Yet more", [ANN, OTHER, PEOPLE[7]], concepts=CONCEPTS), *PROFILES[1:]]),
]
FIRST = [
    made("z1", "On Things", [ANN, BOB], DOI_1, venue=VENUES[0], concepts=(CONCEPTS[0],), institutions=(UNI,)),
    made("z2", "On things!", [ANN], DOI_2, references=(DOI_1,)),
    made("z3", "More", [BOB, ANN], Identifier("doi", "10.5555/3"), references=(DOI_2,)),
]
LINKS = [
    (Naming(B).author(ANN), Naming(B).author(KNOWN), 0.95),
    (Naming(B).author(ANN), Naming(B).author(OTHER), 0.97),
    (Naming(B).author(A_LEE), Naming(B).author(ANN), 0.91),
    (f"{B}paper/doi:10.5555/1", f"{B}paper/openalex:W1", 0.99),
    (f"{B}paper/doi:10.5555/2", f"{B}paper/openalex:W2", 0.99),
    (f"{B}authorship/doi:10.5555/2/ann-lee", f"{B}authorship/openalex:W2/zed-zimmer", 0.98),
    (f"{B}authorship/doi:10.5555/1/a-lee", f"{B}authorship/openalex:W1/orcid:0000-0002-1825-0097", 0.98),
]


def test_what_comes_changes_what_it_concerns_and_nothing_is_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, folder = World(tmp_path, LINKS), tmp_path / "stepwise"
    world.take(("load", "a", [made("a1", "On Things", [ANN, BOB], DOI_1, venue=VENUES[0])]), folder)
    steps: list[tuple[object, ...]] = [("load", name, records) for name, records in LOADED]
    # And links fall away: of a paper, of an author, of a person who decided otherwise for a while.
    steps += [("decide", "rejected", LINKS[3][:2]), ("decide", "rejected", LINKS[1][:2]), ("forget",), ("forget",)]
    steps += [("decide", "rejected", LINKS[4][:2]), ("edit", True, EDITS[0])]
    steps += [("decide", "accepted", (Naming(B).author(BOB), Naming(B).author(ANN)))]
    for number, step in enumerate(steps):
        with monkeypatch.context() as patch:
            patch.setattr(Writer, "_bring_to", built_anew)
            world.take(step, folder)
        if number % 2 == 0:
            assert_alike(folder, world.from_nothing(folder))


def test_beside_what_others_say_of_their_own_nothing_is_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no part in what is counted; it is found, and so is what is said more of it."""
    world, folder = World(tmp_path, LINKS), tmp_path / "stepwise"
    world.take(("load", "a", [made("a1", "On Things", [ANN, BOB], DOI_1, venue=VENUES[0])]), folder)
    steps: list[tuple[object, ...]] = [("load", "r", GRAPHS[:1]), *(("load", *each) for each in LOADED[:2])]
    steps += [("load", "s", GRAPHS[1:2]), ("load", *LOADED[2])]
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_bring_to", built_anew)
        for step in steps:
            world.take(step, folder)
    assert_alike(folder, world.from_nothing(folder))
    world.take(("load", "t", GRAPHS[2:]), folder)  # of papers, which are counted as the rules say from then on
    world.take(("load", *LOADED[3]), folder)
    assert_alike(folder, world.from_nothing(folder))


def test_what_an_update_leaves_is_added_to_and_says_nothing_of_what_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a record that is superseded nobody names the institution any more, and a venue but by another name."""
    world, folder = World(tmp_path, LINKS), tmp_path / "stepwise"
    first = made("a1", "On Things", [ANN, BOB], DOI_1, venue=VENUES[0], institutions=(NAMED_UNI,))
    second = made("a2", "More", [ANN, A_LEE], W_1, venue=VENUES[1], concepts=CONCEPTS, references=(DOI_2,))
    world.take(("load", "z", [PROFILES[0], made("z1", "Else", [BOB], DOI_2, venue=VENUES[2])]), folder)
    world.take(("load", "a", [first, second]), folder)
    world.take(("update", "a", [made("a1", "On Things", [ANN], DOI_1)]), folder)
    assert_alike(folder, world.from_nothing(folder))
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_bring_to", built_anew)
        world.take(("load", "b", [made("b1", "Yet more", [ANN, A_LEE], W_2, references=(DOI_1,))]), folder)
    assert_alike(folder, world.from_nothing(folder))


def built_anew(*_: object) -> None:
    raise AssertionError("the graph was built as a whole")


def test_a_concept_that_people_gave_a_paper_counts_beside_those_of_its_source(tmp_path: Path) -> None:
    """Built as a whole or changed; and is gone when it is taken back."""
    world, folder = World(tmp_path, []), tmp_path / "stepwise"
    first = made("a1", "On Things", [ANN, BOB], DOI_1, concepts=(CONCEPTS[0],))
    world.take(("load", "a", [first, made("a2", "More", [BOB], W_2, concepts=CONCEPTS)]), folder)
    world.take(("load", "b", [made("b1", "Yet more", [BOB])]), folder)
    world.take(("decide", "accepted", (CONCEPT_IRIS[1], f"{B}paper/doi:10.5555/1")), folder)
    assert_alike(folder, world.from_nothing(folder))
    counted = (
        Snapshots(folder).current().store.quads_for_pattern(NamedNode(CONCEPT_IRIS[1]), NamedNode(ns.PAPER_COUNT), None)
    )
    assert [quad.object.value for quad in counted] == ["2"]
    pipeline.rebuild(StoreFolder(folder))
    world.take(("forget",), folder)
    assert_alike(folder, world.from_nothing(folder))


def test_which_records_stand_in_one_file_is_nothing_to_the_concepts_of_their_texts(tmp_path: Path) -> None:
    """Only a record that names none is looked through: those of others are no reason, be they beside it or not."""
    world, folder = World(tmp_path, []), tmp_path / "stepwise"
    world.take(("load", "z", [PROFILES[3]]), folder)
    world.take(("load", "a", [made("a1", TITLES[2], [ANN], DOI_1, concepts=(CONCEPTS[0],))]), folder)
    world.take(("update", "a", [made("a2", TITLES[2], [ANN], DOI_1)]), folder)
    world.take(("decide", "accepted", (CONCEPT_IRIS[1], f"{B}paper/doi:10.5555/1")), folder)
    assert_alike(folder, world.from_nothing(folder))


def test_who_share_a_paper_of_very_many_are_no_coauthors_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 501 on one record, or of 200 each on three of the same paper, be it by a link; not of 300, which are few."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    crowd = [Author(f"{one}{other}en Person") for one in letters for other in letters]
    three = [Identifier("doi", "10.5555/3"), Identifier("openalex", "W3"), Identifier("openalex", "W4")]
    names = [Naming(B).paper(made("", "", [], each)) for each in three]
    loaded: list[Record] = [
        made("a1", "One", [ANN, BOB, *crowd[:499]], DOI_1),
        made("b1", "Two", [ZED, BOB, *crowd[:198]], DOI_2),
        made("b2", "Two", crowd[200:400], DOI_2),
        made("b3", "Two", crowd[400:600], DOI_2),
        made("c1", "Three", [ZED, ANN, *crowd[:298]], W_1),
        made("d1", "Four", [KNOWN, ANN, *crowd[:198]], three[0]),
        made("d2", "Four", crowd[200:400], three[1]),
        made("d3", "Four", crowd[400:600], three[2]),
    ]
    world, folder = World(tmp_path, [(names[0], each, 0.99) for each in names[1:]]), tmp_path / "stepwise"
    world.take(("load", "a", loaded), folder)
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_bring_to", built_anew)
        for name, people in (("b", [ANN, BOB]), ("c", [BOB, ANN]), ("d", [ZED, BOB]), ("e", [ZED, ANN, KNOWN])):
            world.take(("load", name, [made(f"{name}2", f"Five {name}", people)]), folder)
    assert_alike(folder, world.from_nothing(folder))


def test_who_share_a_paper_by_a_link_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two on records of what is one paper by a link; and not who is another by a link between authorships."""
    ray = PEOPLE[7]
    loaded: list[Record] = [
        made("a1", "On Things", [ANN], DOI_1),
        made("a2", "On Things", [BOB], W_1),
        made("a3", "More", [ANN], DOI_2),
        made("a4", "More", [ZED, ray], W_2),
        made("a5", "Else", [ZED]),
    ]
    world, folder = World(tmp_path, LINKS[3:6]), tmp_path / "stepwise"
    world.take(("load", "a", loaded), folder)
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_bring_to", built_anew)
        for name, people in (("b", [ANN, BOB]), ("c", [ZED, ray]), ("d", [ANN, ray]), ("e", [ZED, BOB])):
            world.take(("load", name, [made(f"{name}1", f"Yet {name}", people)]), folder)
    assert_alike(folder, world.from_nothing(folder))


def test_what_was_mapped_before_an_interruption_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read from disk, in blocks that end somewhere."""
    world, folder = World(tmp_path, LINKS), tmp_path / "stepwise"
    world.take(("load", "a", [made("a1", "On Things", [ANN, BOB], DOI_1, venue=VENUES[0])]), folder)
    long = [made(f"b{number}", f"Long {number}", [BOB, ZED], abstract=f"{number} " * 50_000) for number in range(20)]
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_links", interrupted)
        with pytest.raises(KeyboardInterrupt):
            world.take(("load", "b", long), folder)
    assert len(list((folder / "segments" / "b").glob("*.part.json"))) == 1
    monkeypatch.setattr(Writer, "_bring_to", built_anew)
    world.load(folder, "b")
    monkeypatch.undo()
    assert_alike(folder, world.from_nothing(folder))


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_much_is_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.writer._AT_LEAST", 1)
    world, folder = World(tmp_path, LINKS), tmp_path / "stepwise"
    world.take(("load", "a", [made("a1", "On Things", [ANN, BOB], DOI_1, venue=VENUES[0])]), folder)
    for name, records in LOADED[:3]:
        world.take(("load", name, records), folder)
    assert_alike(folder, world.from_nothing(folder))


def test_who_adds_does_not_read_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = RecordIndex._read
    monkeypatch.setattr(
        RecordIndex, "_read", lambda index, database, part: (read.append(part[0]), original(index, database, part))
    )
    world, folder = World(tmp_path, LINKS), tmp_path / "stepwise"
    world.take(("load", "a", [made("a1", "On Things", [ANN, BOB], DOI_1, venue=VENUES[0])]), folder)
    assert read == ["a"]
    for name, records in LOADED[:2]:
        world.take(("load", name, records), folder)
    assert read == ["a", "b", "c"]


def test_an_index_that_is_damaged_is_made_anew(tmp_path: Path) -> None:
    world, folder = World(tmp_path, LINKS), tmp_path / "stepwise"
    world.take(("load", "a", [made("a1", "On Things", [ANN, BOB], DOI_1, venue=VENUES[0])]), folder)
    for name, records in LOADED[:3]:
        for path in folder.glob("links/records.*"):
            path.write_bytes(path.read_bytes()[:-7] + b"rubbish")
        world.take(("load", name, records), folder)
    assert_alike(folder, world.from_nothing(folder))


def test_by_other_rules_everything_is_derived_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, folder = World(tmp_path, []), tmp_path / "stepwise"
    world.take(("load", "a", [made("a1", "On Things", [ANN, BOB], DOI_1, venue=VENUES[0])]), folder)
    monkeypatch.setattr("kg.derived.rules_digest", lambda: "others")
    monkeypatch.setattr(Writer, "_bring_to", built_anew)
    with pytest.raises(AssertionError, match="as a whole"):
        world.take(("load", *LOADED[0]), folder)
