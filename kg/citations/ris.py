"""RIS: lines of two letters and a value, https://en.wikipedia.org/wiki/RIS_(file_format).

The format has no escapes: a value stands on its line as it is, and in names a comma divides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.citations.bibtex import keyword_field
from kg.citations.keys import citation_keys
from kg.citations.model import Citation, Person
from kg.records import PartialDate

_TYPES = {
    "article": "JOUR",
    "review": "JOUR",
    "editorial": "JOUR",
    "letter": "JOUR",
    "erratum": "JOUR",
    "retraction": "JOUR",
    "conference-paper": "CONF",
    "preprint": "UNPB",
    "book": "BOOK",
    "proceedings": "BOOK",
    "book-chapter": "CHAP",
    "reference-entry": "ENCYC",
    "thesis": "THES",
    "report": "RPRT",
    "dataset": "DATA",
    "software": "COMP",
    "presentation": "SLIDE",
    "patent": "PAT",
    "standard": "STAND",
}
_DIVIDING = re.compile(r"\s*[,;]\s*")
_LIKE_SUFFIX = re.compile(r"(?:jr|sr|jun|sen|[ivx]{1,4}|\dnd|\drd|\dth|ph\.?\s?d|m\.?d|esq)\.?", re.IGNORECASE)


def ris(papers: Sequence[Citation]) -> str:
    keys = citation_keys(papers)
    return "\n".join(_record(key, paper) for key, paper in zip(keys, papers, strict=True))


def _record(key: str, paper: Citation) -> str:
    lines = "".join(f"{tag}  - {' '.join(value.split())}\n" for tag, value in _lines(key, paper) if value)
    return f"{lines}ER  - \n"


def _lines(key: str, paper: Citation) -> Iterator[tuple[str, str | None]]:
    word = _TYPES.get(paper.type or "", "GEN")
    yield "TY", word
    yield "ID", key
    yield "TI", paper.title
    for person in paper.authors:
        yield "AU", _name(person)
    if not paper.is_complete:
        yield "AU", "et al."
    for person in paper.editors:
        yield "ED", _name(person)
    yield from _dates(paper.date)
    yield "T2" if word != "JOUR" else "JF", paper.container
    yield "VL", paper.volume
    yield "IS", paper.issue
    yield from _pages(paper.pages)
    yield "PB", paper.publisher
    for number in paper.issns or (paper.identifier("isbn") or "",):
        yield "SN", number
    yield "DO", paper.doi
    yield from _databases(paper)
    yield "UR", paper.address
    yield "LA", paper.language
    for keyword in paper.keywords:
        yield "KW", keyword_field((keyword,))
    yield "AB", paper.abstract
    yield "N1", paper.warning


def _databases(paper: Citation) -> Iterator[tuple[str, str | None]]:
    """The number by which a database has it."""
    arxiv, pubmed = paper.identifier("arxiv"), paper.identifier("pmid")
    if arxiv:
        yield "DB", "arXiv"
        yield "AN", f"arXiv:{arxiv}"
    elif pubmed:
        yield "DB", "PubMed"
        yield "AN", pubmed
    yield "C2", paper.identifier("pmcid")


def _dates(date: PartialDate | None) -> Iterator[tuple[str, str]]:
    if date and date.year:
        yield "PY", f"{date.year:04}"
        if date.month:
            yield "DA", f"{date.year:04}/{date.month:02}/{f'{date.day:02}' if date.day else ''}/"


def _pages(pages: str | None) -> Iterator[tuple[str, str]]:
    start, _, end = (pages or "").partition("-")
    if start and end and "-" not in end and start != end:
        yield "SP", start
        yield "EP", end
    elif pages:
        yield "SP", pages


def _name(person: Person) -> str:
    """'Family, Given, Suffix'; as it is spoken where a part would be taken for another; 'Organisation,'."""
    if _LIKE_SUFFIX.fullmatch(person.given):
        return _DIVIDING.sub(" ", person.name).strip()
    if not person.family:
        whole = _DIVIDING.sub(" ", person.name).strip()
        return f"{whole}," if " " in whole else whole
    return ", ".join(filter(None, (person.family, person.given, person.suffix)))
