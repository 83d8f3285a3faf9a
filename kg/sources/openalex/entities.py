"""Everything that is not a work: authors, institutions, sources, topics, concepts, funders, publishers, keywords."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from kg.records import Author, Concept, Institution, Profile, Reading, ReportedMetric, SourceRecord, Venue
from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import Faults
from kg.sources.openalex import concepts, organisations, shapes, things
from kg.sources.openalex.authorships import DELETED_AUTHOR, DELETED_ID
from kg.sources.values import address, checked, clean, cleaned, distinct, figure, number, openalex_id, updated

Thing = Author | Institution | Venue | Concept

_DELETED = {DELETED_AUTHOR, "Deleted Institution", "Deleted Source", "Deleted Venue"}
# Of the topics that an author has worked on, the ones with most works.
_FIELDS = 5
_MIN_PERCENT = 30


def entity(file: str, number_: int, data: bytes, id_: str, kind: str) -> Reading:
    """What a record says of a thing; `kind` is its id's letter, or its path ('subfields')."""
    faults = Faults(file, number_, id_)
    decoder, describe = _KINDS[kind]
    try:
        found, wrong = decoded(decoder, data)
    except BROKEN as error:
        return Reading((), faults.whole("not an entity of OpenAlex", error))
    faults.parts(wrong)
    name = clean(found.display_name)
    if name in _DELETED or id_ == DELETED_ID:
        return Reading((), faults.whole("deleted in the source", name))
    if name is None:
        return Reading((), faults.whole("has no name", field="display_name"))
    found.id = f"https://openalex.org/{id_}"
    thing = describe(found, name, faults)
    author = found if isinstance(found, shapes.AuthorEntity) else None
    profile = Profile(
        thing=thing,
        source=SourceRecord(id_, type=clean(found.type), updated=updated(found.updated_date, faults)),
        fields=_fields(author) if author else (),
        affiliations=_affiliations(author, faults) if author else (),
        metrics=tuple(_metrics(found, kind, faults)),
    )
    return Reading((profile,), faults.rejects)


def _metrics(found: shapes.Entity, kind: str, faults: Faults) -> Iterator[ReportedMetric]:
    yield from figure("paperCount", found.works_count, "NUM", faults)
    yield from figure("citationCount", found.cited_by_count, "NUM", faults)
    if found.summary_stats and kind in "AIS":
        yield from figure("hIndex", found.summary_stats.h_index, "UNITLESS", faults)
        yield from figure("i10Index", found.summary_stats.i10_index, "NUM", faults)


def _author(found: shapes.AuthorEntity, name: str, faults: Faults) -> Author:
    orcid = found.orcid or (found.ids.orcid if found.ids else None)
    known = distinct(openalex_id(found.id, "A"), checked("orcid", orcid, faults))
    others = (each for each in cleaned(found.display_name_alternatives) if each != name)
    return Author(name, known, other_names=tuple(others))


def _affiliations(found: shapes.AuthorEntity, faults: Faults) -> tuple[Institution, ...]:
    """The last ones that OpenAlex knows; those of earlier years stand on the authorships."""
    last = found.last_known_institutions or [found.last_known_institution]
    made = [faults.of(things.institution(each)) for each in last if each]
    return tuple(dict.fromkeys(each for each in made if each))


def _fields(found: shapes.AuthorEntity) -> tuple[Concept, ...]:
    made: list[Concept | None]
    if found.topics:
        made = [things.topic(each) for each in found.topics[:_FIELDS] if each]
    else:
        sure = (each for each in found.x_concepts or () if each and (number(each.score) or 0) >= _MIN_PERCENT)
        made = [things.concept(each.id, each.display_name, each.wikidata) for each in sure]
    return tuple(dict.fromkeys(each for each in made if each))


def _venue(found: shapes.SourceEntity, name: str, faults: Faults) -> Venue:
    publisher = faults.of(things.host(found.host_organization, found.host_organization_name or found.publisher))
    spelled = dict.fromkeys(filter(None, (found.issn_l, *(found.issn or ()))))
    known = (
        openalex_id(found.id, "S"),
        *(checked("issn", issn, faults) for issn in spelled),
        checked("wikidata", found.ids.wikidata if found.ids else None, faults),
    )
    others = cleaned([*(found.alternate_titles or ()), found.abbreviated_title])
    return Venue(
        name,
        distinct(*known),
        things.venue_kind(found.type),
        tuple(each for each in others if each != name),
        publisher,
        address(found.homepage_url, "homepage_url", faults),
    )


def _funder(found: shapes.OrganisationEntity, name: str, faults: Faults) -> Institution:
    return organisations.organisation(found, name, "funder", faults)


def _publisher(found: shapes.OrganisationEntity, name: str, faults: Faults) -> Institution:
    return organisations.organisation(found, name, "publisher", faults)


def _decoder(shape: type[shapes.Entity]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)


_TOPIC = (_decoder(shapes.TopicEntity), concepts.topic)
_KINDS: dict[str, tuple[msgspec.json.Decoder[Any], Callable[[Any, str, Faults], Thing]]] = {
    "A": (_decoder(shapes.AuthorEntity), _author),
    "I": (_decoder(shapes.InstitutionEntity), organisations.institution),
    "S": (_decoder(shapes.SourceEntity), _venue),
    "F": (_decoder(shapes.OrganisationEntity), _funder),
    "P": (_decoder(shapes.OrganisationEntity), _publisher),
    "C": (_decoder(shapes.ConceptEntity), concepts.concept),
    **dict.fromkeys(("T", "subfields", "fields", "domains", "keywords"), _TOPIC),
}
KINDS = frozenset(_KINDS)
