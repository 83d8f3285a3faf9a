"""BibTeX and BibLaTeX from anywhere: citation keys name the records, and say nothing of the papers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kg.identifiers import identifiers
from kg.naming import identifier_key
from kg.records import Identifier, PartialDate, Reading
from kg.sources import printed_dates, references
from kg.sources.bibtex_entries import BrokenEntry, Entry, bibtex_chunks, entries
from kg.sources.contract import Chunk, Source
from kg.sources.faults import NO_IDENTIFIER, Faults
from kg.sources.journal_macros import journal_of_macro
from kg.sources.paper_types import paper_type
from kg.sources.person_names import NameList, plain_name, tex_names
from kg.sources.references import Reference, addresses, identified, keyword_list
from kg.sources.tex_text import tex_address, tex_text

_INHERITED = ("year", "date", "month", "publisher", "editor", "series", "volume", "number", "issn", "organization")
_ARXIV_IN_TEXT = re.compile(
    r"(?:arxiv(?:\.org)?[:\s/]{0,3}(?:abs/)?|^abs/)((?:\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7}))", re.I
)
_ARXIV_ONLY = re.compile(r"\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[A-Za-z]{2})?/\d{7}(?:v\d+)?")
_REPOSITORIES = re.compile(r"(?:arxiv|corr|ar\S*xiv)\b", re.IGNORECASE)
_OTHER_REPOSITORIES = re.compile(
    r"(?:\w+rxiv|ssrn(?: electronic journal)?|research square|preprints(?:\.org)?|techrxiv|authorea)(?: preprints?)?",
    re.I,
)
# What is called so and stands in no journal is a preprint, if arXiv has it.
_CALLED_ANYHOW = (None, "article", "other", "preprint")
_ADDRESS_FIELDS = ("url", "ee", "link", "pdf", "bdsk-url-1", "bdsk-url-2")
_WEB = ("http://", "https://")
_EPRINTS = {"arxiv": "arxiv", "pubmed": "pmid", "pmid": "pmid", "pmc": "pmcid", "": "arxiv"}
_BOOKS = frozenset(("book", "proceedings", "thesis", "report"))
_BETWEEN_ISBNS = re.compile(r"[,;/]|\s{2,}|\band\b|(?<=[\dXx])\s(?=97[89])")
_NEXT_ADDRESS = re.compile(r"\s+(?=https?://)")
_OWNED_ORCID = re.compile(r"/\s?((?:\d{4}-){3}\d{3}[\dXx])")


def readings(chunk: Chunk) -> Iterator[Reading]:
    """Every entry, with what it takes from the one that its `crossref` names, if that stands in the same chunk."""
    found = list(entries(chunk))
    parents = {each.key.lower(): each for each in found if isinstance(each, Entry)}
    for each in found:
        if isinstance(each, BrokenEntry):
            yield broken(chunk.file, each)
        else:
            yield _reading(chunk.file, each, parents)


def broken(file: str, entry: BrokenEntry) -> Reading:
    """Reading of an entry that is none."""
    faults = Faults(file, entry.line, entry.key)
    return Reading((), faults.whole("an entry that is not closed or not BibTeX", entry.excerpt))


def _reading(file: str, entry: Entry, parents: Mapping[str, Entry]) -> Reading:
    faults = Faults(file, entry.line, entry.key or None)
    faults.parts(tuple(entry.faults))
    if "crossref" in entry.fields:
        _inherit(entry, parents, faults)
    return reference(entry, faults).reading(faults)


def reference(entry: Entry, faults: Faults) -> Reference:
    """What the fields say, as far as BibTeX and BibLaTeX agree on it."""
    fields = entry.fields
    found_addresses = tuple(_addresses(fields, faults))
    kind = paper_type(entry.type)
    container, preprint = _container(fields)
    known = identified(_spelled(fields, kind, preprint), found_addresses, faults)
    authors = tex_names(fields["author"], "author", faults) if "author" in fields else None
    number = _first(fields, "number", "issue")
    title = tex_text(_whole_title(fields)) or None
    return Reference(
        record_id=entry.key or (identifier_key(known[0]) if known else title or ""),
        word=entry.type,
        type="preprint" if kind in _CALLED_ANYHOW and _is_preprint(container, known) else None,
        printed_title=" ".join(_whole_title(fields).split()),
        title=title,
        authors=authors,
        is_list_complete=bool(authors and authors.names) or None,
        author_identifiers=_orcids(fields, authors, faults),
        editors=tex_names(fields["editor"], "editor", faults) if "editor" in fields else None,
        date=_date(fields, faults),
        container=container,
        issns=_issns(fields, faults),
        publisher=_first(fields, "publisher", "school", "institution", "organization"),
        volume=_first(fields, "volume"),
        issue=None if number and _ARXIV_IN_TEXT.match(number) else references.pages(number),
        pages=references.pages(_first(fields, "pages", "eid", "articleno", "article-number")),
        abstract=_first(fields, "abstract"),
        keywords=keyword_list(tex_text(fields[name]) for name in ("keywords", "keyword") if name in fields),
        language=references.language(_first(fields, "language", "langid"), faults),
        identifiers=known,
        addresses=found_addresses,
    )


def _inherit(entry: Entry, parents: Mapping[str, Entry], faults: Faults) -> None:
    """Fields that the entry leaves to the one it refers to; BibTeX asks that this one stands later."""
    key = entry.fields["crossref"].strip()
    parent = parents.get(key.lower())
    if parent is None or parent is entry:
        if "booktitle" not in entry.fields:
            faults.part("crossref", "the entry that it refers to is not near", key)
        return
    if title := parent.fields.get("booktitle") or parent.fields.get("title"):
        entry.fields.setdefault("booktitle", title)
    for name in _INHERITED:
        if name in parent.fields:
            entry.fields.setdefault(name, parent.fields[name])


def _whole_title(fields: Mapping[str, str]) -> str:
    title, subtitle = fields.get("title", ""), fields.get("subtitle", "")
    return f"{title}: {subtitle}" if title and subtitle else title


def _first(fields: Mapping[str, str], *names: str) -> str | None:
    for name in names:
        if name in fields and (text := tex_text(fields[name])):
            return text
    return None


def _is_preprint(container: str | None, known: tuple[Identifier, ...]) -> bool:
    if container:
        return bool(_REPOSITORIES.match(container) or _OTHER_REPOSITORIES.fullmatch(container))
    schemes = {each.scheme for each in known}
    return "arxiv" in schemes and "doi" not in schemes


def _container(fields: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Where it came out, and the arXiv number that stands in place of it ("arXiv preprint arXiv:1706.03762")."""
    name = journal_of_macro(fields.get("journal", "")) or _first(
        fields, "journal", "journaltitle", "booktitle", "maintitle", "series"
    )
    if name and _REPOSITORIES.match(name):
        number = _ARXIV_IN_TEXT.search(name) or _ARXIV_IN_TEXT.search(fields.get("volume", ""))
        return "CoRR" if name == "CoRR" else "arXiv", number[1] if number else None
    return name, None


def _spelled(fields: Mapping[str, str], kind: str | None, preprint: str | None) -> Iterator[tuple[str, str | None]]:
    """Schemes, and what the fields say for them."""
    for scheme in ("doi", "pmid", "pmcid"):
        if scheme in fields:
            yield scheme, tex_address(fields[scheme])
    if "eprint" in fields:
        prefix = _first(fields, "archiveprefix", "eprinttype") or ""
        scheme = _EPRINTS.get(prefix.lower(), "")
        if scheme and (prefix or _ARXIV_ONLY.fullmatch(fields["eprint"].strip())):
            yield scheme, tex_address(fields["eprint"])
    yield "arxiv", preprint
    if number := _ARXIV_IN_TEXT.match(fields.get("number", "").strip()):
        yield "arxiv", number[1]
    if kind in _BOOKS and "isbn" in fields:
        for piece in _BETWEEN_ISBNS.split(tex_text(fields["isbn"])):
            yield "isbn", re.sub(r"\([^()]*\)|^isbn[-:\s\d]{0,3}?:?\s*(?=\d)", "", piece.strip(), flags=re.IGNORECASE)


def _issns(fields: Mapping[str, str], faults: Faults) -> tuple[Identifier, ...]:
    text = " ".join(tex_text(fields[name]) for name in ("issn", "eissn") if name in fields)
    found = identifiers("issn", text)
    if text and not found:
        faults.part("issn", NO_IDENTIFIER, text)
    return found


def _addresses(fields: Mapping[str, str], faults: Faults) -> Iterator[str]:
    for name in _ADDRESS_FIELDS:
        if name in fields:
            yield from addresses(map(tex_address, _NEXT_ADDRESS.split(fields[name].strip())), name, faults)
    for name in ("file", "howpublished", "note"):  # more often no address, which is no fault
        if name in fields and (text := tex_address(fields[name])).startswith(_WEB):
            yield from addresses([text], name, faults)


def _date(fields: Mapping[str, str], faults: Faults) -> PartialDate | None:
    if text := _first(fields, "date"):
        return printed_dates.date_text(text, faults)
    return printed_dates.day(_first(fields, "year"), _first(fields, "month"), _first(fields, "day"), faults)


def _orcids(
    fields: Mapping[str, str], authors: NameList | None, faults: Faults
) -> Mapping[int, tuple[Identifier, ...]]:
    """ORCIDs by the places of their owners: 'Family, Given/0000-…' for several, the bare number for the only author."""
    text = _first(fields, "orcid-numbers", "orcid")
    if not text:
        return {}
    names = authors.names if authors else ()
    places = {name.name: position for position, name in names}
    owned, place = [], 0
    for match in _OWNED_ORCID.finditer(text):
        owned.append((plain_name(text[place : match.start()].strip("; ")), match[1]))
        place = match.end()
    if not owned and len(names) == 1:
        owned = [(names[0][1], text)]
    found = {}
    for owner, number in owned:
        known = identifiers("orcid", number)
        if not known:
            faults.part("orcid", NO_IDENTIFIER, number)
        elif owner and owner.name in places:
            found[places[owner.name]] = known
        else:
            faults.part("orcid", "nobody of that name is an author", number)
    if not owned:
        faults.part("orcid", "does not say whose it is", text)
    return found


SOURCE = Source(
    name="bibtex",
    version="4",
    description="BibTeX and BibLaTeX of reference managers and publishers; DBLP's own is read as 'dblp'",
    chunks=bibtex_chunks,
    readings=readings,
    endings=(".bib", ".bibtex"),
)
