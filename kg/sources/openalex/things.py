"""Institutions, venues and concepts as they stand in records of other things. One that recurs is read once."""

from __future__ import annotations

from functools import lru_cache

from kg.identifiers import external_iris, identifier
from kg.records import Concept, Identifier, Institution, Venue
from kg.sources.faults import Fault
from kg.sources.openalex.shapes import ShortInstitution, ShortSource, ShortTopic, Topic
from kg.sources.values import checked, clean, country, distinct, openalex_id

TOPICS, SUBFIELDS, FIELDS, DOMAINS = "openalex-topics", "openalex-subfields", "openalex-fields", "openalex-domains"
CONCEPTS, KEYWORDS = "openalex-concepts", "openalex-keywords"

VENUE_KINDS = {"journal": "journal", "conference": "conference", "repository": "repository"} | {
    "book series": "book-series",
    "book": "book",
}

_KEPT = 2**14

InstitutionFound = tuple[Institution | None, tuple[Fault, ...]]
VenueFound = tuple[Venue | None, tuple[Fault, ...]]


@lru_cache(_KEPT)
def institution(found: ShortInstitution) -> InstitutionFound:
    """An institution of an authorship; one that OpenAlex knows by name alone has no id. None if it has no name."""
    faults: list[Fault] = []
    name = clean(found.display_name)
    if name is None:
        faults.append(Fault("institutions", "an institution without a name", found.id or found.ror or ""))
        return None, tuple(faults)
    if name == "Deleted Institution":
        return None, ()
    known = distinct(checked("ror", found.ror, faults), _known("institutions", found.id, "I", faults))
    kinds = (found.type.strip().lower(),) if found.type and found.type.strip() else ()
    made = Institution(name, known, country=country(found.country_code, faults), kinds=kinds)
    return made, tuple(faults)


def _known(field: str, text: str | None, letter: str, faults: list[Fault]) -> Identifier | None:
    known = openalex_id(text, letter)
    if text and known is None:
        faults.append(Fault(field, "not an OpenAlex id of its kind", text))
    return known


@lru_cache(_KEPT)
def host(id_: str | None, name: str | None) -> InstitutionFound:
    """Who runs a source: a publisher, or the institution of a repository."""
    faults: list[Fault] = []
    clean_name = clean(name)
    if clean_name is None:
        return None, ()
    publisher = openalex_id(id_, "P")
    known = publisher or openalex_id(id_, "I") or _known("host_organization", id_, "P", faults)
    kinds = ("publisher",) if publisher else ()
    return Institution(clean_name, distinct(known), kinds=kinds), tuple(faults)


@lru_cache(_KEPT)
def venue(found: ShortSource) -> VenueFound:
    """The venue that a source is. None if it has no name."""
    faults: list[Fault] = []
    name = clean(found.display_name)
    if name is None:
        if found.id or found.issn_l:
            faults.append(Fault("source", "a source without a name", found.id or found.issn_l or ""))
        return None, tuple(faults)
    publisher, more = host(found.host_organization, found.host_organization_name or found.publisher)
    faults += more
    spelled = dict.fromkeys(filter(None, (found.issn_l, *(found.issn or ()))))
    known = (_known("source", found.id, "S", faults), *(checked("issn", issn, faults) for issn in spelled))
    return Venue(name, distinct(*known), venue_kind(found.type), publisher=publisher), tuple(faults)


def venue_kind(word: str | None) -> str | None:
    """The kind that OpenAlex's word for a source means ('ebook platform' and 'metadata' are others)."""
    word = (word or "").strip().lower()
    return VENUE_KINDS.get(word, "other") if word else None


@lru_cache(_KEPT)
def topic(found: Topic) -> Concept | None:
    """A topic with its subfield, that with its field, that with its domain."""
    known = openalex_id(found.id, "T")
    label = clean(found.display_name)
    if known is None or label is None:
        return None
    return Concept(TOPICS, known.value, label, broader=above(found), matches=external_iris(known, "concept"))


def above(found: Topic) -> tuple[Concept, ...]:
    """What is above a topic, nearest first: the one above it, which has those above it in turn."""
    broader: tuple[Concept, ...] = ()
    for scheme, each in ((DOMAINS, found.domain), (FIELDS, found.field), (SUBFIELDS, found.subfield)):
        if each and (made := short_topic(scheme, each, broader)):
            broader = (made,)
    return broader


@lru_cache(_KEPT)
def short_topic(scheme: str, found: ShortTopic, broader: tuple[Concept, ...] = ()) -> Concept | None:
    """A subfield, field, domain or keyword: its id is a path, whose last part is its notation."""
    known = identifier("openalex", found.id)
    label = clean(found.display_name)
    if known is None or label is None:
        return None
    path, _, notation = known.value.rpartition("/")
    if f"openalex-{path}" != scheme:
        return None
    return Concept(scheme, notation, label, broader=broader, matches=external_iris(known, "concept"))


@lru_cache(_KEPT)
def concept(id_: str | None, name: str | None, wikidata: str | None) -> Concept | None:
    """A concept, which is an item of Wikidata as well."""
    known = openalex_id(id_, "C")
    label = clean(name)
    if known is None or label is None:
        return None
    item = identifier("wikidata", wikidata)
    matches = external_iris(known, "concept") + (external_iris(item, "concept") if item else ())
    return Concept(CONCEPTS, known.value, label, matches=matches)
