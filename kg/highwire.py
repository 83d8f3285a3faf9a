"""A paper as `citation_…` meta elements, by which Google Scholar indexes a page and Zotero picks a paper up from it.

https://scholar.google.com/intl/en/scholar/inclusion.html#indexing
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.citations import Citation, Person
from kg.records import PartialDate

# What says in which kind of place a paper came out.
_CONTAINERS = {
    "conference-paper": "citation_conference_title",
    "proceedings": "citation_conference_title",
    "book-chapter": "citation_inbook_title",
    "reference-entry": "citation_inbook_title",
}
_PUBLISHERS = {"thesis": "citation_dissertation_institution", "report": "citation_technical_report_institution"}


def meta_elements(paper: Citation, page: str, full_texts: list[str]) -> Iterator[tuple[str, str]]:
    """Names and contents, authors in order; nothing where there is no title, since then a page is no paper to them.

    `page` is the address of the paper's page, `full_texts` are addresses of the text itself.
    """
    if not paper.title:
        return
    yield "citation_title", paper.title
    for person in paper.authors:
        yield "citation_author", _name(person)
    for person in paper.editors:
        yield "citation_editor", _name(person)
    start, end = _pages(paper.pages)
    fields = (
        ("citation_publication_date", _date(paper.date)),
        (_CONTAINERS.get(paper.type or "", "citation_journal_title"), paper.container),
        ("citation_volume", paper.volume),
        ("citation_issue", paper.issue),
        ("citation_firstpage", start),
        ("citation_lastpage", end),
        (_PUBLISHERS.get(paper.type or "", "citation_publisher"), paper.publisher),
        *(("citation_issn", issn) for issn in paper.issns),
        ("citation_isbn", paper.identifier("isbn")),
        ("citation_doi", paper.identifier("doi")),
        ("citation_arxiv_id", paper.identifier("arxiv")),
        ("citation_pmid", paper.identifier("pmid")),
        ("citation_language", paper.language),
        *(("citation_keywords", keyword) for keyword in paper.keywords),
        ("citation_abstract_html_url", page),
        *(("citation_pdf_url", text) for text in full_texts),
    )
    yield from ((name, content) for name, content in fields if content)


def _name(person: Person) -> str:
    """As it is cited: 'Family, Given'; Zotero takes a name without a comma apart at its last word."""
    if not person.family:
        return person.name
    return ", ".join(filter(None, (person.family, " ".join(filter(None, (person.given, person.suffix))))))


def _date(date: PartialDate | None) -> str | None:
    """'2019/12/31', '2019/12' or '2019'."""
    if not date or not date.year:
        return None
    parts = [f"{date.year:04}", *(f"{part:02}" for part in (date.month, date.day) if part)]
    return "/".join(parts)


def _pages(pages: str | None) -> tuple[str | None, str | None]:
    start, dash, end = (pages or "").partition("-")
    return (start, end) if dash and start and end and "-" not in end else (pages, None)
