"""The search index: what is found under which name, and that both ways to build it find the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyoxigraph
import pytest
import tantivy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from kg import namespaces as ns
from kg import pipeline
from kg.errors import StoreError
from kg.records import (
    Author,
    Authorship,
    Concept,
    Grant,
    Identifier,
    Institution,
    Location,
    Paper,
    PartialDate,
    Profile,
    Record,
    SourceRecord,
    Text,
    Venue,
)
from kg.search import KINDS, Filters, Hit, Index, PreparedIndex, SearchResult, affected_things, build, update
from kg.search.graph import Lookups, of_graph
from kg.search.highlighting import highlighted
from kg.search.words import words_of as indexed_words
from kg.snapshots import Snapshot, Snapshots
from kg.store import StoreFolder
from kg.texts import Texts
from tests.made_records import made_source

DOI = (Identifier("doi", "10.5555/shared"),)
CODE = Identifier("doi", "10.5555/code")
JANE = Identifier("orcid", "0000-0002-1825-0097")
PRESS = Institution("Example Press", other_names=(Text("Beispielverlag", "de"),), acronyms=("EP",), code="expr")
JOURNAL = Venue("Journal of Examples", (Identifier("issn", "1234-5679"),), other_names=("J. Ex.",), publisher=PRESS)
TREES = Concept(
    "made",
    "T1",
    "Bäume",
    "de",
    other_labels=(Text("Trees", "en"), Text("Arbres", "fr"), Text("Forests", "en")),
    alternative_labels=(Text("Woods", "en"),),
    broader=(Concept("made", "T0", "Plantes", "fr"),),
)


LABORATORY = Institution("Example Laboratory")


def _source(number: int) -> SourceRecord:
    return SourceRecord(f"record-{number}")


FIRST: list[Record] = [
    Paper(
        title="An Example of Sharing",
        language="en",
        source=_source(1),
        identifiers=DOI,
        authorships=(Authorship(Author("J. Doe", (JANE,)), 1), Authorship(Author("Bo Öst"), 2)),
        date=PartialDate(2020, 5),
        venue=JOURNAL,
        concepts=(TREES, Concept("arxiv", "cs.LG")),
    ),
    Paper(
        title=None,
        source=_source(2),
        identifiers=(Identifier("doi", "10.5555/untitled"),),
        authorships=(Authorship(Author("Cy Young"), 1), Authorship(Author("Ann Ash"), 2), Authorship(Author("Bo Öst"))),
        abstract="Without any heading.",
        locations=(Location(page="https://example.org/2", venue=Venue("Shelf of Copies", kind="repository")),),
        grants=(Grant(Institution("Example Fund"), "7"),),
    ),
    Paper(title="Alone", source=_source(3), editors=(Author("Dee Editor"),), date=PartialDate(None, 5, 28)),
    Paper(
        title="“Élan” in Reinforcement Learning",
        source=_source(4),
        identifiers=(CODE,),
        authorships=(Authorship(Author("Bo Öst"), 1, affiliations=(LABORATORY,)), Authorship(Author("Cy Young"), 2)),
        date=PartialDate(2021, 3, 9),
        venue=JOURNAL,
        institutions=(Institution("University of Examples"),),
        references=DOI,
        code_urls=("https://example.org/code",),
    ),
    Paper(title="Zebras", source=_source(5), date=PartialDate(2020, 7), code_available=False, references=(*DOI, CODE)),
    Paper(title="Reinforcement Learning Again", source=_source(6), date=PartialDate(2021), code_available=True),
]
SECOND: list[Record] = [
    Paper(
        title="Ein Beispiel",
        language="de",
        source=_source(1),
        identifiers=DOI,
        authorships=(Authorship(Author("Jane Doe", (JANE,)), 1),),
        abstract="Vom Teilen.",
        date=PartialDate(2019),
        venue=JOURNAL,
        institutions=(Institution("University of Examples"),),
    ),
    Profile(thing=Author("Jane Doe", (JANE,), other_names=("Johanna Doe",)), source=_source(2), fields=(TREES,)),
]


@pytest.fixture(scope="module")
def many_sources(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("search")
    for name, records in (("first", FIRST), ("second", SECOND)):
        (folder / name).touch()
        pipeline.load(StoreFolder(folder / "store"), made_source(name, records), {name: [folder / name]})
    # From nothing, so that all of the index is made of the texts that mapping left.
    pipeline.rebuild(StoreFolder(folder / "store"))
    return Snapshots(folder / "store").current()


def found(index: Index, words: str, kind: str | None = None, filters: Filters | None = None) -> set[Hit]:
    result = index.search(words, kind, limit=10_000, filters=filters or Filters())
    assert len(result.hits) == result.total
    return set(result.hits)


def words_of(snapshot: Snapshot) -> list[str]:
    literals = (quad.object.value for quad in snapshot.store if isinstance(quad.object, Literal))
    return sorted({word.lower() for text in literals for word in re.findall(r"\w+", text)} | {"untitled", "doi"})


@pytest.mark.parametrize("graph", ["seed_snapshot", "many_sources"])
def test_an_index_built_of_texts_finds_what_one_built_of_the_graph_finds(
    graph: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    snapshot: Snapshot = request.getfixturevalue(graph)
    build(snapshot.store, tmp_path / "index")
    of_graph = Index(tmp_path / "index")
    words = words_of(snapshot)
    assert len(words) > 80
    assert any(found(of_graph, word) for word in words)
    for word in words:
        assert found(snapshot.index, word) == found(of_graph, word), word
    for kind in KINDS:
        ours, theirs = (index.search("", kind, with_facets=True) for index in (snapshot.index, of_graph))
        assert (ours.total, ours.facets) == (theirs.total, theirs.facets)
        for filters in narrowing(theirs):
            assert found(snapshot.index, "", kind, filters) == found(of_graph, "", kind, filters), filters
    assert numbers(snapshot.path / "index") == numbers(tmp_path / "index")


def narrowing(result: SearchResult) -> Iterator[Filters]:
    """Every filter that lets something through."""
    assert result.facets
    for name in ("venue", "concept", "author", "institution", "dataset"):
        for value in getattr(result.facets, name):
            yield Filters(**{name: value})
    for year in result.facets.years:
        yield Filters(year_from=year, year_to=year)
    if result.facets.with_code:
        yield Filters(with_code=True)


ODD = """
@prefix kg: <https://w3id.org/paperkg/ontology#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix schema: <https://schema.org/> . @prefix : <https://x/> .
:p1 a kg:Paper, kg:Venue ; dct:title "", "Zeta"@de, "Alpha"@fr, "Beta"@en-GB ; dct:abstract "one", "two" ;
  kg:publicationYear 2021, 2019 ; dct:issued "2020-05-01", "no date" ; kg:codeAvailable false ;
  kg:citedByCount 3, 12, "many" ; dct:creator :a1, "a name" ; dct:subject :c1, [] ; kg:institution :i1 ;
  prov:wasDerivedFrom :r1, :r2, "a record" ; kg:authorship :s2, :s1, _:s3, "no authorship" ; foaf:name "Also a venue" .
:p2 a kg:Paper ; kg:publicationYear 2018 ; schema:codeRepository <https://github.com/x/y> ; kg:authorship :s1 .
:p3 a kg:Paper ; dct:title "" .
:p4 a kg:Paper ; dct:title "Quoted", <<( :p1 dct:title "Zeta" )>> , :p1 ; dct:creator <<( :p1 dct:title "Zeta" )>> .
:s1 kg:author :a1, :a2 ; kg:position 2, 1 ; kg:affiliation :i2 .
:s2 kg:author :a3, "nobody" ; kg:affiliation "somewhere" .
_:s3 kg:author :a2 ; kg:position "first" .
:r1 kg:dataset :d1, :d2 . :r2 kg:dataset :d1 .
:a1 a kg:Author ; foaf:name "Ann B", "Bea A" ; skos:altLabel "B, A." ; kg:paperCount 4, 7 .
:a2 a kg:Author, kg:Institution ; foaf:name "Cy"@en, :a1 ; kg:paperCount "some" .
:a3 foaf:name "No class" . :a4 a kg:Author . :a5 a kg:Author ; skos:notation "X-1" .
:c1 a kg:Concept ; skos:prefLabel "Begriff"@de, "concept"@en ; skos:altLabel "notion"@en ; skos:notation "C.1" .
:i1 a kg:Institution ; foaf:name <<( :p1 dct:title "Zeta" )>> .
"""


def documents(found: Iterable[Any]) -> dict[tuple[str, str], dict[str, list[Any]]]:
    """By what they are of; words and values in whatever order."""
    of = {}
    for document in found:
        said = document.to_dict()
        key = (said["iri"][0], said["kind"][0])
        assert key not in of
        said["text"] = sorted(word for text in said["text"] for word in text.split())
        of[key] = {name: sorted(values) for name, values in said.items() if values}
    return of


@pytest.mark.parametrize("graph", ["seed_snapshot", "many_sources", ODD])
def test_looking_up_one_thing_says_what_asking_for_everything_says(graph: str, request: pytest.FixtureRequest) -> None:
    if graph is ODD:
        store = Store()
        store.load(ODD, RdfFormat.TURTLE)
    else:
        store = request.getfixturevalue(graph).store
    lookups = Lookups(store)
    subjects = {quad.subject.value for quad in store if isinstance(quad.subject, NamedNode)}
    singly = documents(document for subject in subjects for document in lookups.documents(subject))
    assert singly == documents(of_graph(store))
    assert len(singly) >= 9


def numbers(folder: Path) -> dict[str, list[object]]:
    """What each thing is put in order by."""
    searcher = tantivy.Index.open(str(folder)).searcher()
    addresses = [address for _, address in searcher.search(tantivy.Query.all_query(), limit=10_000).hits]
    columns = [searcher.fast_field_values(name, addresses) for name in ("weight", "date")]
    return {
        str(searcher.doc(address).get_first("iri")): values
        for address, *values in zip(addresses, *columns, strict=True)  # type: ignore[misc]
    }


def test_a_store_that_is_built_anew_indexes_the_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    completed: list[None] = []
    complete = PreparedIndex.complete
    monkeypatch.setattr(PreparedIndex, "complete", lambda self, *rest: completed.append(complete(self, *rest)))
    (tmp_path / "first").touch()
    pipeline.load(StoreFolder(tmp_path / "store"), made_source("first", FIRST), {"first": [tmp_path / "first"]})
    assert len(completed) == 1


def labels(snapshot: Snapshot, words: str, kind: str | None = None) -> list[str]:
    return sorted(hit.label for hit in found(snapshot.index, words, kind))


def test_a_paper_without_a_title_is_found_by_its_people_and_its_identifier(many_sources: Snapshot) -> None:
    (hit,) = found(many_sources.index, "heading")
    assert (hit.label, hit.detail) == ("[untitled] doi:10.5555/untitled", "Cy Young, Ann Ash, Bo Öst")
    assert hit in found(many_sources.index, "young", "paper") & found(many_sources.index, "10.5555/untitled", "paper")


def test_a_paper_of_several_titles_is_one_hit_under_the_english_one(many_sources: Snapshot) -> None:
    for words in ("beispiel", "sharing", "teilen"):
        (hit,) = found(many_sources.index, words, "paper")
        assert (hit.label, hit.detail) == ("An Example of Sharing", "J. Doe, Bo Öst · 2019")


def test_things_are_found_by_every_name_and_shown_by_the_one_they_go_by(many_sources: Snapshot) -> None:
    for words in ("bäume", "trees", "arbres", "woods", "forests", "T1"):
        assert labels(many_sources, words, "concept") == ["Trees"]
    assert labels(many_sources, "plantes", "concept") == ["Plantes"]
    for words in ("beispielverlag", "ep", "expr"):
        assert labels(many_sources, words, "institution") == ["Example Press"]
    assert labels(many_sources, "johanna", "author") == ["J. Doe"]
    assert labels(many_sources, "j ex", "venue") == ["Journal of Examples"]
    assert labels(many_sources, "shelf") == ["Shelf of Copies"]


THING = "https://w3id.org/paperkg/"


def titles(snapshot: Snapshot, words: str = "", kind: str | None = "paper", **asked: object) -> list[str]:
    return [hit.label for hit in snapshot.index.search(words, kind, **asked).hits]  # type: ignore[arg-type]


def thing_called(snapshot: Snapshot, name: str, kind: str) -> str:
    (hit,) = (hit for hit in found(snapshot.index, f'"{name}"', kind) if hit.label == name)
    return hit.iri


ELAN, SHARING = "“Élan” in Reinforcement Learning", "An Example of Sharing"


def test_without_words_filters_find_papers_most_recent_first(many_sources: Snapshot) -> None:
    bo = thing_called(many_sources, "Bo Öst", "author")
    assert titles(many_sources, filters=Filters(author=bo)) == [
        ELAN,
        SHARING,
        "[untitled] doi:10.5555/untitled",
    ]
    assert titles(many_sources, kind=None, filters=Filters(author=bo), limit=1, offset=1) == [SHARING]
    journal = thing_called(many_sources, "Journal of Examples", "venue")
    assert titles(many_sources, filters=Filters(venue=journal)) == [ELAN, SHARING]
    trees = thing_called(many_sources, "Trees", "concept")
    assert titles(many_sources, filters=Filters(concept=trees)) == [SHARING]
    assert titles(many_sources, filters=Filters(concept=trees, author=THING + "nobody")) == []
    assert titles(many_sources, filters=Filters(venue=journal, beside=(trees, bo))) == [SHARING]
    assert titles(many_sources, filters=Filters(venue=journal, beside=(trees, THING + "nobody"))) == []


def test_an_institution_finds_papers_that_name_it_for_an_author_or_as_a_whole(many_sources: Snapshot) -> None:
    laboratory = thing_called(many_sources, "Example Laboratory", "institution")
    assert titles(many_sources, filters=Filters(institution=laboratory)) == [ELAN]
    university = thing_called(many_sources, "University of Examples", "institution")
    assert titles(many_sources, filters=Filters(institution=university)) == [ELAN, SHARING]


def test_a_paper_of_two_datasets_is_in_both(many_sources: Snapshot) -> None:
    assert titles(many_sources, filters=Filters(dataset=THING + "dataset/second")) == [SHARING]
    assert SHARING in titles(many_sources, filters=Filters(dataset=THING + "dataset/first"))


def test_years_are_included_and_what_has_none_is_left_out(many_sources: Snapshot) -> None:
    assert titles(many_sources, filters=Filters(year_from=2021)) == [ELAN, "Reinforcement Learning Again"]
    assert titles(many_sources, filters=Filters(year_to=2019)) == [SHARING]
    assert titles(many_sources, filters=Filters(year_from=2020, year_to=2020)) == ["Zebras"]
    assert titles(many_sources, filters=Filters(year_from=10**30)) == []
    assert len(titles(many_sources, filters=Filters(year_from=-5, year_to=10**30))) == 4


def test_code_that_is_stated_to_be_missing_is_none(many_sources: Snapshot) -> None:
    assert titles(many_sources, filters=Filters(with_code=True)) == [ELAN, "Reinforcement Learning Again"]


def test_orders_put_what_has_no_value_last(many_sources: Snapshot) -> None:
    newest = titles(many_sources, sort="newest")
    assert newest[:4] == [ELAN, "Reinforcement Learning Again", "Zebras", SHARING]
    assert titles(many_sources, sort="oldest")[:4] == newest[3::-1]
    assert set(titles(many_sources, sort="oldest")[4:]) == set(newest[4:]) and len(newest) == 6
    assert titles(many_sources, sort="title")[0:3] == ["Alone", SHARING, ELAN]
    assert titles(many_sources, sort="cited")[:2] == [SHARING, ELAN]
    assert titles(many_sources, kind="author")[0] == "Bo Öst"


def test_facets_count_hits_and_offer_other_kinds_and_years(many_sources: Snapshot) -> None:
    result = many_sources.index.search("reinforcement learning", "paper", with_facets=True)
    assert result.facets
    assert (result.total, result.facets.years, result.facets.with_code) == (2, {2021: 2}, 2)
    assert result.facets.venue == {thing_called(many_sources, "Journal of Examples", "venue"): 1}
    every = many_sources.index.search("", "paper", filters=Filters(year_from=2021), with_facets=True)
    assert every.total == 2 and every.facets
    assert every.facets.years == {2021: 2, 2020: 1, 2019: 1}
    assert every.facets.kinds == {"paper": 2}
    example = many_sources.index.search("example", "venue", with_facets=True)
    assert example.total == 0 and example.facets
    assert example.facets.kinds == {"paper": 1, "institution": 3}


def test_without_words_filters_and_kind_nothing_is_found(many_sources: Snapshot) -> None:
    assert many_sources.index.search("", with_facets=True) == SearchResult(0, [])


def test_a_wrong_letter_is_mended_where_nothing_holds_the_word(seed_snapshot: Snapshot) -> None:
    result = seed_snapshot.index.search("hubniger", "author")
    assert (result.searched, [hit.label for hit in result.hits]) == ("hubinger", ["Evan Hubinger"])
    assert result.terms == ("hubinger",)
    two_wrong = seed_snapshot.index.search("Deceptve alignmant", "paper")
    assert (two_wrong.searched, two_wrong.partly) == ("deceptive alignment", True)
    assert two_wrong.total and two_wrong.terms == ("deceptive", "alignment")
    assert seed_snapshot.index.search("hubinger", "author").searched is None


def test_words_that_nothing_is_like_leave_the_others(seed_snapshot: Snapshot) -> None:
    result = seed_snapshot.index.search("qqqqqqqq hubinger", "author")
    assert (result.partly, result.searched, [hit.label for hit in result.hits]) == (True, None, ["Evan Hubinger"])


def test_what_stands_in_quotation_marks_stands_so(many_sources: Snapshot) -> None:
    assert titles(many_sources, '"reinforcement learning" again') == ["Reinforcement Learning Again"]
    assert titles(many_sources, "learning reinforcement again") == ["Reinforcement Learning Again"]
    assert titles(many_sources, '"learning reinforcement" again') != ["Reinforcement Learning Again"] or (
        many_sources.index.search('"learning reinforcement" again').partly
    )
    assert titles(many_sources, '"learning reinforcement"') == []


def test_an_index_follows_what_was_edited(many_sources: Snapshot, tmp_path: Path) -> None:
    many_sources.store.backup(str(tmp_path / "store"))
    store = pyoxigraph.Store(str(tmp_path / "store"))
    alone, cy = thing_called(many_sources, "Alone", "paper"), thing_called(many_sources, "Cy Young", "author")
    effects = [
        (True, Quad(NamedNode(alone), NamedNode(predicate), value))
        for predicate, value in (
            (ns.CREATOR, NamedNode(cy)),
            (ns.CODE_AVAILABLE, Literal(True)),
            (ns.PUBLICATION_YEAR, Literal(1999)),
        )
    ]
    (record,) = store.quads_for_pattern(
        NamedNode(thing_called(many_sources, "Zebras", "paper")), NamedNode(ns.DERIVED_FROM), None
    )
    other = NamedNode(THING + "dataset/other")
    effects.append((True, Quad(NamedNode(record.object.value), NamedNode(ns.RECORD_DATASET), other)))
    effects += [(False, quad) for quad in store.quads_for_pattern(None, NamedNode(ns.IS_PART_OF), None)]
    for added, quad in effects:
        (store.add if added else store.remove)(quad)
    update(store, many_sources.path / "index", tmp_path / "index", affected_things(store, effects))
    index = Index(tmp_path / "index")
    assert "Alone" in {hit.label for hit in index.search("", filters=Filters(author=cy, with_code=True)).hits}
    assert [hit.label for hit in index.search("", filters=Filters(year_to=1999)).hits] == ["Alone"]
    journal = thing_called(many_sources, "Journal of Examples", "venue")
    assert index.search("", filters=Filters(venue=journal)).total == 0
    assert [hit.label for hit in index.search("", filters=Filters(dataset=other.value)).hits] == ["Zebras"]
    build(store, tmp_path / "whole")
    assert numbers(tmp_path / "whole") == numbers(tmp_path / "index")


def test_an_index_of_an_older_version_is_told_and_built_anew(tmp_path: Path) -> None:
    store = StoreFolder(tmp_path / "store")
    (tmp_path / "first").touch()
    pipeline.load(store, made_source("first", FIRST), {"first": [tmp_path / "first"]})
    path = Snapshots(store.folder).current().path / "manifest.json"
    path.write_bytes(msgspec.json.encode(msgspec.json.decode(path.read_bytes()) | {"index": 1}))
    with pytest.raises(StoreError, match="kg rebuild"):
        _ = Snapshots(store.folder).current().index
    assert not pipeline.is_up_to_date(store)
    pipeline.repair(store)
    assert titles(Snapshots(store.folder).current(), "zebras") == ["Zebras"]
    assert pipeline.is_up_to_date(store)


def test_texts_of_an_older_version_are_asked_of_the_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "first").touch()
    encode = msgspec.msgpack.Encoder().encode
    monkeypatch.setattr("kg.mapping.chunks.encoded_texts", lambda texts: encode((texts.papers, texts.things)))
    assert msgspec.msgpack.decode(encode(([], [])), type=Texts).version == 1
    monkeypatch.setattr(PreparedIndex, "complete", lambda *_: pytest.fail("of texts that do not say all"))
    pipeline.load(StoreFolder(tmp_path / "store"), made_source("first", FIRST), {"first": [tmp_path / "first"]})
    assert titles(Snapshots(tmp_path / "store").current(), filters=Filters(with_code=True)) == [
        ELAN,
        "Reinforcement Learning Again",
    ]


def test_a_graph_that_says_nonsense_is_indexed(tmp_path: Path) -> None:
    store = pyoxigraph.Store()
    lines = f"""
        <http://ex/paper> a <{ns.PAPER}> ; <{ns.TITLE}> "Nonsense" ;
            <{ns.HAS_AUTHORSHIP}> [ <{ns.AUTHORSHIP_AUTHOR}> [] ; <{ns.POSITION}> "first" ] ;
            <{ns.HAS_AUTHORSHIP}> [ <{ns.AUTHORSHIP_AUTHOR}> "A. Literal" ; <{ns.POSITION}> 1 ] ;
            <{ns.ISSUED}> "some day" ; <{ns.CITED_BY_COUNT}> "many" ; <{ns.IS_PART_OF}> [] ; <{ns.CREATOR}> "x" .
    """
    store.load(lines, pyoxigraph.RdfFormat.TURTLE)
    build(store, tmp_path / "index")
    index = Index(tmp_path / "index")
    assert [hit.detail for hit in index.search("nonsense", with_facets=True).hits] == [""]
    assert index.search("", filters=Filters(author="x")).total == 1


def _index_of(titles: Iterable[str], folder: Path) -> Index:
    store = pyoxigraph.Store()
    for number, title in enumerate(titles):
        paper = NamedNode(f"http://ex/{number}")
        store.add(Quad(paper, NamedNode(ns.TYPE), NamedNode(ns.PAPER)))
        store.add(Quad(paper, NamedNode(ns.TITLE), Literal(title)))
    build(store, folder)
    return Index(folder)


LONG_TITLE = "日本語の長い題名は空白も句読点もないので一つの語になる"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_of_every_script_are_found(form: Any, tmp_path: Path) -> None:
    """However the title and the question were typed."""
    titles = {
        "전남대학교": "전남대학교 논문",
        "デジタル": "ガンダムとデジタル デジタル",
        "हिन्दी": "हिन्दी विश्वविद्यालय",
        "чайковский": "Чайковский и балет",
        "ЁЛКА": "Праздник ёлка",
        "Αθήνα": "Αθήνα και Πάτρα",
        "ไทย": "ภาษา ไทย",
        "istanbul": "İstanbul Üniversitesi",
        "STRASSE": "Straße nach Łódź",
        LONG_TITLE: LONG_TITLE,
    }
    index = _index_of({unicodedata.normalize(form, title) for title in titles.values()}, tmp_path / "index")
    for asked, title in titles.items():
        for typed in (asked, unicodedata.normalize("NFD", asked)):
            assert [hit.label for hit in index.search(typed).hits] == [title], typed
            assert [hit.label for hit in index.candidates(typed, "paper", 1)] == [title]
            assert [hit.label for hit in index.beginning(typed, "paper", 1)] == [title]
        terms = index.search(asked).terms
        assert any(piece.is_found for piece in highlighted(unicodedata.normalize(form, title), terms)), title


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("深度学习", ["基于深度学习的图像识别研究", "深度学习"]),
        ("图像识别", ["基于深度学习的图像识别研究"]),
        ("学习深度", []),
        ("深度学习 图像", ["基于深度学习的图像识别研究"]),
        ("BERT模型", ["面向中文的BERT模型"]),
        ("bert", ["面向中文的BERT模型"]),
        ("カナ", ["カナ文字の認識"]),
    ],
)
def test_a_part_of_what_is_written_without_blanks_is_found(asked: str, found: list[str], tmp_path: Path) -> None:
    titles = {"基于深度学习的图像识别研究", "深度学习", "面向中文的BERT模型", "カナ文字の認識"}
    index = _index_of(titles, tmp_path / "index")
    result = index.search(asked)
    assert sorted(hit.label for hit in result.hits if not result.partly) == sorted(found)


def test_words_written_together_are_found_apart(tmp_path: Path) -> None:
    index = _index_of({"基于深度学习的图像识别研究", "认识图书"}, tmp_path / "index")
    result = index.search("深度学习图像识别")
    assert (result.partly, result.hits[0].label) == (True, "基于深度学习的图像识别研究")


@pytest.mark.parametrize("asked", ["covid19", "COVID-19", '"Covid 19"', "covid19 survey", "survey COVID-19"])
def test_a_word_and_its_number_are_found_however_they_are_joined(asked: str, tmp_path: Path) -> None:
    same = {"A survey of COVID-19", "COVID19: survey", "Covid 19, a survey"}
    index = _index_of({*same, "19 surveys of covid", "A survey of COVID-191", "Covid"}, tmp_path / "index")
    result = index.search(asked)
    assert ({hit.label for hit in result.hits}, result.partly) == (same, False)
    assert all(any(piece.is_found for piece in highlighted(label, result.terms)) for label in same)


@pytest.mark.parametrize("asked", ["Carette S", "S. Carette", "Carette, S.J."])
def test_who_is_asked_for_by_initials_is_found_alone(asked: str, tmp_path: Path) -> None:
    index = _index_of({"Simon Carette", "Vitamin S and J", "Lee's paper"}, tmp_path / "index")
    result = index.search(asked)
    assert ([hit.label for hit in result.hits], result.total, result.partly) == (["Simon Carette"], 1, True)


def test_one_letter_that_is_a_word_is_suggested_for(tmp_path: Path) -> None:
    index = _index_of({"基于深度学习的图像识别研究", "Deep"}, tmp_path / "index")
    for typed in ("深", "深度学"):
        assert [hit.label for hit in index.suggested(typed, "paper", 5)] == ["基于深度学习的图像识别研究"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["C"]), max_size=40), min_size=1, max_size=30, unique=True))
def test_what_is_indexed_is_found_by_its_own_words(tmp_path_factory: pytest.TempPathFactory, titles: list[str]) -> None:
    index = _index_of(titles, tmp_path_factory.mktemp("words") / "index")
    for number, title in enumerate(titles):
        if indexed_words(title):
            for form in ("NFC", "NFD"):
                found = index.search(unicodedata.normalize(form, title), limit=len(titles)).hits  # type: ignore[arg-type]
                assert f"http://ex/{number}" in {hit.iri for hit in found}
