"""Crossref: works as the REST API and the public data file give them: messages, pages, lists, JSON Lines.

https://api.crossref.org/swagger-ui, https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from kg.identifiers import identifier
from kg.records import (
    Author,
    Authorship,
    Grant,
    Identifier,
    Institution,
    Location,
    Paper,
    PaperRelation,
    PartialDate,
    Reading,
    ReportedMetric,
    SourceRecord,
    Venue,
)
from kg.sources.chunks import json_chunks, numbered_lines
from kg.sources.contract import Chunk, Source
from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import Faults
from kg.sources.paper_types import paper_type
from kg.sources.values import LANGUAGE, address, checked, clean, cleaned, distinct, partial_date

_RELATIONS = {
    "has-preprint": "preprint",
    "is-preprint-of": "published-version",
    "is-version-of": "version",
    "has-version": "version",
    "is-translation-of": "translated",
    "has-translation": "translation",
    "is-review-of": "reviewed",
    "has-review": "review",
    "is-supplement-to": "supplemented",
    "is-supplemented-by": "supplement",
}
_UPDATES = {"retraction": "retracted", "correction": "corrected", "erratum": "corrected", "corrigendum": "corrected"}
_VERSIONS = {"vor": "published", "am": "accepted"}
_VENUE_KINDS = {"journal": "journal", "proceedings": "conference", "book": "book", "posted": "repository"}
_BLANK = re.compile(r"\s*\n\s*")


class _Dates(msgspec.Struct):
    date_parts: list[list[int | str | None] | None] | None = msgspec.field(default=None, name="date-parts")


class _Stamp(msgspec.Struct):
    date_time: str | None = msgspec.field(default=None, name="date-time")


class _Affiliation(msgspec.Struct):
    name: str | None = None


class _Person(msgspec.Struct):
    given: str | None = None
    family: str | None = None
    name: str | None = None
    suffix: str | None = None
    orcid: str | None = msgspec.field(default=None, name="ORCID")
    affiliation: list[_Affiliation | None] | None = None


class _Reference(msgspec.Struct):
    doi: str | None = msgspec.field(default=None, name="DOI")


class _Funder(msgspec.Struct):
    name: str | None = None
    doi: str | None = msgspec.field(default=None, name="DOI")
    award: list[str | None] | None = None


class _License(msgspec.Struct):
    url: str | None = msgspec.field(default=None, name="URL")


class _Link(msgspec.Struct):
    url: str | None = msgspec.field(default=None, name="URL")
    content_version: str | None = msgspec.field(default=None, name="content-version")


class _Related(msgspec.Struct):
    id: str | None = None
    id_type: str | None = msgspec.field(default=None, name="id-type")


class _Update(msgspec.Struct):
    doi: str | None = msgspec.field(default=None, name="DOI")
    type: str | None = None


class _Work(msgspec.Struct):
    doi: str | None = msgspec.field(default=None, name="DOI")
    title: list[str | None] | None = None
    subtitle: list[str | None] | None = None
    abstract: str | None = None
    type: str | None = None
    issued: _Dates | None = None
    indexed: _Stamp | None = None
    author: list[_Person | None] | None = None
    editor: list[_Person | None] | None = None
    container_title: list[str | None] | None = msgspec.field(default=None, name="container-title")
    short_container_title: list[str | None] | None = msgspec.field(default=None, name="short-container-title")
    issn: list[str | None] | None = msgspec.field(default=None, name="ISSN")
    publisher: str | None = None
    volume: str | None = None
    issue: str | None = None
    page: str | None = None
    article_number: str | None = msgspec.field(default=None, name="article-number")
    subject: list[str | None] | None = None
    language: str | None = None
    reference: list[_Reference | None] | None = None
    funder: list[_Funder | None] | None = None
    license: list[_License | None] | None = None
    link: list[_Link | None] | None = None
    url: str | None = msgspec.field(default=None, name="URL")
    relation: dict[str, list[_Related | None] | None] | None = None
    update_to: list[_Update | None] | None = msgspec.field(default=None, name="update-to")
    cited_by: int | None = msgspec.field(default=None, name="is-referenced-by-count")


class _Page(msgspec.Struct):
    """Whatever holds works: an answer of the API, its message, a file of the public data."""

    doi: str | None = msgspec.field(default=None, name="DOI")
    message: msgspec.Raw | None = None
    items: list[msgspec.Raw] | None = None


_WORK = msgspec.json.Decoder(_Work)
_PAGE = msgspec.json.Decoder(_Page)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def readings(chunk: Chunk) -> Iterator[Reading]:
    """The works of lines, or of a document; a line may be a page as well."""
    if chunk.kind == "document":
        yield from _document(chunk.file, None, chunk.data.strip())
        return
    for number, line in numbered_lines(chunk):
        if line.startswith((b'{"status"', b'{"message', b'{"items"', b"[")):
            yield from _document(chunk.file, number, line)
        else:
            yield _reading(chunk.file, number, line)


def _document(file: str, line: int | None, data: bytes) -> Iterator[Reading]:
    """One work, or as many as a page or a list holds, numbered within it unless it stands on a line."""
    if not data:
        return
    try:
        works = _works(data)
    except BROKEN as error:
        yield Reading((), Faults(file, line or 1).whole("not JSON of a work or a page", error))
        return
    for place, raw in enumerate(works, start=1):
        yield _reading(file, line or place, raw)


def _works(data: bytes, depth: int = 3) -> list[bytes]:
    if data.startswith(b"["):
        return [bytes(raw) for raw in _LIST.decode(data)]
    page = _PAGE.decode(data)
    if page.message is not None and depth:
        return _works(bytes(page.message).strip(), depth - 1)
    return [data] if page.items is None else [bytes(raw) for raw in page.items]


def _reading(file: str, number: int, data: bytes) -> Reading:
    faults = Faults(file, number)
    try:
        found = faults.of(decoded(_WORK, data))
    except BROKEN as error:
        return Reading((), faults.whole("not JSON of a work", error))
    known = identifier("doi", found.doi)
    if known is None:
        return Reading((), faults.whole("has no DOI that can be read", found.doi, "DOI"))
    faults.record = known.value
    return Reading((_paper(found, known, faults),), faults.rejects)


def _paper(found: _Work, known: Identifier, faults: Faults) -> Paper:
    printed = ": ".join(part for part in (_first(found.title), _first(found.subtitle)) if part) or None
    title = clean(printed)
    authorships = tuple(_authorships(found.author, faults))
    return Paper(
        title=title,
        source=SourceRecord(
            known.value,
            title=_BLANK.sub(" ", printed) if printed and title and printed != title else None,
            type=found.type,
            updated=partial_date(found.indexed.date_time) if found.indexed else None,
        ),
        language=_language(found.language, faults),
        identifiers=(known,),
        type=paper_type(found.type),
        authorships=authorships,
        author_list_complete=len(authorships) == len(found.author) if found.author else None,
        editors=tuple(author for person in found.editor or () if person and (author := _author(person, faults))),
        abstract=clean(found.abstract),
        date=_date(found.issued, faults),
        venue=_venue(found, faults),
        publisher=Institution(name, kinds=("publisher",)) if (name := clean(found.publisher)) else None,
        volume=clean(found.volume),
        issue=clean(found.issue),
        pages=clean(found.page) or clean(found.article_number),
        keywords=tuple(cleaned(found.subject)),
        references=distinct(*(checked("doi", each.doi, faults) for each in found.reference or () if each)),
        relations=tuple(dict.fromkeys(_relations(found, faults))),
        grants=tuple(dict.fromkeys(_grants(found, faults))),
        locations=tuple(_locations(found, faults)),
        metrics=_metrics(found),
    )


def _first(texts: list[str | None] | None) -> str | None:
    return next((text.strip() for text in texts or () if text and text.strip()), None)


def _language(code: str | None, faults: Faults) -> str | None:
    if code and not LANGUAGE.fullmatch(code):
        faults.part("language", "not a language tag", code)
        return None
    return code or None


def _authorships(people: list[_Person | None] | None, faults: Faults) -> Iterator[Authorship]:
    for position, person in enumerate(people or (), start=1):
        author = _author(person, faults) if person else None
        if person is None or author is None:
            faults.part("author", "an author without a name", position)
            continue
        raw = cleaned(each.name for each in person.affiliation or () if each)
        yield Authorship(author, position, author.name, raw_affiliations=tuple(raw))


def _author(person: _Person, faults: Faults) -> Author | None:
    given, family, suffix = clean(person.given), clean(person.family), clean(person.suffix)
    name = " ".join(filter(None, (given, family, suffix))) or clean(person.name)
    if not name:
        return None
    return Author(name, distinct(checked("orcid", person.orcid, faults)), given if family else None, family)


def _date(dates: _Dates | None, faults: Faults) -> PartialDate | None:
    parts = [part for part in (dates.date_parts or [None])[0] or () if part] if dates else []
    if not parts:
        return None
    text = "-".join(str(part) for part in parts)
    found = partial_date(text)
    if found is None:
        faults.part("issued", "not a date", text)
    return found


def _venue(found: _Work, faults: Faults) -> Venue | None:
    name = clean(_first(found.container_title))
    if not name:
        return None
    kind = next((kind for word, kind in _VENUE_KINDS.items() if (found.type or "").startswith(word)), None)
    issns = distinct(*(checked("issn", text, faults) for text in found.issn or ()))
    return Venue(name, issns, kind, tuple(other for other in cleaned(found.short_container_title) if other != name))


def _relations(found: _Work, faults: Faults) -> Iterator[PaperRelation]:
    for word, others in (found.relation or {}).items():
        for other in others or ():
            if other and word in _RELATIONS and other.id_type == "doi" and (paper := checked("doi", other.id, faults)):
                yield PaperRelation(_RELATIONS[word], paper)
    for update in found.update_to or ():
        kind = _UPDATES.get((update.type or "").lower()) if update else None
        if update and kind and (paper := checked("doi", update.doi, faults)):
            yield PaperRelation(kind, paper)


def _grants(found: _Work, faults: Faults) -> Iterator[Grant]:
    for each in found.funder or ():
        name = clean(each.name) if each else None
        if each is None or not name:
            continue
        funder = Institution(name, distinct(checked("crossref-funder", each.doi, faults)), kinds=("funder",))
        awards = tuple(cleaned(each.award))
        yield from (Grant(funder, award) for award in awards)
        if not awards:
            yield Grant(funder)


def _locations(found: _Work, faults: Faults) -> Iterator[Location]:
    page = address(found.url, "URL", faults)
    license_ = address(next((each.url for each in found.license or () if each and each.url), None), "license", faults)
    link = next((each for each in found.link or () if each and each.url), None)
    full_text = address(link.url, "link", faults) if link else None
    if page or full_text:
        version = _VERSIONS.get((link.content_version or "").lower()) if link else None
        yield Location(page, full_text, version, license_)


def _metrics(found: _Work) -> tuple[ReportedMetric, ...]:
    count = found.cited_by
    return (ReportedMetric("citationCount", Decimal(count), "NUM"),) if count is not None and count >= 0 else ()


SOURCE = Source(
    name="crossref",
    version="1",
    description="Crossref: works from the REST API or the public data file",
    chunks=json_chunks,
    readings=readings,
    endings=(".jsonl", ".json"),
)
