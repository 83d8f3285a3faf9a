"""Works of OpenAlex, in the current shape and that of 2023: whole records."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

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
    Reading,
    ReportedMetric,
    SourceRecord,
    Venue,
)
from kg.sources.openalex import SOURCE

WORKS = Path(__file__).parent / "data" / "openalex" / "works.jsonl"
BASE = "https://openalex.org/"


def openalex(value: str) -> Identifier:
    return Identifier("openalex", value)


HARBOUR_READ = Institution(
    "Harbour University",
    (Identifier("ror", "0abcde165"), openalex("I901")),
    country="NO",
    kinds=("education",),
)
TIDES_READ = Venue(
    "Annals of Tides & Currents",
    (openalex("S801"), Identifier("issn", "7654-3218"), Identifier("issn", "1111-2220")),
    "journal",
    publisher=Institution("Quay Press", (openalex("P701"),), kinds=("publisher",)),
)
ATTIC_READ = Venue(
    "The Attic",
    (openalex("S802"),),
    "repository",
    publisher=Institution("Harbour University", (openalex("I901"),)),
)
DOMAIN_READ = Concept("openalex-domains", "3", "Physical Sciences", matches=(f"{BASE}domains/3",))
FIELD_READ = Concept("openalex-fields", "19", "Earth Sciences", broader=(DOMAIN_READ,), matches=(f"{BASE}fields/19",))
SUBFIELD_READ = Concept(
    "openalex-subfields", "1910", "Oceanography", broader=(FIELD_READ,), matches=(f"{BASE}subfields/1910",)
)
TOPIC_READ = Concept(
    "openalex-topics",
    "T601",
    "Tidal Modelling",
    broader=(SUBFIELD_READ,),
    matches=(f"{BASE}T601", "https://semopenalex.org/topic/T601"),
)
OCEAN_READ = Concept(
    "openalex-concepts",
    "C501",
    "Ocean",
    matches=(f"{BASE}C501", "https://semopenalex.org/concept/C501", "http://www.wikidata.org/entity/Q501"),
)

CURRENT_READ = Paper(
    title="Tides in small basins",
    source=SourceRecord(
        "W101",
        title="Tides in <i>small</i> basins",
        type="article",
        venue="Ann. Tides",
        updated=PartialDate(2025, 12, 21),
    ),
    language="en",
    identifiers=(
        openalex("W101"),
        Identifier("doi", "10.5555/tides.101"),
        Identifier("mag", "101"),
        Identifier("pmid", "9101"),
        Identifier("pmcid", "PMC9102"),
    ),
    type="article",
    authorships=(
        Authorship(
            Author("Ada Quill", (openalex("A201"), Identifier("orcid", "0000-0002-1825-0097"))),
            1,
            "A. Quill",
            (HARBOUR_READ,),
            ("Harbour Univ., Bergen", "Harbour Univ., Oslo"),
            True,
        ),
        Authorship(Author("Bo Reed"), 2, "Bo Reed", (Institution("Reed & Sons"),), (), False),
    ),
    author_list_complete=True,
    abstract="Tides rise and rise",
    date=PartialDate(2024, 5, 6),
    venue=TIDES_READ,
    volume="7",
    issue="2",
    pages="33-40",
    primary_concept=TOPIC_READ,
    concepts=(
        OCEAN_READ,
        Concept("openalex-keywords", "cost–benefit", "Cost–benefit", matches=(f"{BASE}keywords/cost–benefit",)),
    ),
    references=(openalex("W102"), openalex("W103")),
    grants=(
        Grant(Institution("Sea Fund", (Identifier("ror", "0zyxwv972"), openalex("F401")), kinds=("funder",)), "AW-1"),
        Grant(Institution("Sand Fund", (openalex("F402"),), kinds=("funder",))),
    ),
    locations=(
        Location("https://doi.org/10.5555/tides.101", None, "published", None, False, TIDES_READ),
        Location(
            "https://attic.example/1", "https://attic.example/1%20final.pdf", "submitted", "cc-by", True, ATTIC_READ
        ),
        Location(None, "https://free.example/1.PDF", is_open=True),
    ),
    metrics=(ReportedMetric("citationCount", Decimal(12), "NUM"),),
    is_retracted=True,
)

_SHORE = Venue(
    "Proceedings of the Old Shore",
    kind="conference",
    publisher=Institution("Shore House"),
)
OF_2023_READ = Paper(
    title=None,
    source=SourceRecord("W201", type="proceedings-article", updated=PartialDate(2023, 3, 23)),
    identifiers=(openalex("W201"), Identifier("mag", "201")),
    type="conference-paper",
    authorships=(Authorship(Author("Cy Vance", (openalex("A2201"),)), 1, raw_affiliations=("†Shore Institute",)),),
    author_list_complete=True,
    date=PartialDate(1998),
    venue=_SHORE,
    pages="e17",
    concepts=(
        OCEAN_READ,
        Concept("openalex-concepts", "C503", "Shore", matches=(f"{BASE}C503", "https://semopenalex.org/concept/C503")),
    ),
    keywords=("old shores",),
    grants=(
        Grant(Institution("Sand Fund", (openalex("F402"),), kinds=("funder",)), "S 7"),
        Grant(Institution("Sea Fund", (openalex("F401"),), kinds=("funder",))),
    ),
    locations=(
        Location("https://shore.example/201", None, "accepted", "cc0", True, _SHORE),
        Location("https://attic.example/2", venue=Venue("The Attic", (openalex("S802"),), "repository")),
    ),
    is_retracted=False,
)


def test_works_of_the_current_shape_and_of_2023() -> None:
    """Record for record; nothing of them is rejected."""
    assert list(SOURCE.read(WORKS)) == [Reading((CURRENT_READ,)), Reading((OF_2023_READ,))]
