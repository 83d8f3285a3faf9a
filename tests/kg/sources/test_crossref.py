"""Crossref: the oddities of what publishers deposit."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kg.records import (
    Author,
    Authorship,
    Grant,
    Identifier,
    Institution,
    Location,
    Paper,
    PaperRelation,
    PartialDate,
    Reading,
    ReportedMetric,
    SourceRecord,
    Venue,
)
from kg.sources.contract import Chunk
from kg.sources.crossref import SOURCE

OWN = "10.5555/own"
DOI = Identifier("doi", OWN)


def readings(data: bytes, kind: str = "lines") -> list[Reading]:
    return list(SOURCE.readings(Chunk("file", 1, data, kind)))


def read(**fields: Any) -> tuple[Paper, list[tuple[str, str, str]]]:
    """A work with these fields, and what of it was left out."""
    (reading,) = readings(json.dumps({"DOI": OWN, **fields}).encode())
    (paper,) = reading.records
    assert isinstance(paper, Paper)
    assert all(reject.is_partial and reject.record == OWN for reject in reading.rejects)
    return paper, [(reject.field, reject.reason, reject.excerpt) for reject in reading.rejects]


def works(*dois: str) -> list[dict[str, str]]:
    return [{"DOI": doi} for doi in dois]


def record_ids(found: list[Reading]) -> list[str | None]:
    return [reading.records[0].source.record_id if reading.records else None for reading in found]


def test_a_preprint_with_all_that_a_server_deposits() -> None:
    paper, rejects = read(
        type="posted-content",
        subtype="preprint",
        title=["Kites over\n                    <i>Lake Null</i>"],
        institution=[{"name": "exampleRxiv"}],
        **{
            "container-title": [],
            "group-title": "Meteorology",
            "is-referenced-by-count": 2,
            "license": [
                {"URL": "https://example.org/mining", "content-version": "tdm"},
                {"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "vor"},
            ],
            "link": [
                {"URL": "https://example.org/check", "intended-application": "similarity-checking"},
                {"URL": "https://example.org/own.xml", "intended-application": "text-mining"},
                {
                    "URL": "https://example.org/own.pdf",
                    "intended-application": "text-mining",
                    "content-type": "application/pdf",
                    "content-version": "am",
                },
            ],
            "funder": [
                {"name": "Wind Fund", "id": [{"id": "https://ror.org/05dxps055", "id-type": "ROR"}], "award": ["W-1"]},
                {"DOI": "10.13039/501100001711"},
            ],
        },
        author=[
            {"given": "Ada", "family": "Byron", "suffix": "Jr.", "authenticated-orcid": False},
            {"given": "Sukarno", "affiliation": [{"name": "Example U"}, {"name": "Example U"}, {"place": ["Kiel"]}]},
            {"name": "et al."},
        ],
        relation={
            "is-preprint-of": [{"id-type": "doi", "id": "10.5555/printed"}, {"id-type": "issn", "id": "1234-5679"}],
            "is-version-of": [{"id-type": "doi", "id": OWN}],
            "cites": [{"id-type": "doi", "id": "10.5555/else"}],
        },
    )
    assert paper == Paper(
        title="Kites over Lake Null",
        source=SourceRecord(OWN, title="Kites over <i>Lake Null</i>", type="posted-content preprint"),
        identifiers=(DOI,),
        type="preprint",
        authorships=(
            Authorship(Author("Ada Byron Jr.", given="Ada", family="Byron"), 1, "Ada Byron Jr."),
            Authorship(Author("Sukarno"), 2, "Sukarno", raw_affiliations=("Example U",)),
        ),
        author_list_complete=False,
        venue=Venue("exampleRxiv", kind="repository"),
        relations=(PaperRelation("published-version", Identifier("doi", "10.5555/printed")),),
        grants=(Grant(Institution("Wind Fund", (Identifier("ror", "05dxps055"),), kinds=("funder",)), "W-1"),),
        locations=(
            Location(
                full_text="https://example.org/own.pdf",
                version="accepted",
                license="https://creativecommons.org/licenses/by/4.0/",
            ),
        ),
        metrics=(ReportedMetric("citationCount", Decimal(2), "NUM"),),
    )
    assert rejects == [("funder", "a funder without a name", "10.13039/501100001711")]


@pytest.mark.parametrize(
    ("titles", "subtitles", "title"),
    [
        (None, None, None),
        ([], ["", " "], None),
        (["Erst", "First"], ["Unter", "Under"], "Erst: Unter"),
        (["Which one?"], ["That one"], "Which one? That one"),
        (["On kites: a study"], ["A study"], "On kites: a study"),
        ([None, "The H<sub>2</sub>O &amp; <b>I</b>"], None, "The H2O & I"),
        (["Of &lt;i&gt;C. elegans&lt;/i&gt;"], None, "Of C. elegans"),
        (
            ['Rank <mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>n</mml:mi></mml:math> graphs'],
            None,
            "Rank n graphs",
        ),
    ],
)
def test_titles(titles: list[str | None] | None, subtitles: list[str] | None, title: str | None) -> None:
    paper, rejects = read(title=titles, subtitle=subtitles)
    assert (paper.title, rejects) == (title, [])


@pytest.mark.parametrize(
    ("parts", "date", "rejects"),
    [
        ([[2020]], PartialDate(2020), []),
        ([[2020, 2, 29]], PartialDate(2020, 2, 29), []),
        ([["2020", "06"]], PartialDate(2020, 6), []),
        ([[2020, None, 7]], PartialDate(2020), []),
        ([[2020, 0, 7]], PartialDate(2020), []),
        ([[None]], None, []),
        ([None], None, []),
        ([], None, []),
        ([[2021, 2, 29]], None, ["2021-2-29"]),
        ([[2020, 13]], None, ["2020-13"]),
        ([[20]], None, ["20"]),
        ([[2101]], None, ["2101"]),
    ],
)
def test_dates_at_their_precision(parts: Any, date: PartialDate | None, rejects: list[str]) -> None:
    paper, found = read(issued={"date-parts": parts})
    assert paper.date == date
    assert found == [("issued", "not a date", excerpt) for excerpt in rejects]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("<p>Plain.</p><p>Two &gt; one.</p>", "Plain. Two > one."),
        ("<jats:title>ABSTRACT:</jats:title><jats:p>Text</jats:p>", "Text"),
        ("<jats:p><jats:bold>Abstract</jats:bold> Text</jats:p>", "Text"),
        ("<jats:p>Abstract art</jats:p>", "Abstract art"),
        (
            "<jats:sec><jats:title>Aims</jats:title><jats:p>To <jats:italic>see</jats:italic>.</jats:p></jats:sec>"
            '<jats:list list-type="order"><jats:list-item><jats:p>One</jats:p></jats:list-item></jats:list>',
            "Aims To see. One",
        ),
        (
            "<jats:p>For <jats:inline-formula><jats:alternatives><jats:tex-math>$$x\\in y$$</jats:tex-math>"
            '<mml:math display="inline"><mml:mi>x</mml:mi></mml:math></jats:alternatives></jats:inline-formula>.'
            "</jats:p>",
            "For x.",
        ),
        ("If a < b, then", "If a < b, then"),
        ("", None),
        ("<jats:p/>", None),
    ],
)
def test_abstracts_without_their_markup(given: str, wanted: str | None) -> None:
    paper, _ = read(abstract=given)
    assert paper.abstract == wanted


def test_an_abstract_of_nothing_but_tags_does_not_take_for_ever() -> None:
    for tag in ("<jats:tex-math>", "<b>", "<jats:title>Abstract"):
        read(abstract="<mml:math>" + tag * 50_000)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"type": "journal-article"}, "journal"),
        ({"type": "proceedings-article"}, "conference"),
        ({"type": "book-chapter"}, "book"),
        ({"type": "book-chapter", "ISSN": ["1234-5679"]}, "book-series"),
        ({"type": "reference-entry"}, None),
    ],
)
def test_kinds_of_venues(fields: dict[str, Any], kind: str | None) -> None:
    paper, _ = read(**fields, **{"container-title": ["Kites &amp; Winds", "Volume 2"]})
    known = (Identifier("issn", "1234-5679"),) if "ISSN" in fields else ()
    assert paper.venue == Venue("Kites & Winds", known, kind)


@pytest.mark.parametrize(
    ("type_", "subtype", "wanted", "word"),
    [
        ("posted-content", "working_paper", "preprint", "posted-content working_paper"),
        ("posted-content", "blog", "other", "posted-content blog"),
        ("posted-content", None, "preprint", "posted-content"),
        ("dissertation", None, "thesis", "dissertation"),
        (None, None, None, None),
    ],
)
def test_types(type_: str | None, subtype: str | None, wanted: str | None, word: str | None) -> None:
    paper, _ = read(type=type_, subtype=subtype)
    assert (paper.type, paper.source.type) == (wanted, word)


@pytest.mark.parametrize(
    ("field", "type_", "kind", "is_retracted"),
    [
        ("update-to", "retraction", "retracted", None),
        ("update-to", "Erratum", "corrected", None),
        ("update-to", "correction", "corrected", None),
        ("updated-by", "retraction", "retraction", True),
        ("updated-by", "withdrawal", "retraction", True),
        ("updated-by", "corrigendum", "correction", None),
        ("updated-by", "new_version", None, None),
        ("updated-by", "expression_of_concern", None, None),
        ("update-to", None, None, None),
    ],
)
def test_notices(field: str, type_: str | None, kind: str | None, is_retracted: bool | None) -> None:
    notices = [{"type": type_, "DOI": "10.5555/Other"}, {"type": type_, "DOI": OWN}]
    paper, rejects = read(**{field: notices})
    assert paper.relations == ((PaperRelation(kind, Identifier("doi", "10.5555/other")),) if kind else ())
    assert (paper.is_retracted, rejects) == (is_retracted, [])


def test_references_editors_and_odd_values() -> None:
    paper, rejects = read(
        reference=[{"DOI": "10.5555/A"}, {"key": "2"}, {"DOI": "10.5555/a"}, {"DOI": "none"}, None],
        editor=[{"given": "Ed", "family": "Itor", "ORCID": "https://orcid.org/0000-0002-1825-0098"}, {"family": ""}],
        volume="null",
        issue=7,
        page="n/a",
        language="en_GB!",
        **{"article-number": "e5", "is-referenced-by-count": -1},
    )
    assert paper.references == (Identifier("doi", "10.5555/a"),)
    assert paper.editors == (Author("Ed Itor", given="Ed", family="Itor"),)
    assert (paper.volume, paper.issue, paper.pages, paper.language, paper.metrics) == (None, "7", "e5", None, ())
    assert sorted(field for field, _, _ in rejects) == ["citationCount", "doi", "editor", "language", "orcid"]


@pytest.mark.parametrize(
    "page",
    [
        {"status": "ok", "message-type": "work-list", "message": {"items": works("10.5555/1", "10.5555/2")}},
        {"message": {"total-results": 2, "items": works("10.5555/1", "10.5555/2")}, "status": "ok"},
        {"items": works("10.5555/1", "10.5555/2")},
        works("10.5555/1", "10.5555/2"),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_pages_and_lists(tmp_path: Path, page: Any, indent: int | None, mark: bytes) -> None:
    file = tmp_path / "page.json"
    file.write_bytes(mark + json.dumps(page, indent=indent).encode() + b"\n")
    assert record_ids(list(SOURCE.read(file))) == ["10.5555/1", "10.5555/2"]


@pytest.mark.parametrize("damaged", [b'{"DOI": "10.5555/x", "title": ["cut', b"\x00", b'{"DOI": 5}', b"[" * 9999])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_damaged_line_costs_nothing_but_itself(tmp_path: Path, damaged: bytes, place: int) -> None:
    lines = [b'{"DOI":"10.5555/1"}', b'{"DOI":"10.5555/2"}']
    lines.insert(place, damaged)
    (tmp_path / "works.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    found = list(SOURCE.read(tmp_path / "works.jsonl"))
    assert [name for name in record_ids(found) if name] == ["10.5555/1", "10.5555/2"]
    assert [reject.number for reading in found for reject in reading.rejects if not reject.is_partial] == [place + 1]


def test_a_damaged_work_of_a_page_costs_nothing_but_itself() -> None:
    page = b'{"message": {"items": [{"DOI": "10.5555/1"}, 5, {"DOI": "10.5555/\x01"}, {"title": []}]}}'
    first, second, third, fourth = readings(page, "document")
    assert record_ids([first, second, fourth]) == ["10.5555/1", None, None]
    assert [reject.reason for reject in second.rejects] == ["not JSON of a work"]
    assert not third.records
    assert [reject.reason for reject in fourth.rejects] == ["has no DOI that can be read"]


@pytest.mark.parametrize("data", [b"Resource not found.", b"<html>", b"{}", b'{"message": {"items": 7}}'])
@pytest.mark.parametrize("kind", ["document", "lines"])
def test_what_is_nothing_of_crossref(data: bytes, kind: str) -> None:
    (reading,) = readings(data, kind)
    assert not reading.records
    assert any(not reject.is_partial for reject in reading.rejects)


def test_real_works(shared: Path) -> None:
    found = list(SOURCE.read(shared / "data" / "crossref" / "works.jsonl"))
    papers = [record for reading in found for record in reading.records if isinstance(record, Paper)]
    assert len(found) == len(papers) == 259
    assert sum(paper.title is None for paper in papers) == 6
    assert sum(paper.date is None for paper in papers) == 9
    assert not any("<" in (paper.title or "") or "jats:" in (paper.abstract or "") for paper in papers)
    assert sum(len(paper.references) for paper in papers) > 6000
    rejects = [(reject.field, reject.excerpt) for reading in found for reject in reading.rejects]
    assert rejects == [("issn", "9999-9999")]
