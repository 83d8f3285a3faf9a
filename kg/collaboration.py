"""Who works with whom: what stands together on the papers of a thing, as a graph small enough to be looked at.

Of an author the co-authors, of an institution those that it works with, of a concept what it is found with, who writes
about it and where, of a venue who writes there about what. Whatever the thing, the work is bounded: of one with very
many papers some are read, which the graph has in no order that means anything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from kg import namespaces as ns
from kg.linked_papers import NAMED_BY_PAPER, authors_of, some_papers
from kg.resources import GraphReader, Thing

TOGETHER, BROADER = "together", "broader"

_MOST_PAPERS = 300
_MOST_EDGES = 240
_PAPERS_OF_ONE = 200
_HIERARCHY = 12
# What is shown around a thing, and how many at most.
_AROUND = {
    "author": {"author": 50},
    "institution": {"institution": 50},
    "concept": {"concept": 24, "author": 14, "venue": 8},
    "venue": {"author": 40, "concept": 14},
}


@dataclass(frozen=True)
class Node:
    """A thing, and how many of the papers read name it; None: it is there for its place in a scheme."""

    thing: Thing
    papers: int | None


@dataclass(frozen=True)
class Edge:
    """Two things by their IRIs, TOGETHER on so many papers, or the second BROADER than the first."""

    source: str
    target: str
    papers: int | None
    relation: str = TOGETHER


@dataclass(frozen=True)
class Network:
    """The nodes around `centre`, those with most papers first. `papers` were read; `all_papers`: there are no others.

    `left_out` things stand on these papers too, on fewer of them.
    """

    centre: Thing
    nodes: list[Node]
    edges: list[Edge]
    papers: int
    all_papers: bool
    left_out: int

    def beside(self, node: Node) -> list[tuple[Thing, int | None]]:
        """What else of the graph a node stands with, as the edges have it."""
        things = {known.thing.iri: known.thing for known in self.nodes}
        ends = (({edge.source, edge.target} - {node.thing.iri}, edge.papers) for edge in self._edges_of(node))
        return [(things[other], papers) for others, papers in ends for other in others if other in things]

    def _edges_of(self, node: Node) -> Iterator[Edge]:
        return (edge for edge in self.edges if node.thing.iri in (edge.source, edge.target))


def network(reader: GraphReader, iri: str, kind: str) -> Network:
    """The neighbourhood of a thing whose kind is one of those with papers."""
    papers, complete = some_papers(reader, iri, kind, _MOST_PAPERS)
    reader.expect(papers, (ns.CREATOR, ns.HAS_AUTHORSHIP, ns.PAPER_INSTITUTION, ns.SUBJECT, ns.IS_PART_OF))
    if reader.is_remote and "institution" in _AROUND[kind]:
        authorships = [each for paper in papers for each in reader.iris(paper, ns.HAS_AUTHORSHIP)]
        reader.expect(authorships, (ns.AFFILIATION,))
    named = [_named(reader, paper, kind, iri) for paper in papers]
    counted = Counter(other for found in named for other, _ in found)
    kinds = {other: of_kind for found in named for other, of_kind in found}
    shown = {other: counted[other] for other in _most_frequent(counted, kinds, kind)}
    reader.expect_names(shown)
    nodes = [Node(reader.thing(other), number) for other, number in shown.items()]
    if kind == "author":
        edges = list(_edges(_papers_of_authors(reader, shown)))
    else:
        edges = list(_edges([other for other, _ in found if other in shown] for found in named))
    edges += [Edge(iri, other, number) for other, number in shown.items()]
    if kind == "concept":
        nodes, edges = _with_hierarchy(reader, iri, nodes, edges)
    return Network(reader.thing(iri), nodes, edges, len(papers), complete, len(counted) - len(shown))


def _named(reader: GraphReader, paper: str, kind: str, centre: str) -> list[tuple[str, str]]:
    """What a paper names of the kinds that are shown, with the kind."""
    found = ((other, of_kind) for of_kind in _AROUND[kind] for other in NAMED_BY_PAPER[of_kind](reader, paper))
    return [(other, of_kind) for other, of_kind in found if other != centre]


def _most_frequent(counted: Counter[str], kinds: dict[str, str], kind: str) -> Iterator[str]:
    """Of each kind so many; between equals the first by IRI."""
    left = dict(_AROUND[kind])
    for other in sorted(counted, key=lambda other: (-counted[other], other)):
        if left[kinds[other]]:
            left[kinds[other]] -= 1
            yield other


def _papers_of_authors(reader: GraphReader, authors: Iterable[str]) -> Iterator[list[str]]:
    """Which of these authors wrote a paper, for all that they wrote, with the author in the middle or without."""
    by_paper: defaultdict[str, list[str]] = defaultdict(list)
    authors = list(authors)
    reader.expect_pointing(ns.CREATOR, authors)
    for author in authors:
        for paper in some_papers(reader, author, "author", _PAPERS_OF_ONE)[0]:
            by_paper[paper].append(author)
    reader.expect([paper for paper, found in by_paper.items() if len(found) > 1], (ns.CREATOR,))
    for paper, found in by_paper.items():
        if len(found) > 1 and authors_of(reader, paper):
            yield found


def _edges(together: Iterable[list[str]]) -> Iterator[Edge]:
    """The pairs that stand together most often."""
    counted = Counter(pair for found in together for pair in combinations(sorted(set(found)), 2))
    for pair in sorted(counted, key=lambda pair: (-counted[pair], pair))[:_MOST_EDGES]:
        yield Edge(*pair, counted[pair])


def _with_hierarchy(
    reader: GraphReader, iri: str, nodes: list[Node], edges: list[Edge]
) -> tuple[list[Node], list[Edge]]:
    """What is broader and narrower than a concept, whether a paper names both or none."""
    broader = reader.iris(iri, ns.BROADER)[:_HIERARCHY]
    narrower = reader.subjects(ns.BROADER, iri, _HIERARCHY)
    known = {node.thing.iri for node in nodes}
    added = [other for other in dict.fromkeys([*broader, *narrower]) if other not in known]
    lines = [Edge(iri, other, None, BROADER) for other in broader]
    lines += [Edge(other, iri, None, BROADER) for other in narrower]
    return [*nodes, *(Node(reader.thing(other), None) for other in added)], [*edges, *lines]
