"""Records that say all that a record can say, and one that says nearly nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

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
    Record,
    ReportedMetric,
    SourceRecord,
    Text,
    Venue,
)

PRESS = Institution("Example Press", kinds=("publisher",), country="CH")
FUND = Institution("Example Fund", kinds=("funder",))
JOURNAL = Venue("Journal of Examples", (Identifier("issn", "1234-5679"),), "journal", ("J. Ex.",), PRESS)
UNIVERSITY = Institution(
    "University of Examples",
    (Identifier("ror", "05a28rw58"),),
    other_names=(Text("Beispieluniversität", "de"),),
    acronyms=("UEX",),
    country="CH",
    place="Zürich",
    kinds=("education",),
    status="inactive",
    established=1855,
    homepage="https://uex.example.org/",
    relations=(InstitutionRelation("parent", Institution("Board of Examples")),),
)
TREES = Concept(
    "made",
    "trees",
    "Trees",
    "en",
    other_labels=(Text("Bäume", "de"),),
    definition=Text("Graphs without circles.", "en"),
    broader=(Concept("made", "graphs", "Graphs", "en"),),
    matches=("http://www.wikidata.org/entity/Q1",),
    pages=("https://en.wikipedia.org/wiki/Tree",),
)


def _doi(number: str) -> Identifier:
    return Identifier("doi", f"10.5555/{number}")


def rich_records() -> Iterator[Record]:
    yield Paper(
        title="Everything about an Example",
        source=SourceRecord("rich", type="journal-article", venue="J Examples", updated=PartialDate(2024, 2, 3)),
        language="en",
        identifiers=(_doi("rich"), Identifier("openalex", "W1")),
        type="article",
        authorships=(Authorship(Author("Ann Ash"), 1, "A. Ash", (UNIVERSITY,), ("Univ. Ex.",), True),),
        editors=(Author("Dee Editor"),),
        date=PartialDate(2024, 1, 2),
        venue=JOURNAL,
        publisher=PRESS,
        volume="12",
        issue="3",
        pages="45-67",
        primary_concept=TREES,
        keywords=("exemplarity", "toys"),
        references=(_doi("untitled"), _doi("elsewhere")),
        relations=(PaperRelation("preprint", Identifier("arxiv", "2401.00001")),),
        grants=(Grant(FUND, "EX-7"), Grant(PRESS)),
        locations=(
            Location("https://example.org/rich", "https://example.org/rich.pdf", "accepted", "cc-by", True, JOURNAL),
            Location("https://closed.example.org/rich", is_open=False, license="https://example.org/licence"),
        ),
        metrics=(ReportedMetric("citationCount", Decimal(9), "NUM"),),
        is_retracted=True,
        is_withdrawn=True,
    )
    yield Paper(
        title=None,
        source=SourceRecord("untitled"),
        identifiers=(_doi("untitled"),),
        authorships=(Authorship(Author("Ann Ash"), 1),),
        is_retracted=False,
    )
    yield Paper(
        title="Copied Only",
        source=SourceRecord("copied"),
        locations=(Location("https://example.org/copied", venue=Venue("Shelf of Copies", kind="repository")),),
    )
    yield Profile(thing=Author("Ann Ash"), source=SourceRecord("ann"), affiliations=(UNIVERSITY,))
