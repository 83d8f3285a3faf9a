"""ML Anthology: papers of machine-learning venues, in either of its layouts.

A file of a venue and year is one JSON object `{venue, year, papers: [...]}`; a legacy file is JSON Lines of papers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from kg.identifiers import identifier
from kg.records import (
    Author,
    Authorship,
    Identifier,
    Location,
    Paper,
    PartialDate,
    Reading,
    Reject,
    SourceRecord,
    Venue,
)
from kg.sources.chunks import json_chunks, numbered_lines
from kg.sources.contract import Chunk, Source
from kg.sources.files import SourceFile
from kg.sources.plain_text import plain_text, repository_urls

VERSION = "1"

# What the anthology's codes stand for, from its own pages.
_VENUES = {
    "aistats": ("International Conference on Artificial Intelligence and Statistics", "conference"),
    "acml": ("Asian Conference on Machine Learning", "conference"),
    "colt": ("Conference on Learning Theory", "conference"),
    "iclr": ("International Conference on Learning Representations", "conference"),
    "iclrw": ("ICLR Workshops", "conference"),
    "icml": ("International Conference on Machine Learning", "conference"),
    "icmlw": ("ICML Workshops", "conference"),
    "jmlr": ("Journal of Machine Learning Research", "journal"),
    "mlj": ("Machine Learning", "journal"),
    "mloss": ("Journal of Machine Learning Research: Machine Learning Open Source Software", "journal"),
    "neurips": ("Conference on Neural Information Processing Systems", "conference"),
    "neuripsw": ("NeurIPS Workshops", "conference"),
    "tmlr": ("Transactions on Machine Learning Research", "journal"),
    "uai": ("Conference on Uncertainty in Artificial Intelligence", "conference"),
}
_TYPES = {"journal": "article", "conference": "conference-paper", "workshop": "conference-paper"}
_KINDS = {"journal": "journal", "conference": "conference", "workshop": "conference"}


class _Author(msgspec.Struct):
    given: str | None = None
    family: str | None = None
    prefix: str | None = None


class _Paper(msgspec.Struct):
    bibtex_key: str
    title: str | None = None
    authors: list[_Author] = []
    year: str | int | None = None
    venue: str | None = None
    venue_type: str | None = None
    venue_name: str | None = None
    volume: str | int | None = None
    number: str | int | None = None
    pages: str | None = None
    abstract: str | None = None
    pdf_url: str | None = None
    venue_url: str | None = None
    doi: str | None = None
    openreview_url: str | None = None
    code_url: str | None = None
    source: str | None = None
    source_id: str | None = None


class _Volume(msgspec.Struct):
    papers: list[msgspec.Raw]


_AT_A_TIME = 250  # papers in a chunk, about as many bytes as in a chunk of lines
_VOLUME = msgspec.json.Decoder(_Volume)
_PAPERS = msgspec.json.Decoder(list[msgspec.Raw])
_PAPER = msgspec.json.Decoder(_Paper)


def chunks(file: SourceFile) -> Iterator[Chunk]:
    """Lines as they are; the papers of a volume some at a time, numbered from 1."""
    for chunk in json_chunks(file):
        try:
            papers = _VOLUME.decode(chunk.data).papers if chunk.kind == "document" else []
        except (msgspec.DecodeError, RecursionError):
            papers = []  # whatever it is, it is told when it is read
        for start in range(0, len(papers), _AT_A_TIME):
            data = b"[%s]" % b",".join(map(bytes, papers[start : start + _AT_A_TIME]))
            yield Chunk(chunk.file, start + 1, data, "papers")
        if not papers:
            yield chunk


def readings(chunk: Chunk) -> Iterator[Reading]:
    """The papers of a volume, or of lines; a line may hold a volume as well."""
    if chunk.kind == "papers":
        for number, raw in enumerate(_PAPERS.decode(chunk.data), start=chunk.number):
            yield _reading(chunk.file, number, bytes(raw))
        return
    if chunk.kind == "document":
        yield from _document(chunk.file, 1, chunk.data.strip())
        return
    for number, line in numbered_lines(chunk):
        if b'"papers"' in line[:4096]:
            yield from _document(chunk.file, number, line)
        else:
            yield _reading(chunk.file, number, line)


def _document(file: str, number: int, data: bytes) -> Iterator[Reading]:
    if not data:
        return
    if b'"bibtex_key"' in data and b'"papers"' not in data[:4096]:
        yield _reading(file, number, data)
        return
    try:
        papers = _VOLUME.decode(data).papers
    except (msgspec.DecodeError, RecursionError) as error:
        yield Reading((), (_whole(file, number, "neither a paper nor a volume of papers", str(error)),))
        return
    for place, raw in enumerate(papers, start=1):
        yield _reading(file, place, bytes(raw))


def _reading(file: str, number: int, data: bytes) -> Reading:
    try:
        found = _PAPER.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        return Reading((), (_whole(file, number, "not a paper", str(error)),))
    if not found.bibtex_key.strip():
        return Reading((), (_whole(file, number, "the paper has no key", found.title or ""),))
    return _Read(file, number, found).reading()


def _whole(file: str, number: int, reason: str, excerpt: str) -> Reject:
    return Reject(file=file, number=number, field="record", reason=reason, excerpt=excerpt[:80])


class _Read:
    """One paper being read, and what of it could not be."""

    def __init__(self, file: str, number: int, found: _Paper) -> None:
        self._file = file
        self._number = number
        self._found = found
        self._rejects: list[Reject] = []

    def reading(self) -> Reading:
        found = self._found
        printed = found.title or ""
        title = plain_text(printed) or None
        authorships, is_complete = self._authorships()
        paper = Paper(
            title=title,
            source=SourceRecord(
                found.bibtex_key.strip(),
                title=printed if title and printed != title else None,
                type=found.venue_type or None,
                venue=plain_text(found.venue_name or "") or None,
            ),
            identifiers=self._identifiers(),
            type=_TYPES.get(found.venue_type or ""),
            authorships=authorships,
            author_list_complete=is_complete,
            abstract=plain_text(found.abstract or "") or None,
            date=self._date(),
            venue=self._venue(),
            volume=_text(found.volume),
            issue=_text(found.number),
            pages=_text(found.pages),
            locations=self._locations(),
            code_urls=repository_urls(found.code_url or ""),
            code_available=True if found.code_url else None,
        )
        return Reading((paper,), tuple(self._rejects))

    def _reject(self, field: str, reason: str, excerpt: object) -> None:
        self._rejects.append(
            Reject(
                file=self._file,
                number=self._number,
                record=self._found.bibtex_key,
                field=field,
                reason=reason,
                excerpt=str(excerpt)[:80],
                is_partial=True,
            )
        )

    def _identifiers(self) -> tuple[Identifier, ...]:
        found = self._found
        dblp = found.source_id if found.source and found.source.startswith("dblp") else None
        spelled = (
            ("doi", found.doi),
            ("openreview", found.openreview_url),
            ("dblp", dblp),
            ("mlanthology", found.bibtex_key),
        )
        identifiers = []
        for scheme, text in spelled:
            if text and text.strip():
                known = identifier(scheme, text)
                if known:
                    identifiers.append(known)
                else:
                    self._reject(scheme, "not an identifier of its kind", text)
        return tuple(dict.fromkeys(identifiers))

    def _authorships(self) -> tuple[tuple[Authorship, ...], bool]:
        authorships, is_complete = [], True
        for position, person in enumerate(self._found.authors, start=1):
            author = _author(person.given, person.prefix, person.family)
            if author:
                authorships.append(Authorship(author, position, author.name))
            else:
                is_complete = False
                self._reject("authors", "an author without a name", position)
        return tuple(authorships), is_complete and bool(authorships)

    def _date(self) -> PartialDate | None:
        text = _text(self._found.year)
        if text is None:
            return None
        if text.isascii() and text.isdecimal() and len(text) == 4 and 1000 <= int(text) <= 2100:
            return PartialDate(int(text))
        self._reject("year", "not a year", text)
        return None

    def _venue(self) -> Venue | None:
        code = (self._found.venue or "").strip().lower()
        if not code:
            return None
        return _venue(code, self._found.venue_type)

    def _locations(self) -> tuple[Location, ...]:
        page, full_text = _address(self._found.venue_url), _address(self._found.pdf_url)
        return (Location(page, full_text),) if page or full_text else ()


@lru_cache(100_000)
def _author(given: str | None, prefix: str | None, family: str | None) -> Author | None:
    """Kept, because few people wrote most papers; None for somebody without a name."""
    given, family = plain_text(given or ""), plain_text(f"{prefix or ''} {family or ''}")
    name = f"{given} {family}".strip()
    return Author(name, given=given or None, family=family or None) if name else None


@lru_cache(1000)
def _venue(code: str, venue_type: str | None) -> Venue:
    name, kind = _VENUES.get(code, (code.upper(), _KINDS.get(venue_type or "")))
    known = identifier("mlanthology", code)
    return Venue(name, (known,) if known else (), kind, (code.upper(),) if name != code.upper() else ())


def _text(value: str | int | None) -> str | None:
    return plain_text(str(value)) or None if value is not None else None


def _address(text: str | None) -> str | None:
    text = (text or "").strip()
    return text if text.startswith(("http://", "https://")) else None


SOURCE = Source(
    name="mlanthology",
    version=VERSION,
    description="ML Anthology: volumes as JSON, legacy files as JSON Lines",
    chunks=chunks,
    readings=readings,
    endings=(".json", ".jsonl"),
)
