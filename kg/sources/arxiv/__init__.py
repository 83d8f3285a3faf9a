"""arXiv: the metadata snapshot (JSON Lines) and OAI-PMH (arXiv and arXivRaw).

https://www.kaggle.com/datasets/Cornell-University/arxiv, https://info.arxiv.org/help/oa
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from kg.records import Reading
from kg.sources.arxiv.harvest import harvested
from kg.sources.arxiv.papers import paper
from kg.sources.arxiv.snapshot import snapshot_record
from kg.sources.chunks import element_chunks, json_chunks
from kg.sources.contract import Chunk, Source
from kg.sources.decoding import BROKEN
from kg.sources.faults import Faults
from kg.sources.files import SourceFile
from kg.sources.json_records import numbered_documents
from kg.sources.xml_records import BadXml, check_prolog, is_xml

_END = re.compile(rb"</(?:[\w.-]+:)?record\s*>")
_PROLOG = 4096
_START = re.compile(rb"<(?:[\w.-]+:)?record[\s>/]")
_ROOT = re.compile(rb"<(?:[\w.-]+:)?(OAI-PMH|ListRecords|GetRecord|records?)[\s>/]")
_ROOT_END = re.compile(rb"</(?:[\w.-]+:)?OAI-PMH\s*>")


def chunks(file: SourceFile) -> Iterator[Chunk]:
    """Lines of the snapshot, or records of OAI-PMH."""
    if not is_xml(file):
        yield from json_chunks(file)
        return
    check_prolog(file)
    with file.open() as stream:
        root = _ROOT.search(stream.read(_PROLOG))
    if root is None:
        raise file.error("is XML, but no answer of OAI-PMH")
    for chunk in element_chunks(file, _END, "xml"):
        if chunk.kind == "xml":
            yield chunk
        elif _START.search(chunk.data) or (root[1] == b"OAI-PMH" and not _ROOT_END.search(chunk.data)):
            raise file.error("ends before its end: the file was cut off; get it whole")


def readings(chunk: Chunk) -> Iterator[Reading]:
    if chunk.kind == "xml":
        for number, data in enumerate(_records(chunk.data), start=chunk.number):
            yield _harvested(chunk.file, number, data)
        return
    for line, data in numbered_documents(chunk):
        yield _of_snapshot(chunk.file, line or 1, data)


def _records(data: bytes) -> Iterator[bytes]:
    """Each record from its start to its end, or to the start of the next where its end is missing."""
    starts = [match.start() for match in _START.finditer(data)]
    for start, end in pairwise([*starts, len(data)]):
        ended = _END.search(data, start, end)
        yield data[start : ended.end() if ended else end]


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
