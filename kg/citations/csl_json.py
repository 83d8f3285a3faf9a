"""CSL-JSON: https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from kg.citations.bibtex import keyword_field
from kg.citations.keys import citation_keys
from kg.citations.model import Citation, Person
from kg.records import PartialDate

_TYPES = {
    "article": "article-journal",
    "review": "review",
    "editorial": "article-journal",
    "letter": "article-journal",
    "erratum": "article-journal",
    "retraction": "article-journal",
    "conference-paper": "paper-conference",
    "preprint": "article",
    "book": "book",
    "proceedings": "book",
    "book-chapter": "chapter",
    "reference-entry": "entry",
    "thesis": "thesis",
    "report": "report",
    "dataset": "dataset",
    "software": "software",
    "presentation": "speech",
    "patent": "patent",
    "standard": "standard",
    "peer-review": "review",
}
_IN_SERIES = ("book", "proceedings")
"""What a series holds, and no container."""


def csl_json(papers: Sequence[Citation]) -> str:
    """A list of items."""
    keys = citation_keys(papers)
    items = [_item(key, paper) for key, paper in zip(keys, papers, strict=True)]
    return msgspec.json.format(msgspec.json.encode(items)).decode() + "\n"


def _item(key: str, paper: Citation) -> dict[str, Any]:
    arxiv = paper.identifier("arxiv")
    authors = [_name(person) for person in paper.authors]
    item = {
        "id": key,
        "citation-key": key,
        "type": _TYPES.get(paper.type or "", "document"),
        "genre": "preprint" if paper.type == "preprint" else None,
        "title": paper.title,
        "author": authors if paper.is_complete else [*authors, {"literal": "et al."}],
        "editor": [_name(person) for person in paper.editors],
        "issued": _date(paper.date),
        "collection-title" if paper.type in _IN_SERIES else "container-title": paper.container,
        "volume": paper.volume,
        "issue": paper.issue,
        "page": paper.pages,
        "publisher": paper.publisher,
        "number": f"arXiv:{arxiv}" if arxiv else None,
        "DOI": paper.doi,
        "PMID": paper.identifier("pmid"),
        "PMCID": paper.identifier("pmcid"),
        "ISBN": paper.identifier("isbn"),
        "ISSN": ", ".join(paper.issns),
        "URL": paper.address,
        "language": paper.language,
        "keyword": keyword_field(paper.keywords),
        "abstract": paper.abstract,
        "note": paper.warning,
        "status": (paper.warning or "").lower(),
    }
    return {name: value for name, value in item.items() if value}


def _name(person: Person) -> dict[str, str]:
    if not person.family:
        return {"literal": person.name}
    parts = {"family": person.family, "given": person.given, "suffix": person.suffix}
    return {name: part for name, part in parts.items() if part}


def _date(date: PartialDate | None) -> dict[str, Any] | None:
    if not date or not date.year:
        return None
    parts = [date.year, date.month, date.day]
    return {"date-parts": [parts[: parts.index(None)] if None in parts else parts]}
