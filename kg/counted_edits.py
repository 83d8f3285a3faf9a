"""Edits that what is derived follows step by step. What the others change only the rules over a whole graph can tell.

kg/recounts.py counts by the papers that change, which names of ours tell from all else. An edit may say anything: that
something of another graph is a paper, that a paper stands in what is no venue, that a count is another. A graph is
regular as far as no edit that is in force says such things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from kg import namespaces as ns
from kg.derived import line
from kg.facts import DERIVED_PREDICATES
from kg.linking.identity import kind_of
from kg.recounts import ByGraph, Effect, Recount, changed_papers
from kg.said import Term

_GRAPH = DefaultGraph()
_TYPE, _PAPER, _VENUE = NamedNode(ns.TYPE), NamedNode(ns.PAPER), NamedNode(ns.VENUE)
_IS_PART_OF, _CITES, _INTEGER = NamedNode(ns.IS_PART_OF), NamedNode(ns.CITES), NamedNode(ns.XSD + "integer")
_YEAR = re.compile("[1-9][0-9]{0,3}")
# Which citations are stated and which follow from references, and what records say of themselves, is not told apart.
_NEVER = DERIVED_PREDICATES | {ns.CITES, ns.STATED_COMPLETE, ns.DERIVED_FROM, ns.RECORD_DATASET}
_OF_PAPERS = frozenset((ns.CREATOR, ns.SUBJECT, ns.IS_PART_OF, ns.SAME_AS))
# Where rules do not ask whether it is a paper.
_OF_ANYTHING = frozenset((ns.PAPER_INSTITUTION, ns.HAS_AUTHORSHIP, ns.REFERENCE))
# As what things are counted, each by a rule of its own: what is counted as two of these has two counts.
_ROLES = tuple(
    frozenset(map(NamedNode, predicates))
    for predicates in (
        (ns.CREATOR,),
        (ns.SUBJECT,),
        (ns.IS_PART_OF,),
        (ns.PAPER_INSTITUTION, ns.AFFILIATION),
        (ns.RECORD_DATASET,),
    )
)
_COUNTED = frozenset().union(*_ROLES)
_ANY_TIE = _COUNTED | {NamedNode(ns.DERIVED_FROM)}
_MANY = 1000


class Counted(NamedTuple):
    """What edits did, and what is derived otherwise by that; None if only the whole graph can tell."""

    edited: list[Effect]
    derived: list[Effect] | None

    def changed_lines(self) -> tuple[set[bytes], set[bytes]]:
        """Of what is derived those that went, with a thing of which edits took everything too, and those that came."""
        erased = {line(quad) for is_added, quad in self.edited if not is_added and _may_be_derived(quad)}
        come, gone = (
            {line(quad) for is_added, quad in self.derived or () if is_added is kind} for kind in (True, False)
        )
        return gone | erased, come


def count_edits(
    database: Store,
    base_iri: str,
    edits: Sequence[Quad],
    edit: Callable[[], list[Effect]],
    is_regular: bool,
    most: int | None = None,
) -> Counted:
    """`edit` a graph, and bring up to date what is derived of it, which is right before if it `is_regular`. `edits` are
    the statements that may be added or removed; with those of more than `most` papers it takes too long."""
    papers = changed_papers(database, edits, base_iri) if is_regular else set()
    recount = Recount(database, papers) if len(papers) <= (most or _MANY) else None
    edited = edit()
    if recount is None or not (is_regular and are_regular(database, base_iri, edits)):
        return Counted(edited, None)
    derived = list(recount.effects({}, {}, ByGraph()))
    for is_added, quad in derived:
        (database.add if is_added else database.remove)(quad)
    return Counted(edited, derived)


def are_regular(database: Store, base_iri: str, edits: Iterable[Quad]) -> bool:
    """Whether a graph is regular as far as these statements go, each of which an edit added or removed."""
    return all(_is_regular(database, base_iri, quad) for quad in edits if quad.graph_name == _GRAPH)


def _may_be_derived(quad: Quad) -> bool:
    return quad.graph_name == _GRAPH and quad.predicate.value in DERIVED_PREDICATES | {ns.CITES}


def bare_things(database: Store, edits: Iterable[Quad]) -> set[str]:
    """What an edit made a paper or a venue, or none, of which nothing is said: no record may speak of it."""
    typed = {quad.subject for quad in edits if quad.predicate == _TYPE and quad.object in (_PAPER, _VENUE)}
    return {thing.value for thing in typed if isinstance(thing, NamedNode) and _is_bare(database, thing)}


def _is_regular(database: Store, base_iri: str, quad: Quad) -> bool:
    subject, predicate, term = quad.subject, quad.predicate.value, quad.object
    if predicate in _NEVER:
        return _is_gone(database, subject) or _is_citation_of_none(database, quad)
    if not _has_one_role(database, quad):
        return False
    kind = kind_of(subject.value, base_iri) if isinstance(subject, NamedNode) else ""
    if predicate == ns.TYPE:
        return _is_regular_type(database, quad, kind)
    if predicate == ns.PUBLICATION_YEAR:
        return kind == "paper" and isinstance(term, Literal) and _is_year(term)
    if predicate in _OF_ANYTHING:
        return kind == "paper" and isinstance(term, NamedNode) and _says_it_of_papers(database, quad)
    if predicate in _OF_PAPERS and kind == "paper":
        is_venue = predicate != ns.IS_PART_OF or quad not in database or _is_a(database, term, _VENUE)
        return isinstance(term, NamedNode) and is_venue
    return predicate != ns.AFFILIATION or isinstance(term, NamedNode)


def _is_year(term: Literal) -> bool:
    return term.datatype == _INTEGER and bool(_YEAR.fullmatch(term.value))


def _is_regular_type(database: Store, quad: Quad, kind: str) -> bool:
    if quad.object == NamedNode(ns.YEARLY_COUNT):
        return False
    if quad.object == _VENUE:
        return quad in database or _is_bare(database, quad.subject)
    if quad.object == _PAPER:
        return kind == "paper" and (quad in database or _is_bare(database, quad.subject))
    return True


def _says_it_of_papers(database: Store, quad: Quad) -> bool:
    """Of what is no paper, none of these is said."""
    return _is_a(database, quad.subject, _PAPER) or not any(
        True
        for each in database.quads_for_pattern(quad.subject, None, None, _GRAPH)
        if each.predicate.value in _OF_ANYTHING
    )


def _is_gone(database: Store, thing: object) -> bool:
    """Whether nothing is said of it, and nothing that a rule asks about leads to it: what was derived of it went with
    all else, and no rule says it again."""
    return isinstance(thing, NamedNode) and not (
        any(True for _ in database.quads_for_pattern(thing, None, None, _GRAPH))
        or any(_is_object(database, predicate, thing) for predicate in _ANY_TIE)
    )


def _is_citation_of_none(database: Store, quad: Quad) -> bool:
    """Whether a citation was removed of what is no paper any more, so that no rule says it again."""
    return quad.predicate == _CITES and quad not in database and not _is_a(database, quad.object, _PAPER)


def _has_one_role(database: Store, quad: Quad) -> bool:
    """Whether what a statement counts is not counted as something else too, as an institution that is an author."""
    if quad.predicate not in _COUNTED:
        return True
    others = (predicate for role in _ROLES if quad.predicate not in role for predicate in role)
    return not any(_is_object(database, predicate, quad.object) for predicate in others)


def _is_object(database: Store, predicate: NamedNode, term: Term) -> bool:
    return any(True for _ in database.quads_for_pattern(None, predicate, term, _GRAPH))


def _is_a(database: Store, thing: object, of: NamedNode) -> bool:
    return isinstance(thing, NamedNode) and Quad(thing, _TYPE, of) in database


def _is_bare(database: Store, thing: object) -> bool:
    """Whether nothing is said of it, and nothing said to be in it."""
    return isinstance(thing, NamedNode) and not (
        any(True for _ in database.quads_for_pattern(thing, None, None, _GRAPH))
        or any(True for _ in database.quads_for_pattern(None, _IS_PART_OF, thing, _GRAPH))
    )
