"""Semantic Scholar: papers of the Graph API, and the papers, abstracts and citations of its bulk datasets.

https://api.semanticscholar.org/api-docs/graph, https://api.semanticscholar.org/api-docs/datasets
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kg.identifiers import identifier
from kg.records import Identifier, Paper, Reading, Record, SourceRecord
from kg.sources.chunks import json_chunks
from kg.sources.contract import Chunk, Source
from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import Fault, Faults
from kg.sources.json_records import decoded_page, numbered_documents
from kg.sources.semanticscholar import shapes
from kg.sources.semanticscholar.authors import profiles
from kg.sources.semanticscholar.papers import paper
from kg.sources.values import distinct

_PAPER = msgspec.json.Decoder(shapes.Paper)
_WRAPPED = msgspec.json.Decoder(shapes.Wrapped)
_PAGE = msgspec.json.Decoder(shapes.Page)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_CITATION = msgspec.json.Decoder(shapes.Citation)
# By what a paper is referred to, best first: what its own graph knows it by.
_REFERRED_BY = ("semanticscholar", "doi", "arxiv", "corpusid", "dblp")
_STARTS = (b"[", b'{"total"', b'{"offset"', b'{"data"', b'{"next"', b'{"token"')
# The datasets write the names of fields in lower case.
_DATASET_NAMES = [
    (b'"%s":' % name.lower().encode(), b'"%s":' % name.encode())
    for name in (*shapes.Paper.__struct_encode_fields__, "authorId")
    if name != name.lower()
]


def readings(chunk: Chunk) -> Iterator[Reading]:
    """The papers of lines, or of a document; a line may be a page as well."""
    for line, data in numbered_documents(chunk):
        if line is None or data.startswith(_STARTS):
            yield from _page(chunk.file, line, data)
        else:
            yield _reading(chunk.file, line, data)


def _page(file: str, line: int | None, data: bytes) -> Iterator[Reading]:
    """One paper, or the papers of a list or of a page, numbered within it unless it stands on a line."""
    faults = Faults(file, line or 1)
    try:
        found, damage = _papers_of(data)
    except BROKEN as error:
        yield Reading((), faults.whole("not JSON of a paper or a page", error))
        return
    if found is None:
        yield _reading(file, line or 1, data)
        return
    faults.parts(damage)
    for place, raw in enumerate(found, start=1):
        reading = _reading(file, line or place, bytes(raw))
        # What was wrong with the page is told once, beside its first paper.
        yield Reading(reading.records, faults.rejects + reading.rejects) if damage and place == 1 else reading


def _papers_of(data: bytes) -> tuple[list[msgspec.Raw] | None, tuple[Fault, ...]]:
    """The papers of a list or of a page; None for anything else."""
    if data.startswith(b"["):
        return decoded_page(_LIST, data)
    page, damage = decoded_page(_PAGE, data)
    return page.data, damage


def _reading(file: str, number: int, data: bytes) -> Reading:
    faults = Faults(file, number)
    if data == b"null":
        return Reading((), faults.whole("an empty place in a list: the paper was not found"))
    try:
        if b'"citingcorpusid"' in data:
            return _citation(faults.of(decoded(_CITATION, data)), faults)
        found, wrong = decoded(_PAPER, _with_api_names(_unwrapped(data)))
    except BROKEN as error:
        return Reading((), faults.whole("not JSON of a paper", error))
    faults.record = found.id or (str(found.corpus_id) if found.corpus_id else None)
    if found.model and not found.title:
        return Reading((), faults.whole("a kind of record that is not read", found.model))
    faults.parts(wrong)
    made = paper(found, faults)
    if made is None:
        return Reading((), faults.whole("has neither a title nor an identifier"))
    return Reading(tuple(_with_those_around(made, found, faults)), faults.rejects)


def _with_those_around(made: Paper, found: shapes.Paper, faults: Faults) -> Iterator[Record]:
    """The paper, which cites its references, its authors as far as more than their names is known, then the papers
    that it cites and those that cite it."""
    cited = list(_papers(found.references, faults))
    yield msgspec.structs.replace(made, references=distinct(*map(_referred_by, cited))) if cited else made
    yield from profiles(found.authors or [], faults)
    yield from cited
    if found.citations:
        own = distinct(_referred_by(made))
        for citing in _papers(found.citations, faults):
            yield msgspec.structs.replace(citing, references=own)


def _unwrapped(data: bytes) -> bytes:
    """The paper in an element of a list of citations, which says of the citation what is not read."""
    if b'"citingPaper"' not in data and b'"citedPaper"' not in data:
        return data
    found, _ = decoded(_WRAPPED, data)
    inner = bytes(found.citing) or bytes(found.cited)
    return inner if inner.startswith(b"{") else data


def _with_api_names(data: bytes) -> bytes:
    """A line of a dataset with the field names of the API. A name in a text is not one: its quotes are escaped."""
    if b'"corpusid":' not in data:
        return data
    for name, api_name in _DATASET_NAMES:
        data = data.replace(name, api_name)
    return data


def _citation(found: shapes.Citation, faults: Faults) -> Reading:
    citing, cited = identifier("corpusid", str(found.citing or "")), identifier("corpusid", str(found.cited or ""))
    if citing is None or cited is None:
        return Reading((), faults.whole("a citation with an end that is not known"))
    source = SourceRecord(f"{citing.value}-cites-{cited.value}")
    return Reading((Paper(title=None, source=source, identifiers=(citing,), references=(cited,)),), faults.rejects)


def _referred_by(made: Paper) -> Identifier | None:
    by_scheme = {known.scheme: known for known in reversed(made.identifiers)}
    return next((by_scheme[scheme] for scheme in _REFERRED_BY if scheme in by_scheme), None)


def _papers(raws: list[msgspec.Raw] | None, faults: Faults) -> Iterator[Paper]:
    """The papers at the other end of citations, as far as they are known."""
    for raw in raws or ():
        try:
            found, wrong = decoded(_PAPER, _unwrapped(bytes(raw)))
        except BROKEN as error:
            faults.part("citations", "not JSON of a paper", error)
            continue
        faults.parts(wrong)
        if made := paper(found, faults):
            yield made


SOURCE = Source(
    name="semanticscholar",
    version="1",
    description="Semantic Scholar: papers of the Graph API; papers, abstracts and citations of the datasets",
    chunks=json_chunks,
    readings=readings,
    endings=(".jsonl", ".json"),
)
