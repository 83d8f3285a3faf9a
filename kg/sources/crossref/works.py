"""Works: papers, as Crossref knows them from their publishers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import msgspec

from kg.identifiers import identifier
from kg.records import Author, Authorship, Identifier, Institution, Paper, PartialDate, Reading, SourceRecord, Venue
from kg.sources.crossref import shapes
from kg.sources.crossref.abstracts import abstract
from kg.sources.crossref.links import grants, locations, relations
from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import Faults
from kg.sources.paper_types import paper_type
from kg.sources.person_names import spoken_name
from kg.sources.values import LANGUAGE, checked, clean, cleaned, distinct, figure, partial_date

_WORK = msgspec.json.Decoder(shapes.Work)
_VENUE_KINDS = {"journal": "journal", "proceedings": "conference", "book": "book"}
_PREPRINTS = ("preprint", "working_paper")
# What has no date or volume is deposited so by some.
_NOTHING = ("null", "n/a", "none")
_OTHERS = ("et al", "et al.", "and others")
_ENDS = (":", ".", "?", "!", "—", "–")


def work(file: str, number: int, data: bytes) -> Reading:
    """The paper that a record describes; rejected if it has no DOI, without which Crossref has no works."""
    faults = Faults(file, number)
    try:
        found, wrong = decoded(_WORK, data)
    except BROKEN as error:
        return Reading((), faults.whole("not JSON of a work", error))
    known = identifier("doi", found.doi)
    if known is None:
        return Reading((), faults.whole("has no DOI that can be read", found.doi or "", "DOI"))
    faults.record = known.value
    faults.parts(wrong)
    return Reading((_paper(found, known, faults),), faults.rejects)


def _paper(found: shapes.Work, known: Identifier, faults: Faults) -> Paper:
    printed = _printed_title(found)
    title = clean(printed)
    written, is_complete = _authorships(found.author or [], faults)
    links = relations(found, known, faults)
    return Paper(
        title=title,
        source=SourceRecord(
            known.value,
            title=printed if title and printed != title else None,
            type=clean(f"{found.type or ''} {found.subtype or ''}"),
            updated=partial_date(found.indexed.date_time) if found.indexed else None,
        ),
        language=_language(found.language, faults),
        identifiers=(known,),
        type="preprint" if found.subtype in _PREPRINTS else paper_type(found.subtype or found.type),
        authorships=written,
        author_list_complete=is_complete,
        editors=tuple(_editors(found.editor or [], faults)),
        abstract=abstract(found.abstract),
        date=_date(found.issued, faults),
        venue=_venue(found, faults),
        publisher=Institution(name, kinds=("publisher",)) if (name := clean(found.publisher)) else None,
        volume=_text(found.volume),
        issue=_text(found.issue),
        pages=_text(found.page) or _text(found.article_number),
        keywords=tuple(cleaned(found.subject)),
        references=distinct(*[checked("doi", each.doi, faults) for each in found.reference or () if each and each.doi]),
        relations=links,
        grants=grants(found, faults),
        locations=locations(found, faults),
        metrics=tuple(figure("citationCount", found.cited_by, "NUM", faults)),
        is_retracted=True if any(link.kind == "retraction" for link in links) else None,
    )


def _printed_title(found: shapes.Work) -> str | None:
    """The first title on one line, with the first subtitle unless it holds that already; others are translations."""
    title, subtitle = _first(found.title), _first(found.subtitle)
    if title and subtitle and subtitle.casefold() not in title.casefold():
        return f"{title}{'' if title.endswith(_ENDS) else ':'} {subtitle}"
    return title or subtitle


def _first(texts: shapes.Strings | None) -> str | None:
    return next((" ".join(text.split()) for text in texts or () if text and not text.isspace()), None)


def _text(value: shapes.Number | None) -> str | None:
    text = clean(str(value)) if value is not None else None
    return text if text and text.casefold() not in _NOTHING else None


def _language(code: str | None, faults: Faults) -> str | None:
    if code and not LANGUAGE.fullmatch(code):
        faults.part("language", "not a language tag", code)
        return None
    return code or None


def _authorships(people: list[shapes.Person | None], faults: Faults) -> tuple[tuple[Authorship, ...], bool | None]:
    """The authorships in their order, and whether they are all there are; None where there is no list."""
    made, is_complete = [], True if people else None
    for position, person in enumerate(people, start=1):
        author = _author(person, faults) if person else None
        if person and author and author.name.casefold() not in _OTHERS:
            raw = tuple(cleaned(each.name for each in person.affiliation if each)) if person.affiliation else ()
            made.append(Authorship(author, position, author.name, raw_affiliations=raw))
            continue
        is_complete = False
        if author is None:
            faults.part("author", "an author without a name", position)
    return tuple(made), is_complete


def _editors(people: list[shapes.Person | None], faults: Faults) -> Iterator[Author]:
    for position, person in enumerate(people, start=1):
        if person and (editor := _author(person, faults)):
            yield editor
        else:
            faults.part("editor", "an editor without a name", position)


def _author(person: shapes.Person, faults: Faults) -> Author | None:
    """A person, whose suffix ('Jr.') is printed last; or a group of them."""
    given, family = clean(person.given), clean(person.family)
    name = spoken_name(given, family, clean(person.suffix)) if given or family else clean(person.name)
    if not name:
        return None
    return Author(name, distinct(checked("orcid", person.orcid, faults)), given if family else None, family)


def _date(dates: shapes.Dates | None, faults: Faults) -> PartialDate | None:
    """The first of the dates, up to its first part that is not known."""
    parts = (dates.date_parts or [None])[0] if dates else None
    texts = [str(part).strip() for part in takewhile(lambda part: part not in (None, 0, "", "0"), parts or ())]
    if not texts:
        return None
    text = "-".join(texts)
    found = partial_date(text)
    if found is None:
        faults.part("issued", "not a date", text)
    return found


def _venue(found: shapes.Work, faults: Faults) -> Venue | None:
    """The journal, the book, or the series that a volume stands in, which comes first; of a preprint its server."""
    name = clean(_first(found.container_title))
    if not name:
        is_preprint = found.subtype in _PREPRINTS and found.institution
        server = next((clean(each.name) for each in found.institution or () if each), None) if is_preprint else None
        return Venue(server, kind="repository") if server else None
    kind = _VENUE_KINDS.get((found.type or "").partition("-")[0])
    issns = distinct(*[checked("issn", text, faults) for text in dict.fromkeys(found.issn or ())])
    if kind == "book" and issns:
        kind = "book-series"
    return Venue(name, issns, kind, tuple(other for other in cleaned(found.short_container_title) if other != name))
