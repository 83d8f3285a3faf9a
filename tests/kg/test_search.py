"""The search index: what is found under which name, and that both ways to build it find the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import Literal

from kg import pipeline
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
from kg.search import Hit, Index, PreparedIndex, build
from kg.snapshots import Snapshot, Snapshots
from kg.store import StoreFolder
from tests.made_records import made_source

DOI = (Identifier("doi", "10.5555/shared"),)
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


def found(index: Index, words: str, kind: str | None = None) -> set[Hit]:
    result = index.search(words, kind, limit=10_000)
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
