"""DBLP's BibTeX: keys that identify the papers, the venue in the key, the date of the last change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate

import msgspec

from kg.records import PartialDate, Reading
from kg.sources.bibtex import broken, reference
from kg.sources.bibtex_entries import BrokenEntry, Entry, entries
from kg.sources.contract import Chunk
from kg.sources.dblp.publications import KEY_OF_RECORD, key_identifiers, kind, venue
from kg.sources.faults import Faults
from kg.sources.person_names import NameList, PersonName
from kg.sources.references import Reference
from kg.sources.values import distinct

_PREFIX = "DBLP:"
_ACRONYM = re.compile(r",\s+([A-Z][^,\s]*(?:\s[^,\s]+){0,2}) (\d{4})\b")


def readings(chunk: Chunk) -> Iterator[Reading]:
    """Every entry; what is read of any BibTeX, and what DBLP says beyond it."""
    for entry in entries(chunk):
        if isinstance(entry, BrokenEntry):
            yield broken(chunk.file, entry)
        else:
            yield _reading(chunk.file, entry)


def _reading(file: str, entry: Entry) -> Reading:
    key = _key(entry)
    faults = Faults(file, entry.line, key or entry.key or None)
    faults.parts(tuple(entry.faults))
    if key is None:
        return Reading((), faults.rejects + faults.whole("the key is not one of DBLP's", entry.key))
    return _publication(entry, key, reference(entry, faults), faults).reading(faults)


def _publication(entry: Entry, key: str, found: Reference, faults: Faults) -> Reference:
    is_proceedings = entry.type == "proceedings"
    container = found.title if is_proceedings else found.container
    is_meeting = entry.type in ("inproceedings", "proceedings")
    acronym = _acronym(container, entry.fields.get("year", "")) if container and is_meeting else None
    # Without an acronym the key names the meeting; what is printed names one of its years.
    where = venue(key, entry.type, acronym or (None if is_meeting else container), found.issns)
    if where is None:
        where = venue(key, entry.type, container, found.issns)
    known = key_identifiers(key)
    return msgspec.structs.replace(
        found,
        record_id=key,
        type=kind(entry.type, None, key),
        identifiers=distinct(*known, *found.identifiers),
        authors=_unparted(found.authors),
        editors=_unparted(found.editors),
        venue=where,
        container=None if is_proceedings else container,
        updated=_updated(entry.fields.get("timestamp"), faults),
    )


def _key(entry: Entry) -> str | None:
    if entry.key.startswith(_PREFIX):
        return entry.key.removeprefix(_PREFIX) or None
    match = KEY_OF_RECORD.fullmatch(entry.fields.get("biburl", ""))
    return match[1] if match and "dblp" in entry.fields["biburl"] else None


def _acronym(container: str, year: str) -> str | None:
    """'NeurIPS' of 'Advances in …, NeurIPS 2022, New Orleans, …': what stands with the year."""
    return next((match[1] for match in _ACRONYM.finditer(container) if match[2] == year.strip()), None)


def _unparted(names: NameList | None) -> NameList | None:
    """DBLP knows names as a whole; which part is the family's it does not say."""
    if not names:
        return None
    return NameList(tuple((position, PersonName(each.name)) for position, each in names.names), names.is_complete)


def _updated(timestamp: str | None, faults: Faults) -> PartialDate | None:
    """'Mon, 08 Jan 2024 00:00:00 +0100', the day as it stands there."""
    if not timestamp:
        return None
    try:
        parts = parsedate(timestamp)
    except (ValueError, TypeError, IndexError):
        parts = None
    if parts and 1000 <= parts[0] <= 2100 and 1 <= parts[1] <= 12 and 1 <= parts[2] <= 31:
        return PartialDate(*parts[:3])
    faults.part("timestamp", "not a date", timestamp)
    return None
