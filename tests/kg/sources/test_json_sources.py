"""Crossref, arXiv, Semantic Scholar, ROR: whole records, and what of them cannot be taken."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from kg.errors import SourceError
from kg.records import (
    Author,
    Authorship,
    Concept,
    Grant,
    Identifier,
    Institution,
    InstitutionRelation,
    Location,
    Paper,
    PaperRelation,
    PartialDate,
    Profile,
    Reading,
    Record,
    ReportedMetric,
    SourceRecord,
    Text,
    Venue,
)
from kg.sources import SOURCES
from tests.kg.sources.samples import ARXIV, CROSSREF, OAI, ROR, SEMANTIC_SCHOLAR


def read(tmp_path: Path, source: str, content: object, name: str = "file.jsonl") -> list[Reading]:
    text = content if isinstance(content, str) else json.dumps(content) + "\n"
    (tmp_path / name).write_text(text, "utf-8")
    return list(SOURCES[source].read(tmp_path / name))


def one(readings: list[Reading]) -> tuple[Record, list[tuple[str, str]]]:
    (reading,) = readings
    return reading.records[0], [(reject.field, reject.excerpt) for reject in reading.rejects]


DOI = Identifier("doi", "10.5555/example.1")
ADA = Author("Ada Byron", (Identifier("orcid", "0000-0002-1825-0097"),), "Ada", "Byron")


def test_a_work_of_crossref(tmp_path: Path) -> None:
    record, rejects = one(read(tmp_path, "crossref", CROSSREF))
    funder = Institution("Example Fund", (Identifier("crossref-funder", "501100001711"),), kinds=("funder",))
    group = Author("The Example Group")
    assert record == Paper(
        title="The in vivo Example & its Uses: A Study",
        source=SourceRecord(
            "10.5555/example.1",
            title="The <i>in vivo</i> Example &amp; its Uses: A Study",
            type="journal-article",
            updated=PartialDate(2025, 3, 27),
        ),
        language="en",
        identifiers=(DOI,),
        type="article",
        authorships=(
            Authorship(ADA, 1, "Ada Byron"),
            Authorship(group, 2, "The Example Group", raw_affiliations=("Example University, Exampleton",)),
        ),
        author_list_complete=False,
        editors=(Author("Ed Itor", given="Ed", family="Itor"),),
        abstract="It works.",
        date=PartialDate(2021, 3),
        venue=Venue("Journal of Examples", (Identifier("issn", "1234-5679"),), "journal", ("J. Ex.",)),
        publisher=Institution("Example Press", kinds=("publisher",)),
        volume="7",
        issue="2",
        pages="e12",
        references=(Identifier("doi", "10.5555/cited"),),
        relations=(
            PaperRelation("preprint", Identifier("arxiv", "2101.00001")),
            PaperRelation("retracted", Identifier("doi", "10.5555/wrong")),
        ),
        grants=(
            Grant(funder, "EX-1"),
            Grant(funder, "EX-2"),
            Grant(Institution("Other", kinds=("funder",))),
        ),
        locations=(
            Location(
                "https://doi.org/10.5555/example.1",
                "https://example.org/1.pdf",
                "published",
                "https://creativecommons.org/licenses/by/4.0/",
            ),
        ),
        metrics=(ReportedMetric("citationCount", Decimal(3), "NUM"),),
    )
    assert rejects == [("author", "3"), ("issn", "1234-5678")]


@pytest.mark.parametrize(
    "wrapped",
    [
        {"status": "ok", "message-type": "work", "message": CROSSREF},
        {"status": "ok", "message-type": "work-list", "message": {"items": [CROSSREF], "total-results": 1}},
        {"items": [CROSSREF]},
        [CROSSREF],
    ],
)
def test_a_work_of_crossref_is_found_in_whatever_holds_it(tmp_path: Path, wrapped: object) -> None:
    for name, text in (("a.json", json.dumps(wrapped, indent=1)), ("b.jsonl", json.dumps(wrapped) + "\n")):
        (reading,) = read(tmp_path, "crossref", text, name)
        assert reading.records[0].source.record_id == "10.5555/example.1"


def test_works_of_crossref_without_much(tmp_path: Path) -> None:
    bare, _ = one(read(tmp_path, "crossref", {"DOI": "10.5555/x", "title": [], "issued": {"date-parts": [[None]]}}))
    assert isinstance(bare, Paper) and bare.title is None and bare.date is None and bare.author_list_complete is None
    (reading,) = read(tmp_path, "crossref", {"title": ["No DOI"]})
    assert not reading.records and reading.rejects[0].reason == "has no DOI that can be read"


def test_a_line_of_arxivs_snapshot(tmp_path: Path) -> None:
    record, rejects = one(read(tmp_path, "arxiv", ARXIV))
    assert isinstance(record, Paper)
    assert record.title == "An Example of Schrödinger's Kind"
    assert record.identifiers == tuple(
        Identifier(*pair) for pair in (("arxiv", "2101.00001"), ("doi", "10.5555/1"), ("doi", "10.5555/2"))
    )
    assert record.authorships == (
        Authorship(
            Author("C.-P. Balázs", given="C.-P.", family="Balázs"),
            1,
            "C.-P. Balázs",
            raw_affiliations=("Example University",),
        ),
        Authorship(Author("Ada Byron Jr", given="Ada", family="Byron"), 3, "Ada Byron Jr"),
    )
    assert (record.author_list_complete, record.date, record.is_withdrawn) == (False, PartialDate(2021, 1, 1), True)
    assert (record.primary_concept, record.concepts) == (Concept("arxiv", "cs.LG"), (Concept("arxiv", "stat.ML"),))
    assert (record.abstract, record.type, record.source.venue) == ("We study examples.", "preprint", "J. Ex. 7 (2021)")
    assert rejects == [("doi", "")] * 0 + [("authors", "2"), ("categories", "no.such")]


def test_thousands_of_authors_are_no_trouble(tmp_path: Path) -> None:
    crowd = ARXIV | {"authors_parsed": [[f"Name{number}", "A. B.", ""] for number in range(5000)]}
    record, _ = one(read(tmp_path, "arxiv", crowd))
    assert isinstance(record, Paper) and len(record.authorships) == 5000


def test_records_that_were_harvested(tmp_path: Path) -> None:
    whole, deleted, raw = read(tmp_path, "arxiv", OAI, "oai.xml")
    paper = whole.records[0]
    assert isinstance(paper, Paper) and (paper.title, paper.date) == ("Harvested & Whole", PartialDate(2021, 1, 2))
    assert paper.authorships[0].raw_affiliations == ("Example U",)
    assert not deleted.records and deleted.rejects[0].reason == "deleted in the source"
    names = raw.records[0]
    assert isinstance(names, Paper)
    assert [each.author.name for each in names.authorships] == ["Ada Byron", "Grace Hopper", "Édgar Roldán"]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("<OAI-PMH", '<!DOCTYPE x [<!ENTITY a "aaaa">]><OAI-PMH', "declares a document type"),
        ("<OAI-PMH", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><OAI-PMH', "declares a document type"),
        ("</ListRecords></OAI-PMH>", "<record><header>", "cut off"),
    ],
)
def test_hostile_and_broken_xml_is_refused(tmp_path: Path, before: str, after: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(tmp_path, "arxiv", OAI.replace(before, after, 1), "oai.xml")


def test_an_entity_that_nobody_declared_is_text(tmp_path: Path) -> None:
    readings = read(tmp_path, "arxiv", OAI.replace("Raw</title>", "&eacute;&secret;</title>"), "oai.xml")
    paper = readings[2].records[0]
    assert isinstance(paper, Paper) and paper.title == "é&secret;"


def test_a_paper_of_semantic_scholar_with_those_around_it(tmp_path: Path) -> None:
    (reading,) = read(tmp_path, "semanticscholar", SEMANTIC_SCHOLAR)
    own, cited, citing = reading.records
    known = Identifier("semanticscholar", "a" * 40)
    assert own == Paper(
        title="Seen by a Scholar",
        source=SourceRecord("a" * 40, type="JournalArticle, Review", venue="Ex. Conf."),
        identifiers=(
            known,
            Identifier("doi", "10.5555/s2"),
            Identifier("arxiv", "2101.00001"),
            Identifier("corpusid", "7"),
            Identifier("mag", "8"),
        ),
        type="review",
        authorships=(
            Authorship(Author("Ada Byron", (Identifier("semanticscholar-author", "12"),)), 1, "Ada Byron"),
            Authorship(Author("G. Hopper"), 2, "G. Hopper"),
        ),
        author_list_complete=True,
        date=PartialDate(2020, 5, 6),
        venue=Venue("Example Conference", (), "conference", ("ExConf",)),
        volume="1",
        pages="2-3",
        concepts=(Concept("semanticscholar-fields", "Biology", "Biology"),),
        locations=(Location(full_text="https://example.org/s2.pdf", is_open=True),),
        references=(Identifier("semanticscholar", "c" * 40),),
        metrics=(ReportedMetric("citationCount", Decimal(5), "NUM"),),
    )
    assert isinstance(cited, Paper) and (cited.title, cited.references) == ("Cited", ())
    assert isinstance(citing, Paper) and citing.references == (known,)


def test_lines_of_semantic_scholars_datasets(tmp_path: Path) -> None:
    line = {"corpusid": 7, "externalids": {"DOI": "10.5555/s2"}, "title": "Low", "publicationdate": "2020-01-02"}
    paper, _ = one(read(tmp_path, "semanticscholar", line))
    assert isinstance(paper, Paper)
    assert (paper.title, paper.date, paper.source.record_id) == ("Low", PartialDate(2020, 1, 2), "CorpusID:7")
    citation, _ = one(read(tmp_path, "semanticscholar", {"citingcorpusid": 1, "citedcorpusid": 2, "contexts": []}))
    assert isinstance(citation, Paper)
    assert (citation.identifiers, citation.references) == (
        (Identifier("corpusid", "1"),),
        (Identifier("corpusid", "2"),),
    )


def test_an_organisation_of_ror(tmp_path: Path) -> None:
    record, rejects = one(read(tmp_path, "ror", ROR))
    successor = Institution("Successor", (Identifier("ror", "03yrm5c26"),))
    assert record == Profile(
        thing=Institution(
            "Example Institute",
            (Identifier("ror", "05dxps055"), Identifier("wikidata", "Q161562")),
            other_names=(Text("Institut d'exemples", "fr"),),
            acronyms=("EI",),
            country="US",
            place="Pasadena",
            kinds=("education", "funder"),
            status="withdrawn",
            established=1891,
            homepage="https://example.edu",
            relations=(InstitutionRelation("successor", successor),),
        ),
        source=SourceRecord("05dxps055", updated=PartialDate(2025, 1, 2)),
        is_deprecated=True,
        replaced_by=(Identifier("ror", "03yrm5c26"),),
    )
    assert rejects == [("grid", "x")]


def test_an_organisation_whose_id_has_a_wrong_check_digit_is_refused(tmp_path: Path) -> None:
    (reading,) = read(tmp_path, "ror", ROR | {"id": "https://ror.org/05dxps056"})
    assert not reading.records and reading.rejects[0].field == "id"
