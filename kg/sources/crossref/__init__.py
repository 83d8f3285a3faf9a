"""Crossref: works as the REST API and the public data file give them: messages, pages, lists, JSON Lines.

https://api.crossref.org/swagger-ui, https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kg.records import Reading
from kg.sources.chunks import json_chunks
from kg.sources.contract import Chunk, Source
from kg.sources.crossref import shapes
from kg.sources.crossref.works import work
from kg.sources.decoding import BROKEN
from kg.sources.faults import Fault, Faults
from kg.sources.json_records import decoded_page, numbered_documents

_PAGE = msgspec.json.Decoder(shapes.Page)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
# How pages and lists mostly begin; any other is known by what it does not have.
_STARTS = (b"[", b'{"status"', b'{"message', b'{"items"')


def readings(chunk: Chunk) -> Iterator[Reading]:
    """The works of lines, or of a document; a line may be a page as well."""
    for line, data in numbered_documents(chunk):
        if line is None or data.startswith(_STARTS):
            yield from _page(chunk.file, line, data)
            continue
        reading = work(chunk.file, line, data)
        if not reading.records and (b'"items"' in data or b'"message"' in data):
            yield from _page(chunk.file, line, data)
        else:
            yield reading


def _page(file: str, line: int | None, data: bytes) -> Iterator[Reading]:
    """One work, or as many as a page or a list holds, numbered within it unless it stands on a line."""
    try:
        works, damage = _works(data)
    except BROKEN as error:
        yield Reading((), Faults(file, line or 1).whole("not JSON of a work or a page", error))
        return
    faults = Faults(file, line or 1)
    faults.parts(damage)
    for place, raw in enumerate(works, start=1):
        reading = work(file, line or place, raw)
        # What was wrong with the page is told once, beside its first work.
        yield Reading(reading.records, faults.rejects + reading.rejects) if damage and place == 1 else reading


def _works(data: bytes, depth: int = 3) -> tuple[list[bytes], tuple[Fault, ...]]:
    """The works in a page, in the message that a page is in, or the one that it is itself."""
    if data.startswith(b"["):
        items, damage = decoded_page(_LIST, data)
        return [bytes(raw) for raw in items], damage
    page, damage = decoded_page(_PAGE, data)
    message = bytes(page.message).strip()
    if message.startswith((b"{", b"[")) and depth:
        works, more = _works(message, depth - 1)
        return works, damage + more
    return ([data], ()) if page.items is None else ([bytes(raw) for raw in page.items], damage)


SOURCE = Source(
    name="crossref",
    version="2",
    description="Crossref: works from the REST API or the public data file",
    chunks=json_chunks,
    readings=readings,
    endings=(".jsonl", ".json"),
)
