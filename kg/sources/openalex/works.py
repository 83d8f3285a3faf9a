"""Works: papers, as OpenAlex knows them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kg.records import Concept, Identifier, Paper, PartialDate, Reading, SourceRecord, Venue
from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import Faults
from kg.sources.openalex import shapes, things
from kg.sources.openalex.abstracts import abstract
from kg.sources.openalex.authorships import authorships
from kg.sources.openalex.funding import grants
from kg.sources.openalex.places import locations
from kg.sources.paper_types import paper_type
from kg.sources.values import (
    LANGUAGE,
    YEARS,
    checked,
    clean,
    distinct,
    figure,
    number,
    openalex_id,
    partial_date,
    updated,
)

# Concepts and keywords below it are guesses that OpenAlex itself did not show.
MIN_SCORE = 0.3

# All works that were deleted are this one, so a reference to it is a reference to nothing.
_DELETED_ID = "W4285719527"
_WORK = msgspec.json.Decoder(shapes.Work)


def work(file: str, number_: int, data: bytes, id_: str) -> Reading:
    """The paper that a record describes; `id_` is its OpenAlex id, 'W123'."""
    faults = Faults(file, number_, id_)
    try:
        found, wrong = decoded(_WORK, data)
    except BROKEN as error:
        return Reading((), faults.whole("not a work", error))
    if id_ == _DELETED_ID:
        return Reading((), faults.whole("deleted in the source"))
    faults.parts(wrong)
    return Reading((_paper(found, id_, faults),), faults.rejects)


def _paper(found: shapes.Work, id_: str, faults: Faults) -> Paper:
    printed = found.title or found.display_name or ""
    title = clean(printed)
    written, is_complete = authorships(found.authorships or [], found.is_authors_truncated, faults)
    venue = _venue(found, faults)
    biblio = found.biblio or shapes.Biblio()
    type_ = "paratext" if found.is_paratext else clean(found.type)
    topic = things.topic(found.primary_topic) if found.primary_topic else None
    return Paper(
        title=title,
        source=SourceRecord(
            id_,
            title=printed if title and printed != title else None,
            type=type_,
            venue=_printed_venue(found, venue),
            updated=updated(found.updated_date, faults),
        ),
        language=_language(found, faults),
        identifiers=_identifiers(found, id_, faults),
        type=paper_type(type_),
        authorships=written,
        author_list_complete=is_complete,
        abstract=abstract(found.abstract_inverted_index, faults),
        date=_date(found, faults),
        venue=venue,
        volume=_text(biblio.volume),
        issue=_text(biblio.issue),
        pages=_pages(biblio),
        primary_concept=topic,
        concepts=tuple(dict.fromkeys(each for each in _concepts(found, faults) if each != topic)),
        keywords=tuple(_keywords(found)),
        references=_references(found, faults),
        grants=grants(found, faults),
        locations=locations(found, faults),
        metrics=tuple(figure("citationCount", found.cited_by_count, "NUM", faults)),
        is_retracted=found.is_retracted,
    )


def _identifiers(found: shapes.Work, id_: str, faults: Faults) -> tuple[Identifier, ...]:
    ids = found.ids or shapes.Ids()
    return distinct(
        Identifier("openalex", id_),
        checked("doi", found.doi or ids.doi, faults),
        checked("mag", ids.mag, faults),
        checked("pmid", ids.pmid, faults),
        checked("pmcid", ids.pmcid, faults),
    )


def _language(found: shapes.Work, faults: Faults) -> str | None:
    if not found.language:
        return None
    if LANGUAGE.fullmatch(found.language):
        return found.language
    faults.part("language", "not a language tag", found.language)
    return None


def _date(found: shapes.Work, faults: Faults) -> PartialDate | None:
    """The day, else the year."""
    if day := partial_date(found.publication_date):
        return day
    if found.publication_date:
        faults.part("publication_date", "not a date", found.publication_date)
    year = _text(found.publication_year)
    if year is None:
        return None
    if year.isascii() and year.isdecimal() and len(year) == 4 and int(year) in YEARS:
        return PartialDate(int(year))
    faults.part("publication_year", "not a year", year)
    return None


def _venue(found: shapes.Work, faults: Faults) -> Venue | None:
    """Of the primary location; where that names none, of the venue that the shape of 2023 has beside it."""
    source = found.primary_location.source if found.primary_location else None
    made = faults.of(things.venue(source)) if source else None
    if made or found.host_venue is None:
        return made
    return faults.of(things.venue(shapes.plain_source(found.host_venue)))


def _printed_venue(found: shapes.Work, venue: Venue | None) -> str | None:
    printed = clean(found.primary_location.raw_source_name) if found.primary_location else None
    return printed if printed and (venue is None or venue.name != printed) else None


def _text(value: shapes.Number | None) -> str | None:
    return clean(str(value)) if value is not None else None


def _pages(biblio: shapes.Biblio) -> str | None:
    first, last = _text(biblio.first_page), _text(biblio.last_page)
    return f"{first}-{last}" if first and last and first != last else first or last


def _concepts(found: shapes.Work, faults: Faults) -> Iterator[Concept]:
    """Topics, those concepts and keywords that are no mere guess."""
    made: list[tuple[str, str | None, Concept | None]] = []
    made += (("topics", each.id, things.topic(each)) for each in (found.primary_topic, *(found.topics or ())) if each)
    for each in found.concepts or ():
        if each and is_sure(each.score):
            made.append(("concepts", each.id, things.concept(each.id, each.display_name, each.wikidata)))
    for word in found.keywords or ():
        if word and word.id and is_sure(word.score):
            short = shapes.ShortTopic(word.id, word.display_name)
            made.append(("keywords", word.id, things.short_topic(things.KEYWORDS, short)))
    for field, id_, concept in made:
        if concept:
            yield concept
        else:
            faults.part(field, "a concept without id or name", id_ or "")


def is_sure(score: shapes.Number | None) -> bool:
    """Whether a score is not low; one that is missing says nothing against."""
    found = number(score)
    return found is None or found >= MIN_SCORE


def _keywords(found: shapes.Work) -> Iterator[str]:
    """Words that are no concepts yet, as the shape of early 2024 has them."""
    for each in found.keywords or ():
        if each and not each.id and is_sure(each.score) and (word := clean(each.keyword or each.display_name)):
            yield word


def _references(found: shapes.Work, faults: Faults) -> tuple[Identifier, ...]:
    cited: dict[Identifier, None] = {}
    for text in found.referenced_works or ():
        known = openalex_id(text, "W")
        if known is None:
            if text:
                faults.part("referenced_works", "not an OpenAlex id of its kind", text)
        elif known.value != _DELETED_ID:
            cited[known] = None
    return tuple(cited)
