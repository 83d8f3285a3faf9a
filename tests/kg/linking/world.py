"""Stores that are changed step by step, and what they are compared with: the same, built from nothing."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pyoxigraph
import tantivy
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat

from kg import derived, paths, pipeline
from kg import namespaces as ns
from kg.dumps import building
from kg.dumps.formats import Choice
from kg.dumps.frames import PlainFile
from kg.edits import Change, Position
from kg.facts import DERIVED_PREDICATES
from kg.linking.authorities import Authorities
from kg.linking.decisions import Decision, decision
from kg.linking.linking import Linker
from kg.linking.matchers import MATCHERS
from kg.linking.merging import renamed
from kg.linking.model import Fact, Link, PaperMention
from kg.namespaces import DEFAULT_BASE as B
from kg.naming import Naming
from kg.pipeline.datasets import Options
from kg.publishing import publish_edits, publish_index
from kg.records import (
    Author,
    Authorship,
    Concept,
    Graph,
    Identifier,
    Institution,
    Paper,
    PartialDate,
    Profile,
    Reading,
    Record,
    SourceRecord,
    Text,
    Venue,
)
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshot, Snapshots
from kg.sources import Chunk, Source
from kg.statistics import count_graph
from kg.store import StoreFolder
from kg.writer import writing

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
# Organisations that may be meant by the same names, in full, for short, with the town or in other words.
ORGANISATIONS = [
    Institution("University of Example", (Identifier("openalex", "I1"),), country="DE", place="Berlin"),
    Institution("Things Institute", (Identifier("ror", "03yrm5c26"),), acronyms=("TISP",), place="Springfield"),
    Institution("Institute of Things Springfield", (Identifier("grid", "grid.1.1"),), place="Springfield"),
    Institution("Dept. of Things", (Identifier("ror", "05dxps055"),), status="inactive", acronyms=("TISP",)),
]
NAMED = [(), (NAMED_UNI,), (Institution("TISP"),), (Institution("Inst. of Things"),)]
PRINTED = [
    (),
    ("Dept. of Things, Example Univ., Springfield, USA",),
    ("Example", "Institute of Things, Springfield"),
    ("TISP, Springfield",),
]
TITLES = ["On Things", "On things!", "Reinforcement learning of very long titles that nobody else has", "More"]
CONCEPTS = [Concept("arxiv", "cs.LG"), Concept("made", "1", "Reinforcement learning")]
# Labels that are common words, stand within others, or are several concepts'.
COMMON = [
    Concept("made", "2", "Things", alternative_labels=(Text("RL"),)),
    Concept("made", "3", "Learning things"),
    Concept("made", "4", "Thing (learning)"),
    Concept("else", "1", "Learning", alternative_labels=(Text("Reinforcement learning"),)),
]
ABSTRACTS = [None, "Learning things is more.", "Things. Reinforcement learning (RL) of things: RL, learning things."]


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
    printed = draw(st.sampled_from(PRINTED))
    return Paper(
        title=draw(st.sampled_from(TITLES)),
        source=SourceRecord(f"r{draw(st.integers(1, 8))}"),
        identifiers=identifiers,
        authorships=tuple(
            Authorship(author, position, author.name, draw(st.sampled_from(NAMED)), printed)
            for position, author in enumerate(people, start=1)
        ),
        abstract=draw(st.sampled_from(ABSTRACTS)),
        author_list_complete=draw(st.sampled_from([None, True, False])),
        date=draw(st.sampled_from([None, PartialDate(2020), PartialDate(2021)])),
        venue=draw(st.sampled_from([None, *VENUES])),
        institutions=draw(st.sampled_from([(), (UNI,), (NAMED_UNI,)])),
        concepts=draw(st.sampled_from([(), (CONCEPTS[0],), (CONCEPTS[1],)])),
        references=draw(
            st.sampled_from([(), (Identifier("doi", f"10.5555/{5 - number}"),), (Identifier("openalex", "W2"),)])
        ),
    )


# Somebody else's graph: as such, and of what is here.
GRAPHS: list[Record] = [
    Graph(lines=lines, source=SourceRecord(f"graph-{number}"))
    for number, lines in enumerate(
        (
            f"<https://example.org/1> <{ns.TYPE}> <https://example.org/Work> .\n"
            f"<https://example.org/1> <{ns.CREATOR}> <https://example.org/jo> .\n"
            f"<https://example.org/1> <{ns.SAME_AS}> <https://doi.org/10.5555/1> .\n"
            f"<https://example.org/1> <{ns.CITES}> <https://example.org/2> .\n"
            f"_:b <{ns.CREATOR}> <https://example.org/jo> .\n",
            f"<https://example.org/topic> <{ns.TYPE}> <{ns.SKOS}Concept> .\n"
            f'<https://example.org/topic> <{ns.SKOS}prefLabel> "Things" .\n',
            f"<{B}paper/doi:10.5555/1> <{ns.CREATOR}> <{B}author/ann-lee> .\n",
            f"<https://example.org/2> <{ns.TYPE}> <{ns.PAPER}> .\n"
            f"<https://example.org/2> <{ns.CREATOR}> <{B}author/b> .\n",
        )
    )
]
PROFILES: list[Record] = [
    Profile(thing=UNI, source=SourceRecord("uni")),
    Profile(thing=PEOPLE[3], source=SourceRecord("person"), affiliations=(NAMED_UNI,)),
    Profile(thing=VENUES[1], source=SourceRecord("venue")),
    Profile(thing=CONCEPTS[1], source=SourceRecord("concept")),
    *(Profile(thing=each, source=SourceRecord(f"institution-{number}")) for number, each in enumerate(ORGANISATIONS)),
    *(Profile(thing=concept, source=SourceRecord(f"concept-{number}")) for number, concept in enumerate(COMMON)),
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


LEE, RAY, VENUE, INSTITUTION = (
    f"<{B}{thing}>"
    for thing in ("author/ann-lee", "author/bob-ray", "venue/issn:1234-5679", "institution/ror:05dxps055")
)
# What is derived can follow these.
FOLLOWED = [
    *(
        f"<{B}paper/doi:10.5555/{number}> <{predicate}> {term} ."
        for number in (1, 2, 9)
        for predicate, term in (
            (ns.TYPE, f"<{ns.PAPER}>"),
            (ns.CREATOR, LEE),
            (ns.CREATOR, RAY),
            (ns.CREATOR, f"<{B}author/nobody>"),
            (ns.PUBLICATION_YEAR, f'"2020"^^<{ns.XSD}integer>'),
            (ns.PUBLICATION_YEAR, f'"2021"^^<{ns.XSD}integer>'),
            (ns.SUBJECT, f"<{CONCEPT_IRIS[0]}>"),
            (ns.IS_PART_OF, VENUE),
            (ns.REFERENCE, "<https://doi.org/10.5555/2>"),
            (ns.SAME_AS, "<https://doi.org/10.5555/1>"),
            (ns.PAPER_INSTITUTION, INSTITUTION),
            (ns.HAS_AUTHORSHIP, f"<{B}authorship/doi:10.5555/1/ann-lee>"),
        )
    ),
    f"<{B}authorship/doi:10.5555/1/ann-lee> <{ns.AFFILIATION}> {INSTITUTION} .",
    f"{LEE} <{ns.TYPE}> <{ns.AUTHOR}> .",
    f"{LEE} <{ns.SAME_AS}> <https://www.wikidata.org/entity/Q1> .",
    f"{VENUE} <{ns.TYPE}> <{ns.VENUE}> .",
]
EDITS = [
    *FOLLOWED,
    f'<{B}paper/doi:10.5555/1> <{ns.RDFS}comment> "seen" .',
    f'<{B}paper/openalex:W1> <{ns.TITLE}> "On Things" .',
    f'<{B}author/ann-lee> <{ns.NAME}> "Ann Lee" .',
    f'<{B}author/orcid:0000-0002-1825-0097> <{ns.IDENTIFIER}> "orcid:0000-0002-1825-0097" .',
    f"<https://example.org/1> <{ns.TYPE}> <{ns.PAPER}> .",
    f'<{B}paper/doi:10.5555/2> <{ns.PUBLICATION_YEAR}> "soon" .',
    f"<{B}paper/doi:10.5555/2> <{ns.CITES}> <{B}paper/doi:10.5555/1> .",
    f'{LEE} <{ns.PAPER_COUNT}> "1"^^<{ns.XSD}integer> .',
]
PAIRS = st.tuples(st.sampled_from(THINGS), st.sampled_from(THINGS)).filter(lambda pair: pair[0] != pair[1])
SUBJECTS = st.tuples(st.sampled_from(CONCEPT_IRIS), st.sampled_from([each for each in THINGS if "/paper/" in each]))
# Of two papers that one record is about, the graph does not tell whose author list it calls complete.
RECORDS = partial(st.lists, unique_by=lambda record: record.source.record_id)
STEPS = st.one_of(
    st.tuples(
        st.just("load"),
        st.sampled_from("abc"),
        RECORDS(st.one_of(papers(), st.sampled_from(PROFILES)), min_size=1, max_size=4),
    ),
    st.tuples(st.just("load"), st.sampled_from("defg"), RECORDS(papers(), min_size=1, max_size=2)),
    st.tuples(st.just("load"), st.sampled_from("rst"), st.lists(st.sampled_from(GRAPHS), min_size=1, max_size=2)),
    st.tuples(st.just("update"), st.sampled_from("abcz"), RECORDS(papers(), min_size=1, max_size=2)),
    st.tuples(st.just("remove"), st.sampled_from("abcr")),
    st.tuples(st.just("decide"), st.sampled_from(["accepted", "rejected"]), st.one_of(PAIRS, SUBJECTS)),
    st.tuples(st.just("forget")),
    st.tuples(st.just("edit"), st.booleans(), st.sampled_from(EDITS)),
    st.tuples(st.just("erase"), st.booleans(), st.sampled_from(THINGS)),
)


@dataclass
class World:
    """What is loaded and decided, in a store that has gone every step of the way."""

    work: Path
    links: list[tuple[str, str, float]]
    datasets: dict[str, list[Record]] = field(default_factory=dict)
    decisions: dict[tuple[str, str], Decision] = field(default_factory=dict)
    files: dict[str, list[Record]] = field(default_factory=dict)
    """What every file holds, by its name."""
    number: int = 0

    def linker(self, folder: Path) -> Linker:
        authorities = Authorities(StoreFolder(folder).links.folder)
        return Linker(B, self.decisions, 0.9, 1, (Table(self.links), *MATCHERS), authorities)

    def take(self, step: tuple[object, ...], folder: Path) -> None:
        match step:
            case ("load", str(name), list(records)):
                self.datasets[name] = records
                self.load(folder, name)
            case ("update", str(name), list(records)):
                newer = {each.source.record_id for each in records}
                left = [each for each in self.datasets.get(name, ()) if each.source.record_id not in newer]
                self.datasets[name] = left + records
                self.read(folder, {name: records}, Options(update=True))
            case ("remove", str(name)) if name in self.datasets:
                del self.datasets[name]
                pipeline.remove(StoreFolder(folder), [name], linker=self.linker(folder))
            case ("decide", verdict, (one, other)):
                made = decision(verdict, one, other, "jo", "")  # type: ignore[arg-type]
                self.decisions = dict(sorted({**self.decisions, made.pair: made}.items()))
                pipeline.link(StoreFolder(folder), self.linker(folder))
            case ("edit", bool(is_added), str(statement)):
                self.edit(folder, Change(is_added, statement))
            case ("erase", bool(is_everywhere), str(thing)):
                self.erase(folder, thing, is_everywhere)
            case ("forget",) if self.decisions:
                self.decisions.popitem()
                pipeline.link(StoreFolder(folder), self.linker(folder))

    def erase(self, folder: Path, thing: str, is_everywhere: bool) -> None:
        """Take away all that is said of a thing, and also what leads there if `is_everywhere`."""
        database, node = Snapshots(folder).current().store, NamedNode(thing)
        quads = [*database.quads_for_pattern(node, None, None, DefaultGraph())]
        if is_everywhere:
            quads += database.quads_for_pattern(None, None, node, DefaultGraph())
        if quads:
            self.edit(folder, *(Change(False, f"{quad.triple} .") for quad in quads))

    def edit(self, folder: Path, *changes: Change) -> None:
        store = StoreFolder(folder)
        with writing(store) as writer:
            store.journal.append(changes, Position())
            publish_edits(store, writer, writer.apply_edits())
            publish_index(store, writer)

    def load(self, folder: Path, *names: str) -> None:
        self.read(folder, {name: self.datasets[name] for name in names}, Options(replace=True))

    def read(self, folder: Path, datasets: dict[str, list[Record]], options: Options) -> None:
        files = {name: [self.file(records)] for name, records in datasets.items()}
        pipeline.load(StoreFolder(folder), self.source(), files, options, linker=self.linker(folder))

    def file(self, records: list[Record]) -> Path:
        name = hashlib.sha256(repr(records).encode()).hexdigest()
        self.files[name] = records
        (self.work / name).write_text(name)
        return self.work / name

    def source(self) -> Source:
        """Each file holds the records of its name."""
        return Source(
            "made",
            "1",
            "records made here",
            lambda file: iter([Chunk(file.name, 1, b"")]),
            lambda chunk: (Reading((record,)) for record in self.files[chunk.file]),
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
    assert links[0].read_bytes() == links[1].read_bytes()
    assert snapshots[0].manifest.graph_counts == count_graph(snapshots[0].store, B)
    said = [derived_lines(store) for store in stores]
    assert said[0] == said[1]
    first, second = (indexed(folder, snapshot) for folder, snapshot in zip((one, other), snapshots, strict=True))
    assert first ^ second == set()
    assert dumped(one) == sorted_statements(snapshots[0].store)


def assert_derived(folder: Path) -> None:
    """What is derived is what the rules say of the graph, but for what edits say of it."""
    database = Snapshots(folder).current().store
    by_rules = {
        str(triple)
        for rule in (paths.ONTOLOGY / "derived").glob("*.rq")
        for triple in database.query(rule.read_text("utf-8"))
    }
    counted = {
        str(quad.triple)
        for predicate in (*DERIVED_PREDICATES, ns.CITES)
        for quad in database.quads_for_pattern(None, NamedNode(predicate), None, DefaultGraph())
    }
    links = StoreFolder(folder).links
    judgement = links.read(links.in_force())
    assert judgement
    edits = pyoxigraph.parse("\n".join(EDITS), RdfFormat.N_QUADS)
    edited = {str(renamed(edit, judgement.identity).triple) for edit in edits}
    assert counted - by_rules - edited == set()
    assert by_rules - {str(quad.triple) for quad in database} == set()


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
