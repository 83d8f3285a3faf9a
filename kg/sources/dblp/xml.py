"""DBLP's XML: the dump dblp.xml and the pages of single records and persons, in pieces that are parsed by themselves.

The DTD is never fetched. The names of letters that it defines are HTML's; a file with entities of its own is refused.
https://dblp.org/xml/dblp.dtd
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html.entities import name2codepoint
from xml.etree import ElementTree

from kg.identifiers import identifier
from kg.records import Identifier, Institution, PartialDate, Profile, Reading, SourceRecord
from kg.sources.chunks import element_chunks
from kg.sources.contract import Chunk
from kg.sources.dblp.publications import (
    Signature,
    key_identifiers,
    kind,
    name_list,
    person,
    venue,
    without_stop,
)
from kg.sources.faults import Faults
from kg.sources.files import SourceFile
from kg.sources.plain_text import plain_text
from kg.sources.printed_dates import day
from kg.sources.references import Reference, addresses, identified, pages
from kg.sources.values import distinct, partial_date

KIND = "xml"

_TAGS = "article|inproceedings|proceedings|book|incollection|phdthesis|mastersthesis|data|www|person"
_ENDS = re.compile(rf"</(?:{_TAGS})\s*>".encode())
_END = re.compile(rf"</(?:{_TAGS})\s*>")
_START = re.compile(rf"<(?:{_TAGS})(?=[\s>])")
_KEY = re.compile(r"""\skey\s*=\s*["']([^"'<>]{1,200})["']""")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}\bencoding\s*=\s*["']([\w.-]+)["']""")
_ENCODINGS = {codecs.lookup(name).name for name in ("ascii", "utf-8", "iso8859-1", "iso8859-15", "cp1252")}
_ENTITY = re.compile(r"&([A-Za-z]\w*);")
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_PERSONS = frozenset(("www", "person"))
_HOMEPAGE = "homepages/"
_NOBODY = frozenset(("disambiguation",))

_Fields = dict[str, list[ElementTree.Element]]


def xml_chunks(file: SourceFile) -> Iterator[Chunk]:
    """Whole records; the encoding that the first chunk declares stands in the kind of all."""
    encoding = None
    for chunk in element_chunks(file, _ENDS):
        if encoding is None:
            encoding = _encoding(file, chunk.data)
            if b"<!ENTITY" in chunk.data:
                raise file.error("defines entities of its own, which DBLP's files do not")
        yield Chunk(chunk.file, chunk.number, chunk.data, f"{KIND} {encoding}")


def _encoding(file: SourceFile, start: bytes) -> str:
    declared = _ENCODING.match(start.removeprefix(codecs.BOM_UTF8))
    name = declared[1].decode() if declared else "utf-8"
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = name
    if known not in _ENCODINGS:
        raise file.error(f"is in the encoding {name[:40]!r}; convert it to UTF-8")
    # The dump says Latin-1 and holds ASCII; who says ASCII may have more all the same.
    return "iso8859-1" if known == "ascii" else known


def readings(chunk: Chunk) -> Iterator[Reading]:
    """Every record, publication or person; what is not closed costs no other."""
    text = chunk.data.decode(chunk.kind.partition(" ")[2] or "utf-8", errors="replace")
    number, place = chunk.number, 0
    for end in _END.finditer(text):
        starts = [match.start() for match in _START.finditer(text, place, end.start())]
        for start in starts[:-1]:
            yield _unclosed(chunk.file, number, text[start : start + 300])
        if starts:
            yield _reading(chunk.file, number, text[starts[-1] : end.end()])
        else:
            faults = Faults(chunk.file, number)
            yield Reading((), faults.whole("the end of a record without its start", end[0]))
        number, place = number + 1, end.end()
    for match in _START.finditer(text, place):
        yield _unclosed(chunk.file, number, text[match.start() : match.start() + 300])


def _unclosed(file: str, number: int, text: str) -> Reading:
    key = _KEY.search(text)
    return Reading((), Faults(file, number, key[1] if key else None).whole("a record that is not closed", text))


def _reading(file: str, number: int, text: str) -> Reading:
    named = _KEY.search(text)
    faults = Faults(file, number, named[1] if named else None)
    if "&" in text:
        text = _ENTITY.sub(lambda entity: _character(entity, faults), text)
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - an element has no DTD to expand
    except (ElementTree.ParseError, ValueError) as error:
        return Reading((), faults.whole("not XML", error))
    key_text = (root.get("key") or "").strip()
    faults.record = key_text or None
    if "\ufffd" in text:
        faults.part("record", "bytes that are not of the file's encoding", text[max(text.index("\ufffd") - 20, 0) :])
    if not key_text:
        return Reading((), faults.rejects + faults.whole("the record has no key", text))
    fields: _Fields = {}
    for child in root:
        fields.setdefault(child.tag, []).append(child)
    if root.tag in _PERSONS:
        return _person(root, key_text, fields, faults)
    return _publication(root, key_text, fields, faults)


def _character(entity: re.Match[str], faults: Faults) -> str:
    if entity[1] in _XML_ENTITIES:
        return entity[0]
    if (code := name2codepoint.get(entity[1])) is not None:
        return chr(code)
    faults.part("record", "an entity that is not known", entity[0])
    return f"&amp;{entity[1]};"


def _publication(root: ElementTree.Element, key: str, fields: _Fields, faults: Faults) -> Reading:
    printed = _content(fields["title"][0]) if "title" in fields else ""
    title = without_stop(plain_text(printed)) or None
    journal, booktitle = _text(fields, "journal"), _text(fields, "booktitle")
    publication_type = root.get("publtype")
    links = addresses((_content(each) for each in fields.get("ee", ())), "ee", faults)
    authors, author_identifiers = name_list(_signatures(fields, "author"), "author", faults)
    editors, editor_identifiers = name_list(_signatures(fields, "editor"), "editor", faults)
    is_book = root.tag in ("book", "proceedings", "phdthesis", "mastersthesis")
    isbns = [("isbn", _content(each)) for each in fields.get("isbn", ())] if is_book else []
    return Reference(
        record_id=key,
        word=f"{root.tag} {publication_type}" if publication_type else root.tag,
        type=kind(root.tag, publication_type, key),
        printed_title=without_stop(" ".join(printed.split())),
        title=title,
        authors=authors,
        is_list_complete=True,
        author_identifiers=author_identifiers,
        editors=editors,
        editor_identifiers=editor_identifiers,
        date=day(_text(fields, "year"), _text(fields, "month"), None, faults),
        container=journal or booktitle,
        venue=venue(key, root.tag, journal or booktitle or _text(fields, "series")),
        publisher=_text(fields, "publisher") or _text(fields, "school"),
        volume=_text(fields, "volume"),
        issue=_text(fields, "number"),
        pages=pages(_text(fields, "pages")),
        identifiers=distinct(*key_identifiers(key), *identified(isbns, links, faults)),
        addresses=links,
        updated=_changed(root, faults),
        cited=_cited(fields),
        is_withdrawn=True if "withdrawn" in (publication_type or "").split() else None,
    ).reading(faults)


def _person(root: ElementTree.Element, key: str, fields: _Fields, faults: Faults) -> Reading:
    """Who a person is: all names, pages, ORCIDs; further records of theirs are none of their own."""
    if not key.startswith(_HOMEPAGE) or root.get("publtype") in _NOBODY:
        what = root.get("publtype") or key
        return Reading((), faults.rejects + faults.whole("a page that is not of one person", what))
    signatures = list(_signatures(fields, "author"))
    pid = identifier("dblp-person", key)
    names = [found for each in signatures if (found := person(each._replace(orcid=None), "author", faults))]
    if not names or pid is None:
        return Reading((), faults.rejects + faults.whole("a person without a name", key))
    urls = [_content(each).strip() for each in fields.get("url", ())]
    orcids = [identifier("orcid", url) for url in urls if "orcid.org/" in url]
    aliases = [identifier("dblp-person", _content(each)) for each in fields.get("crossref", ())]
    numbered = (known for name in names for known in name.identifiers)
    thing = names[0]
    known: tuple[Identifier, ...] = distinct(pid, *orcids, *numbered)
    others = dict.fromkeys(name.name for name in names[1:] if name.name != thing.name)
    profile = Profile(
        thing=type(thing)(thing.name, known, other_names=tuple(others)),
        source=SourceRecord(key, type=root.tag, updated=_changed(root, faults)),
        affiliations=tuple(_affiliations(fields)),
        is_deprecated=bool(aliases),
        replaced_by=distinct(*aliases),
    )
    return Reading((profile,), faults.rejects)


def _affiliations(fields: _Fields) -> Iterator[Institution]:
    for note in fields.get("note", ()):
        if note.get("type") == "affiliation" and note.get("label") != "former" and (name := plain_text(_content(note))):
            yield Institution(name)


def _signatures(fields: _Fields, tag: str) -> Iterator[Signature]:
    return (Signature(_content(each), each.get("orcid"), each.get("pid")) for each in fields.get(tag, ()))


def _cited(fields: _Fields) -> tuple[Identifier, ...]:
    """'...' stands for a reference that DBLP does not know."""
    texts = (_content(each).strip() for each in fields.get("cite", ()))
    return distinct(*(identifier("dblp", text) for text in texts if text != "..."))


def _changed(root: ElementTree.Element, faults: Faults) -> PartialDate | None:
    text = root.get("mdate")
    found = partial_date(text)
    if text and found is None:
        faults.part("mdate", "not a date", text)
    return found


def _text(fields: _Fields, tag: str) -> str | None:
    return plain_text(_content(fields[tag][0])) or None if tag in fields else None


def _content(element: ElementTree.Element) -> str:
    """All text in it; <sub> and <i> are not kept."""
    return (element.text or "") if not len(element) else "".join(element.itertext())
