"""CSL-JSON: names and dates in all their spellings, lists however they are wrapped or damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.records import (
    Author,
    Authorship,
    Identifier,
    Institution,
    Location,
    Paper,
    PartialDate,
    Reading,
    SourceRecord,
    Venue,
)
from kg.sources import csl_json
from kg.sources.contract import Chunk

ITEM = {
    "id": "lee2021",
    "type": "article-journal",
    "title": "On <i>things</i>",
    "author": [
        {"family": "Lee", "given": "Ann", "ORCID": "https://orcid.org/0000-0002-1825-0097"},
        {"family": "Dijk", "given": "Ludwig", "non-dropping-particle": "van"},
        {"family": "King", "given": "Martin", "suffix": "Jr."},
        {"literal": "Made Things Consortium"},
    ],
    "editor": [{"family": "Li", "given": "Bo"}],
    "issued": {"date-parts": [["2021", 3, "12"]]},
    "container-title": ["Journal of Things"],
    "publisher": "Press",
    "volume": 12,
    "issue": "3",
    "page": "98–104",
    "DOI": "10.5555/THINGS.1",
    "URL": "https://things.example/1",
    "ISSN": ["2050-084X", "2050-084x"],
    "abstract": "<jats:p>First.</jats:p>",
    "keyword": "things, made things",
    "language": "en-GB",
    "note": "PMID: 123\nsomething else",
    "custom": {"unknown": [1]},
}

PAPER = Paper(
    title="On things",
    source=SourceRecord("lee2021", title="On <i>things</i>", type="article-journal"),
    language="en-GB",
    identifiers=(Identifier("doi", "10.5555/things.1"), Identifier("pmid", "123")),
    type="article",
    authorships=(
        Authorship(Author("Ann Lee", (Identifier("orcid", "0000-0002-1825-0097"),), "Ann", "Lee"), 1, "Ann Lee"),
        Authorship(Author("Ludwig van Dijk", given="Ludwig", family="van Dijk"), 2, "Ludwig van Dijk"),
        Authorship(Author("Martin King Jr.", given="Martin", family="King"), 3, "Martin King Jr."),
        Authorship(Author("Made Things Consortium"), 4, "Made Things Consortium"),
    ),
    editors=(Author("Bo Li", given="Bo", family="Li"),),
    abstract="First.",
    date=PartialDate(2021, 3, 12),
    venue=Venue("Journal of Things", (Identifier("issn", "2050-084X"),), "journal"),
    publisher=Institution("Press"),
    volume="12",
    issue="3",
    pages="98-104",
    keywords=("things", "made things"),
    locations=(Location("https://things.example/1"),),
)


def read(path: Path, data: bytes | str) -> list[Reading]:
    file = path / "items.json"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(csl_json.SOURCE.read(file))


def papers(readings: list[Reading]) -> list[Paper]:
    return [record for reading in readings for record in reading.records if isinstance(record, Paper)]


@pytest.mark.parametrize(
    "data",
    [
        json.dumps([ITEM]),
        json.dumps([ITEM], indent=2),
        json.dumps(ITEM),
        json.dumps({"items": [ITEM]}),
        json.dumps(ITEM) + "\n" + json.dumps(ITEM),
        "\ufeff" + json.dumps([ITEM, ITEM]),
    ],
)
def test_a_whole_item(tmp_path: Path, data: str) -> None:
    readings = read(tmp_path, data)
    assert readings == [Reading((PAPER,))] * data.count('"lee2021"')


@pytest.mark.parametrize(
    ("issued", "date", "faulty"),
    [
        ({"date-parts": [[2021]]}, PartialDate(2021), None),
        ({"date-parts": [[2021, 3], [2021, 4]]}, PartialDate(2021, 3), None),
        ({"date-parts": [["2021", "03", "05"]]}, PartialDate(2021, 3, 5), None),
        ({"date-parts": [[None]], "literal": "2020"}, PartialDate(2020), None),
        ({"raw": "2020-02-29"}, PartialDate(2020, 2, 29), None),
        ({"literal": "in press"}, None, "date"),
        ({"raw": "May 2020"}, PartialDate(2020, 5), None),
        ({"raw": "12 June 2014"}, PartialDate(2014, 6, 12), None),
        ({"literal": "Spring 2020"}, PartialDate(2020), None),
        ({"literal": "accepted 2019, published 2020"}, None, "date"),
        ("2020-03", PartialDate(2020, 3), None),
        (2020, PartialDate(2020), None),
        ({"date-parts": [[2021, 2, 30]]}, PartialDate(2021, 2), "day"),
        ({"date-parts": [[2021, 13]]}, PartialDate(2021), "month"),
        ({"date-parts": [[10**30]]}, None, "year"),
        ({"date-parts": 7}, None, "issued.date-parts"),
        ({"date-parts": []}, None, None),
    ],
)
def test_dates(tmp_path: Path, issued: object, date: PartialDate | None, faulty: str | None) -> None:
    (reading,) = read(tmp_path, json.dumps([{"id": "a", "title": "T", "issued": issued}]))
    assert papers([reading])[0].date == date
    assert [reject.field for reject in reading.rejects] == ([faulty] if faulty else [])


def test_broken_items_cost_no_neighbour(tmp_path: Path) -> None:
    items = [
        {"id": 1, "title": "A", "author": [{"given": ""}, {"literal": "et al."}, {"family": "Lee"}], "DOI": "none"},
        7,
        {"id": "b"},
        {"id": "c", "title": ["C"], "publisher": {"x": 1}, "ISSN": "2050-0840", "author": None},
        {"title": "D", "type": "article", "publisher": "arXiv", "number": "arXiv:1706.03762"},
        {"id": "e", "title": "E", "author": "Lee", "URL": "here", "type": "book", "ISBN": "978-3-16-148410-0"},
    ]
    readings = read(tmp_path, json.dumps(items))
    a, c, d, e = papers(readings)
    assert (a.title, a.source.record_id, a.author_list_complete) == ("A", "A", False)
    assert [each.position for each in a.authorships] == [3]
    assert (c.title, c.publisher, c.author_list_complete) == ("C", None, None)
    assert (d.type, d.identifiers, d.source.record_id) == (
        "preprint",
        (Identifier("arxiv", "1706.03762"),),
        "arxiv:1706.03762",
    )
    assert (e.identifiers, e.authorships, e.locations) == ((Identifier("isbn", "9783161484100"),), (), ())
    rejects = [(each.number, each.record, each.field, each.is_partial) for r in readings for each in r.rejects]
    assert rejects == [
        *((1, "1", "doi", True), (1, "1", "author", True)),
        (2, None, "record", False),
        (3, "b", "record", False),
        *((4, "c", "publisher", True), (4, "c", "issn", True)),
        *((6, "e", "author", True), (6, "e", "URL", True)),
    ]


def test_items_are_counted_through_the_whole_list(tmp_path: Path) -> None:
    readings = read(tmp_path, json.dumps([{"id": "a", "title": "T"}] * 600 + [7]))
    assert [reject.number for reading in readings for reject in reading.rejects] == [601]


def test_a_list_that_is_cut_off_is_read_so_far(tmp_path: Path) -> None:
    items = [{"id": f"k{n}", "title": f"T{n}"} for n in range(600)]
    text = json.dumps(items, indent=1)
    assert [paper.title for paper in papers(read(tmp_path, text))] == [f"T{n}" for n in range(600)]
    readings = read(tmp_path, text[: text.index('"k500"')])
    assert [paper.title for paper in papers(readings)] == [f"T{n}" for n in range(500)]
    assert [(reject.number, reject.reason) for each in readings for reject in each.rejects] == [
        (501, "the list is damaged or cut off here")
    ]


@pytest.mark.parametrize("data", [b"", b" \n", b"[]", b'{"items": []}'])
def test_nothing(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == []


@pytest.mark.parametrize(
    "data",
    [
        b"no JSON",
        b"[" * 100_000,
        b'{"title":' * 100_000,
        b"\xff\xfe",
        b'[{"title": "\\ud800"}]',
        b'{"items": 7}',
        b"[\0]",
    ],
)
def test_hostile_data_is_told(tmp_path: Path, data: bytes) -> None:
    (reading,) = read(tmp_path, data)
    assert reading.rejects


@given(st.data(), st.binary(max_size=6) | st.sampled_from([b"null", b"{}", b'"', b"[", b"1e999", b"\\ud800"]))
def test_damage_is_never_raised(data: st.DataObject, put: bytes) -> None:
    whole = json.dumps([ITEM, ITEM]).encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 60, len(whole))))
    readings = list(csl_json.readings(Chunk("x.json", 1, whole[:start] + put + whole[end:], "document")))
    assert all(reading.records or reading.rejects for reading in readings)
