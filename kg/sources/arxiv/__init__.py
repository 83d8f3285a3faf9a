"""arXiv: the metadata snapshot (JSON Lines) and OAI-PMH (arXiv and arXivRaw).

https://www.kaggle.com/datasets/Cornell-University/arxiv, https://info.arxiv.org/help/oa
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.records import Reading
from kg.sources.arxiv.harvest import harvested
from kg.sources.arxiv.papers import paper
from kg.sources.arxiv.snapshot import snapshot_record
from kg.sources.chunks import element_chunks, json_chunks, numbered_lines
from kg.sources.contract import Chunk, Source
from kg.sources.decoding import BROKEN
from kg.sources.faults import Faults
from kg.sources.files import SourceFile
from kg.sources.xml_records import BadXml, check_prolog, is_xml

_END = re.compile(rb"</(?:\w+:)?record\s*>")
_RECORD = re.compile(rb"<(?:\w+:)?record[\s>].*?</(?:\w+:)?record\s*>", re.DOTALL)


def chunks(file: SourceFile) -> Iterator[Chunk]:
    """Lines of the snapshot, or records of OAI-PMH."""
    if not is_xml(file):
        yield from json_chunks(file)
        return
    check_prolog(file)
    has_ended = False
    for chunk in element_chunks(file, _END, "xml"):
        has_ended = chunk.kind == "tail" and b"</" in chunk.data
        yield chunk
    if not has_ended:
        raise file.error("ends inside a record: the file was cut off; get it whole")


def readings(chunk: Chunk) -> Iterator[Reading]:
    if chunk.kind == "xml":
        for number, match in enumerate(_RECORD.finditer(chunk.data), start=chunk.number):
            yield _harvested(chunk.file, number, match[0])
    elif chunk.kind == "document":
        if chunk.data.strip():
            yield _of_snapshot(chunk.file, 1, chunk.data)
    elif chunk.kind == "lines":
        for number, line in numbered_lines(chunk):
            yield _of_snapshot(chunk.file, number, line)


def _of_snapshot(file: str, number: int, data: bytes) -> Reading:
    faults = Faults(file, number)
    try:
        return paper(snapshot_record(data, faults), faults)
    except BROKEN as error:
        return Reading((), faults.whole("not JSON of a paper", error))


def _harvested(file: str, number: int, data: bytes) -> Reading:
    faults = Faults(file, number)
    try:
        found = harvested(data, faults)
    except BadXml as error:
        return Reading((), faults.whole("not XML of a record", error))
    if found is None:
        return Reading((), faults.whole("deleted in the source"))
    return paper(found, faults)


SOURCE = Source(
    name="arxiv",
    version="1",
    description="arXiv: metadata snapshot, OAI-PMH (arXiv and arXivRaw)",
    chunks=chunks,
    readings=readings,
    endings=(".jsonl", ".json", ".xml"),
)
