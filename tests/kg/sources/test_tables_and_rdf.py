"""OpenCitations, concept schemes and RDF: whole records, and what of them cannot be taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import SourceError
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
    SourceRecord,
    Text,
    Venue,
)
from kg.sources import SOURCES
from kg.sources import chunks as chunk_sizes
from tests.kg.sources.samples import INDEX, META, SKOS, TOPICS, TRIPLES


def read(tmp_path: Path, source: str, name: str, text: str) -> list[Reading]:
    (tmp_path / name).write_text(text, "utf-8")
    return list(SOURCES[source].read(tmp_path / name))


def test_rows_of_meta(tmp_path: Path) -> None:
    whole, undated, short = read(tmp_path, "opencitations", "meta.csv", META)
    assert whole.records[0] == Paper(
        title='A "quoted" Title',
        source=SourceRecord("10.5555/meta", title='A "quoted"\nTitle', type="journal article"),
        identifiers=(Identifier("doi", "10.5555/meta"), Identifier("omid", "br/061")),
        type="article",
        authorships=(
            Authorship(
                Author(
                    "Ada Byron",
                    (Identifier("orcid", "0000-0002-1825-0097"), Identifier("omid", "ra/1")),
                    "Ada",
                    "Byron",
                ),
                1,
                "Ada Byron",
            ),
            Authorship(Author("Example Group"), 2, "Example Group"),
        ),
        author_list_complete=True,
        editors=(Author("Ed Itor", given="Ed", family="Itor"),),
        date=PartialDate(2020, 4, 7),
        venue=Venue("Journal of Examples", (Identifier("issn", "1234-5679"),), "journal"),
        publisher=Institution("Press", kinds=("publisher",)),
        volume="1",
        pages="12",
    )
    assert undated.records and [reject.field for reject in undated.rejects] == ["pub_date"]
    assert not short.records and short.rejects[0].number == 3


def test_rows_of_the_index(tmp_path: Path) -> None:
    (reading,) = read(tmp_path, "opencitations", "index.csv", INDEX)
    paper = reading.records[0]
    assert isinstance(paper, Paper)
    assert paper.identifiers == (Identifier("omid", "br/06"), Identifier("doi", "10.5555/a"))
    assert paper.references == (Identifier("doi", "10.5555/b"),)


def test_rows_are_never_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = META.split("\n", 1)[0]
    body = "".join(
        f'"doi:10.5555/{number}","Line\nbreak, ""quote"" {number}","","2020","","","","","book","",""\n'
        for number in range(3000)
    )
    monkeypatch.setattr("kg.sources.csv_rows.CHUNK_SIZE", 10_000)
    monkeypatch.setattr("kg.sources.files._BLOCK", 4096)
    monkeypatch.setattr(chunk_sizes, "CHUNK_SIZE", 10_000)
    readings = read(tmp_path, "opencitations", "many.csv", f"{header}\n{body}")
    assert [reading.records[0].source.record_id for reading in readings] == [f"10.5555/{n}" for n in range(3000)]
    with pytest.raises(SourceError, match="cut off"):
        read(tmp_path, "opencitations", "cut.csv", f"{header}\n{body}"[:-20] + '"')


def test_a_row_of_openalexs_topics(tmp_path: Path) -> None:
    (reading,) = read(tmp_path, "concepts", "topics.csv", TOPICS)
    domain = Concept("openalex-domains", "3", "Domain", "en")
    field = Concept("openalex-fields", "19", "Field", "en", broader=(domain,))
    assert reading.records[0] == Profile(
        thing=Concept(
            "openalex-topics",
            "T10001",
            "New",
            "en",
            alternative_labels=(Text("Old", "en"),),
            definition=Text("About it.", "en"),
            broader=(Concept("openalex-subfields", "1908", "Sub", "en", broader=(field,)),),
            matches=("https://openalex.org/T10001",),
            pages=("https://en.wikipedia.org/wiki/Example",),
        ),
        source=SourceRecord("T10001"),
    )


def test_concepts_of_skos(tmp_path: Path) -> None:
    first, second, third = read(tmp_path, "concepts", "subjects.ttl", SKOS)
    assert first.records[0] == Profile(
        thing=Concept(
            "my-subjects",
            "1",
            "A",
            "en",
            other_labels=(Text("Ah", "de"),),
            alternative_labels=(Text("Aa", "en"),),
            definition=Text("The first.", "en"),
            matches=("http://example.org/scheme/a", "http://www.wikidata.org/entity/Q1"),
        ),
        source=SourceRecord("http://example.org/scheme/a"),
    )
    assert second.records[0].thing.broader == (Concept("my-subjects", "1"),)  # type: ignore[union-attr]
    assert not third.records and third.rejects[0].reason == "a concept without a label"


@pytest.mark.parametrize(("source", "name", "text"), [("opencitations", "m.csv", META), ("concepts", "t.csv", TOPICS)])
def test_a_table_in_utf_16_is_refused(tmp_path: Path, source: str, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-16")
    with pytest.raises(SourceError, match="is in UTF-16; save it as UTF-8"):
        list(SOURCES[source].read(tmp_path / name))


@pytest.mark.parametrize("name", ["some.nt", "some.nq"])
def test_a_byte_order_mark_before_lines_of_rdf_is_passed_over(tmp_path: Path, name: str) -> None:
    line = '_:a <http://example.org/p> "1" .\n'
    assert read(tmp_path, "rdf", name, "\ufeff" + line) == read(tmp_path, "rdf", name, line)


def test_lines_of_rdf(tmp_path: Path) -> None:
    bad, good = read(tmp_path, "rdf", "some.nt", TRIPLES)
    assert not bad.records and (bad.rejects[0].number, bad.rejects[0].excerpt) == (2, "not a triple")
    graph = good.records[0]
    assert isinstance(graph, Graph) and graph.lines.count(" .\n") == 2
    again = read(tmp_path, "rdf", "some.nt", TRIPLES)[1].records[0]
    other = read(tmp_path, "rdf", "other.nt", TRIPLES)[1].records[0]
    assert isinstance(again, Graph) and isinstance(other, Graph)
    assert graph.lines == again.lines != other.lines


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bad.ttl", "<http://e.org/a> <http://e.org/p> .", "line 1: is not Turtle"),
        ("bad.rdf", "<x", "is not RDF/XML"),
        ("remote.jsonld", '{"@context": "http://127.0.0.1:9/c", "@id": "http://e.org/a"}', "is not JSON-LD"),
        ("what.txt", "x", "its name does not say which RDF it is"),
    ],
)
def test_rdf_that_is_none_is_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(tmp_path, "rdf", name, content)
