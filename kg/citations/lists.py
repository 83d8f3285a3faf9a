"""The papers of a thing, a page at a time: of an author, an institution, a venue or a concept."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice

from kg import namespaces as ns
from kg.linked_papers import linked_papers
from kg.resources import GraphReader

PAGE = 50
CITABLE_KINDS = ("paper", "author", "institution", "concept", "venue")

# Up to so many papers are sorted; those of a thing with more come as the graph has them.
_FEW = 1000


@dataclass(frozen=True)
class CitedPapers:
    """A page of papers; `is_last`: no other follows."""

    papers: list[str]
    is_last: bool


def papers_of(reader: GraphReader, iri: str, kind: str, page: int | None = 1) -> CitedPapers:
    """The paper itself; of a thing its papers, latest first, or as the graph has them where they are very many.

    `page` None: all of them.
    """
    if kind == "paper":
        return CitedPapers([iri] if page in (1, None) else [], is_last=True)
    start, end = (0, None) if page is None else ((page - 1) * PAGE, page * PAGE)
    linked = linked_papers(reader, iri, kind)
    few = list(islice(linked, _FEW + 1))
    if len(few) <= _FEW:
        reader.expect(few, (ns.ISSUED, ns.PUBLICATION_YEAR))
        few.sort(key=lambda paper: (_date(reader, paper), paper), reverse=True)
        return CitedPapers(few[start:end], is_last=end is None or end >= len(few))
    found = islice(chain(few, linked), start, end)
    return CitedPapers(list(found), is_last=next(chain(few[end or 0 :], linked), None) is None)


def _date(reader: GraphReader, paper: str) -> str:
    return max(reader.texts(paper, ns.ISSUED), default="") or reader.text(paper, ns.PUBLICATION_YEAR) or ""
