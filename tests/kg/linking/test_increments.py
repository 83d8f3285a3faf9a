"""However a graph was come by, record by record and link by link, it is the one that is built from nothing."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import pytest
import tantivy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kg import derived, pipeline
from kg import namespaces as ns
from kg.dumps import building
from kg.dumps.formats import Choice
from kg.dumps.frames import PlainFile
from kg.edits import Change, Position
from kg.linking.authorities import Authorities
from kg.linking.decisions import Decision, decision
from kg.linking.linking import Linker
from kg.linking.matchers import MATCHERS
from kg.linking.model import Fact, Link, PaperMention
from kg.linking.records import RecordIndex
from kg.namespaces import DEFAULT_BASE as B
from kg.naming import Naming
from kg.pipeline.datasets import Options
from kg.publishing import publish_edits, publish_index
from kg.records import (
    Author,
    Authorship,
    Concept,
    Identifier,
    Institution,
    Paper,
    PartialDate,
    Profile,
    Reading,
    Record,
    SourceRecord,
    Venue,
)
from kg.search import affected_things
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshot, Snapshots
from kg.sources import Chunk, Source
from kg.statistics import count_graph
from kg.store import StoreFolder
from kg.writer import Writer, writing

ORCIDS = [Identifier("orcid", "0000-0002-1825-0097"), Identifier("orcid", "0000-0001-5109-3700")]
PEOPLE = [
    Author("Ann Lee"),
    Author("A. Lee"),
    Author("Ann Lee", (ORCIDS[0],)),
    Author("Anne B. Lee", (ORCIDS[0],), other_names=("Anne Ray",)),
    Author("Ann Lee", (ORCIDS[1],)),
    Author("Bob Ray"),
    Author("B. Ray"),
    Author("Anne Ray"),
]
VENUES = [
    Venue("Journal of Things", (Identifier("issn", "1234-5679"),)),
    Venue("J. Things", (Identifier("issn", "1234-5679"), Identifier("openalex", "S1"))),
    Venue("Proceedings"),
]
UNI = Institution("Example University", (Identifier("ror", "05dxps055"),), country="US", place="Springfield")
NAMED_UNI = Institution("Example University")
TITLES = ["On Things", "On things!", "Reinforcement learning of very long titles that nobody else has", "More"]
CONCEPTS = [Concept("arxiv", "cs.LG"), Concept("made", "1", "Reinforcement learning")]


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    number = draw(st.integers(1, 4))
    identifiers = draw(
        st.sampled_from(
            [
                (),
                (Identifier("doi", f"10.5555/{number}"),),
                (Identifier("openalex", f"W{number}"),),
                (Identifier("doi", f"10.5555/{number}"), Identifier("openalex", f"W{number}")),
            ]
        )
    )
    people = draw(st.lists(st.sampled_from(PEOPLE), max_size=3))
    printed = draw(st.sampled_from([(), ("Dept. of Things, Example Univ., Springfield, USA",)]))
    return Paper(
        title=draw(st.sampled_from(TITLES)),
        source=SourceRecord(f"r{draw(st.integers(1, 8))}"),
        identifiers=identifiers,
        authorships=tuple(
            Authorship(author, position, author.name, draw(st.sampled_from([(), (NAMED_UNI,)])), printed)
            for position, author in enumerate(people, start=1)
        ),
        author_list_complete=draw(st.sampled_from([None, True, False])),
        date=draw(st.sampled_from([None, PartialDate(2020), PartialDate(2021)])),
        venue=draw(st.sampled_from([None, *VENUES])),
        institutions=draw(st.sampled_from([(), (UNI,), (NAMED_UNI,)])),
        concepts=draw(st.sampled_from([(), (CONCEPTS[0],), (CONCEPTS[1],)])),
        references=draw(
            st.sampled_from([(), (Identifier("doi", f"10.5555/{5 - number}"),), (Identifier("openalex", "W2"),)])
        ),
    )


PROFILES: list[Record] = [
    Profile(thing=UNI, source=SourceRecord("uni")),
    Profile(thing=PEOPLE[3], source=SourceRecord("person"), affiliations=(NAMED_UNI,)),
    Profile(thing=VENUES[1], source=SourceRecord("venue")),
    Profile(thing=CONCEPTS[1], source=SourceRecord("concept")),
]
CONCEPT_IRIS = [f"{B}concept/{key}" for key in ("arxiv:cs.LG", "made:1")]
THINGS = [
    *(Naming(B).author(author) for author in PEOPLE),
    *(Naming(B).venue(venue) for venue in VENUES),
    *(Naming(B).institution(each) for each in (UNI, NAMED_UNI)),
    *(f"{B}paper/{key}{number}" for key in ("doi:10.5555/", "openalex:W") for number in range(1, 5)),
    *(f"{B}authorship/doi:10.5555/{number}/{who}" for number in (1, 2) for who in ("ann-lee", "a-lee", "bob-ray")),
    "https://orcid.org/0000-0002-1825-0097",
    *CONCEPT_IRIS,
]


class Table:
    """A matcher that finds some of all links that there might be."""

    name = "table"

    def __init__(self, links: Sequence[tuple[str, str, float]]) -> None:
        self._links = sorted({(*sorted((one, other)), sure) for one, other, sure in links if _are_alike(one, other)})
        self.version = str(self._links)

    def items(self, paper: PaperMention) -> Iterator[tuple[str, bytes]]:
        for author in paper.authors:
            yield "all", author.author.encode()
            yield "all", author.authorship.encode()
        yield "all", paper.paper.encode()

    def links(self, block: Sequence[bytes]) -> Iterator[Link]:
        there = {item.decode() for item in block}
        for one, other, sure in self._links:
            if {one, other} <= there:
                facts = (Fact("t", "a", str(len(there) % 2)),)  # what is found depends on who else is there
                yield Link(subject=one, object=other, method="table", confidence=sure, facts=facts)


def _are_alike(one: str, other: str) -> bool:
    kinds = {thing.removeprefix(B).partition("/")[0] for thing in (one, other)}
    return one != other and len(kinds) == 1 and kinds <= {"paper", "author", "authorship"}


EDITS = [
    f'<{B}paper/doi:10.5555/1> <{ns.RDFS}comment> "seen" .',
    f'<{B}paper/openalex:W1> <{ns.TITLE}> "On Things" .',
    f'<{B}author/ann-lee> <{ns.NAME}> "Ann Lee" .',
    f'<{B}author/orcid:0000-0002-1825-0097> <{ns.IDENTIFIER}> "orcid:0000-0002-1825-0097" .',
]
PAIRS = st.tuples(st.sampled_from(THINGS), st.sampled_from(THINGS)).filter(lambda pair: pair[0] != pair[1])
SUBJECTS = st.tuples(st.sampled_from(CONCEPT_IRIS), st.sampled_from([each for each in THINGS if "/paper/" in each]))
STEPS = st.one_of(
    st.tuples(
        st.just("load"),
        st.sampled_from("abc"),
        st.lists(st.one_of(papers(), st.sampled_from(PROFILES)), min_size=1, max_size=4),
    ),
    st.tuples(st.just("load"), st.sampled_from("defg"), st.lists(papers(), min_size=1, max_size=2)),
    st.tuples(st.just("remove"), st.sampled_from("abc")),
    st.tuples(st.just("decide"), st.sampled_from(["accepted", "rejected"]), st.one_of(PAIRS, SUBJECTS)),
    st.tuples(st.just("forget")),
    st.tuples(st.just("edit"), st.booleans(), st.sampled_from(EDITS)),
)


@dataclass
class World:
    """What is loaded and decided, in a store that has gone every step of the way."""

    work: Path
    links: list[tuple[str, str, float]]
    datasets: dict[str, list[Record]] = field(default_factory=dict)
    decisions: dict[tuple[str, str], Decision] = field(default_factory=dict)
    number: int = 0

    def linker(self, folder: Path) -> Linker:
        authorities = Authorities(StoreFolder(folder).links.folder)
        return Linker(B, self.decisions, 0.9, 1, (Table(self.links), *MATCHERS), authorities)

    def take(self, step: tuple[object, ...], folder: Path) -> None:
        match step:
            case ("load", str(name), list(records)):
                self.datasets[name] = records
                self.load(folder, name)
            case ("remove", str(name)) if name in self.datasets:
                del self.datasets[name]
                pipeline.remove(StoreFolder(folder), [name], linker=self.linker(folder))
            case ("decide", verdict, (one, other)):
                made = decision(verdict, one, other, "jo", "")  # type: ignore[arg-type]
                self.decisions = dict(sorted({**self.decisions, made.pair: made}.items()))
                pipeline.link(StoreFolder(folder), self.linker(folder))
            case ("edit", bool(is_added), str(statement)):
                self.edit(folder, Change(is_added, statement))
            case ("forget",) if self.decisions:
                self.decisions.popitem()
                pipeline.link(StoreFolder(folder), self.linker(folder))

    def edit(self, folder: Path, change: Change) -> None:
        store = StoreFolder(folder)
        with writing(store) as writer:
            store.journal.append([change], Position())
            contents, effects = writer.apply_edits()
            publish_edits(store, writer, contents, effects)
            publish_index(store, writer, affected_things(writer.primary.database(), effects))

    def load(self, folder: Path, *names: str) -> None:
        for name in names:
            (self.work / name).write_text(hashlib.sha256(repr(self.datasets[name]).encode()).hexdigest())
        files = {name: [self.work / name] for name in names}
        pipeline.load(StoreFolder(folder), self.source(), files, Options(replace=True), linker=self.linker(folder))

    def source(self) -> Source:
        """Each file holds the records of the dataset of its name."""
        return Source(
            "made",
            "1",
            "records made here",
            lambda file: iter([Chunk(file.name, 1, b"")]),
            lambda chunk: (Reading((record,)) for record in self.datasets[chunk.file]),
            ("",),
        )

    def from_nothing(self, stepwise: Path) -> Path:
        """A new store of the same, where nothing was known before."""
        self.number += 1
        folder = self.work / f"from-nothing-{self.number}"
        folder.mkdir()
        if (journal := stepwise / "edits.log").exists():
            shutil.copyfile(journal, folder / "edits.log")
        self.load(folder, *reversed(self.datasets))
        return folder


def assert_alike(one: Path, other: Path) -> None:
    snapshots = [Snapshots(folder).current() for folder in (one, other)]
    graphs = [sorted_statements(snapshot.store).decode().splitlines() for snapshot in snapshots]
    assert set(graphs[0]) ^ set(graphs[1]) == set()
    stores = [StoreFolder(folder) for folder in (one, other)]
    links = [store.links.path(store.links.in_force()) for store in stores]
    assert links[0].name == links[1].name
    assert links[0].read_bytes() == links[1].read_bytes()
    assert snapshots[0].manifest.graph_counts == count_graph(snapshots[0].store)
    said = [derived_lines(store) for store in stores]
    assert said[0] == said[1]
    first, second = (indexed(folder, snapshot) for folder, snapshot in zip((one, other), snapshots, strict=True))
    assert first ^ second == set()
    assert dumped(one) == sorted_statements(snapshots[0].store)


def dumped(folder: Path) -> bytes:
    """The dump, which is made of the segments and of what is derived, not of the graph."""
    target = Path(tempfile.mkdtemp(dir=folder.parent))
    with patch.object(building._Building, "from_store", side_effect=AssertionError("the store was read")):
        building.build(Snapshots(folder).current(), target, Choice.parse("nt"), StoreFolder(folder))
    with PlainFile(target / "kg.nt.zst") as text:
        return text.read()


def indexed(folder: Path, snapshot: Snapshot) -> set[tuple[object, ...]]:
    """What the search index shows of everything, and by what it puts it in order. Which of the names of its authors
    stands beside a paper depends on whether the graph was asked for it."""
    searcher = tantivy.Index.open(str(folder / "snapshots" / snapshot.manifest.id / "index")).searcher()
    addresses = [address for _, address in searcher.search(tantivy.Query.all_query(), limit=10_000).hits]
    columns = zip(*(searcher.fast_field_values(name, addresses) for name in ("weight", "date")), strict=True)
    shown = [searcher.doc(address).to_dict() for address in addresses]
    found = {
        (*(tuple(each[name]) for name in ("iri", "kind", "label")), *(each["detail"][each["kind"] == ["paper"] :]), *of)
        for each, of in zip(shown, columns, strict=True)
    }
    assert len(found) == len(addresses)
    return found


def derived_lines(store: StoreFolder) -> set[bytes]:
    (path,) = store.folder.glob("derived-*.nt.zst")
    return derived.statements(path)


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
