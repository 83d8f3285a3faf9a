"""What becomes of a paper of arXiv."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from kg.categories import is_arxiv_category
from kg.identifiers import identifier, identifiers
from kg.records import (
    Author,
    Authorship,
    Concept,
    Identifier,
    Location,
    Paper,
    PartialDate,
    Reading,
    SourceRecord,
    Venue,
)
from kg.sources.arxiv.snapshot import Record
from kg.sources.faults import NO_IDENTIFIER, Faults
from kg.sources.plain_text import plain_text
from kg.sources.values import YEARS, clean, partial_date

_VENUE = Venue("arXiv", (Identifier("issn", "2331-8422"),), "repository", homepage="https://arxiv.org")
_WITHDRAWN = re.compile(
    r"\b(?:this (?:paper|article|submission|work|manuscript) )?(?:has been |was |is )?withdrawn\b", re.I
)
_INITIALS = re.compile(r"\. -")


def paper(found: Record, faults: Faults) -> Reading:
    """The paper of a record; rejected if it has no number."""
    number = identifier("arxiv", found.id)
    if number is None:
        return Reading((), faults.whole("has no arXiv number that can be read", found.id, "id"))
    faults.record = number.value
    printed = " ".join((found.title or "").split())
    title = clean(found.title)
    authorships, is_complete = _authorships(found, faults)
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
                authorships=authorships,
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
    abstract = (found.abstract or "").strip()
    said = _WITHDRAWN.search(found.comments or "") or (len(abstract) < 400 and _WITHDRAWN.search(abstract[:200]))
    return bool(said)


def _dois(text: str | None, faults: Faults) -> tuple[Identifier, ...]:
    """A field may hold several, for the parts of a paper or for its erratum."""
    found = identifiers("doi", text)
    if text and text.strip() and not found:
        faults.part("doi", NO_IDENTIFIER, text)
    return found


def _authorships(found: Record, faults: Faults) -> tuple[tuple[Authorship, ...], bool | None]:
    authorships, is_complete = [], True
    for position, parts in enumerate(found.authors_parsed or (), start=1):
        family, given, suffix, *affiliations = [plain_text(part or "") for part in (*(parts or ()), "", "", "")][
            : max(3, len(parts or ()))
        ]
        given = _INITIALS.sub(".-", given)
        name = " ".join(filter(None, (given, family, suffix)))
        if not name:
            faults.part("authors", "an author without a name", position)
            is_complete = False
            continue
        author = Author(name, given=given or None if family else None, family=family or None)
        authorships.append(Authorship(author, position, name, raw_affiliations=tuple(filter(None, affiliations))))
    return tuple(authorships), is_complete if authorships else None


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
