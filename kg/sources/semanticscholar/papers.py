"""What becomes of a paper of Semantic Scholar."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from kg.identifiers import identifier
from kg.records import Concept, Identifier, Location, Paper, PartialDate, ReportedMetric, SourceRecord, Venue
from kg.sources.faults import Faults
from kg.sources.paper_types import paper_type
from kg.sources.semanticscholar import shapes
from kg.sources.semanticscholar.authors import authorships
from kg.sources.values import YEARS, address, checked, clean, cleaned, distinct, figure, partial_date

_SCHEMES = {
    "doi": "doi",
    "arxiv": "arxiv",
    "dblp": "dblp",
    "mag": "mag",
    "corpusid": "corpusid",
    "pubmed": "pmid",
    "pubmedcentral": "pmcid",
}
# Types that say little about a paper of several types.
_COMMON = {"article": 1, "other": 2}
_VENUE_KINDS = {"journal": "journal", "conference": "conference"}
_FIELDS = "semanticscholar-fields"


def paper(found: shapes.Paper, faults: Faults) -> Paper | None:
    """The paper; None if nothing tells which it is."""
    identifiers = _identifiers(found, faults)
    printed = " ".join(found.title.split()) if found.title else None
    title = clean(printed)
    if not identifiers and not title:
        return None
    written, is_complete = authorships(found.authors or [], faults)
    types = [word.strip() for word in found.types or () if word and word.strip()]
    venue, printed_venue = _venue(found, faults), clean(found.venue)
    return Paper(
        title=title,
        source=SourceRecord(
            _record_id(found, identifiers, title),
            title=printed if title and printed != title else None,
            type=", ".join(types) or None,
            venue=printed_venue if venue and printed_venue != venue.name else None,
        ),
        identifiers=identifiers,
        type=_type(types),
        authorships=written,
        author_list_complete=is_complete,
        abstract=clean(found.abstract),
        date=_date(found, faults),
        venue=venue,
        volume=_text(found.journal.volume) if found.journal else None,
        pages=_text(found.journal.pages) if found.journal else None,
        concepts=_concepts(found),
        locations=_locations(found, faults),
        metrics=tuple(_metrics(found, faults)),
    )


def _record_id(found: shapes.Paper, identifiers: tuple[Identifier, ...], title: str | None) -> str:
    """Semantic Scholar's own number; papers that it does not hold, only mentions, have but a DOI or a title."""
    if found.id:
        return found.id
    if found.corpus_id:
        return f"CorpusID:{found.corpus_id}"
    return f"{identifiers[0].scheme}:{identifiers[0].value}" if identifiers else (title or "")[:100]


def _identifiers(found: shapes.Paper, faults: Faults) -> tuple[Identifier, ...]:
    spelled = [*(found.external_ids or {}).items()]
    if found.open_access:
        spelled += (found.open_access.external_ids or {}).items()
    known = [
        checked("semanticscholar", found.id, faults),
        identifier("corpusid", str(found.corpus_id)) if found.corpus_id else None,
    ]
    for name, value in spelled:
        if value is not None and (scheme := _SCHEMES.get(name.lower())):
            known.append(checked(scheme, value, faults))
    return distinct(*known)


def _text(value: shapes.Number | None) -> str | None:
    return clean(str(value)) if value is not None else None


def _type(words: list[str]) -> str | None:
    """The most telling of several: a review in a journal is a review."""
    types = [found for word in words if (found := paper_type(word))]
    return min(types, key=lambda found: _COMMON.get(found, 0), default=None)


def _date(found: shapes.Paper, faults: Faults) -> PartialDate | None:
    """The day, else the year."""
    if day := partial_date(found.date):
        return day
    if found.date:
        faults.part("publicationDate", "not a date", found.date)
    year = _text(found.year)
    if year is None:
        return None
    if year.isascii() and year.isdecimal() and len(year) == 4 and int(year) in YEARS:
        return PartialDate(int(year))
    faults.part("year", "not a year", year)
    return None


def _venue(found: shapes.Paper, faults: Faults) -> Venue | None:
    venue = found.publication_venue
    name = clean(venue.name) if venue else None
    if venue is None or name is None:
        name = clean(found.venue) or (clean(found.journal.name) if found.journal else None)
        return Venue(name) if name else None
    issns = dict.fromkeys(filter(None, (venue.issn, *(venue.alternate_issns or ()))))
    return Venue(
        name,
        distinct(*(checked("issn", issn, faults) for issn in issns)),
        _VENUE_KINDS.get((venue.type or "").lower()),
        tuple(other for other in cleaned(venue.alternate_names) if other != name),
        homepage=address(venue.url, "publicationVenue.url", faults),
    )


def _concepts(found: shapes.Paper) -> tuple[Concept, ...]:
    """The fields of study; who or what says so does not matter."""
    names = [each.category for each in found.fields or () if each] or found.plain_fields or ()
    return tuple(concept for name in dict.fromkeys(names) if name and (concept := _concept(name)))


@lru_cache(1024)
def _concept(name: str) -> Concept | None:
    label = clean(name)
    return Concept(_FIELDS, label, label) if label else None


def _locations(found: shapes.Paper, faults: Faults) -> tuple[Location, ...]:
    if found.pdf and (full_text := address(found.pdf.url, "openAccessPdf", faults)):
        return (Location(full_text=full_text, license=clean(found.pdf.license), is_open=True),)
    free = found.open_access
    if free and (page := address(free.url, "openaccessinfo.url", faults)):
        is_file = page.lower().endswith(".pdf")
        return (Location(None if is_file else page, page if is_file else None, None, clean(free.license), True),)
    return ()


def _metrics(found: shapes.Paper, faults: Faults) -> Iterator[ReportedMetric]:
    yield from figure("citationCount", found.cited_by, "NUM", faults)
    yield from figure("influentialCitationCount", found.influential, "NUM", faults)
    yield from figure("referenceCount", found.reference_count, "NUM", faults)
