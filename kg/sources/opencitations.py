"""OpenCitations: the tables of Meta, and those of the Index.

https://doi.org/10.6084/m9.figshare.21747461, https://opencitations.net/download
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.identifiers import identifier
from kg.records import (
    Author,
    Authorship,
    Identifier,
    Institution,
    Paper,
    PartialDate,
    Reading,
    SourceRecord,
    Venue,
)
from kg.sources.contract import Chunk, Source
from kg.sources.csv_rows import row_chunks, rows
from kg.sources.faults import NO_IDENTIFIER, Faults
from kg.sources.paper_types import paper_type
from kg.sources.values import clean, distinct, partial_date

_WITH_IDENTIFIERS = re.compile(r"(.*?)\s*\[([^\[\]]*)\]\s*", re.DOTALL)
_SCHEMES = {"doi", "pmid", "pmcid", "omid", "arxiv", "openalex", "wikidata", "issn", "orcid", "ror"}
_VENUE_KINDS = {"journal article": "journal", "proceedings article": "conference", "book chapter": "book"}


def readings(chunk: Chunk) -> Iterator[Reading]:
    for number, row in rows(chunk):
        faults = Faults(chunk.file, number)
        if row is None:
            yield Reading((), faults.whole("not as many fields as the header has"))
        elif "citing" in row and "cited" in row:
            yield _citation(row, faults)
        elif "id" in row and "title" in row:
            yield _reading(row, faults)
        else:
            yield Reading((), faults.whole("neither a table of Meta nor of the Index", ", ".join(row)))


def _citation(row: dict[str, str], faults: Faults) -> Reading:
    citing, cited = _identifiers(row["citing"], faults, "citing"), _identifiers(row["cited"], faults, "cited")
    if not citing or not cited:
        return Reading((), faults.whole("a citation with an end that is not known"))
    name = row.get("oci") or f"{citing[0].value} cites {cited[0].value}"
    paper = Paper(title=None, source=SourceRecord(name), identifiers=citing, references=cited[:1])
    return Reading((paper,), faults.rejects)


def _reading(row: dict[str, str], faults: Faults) -> Reading:
    faults.record = row["id"].split(" ")[0] or None
    known = _identifiers(row["id"], faults, "id")
    title = clean(row["title"])
    if not known and not title:
        return Reading((), faults.whole("has neither a title nor an identifier that is read", row["id"]))
    authors = tuple(_people(row.get("author", ""), faults, "author"))
    word = row.get("type", "").strip() or None
    paper = Paper(
        title=title,
        source=SourceRecord(
            known[0].value if known else (title or "")[:100],
            title=row["title"].strip() if title and title != row["title"].strip() else None,
            type=word,
        ),
        identifiers=known,
        type=paper_type(word),
        authorships=tuple(Authorship(author, place, author.name) for place, author in enumerate(authors, start=1)),
        author_list_complete=True if authors else None,
        editors=tuple(_people(row.get("editor", ""), faults, "editor")),
        date=_date(row.get("pub_date", ""), faults),
        venue=_venue(row, faults),
        publisher=_publisher(row.get("publisher", ""), faults),
        volume=clean(row.get("volume")),
        issue=clean(row.get("issue")),
        pages=_pages(row.get("page", "")),
    )
    return Reading((paper,), faults.rejects)


def _identifiers(text: str, faults: Faults, field: str) -> tuple[Identifier, ...]:
    """'doi:10.1000/x omid:br/1 isbn:…'; kinds that are not read are passed over."""
    found = []
    for word in text.split():
        scheme, _, value = word.partition(":")
        if scheme in _SCHEMES:
            known = identifier(scheme, value)
            found.append(known)
            if known is None:
                faults.part(field, NO_IDENTIFIER, word)
    return distinct(*found)


def _named(text: str, faults: Faults, field: str) -> tuple[str | None, tuple[Identifier, ...]]:
    """'Name [identifiers]' in its parts."""
    match = _WITH_IDENTIFIERS.fullmatch(text)
    return (clean(match[1]), _identifiers(match[2], faults, field)) if match else (clean(text), ())


def _people(text: str, faults: Faults, field: str) -> Iterator[Author]:
    for part in re.split(r";\s+", text):
        name, known = _named(part, faults, field)
        if not name:
            continue
        family, comma, given = (piece.strip() for piece in name.partition(","))
        if comma and given and family:
            yield Author(f"{given} {family}", known, given, family)
        else:
            yield Author(family or given, known)


def _date(text: str, faults: Faults) -> PartialDate | None:
    found = partial_date(text)
    if text.strip() and found is None:
        faults.part("pub_date", "not a date", text)
    return found


def _venue(row: dict[str, str], faults: Faults) -> Venue | None:
    name, known = _named(row.get("venue", ""), faults, "venue")
    return Venue(name, known, _VENUE_KINDS.get(row.get("type", ""))) if name else None


def _publisher(text: str, faults: Faults) -> Institution | None:
    name, known = _named(text, faults, "publisher")
    return Institution(name, known, kinds=("publisher",)) if name else None


def _pages(text: str) -> str | None:
    """A single page stands as its own first and last."""
    first, _, last = text.strip().partition("-")
    return clean(first if first == last else text)


SOURCE = Source(
    name="opencitations",
    version="1",
    description="OpenCitations: tables (CSV) of Meta and of the Index",
    chunks=row_chunks,
    readings=readings,
    endings=(".csv",),
)
