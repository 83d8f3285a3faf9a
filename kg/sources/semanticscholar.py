"""Semantic Scholar: papers of the Graph API, and the papers, abstracts and citations of its bulk datasets.

https://api.semanticscholar.org/api-docs/graph, https://api.semanticscholar.org/api-docs/datasets
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from kg.identifiers import identifier
from kg.records import (
    Author,
    Authorship,
    Concept,
    Identifier,
    Location,
    Paper,
    PartialDate,
    Reading,
    Record,
    ReportedMetric,
    SourceRecord,
    Venue,
)
from kg.sources.chunks import json_chunks, numbered_lines
from kg.sources.contract import Chunk, Source
from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import Faults
from kg.sources.paper_types import paper_type
from kg.sources.values import YEARS, address, checked, clean, distinct, partial_date

_SCHEMES = {
    "doi": "doi",
    "arxiv": "arxiv",
    "dblp": "dblp",
    "mag": "mag",
    "pubmed": "pmid",
    "pubmedcentral": "pmcid",
}
_VENUE_KINDS = {"journal": "journal", "conference": "conference"}


class _Person(msgspec.Struct):
    id: str | None = msgspec.field(default=None, name="authorId")
    name: str | None = None


class _Field(msgspec.Struct):
    category: str | None = None


class _Journal(msgspec.Struct):
    name: str | None = None
    volume: str | None = None
    pages: str | None = None


class _PublicationVenue(msgspec.Struct):
    name: str | None = None
    type: str | None = None
    issn: str | None = None
    alternate_names: list[str | None] | None = None
    url: str | None = None


class _Pdf(msgspec.Struct):
    url: str | None = None


class _Paper(msgspec.Struct):
    """A paper, with the Graph API's names of fields; the datasets' are brought to these."""

    id: str | None = msgspec.field(default=None, name="paperId")
    corpus_id: int | str | None = msgspec.field(default=None, name="corpusId")
    external_ids: dict[str, str | int | None] | None = msgspec.field(default=None, name="externalIds")
    url: str | None = None
    title: str | None = None
    abstract: str | None = None
    venue: str | None = None
    publication_venue: _PublicationVenue | None = msgspec.field(default=None, name="publicationVenue")
    year: int | None = None
    date: str | None = msgspec.field(default=None, name="publicationDate")
    types: list[str | None] | None = msgspec.field(default=None, name="publicationTypes")
    journal: _Journal | None = None
    fields: list[_Field | None] | None = msgspec.field(default=None, name="s2FieldsOfStudy")
    plain_fields: list[str | None] | None = msgspec.field(default=None, name="fieldsOfStudy")
    authors: list[_Person | None] | None = None
    pdf: _Pdf | None = msgspec.field(default=None, name="openAccessPdf")
    is_open: bool | None = msgspec.field(default=None, name="isOpenAccess")
    reference_count: int | None = msgspec.field(default=None, name="referenceCount")
    cited_by: int | None = msgspec.field(default=None, name="citationCount")
    influential: int | None = msgspec.field(default=None, name="influentialCitationCount")
    citations: list[msgspec.Raw] | None = None
    references: list[msgspec.Raw] | None = None


class _Wrapped(msgspec.Struct):
    """What stands in lists of citations: the paper itself, or beside what is said of the citation."""

    citing: msgspec.Raw | None = msgspec.field(default=None, name="citingPaper")
    cited: msgspec.Raw | None = msgspec.field(default=None, name="citedPaper")


class _Page(msgspec.Struct):
    data: list[msgspec.Raw] | None = None


class _Citation(msgspec.Struct):
    citing: int | None = msgspec.field(default=None, name="citingcorpusid")
    cited: int | None = msgspec.field(default=None, name="citedcorpusid")


_PAPER = msgspec.json.Decoder(_Paper)
_WRAPPED = msgspec.json.Decoder(_Wrapped)
_PAGE = msgspec.json.Decoder(_Page)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_CITATION = msgspec.json.Decoder(_Citation)
# The datasets write the fields of papers in lower case.
_DATASET_NAMES = {
    field.encode_name.lower().encode(): field.encode_name.encode() for field in msgspec.structs.fields(_Paper)
} | {b"authorid": b"authorId", b"publicationvenueid": b"publicationVenueId"}


def readings(chunk: Chunk) -> Iterator[Reading]:
    if chunk.kind == "document":
        yield from _document(chunk.file, None, chunk.data.strip())
        return
    for number, line in numbered_lines(chunk):
        if line.startswith((b'{"total"', b'{"offset"', b'{"data"', b'{"next"', b'{"token"', b"[")):
            yield from _document(chunk.file, number, line)
        else:
            yield _reading(chunk.file, number, line)


def _document(file: str, line: int | None, data: bytes) -> Iterator[Reading]:
    """One paper, or the papers of a list or of a page, numbered within it unless it stands on a line."""
    if not data:
        return
    try:
        found = _LIST.decode(data) if data.startswith(b"[") else _PAGE.decode(data).data
    except BROKEN as error:
        yield Reading((), Faults(file, line or 1).whole("not JSON of a paper or a page", error))
        return
    for place, raw in enumerate([data] if found is None else map(bytes, found), start=1):
        yield _reading(file, line or place, raw)


def _reading(file: str, number: int, data: bytes) -> Reading:
    faults = Faults(file, number)
    if data == b"null":
        return Reading((), faults.whole("an empty place in a list: the paper was not found"))
    try:
        if b'"citingcorpusid"' in data:
            return _citation(faults.of(decoded(_CITATION, data)), faults)
        found = faults.of(decoded(_PAPER, _with_api_names(data)))
    except BROKEN as error:
        return Reading((), faults.whole("not JSON of a paper", error))
    paper = _paper(found, faults, isolated=False)
    if paper is None:
        return Reading((), faults.whole("has neither a title nor an identifier"))
    cited, citing = _papers(found.references, "cited", faults), _papers(found.citations, "citing", faults)
    whole = msgspec.structs.replace(paper, references=distinct(*(_strongest(each) for each in cited)))
    own = _strongest(paper)
    others: list[Record] = [*cited]
    others += [msgspec.structs.replace(each, references=(own,) if own else ()) for each in citing]
    return Reading((whole, *others), faults.rejects)


def _with_api_names(data: bytes) -> bytes:
    """A line of a dataset with the field names of the API."""
    if b'"corpusid"' not in data[:200]:
        return data
    for name, api_name in _DATASET_NAMES.items():
        if name != api_name:
            data = data.replace(b'"%s":' % name, b'"%s":' % api_name)
    return data


def _citation(found: _Citation, faults: Faults) -> Reading:
    citing, cited = _corpus(found.citing), _corpus(found.cited)
    if citing is None or cited is None:
        return Reading((), faults.whole("a citation with an end that is not known"))
    source = SourceRecord(f"{citing.value}-cites-{cited.value}")
    return Reading((Paper(title=None, source=source, identifiers=(citing,), references=(cited,)),), faults.rejects)


def _corpus(number: int | str | None) -> Identifier | None:
    return identifier("corpusid", str(number)) if number else None


def _strongest(paper: Paper) -> Identifier | None:
    """By what another paper refers to this one: what its own graph knows it by."""
    return next((known for known in paper.identifiers if known.scheme in ("semanticscholar", "doi", "arxiv")), None)


def _papers(raws: list[msgspec.Raw] | None, end: str, faults: Faults) -> list[Paper]:
    """The papers at the other end of citations, as far as they are known."""
    papers = []
    for raw in raws or ():
        try:
            wrapped = _WRAPPED.decode(raw)
            inner = wrapped.citing if end == "citing" else wrapped.cited
            found = faults.of(decoded(_PAPER, bytes(inner if inner is not None else raw)))
        except BROKEN as error:
            faults.part(end, "not JSON of a paper", error)
            continue
        paper = _paper(found, faults, isolated=True)
        if paper is not None:
            papers.append(paper)
    return papers


def _paper(found: _Paper, faults: Faults, isolated: bool) -> Paper | None:
    """The paper; None if nothing tells which it is. `isolated`: it stands in the record of another."""
    if not isolated:
        faults.record = found.id or str(found.corpus_id or "") or None
    identifiers = _identifiers(found, faults)
    title = clean(found.title)
    if not identifiers and not title:
        return None
    authorships, is_complete = _authorships(found.authors, faults)
    types = [word for word in found.types or () if word]
    date = _date(found, faults)
    return Paper(
        title=title,
        source=SourceRecord(
            found.id or (f"CorpusID:{found.corpus_id}" if found.corpus_id else (title or "")[:100]),
            title=found.title.strip() if found.title and title and found.title.strip() != title else None,
            type=", ".join(types) or None,
            venue=clean(found.venue),
        ),
        identifiers=identifiers,
        type=_type(types),
        authorships=authorships,
        author_list_complete=is_complete,
        abstract=clean(found.abstract),
        date=date,
        venue=_venue(found, faults),
        volume=clean(found.journal.volume) if found.journal else None,
        pages=clean(found.journal.pages) if found.journal else None,
        concepts=_fields(found),
        locations=_locations(found, faults),
        metrics=tuple(_metrics(found)),
    )


def _identifiers(found: _Paper, faults: Faults) -> tuple[Identifier, ...]:
    known = [identifier("semanticscholar", found.id), _corpus(found.corpus_id)]
    for name, value in (found.external_ids or {}).items():
        scheme = _SCHEMES.get(name.lower())
        if scheme and value is not None:
            known.append(checked(scheme, value, faults))
        elif name.lower() == "corpusid":
            known.append(_corpus(value))
    return distinct(*known)


def _authorships(people: list[_Person | None] | None, faults: Faults) -> tuple[tuple[Authorship, ...], bool | None]:
    authorships, is_complete = [], True
    for position, person in enumerate(people or (), start=1):
        name = clean(person.name) if person else None
        if person is None or name is None:
            faults.part("authors", "an author without a name", position)
            is_complete = False
            continue
        known = distinct(checked("semanticscholar-author", person.id, faults))
        authorships.append(Authorship(Author(name, known), position, name))
    return tuple(authorships), is_complete if authorships else None


def _type(words: list[str]) -> str | None:
    """The most telling of several: a review in a journal is a review."""
    types = [found for word in words if (found := paper_type(word))]
    telling = [found for found in types if found not in ("article", "other")]
    return next(iter(telling + types), None)


def _date(found: _Paper, faults: Faults) -> PartialDate | None:
    date = partial_date(found.date)
    if found.date and date is None:
        faults.part("publicationDate", "not a date", found.date)
    if date is None and found.year is not None:
        if found.year in YEARS:
            return PartialDate(found.year)
        faults.part("year", "not a year", found.year)
    return date


def _venue(found: _Paper, faults: Faults) -> Venue | None:
    venue = found.publication_venue
    name = clean(venue.name) if venue else None
    if venue is None or name is None:
        name = clean(found.venue) or (clean(found.journal.name) if found.journal else None)
        return Venue(name) if name else None
    others = (other for other in map(clean, venue.alternate_names or ()) if other and other != name)
    return Venue(
        name,
        distinct(checked("issn", venue.issn, faults)),
        _VENUE_KINDS.get((venue.type or "").lower()),
        tuple(dict.fromkeys(others)),
        homepage=address(venue.url, "publicationVenue.url", faults),
    )


def _fields(found: _Paper) -> tuple[Concept, ...]:
    names = [each.category for each in found.fields or () if each] or found.plain_fields or []
    cleaned = (name for name in map(clean, names) if name)
    return tuple(dict.fromkeys(Concept("semanticscholar-fields", name, name) for name in cleaned))


def _locations(found: _Paper, faults: Faults) -> tuple[Location, ...]:
    full_text = address(found.pdf.url, "openAccessPdf", faults) if found.pdf else None
    return (Location(full_text=full_text, is_open=True),) if full_text else ()


def _metrics(found: _Paper) -> Iterator[ReportedMetric]:
    figures = (
        ("citationCount", found.cited_by),
        ("influentialCitationCount", found.influential),
        ("referenceCount", found.reference_count),
    )
    for metric, value in figures:
        if value is not None and value >= 0:
            yield ReportedMetric(metric, Decimal(value), "NUM")


SOURCE = Source(
    name="semanticscholar",
    version="1",
    description="Semantic Scholar: papers of the Graph API, papers and citations of the datasets",
    chunks=json_chunks,
    readings=readings,
    endings=(".jsonl", ".json"),
)
