"""What is one becomes one in a database: the statements of merged things move to their canonical IRIs.

What the graph says of links and of merged IRIs themselves names them as they were, and stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kg import namespaces as ns
from kg.linking.identity import Identity, is_identified
from kg.linking.model import PaperMention

_AT_ONCE = 10_000  # things; their statements are held in memory
KEPT_AS_OBJECTS = frozenset((ns.LINK_SUBJECT, ns.LINK_OBJECT, ns.SAME_AS))
_DEFAULT = DefaultGraph()
_BASIS, _BY_NAME = NamedNode(ns.IDENTITY_BASIS), Literal("name")
_AUTHOR, _CREATOR = NamedNode(ns.AUTHORSHIP_AUTHOR), NamedNode(ns.CREATOR)


def merge(database: pyoxigraph.Store, identity: Identity, base_iri: str) -> None:
    """Move the statements of the default graph about merged things, and those that lead to them."""
    things = iter(identity.canonical)
    while batch := list(islice(things, _AT_ONCE)):
        moved = set(_statements(database, batch))
        for quad in moved:
            database.remove(quad)
        database.bulk_extend(renamed(quad, identity) for quad in moved)
        # What one record identifies and another knows by name alone is identified.
        for thing in {identity.canonical[merged] for merged in batch}:
            if is_identified(thing, base_iri):
                database.remove(Quad(NamedNode(thing), _BASIS, _BY_NAME))


def _statements(database: pyoxigraph.Store, things: Iterable[str]) -> Iterator[Quad]:
    for thing in things:
        node = NamedNode(thing)
        yield from database.quads_for_pattern(node, None, None, _DEFAULT)
        for quad in database.quads_for_pattern(None, None, node, _DEFAULT):
            if quad.predicate.value not in KEPT_AS_OBJECTS:
                yield quad


def renamed(quad: Quad, identity: Identity) -> Quad:
    """A statement with the canonical IRIs of what it speaks of; one of another graph than the default as written."""
    if quad.graph_name != _DEFAULT:
        return quad
    subject, term = quad.subject, quad.object
    if isinstance(subject, NamedNode) and subject.value in identity.canonical:
        subject = NamedNode(identity.canonical[subject.value])
    if isinstance(term, NamedNode) and term.value in identity.canonical and quad.predicate.value not in KEPT_AS_OBJECTS:
        term = NamedNode(identity.canonical[term.value])
    return Quad(subject, quad.predicate, term)


def attribute(database: pyoxigraph.Store, identity: Identity, papers: Iterable[PaperMention]) -> None:
    """Where an authorship is another person's than its printed name alone would say, say so in place of the name.

    After `merge`. The person of that name stays an author of the paper where another authorship says so.
    """
    creators: defaultdict[str, set[str]] = defaultdict(set)
    displaced: defaultdict[str, set[str]] = defaultdict(set)
    for paper in papers:
        of = identity.of(paper.paper)
        for mention in paper.authors:
            named, actual = identity.of(mention.author), identity.authors.get(mention.authorship)
            creators[of].add(actual or named)
            if actual is not None and actual != named:
                displaced[of].add(named)
                authorship = NamedNode(identity.of(mention.authorship))
                database.remove(Quad(authorship, _AUTHOR, NamedNode(named)))
    for subject, names in displaced.items():
        for name in names - creators[subject]:
            database.remove(Quad(NamedNode(subject), _CREATOR, NamedNode(name)))
