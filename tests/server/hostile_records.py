"""A graph of what a hostile source may hold, as records, so that it goes the way of all records."""

from __future__ import annotations

from collections.abc import Iterator

from kg.records import (
    Author,
    Authorship,
    Concept,
    Identifier,
    Institution,
    Paper,
    PartialDate,
    Record,
    SourceRecord,
)

HOSTILE_TITLE = "<script>alert('x')</script> & \"quotes\" {{ 7 * 7 }} \u202eعنوان\u202c 🧪"
HOSTILE_NAME = 'Robert "<b>Bobby</b>" Tables'

# Keys that a path can hold only percent-encoded, or that a server might fold into another key.
AWKWARD_DOIS = (
    "10.1000/plain",
    "10.1000/abc<d>",
    "10.1000/a#b",
    "10.1000/a?b=c&d",
    "10.1000/a b",
    "10.1000/a%2Fb",
    "10.1000/a//b",
    "10.1000/x.ttl",
    "10.1000/ends-with-slash/",
    "10.1000/é日本",
    "10.1002/(sici)1097(199806)4:2<1::aid-x>3.0.co;2-#",
)


def _paper(doi: str, title: str, **rest: object) -> Paper:
    source = SourceRecord(record_id=doi, locator=f"file <i>, {doi}", title=title)
    return Paper(title=title, source=source, identifiers=(Identifier("doi", doi),), **rest)  # type: ignore[arg-type]


def hostile_records() -> Iterator[Record]:
    author = Author(HOSTILE_NAME)
    yield _paper(
        "10.1000/hostile",
        HOSTILE_TITLE,
        abstract="</textarea><img src=x onerror=alert(1)>\nsecond line",
        authorships=(
            Authorship(author, 1, raw_affiliations=("<i>Dept.</i>",)),
            Authorship(Author("Second Author"), 2, affiliations=(Institution("Onclick='x' University", code="o'x"),)),
        ),
        author_list_complete=False,
        date=PartialDate(None, 5, 28),
        primary_concept=Concept("own/scheme", "<svg/onload=alert(1)>", "A <em>label</em>"),
        institutions=(Institution('"><script>', (Identifier("ror", "00x0000"),)),),
        code_urls=("javascript:alert(1)", "https://example.org/code"),
        code_available=True,
    )
    for number, doi in enumerate(AWKWARD_DOIS):
        yield _paper(
            doi,
            f"Paper {number}",
            authorships=(Authorship(author, 1),),
            author_list_complete=True,
            date=PartialDate(2000 + number, 1 + number, None if number % 2 else 3),
        )
