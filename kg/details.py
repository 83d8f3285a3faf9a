"""What is known of a paper beside its text and its people, and of other things beside their papers: headed lists."""

from __future__ import annotations

from dataclasses import dataclass

from kg import namespaces as ns
from kg.resources import GraphReader, Thing

_MOST = 100
_MOST_LOCATIONS = 50

_PUBLICATION = (
    ("Type", ns.PAPER_TYPE),
    ("Volume", ns.VOLUME),
    ("Issue", ns.ISSUE),
    ("Pages", ns.PAGES),
    ("Publisher", ns.PUBLISHER),
    ("Editors", ns.EDITOR),
    ("Keywords", ns.KEYWORDS),
    ("Funders", ns.FUNDER),
)
_RELATED_PAPERS = (
    ("Retracted by", ns.IS_RETRACTED_BY),
    ("Retracts", ns.RETRACTS),
    ("Corrected by", ns.IS_CORRECTED_BY),
    ("Corrects", ns.CORRECTS),
    ("Other versions", ns.HAS_VERSION),
    ("Version of", ns.IS_VERSION_OF),
    ("Reviewed by", ns.IS_REVIEWED_BY),
    ("Reviews", ns.REVIEWS),
    ("Translations", ns.TRANSLATION),
    ("Translation of", ns.TRANSLATION_OF),
    ("Supplements", ns.SUPPLEMENT),
    ("Supplement of", ns.SUPPLEMENT_OF),
)
_THING = (
    ("Kind", ns.INSTITUTION_KIND),
    ("Kind", ns.VENUE_KIND),
    ("ISSN", ns.ISSN),
    ("Publisher", ns.PUBLISHER),
    ("Country", ns.COUNTRY),
    ("Place", ns.PLACE),
    ("Founded", ns.FOUNDED),
    ("Status", ns.STATUS),
    ("Homepage", ns.HOMEPAGE),
    ("Member of", ns.MEMBER_OF),
    ("Part of", ns.SUB_ORGANIZATION_OF),
    ("Has parts", ns.HAS_SUB_ORGANIZATION),
    ("Related", ns.RELATION),
    ("Related", ns.RELATED),
    ("Replaces", ns.REPLACES),
    ("Replaced by", ns.IS_REPLACED_BY),
    ("Same meaning", ns.EXACT_MATCH),
    ("Read about it", ns.PAGE),
)


@dataclass(frozen=True)
class Detail:
    """What a thing says by one property: other things, which may be addresses on the web, and texts. At most 100."""

    heading: str
    things: list[Thing]
    texts: list[str]


@dataclass(frozen=True)
class LocationEntry:
    """Where a paper can be had. `licenses` are addresses or a source's words; `is_open` None: no source says."""

    thing: Thing
    pages: list[str]
    full_texts: list[str]
    versions: list[str]
    licenses: list[str]
    is_open: bool | None
    venues: list[Thing]


@dataclass(frozen=True)
class GrantEntry:
    """A grant with its number as the label, and who gave it."""

    grant: Thing
    funders: list[Thing]


def publication_details(reader: GraphReader, iri: str) -> list[Detail]:
    return _details(reader, iri, _PUBLICATION)


def related_papers(reader: GraphReader, iri: str) -> list[Detail]:
    return _details(reader, iri, _RELATED_PAPERS)


def thing_details(reader: GraphReader, iri: str) -> list[Detail]:
    """Of an author, an institution, a venue or a concept."""
    return _details(reader, iri, _THING)


def locations(reader: GraphReader, iri: str) -> list[LocationEntry]:
    """Where a paper can be had: at most 50 places, those open to everybody first."""
    entries = [_location(reader, place) for place in reader.things(iri, ns.HAS_LOCATION)[:_MOST_LOCATIONS]]
    return sorted(entries, key=lambda entry: (entry.is_open is not True, not entry.full_texts))


def grants(reader: GraphReader, iri: str) -> list[GrantEntry]:
    found = reader.things(iri, ns.HAS_GRANT)[:_MOST]
    return [GrantEntry(grant, reader.things(grant.iri, ns.FUNDER)) for grant in found]


def _details(reader: GraphReader, iri: str, properties: tuple[tuple[str, str], ...]) -> list[Detail]:
    details = []
    for heading, predicate in properties:
        things = sorted(map(reader.thing, reader.iris(iri, predicate)[:_MOST]), key=_by_label)
        texts = reader.texts(iri, predicate)[:_MOST]
        if things or texts:
            details.append(Detail(heading, things, texts))
    return details


def _by_label(thing: Thing) -> tuple[str, str]:
    return thing.label.casefold(), thing.iri


def _location(reader: GraphReader, place: Thing) -> LocationEntry:
    return LocationEntry(
        thing=place,
        pages=reader.iris(place.iri, ns.URL),
        full_texts=reader.iris(place.iri, ns.FULL_TEXT),
        versions=reader.texts(place.iri, ns.LOCATION_VERSION),
        licenses=reader.iris(place.iri, ns.LICENSE) + reader.texts(place.iri, ns.RIGHTS),
        is_open=reader.boolean(place.iri, ns.OPEN_ACCESS),
        venues=reader.things(place.iri, ns.IS_PART_OF),
    )
