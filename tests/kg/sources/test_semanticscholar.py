"""Semantic Scholar: the shapes that its API and its datasets give papers, and their oddities."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kg.records import (
    Author,
    Authorship,
    Concept,
    Identifier,
    Institution,
    Location,
    Paper,
    PartialDate,
    Profile,
    Reading,
    ReportedMetric,
    SourceRecord,
    Venue,
)
from kg.sources.contract import Chunk
from kg.sources.semanticscholar import SOURCE

OWN = "a" * 40
KNOWN = Identifier("semanticscholar", OWN)


def readings(data: bytes, kind: str = "lines") -> list[Reading]:
    return list(SOURCE.readings(Chunk("file", 1, data, kind)))


def one(record: object) -> tuple[Paper, list[tuple[str, str, str]]]:
    """The only paper of a line, and what of it was left out."""
    (reading,) = readings(json.dumps(record).encode())
    (paper,) = reading.records
    assert isinstance(paper, Paper)
    assert all(reject.is_partial for reject in reading.rejects)
    return paper, [(reject.field, reject.reason, reject.excerpt) for reject in reading.rejects]


def read(**fields: Any) -> tuple[Paper, list[tuple[str, str, str]]]:
    return one({"paperId": OWN, **fields})


def papers(count: int) -> list[dict[str, str]]:
    return [{"paperId": digit * 40, "title": f"Paper {digit}"} for digit in "123456789"[:count]]


def titles(found: list[Reading]) -> list[str | None]:
    return [record.title for reading in found for record in reading.records[:1] if isinstance(record, Paper)]


def test_a_paper_of_the_dataset() -> None:
    paper, rejects = one(
        {
            "corpusid": 77,
            "externalids": {
                "ACL": "K00-0001",
                "DBLP": "conf/kite/Byron20",
                "ArXiv": "2001.00077v2",
                "MAG": "88",
                "CorpusId": "77",
                "PubMed": "99",
                "DOI": "10.5555/KITE",
                "PubMedCentral": "11",
            },
            "url": "https://www.semanticscholar.org/paper/a",
            "title": 'Kites: a "corpusid": <i>study</i>',
            "authors": [{"authorId": "5", "name": "Ada  Byron"}, {"authorid": "6", "name": "Grace Hopper"}],
            "venue": "Kite Conf",
            "publicationvenueid": "0e0e",
            "year": 2020,
            "referencecount": 3,
            "citationcount": 2,
            "influentialcitationcount": 0,
            "isopenaccess": True,
            "s2fieldsofstudy": [
                {"category": "Physics", "source": "external"},
                {"category": "Physics", "source": "s2-fos-model"},
                {"category": "Art", "source": "s2-fos-model"},
            ],
            "publicationtypes": ["Study", "JournalArticle"],
            "publicationdate": "2020-02-03",
            "journal": {"name": "J. Kite", "volume": " 7 ", "pages": "\n   1-9\n  "},
        }
    )
    assert paper == Paper(
        title='Kites: a "corpusid": study',
        source=SourceRecord("CorpusID:77", title='Kites: a "corpusid": <i>study</i>', type="Study, JournalArticle"),
        identifiers=(
            Identifier("corpusid", "77"),
            Identifier("dblp", "conf/kite/Byron20"),
            Identifier("arxiv", "2001.00077"),
            Identifier("mag", "88"),
            Identifier("pmid", "99"),
            Identifier("doi", "10.5555/kite"),
            Identifier("pmcid", "PMC11"),
        ),
        type="article",
        authorships=(
            Authorship(Author("Ada Byron", (Identifier("semanticscholar-author", "5"),)), 1, "Ada Byron"),
            Authorship(Author("Grace Hopper", (Identifier("semanticscholar-author", "6"),)), 2, "Grace Hopper"),
        ),
        author_list_complete=True,
        date=PartialDate(2020, 2, 3),
        venue=Venue("Kite Conf"),
        volume="7",
        pages="1-9",
        concepts=tuple(Concept("semanticscholar-fields", name, name) for name in ("Physics", "Art")),
        metrics=(
            ReportedMetric("citationCount", Decimal(2), "NUM"),
            ReportedMetric("influentialCitationCount", Decimal(0), "NUM"),
            ReportedMetric("referenceCount", Decimal(3), "NUM"),
        ),
    )
    assert rejects == []


def test_an_abstract_of_the_dataset() -> None:
    paper, rejects = one(
        {
            "corpusid": 77,
            "openaccessinfo": {
                "externalids": {"DOI": "10.5555/kite", "MAG": None},
                "license": "CCBY",
                "url": "https://example.org/kite.pdf",
                "status": "GOLD",
            },
            "abstract": "Kites\n\nrise.",
        }
    )
    assert paper == Paper(
        title=None,
        source=SourceRecord("CorpusID:77"),
        identifiers=(Identifier("corpusid", "77"), Identifier("doi", "10.5555/kite")),
        abstract="Kites rise.",
        locations=(Location(full_text="https://example.org/kite.pdf", license="CCBY", is_open=True),),
    )
    assert rejects == []


def test_citations_of_the_dataset() -> None:
    paper, _ = one({"citationid": 1, "citingcorpusid": 7, "citedcorpusid": 8, "isinfluential": True, "contexts": None})
    assert paper == Paper(
        title=None,
        source=SourceRecord("7-cites-8"),
        identifiers=(Identifier("corpusid", "7"),),
        references=(Identifier("corpusid", "8"),),
    )
    (reading,) = readings(b'{"citingcorpusid": 7, "citedcorpusid": null}')
    assert [reject.reason for reject in reading.rejects] == ["a citation with an end that is not known"]


def test_a_paper_with_its_author_its_references_and_its_citations() -> None:
    whole = {
        "paperId": OWN,
        "title": "Kites",
        "authors": [
            {
                "authorId": "5",
                "name": "A. Byron",
                "aliases": ["Ada Byron", "A. Byron"],
                "affiliations": ["Example U"],
                "externalIds": {"ORCID": "0000-0002-1825-0097", "DBLP": ["Ada Byron"]},
                "hIndex": 3,
                "paperCount": 4,
                "citationCount": 50,
            },
            {"authorId": "6", "name": "G. Hopper"},
        ],
        "references": [
            {"paperId": None, "title": "Strings", "externalIds": None, "authors": []},
            {"paperId": None, "externalIds": {"DOI": "10.5555/wind"}},
            {"isInfluential": True, "citedPaper": {"paperId": "c" * 40, "title": None, "year": "x"}},
            {"paperId": None, "title": ""},
            None,
        ],
        "citations": [{"paperId": "d" * 40, "title": "After kites", "year": 2021}],
        "tldr": {"model": "v2", "text": "Short."},
        "embedding": {"model": "v1", "vector": [0.5]},
    }
    (reading,) = readings(json.dumps(whole).encode(), "document")
    own, author, *cited, citing = reading.records
    assert isinstance(own, Paper)
    assert own.references == (Identifier("doi", "10.5555/wind"), Identifier("semanticscholar", "c" * 40))
    assert author == Profile(
        thing=Author(
            "A. Byron",
            (Identifier("semanticscholar-author", "5"), Identifier("orcid", "0000-0002-1825-0097")),
            other_names=("Ada Byron",),
        ),
        source=SourceRecord("author/5"),
        affiliations=(Institution("Example U"),),
        metrics=(
            ReportedMetric("hIndex", Decimal(3), "NUM"),
            ReportedMetric("paperCount", Decimal(4), "NUM"),
            ReportedMetric("citationCount", Decimal(50), "NUM"),
        ),
    )
    assert [each.source.record_id for each in cited] == ["Strings", "doi:10.5555/wind", "c" * 40]
    assert citing == Paper(
        title="After kites",
        source=SourceRecord("d" * 40),
        identifiers=(Identifier("semanticscholar", "d" * 40),),
        date=PartialDate(2021),
        references=(KNOWN,),
    )
    assert [(reject.field, reject.is_partial) for reject in reading.rejects] == [("year", True), ("citations", True)]


@pytest.mark.parametrize(
    "page",
    [
        {"total": 2, "offset": 0, "next": 2, "data": papers(2)},
        {"offset": 0, "data": [{"contexts": ["…"], "citingPaper": paper} for paper in papers(2)]},
        {"offset": 0, "data": [{"intents": [], "citedPaper": paper} for paper in papers(2)]},
        {"total": 2, "token": "x", "data": papers(2)},
        papers(2),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_pages_and_lists(tmp_path: Path, page: Any, indent: int | None) -> None:
    (tmp_path / "page.json").write_text(json.dumps(page, indent=indent) + "\n")
    assert titles(list(SOURCE.read(tmp_path / "page.json"))) == ["Paper 1", "Paper 2"]


def test_papers_that_a_batch_did_not_find() -> None:
    first, second = readings(json.dumps([None, *papers(1)]).encode(), "document")
    assert [(reject.number, reject.reason) for reject in first.rejects] == [
        (1, "an empty place in a list: the paper was not found")
    ]
    assert titles([second]) == ["Paper 1"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"error": "Paper not found"}', "has neither a title nor an identifier"),
        (b'{"title": "<b> </b>"}', "has neither a title nor an identifier"),
        (b'{"corpusid": 7, "model": "v2", "text": "Short."}', "a kind of record that is not read"),
        (b'{"title": "cut', "not JSON of a paper"),
        (b"7", "not JSON of a paper"),
    ],
)
def test_what_is_no_paper(data: bytes, reason: str) -> None:
    (reading,) = readings(data)
    assert not reading.records
    assert [(reject.reason, reject.is_partial) for reject in reading.rejects] == [(reason, False)]


@pytest.mark.parametrize(
    ("fields", "date", "rejected"),
    [
        ({"publicationDate": "2020-02-03", "year": 2019}, PartialDate(2020, 2, 3), []),
        ({"publicationDate": None, "year": 2019}, PartialDate(2019), []),
        ({"publicationDate": "2020-02-30", "year": 2020}, PartialDate(2020), ["publicationDate"]),
        ({"year": "1999"}, PartialDate(1999), []),
        ({"year": 0}, None, ["year"]),
        ({"year": 20201}, None, ["year"]),
        ({"year": 2020.5}, None, ["year"]),
        ({}, None, []),
    ],
)
def test_dates(fields: dict[str, Any], date: PartialDate | None, rejected: list[str]) -> None:
    paper, rejects = read(**fields)
    assert (paper.date, [field for field, _, _ in rejects]) == (date, rejected)


def test_a_venue_with_all_its_names() -> None:
    paper, rejects = read(
        venue="Kite Lett.",
        publicationVenue={
            "name": "Kite Letters",
            "type": "journal",
            "issn": "1234-5679",
            "alternate_issns": ["1234-5678", "1234-5679"],
            "alternate_names": ["Kite Lett", "Kite Letters"],
            "url": "https://example.org/kl",
        },
        journal={"name": "Kite Lett"},
    )
    assert paper.venue == Venue(
        "Kite Letters",
        (Identifier("issn", "1234-5679"),),
        "journal",
        ("Kite Lett",),
        homepage="https://example.org/kl",
    )
    assert paper.source.venue == "Kite Lett."
    assert rejects == [("issn", "not an identifier of its kind", "1234-5678")]
    assert read(venue="", journal={"name": "J"})[0].venue == Venue("J")
    assert read(venue="", journal=None)[0].venue is None


def test_odd_values_cost_nothing_but_themselves() -> None:
    paper, rejects = read(
        title="  A\n kite ",
        authors=[{"authorId": None, "name": "G. Hopper"}, {"authorId": "7", "name": ""}, None],
        externalIds={"DOI": "none", "MAG": 5, "Else": "x"},
        citationCount=-2,
        isOpenAccess="yes",
        openAccessPdf={"url": "", "status": None},
        fieldsOfStudy=["Art", None],
        journal={"volume": 3},
    )
    assert paper == Paper(
        title="A kite",
        source=SourceRecord(OWN),
        identifiers=(KNOWN, Identifier("mag", "5")),
        authorships=(Authorship(Author("G. Hopper"), 1, "G. Hopper"),),
        author_list_complete=False,
        volume="3",
        concepts=(Concept("semanticscholar-fields", "Art", "Art"),),
    )
    assert [(field, excerpt) for field, _, excerpt in rejects] == [
        ("doi", "none"),
        ("authors", "2"),
        ("authors", "3"),
        ("citationCount", "-2"),
    ]


@pytest.mark.parametrize("damaged", [b'{"title": "cut', b"\x00", b"[" * 9999])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_damaged_line_costs_nothing_but_itself(tmp_path: Path, damaged: bytes, place: int) -> None:
    lines = [json.dumps(paper).encode() for paper in papers(2)]
    lines.insert(place, damaged)
    (tmp_path / "papers.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    found = list(SOURCE.read(tmp_path / "papers.jsonl"))
    assert titles(found) == ["Paper 1", "Paper 2"]
    assert [reject.number for reading in found for reject in reading.rejects] == [place + 1]


def test_real_papers(shared: Path) -> None:
    folder = shared / "data" / "semanticscholar"
    found = list(SOURCE.read(folder / "papers.jsonl"))
    made = [record for reading in found for record in reading.records if isinstance(record, Paper)]
    assert len(found) == len(made) == 514
    assert not any(reading.rejects for reading in found)
    assert sum(paper.abstract is None for paper in made) == 117
    assert all(KNOWN.scheme == paper.identifiers[0].scheme and paper.date for paper in made)


def test_a_real_paper_that_a_thousand_cite(shared: Path) -> None:
    (reading,) = SOURCE.read(shared / "data" / "semanticscholar" / "paper-full.json")
    own, author, *others = reading.records
    assert isinstance(own, Paper) and isinstance(author, Profile)
    assert (own.title, len(others), reading.rejects) == ("Computing Machinery and Intelligence", 1014, ())
    assert author.metrics[0] == ReportedMetric("hIndex", Decimal(22), "NUM")
    citing = [other for other in others if isinstance(other, Paper) and other.references == own.identifiers[:1]]
    assert (len(citing), len(own.references)) == (1000, 8)
