"""arXiv: lines of its snapshot and answers of OAI-PMH, and the oddities of both."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import SourceError
from kg.records import (
    Author,
    Authorship,
    Concept,
    Identifier,
    Location,
    Paper,
    PartialDate,
    Reading,
    SourceRecord,
    Venue,
)
from kg.sources import chunks as chunk_sizes
from kg.sources.arxiv import SOURCE
from kg.sources.arxiv.authors import parted
from kg.sources.contract import Chunk

ARXIV = Venue("arXiv", (Identifier("issn", "2331-8422"),), "repository", homepage="https://arxiv.org")


def readings(data: bytes, kind: str = "lines") -> list[Reading]:
    return list(SOURCE.readings(Chunk("file", 1, data, kind)))


def read(**fields: Any) -> tuple[Paper, list[tuple[str, str, str]]]:
    """The paper of a line, and what of it was left out."""
    line = {"id": "2001.00077", **{name.replace("_ref", "-ref"): value for name, value in fields.items()}}
    (reading,) = readings(json.dumps(line).encode())
    (paper,) = reading.records
    assert isinstance(paper, Paper)
    assert all(reject.is_partial for reject in reading.rejects)
    return paper, [(reject.field, reject.reason, reject.excerpt) for reject in reading.rejects]


def names(paper: Paper) -> list[str]:
    return [authorship.author.name for authorship in paper.authorships]


def test_a_line_of_the_snapshot() -> None:
    paper, rejects = read(
        id="math/0601077",
        submitter="Ada Byron",
        authors="Ada Byron (1), Jean-Luc Poincar\\'e, et al. ((1) Example U,\n  Kiel)",
        title="Kites over\n  $\\mathbb{R}^n$ and G\\\"odel's wind",
        comments="12 pages; accepted",
        journal_ref="J. Kite 7\n  (2020) 1-9",
        doi="10.5555/KITE.1 10.5555/kite.2",
        categories="math.GT cs.LG math.GT",
        license="http://creativecommons.org/licenses/by/4.0/",
        abstract="  Kites\nrise.\n",
        versions=[
            {"version": "v1", "created": "Sat, 28 Jan 2006 23:59:59 GMT"},
            {"version": "v2", "created": "Mon, 30 Jan 2006 10:00:00 GMT"},
        ],
        update_date="2007-05-23",
        authors_parsed=[["Byron", "Ada", "III", "1"], ["Poincaré", "Jean -Luc", ""]],
    )
    assert paper == Paper(
        title="Kites over R^n and Gödel's wind",
        source=SourceRecord(
            "math/0601077",
            title="Kites over $\\mathbb{R}^n$ and G\\\"odel's wind",
            type="preprint",
            venue="J. Kite 7 (2020) 1-9",
            updated=PartialDate(2007, 5, 23),
        ),
        identifiers=(
            Identifier("arxiv", "math/0601077"),
            Identifier("doi", "10.5555/kite.1"),
            Identifier("doi", "10.5555/kite.2"),
        ),
        type="preprint",
        authorships=(
            Authorship(
                Author("Ada Byron III", given="Ada", family="Byron"),
                1,
                "Ada Byron III",
                raw_affiliations=("Example U, Kiel",),
            ),
            Authorship(Author("Jean -Luc Poincaré", given="Jean -Luc", family="Poincaré"), 2, "Jean -Luc Poincaré"),
        ),
        author_list_complete=False,
        abstract="Kites rise.",
        date=PartialDate(2006, 1, 28),
        venue=ARXIV,
        primary_concept=Concept("arxiv", "math.GT"),
        concepts=(Concept("arxiv", "cs.LG"),),
        locations=(
            Location(
                "https://arxiv.org/abs/math/0601077",
                "https://arxiv.org/pdf/math/0601077",
                "submitted",
                "http://creativecommons.org/licenses/by/4.0/",
                is_open=True,
            ),
        ),
    )
    assert rejects == []


@pytest.mark.parametrize(
    ("comments", "abstract", "is_withdrawn"),
    [
        ("This paper has been withdrawn by the author", None, True),
        ("Withdrawn", None, True),
        ("5 pages; withdrawn due to an error in Lemma 2", None, True),
        ("Submission withdrawn", None, True),
        (None, "This paper has been withdrawn.", True),
        (None, " The authors have withdrawn this paper because of a sign error. ", True),
        (None, "The author withdrew this paper", True),
        ("This version replaces a withdrawn one", None, None),
        ("12 pages", "We study cash withdrawn by customers.", None),
        ("12 pages", "We study this paper money, long since withdrawn. " + "It is old. " * 50, None),
        (None, None, None),
    ],
)
def test_withdrawn_papers(comments: str | None, abstract: str | None, is_withdrawn: bool | None) -> None:
    assert read(comments=comments, abstract=abstract)[0].is_withdrawn is is_withdrawn


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Ada Byron", [["Ada Byron"]]),
        ("A. Ash, B. Birch and C. Carr", [["A. Ash"], ["B. Birch"], ["C. Carr"]]),
        ("A. Ash, B. Birch, and C. Carr, Jr.", [["A. Ash"], ["B. Birch"], ["C. Carr Jr."]]),
        ("A. Ash & B. Birch; C. Carr", [["A. Ash"], ["B. Birch"], ["C. Carr"]]),
        ("KITE Collaboration: A. Ash, et al.", [["KITE Collaboration"], ["A. Ash"]]),
        ("A. Ash, B. Birch (Kiel), C. Carr", [["A. Ash", "Kiel"], ["B. Birch", "Kiel"], ["C. Carr"]]),
        ("A. Ash (Rome (Italy)) and B. Birch", [["A. Ash", "Rome (Italy)"], ["B. Birch"]]),
        ("A. Ash (a), B. Birch (b, a) ((a) Kiel, (b) Rome)", [["A. Ash", "Kiel"], ["B. Birch", "Rome", "Kiel"]]),
        ("A. Ash (Kiel", [["A. Ash", "Kiel"]]),
        ("A. Ash) B. Birch", [["A. Ash) B. Birch"]]),
        ("Sandy Anderson, Andy Sand", [["Sandy Anderson"], ["Andy Sand"]]),
        ("", []),
        (" , and ; ", []),
    ],
)  # fmt: skip
def test_lines_of_authors(line: str, parts: list[list[str]]) -> None:
    assert [[part for part in found if part] for found in parted(line)] == parts


def test_authors_who_are_given_as_a_line_only() -> None:
    paper, _ = read(authors='Ada Byron (Kiel) and\n  G\\"odel et al.', authors_parsed=None)
    assert paper.authorships == (
        Authorship(Author("Ada Byron"), 1, "Ada Byron", raw_affiliations=("Kiel",)),
        Authorship(Author("Gödel"), 2, "Gödel"),
    )
    assert paper.author_list_complete is False
    assert read(authors=None)[0].author_list_complete is None


@pytest.mark.parametrize(
    ("line", "parsed", "places"),
    [
        ("Ada Byron (1 and 2)", ["1 and 2"], ()),
        ("Ada Byron (1, IHEP)", ["1", "IHEP"], ("1, IHEP",)),
        ("Ada Byron (1)", ["1", "IHEP"], ("IHEP",)),
        ("Ada Byron", ["*", "IHEP"], ("IHEP",)),
        ("Ada Byron and others", ["IHEP", "E"], ("IHEP",)),
        ("Ada Byron and another", ["2"], ()),
    ],
)
def test_numbers_of_affiliations_that_nothing_explains_are_none(
    line: str, parsed: list[str], places: tuple[str, ...]
) -> None:
    paper, _ = read(authors=line, authors_parsed=[["Byron", "Ada", "", *parsed]])
    assert [authorship.raw_affiliations for authorship in paper.authorships] == [places]


def test_seventy_kilobytes_of_authors() -> None:
    everyone = [f"A. B. Name{number} ({number % 90})" for number in range(4000)]
    line = ", ".join(everyone) + " (" + ", ".join(f"({number}) Place {number}" for number in range(90)) + ")"
    paper, rejects = read(authors=line)
    assert (len(paper.authorships), rejects, paper.author_list_complete) == (4000, [], True)
    assert paper.authorships[3999].raw_affiliations == ("Place 39",)
    for hostile in ("(" * 70_000, "1 " * 35_000, "and " * 17_000, "(1)" * 23_000):
        read(authors=hostile, authors_parsed=[["Byron", "Ada", "", hostile]])


@pytest.mark.parametrize(
    ("created", "date", "rejects"),
    [
        ("Mon, 2 Apr 2007 19:18:42 GMT", PartialDate(2007, 4, 2), []),
        ("2007-04-02", PartialDate(2007, 4, 2), []),
        ("Mon, 31 Feb 2007 19:18:42 GMT", None, ["versions.created"]),
        ("yesterday", None, ["versions.created"]),
        (None, None, []),
    ],
)
def test_dates(created: str | None, date: PartialDate | None, rejects: list[str]) -> None:
    paper, found = read(versions=[{"version": "v1", "created": created}])
    assert (paper.date, [field for field, _, _ in found]) == (date, rejects)


def test_odd_values_cost_nothing_but_themselves() -> None:
    paper, rejects = read(
        title=None,
        doi="see the journal",
        categories="cs.LG no.such",
        update_date="2020-13-01",
        authors_parsed=[["", "", ""]],
    )
    assert (paper.title, paper.source.updated, paper.authorships) == (None, None, ())
    assert paper.author_list_complete is False
    assert sorted((field, excerpt) for field, _, excerpt in rejects) == [
        ("authors", "1"),
        ("categories", "no.such"),
        ("doi", "see the journal"),
        ("update_date", "2020-13-01"),
    ]


@pytest.mark.parametrize("damaged", [b'{"id": "2001.00001", "title": "cut', b"\x00", b"[" * 9999, b'{"title": "x"}'])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_damaged_line_costs_nothing_but_itself(tmp_path: Path, damaged: bytes, place: int) -> None:
    lines = [b'{"id":"2001.00001"}', b'{"id":"2001.00002"}']
    lines.insert(place, damaged)
    (tmp_path / "snapshot.json").write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines) + b"\n")
    found = list(SOURCE.read(tmp_path / "snapshot.json"))
    taken = [reading.records[0].source.record_id for reading in found if reading.records]
    assert taken == ["2001.00001", "2001.00002"]
    assert [reject.number for reading in found for reject in reading.rejects] == [place + 1]


OAI = """<?xml version="1.0" encoding="UTF-8"?>
<oai:OAI-PMH xmlns:oai="http://www.openarchives.org/OAI/2.0/">
<oai:ListRecords>{records}
<oai:resumptionToken cursor="0" completeListSize="9">x|1001</oai:resumptionToken>
</oai:ListRecords>
</oai:OAI-PMH>
"""
RECORD = """<oai:record><oai:header><oai:identifier>oai:arXiv.org:2001.0000{n}</oai:identifier>
<oai:datestamp>2020-03-04</oai:datestamp><oai:setSpec>cs</oai:setSpec></oai:header>
<oai:metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2001.0000{n}</id><created>2020-01-02</created>
<updated>2020-02-03</updated><authors><author><keyname>Byron</keyname><forenames>Ada</forenames><suffix>Jr</suffix>
<affiliation>Kiel</affiliation><affiliation>Rome</affiliation></author>
<author><keyname>KITE Collaboration</keyname></author></authors>
<title>Kites &amp;
  winds {n}</title><categories>cs.LG stat.ML</categories><comments>9 pages</comments>
<journal-ref>J. Kite 7</journal-ref><doi>10.5555/kite</doi><license>http://example.org/license</license>
<abstract>  x &lt; y
</abstract></arXiv></oai:metadata></oai:record>
"""
DELETED = """<oai:record><oai:header status="deleted"><oai:identifier>oai:arXiv.org:2001.00009</oai:identifier>
<oai:datestamp>2020-03-04</oai:datestamp></oai:header></oai:record>
"""


def harvest(tmp_path: Path, *records: str, **changes: str) -> list[Reading]:
    text = OAI.replace("{records}", "".join(records))
    for before, after in changes.values():
        text = text.replace(before, after, 1)
    (tmp_path / "oai.xml").write_bytes(text.encode())
    return list(SOURCE.read(tmp_path / "oai.xml"))


def record(number: int) -> str:
    return RECORD.replace("{n}", str(number))


def taken(found: list[Reading]) -> list[str | None]:
    return [reading.records[0].source.record_id if reading.records else None for reading in found]


def test_a_page_of_a_harvest(tmp_path: Path) -> None:
    first, deleted = harvest(tmp_path, record(1), DELETED)
    assert first.rejects == ()
    assert first.records == (
        Paper(
            title="Kites & winds 1",
            source=SourceRecord("2001.00001", type="preprint", venue="J. Kite 7", updated=PartialDate(2020, 2, 3)),
            identifiers=(Identifier("arxiv", "2001.00001"), Identifier("doi", "10.5555/kite")),
            type="preprint",
            authorships=(
                Authorship(
                    Author("Ada Byron Jr", given="Ada", family="Byron"),
                    1,
                    "Ada Byron Jr",
                    raw_affiliations=("Kiel", "Rome"),
                ),
                Authorship(Author("KITE Collaboration", family="KITE Collaboration"), 2, "KITE Collaboration"),
            ),
            author_list_complete=True,
            abstract="x < y",
            date=PartialDate(2020, 1, 2),
            venue=ARXIV,
            primary_concept=Concept("arxiv", "cs.LG"),
            concepts=(Concept("arxiv", "stat.ML"),),
            locations=(
                Location(
                    "https://arxiv.org/abs/2001.00001",
                    "https://arxiv.org/pdf/2001.00001",
                    "submitted",
                    "http://example.org/license",
                    is_open=True,
                ),
            ),
        ),
    )
    assert [(reject.record, reject.reason, reject.is_partial) for reject in deleted.rejects] == [
        ("2001.00009", "deleted in the source", False)
    ]


def test_a_harvest_larger_than_a_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk_sizes, "CHUNK_SIZE", 1000)
    monkeypatch.setattr("kg.sources.files.Stream.blocks.__defaults__", (700,))
    found = harvest(tmp_path, *(record(number) for number in range(1, 8)), DELETED)
    assert taken(found) == [f"2001.0000{number}" for number in range(1, 8)] + [None]


def test_a_record_without_its_end_costs_nothing_but_itself(tmp_path: Path) -> None:
    found = harvest(tmp_path, record(1), record(2).replace("</oai:record>", ""), record(3))
    assert taken(found) == ["2001.00001", None, "2001.00003"]
    assert [reject.reason for reject in found[1].rejects] == ["not XML of a record"]


@pytest.mark.parametrize("broken", ["<title>", "<![CDATA[", "\x00<", "&#xD800;", "<" * 9999, "<a>" * 99_999])
def test_a_broken_record_costs_nothing_but_itself(tmp_path: Path, broken: str) -> None:
    found = harvest(tmp_path, record(1), record(2).replace("<title>", broken), record(3))
    assert taken(found)[::2] == ["2001.00001", "2001.00003"]
    assert len(found) == 3


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.99])
def test_a_harvest_that_was_cut_off_is_an_error(tmp_path: Path, cut: float) -> None:
    data = OAI.replace("{records}", record(1) + record(2)).rstrip().encode()
    for content in (data[: int(len(data) * cut)], gzip.compress(data)[: int(len(data) * cut) // 4]):
        (tmp_path / "oai.xml").write_bytes(content)
        with pytest.raises(SourceError, match="cut off"):
            list(SOURCE.read(tmp_path / "oai.xml"))


def test_answers_without_records_are_no_fault(tmp_path: Path) -> None:
    error = '<error code="noRecordsMatch">nothing</error>'
    assert harvest(tmp_path) == []
    assert harvest(tmp_path, error) == []


def test_a_record_on_its_own(tmp_path: Path) -> None:
    (tmp_path / "record.xml").write_text(record(1).replace("oai:", "") + "\n")
    assert taken(list(SOURCE.read(tmp_path / "record.xml"))) == ["2001.00001"]
    (tmp_path / "record.xml").write_text(record(1).replace("oai:", "")[:-40])
    with pytest.raises(SourceError, match="cut off"):
        list(SOURCE.read(tmp_path / "record.xml"))


@pytest.mark.parametrize("page", ["<html><body>503</body></html>", "<?xml version='1.0'?><feed><entry/></feed>"])
def test_other_xml_is_refused(tmp_path: Path, page: str) -> None:
    (tmp_path / "page.xml").write_text(page)
    with pytest.raises(SourceError, match="no answer of OAI-PMH"):
        list(SOURCE.read(tmp_path / "page.xml"))


def test_entities_are_neither_declared_nor_fetched(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(SourceError, match="document type"):
        harvest(tmp_path, record(1), at=("<oai:OAI-PMH", bomb + "<oai:OAI-PMH"))
    before = [record(number) for number in range(1, 8)]  # more than is looked at for a declaration
    found = harvest(tmp_path, *before, record(8).replace("<title>", bomb + "<title>&b;"), record(9))
    assert taken(found)[6:] == ["2001.00007", None, "2001.00009"]
    assert [reject.excerpt for reject in found[7].rejects] == ["a declaration stands inside a record"]


def test_the_real_snapshot(shared: Path) -> None:
    found = list(SOURCE.read(shared / "data" / "arxiv" / "arxiv-metadata-oai-snapshot.200.jsonl"))
    papers = [made for reading in found for made in reading.records if isinstance(made, Paper)]
    assert len(found) == len(papers) == 200
    assert not any(reading.rejects for reading in found)
    assert [paper.source.record_id for paper in papers if paper.is_withdrawn] == ["0704.0156"]
    assert [paper.source.record_id for paper in papers if not paper.author_list_complete] == ["0704.0020", "0704.0171"]
    assert sum(len(paper.authorships) for paper in papers) == 537
    assert sum(len(paper.identifiers) == 3 for paper in papers) == 2


def test_the_line_of_authors_gives_the_names_that_arxiv_parsed(shared: Path) -> None:
    lines = (shared / "data" / "arxiv" / "arxiv-metadata-oai-snapshot.200.jsonl").read_bytes().splitlines()
    for found in map(json.loads, lines):
        parsed, _ = read(authors_parsed=found["authors_parsed"])
        from_line, _ = read(authors=found["authors"])
        assert [name.replace(" ", "") for name in names(from_line)] == [name.replace(" ", "") for name in names(parsed)]


def test_a_real_record_of_a_harvest(shared: Path) -> None:
    (reading,) = SOURCE.read(shared / "data" / "arxiv" / "arxivraw_1810.09584.xml")
    (paper,) = reading.records
    assert isinstance(paper, Paper)
    assert names(paper) == ["Raphael Chetrite", "Shamik Gupta", "Izaak Neri", "Édgar Roldán"]
    assert (paper.date, paper.author_list_complete) == (PartialDate(2018, 10, 22), True)
    assert reading.rejects == ()
