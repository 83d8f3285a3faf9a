"""RIS, as reference managers and publishers export it: lines of two letters and a value, from TY to ER."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.identifiers import identifiers
from kg.naming import identifier_key
from kg.records import Identifier, PartialDate, Reading
from kg.sources import printed_dates, references
from kg.sources.chunks import entry_chunks
from kg.sources.contract import Chunk, Source
from kg.sources.faults import NO_IDENTIFIER, Faults
from kg.sources.files import SourceFile
from kg.sources.paper_types import paper_type
from kg.sources.person_names import NameList, PersonName, name_list, plain_name
from kg.sources.plain_text import plain_text
from kg.sources.references import Reference, addresses, identified, keyword_list
from kg.sources.text_bytes import refuse_wide_characters, text_of

_STARTS = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*TY {0,2}-", re.MULTILINE)
_TAG = re.compile(r"[ \t]*([A-Z][A-Z0-9]) {0,2}- ?(.*)")
_TITLES = ("TI", "T1", "CT")
_CONTAINERS = ("JF", "T2", "JO", "BT", "JA", "J2", "J1", "T3", "C3")
_LINKS = ("UR", "L1", "L2", "LK", "L3")
_BOOK_WORDS = frozenset(("BOOK", "EDBOOK", "EBOOK", "THES"))
_WEB = ("http://", "https://")
_ARXIV = re.compile(
    r"arxiv(?:\.org)?[:\s/]{0,3}(?:abs/)?(\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7})", re.IGNORECASE
)

_ORGANISATION = re.compile(r"[^,]*[^\W\d_][^,]*,\s*")

_Fields = dict[str, list[str]]


def chunks(file: SourceFile) -> Iterator[Chunk]:
    """Records, about a megabyte at a time."""
    for chunk in entry_chunks(file, _STARTS):
        if chunk.number == 1:
            refuse_wide_characters(file, chunk.data)
        yield chunk


def readings(chunk: Chunk) -> Iterator[Reading]:
    """Every record; one that is not ended ends where the next begins."""
    for number, fields, is_ended in _records(chunk):
        faults = Faults(chunk.file, number, _first(fields, "ID"))
        if "TY" not in fields:
            yield Reading((), faults.whole("a record that does not begin with its type (TY)", str(fields)))
            continue
        if not is_ended:
            faults.part("ER", "the record has no end")
        yield _reference(fields, faults).reading(faults)


def _records(chunk: Chunk) -> Iterator[tuple[int, _Fields, bool]]:
    """The line of each record, its values by their tags, and whether it has an end."""
    fields: dict[str, list[list[str]]] = {}
    start, values = chunk.number, None
    for number, line in enumerate(text_of(chunk.data).split("\n"), start=chunk.number):
        match = _TAG.match(line)
        if not match:
            if values and line.strip():
                values[-1].append(line.strip())
            continue
        tag, value = match.groups()
        if fields and tag in ("TY", "ER"):
            yield start, _joined(fields), tag == "ER"
            fields = {}
        if tag == "ER":
            values = None
            continue
        if not fields:
            start = number
        values = fields.setdefault(tag, [])
        values.append([value.strip()])
    if fields:
        yield start, _joined(fields), False


def _joined(fields: dict[str, list[list[str]]]) -> _Fields:
    """Values whose lines were wrapped, on one line each."""
    return {
        tag: [" ".join(lines).strip() if len(lines) > 1 else lines[0] for lines in values]
        for tag, values in fields.items()
    }


def _reference(fields: _Fields, faults: Faults) -> Reference:
    word = fields["TY"][0]
    is_book = word in _BOOK_WORDS
    title_tags = (*_TITLES, "BT") if is_book else _TITLES
    printed = next((value for tag in title_tags for value in fields.get(tag, ()) if value), "")
    links = tuple(_links(fields, faults))
    container = _first(fields, *(("T2", "T3") if is_book else _CONTAINERS))
    known = identified(_spelled(fields, container, is_book), links, faults)
    authors = _names(fields, ("A1", "AU"), "AU", faults)
    title = plain_text(printed) or None
    return Reference(
        record_id=_record_id(fields, known, links, title),
        word=word or None,
        type=_type(word, container),
        printed_title=printed,
        title=title,
        authors=authors,
        editors=_names(fields, ("ED",) if paper_type(word) == "article" else ("ED", "A2"), "ED", faults),
        date=_date(fields, faults),
        container="arXiv" if container and _ARXIV.search(container) else container,
        issns=() if is_book else _issns(fields, faults),
        publisher=_first(fields, "PB", "PU"),
        volume=_first(fields, "VL"),
        issue=_first(fields, "IS"),
        pages=_pages(fields),
        abstract=_first(fields, "AB", "N2"),
        keywords=keyword_list(fields.get("KW", ())),
        language=references.language(_first(fields, "LA"), faults),
        identifiers=known,
        addresses=links,
    )


def _first(fields: _Fields, *tags: str) -> str | None:
    return next((text for tag in tags for value in fields.get(tag, ()) if (text := plain_text(value))), None)


def _record_id(fields: _Fields, known: tuple[Identifier, ...], links: tuple[str, ...], title: str | None) -> str:
    """The citation key; a number is only a place in somebody's library, so that anything else is better."""
    key = _first(fields, "ID")
    if key and not key.isdecimal():
        return key
    return identifier_key(known[0]) if known else links[0] if links else title or key or ""


def _type(word: str, container: str | None) -> str | None:
    return "preprint" if container and _ARXIV.search(container) else paper_type(word)


def _names(fields: _Fields, tags: tuple[str, ...], field: str, faults: Faults) -> NameList | None:
    """The names; a trailing comma or semicolon is no part of them.

    Some files have all of them under each tag; under one, two of a name are two people.
    """
    pieces: list[str] = []
    for tag in tags:
        named = [piece for value in fields.get(tag, ()) for piece in value.strip("; ").split(";")]
        known = frozenset(pieces)
        pieces += [piece for piece in named if piece not in known]
    return name_list(pieces, field, faults, _name) if pieces else None


def _name(text: str) -> PersonName | None:
    """A comma behind a name, and no other, says that it is that of an organisation, as EndNote and others have it."""
    whole = plain_text(text)
    return PersonName(whole.rstrip(", ")) if _ORGANISATION.fullmatch(whole) else plain_name(text)


def _date(fields: _Fields, faults: Faults) -> PartialDate | None:
    """The year, and the day of DA where that is of the same year."""
    year = _first(fields, "PY", "Y1")
    found = printed_dates.date_text(year, faults) if year else None
    if (whole := _first(fields, "DA")) and (found is None or found.month is None):
        guesses = Faults("", 0)  # DA holds anything; only what is a date is taken
        precise = printed_dates.date_text(whole, guesses)
        if precise and not guesses.rejects and (found is None or precise.year == found.year):
            return precise
    if found and not found.month and (in_year := _first(fields, "PD")):  # "MAR 15"
        return printed_dates.day(str(found.year), in_year, None, Faults("", 0))
    return found


def _spelled(fields: _Fields, container: str | None, is_book: bool) -> Iterator[tuple[str, str | None]]:
    yield "doi", _first(fields, "DO")
    if match := _ARXIV.search(container or "") or _ARXIV.search(_first(fields, "AN", "M1") or ""):
        yield "arxiv", match[1]
    database = (_first(fields, "DB", "DP") or "").lower()
    if "pubmed" in database or "medline" in database:
        yield "pmid", _first(fields, "AN")
    if (found := _first(fields, "C2")) and found.upper().startswith("PMC"):
        yield "pmcid", found
    if is_book:
        for value in fields.get("SN", ()):
            for piece in re.split(r"[;,]|\s{2,}|\s\(\w+\)", value):
                yield "isbn", piece


def _issns(fields: _Fields, faults: Faults) -> tuple[Identifier, ...]:
    """SN holds ISBNs as well, of the book that a chapter or paper stands in."""
    text = " ".join(fields.get("SN", ()))
    found = identifiers("issn", re.sub(r"\([^()]*\)", " ", text))
    if text and not found and not re.search(r"(?:\d[\s-]?){9}", text):
        faults.part("issn", NO_IDENTIFIER, text)
    return found


def _pages(fields: _Fields) -> str | None:
    start, end = _first(fields, "SP"), _first(fields, "EP")
    if start and end and "-" not in start and "–" not in start and start != end:
        return references.pages(f"{start}-{end}")
    return references.pages(start or end or _first(fields, "C7"))


def _links(fields: _Fields, faults: Faults) -> Iterator[str]:
    """Addresses; files on somebody's disk are none of ours, and a DOI may stand without its address."""
    for tag in _LINKS:
        for value in fields.get(tag, ()):
            for piece in re.split(r"[;\s](?=https?://)", value):
                piece = piece.strip("; ")
                if piece.startswith(_WEB):
                    yield from addresses([piece], tag, faults)
                elif tag == "UR" and piece and not piece.startswith("10."):
                    faults.part("UR", "not an address", piece)


SOURCE = Source(
    name="ris",
    version="4",
    description="RIS of reference managers, publishers and databases",
    chunks=chunks,
    readings=readings,
    endings=(".ris",),
)
