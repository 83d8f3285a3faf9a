"""What links do to a graph: what is one becomes one, everywhere, and is two again when a link is taken back."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from pyoxigraph import NamedNode, RdfFormat, Store

from kg import namespaces as ns
from kg import paths, pipeline
from kg.edits import Change, Position
from kg.linking import sssom
from kg.linking.authorities import Authorities
from kg.linking.decisions import Decision, decision
from kg.linking.linking import Linker
from kg.linking.model import Fact, Judged, Link, PaperMention
from kg.namespaces import DEFAULT_BASE as B
from kg.naming import Naming
from kg.pipeline.authorities import read_authority
from kg.records import (
    Author,
    Authorship,
    Identifier,
    Institution,
    Paper,
    PartialDate,
    Profile,
    SourceRecord,
    Text,
    Venue,
)
from kg.snapshots import Snapshot, Snapshots
from kg.store import StoreFolder
from kg.writer import writing
from tests.made_records import made_source


def paper(name: str, title: str, authors: Sequence[Author], doi: str | None = None, year: int = 2020) -> Paper:
    return Paper(
        title=title,
        source=SourceRecord(name),
        identifiers=(Identifier("doi", doi),) if doi else (),
        authorships=tuple(
            Authorship(author, position, name_as_printed=author.name)
            for position, author in enumerate(authors, start=1)
        ),
        author_list_complete=True,
        date=PartialDate(year),
        venue=Venue("Journal"),
        institutions=(Institution("Uni"),),
    )


ANN, BOB = Author("Ann Lee"), Author("Bob Ray")
ANN_KNOWN = Author("A. Lee", (Identifier("orcid", "0000-0002-1825-0097"),))
FIRST = [
    paper("r1", "On Things", [ANN, BOB], "10.5555/1"),
    paper("r2", "More on Things", [ANN], "10.5555/2", 2021),
]
SECOND = [
    paper("s1", "On things", [ANN_KNOWN, BOB]),
    paper("s2", "Other Things", [ANN_KNOWN], "10.5555/3", 2022),
]
P1, P2, P3 = (f"{B}paper/doi:10.5555/{number}" for number in (1, 2, 3))
KNOWN, NAMED = f"{B}author/orcid:0000-0002-1825-0097", f"{B}author/ann-lee"
TWIN = Naming(B).paper(SECOND[0])
ON_TWIN = TWIN.replace("/paper/", "/authorship/")


class Table:
    """A matcher that finds what it is told, between what there is."""

    name = "table"

    def __init__(self, *links: Link) -> None:
        self._links = links
        self.version = str(links)

    def items(self, paper: PaperMention) -> Iterator[tuple[str, bytes]]:
        yield "all", paper.paper.encode()
        for author in paper.authors:
            yield "all", author.author.encode()
            yield "all", author.authorship.encode()

    def links(self, block: Sequence[bytes]) -> Iterator[Link]:
        there = {item.decode() for item in block}
        return (link for link in self._links if {link.subject, link.object} <= there)


def link(one: str, other: str, confidence: float = 0.95, method: str = "table") -> Link:
    first, second = sorted((one, other))
    return Link(subject=first, object=second, method=method, confidence=confidence, facts=(Fact("t", "a", "b"),))


def linker(*links: Link, decisions: Iterable[Decision] = (), threshold: float = 0.9) -> Linker:
    return Linker(B, {made.pair: made for made in decisions}, threshold, 1, (Table(*links),))


def load(folder: Path, name: str, records: list[Paper], by: Linker | None) -> StoreFolder:
    store = StoreFolder(folder)
    (folder.parent / name).touch()
    pipeline.load(store, made_source(name, records), {name: [folder.parent / name]}, linker=by)
    return store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def snapshot(folder: Path) -> Snapshot:
    return Snapshots(folder).current()


def lines(folder: Path) -> list[str]:
    """The graph, sorted; what is said of the links themselves has to be left to each test."""
    content = pyoxigraph.serialize(
        (quad.triple for quad in snapshot(folder).store if not is_of_links(quad)), format=RdfFormat.N_TRIPLES
    )
    return sorted((content or b"").decode().splitlines())


def is_of_links(quad: pyoxigraph.Quad) -> bool:
    return f"{B}link/" in str(quad.subject) or f"{B}link/" in str(quad.object)


def values(folder: Path, thing: str, predicate: str) -> set[str]:
    found = snapshot(folder).store.quads_for_pattern(NamedNode(thing), NamedNode(predicate), None)
    return {quad.object.value for quad in found}


SAME_PAPER = link(P1, TWIN)
SAME_PERSON = link(KNOWN, NAMED)


def test_what_is_said_of_two_papers_is_said_of_one(folder: Path) -> None:
    load(folder, "first", FIRST, None)
    load(folder, "second", SECOND, linker(SAME_PAPER))
    assert values(folder, P1, ns.TITLE) == {"On Things", "On things"}
    assert values(folder, TWIN, ns.TITLE) == set()
    assert values(folder, P1, ns.SAME_AS) == {"https://doi.org/10.5555/1", TWIN}
    assert len(values(folder, P1, ns.DERIVED_FROM)) == 2
    assert values(folder, P1, ns.CREATOR) == {NAMED, KNOWN, f"{B}author/bob-ray"}
    assert values(folder, f"{B}author/bob-ray", ns.PAPER_COUNT) == {"1"}
    assert len(values(folder, P1, ns.HAS_AUTHORSHIP)) == 3, "Bob's two are one"
    assert not [line for line in lines(folder) if TWIN in line and ns.SAME_AS not in line]


def test_every_link_says_how_it_is_known(folder: Path) -> None:
    load(folder, "first", FIRST, None)
    doubtful = link(KNOWN, NAMED, 0.7)
    load(folder, "second", SECOND, linker(SAME_PAPER, doubtful))
    (sure,), (unsure,) = values(folder, P1, ns.HAS_IDENTITY_LINK), values(folder, KNOWN, ns.HAS_IDENTITY_LINK)
    assert values(folder, sure, ns.LINK_SUBJECT) | values(folder, sure, ns.LINK_OBJECT) == {P1, TWIN}
    assert values(folder, sure, ns.LINK_METHOD) == {"table"}
    assert values(folder, sure, ns.CONFIDENCE) == {"0.95"}
    assert values(folder, sure, ns.EVIDENCE) == {"t: a | b"}
    assert values(folder, sure, ns.DECISION) == {"accepted"}
    assert values(folder, unsure, ns.DECISION) == {"candidate"}
    assert values(folder, NAMED, ns.HAS_IDENTITY_LINK) == {unsure}
    assert values(folder, KNOWN, ns.NAME) == {"A. Lee"}


def test_people_decide_against_rules(folder: Path) -> None:
    load(folder, "first", FIRST, None)
    made = [decision("rejected", TWIN, P1, "jo", "another edition"), decision("accepted", NAMED, KNOWN, "jo", "")]
    load(folder, "second", SECOND, linker(SAME_PAPER, decisions=made))
    assert values(folder, TWIN, ns.TITLE) == {"On things"}
    (rejected,) = values(folder, P1, ns.HAS_IDENTITY_LINK)
    assert values(folder, rejected, ns.DECISION) == {"rejected"}
    assert values(folder, rejected, ns.DECIDED_BY) == {"jo"}
    assert values(folder, rejected, ns.DECIDED_BECAUSE) == {"another edition"}
    assert values(folder, KNOWN, ns.NAME) == {"A. Lee", "Ann Lee"}
    assert values(folder, KNOWN, ns.IDENTITY_BASIS) == {"identifier"}
    (accepted,) = values(folder, KNOWN, ns.HAS_IDENTITY_LINK)
    assert values(folder, accepted, ns.LINK_METHOD) == {"person"}


def test_people_that_a_source_tells_apart_stay_apart(folder: Path) -> None:
    other = Author("Ann Lee", (Identifier("orcid", "0000-0001-5109-3700"),))
    records = [paper("a", "A", [ANN_KNOWN]), paper("b", "B", [ANN]), paper("c", "C", [other])]
    one, two = f"{B}author/orcid:0000-0001-5109-3700", KNOWN
    load(folder, "people", records, linker(link(one, NAMED, 0.97), link(two, NAMED, 0.95), link(one, two, 0.99)))
    assert values(folder, one, ns.SAME_AS) == {"https://orcid.org/0000-0001-5109-3700", NAMED}
    assert values(folder, two, ns.NAME) == {"A. Lee"}
    found = values(folder, two, ns.HAS_IDENTITY_LINK)
    assert {each for link in found for each in values(folder, link, ns.DECISION)} == {"refused"}


def test_an_authorship_is_whose_it_is_by_its_place_on_the_paper(folder: Path) -> None:
    """The name alone stays with its other papers."""
    load(folder, "first", FIRST, None)
    place = link(f"{B}authorship/doi:10.5555/1/ann-lee", f"{ON_TWIN}/orcid:0000-0002-1825-0097")
    load(folder, "second", SECOND, linker(SAME_PAPER, place))
    assert values(folder, P1, ns.CREATOR) == {KNOWN, f"{B}author/bob-ray"}
    assert len(values(folder, P1, ns.HAS_AUTHORSHIP)) == 2
    (authorship,) = values(folder, P1, ns.HAS_AUTHORSHIP) - {f"{B}authorship/doi:10.5555/1/bob-ray"}
    assert values(folder, authorship, ns.AUTHORSHIP_AUTHOR) == {KNOWN}
    assert values(folder, authorship, ns.NAME_AS_PRINTED) == {"Ann Lee", "A. Lee"}
    assert values(folder, KNOWN, ns.PAPER_COUNT) == {"2"}
    assert values(folder, NAMED, ns.PAPER_COUNT) == {"1"}
    assert values(folder, P2, ns.CREATOR) == {NAMED}


ALL_LINKS = [
    SAME_PAPER,
    SAME_PERSON,
    link(P2, P3, method="shared-identifier"),
    link(f"{B}authorship/doi:10.5555/1/ann-lee", f"{ON_TWIN}/orcid:0000-0002-1825-0097"),
    link(f"{B}author/bob-ray", NAMED, 0.91, "shared-identifier"),
]


@settings(max_examples=12)
@given(before=st.sets(st.sampled_from(range(len(ALL_LINKS)))), after=st.sets(st.sampled_from(range(len(ALL_LINKS)))))
def test_whatever_was_linked_before_the_graph_is_that_of_its_records_and_links(
    tmp_path_factory: pytest.TempPathFactory, before: set[int], after: set[int]
) -> None:
    """Built step by step, from nothing, and with what is derived asked of the graph: the same statements."""
    stepwise, anew = tmp_path_factory.mktemp("stepwise") / "store", tmp_path_factory.mktemp("anew") / "store"
    wanted = linker(*(ALL_LINKS[number] for number in sorted(after)))
    load(stepwise, "first", FIRST, None)
    load(stepwise, "second", SECOND, linker(*(ALL_LINKS[number] for number in sorted(before))))
    pipeline.link(StoreFolder(stepwise), wanted)
    load(anew, "second", SECOND, None)
    load(anew, "first", FIRST, wanted)
    assert lines(stepwise) == lines(anew)
    pipeline.rebuild(StoreFolder(stepwise))
    assert lines(stepwise) == lines(anew)
    assert by_rules(snapshot(anew).store) == stated(snapshot(anew).store)


def test_what_is_rejected_does_not_become_one_by_way_of_what_is_accepted(folder: Path) -> None:
    """Of decisions that contradict each other one is refused, and says so."""
    bob, ann = f"{B}author/bob-ray", NAMED
    load(folder, "first", FIRST, None)
    store = load(folder, "second", SECOND, None)
    made = [("accepted", ann, KNOWN), ("accepted", KNOWN, bob), ("rejected", ann, bob)]
    pipeline.link(store, linker(decisions=[decision(verdict, *pair, "jo", "") for verdict, *pair in made]))  # type: ignore[arg-type]
    judgement = store.links.read(store.links.in_force())
    assert judgement
    assert judgement.identity.of(ann) != judgement.identity.of(bob)
    assert sorted(each.status for each in judgement.links) == ["accepted", "refused", "rejected"]


def test_taking_what_was_exported_from_the_same_graph_changes_nothing(folder: Path) -> None:
    """Links that were refused, versions that were rejected, decisions against each other: all stay what they are."""
    other = Author("Ann Lee", (Identifier("orcid", "0000-0001-5109-3700"),))
    twin, bob = f"{B}author/orcid:0000-0001-5109-3700", f"{B}author/bob-ray"
    load(folder, "first", [*FIRST, paper("r3", "Some Thing", [other], "10.5555/3", 2022)], None)
    store = load(folder, "second", SECOND, None)
    versions = [structs.replace(link(one, two), relation="version") for one, two in ((P1, P2), (P1, P3), (P2, P3))]
    links = [SAME_PAPER, SAME_PERSON, link(KNOWN, twin), link(TWIN, P2, 0.7), *versions]
    decided = [("rejected", P1, P2), ("accepted", KNOWN, bob), ("accepted", KNOWN, NAMED), ("rejected", NAMED, bob)]
    made = [decision(verdict, *pair, "jo", "seen") for verdict, *pair in decided]  # type: ignore[arg-type]

    def judged(decisions: Iterable[Decision]) -> list[Judged]:
        pipeline.link(store, linker(*links, decisions=decisions))
        found = store.links.read(store.links.in_force())
        assert found
        return found.links

    before = judged(made)
    statuses = [(each.link.subject, each.link.object, each.link.relation, each.status) for each in before]
    assert {status for *_, status in statuses} == {"accepted", "candidate", "refused", "rejected"}
    text = "".join(sssom.written(before, B))
    assert not any(KNOWN in line and twin in line for line in text.splitlines()), "neither claimed nor denied"
    taken = sssom.read(io.StringIO(text), "own.tsv", 0.9)
    assert {each.pair for each in taken if each.verdict == "rejected"} == {(P1, P2), (NAMED, bob)}
    for decisions in (taken, [*made, *taken]):
        after = judged(decisions)
        assert [(each.link.subject, each.link.object, each.link.relation, each.status) for each in after] == statuses


@pytest.mark.parametrize("by_other_rules", [False, True])
def test_once_linked_a_store_is_prepared_for_additions_and_says_when_it_reads(
    folder: Path, monkeypatch: pytest.MonkeyPatch, by_other_rules: bool
) -> None:
    """Whether it was changed or built as a whole."""
    said: list[str] = []
    load(folder, "first", FIRST, None)
    assert not (folder / "links/records.sqlite").exists()
    if by_other_rules:
        monkeypatch.setattr("kg.derived.rules_digest", lambda: "others")
    pipeline.link(StoreFolder(folder), linker(), said.append)
    assert (folder / "links/records.sqlite").exists()
    assert said.count("reading which records speak of what") == 1
    pipeline.link(StoreFolder(folder), linker(), said.append)
    assert said.count("reading which records speak of what") == 1


DERIVED = (ns.PAPER_COUNT, ns.COAUTHOR_COUNT, ns.AUTHOR_LIST_COMPLETE, ns.CITED_BY_COUNT)


def by_rules(graph: Store) -> set[str]:
    found = set()
    for rule in (paths.ONTOLOGY / "derived").glob("*.rq"):
        found |= {str(triple) for triple in graph.query(rule.read_text()) if triple.predicate.value in DERIVED}
    return found


def stated(graph: Store) -> set[str]:
    return {str(quad.triple) for quad in graph if quad.predicate.value in DERIVED}


@pytest.mark.parametrize("off", range(len(ALL_LINKS)))
def test_any_single_link_can_be_turned_off(tmp_path: Path, off: int) -> None:
    """Rejecting it and rebuilding gives exactly the graph without it."""
    one, other = tmp_path / "one" / "store", tmp_path / "other" / "store"
    one.parent.mkdir(), other.parent.mkdir()
    without = linker(*(each for number, each in enumerate(ALL_LINKS) if number != off))
    rejected = decision("rejected", ALL_LINKS[off].subject, ALL_LINKS[off].object, "jo", "")
    load(one, "both", [*FIRST, *SECOND], linker(*ALL_LINKS))
    pipeline.link(StoreFolder(one), linker(*ALL_LINKS, decisions=[rejected]))
    load(other, "both", [*FIRST, *SECOND], without)
    assert lines(one) == lines(other)


def test_what_a_person_wrote_of_a_thing_follows_it(folder: Path) -> None:
    store = load(folder, "first", FIRST, None)
    load(folder, "second", SECOND, None)
    note = f'<{TWIN}> <{ns.RDFS}comment> "seen" .'
    wrong = f'<{TWIN}> <{ns.TITLE}> "On things" .'
    with writing(store) as writer:
        store.journal.append([Change(True, note), Change(False, wrong)], Position())
        writer.build(pipeline.silent)
    pipeline.link(store, linker(SAME_PAPER))
    assert values(folder, P1, ns.RDFS + "comment") == {"seen"}
    assert values(folder, P1, ns.TITLE) == {"On Things"}
    pipeline.rebuild(store)
    assert values(folder, P1, ns.RDFS + "comment") == {"seen"}
    assert values(folder, P1, ns.TITLE) == {"On Things"}


def test_what_a_person_removed_of_what_links_say_stays_removed(folder: Path) -> None:
    """And of what is counted nothing does."""
    load(folder, "first", FIRST, None)
    store = load(folder, "second", SECOND, linker(SAME_PAPER))
    (link_iri,) = values(folder, P1, ns.HAS_IDENTITY_LINK)
    removed = (
        f"<{P1}> <{ns.SAME_AS}> <{TWIN}> .",
        f"<{P1}> <{ns.HAS_IDENTITY_LINK}> <{link_iri}> .",
        f'<{NAMED}> <{ns.PAPER_COUNT}> "2"^^<{ns.XSD}integer> .',
    )
    with writing(store) as writer:
        store.journal.append([Change(False, statement) for statement in removed], Position())
        writer.build(pipeline.silent)
    pipeline.rebuild(store)
    for _ in "load", "rebuild":
        assert values(folder, P1, ns.SAME_AS) == {"https://doi.org/10.5555/1"}
        assert values(folder, P1, ns.HAS_IDENTITY_LINK) == set()
        assert values(folder, NAMED, ns.PAPER_COUNT) == {"2"}
        load(folder, "third", [paper("t", "Third Things", [BOB])], linker(SAME_PAPER))


def test_what_is_merged_is_found_under_all_its_names(folder: Path) -> None:
    load(folder, "first", FIRST, None)
    load(folder, "second", SECOND, linker(SAME_PERSON))
    index = snapshot(folder).index
    for text in ("Ann Lee", "A Lee"):
        assert {hit.iri for hit in index.search(text, "author").hits} == {KNOWN}


ROR = Identifier("ror", "05dxps055")
REGISTER = Profile(
    thing=Institution("Example University", (ROR,), country="US", place="Springfield"), source=SourceRecord("05dxps055")
)


def test_an_affiliation_that_is_only_printed_leads_to_its_organisation(folder: Path) -> None:
    printed = "Dept. of Things, Example Univ., Springfield, USA"
    written = paper("r9", "On Affiliations", [ANN], "10.5555/9")
    (authorship,) = written.authorships
    authorship = structs.replace(authorship, raw_affiliations=(printed,))
    load(folder, "register", [REGISTER], None)  # type: ignore[list-item]
    load(folder, "papers", [structs.replace(written, authorships=(authorship,), institutions=())], linker())
    (iri,) = values(folder, f"{B}paper/doi:10.5555/9", ns.HAS_AUTHORSHIP)
    assert values(folder, iri, ns.AFFILIATION) == {f"{B}institution/ror:05dxps055"}
    (found,) = values(folder, iri, ns.HAS_IDENTITY_LINK)
    assert values(folder, found, ns.LINK_RELATION) == {ns.AFFILIATION}
    assert f"affiliation: {printed} | Example University" in values(folder, found, ns.EVIDENCE)
    assert values(folder, f"{B}institution/ror:05dxps055", ns.PAPER_COUNT) == {"1"}
    assert by_rules(snapshot(folder).store) == stated(snapshot(folder).store)
    off = decision("rejected", iri, f"{B}institution/ror:05dxps055", "jo", "")
    pipeline.link(StoreFolder(folder), linker(decisions=[off]))
    assert values(folder, iri, ns.AFFILIATION) == set()


def test_a_name_that_stands_alone_is_a_candidate(folder: Path) -> None:
    """Who else is called so is not known."""
    tsinghua = (Text("清华大学", "zh"),)
    other = Institution("Tsinghua University", (Identifier("ror", "03cve4549"),), country="CN", other_names=tsinghua)
    register = [REGISTER, Profile(thing=other, source=SourceRecord("r"))]
    (authorship,) = paper("x", "x", [ANN]).authorships
    written = [
        structs.replace(
            paper(f"r{number}", f"On Names {number}", [ANN], f"10.5555/1{number}"),
            authorships=(structs.replace(authorship, raw_affiliations=(printed,)),),
        )
        for number, printed in enumerate(("example", "清华大学", "elsewhere"))
    ]
    load(folder, "register", register, None)  # type: ignore[arg-type]
    store = load(folder, "papers", written, linker())
    judgement = store.links.read(store.links.in_force())
    assert judgement is not None
    found = {(each.link.subject, each.link.object[-9:], each.link.confidence) for each in judgement.links}
    assert found == {
        (f"{B}authorship/doi:10.5555/10/ann-lee", "05dxps055", 0.7),
        (f"{B}authorship/doi:10.5555/11/ann-lee", "03cve4549", 0.79),
    }


def test_an_organisation_known_by_name_is_the_one_of_the_register(folder: Path) -> None:
    load(folder, "register", [REGISTER], None)  # type: ignore[list-item]
    named = structs.replace(
        paper("r9", "On Names", [ANN], "10.5555/9"), institutions=(Institution("Example University"),)
    )
    load(folder, "papers", [named], linker())
    assert values(folder, f"{B}paper/doi:10.5555/9", ns.PAPER_INSTITUTION) == {f"{B}institution/ror:05dxps055"}


def test_an_authority_gives_identifiers_and_nothing_else(folder: Path) -> None:
    """Also without its records in the graph; and is forgotten."""
    store = load(folder, "papers", FIRST, None)
    authorities = Authorities(store.links.folder)
    known = structs.replace(
        paper("w1", "On Things", [ANN_KNOWN, BOB], "10.5555/1"),
        identifiers=(Identifier("doi", "10.5555/1"), Identifier("openalex", "W1")),
        keywords=("secret",),
    )
    other = paper("w2", "Something Else", [Author("Zed Zed")], "10.5555/99")
    (folder.parent / "dump").touch()
    records = read_authority(authorities, made_source("openalex", [known, other]), [folder.parent / "dump"], B)
    assert records == 2
    by = Linker(B, {}, 0.9, 1, (Table(link(KNOWN, NAMED)),), authorities)
    pipeline.link(store, by)
    assert values(folder, P1, ns.SAME_AS) >= {"https://doi.org/10.5555/1"}
    assert values(folder, KNOWN, ns.NAME) == {"Ann Lee", "A. Lee"}
    assert values(folder, KNOWN, ns.SAME_AS) == {"https://orcid.org/0000-0002-1825-0097", NAMED}
    assert values(folder, KNOWN, ns.IDENTITY_BASIS) == {"identifier"}
    content = "\n".join(lines(folder))
    assert "secret" not in content
    assert "Zed" not in content
    before = Linker(B, {}, 0.9, 1, (Table(link(KNOWN, NAMED)),))
    authorities.remove("openalex")
    pipeline.link(store, before)
    assert values(folder, NAMED, ns.NAME) == {"Ann Lee"}


def test_what_cannot_be_one_is_not_made_one(folder: Path) -> None:
    """Whoever says so, and of whatever file it comes; what can be said of the two is."""
    written = paper("r9", "On Affiliations", [ANN], "10.5555/9")
    load(folder, "register", [REGISTER], None)  # type: ignore[list-item]
    store = load(folder, "papers", [written], None)
    place, before = f"{B}institution/ror:05dxps055", snapshot(folder).manifest.triples
    absurd = decision("accepted", f"{B}paper/doi:10.5555/9", place, "jo", "")
    pipeline.link(store, linker(decisions=[absurd]))
    assert snapshot(folder).manifest.triples == before
    (authorship,) = values(folder, f"{B}paper/doi:10.5555/9", ns.HAS_AUTHORSHIP)
    pipeline.link(store, linker(decisions=[decision("accepted", authorship, place, "jo", "")]))
    assert values(folder, authorship, ns.AFFILIATION) == {place}
    assert values(folder, place, ns.PAPER_COUNT) == {"1"}


def test_the_command_says_what_cannot_be_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg", "--store", str(tmp_path / "store"), "link", "accept"]
    refused = subprocess.run([*command, "paper/doi:10.5555/9", "author/ann-lee"], capture_output=True, text=True)
    assert refused.returncode == 2
    assert "these two cannot be one, nor anything else that a link says: paper and author" in refused.stderr
    assert subprocess.run([*command, "author/a-lee", "author/ann-lee"], capture_output=True).returncode == 0
