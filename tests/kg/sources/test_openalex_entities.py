"""Authors, institutions, sources, topics and the rest of OpenAlex: whole profiles."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kg.naming import Naming
from kg.records import (
    Author,
    Concept,
    Identifier,
    Institution,
    InstitutionRelation,
    PartialDate,
    Profile,
    Reading,
    ReportedMetric,
    SourceRecord,
    Text,
    Venue,
)
from kg.sources.contract import Chunk
from kg.sources.openalex import SOURCE

ENTITIES = Path(__file__).parent / "data" / "openalex" / "entities.jsonl"
BASE = "https://openalex.org/"
COUNTS = (ReportedMetric("paperCount", Decimal(5), "NUM"), ReportedMetric("citationCount", Decimal(70), "NUM"))
ALL_FIGURES = (
    *COUNTS,
    ReportedMetric("hIndex", Decimal(3), "UNITLESS"),
    ReportedMetric("i10Index", Decimal(2), "NUM"),
)
HARBOUR_READ = Institution("Harbour University", (Identifier("ror", "0abcde165"), Identifier("openalex", "I901")))
DOMAIN_READ = Concept("openalex-domains", "3", "Physical Sciences", matches=(f"{BASE}domains/3",))
FIELD_READ = Concept("openalex-fields", "19", "Earth Sciences", broader=(DOMAIN_READ,), matches=(f"{BASE}fields/19",))


def topic_read(number: int) -> Concept:
    matches = (f"{BASE}T{number}", f"https://semopenalex.org/topic/T{number}")
    return Concept("openalex-topics", f"T{number}", f"Topic {number}", broader=(FIELD_READ,), matches=matches)


def concept_read(number: int) -> Concept:
    matches = (f"{BASE}C{number}", f"https://semopenalex.org/concept/C{number}")
    return Concept("openalex-concepts", f"C{number}", f"Concept {number}", matches=matches)


def openalex(value: str) -> Identifier:
    return Identifier("openalex", value)


def source(record_id: str, type_: str | None = None) -> SourceRecord:
    return SourceRecord(record_id, type=type_, updated=PartialDate(2025, 6, 8))


PROFILES = (
    Profile(
        thing=Author(
            "Ada Quill", (openalex("A201"), Identifier("orcid", "0000-0009-1234-5678")), other_names=("A. Quill",)
        ),
        source=source("A201"),
        fields=tuple(topic_read(number) for number in range(1, 6)),
        affiliations=(HARBOUR_READ,),
        metrics=ALL_FIGURES,
    ),
    Profile(
        thing=Author("Bo Reed", (openalex("A202"),)),
        source=source("A202"),
        fields=(concept_read(1), concept_read(3)),
        affiliations=(HARBOUR_READ,),
        metrics=ALL_FIGURES,
    ),
    Profile(
        thing=Institution(
            "Harbour University",
            (
                Identifier("ror", "0abcde165"),
                openalex("I901"),
                Identifier("wikidata", "Q901"),
                Identifier("grid", "grid.12345.6"),
                openalex("F901"),
            ),
            other_names=(
                Text("The Harbour"),
                Text("Havneuniversitetet", "nb"),
                Text("Hafenuniversität", "de-at"),
            ),
            acronyms=("HU",),
            country="NO",
            place="Bergen",
            kinds=("education",),
            homepage="https://harbour.example/",
            relations=(InstitutionRelation("child", Institution("Harbour Hospital", (openalex("I902"),))),),
        ),
        source=source("I901", "Education"),
        metrics=ALL_FIGURES,
    ),
    Profile(
        thing=Venue(
            "Annals of Tides",
            (
                openalex("S801"),
                Identifier("issn", "7654-3218"),
                Identifier("issn", "1111-2220"),
                Identifier("wikidata", "Q801"),
            ),
            "book-series",
            ("Tidal Annals", "Ann. Tides"),
            Institution("Quay Press", (openalex("P701"),), kinds=("publisher",)),
        ),
        source=source("S801", "book series"),
        metrics=ALL_FIGURES,
    ),
    Profile(
        thing=Institution(
            "Sea Fund",
            (openalex("F401"), Identifier("crossref-funder", "501100009999")),
            other_names=(Text("Fond de la mer"),),
            country="FR",
            kinds=("funder",),
            homepage="https://sea.example",
        ),
        source=source("F401"),
        metrics=COUNTS,
    ),
    Profile(
        thing=Institution(
            "Quay Press",
            (openalex("P701"),),
            kinds=("publisher",),
            relations=(
                InstitutionRelation("parent", Institution("Dock House", (openalex("P702"),), kinds=("publisher",))),
            ),
        ),
        source=source("P701"),
        metrics=COUNTS,
    ),
    Profile(
        thing=Concept(
            "openalex-topics",
            "T601",
            "Topic 601",
            definition=Text("Tides in models"),
            broader=(FIELD_READ,),
            matches=(f"{BASE}T601", "https://semopenalex.org/topic/T601"),
            pages=("https://en.wikipedia.org/wiki/Tide",),
        ),
        source=source("T601"),
        metrics=COUNTS,
    ),
    Profile(
        thing=Concept(
            "openalex-fields",
            "19",
            "Earth Sciences",
            alternative_labels=(Text("Geosciences"),),
            broader=(DOMAIN_READ,),
            matches=(f"{BASE}fields/19", "http://www.wikidata.org/entity/Q8008"),
        ),
        source=source("fields/19"),
        metrics=COUNTS,
    ),
    Profile(
        thing=Concept("openalex-keywords", "tidal-power", "Tidal power", matches=(f"{BASE}keywords/tidal-power",)),
        source=source("keywords/tidal-power"),
        metrics=COUNTS,
    ),
    Profile(
        thing=Concept(
            "openalex-concepts",
            "C502",
            "Tide",
            other_labels=(Text("Gezeiten", "de"),),
            definition=Text("rise and fall of the sea"),
            broader=(concept_read(1),),
            related=(concept_read(4),),
            matches=(
                f"{BASE}C502",
                "https://semopenalex.org/concept/C502",
                "http://www.wikidata.org/entity/Q502",
            ),
            pages=("https://en.wikipedia.org/wiki/Tide",),
        ),
        source=source("C502"),
        metrics=COUNTS,
    ),
)


def test_profiles_of_entities() -> None:
    """Record for record: an author of the current shape and of 2023, then one of each other kind."""
    assert [record for reading in SOURCE.read(ENTITIES) for record in reading.records] == list(PROFILES)


def test_what_is_malformed_in_entities_is_told() -> None:
    rejects = [reject for reading in SOURCE.read(ENTITIES) for reject in reading.rejects]
    assert [(each.number, each.record, each.field, each.reason, each.excerpt) for each in rejects] == [
        (3, "I901", "associated_institutions", "not a known relation of institutions", "rival"),
        (4, "S801", "homepage_url", "not an address", "tides.example"),
    ]
    assert all(reject.is_partial for reject in rejects)


def test_the_ids_of_other_roles_do_not_rename_what_has_no_ror() -> None:
    """The funder's record names its institution; were that an identifier, the funder would be called by it."""
    (funder,) = (profile.thing for profile in PROFILES if profile.source.record_id == "F401")
    assert isinstance(funder, Institution)
    assert b"I401" in ENTITIES.read_bytes()
    assert Naming("https://example.org/").institution(funder) == "https://example.org/institution/openalex:F401"


def read(record: dict[str, Any]) -> Reading:
    (reading,) = SOURCE.readings(Chunk("entities.jsonl", 7, json.dumps(record).encode(), "lines"))
    return reading


@pytest.mark.parametrize(
    ("record", "name", "field", "reason"),
    [
        ({"id": f"{BASE}A5317838346", "display_name": "Gone"}, "A5317838346", "record", "deleted in the source"),
        ({"id": f"{BASE}A9", "display_name": "Deleted Author"}, "A9", "record", "deleted in the source"),
        ({"id": f"{BASE}W4285719527", "title": "Deleted Work"}, "W4285719527", "record", "deleted in the source"),
        ({"id": f"{BASE}I9", "display_name": " "}, "I9", "display_name", "has no name"),
        ({"id": f"{BASE}G9", "display_name": "A"}, f"{BASE}G9", "id", "a kind of record that is not read"),
        ({"id": f"{BASE}K9", "display_name": "A"}, f"{BASE}K9", "id", "a kind of record that is not read"),
        ({"id": "A-9", "display_name": "A"}, "A-9", "id", "has no OpenAlex id"),
    ],
)  # fmt: skip
def test_entities_of_which_nothing_can_be_said(record: dict[str, Any], name: str, field: str, reason: str) -> None:
    reading = read(record)
    (reject,) = reading.rejects
    assert not reading.records
    assert not reject.is_partial
    assert (reject.file, reject.number) == ("entities.jsonl", 7)
    assert (reject.record, reject.field, reject.reason) == (name, field, reason)
