"""OpenAlex: works and everything around them, from its snapshot, its API or files of single records.

Of every record its id tells what it is. https://docs.openalex.org
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from kg.identifiers import identifier
from kg.records import Reading
from kg.sources.chunks import json_chunks, numbered_lines
from kg.sources.contract import Chunk, Source
from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import Fault, Faults
from kg.sources.openalex import shapes
from kg.sources.openalex.entities import KINDS, entity
from kg.sources.openalex.works import work

_NAMED = msgspec.json.Decoder(shapes.Named)
_WHOLE = msgspec.json.Decoder(msgspec.Raw)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_PAGE = msgspec.json.Decoder(shapes.Page)
# Nearly every work starts with its id; any other record is decoded to find it.
_START = re.compile(rb'\{\s*"id"\s*:\s*"https://openalex\.org/(W[1-9][0-9]{0,11})"\s*,')
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def readings(chunk: Chunk) -> Iterator[Reading]:
    """The records of lines, or of a document: a record, a page of the API, or lines of which the first is damaged."""
    data = chunk.data.removeprefix(_BYTE_ORDER_MARK)
    is_alone = chunk.kind == "document" and not _is_lines(data)
    lines = [(1, data.strip())] if is_alone else numbered_lines(Chunk(chunk.file, chunk.number, data))
    for number, line in lines:
        if start := _START.match(line):
            yield work(chunk.file, number, line, start[1].decode())
        else:
            yield from _document(chunk.file, number, line, is_alone)


def _is_lines(data: bytes) -> bool:
    """Whether objects stand on lines of their own, in what is no JSON as a whole."""
    if b"\n{" not in data:
        return False
    try:
        _WHOLE.decode(data)
    except BROKEN:
        return True
    return False


def _document(file: str, number: int, data: bytes, is_alone: bool) -> Iterator[Reading]:
    """A record or a page; an empty file is neither, and no fault."""
    if not data:
        return
    faults = Faults(file, number)
    try:
        id_ = None if data.startswith(b"[") else decoded(_NAMED, data)[0].id
        records, damage = _records(data) if id_ is None else (None, ())
    except BROKEN as error:
        yield Reading((), faults.whole("not JSON of a record or a page", error))
        return
    if id_ is not None:
        yield _record(file, number, data, id_)
    elif records is None:
        yield Reading((), faults.whole("neither a record of OpenAlex nor a page of them", _start(data)))
    else:
        faults.parts(damage)
        for place, raw in enumerate(records, start=1):
            reading = _element(file, place if is_alone else number, bytes(raw))
            # What was wrong with the page is told once, beside its first record.
            yield Reading(reading.records, faults.rejects + reading.rejects) if damage and place == 1 else reading


def _records(data: bytes) -> tuple[list[msgspec.Raw] | None, tuple[Fault, ...]]:
    """The records of a page or of a plain list; of the snapshot's manifest none. None for anything else."""
    if data.startswith(b"["):
        return decoded(_LIST, data)
    page, damage = decoded(_PAGE, data)
    return ([] if page.results is None and page.entries is not None else page.results), damage


def _element(file: str, number: int, data: bytes) -> Reading:
    """A record of a page."""
    try:
        id_ = decoded(_NAMED, data)[0].id
    except BROKEN as error:
        return Reading((), Faults(file, number).whole("not JSON of a record", error))
    return _record(file, number, data, id_)


def _record(file: str, number: int, data: bytes, text: str | None) -> Reading:
    known = identifier("openalex", text)
    if known is None:
        is_other = "openalex.org/" in (text or "")
        reason = "a kind of record that is not read" if is_other else "has no OpenAlex id"
        return Reading((), Faults(file, number, text).whole(reason, _start(data), "id"))
    kind, slash, _ = known.value.partition("/")
    kind = kind if slash else kind[0]
    if kind == "W":
        return work(file, number, data, known.value)
    if kind not in KINDS:
        return Reading((), Faults(file, number, text).whole("a kind of record that is not read", _start(data), "id"))
    return entity(file, number, data, known.value, kind)


def _start(data: bytes) -> str:
    return data[:80].decode(errors="replace")


SOURCE = Source(
    name="openalex",
    version="1",
    description="OpenAlex: works, authors, institutions, sources, topics, concepts, funders, publishers, keywords",
    chunks=json_chunks,
    readings=readings,
    # The parts of the snapshot have no ending but that of their compression.
    endings=(".jsonl", ".json", ".ndjson", ""),
)
