"""The papers of a thing, as the graph has them, and who and what each of them names: bounded reads by pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from kg import namespaces as ns
from kg.resources import GraphReader

# A list of hundreds of authors says of no two of them that they work together.
_AT_ONCE = 100
MOST_AUTHORS = 100


@dataclass(frozen=True)
class Link:
    """How papers point to a thing: by a property of their own, or of their authorships."""

    predicate: str
    of_authorship: bool = False


LINKS = {
    "author": (Link(ns.CREATOR),),
    "institution": (Link(ns.PAPER_INSTITUTION), Link(ns.AFFILIATION, of_authorship=True)),
    "concept": (Link(ns.SUBJECT), Link(ns.PAPER_TYPE)),
    "venue": (Link(ns.IS_PART_OF),),
}


def linked_papers(reader: GraphReader, iri: str, kind: str) -> Iterator[str]:
    """Each paper once, in the order of the graph, which is the same as long as the snapshot is."""
    seen: set[str] = set()
    copies = iri.partition(f"/{kind}/")[0] + "/location/"  # which lie in a venue too
    for link in LINKS[kind]:
        for paper in _pointing(reader, link, iri):
            if paper not in seen and not paper.startswith(copies):
                seen.add(paper)
                yield paper


def _pointing(reader: GraphReader, link: Link, iri: str) -> Iterator[str]:
    subjects = reader.pointing(link.predicate, iri)
    if not link.of_authorship:
        yield from subjects
        return
    while some := list(islice(subjects, _AT_ONCE)):
        reader.expect_pointing(ns.HAS_AUTHORSHIP, some)
        for authorship in some:
            yield from reader.pointing(ns.HAS_AUTHORSHIP, authorship)


def some_papers(reader: GraphReader, iri: str, kind: str, most: int) -> tuple[list[str], bool]:
    """Up to `most` papers of a thing, and whether these are all. The graph has them in no order that means anything."""
    found = list(islice(linked_papers(reader, iri, kind), most + 1))
    return found[:most], len(found) <= most


def authors_of(reader: GraphReader, paper: str) -> list[str]:
    """None of a paper with more than MOST_AUTHORS."""
    authors = reader.iris(paper, ns.CREATOR)
    return authors if len(authors) <= MOST_AUTHORS else []


def institutions_of(reader: GraphReader, paper: str) -> list[str]:
    """Those of the paper as a whole, and those where its authors were."""
    authorships = reader.iris(paper, ns.HAS_AUTHORSHIP)
    if len(authorships) > MOST_AUTHORS:
        return []
    found = reader.iris(paper, ns.PAPER_INSTITUTION)
    for authorship in authorships:
        found += reader.iris(authorship, ns.AFFILIATION)
    return list(dict.fromkeys(found))


def concepts_of(reader: GraphReader, paper: str) -> list[str]:
    return reader.iris(paper, ns.SUBJECT)


def venues_of(reader: GraphReader, paper: str) -> list[str]:
    return reader.iris(paper, ns.IS_PART_OF)


NAMED_BY_PAPER: dict[str, Callable[[GraphReader, str], list[str]]] = {
    "author": authors_of,
    "institution": institutions_of,
    "concept": concepts_of,
    "venue": venues_of,
}
"""What a paper names, by kind."""
