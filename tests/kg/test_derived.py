"""What the rules in `ontology/derived` say of a small graph, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Store, Triple

from kg import namespaces as ns
from kg import paths, pipeline
from kg.derived import change, link, replacing, statements
from kg.facts import PaperFacts, Statistics, encoded_facts
from kg.mapping import Mapper, Mapping
from kg.naming import Naming
from kg.ntriples import integer, iri, line
from kg.records import Author, Authorship, Concept, Identifier, Institution, Paper, PartialDate, SourceRecord, Venue
from kg.segments import compressed
from kg.snapshots import Snapshot, Snapshots
from kg.sources import find_source
from kg.store import StoreFolder

E = "http://example.org/"
COUNT = NamedNode(ns.PAPER_COUNT)

# p1 and p2: Ann with Bob, Bob and Cy; p3: Ann alone; p4: Dee alone, without a year; q is no paper.
GRAPH = """
@prefix : <http://example.org/> .
@prefix kg: <https://w3id.org/paperkg/ontology#> .
@prefix cito: <http://purl.org/spar/cito/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .

:p1 a kg:Paper ; dcterms:creator :ann, :bob ; dcterms:subject :ml, :nlp ; kg:primaryConcept :ml ;
    kg:publicationYear 2023 ; dcterms:isPartOf :journal ; kg:institution :uni ; kg:authorship :s1, :s2 ;
    prov:wasDerivedFrom :r1, :r2 ; cito:cites :p3 .
:p2 a kg:Paper ; kg:reference <https://doi.org/10.5555/3>, <https://doi.org/10.5555/9> ;
    dcterms:creator :ann, :bob, :cy ; dcterms:subject :ml ; kg:publicationYear 2023 ;
    dcterms:isPartOf :journal ; kg:authorship :s3 ; prov:wasDerivedFrom :r3 ; cito:cites :p3, :p1 .
:p3 a kg:Paper ; owl:sameAs <https://doi.org/10.5555/3>, <https://openalex.org/W3> ;
    dcterms:creator :ann ; dcterms:subject :ml ; kg:publicationYear 2024 ; dcterms:isPartOf :series ;
    prov:wasDerivedFrom :r4 .
:p4 a kg:Paper ; kg:reference <https://openalex.org/W3>, <https://doi.org/10.5555/3> ;
    dcterms:creator :dee ; dcterms:subject :nlp ; dcterms:isPartOf :journal .
:q dcterms:creator :ann ; dcterms:subject :ml ; dcterms:isPartOf :journal ; kg:publicationYear 2023 .
:journal a kg:Venue .
:s1 kg:affiliation :uni . :s2 kg:affiliation :uni, :lab . :s3 kg:affiliation :lab .
:s1 prov:wasDerivedFrom :r1 .
:r1 kg:dataset :one . :r2 kg:dataset :one . :r3 kg:dataset :one, :two .
:r1 kg:statedAuthorListComplete false . :r2 kg:statedAuthorListComplete true . :r3 kg:statedAuthorListComplete false .
"""


def derive(rule: str, turtle: str | bytes, format: RdfFormat = RdfFormat.TURTLE) -> list[Triple]:
    store = Store()
    store.load(turtle, format=format)
    return list(store.query((paths.ONTOLOGY / "derived" / f"{rule}.rq").read_text("utf-8")))


def derived(rule: str, predicate: str) -> dict[str, object]:
    """The values of `predicate` by the local names of what has it; each is stated once and nothing else is."""
    triples = derive(rule, GRAPH)
    assert {triple.predicate.value for triple in triples} == {predicate}
    found = {triple.subject.value.removeprefix(E): triple.object for triple in triples}
    assert len(found) == len(triples)
    return found


def counts(rule: str, predicate: str = ns.PAPER_COUNT) -> dict[str, int]:
    found = derived(rule, predicate)
    assert {term.datatype.value for term in found.values()} == {ns.XSD + "integer"}
    return {name: int(term.value) for name, term in found.items()}


def yearly(rule: str) -> dict[tuple[str, str], str]:
    """Number of papers by thing and year; each count is named after both."""
    store = Store()
    store.extend(Quad(*triple) for triple in derive(rule, GRAPH))
    found = {}
    for node in {quad.subject for quad in store}:
        said = {quad.predicate.value: quad.object for quad in store.quads_for_pattern(node, None, None)}
        thing, year = said[ns.COUNT_OF].value, said[ns.PUBLICATION_YEAR].value
        assert said.keys() == {ns.TYPE, ns.COUNT_OF, ns.PUBLICATION_YEAR, ns.PAPER_COUNT}
        assert said[ns.TYPE] == NamedNode(ns.YEARLY_COUNT)
        assert node.value == f"{thing}#papers-{year}"
        found[thing.removeprefix(E), year] = said[ns.PAPER_COUNT].value
    return found


def test_papers_of_an_author() -> None:
    assert counts("author_paper_count") == {"ann": 3, "bob": 2, "cy": 1, "dee": 1}


def test_papers_of_a_concept_count_once_each() -> None:
    assert counts("concept_paper_count") == {"ml": 3, "nlp": 2}


def test_papers_of_an_institution_count_once_however_often_it_is_named() -> None:
    assert counts("institution_paper_count") == {"uni": 1, "lab": 2}


def test_papers_of_a_venue() -> None:
    assert counts("venue_paper_count") == {"journal": 3}


def test_papers_of_a_dataset() -> None:
    """Two records of one paper count once, a record without a data set not at all."""
    assert counts("dataset_paper_count") == {"one": 2, "two": 1}


def test_coauthors_are_counted_once_and_without_oneself() -> None:
    assert counts("coauthor_count", ns.COAUTHOR_COUNT) == {"ann": 2, "bob": 2, "cy": 2, "dee": 0}


def test_coauthors_on_papers_of_more_than_500_authors_do_not_count() -> None:
    def paper(name: str, authors: range) -> str:
        creators = (line(E + name, ns.CREATOR, iri(f"{E}a{number}")) for number in authors)
        return line(E + name, ns.TYPE, iri(ns.PAPER)) + "".join(creators)

    graph = paper("long", range(500)) + paper("longer", range(499, 1000))
    triples = derive("coauthor_count", graph, RdfFormat.N_TRIPLES)
    assert len(triples) == 500
    assert {triple.object.value for triple in triples} == {"499"}


def test_citations_of_a_paper() -> None:
    assert counts("cited_by_count", ns.CITED_BY_COUNT) == {"p1": 1, "p3": 3}


def test_a_reference_by_any_name_of_a_paper_is_a_citation() -> None:
    cited = {(triple.subject.value, triple.object.value) for triple in derive("citations", GRAPH)}
    assert cited == {(E + "p2", E + "p3"), (E + "p4", E + "p3")}


def test_an_author_list_is_complete_if_any_record_says_so() -> None:
    said = derived("author_list_complete", ns.AUTHOR_LIST_COMPLETE)
    assert said == {"p1": Literal(True), "p2": Literal(False)}


def test_papers_of_a_concept_by_year() -> None:
    assert yearly("concept_yearly_counts") == {("ml", "2023"): "2", ("ml", "2024"): "1", ("nlp", "2023"): "1"}


def test_papers_of_a_venue_by_year() -> None:
    assert yearly("venue_yearly_counts") == {("journal", "2023"): "2"}


@pytest.mark.parametrize("thing", ["_:c", '"http://example.org/c"'])
def test_what_is_not_named_by_an_iri_has_no_yearly_count(thing: str) -> None:
    said = line(E + "p", ns.TYPE, iri(ns.PAPER)) + line(E + "p", ns.PUBLICATION_YEAR, integer(2023))
    said += f"<{E}p> <{ns.SUBJECT}> {thing} .\n<{E}p> <{ns.IS_PART_OF}> {thing} .\n_:c <{ns.TYPE}> <{ns.VENUE}> .\n"
    for rule in ("concept_yearly_counts", "venue_yearly_counts"):
        assert derive(rule, said, RdfFormat.N_TRIPLES) == []


def test_nothing_is_derived_of_what_has_no_name(tmp_path: Path) -> None:
    """Each time it would be of another node."""

    def graph() -> list[str]:
        found = Dataset(Snapshots(store.folder).current().store)
        found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return sorted(map(str, found))

    store = StoreFolder(tmp_path / "store")
    for number in range(3):
        file = tmp_path / f"{number}.ttl"
        file.write_text(
            "@prefix kg: <https://w3id.org/paperkg/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> ."
            f"<{E}{number}> a kg:Paper ; dcterms:creator [ kg:name 'Ann' ], <{E}bob> ; dcterms:subject [] ;"
            " dcterms:isPartOf [ a kg:Venue ] ."
        )
        pipeline.load(store, find_source("rdf"), {f"data-{number}": [file]})
    loaded = graph()
    pipeline.rebuild(store)
    assert loaded == graph()
    counted = {quad.subject for quad in Snapshots(store.folder).current().store.quads_for_pattern(None, COUNT, None)}
    assert counted == {NamedNode(f"{E}bob")}


def test_every_rule_says_what_it_counts_and_is_tested_here() -> None:
    rules = {path.stem: path.read_text("utf-8") for path in (paths.ONTOLOGY / "derived").glob("*.rq")}
    assert len(rules) == 11
    for name, text in rules.items():
        assert text.startswith("# "), name
        assert derive(name, GRAPH), name


def test_the_seed_author_has_the_papers_of_the_page(seed_snapshot: Snapshot) -> None:
    author = NamedNode(f"{ns.DEFAULT_BASE}author/evan-hubinger")
    (count,) = seed_snapshot.store.quads_for_pattern(author, NamedNode(ns.PAPER_COUNT), None)
    assert count.object.value == "20"


_NUMBERS = st.integers(0, 4)
_IDENTIFIERS = st.sets(
    st.builds(Identifier, st.just("doi"), _NUMBERS.map("10.5555/{}".format))
    | st.builds(Identifier, st.just("openalex"), _NUMBERS.map("W{}".format))
    | st.builds(Identifier, st.just("arxiv"), _NUMBERS.map("2401.0000{}".format)),
    max_size=2,
).map(lambda found: tuple(sorted(found, key=str)))
_INSTITUTIONS = st.lists(_NUMBERS.map(lambda number: Institution(f"Institution {number}")), max_size=2).map(tuple)
_PAPERS = st.builds(
    Paper,
    title=_NUMBERS.map("Title {}".format),
    source=st.just(SourceRecord("")),
    identifiers=_IDENTIFIERS,
    authorships=st.lists(
        st.builds(Authorship, _NUMBERS.map(lambda number: Author(f"Author {number}")), affiliations=_INSTITUTIONS),
        max_size=3,
    ).map(tuple),
    author_list_complete=st.sampled_from((None, True, False)),
    date=st.sampled_from((None, PartialDate(2020), PartialDate(2021, 5), PartialDate(None, 5, 28))),
    venue=st.sampled_from((None, Venue("One"), Venue("Two"))),
    primary_concept=st.sampled_from((None, Concept("arxiv", "cs.LG"), Concept("made", "1", "Label"))),
    concepts=st.lists(_NUMBERS.map(lambda number: Concept("made", str(number), "Label")), max_size=2).map(tuple),
    institutions=_INSTITUTIONS,
    references=_IDENTIFIERS,
)


@given(st.lists(_PAPERS, max_size=6))
def test_what_is_computed_from_facts_is_what_the_rules_say(papers: list[Paper]) -> None:
    mapper = Mapper(Mapping(Naming("http://example.org/"), "made", "made", "1"))
    records = [structs.replace(paper, source=SourceRecord(str(number))) for number, paper in enumerate(papers)]
    mapped = [mapper.map(record) for record in records]
    graph = b"".join(each.content for each in mapped)
    by_rules = {
        str(triple)
        for rule in (paths.ONTOLOGY / "derived").glob("*.rq")
        for triple in derive(rule.stem, graph, RdfFormat.N_TRIPLES)
    }
    computed = computed_of([each.paper.facts for each in mapped if each.paper])
    assert sorted(map(str, computed)) == sorted(by_rules)


def computed_of(facts: list[PaperFacts]) -> list[Triple]:
    encoded = encoded_facts(facts)
    statistics = Statistics(lambda: [(Naming("http://example.org/").dataset("made"), encoded)])
    statistics.count()
    return [quad.triple for quad in pyoxigraph.parse(b"".join(statistics.statements()), RdfFormat.N_TRIPLES)]


def test_a_name_that_several_papers_have_stands_for_each_and_a_paper_once_by_all_its_names() -> None:
    papers = [
        PaperFacts(E + "one", names=["doi:1", "W1"]),
        PaperFacts(E + "two", names=["doi:1"]),
        PaperFacts(E + "two", names=["doi:1", "W2"], references=["W1"]),
        PaperFacts(E + "three", references=["doi:1", "W1", "W2", "W9"]),
    ]
    cited = [triple for triple in computed_of(papers) if triple.predicate.value == ns.CITES]
    assert sorted((str(each.subject), str(each.object)) for each in cited) == [
        (f"<{E}three>", f"<{E}one>"),
        (f"<{E}three>", f"<{E}two>"),
        (f"<{E}two>", f"<{E}one>"),
    ]


@pytest.mark.parametrize("repeated", [1, 7, 1024])
def test_who_wrote_much_together_is_counted_once(repeated: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.facts._REPEATED", repeated)
    teams = [["ann", "bob", "cy"], ["dee", "ann"], ["eve"], *[["bob", "ann"]] * 20, ["ann", "fay", "bob"]]
    papers = [PaperFacts(f"{E}{number}", authors=[E + name for name in team]) for number, team in enumerate(teams)]
    counted = {
        each.subject.value.removeprefix(E): each.object.value
        for each in computed_of(papers)
        if each.predicate.value == ns.COAUTHOR_COUNT
        if isinstance(each.subject, NamedNode) and isinstance(each.object, Literal)
    }
    assert counted == {"ann": "4", "bob": "3", "cy": "2", "dee": "1", "eve": "0", "fay": "2"}


LINES = [f"<{E}{number}> <{E}p> {number} .\n".encode() for number in range(400)]


@given(changes=st.lists(st.tuples(st.sets(st.sampled_from(LINES)), st.sets(st.sampled_from(LINES))), max_size=12))
def test_what_is_derived_changes_a_little_at_a_time(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[set[bytes], set[bytes]]]
) -> None:
    """Who has the same statements under another name keeps them as they are."""
    work = tmp_path_factory.mktemp("derived")
    path = work / "0"
    with replacing(path) as stream:
        stream.write(compressed(b"".join(LINES[:200])))
    known = [set(LINES[:200])]
    for number, (gone, come) in enumerate(changes, start=1):
        link(path, path := work / str(number))
        change(path, gone - come, come)
        known.append(known[-1] - (gone - come) | come)
    assert [statements(work / str(number)) for number in range(len(known))] == known


def test_changes_of_what_is_derived_never_take_more_room_than_it(tmp_path: Path) -> None:
    path = tmp_path / "derived"
    with replacing(path) as stream:
        stream.write(compressed(b"".join(LINES)))
    for number in range(300):
        change(path, {LINES[number]}, {LINES[number - 1]})
    sizes = [each.stat().st_size for each in tmp_path.iterdir()]
    assert len(sizes) == 2
    assert min(sizes) <= max(sizes) < 10_000
    assert statements(path) == set(LINES) - {LINES[299]}
    with replacing(path) as stream:
        stream.write(b"")
    assert statements(path) == set()
