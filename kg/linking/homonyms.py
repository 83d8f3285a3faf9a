"""Authors known by name alone whose papers plainly fall apart: more than one person, it seems. Told, never split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import NamedTuple

from kg.linking.model import AuthorMention, PaperMention
from kg.linking.names import folded

LONGEST_CAREER = 45
"""Years between first and last paper; few publish for longer."""
LONGEST_SILENCE = 15
"""Years without a paper, after which nobody of before is there any more."""
_CROWD = 60  # authors; of so many two share co-authors by chance


class Suspicion(NamedTuple):
    """An author, why they may be several people, and how many papers each part of their work has."""

    author: str
    name: str
    reasons: tuple[str, ...]
    parts: tuple[int, ...]
    """Papers that hang together by what they share, the largest part first."""
    years: tuple[int, int] | None


class _Part(NamedTuple):
    papers: int
    years: tuple[int, ...]
    venues: frozenset[str]
    subjects: frozenset[str]


def suspicious_authors(papers: Iterable[PaperMention]) -> Iterator[Suspicion]:
    """Authors without any identifier whose work falls into parts that share nobody and nothing, or spans too long.

    Papers hang together by co-authors, affiliations and citations. Parts that do not may well be one person's still;
    against it speaks a long silence between them, or that they share no venue and no subject where all have some.
    """
    work: defaultdict[str, list[tuple[PaperMention, AuthorMention]]] = defaultdict(list)
    identified: set[str] = set()
    for paper in papers:
        for mention in paper.authors:
            work[mention.author].append((paper, mention))
            if mention.keys:
                identified.add(mention.author)
    for author in sorted(work.keys() - identified):
        if len(work[author]) > 1 and (suspicion := _suspicion(author, work[author])):
            yield suspicion


def _suspicion(author: str, mentions: list[tuple[PaperMention, AuthorMention]]) -> Suspicion | None:
    parts = sorted(map(_part, _components(mentions)), key=lambda part: (-part.papers, part.years))
    years = sorted(chain.from_iterable(part.years for part in parts))
    reasons = list(_reasons(parts))
    if years and years[-1] - years[0] > LONGEST_CAREER:
        reasons.append(f"papers from {years[0]} to {years[-1]}")
    if not reasons:
        return None
    sizes = tuple(part.papers for part in parts)
    return Suspicion(author, mentions[0][1].name, tuple(reasons), sizes, (years[0], years[-1]) if years else None)


def _reasons(parts: list[_Part]) -> Iterator[str]:
    years = sorted(chain.from_iterable(part.years for part in parts))
    for before, after in pairwise(years):
        is_bridged = any(part.years and part.years[0] <= before and part.years[-1] >= after for part in parts)
        if after - before > LONGEST_SILENCE and not is_bridged:
            yield f"nothing between {before} and {after}, and nobody in common before and after"
    # Of two parts either is foreign to the other: one is enough to tell.
    for part in parts[1:]:
        others = [other for other in parts if other is not part]
        if _are_foreign(part.venues, frozenset().union(*(other.venues for other in others))) and _are_foreign(
            part.subjects, frozenset().union(*(other.subjects for other in others))
        ):
            yield f"{_told(part)} with nobody, no venue and no subject in common with the others"


def _are_foreign(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether both are known and nothing is in both."""
    return bool(some and others) and some.isdisjoint(others)


def _told(part: _Part) -> str:
    count = f"{part.papers} paper" + ("s" if part.papers > 1 else "")
    return f"{count} of {'-'.join(map(str, sorted({part.years[0], part.years[-1]})))}" if part.years else count


def _part(mentions: list[tuple[PaperMention, AuthorMention]]) -> _Part:
    return _Part(
        len({paper.paper for paper, _ in mentions}),
        tuple(sorted(paper.year for paper, _ in mentions if paper.year)),
        frozenset(paper.venue for paper, _ in mentions if paper.venue),
        frozenset(subject for paper, _ in mentions for subject in paper.subjects),
    )


def _components(
    mentions: list[tuple[PaperMention, AuthorMention]],
) -> list[list[tuple[PaperMention, AuthorMention]]]:
    """The mentions in parts; what shares anything is in one."""
    parent = list(range(len(mentions)))

    def find(number: int) -> int:
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    first: dict[str, int] = {}
    for number, (paper, mention) in enumerate(mentions):
        for thing in _things(paper, mention):
            parent[find(number)] = find(first.setdefault(thing, number))
    parts: defaultdict[int, list[tuple[PaperMention, AuthorMention]]] = defaultdict(list)
    for number, each in enumerate(mentions):
        parts[find(number)].append(each)
    return list(parts.values())


def _things(paper: PaperMention, mention: AuthorMention) -> Iterator[str]:
    """What papers of one person share; a citation is a thing of the paper that cites and of the one cited."""
    yield f"paper {paper.paper}"
    for key in (*paper.keys, *paper.references):
        yield f"key {key}"
    if len(paper.authors) <= _CROWD:
        for other in paper.authors:
            if other.author != mention.author:
                yield f"person {folded(other.name)}"
    for place in (*mention.institutions, *map(folded, mention.affiliations)):
        yield f"place {place}"
