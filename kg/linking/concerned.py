"""What records state of things whose names change: by the names before, and by those after.

Whose name changes, and whoever bears the old name or the new one, is concerned. The records that speak of them state it
by the old names and by the new ones; what is in the one and not in the other is what changes. Everything else stays.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from kg import namespaces as ns
from kg.linking.identity import Identity, is_identified
from kg.linking.merging import KEPT_AS_OBJECTS
from kg.linking.records import Part, Place, RecordIndex

BASIS, _BY_NAME = NamedNode(ns.IDENTITY_BASIS), Literal("name")
_AUTHOR, _CREATOR, _AUTHORSHIP = NamedNode(ns.AUTHORSHIP_AUTHOR), NamedNode(ns.CREATOR), NamedNode(ns.HAS_AUTHORSHIP)
_STATED_COMPLETE = ns.STATED_COMPLETE.encode()
_COMPLETE = re.compile(f'> <{re.escape(ns.STATED_COMPLETE)}> "(true|false)"'.encode())
_KEPT_AS_OBJECTS = frozenset(f"<{predicate}>".encode() for predicate in KEPT_AS_OBJECTS)
_OF_AUTHORS = tuple(f" {predicate} ".encode() for predicate in (_AUTHOR, _CREATOR, _AUTHORSHIP))


def renamed_things(before: Identity, after: Identity) -> set[str]:
    """Things that are called otherwise, and authorships that are another's."""
    found = {thing for thing, called in before.canonical.items() if after.of(thing) != called}
    found.update(thing for thing, called in after.canonical.items() if before.of(thing) != called)
    found.update(
        authorship
        for authorship in before.authors.keys() | after.authors.keys()
        if before.authors.get(authorship) != after.authors.get(authorship)
    )
    return found


class Concerned:
    """The records that speak of some things, or of what is or was called as one of them."""

    def __init__(self, index: RecordIndex, before: Identity, after: Identity, things: Iterable[str]) -> None:
        self._index = index
        self._identities = (before, after)
        self._things = self._of_one_name(things)
        self._nodes = {f"<{thing}>".encode() for thing in self._things}
        self._papers: set[str] = set()
        self._statements: dict[Place, bytes] = {}

    def read(self, papers: Iterable[str], limit: int) -> bool:
        """Read those records, and all of the papers that they or `papers` are about: whose an authorship is follows
        from all of them. False if they are more than `limit`."""
        if not self._read(self._things, limit):
            return False
        mentioned = {paper for statements in self._statements.values() for paper in self._index.papers_in(statements)}
        self._papers = self._of_one_name({*mentioned, *papers})
        return self._read(self._papers - self._things, limit)

    def concerns(self, thing: str) -> bool:
        """Whether a thing is called otherwise, or is or was one with another."""
        return thing in self._things

    def lines(self, but: Collection[Part] = ()) -> set[bytes]:
        """What the records of all parts `but` some state of the concerned things, and of whose the authorships are; by
        the names that records give."""
        return {
            line
            for place, statements in self._statements.items()
            if place.part not in but
            for line in statements.splitlines(keepends=True)
            if self._is_concerned(line)
        }

    def author_lists(self, identity: Identity) -> dict[str, bool | None]:
        """Whether the author lists of those papers are complete: so if any record says so. None: no record says
        anything, or the paper is called otherwise."""
        found: dict[str, bool | None] = dict.fromkeys(self._papers)
        for statements in self._statements.values():
            stated = _COMPLETE.findall(statements) if _STATED_COMPLETE in statements else ()
            for paper in self._index.papers_in(statements) & self._papers if stated else ():
                of = identity.of(paper)
                found[of] = bool(found[of]) or b"true" in stated
        return found

    def _read(self, things: set[str], limit: int) -> bool:
        places = self._index.places(things) - self._statements.keys()
        if len(self._statements) + len(places) > limit:
            return False
        self._statements.update(self._index.statements(places))
        return True

    def _of_one_name(self, things: Iterable[str]) -> set[str]:
        found = set(things)
        names = {identity.of(thing) for thing in found for identity in self._identities}
        for identity in self._identities:
            found.update(thing for thing, called in identity.canonical.items() if called in names)
        return found | names

    def _is_concerned(self, line: bytes) -> bool:
        subject, _, rest = line.partition(b" ")
        if subject in self._nodes:
            return True
        if not rest.endswith(b"> .\n"):
            return False
        return rest[rest.rindex(b"<") : -3] in self._nodes or any(each in line for each in _OF_AUTHORS)


def parsed(lines: Iterable[bytes]) -> set[Quad]:
    return set(pyoxigraph.parse(b"".join(lines), RdfFormat.N_TRIPLES, lenient=True))


def stated(lines: Iterable[bytes], identity: Identity) -> set[Quad]:
    """What a graph states of these statements of records, which have to be all of the things concerned: by canonical
    names, and by whose an authorship is instead of the printed name. As `merge` and `attribute` leave a whole graph."""
    lines = set(lines)
    return parsed(in_force(lines, identity)) - displaced(lines, identity)


def in_force(lines: Iterable[bytes], identity: Identity) -> set[bytes]:
    """Statements of records by canonical names: as `merging.renamed`, without reading them."""
    names = {f"<{thing}>".encode(): f"<{called}>".encode() for thing, called in identity.canonical.items()}
    return {_renamed(line, names) for line in lines}


def _renamed(line: bytes, names: Mapping[bytes, bytes]) -> bytes:
    subject, predicate, term = line.split(b" ", 2)
    of = names.get(term[:-3])  # no literal is a key
    if subject not in names and of is None:
        return line  # as most
    if of is not None and predicate not in _KEPT_AS_OBJECTS:
        term = of + b" .\n"
    return b"%b %b %b" % (names.get(subject, subject), predicate, term)


def displaced(lines: Iterable[bytes], identity: Identity) -> set[Quad]:
    """What these statements of records would say of who wrote what by the printed names alone, and is not so. They have
    to be all of the papers that they speak of."""
    if not identity.authors:
        return set()
    of_authors = parsed(line for line in lines if any(each in line for each in _OF_AUTHORS))
    return set(_displaced(of_authors, identity))


def _displaced(quads: Collection[Quad], identity: Identity) -> Iterator[Quad]:
    papers: defaultdict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate == _AUTHORSHIP:
            papers[_iri(quad.object)].add(identity.of(_iri(quad.subject)))
    creators: defaultdict[str, set[str]] = defaultdict(set)
    displaced: defaultdict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate != _AUTHOR:
            continue
        authorship, named = _iri(quad.subject), identity.of(_iri(quad.object))
        actual = identity.authors.get(authorship)
        for paper in papers[authorship]:
            creators[paper].add(actual or named)
            if actual is not None and actual != named:
                displaced[paper].add(named)
        if actual is not None and actual != named:
            yield Quad(NamedNode(identity.of(authorship)), _AUTHOR, NamedNode(named))
    for paper, names in displaced.items():
        for name in names - creators[paper]:
            yield Quad(NamedNode(paper), _CREATOR, NamedNode(name))


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else ""


def known_by_name_no_more(identity: Identity, added: set[Quad], base_iri: str) -> set[Quad]:
    """What may not be stated any more beside what is `added`: of merged things, what one record identifies and another
    knows by name alone is identified."""
    merged = set(identity.canonical.values())
    return {
        Quad(quad.subject, BASIS, _BY_NAME)
        for quad in added
        if quad.predicate == BASIS and _iri(quad.subject) in merged and is_identified(_iri(quad.subject), base_iri)
    }
