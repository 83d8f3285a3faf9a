"""ROR: research organisations, schema version 2, as JSON Lines or as the list of a release.

https://ror.readme.io/docs/ror-data-structure
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kg.identifiers import identifier
from kg.records import Identifier, Institution, InstitutionRelation, PartialDate, Profile, Reading, SourceRecord, Text
from kg.sources.chunks import json_chunks, numbered_lines
from kg.sources.contract import Chunk, Source
from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import Faults
from kg.sources.values import LANGUAGE, address, checked, clean, country, distinct, partial_date

_EXTERNAL = {"wikidata": "wikidata", "isni": "isni", "grid": "grid", "fundref": "crossref-funder"}
_RELATIONS = ("parent", "child", "related", "successor", "predecessor")
_STATUSES = ("active", "inactive", "withdrawn")


class _Name(msgspec.Struct):
    value: str | None = None
    lang: str | None = None
    types: list[str] | None = None


class _Place(msgspec.Struct):
    name: str | None = None
    country_code: str | None = None


class _Location(msgspec.Struct):
    geonames_details: _Place | None = None


class _External(msgspec.Struct):
    type: str | None = None
    all: list[str | None] | None = None
    preferred: str | None = None


class _Relationship(msgspec.Struct):
    id: str | None = None
    label: str | None = None
    type: str | None = None


class _Link(msgspec.Struct):
    type: str | None = None
    value: str | None = None


class _Stamp(msgspec.Struct):
    date: str | None = None


class _Admin(msgspec.Struct):
    last_modified: _Stamp | None = None


class _Organisation(msgspec.Struct):
    id: str | None = None
    names: list[_Name | None] | None = None
    status: str | None = None
    types: list[str | None] | None = None
    established: int | None = None
    locations: list[_Location | None] | None = None
    external_ids: list[_External | None] | None = None
    relationships: list[_Relationship | None] | None = None
    links: list[_Link | None] | None = None
    admin: _Admin | None = None


_ORGANISATION = msgspec.json.Decoder(_Organisation)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def readings(chunk: Chunk) -> Iterator[Reading]:
    """The organisations of lines, or of a list."""
    if chunk.kind == "document" and chunk.data.lstrip().startswith(b"["):
        try:
            items = _LIST.decode(chunk.data)
        except BROKEN as error:
            yield Reading((), Faults(chunk.file, 1).whole("not a list in JSON", error))
            return
        for number, raw in enumerate(items, start=1):
            yield _reading(chunk.file, number, bytes(raw))
    elif chunk.kind == "document" and chunk.data.strip():
        yield _reading(chunk.file, 1, chunk.data)
    elif chunk.kind != "document":
        for number, line in numbered_lines(chunk):
            yield _reading(chunk.file, number, line)


def _reading(file: str, number: int, data: bytes) -> Reading:
    faults = Faults(file, number)
    try:
        found = faults.of(decoded(_ORGANISATION, data))
    except BROKEN as error:
        return Reading((), faults.whole("not JSON of an organisation", error))
    known = identifier("ror", found.id)
    if known is None:
        return Reading((), faults.whole("has no ROR id that can be read", found.id, "id"))
    faults.record = known.value
    names = [(name, text) for name in found.names or () if name and (text := clean(name.value))]
    if not names:
        return Reading((), faults.whole("has no name", found.id, "names"))
    institution = _institution(found, known, names, faults)
    successors = [relation for relation in institution.relations if relation.kind == "successor"]
    profile = Profile(
        thing=institution,
        source=SourceRecord(known.value, updated=_updated(found.admin)),
        is_deprecated=institution.status == "withdrawn",
        replaced_by=tuple(relation.institution.identifiers[0] for relation in successors),
    )
    return Reading((profile,), faults.rejects)


def _institution(
    found: _Organisation, known: Identifier, names: list[tuple[_Name, str]], faults: Faults
) -> Institution:
    shown = next((text for name, text in names if "ror_display" in (name.types or ())), names[0][1])
    places = [location.geonames_details for location in found.locations or () if location and location.geonames_details]
    status = (found.status or "").lower()
    if status not in _STATUSES:
        faults.part("status", "not active, inactive or withdrawn", found.status)
    return Institution(
        shown,
        identifiers=(known, *_external(found, faults)),
        other_names=tuple(
            dict.fromkeys(
                Text(text, _language(name.lang, faults))
                for name, text in names
                if text != shown and "acronym" not in (name.types or ())
            )
        ),
        acronyms=tuple(
            dict.fromkeys(text for name, text in names if "acronym" in (name.types or ()) and text != shown)
        ),
        country=country(places[0].country_code, faults) if places else None,
        place=clean(places[0].name) if places else None,
        kinds=tuple(kind.lower() for kind in found.types or () if kind),
        status=status if status in _STATUSES else None,
        established=found.established if found.established and 600 <= found.established <= 2100 else None,
        homepage=_homepage(found, faults),
        relations=tuple(_relations(found, faults)),
    )


def _language(code: str | None, faults: Faults) -> str | None:
    if code and not LANGUAGE.fullmatch(code):
        faults.part("names.lang", "not a language tag", code)
        return None
    return code or None


def _external(found: _Organisation, faults: Faults) -> tuple[Identifier, ...]:
    """The preferred identifier of each kind first, then the others of it."""
    known = []
    for external in found.external_ids or ():
        scheme = _EXTERNAL.get((external.type or "").lower()) if external else None
        if external and scheme:
            known += [checked(scheme, text, faults) for text in (external.preferred, *(external.all or ()))]
    return distinct(*known)


def _relations(found: _Organisation, faults: Faults) -> Iterator[InstitutionRelation]:
    for relation in found.relationships or ():
        kind = (relation.type or "").lower() if relation else ""
        if relation is None or kind not in _RELATIONS:
            faults.part("relationships", "a kind of relation that is not known", kind)
            continue
        other = checked("ror", relation.id, faults)
        if other:
            yield InstitutionRelation(kind, Institution(clean(relation.label) or other.value, (other,)))


def _homepage(found: _Organisation, faults: Faults) -> str | None:
    websites = (link.value for link in found.links or () if link and link.type == "website")
    return address(next(websites, None), "links", faults)


def _updated(admin: _Admin | None) -> PartialDate | None:
    return partial_date(admin.last_modified.date) if admin and admin.last_modified else None


SOURCE = Source(
    name="ror",
    version="1",
    description="ROR: research organisations, schema version 2",
    chunks=json_chunks,
    readings=readings,
    endings=(".jsonl", ".json"),
)
