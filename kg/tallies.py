"""What the papers of a thing name, counted: people, institutions, concepts, venues, years. Bounded work."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kg import namespaces as ns
from kg.linked_papers import NAMED_BY_PAPER, some_papers
from kg.resources import GraphReader

# What papers name by these is counted.
_NAMING = (ns.CREATOR, ns.HAS_AUTHORSHIP, ns.PAPER_INSTITUTION, ns.SUBJECT, ns.IS_PART_OF)


@dataclass(frozen=True)
class Tally:
    """`papers` were read; `all_papers`: the thing has no others. `named` counts by kind what they name, `years` them;
    `concept_years` has for each concept its papers by year."""

    papers: list[str]
    all_papers: bool
    years: Counter[int]
    named: dict[str, Counter[str]]
    concept_years: dict[str, Counter[int]]


def tally(reader: GraphReader, iri: str, kind: str, kinds: Iterable[str], most: int) -> Tally:
    """Of up to `most` papers, which the graph has in no order that means anything; the thing itself does not count."""
    papers, complete = some_papers(reader, iri, kind, most)
    found = Tally(papers, complete, Counter(), {of_kind: Counter() for of_kind in kinds}, defaultdict(Counter))
    reader.expect(papers, (ns.PUBLICATION_YEAR, *_NAMING))
    for paper in papers:
        year = reader.integer(paper, ns.PUBLICATION_YEAR)
        if year is not None:
            found.years[year] += 1
        for of_kind, counter in found.named.items():
            named = [other for other in NAMED_BY_PAPER[of_kind](reader, paper) if other != iri]
            counter.update(named)
            if of_kind == "concept" and year is not None:
                for concept in named:
                    found.concept_years[concept][year] += 1
    return found
