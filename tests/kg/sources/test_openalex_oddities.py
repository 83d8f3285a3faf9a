"""What is odd about works of OpenAlex, each oddity of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

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
from kg.sources.contract import Chunk
from kg.sources.openalex import SOURCE

BASE = "https://openalex.org/"


def openalex(value: str) -> Identifier:
    return Identifier("openalex", value)


def read(record: dict[str, Any]) -> Reading:
    (reading,) = SOURCE.readings(Chunk("works.jsonl", 1, json.dumps(record).encode(), "lines"))
    return reading


def paper_of(reading: Reading) -> Paper:
    (paper,) = reading.records
    assert isinstance(paper, Paper)
    return paper


def faults_of(reading: Reading) -> list[tuple[str, str, str]]:
    assert all(reject.is_partial and reject.record for reject in reading.rejects)
    return [(reject.field, reject.reason, reject.excerpt) for reject in reading.rejects]


def test_escaped_markup_is_markup_too() -> None:
    paper = paper_of(read({"id": f"{BASE}W1", "title": "&lt;p&gt;Spotlight on <scp>ACE</scp>&lt;/p&gt;"}))
    assert (paper.title, paper.source.title) == ("Spotlight on ACE", "&lt;p&gt;Spotlight on <scp>ACE</scp>&lt;/p&gt;")


def test_paratext_is_no_article() -> None:
    paper = paper_of(read({"id": f"{BASE}W1", "type": "article", "is_paratext": True}))
    assert (paper.type, paper.source.type) == ("other", "paratext")


def test_a_doi_may_stand_among_the_ids_alone() -> None:
    paper = paper_of(read({"id": f"{BASE}W1", "doi": None, "ids": {"doi": "https://doi.org/10.5555/A"}}))
    assert paper.identifiers == (openalex("W1"), Identifier("doi", "10.5555/a"))


def test_of_places_with_one_address_the_first_counts() -> None:
    places = [{"landing_page_url": "https://a.example/", "license": word} for word in ("cc-by", "cc0")]
    paper = paper_of(read({"id": f"{BASE}W1", "locations": places}))
    assert paper.locations == (Location("https://a.example/", license="cc-by"),)


def test_many_wrong_values_of_a_list_cost_the_list() -> None:
    references: list[Any] = [f"{BASE}W{number}" for number in range(1, 301)]
    some = read({"id": f"{BASE}W1", "referenced_works": references + [5] * 20})
    assert (len(paper_of(some).references), len(faults_of(some))) == (300, 20)
    many = read({"id": f"{BASE}W1", "type": "book", "referenced_works": references + [5] * 300})
    assert (paper_of(many).references, paper_of(many).type, len(faults_of(many))) == ((), "book", 21)


DOUBTFUL = "not an index of words in every part"
IMPOSSIBLE = "a word at an impossible place"


@pytest.mark.parametrize(
    ("index", "text", "reasons"),
    [
        ({"b": [5], "a": [1]}, "a b", []),
        ({"<jats:p>a": [0], "b</jats:p>": [1]}, "a b", []),
        ({}, None, []),
        ({"a": [], "b": [0]}, "b", []),
        ({"a": [0], "b": [10**12]}, "a", [IMPOSSIBLE]),
        ({"a": [0], "b": [-1]}, "a", [IMPOSSIBLE]),
        ({"a": [0], "b": [10**12], "c": [10**400]}, "a", [IMPOSSIBLE]),
        ({"a": [0, "1", None, True, 1.5], "b": 7, "c": [2]}, "a c", [DOUBTFUL]),
        ("a b c", None, [DOUBTFUL]),
        (17, None, [DOUBTFUL]),
        ([1, 2, 3], None, [DOUBTFUL]),
    ],
)
def test_abstracts_are_put_together(index: Any, text: str | None, reasons: list[str]) -> None:
    reading = read({"id": f"{BASE}W1", "abstract_inverted_index": index})
    assert paper_of(reading).abstract == text
    assert [reason for _, reason, _ in faults_of(reading)] == reasons


@pytest.mark.parametrize(
    ("day", "year", "expected", "fields"),
    [
        ("2020-02-29", 2020, PartialDate(2020, 2, 29), []),
        ("2021-02-30", 2021, PartialDate(2021), ["publication_date"]),
        ("2021-13-01", "2021", PartialDate(2021), ["publication_date"]),
        ("0000-01-01", 0, None, ["publication_date", "publication_year"]),
        ("3021-01-01", 3021, None, ["publication_date", "publication_year"]),
        (None, "MMXX", None, ["publication_year"]),
        (None, None, None, []),
        ("2019-07", None, PartialDate(2019, 7), []),
    ],
)
def test_dates(day: str | None, year: Any, expected: PartialDate | None, fields: list[str]) -> None:
    reading = read({"id": f"{BASE}W1", "publication_date": day, "publication_year": year})
    assert paper_of(reading).date == expected
    assert [field for field, _, _ in faults_of(reading)] == fields


def _author(name: str | None, id_: str | None = None, printed: str | None = None) -> dict[str, Any]:
    return {"author": {"id": id_, "display_name": name}, "raw_author_name": printed}


def test_a_deleted_author_keeps_the_printed_name() -> None:
    deleted = f"{BASE}A5317838346"
    found = [_author("Deleted Author", deleted, "Eve Moss"), _author("Anything", deleted, "Fay Nash")]
    found += [_author("Deleted Author", f"{BASE}A7", "Gus Oak"), _author("Deleted Author", deleted)]
    reading = read({"id": f"{BASE}W1", "authorships": found})
    paper = paper_of(reading)
    names = [(each.author, each.position, each.name_as_printed) for each in paper.authorships]
    assert names == [(Author(name), place, name) for place, name in enumerate(("Eve Moss", "Fay Nash", "Gus Oak"), 1)]
    assert paper.author_list_complete is False
    assert faults_of(reading) == [("authorships", "an author without a name", "4")]


def test_authors_without_a_name_leave_their_position_empty() -> None:
    found = [_author("", f"{BASE}A1"), None, _author(None, None, "H. Pike"), {"author": None}]
    reading = read({"id": f"{BASE}W1", "authorships": found})
    paper = paper_of(reading)
    assert paper.authorships == (Authorship(Author("H. Pike"), 3, "H. Pike"),)
    assert paper.author_list_complete is False
    assert [excerpt for _, _, excerpt in faults_of(reading)] == ["1", "2", "4"]


@pytest.mark.parametrize(
    ("count", "is_truncated", "expected"),
    [(3, None, True), (100, None, None), (100, True, False), (101, None, True), (0, None, None), (3, True, False)],
)
def test_whether_the_list_of_authors_is_complete(count: int, is_truncated: bool | None, expected: bool | None) -> None:
    found = [_author(f"Author {place}") for place in range(count)]
    paper = paper_of(read({"id": f"{BASE}W1", "authorships": found, "is_authors_truncated": is_truncated}))
    assert (len(paper.authorships), paper.author_list_complete) == (count, expected)


def test_what_is_malformed_is_left_out_and_told() -> None:
    reading = read(
        {
            "id": f"{BASE}W1",
            "doi": "doi unknown",
            "language": "en_US!",
            "cited_by_count": -3,
            "updated_date": "yesterday",
            "primary_location": {"source": {"id": f"{BASE}S1", "display_name": "J", "issn": ["1234-5678"]}},
            "locations": [{"landing_page_url": "www.example.org"}],
            "authorships": [
                {
                    "author": {"id": f"{BASE}W7", "display_name": "Ida Roe", "orcid": "https://orcid.org/0000-0002-17"},
                    "institutions": [
                        {"id": f"{BASE}I1", "display_name": "X", "ror": "https://ror.org/0abcde100"},
                        {"id": "?", "display_name": "Y", "country_code": "NOR"},
                        {"id": f"{BASE}I2", "display_name": " "},
                        {"id": f"{BASE}I3", "display_name": "Deleted Institution"},
                    ],
                }
            ],
            "topics": [{"id": f"{BASE}T1", "display_name": None}],
            "referenced_works": ["W5", "https://example.org/", None],
            "awards": [{"funder_id": f"{BASE}F1", "funder_award_id": "9"}],
        }
    )
    assert paper_of(reading) == Paper(
        title=None,
        source=SourceRecord("W1"),
        identifiers=(openalex("W1"),),
        venue=Venue("J", (openalex("S1"),)),
        authorships=(
            Authorship(Author("Ida Roe"), 1, affiliations=(Institution("X", (openalex("I1"),)), Institution("Y"))),
        ),
        author_list_complete=True,
        references=(openalex("W5"),),
    )
    assert sorted(faults_of(reading)) == [
        ("authorships.author.id", "not an OpenAlex id of its kind", f"{BASE}W7"),
        ("citationCount", "less than nothing", "-3"),
        ("country_code", "not a country of two letters", "NOR"),
        ("doi", "not an identifier of its kind", "doi unknown"),
        ("funders", "a funder without a name", f"{BASE}F1"),
        ("institutions", "an institution without a name", f"{BASE}I2"),
        ("institutions", "not an OpenAlex id of its kind", "?"),
        ("issn", "not an identifier of its kind", "1234-5678"),
        ("language", "not a language tag", "en_US!"),
        ("locations.landing_page_url", "not an address", "www.example.org"),
        ("orcid", "not an identifier of its kind", "https://orcid.org/0000-0002-17"),
        ("referenced_works", "not an OpenAlex id of its kind", "https://example.org/"),
        ("ror", "not an identifier of its kind", "https://ror.org/0abcde100"),
        ("topics", "a concept without id or name", f"{BASE}T1"),
        ("updated_date", "not a date", "yesterday"),
    ]
