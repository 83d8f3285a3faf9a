"""What becomes of a paper of arXiv."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from kg.categories import is_arxiv_category
from kg.identifiers import identifier, identifiers
from kg.records import (
    Concept,
    Identifier,
    Location,
    Paper,
    PartialDate,
    Reading,
    SourceRecord,
    Venue,
)
from kg.sources.arxiv.authors import authorships
from kg.sources.arxiv.snapshot import Record
from kg.sources.faults import NO_IDENTIFIER, Faults
from kg.sources.values import YEARS, clean, partial_date

_VENUE = Venue("arXiv", (Identifier("issn", "2331-8422"),), "repository", homepage="https://arxiv.org")
# Of the paper itself, not of a claim in it.
_WITHDRAWN = re.compile(
    r"^\W*(?:this (?:is|has been|was) )?withdrawn\b"
    r"|\b(?:paper|article|submission|work|manuscript|preprint|letter|note|report|draft|e-?print)s?\b"
    r"[^.;:()]{0,60}\bwithdrawn\b"
    r"|\bauthors? (?:has |have )?withdr[ae]wn? (?:this|the)\b",
    re.IGNORECASE,
)
# In comments, which speak of nothing else; in abstracts money is withdrawn as well.
_REASON = re.compile(r"\bwithdrawn (?:by|due|because|since|as|for|from (?:the )?arxiv)\b", re.IGNORECASE)
# Letters of a notice in place of an abstract.
_NOTICE = 400


def paper(found: Record, faults: Faults) -> Reading:
    """The paper of a record; rejected if it has no number."""
    number = identifier("arxiv", found.id)
    if number is None:
        return Reading((), faults.whole("has no arXiv number that can be read", found.id or "", "id"))
    faults.record = number.value
    printed = " ".join((found.title or "").split())
    title = clean(found.title)
    written, is_complete = authorships(found, faults)
    concepts = _concepts(found.categories, faults)
    return Reading(
        (
            Paper(
                title=title,
                source=SourceRecord(
                    number.value,
                    title=printed if title and printed != title else None,
                    type="preprint",
                    venue=clean(found.journal_ref),
                    updated=_updated(found, faults),
                ),
                identifiers=(number, *_dois(found.doi, faults)),
                type="preprint",
                authorships=written,
                author_list_complete=is_complete,
                abstract=clean(found.abstract),
                date=_first_version(found, faults),
                venue=_VENUE,
                primary_concept=concepts[0] if concepts else None,
                concepts=concepts[1:],
                locations=(_location(number.value, found.license),),
                is_withdrawn=True if _is_withdrawn(found) else None,
            ),
        ),
        faults.rejects,
    )


def _is_withdrawn(found: Record) -> bool:
    """Withdrawn papers keep their record, and say so in the comments or in place of the abstract."""
    comments, abstract = found.comments or "", (found.abstract or "").strip()
    if "withdr" not in f"{comments} {abstract}".casefold():  # nearly always
        return False
    if _WITHDRAWN.search(comments) or _REASON.search(comments):
        return True
    return len(abstract) < _NOTICE and bool(_WITHDRAWN.search(abstract[: _NOTICE // 2]))


def _dois(text: str | None, faults: Faults) -> tuple[Identifier, ...]:
    """A field may hold several, for the parts of a paper or for its erratum."""
    found = identifiers("doi", text)
    if text and text.strip() and not found:
        faults.part("doi", NO_IDENTIFIER, text)
    return found


def _concepts(text: str | None, faults: Faults) -> tuple[Concept, ...]:
    """The categories, the primary one first."""
    concepts = []
    for code in (text or "").split():
        if is_arxiv_category(code):
            concepts.append(Concept("arxiv", code))
        else:
            faults.part("categories", "not a category of arXiv", code)
    return tuple(dict.fromkeys(concepts))


def _first_version(found: Record, faults: Faults) -> PartialDate | None:
    created = next((version.created for version in found.versions or () if version and version.created), None)
    date = _date(created)
    if created and date is None:
        faults.part("versions.created", "not a date", created)
    return date


def _updated(found: Record, faults: Faults) -> PartialDate | None:
    date = partial_date(found.update_date)
    if found.update_date and date is None:
        faults.part("update_date", "not a date", found.update_date)
    return date


def _date(text: str | None) -> PartialDate | None:
    """A date as mail has it ('Mon, 2 Apr 2007 19:18:42 GMT'), or as ISO 8601."""
    if not text:
        return None
    try:
        day: datetime = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return partial_date(text)
    return PartialDate(day.year, day.month, day.day) if day.year in YEARS else None


def _location(number: str, license_: str | None) -> Location:
    return Location(
        page=f"https://arxiv.org/abs/{number}",
        full_text=f"https://arxiv.org/pdf/{number}",
        version="submitted",
        license=(license_ or "").strip() or None,
        is_open=True,
    )
