"""The papers of a thing, a page at a time: of an author, an institution, a venue or a concept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from kg import namespaces as ns
from kg.latest import Link
from kg.resources import GraphReader

PAGE = 50
CITABLE_KINDS = ("paper", "author", "institution", "concept", "venue")

# Up to so many papers are sorted; those of a thing with more come as the graph has them.
_FEW = 1000
_LINKS = {
    "author": (Link(ns.CREATOR),),
    "institution": (Link(ns.PAPER_INSTITUTION), Link(ns.AFFILIATION, of_authorship=True)),
    "concept": (Link(ns.SUBJECT), Link(ns.PAPER_TYPE)),
    "venue": (Link(ns.IS_PART_OF),),
}


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
    linked = _linked(reader, iri, kind)
    few = list(islice(linked, _FEW + 1))
    if len(few) <= _FEW:
        few.sort(key=lambda paper: (_date(reader, paper), paper), reverse=True)
        return CitedPapers(few[start:end], is_last=end is None or end >= len(few))
    found = islice(chain(few, linked), start, end)
    return CitedPapers(list(found), is_last=next(chain(few[end or 0 :], linked), None) is None)


def _date(reader: GraphReader, paper: str) -> str:
    return max(reader.texts(paper, ns.ISSUED), default="") or reader.text(paper, ns.PUBLICATION_YEAR) or ""


def _linked(reader: GraphReader, iri: str, kind: str) -> Iterator[str]:
    """Each paper once, in the order of the graph, which is the same as long as the snapshot is."""
    seen: set[str] = set()
    copies = iri.partition(f"/{kind}/")[0] + "/location/"  # which lie in a venue too
    for link in _LINKS[kind]:
        for subject in reader.pointing(link.predicate, iri):
            papers = reader.pointing(ns.HAS_AUTHORSHIP, subject) if link.of_authorship else (subject,)
            for paper in papers:
                if paper not in seen and not paper.startswith(copies):
                    seen.add(paper)
                    yield paper
