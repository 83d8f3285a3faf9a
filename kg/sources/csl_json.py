"""CSL-JSON, as Zotero, Pandoc and Crossref's content negotiation write it.

https://docs.citationstyles.org/en/stable/specification.html, https://github.com/citation-style-language/schema
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import msgspec

from kg.identifiers import identifier, identifiers
from kg.naming import identifier_key
from kg.records import Identifier, PartialDate, Reading
from kg.sources import printed_dates, references
from kg.sources.chunks import json_chunks
from kg.sources.contract import Chunk, Source
from kg.sources.csl_shapes import Date, Item, Items, Name, Words
from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import NO_IDENTIFIER, Fault, Faults
from kg.sources.files import SourceFile
from kg.sources.json_records import decoded_page, numbered_documents
from kg.sources.paper_types import paper_type
from kg.sources.person_names import NameList, PersonName, person_name
from kg.sources.plain_text import plain_text
from kg.sources.references import Reference, addresses, identified, keyword_list

_ITEM = msgspec.json.Decoder(Item)
_ITEMS = msgspec.json.Decoder(Items)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_BOOKS = frozenset(("book", "proceedings", "thesis", "report"))
_OTHERS = frozenset(("others", "et al", "et al."))
_NOTED = re.compile(r"^[ \t]*(DOI|PMID|PMCID|arXiv):\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_BETWEEN = re.compile(r"[\s,]*")
_PYTHON_DECODER = json.JSONDecoder()
_AT_A_TIME = 250


def chunks(file: SourceFile) -> Iterator[Chunk]:
    """Lines as they are; the items of a list some at a time, numbered from 1."""
    for chunk in json_chunks(file):
        items: list[msgspec.Raw] = []
        if chunk.kind == "document":
            try:
                items = _LIST.decode(chunk.data)
            except BROKEN:
                items = []  # whatever it is, it is told when it is read
        for start in range(0, len(items), _AT_A_TIME):
            data = b"[%s]" % b",".join(map(bytes, items[start : start + _AT_A_TIME]))
            yield Chunk(chunk.file, start + 1, data, "items")
        if not items:
            yield chunk


def readings(chunk: Chunk) -> Iterator[Reading]:
    """The items of a list, of lines, or of an object that holds a list of them."""
    if chunk.kind == "items":
        for number, item in enumerate(_LIST.decode(chunk.data), start=chunk.number):
            yield _reading(chunk.file, number, bytes(item), ())
        return
    for line, data in numbered_documents(chunk):
        try:
            items, damage = _items(data)
        except BROKEN as error:
            yield from _salvaged(chunk.file, line, data, error)
            continue
        for place, raw in enumerate(items, start=1):
            # What was wrong with the list is told once, beside its first item.
            yield _reading(chunk.file, line or place, raw, damage if place == 1 else ())


def _salvaged(file: str, line: int | None, data: bytes, error: Exception) -> Iterator[Reading]:
    """The items of a list before the place where it is damaged or cut off; what follows is one reject."""
    count = 0
    for count, raw in enumerate(_whole_elements(data.decode(errors="replace")), start=1):
        yield _reading(file, line or count, raw, ())
    reason = "the list is damaged or cut off here" if count else "not JSON of an item or a list"
    yield Reading((), Faults(file, line or count + 1).whole(reason, error))


def _whole_elements(text: str) -> Iterator[bytes]:
    place = 1 if text.startswith("[") else len(text)
    while (match := _BETWEEN.match(text, place)) and match.end() < len(text):
        try:
            _, place = _PYTHON_DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            return
        yield text[match.end() : place].encode()


def _items(data: bytes) -> tuple[list[bytes], tuple[Fault, ...]]:
    if data.startswith(b"["):
        found, damage = decoded_page(_LIST, data)
        return [bytes(raw) for raw in found], damage
    if b'"items"' in data:
        page, damage = decoded_page(_ITEMS, data)
        if page.items is not None:
            return [bytes(raw) for raw in page.items], damage
    return [data], ()


def _reading(file: str, number: int, data: bytes, damage: tuple[Fault, ...]) -> Reading:
    faults = Faults(file, number)
    try:
        item, repaired = decoded(_ITEM, data)
    except BROKEN as error:
        faults.parts(damage)
        return Reading((), faults.rejects + faults.whole("not an item", error))
    faults.record = item.citation_key or (str(item.id) if item.id is not None else None)
    faults.parts(damage + repaired)
    return _reference(item, faults).reading(faults)


def _reference(item: Item, faults: Faults) -> Reference:
    printed = _text(item.title) or ""
    title = plain_text(printed) or None
    kind = paper_type(item.type)
    links = addresses([_text(item.url)], "URL", faults)
    known = identified(_spelled(item, kind), links, faults)
    authors, author_identifiers = _names(item.author, "author", faults)
    editors, editor_identifiers = _names(item.editor, "editor", faults)
    publisher = _clean(item.publisher)
    is_called_preprint = (_text(item.genre) or "").casefold() == "preprint"
    is_preprint = kind == "article" and (is_called_preprint or (publisher or "").casefold() == "arxiv")
    return Reference(
        record_id=_record_id(item, known, title),
        word=item.type,
        type="preprint" if is_preprint else kind,
        printed_title=printed,
        title=title,
        authors=authors,
        author_identifiers=author_identifiers,
        editors=editors,
        editor_identifiers=editor_identifiers,
        date=_date(item.issued, faults),
        container=_clean(item.container_title) or (_clean(item.collection_title) if kind in _BOOKS else None),
        issns=_issns(item, faults),
        publisher=publisher,
        volume=_clean(item.volume),
        issue=_clean(item.issue),
        pages=references.pages(_text(item.page)),
        abstract=_clean(item.abstract),
        keywords=keyword_list([text] if (text := _text(item.keyword)) else ()),
        language=references.language(item.language, faults),
        identifiers=known,
        addresses=links,
    )


def _record_id(item: Item, known: tuple[Identifier, ...], title: str | None) -> str:
    """The citation key or id; a mere number is a place in somebody's library, so that an identifier is better."""
    key = (item.citation_key or (str(item.id) if item.id is not None else "")).strip()
    if key and not key.isdecimal():
        return key
    return identifier_key(known[0]) if known else title or key


def _text(value: Words) -> str | None:
    """The text; of a list the first, as in Crossref's titles, where the others are translations."""
    if isinstance(value, list):
        value = next((each for each in value if each), None)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if value not in (None, "") else None


def _clean(value: Words) -> str | None:
    text = _text(value)
    return plain_text(text) or None if text else None


def _names(
    names: list[Name | None] | None, field: str, faults: Faults
) -> tuple[NameList | None, dict[int, tuple[Identifier, ...]]]:
    if not names:
        return None, {}
    found: list[tuple[int, PersonName]] = []
    known: dict[int, tuple[Identifier, ...]] = {}
    is_complete = True
    for position, each in enumerate(names, start=1):
        name = _name(each) if each else None
        if name is None:
            is_complete = False
            faults.part(field, "no name where one belongs", position)
        elif name.name.casefold() in _OTHERS:
            is_complete = False
        else:
            found.append((position, name))
            if each and each.orcid:
                if orcid := identifier("orcid", each.orcid):
                    known[position] = (orcid,)
                else:
                    faults.part("orcid", NO_IDENTIFIER, each.orcid)
    return NameList(tuple(found), is_complete), known


def _name(each: Name) -> PersonName | None:
    if whole := plain_text(each.literal or each.name or ""):
        return PersonName(whole)
    parts = (each.dropping_particle, each.non_dropping_particle, each.family)
    family = plain_text(" ".join(part for part in parts if part))
    return person_name(plain_text(each.given or ""), family, plain_text(each.suffix or ""))


def _date(issued: Date | str | int | None, faults: Faults) -> PartialDate | None:
    """The first of the parts; of a range that is its start."""
    if issued is None:
        return None
    if isinstance(issued, Date):
        parts = next((each for each in issued.date_parts or () if each and each[0] not in (None, "", 0)), None)
        if parts:
            year, month, day, *_ = (*(str(part) if part is not None else None for part in parts), None, None)
            return printed_dates.day(year, month, day, faults)
        issued = issued.literal or issued.raw
    return printed_dates.words_of_date(str(issued), faults) if issued else None


def _spelled(item: Item, kind: str | None) -> Iterator[tuple[str, str | None]]:
    yield "doi", item.doi
    yield "pmid", _text(item.pmid)
    yield "pmcid", _text(item.pmcid)
    for text in (_text(item.number), _text(item.note)):
        for scheme, value in _NOTED.findall(text or ""):
            yield scheme.lower(), value
    if kind in _BOOKS:
        values = item.isbn if isinstance(item.isbn, list) else [_text(item.isbn)]
        for value in values:
            for piece in re.split(r"[;,]|\s+(?=97[89])", value or ""):
                yield "isbn", piece


def _issns(item: Item, faults: Faults) -> tuple[Identifier, ...]:
    values = item.issn if isinstance(item.issn, list) else [_text(item.issn)]
    text = " ".join(value for value in values if value)
    found = identifiers("issn", text)
    if text and not found:
        faults.part("issn", NO_IDENTIFIER, text)
    return found


SOURCE = Source(
    name="csl-json",
    version="3",
    description="CSL-JSON of Zotero, Pandoc and citation services",
    chunks=chunks,
    readings=readings,
    endings=(".json", ".jsonl"),
)
