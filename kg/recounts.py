"""What is derived of a graph in which a few papers have changed: as kg/facts.py and ontology/derived have it.

Counts follow from what the papers that changed had before and have now; what cannot be told so is counted in the graph
again, of the things concerned alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Protocol

import msgspec
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from kg import namespaces as ns
from kg.facts import MAX_AUTHORS, RELEVANT_PREDICATES
from kg.linking.identity import kind_of
from kg.said import Known, Said, Term

_GRAPH = DefaultGraph()
_TYPE, _PAPER = NamedNode(ns.TYPE), NamedNode(ns.PAPER)
_CREATOR, _AUTHORSHIP, _AFFILIATION = NamedNode(ns.CREATOR), NamedNode(ns.HAS_AUTHORSHIP), NamedNode(ns.AFFILIATION)
_REFERENCE, _SAME_AS = NamedNode(ns.REFERENCE), NamedNode(ns.SAME_AS)
_INTEGER, _BOOLEAN = NamedNode(ns.XSD + "integer"), NamedNode(ns.XSD + "boolean")

Effect = tuple[bool, Quad]
"""A statement that was added (True) or removed (False)."""


class Written(Protocol):
    """What is known of who wrote what without asking the graph."""

    def papers_of(self, authors: Collection[str]) -> dict[str, set[str]]:
        """All papers of each of these authors, and perhaps some more; without those of whom only the graph tells."""

    def is_small(self, paper: str) -> bool:
        """Whether it is known that a paper has few enough authors to be counted."""


class ByGraph:
    """Nothing is known without asking the graph."""

    def papers_of(self, authors: Collection[str]) -> dict[str, set[str]]:
        return {}

    def is_small(self, paper: str) -> bool:
        return False


class _Counted(msgspec.Struct):
    """What counts of one paper; nothing of what is none."""

    authors: set[str] = set()
    dated: set[str] = set()
    """Its venue and its subjects, which are counted by year as well."""
    institutions: set[str] = set()
    datasets: set[str] = set()
    years: set[str] = set()
    references: set[str] = set()
    names: set[str] = set()


_FIELDS = {
    ns.CREATOR: "authors",
    ns.SUBJECT: "dated",
    ns.IS_PART_OF: "dated",
    ns.PAPER_INSTITUTION: "institutions",
    ns.PUBLICATION_YEAR: "years",
    ns.REFERENCE: "references",
    ns.SAME_AS: "names",
}


def changed_papers(database: Store, quads: Iterable[Quad], base_iri: str) -> set[str]:
    """The papers of which these statements, in or not in the database, say something that counts."""
    found: set[str] = set()
    for quad in quads:
        if quad.predicate.value in RELEVANT_PREDICATES and isinstance(quad.subject, NamedNode):
            if kind_of(quad.subject.value, base_iri) == "paper":
                found.add(quad.subject.value)
            elif quad.predicate == _AFFILIATION:
                found |= _subjects(database, _AUTHORSHIP, quad.subject)
    return found


class Recount:
    """Made before a graph changes, of the papers that will; asked for its `effects` when it has changed."""

    def __init__(self, database: Store, papers: Iterable[str], known: Known | None = None) -> None:
        """`known` is of before the change."""
        self._database = database
        self._said = Said(database, known)
        self._before = {paper: self._read(paper) for paper in papers}
        # An edit that takes everything from a paper takes these as well.
        self._cited_before = {paper: self._objects(NamedNode(paper), ns.CITES) for paper in self._before}

    def effects(self, complete: Mapping[str, bool | None], known: Known, written: Written) -> Iterator[Effect]:
        """What is derived otherwise; to be made so in the end. `complete` says of papers whether their author lists
        are, or that no record says so; `known` and `written` are of after the change."""
        self._said = Said(self._database, known)
        after = {paper: self._read(paper) for paper in self._before}
        yield from self._papers_of_things(after)
        yield from self._coauthors(after, written)
        for paper, is_complete in complete.items():
            is_said = is_complete is not None and _PAPER in self._said_of(paper, ns.TYPE)
            value = None if not is_said else Literal("true" if is_complete else "false", datatype=_BOOLEAN)
            yield from self._changed(paper, ns.AUTHOR_LIST_COMPLETE, value)
        yield from self._citations(after)

    def _read(self, paper: str) -> _Counted:
        said = self._said.of(NamedNode(paper))
        if _PAPER not in said[ns.TYPE]:
            return _Counted()
        found = _Counted()
        for predicate, field in _FIELDS.items():
            getattr(found, field).update(_values(said[predicate]))
        for authorship in said[ns.HAS_AUTHORSHIP]:
            found.institutions |= self._objects(authorship, ns.AFFILIATION)
        for record in said[ns.DERIVED_FROM]:
            found.datasets |= self._objects(record, ns.RECORD_DATASET)
        return found

    def _papers_of_things(self, after: dict[str, _Counted]) -> Iterator[Effect]:
        """Of authors, venues, subjects, institutions and data sets; of venues and subjects by year too."""
        papers: Counter[str] = Counter()
        yearly: Counter[tuple[str, str]] = Counter()
        for found, sign in ((self._before, -1), (after, 1)):
            for paper in found.values():
                for things in (paper.authors, paper.dated, paper.institutions, paper.datasets):
                    for thing in things:
                        papers[thing] += sign
                for year in paper.years:
                    for thing in paper.dated:
                        yearly[thing, year] += sign
        for thing, more in papers.items():
            if more:
                yield from self._counted(thing, ns.PAPER_COUNT, more)
        for (thing, year), more in yearly.items():
            if more:
                yield from self._counted_yearly(thing, year, more)

    def _counted(self, thing: str, predicate: str, more: int) -> Iterator[Effect]:
        present = self._said_of(thing, predicate)
        count = _count(present) + more
        yield from _settled(thing, predicate, present, _integer(count) if count > 0 else None)

    def _counted_yearly(self, thing: str, year: str, more: int) -> Iterator[Effect]:
        subject = f"{thing}#papers-{year}"
        node = NamedNode(subject)
        present = self._said_of(subject, ns.PAPER_COUNT)
        count = _count(present)
        yield from _settled(subject, ns.PAPER_COUNT, present, _integer(count + more) if count + more > 0 else None)
        if count and count + more:
            return
        for predicate, term in (
            (ns.TYPE, NamedNode(ns.YEARLY_COUNT)),
            (ns.COUNT_OF, NamedNode(thing)),
            (ns.PUBLICATION_YEAR, Literal(year, datatype=_INTEGER)),
        ):
            yield not count, Quad(node, NamedNode(predicate), term)

    def _coauthors(self, after: dict[str, _Counted], written: Written) -> Iterator[Effect]:
        """Whom an author gains or loses by the papers that changed, unless they share another one."""
        changed = {paper for paper, now in after.items() if now.authors != self._before[paper].authors}
        before, now = _sharing(self._before, changed), _sharing(after, changed)
        authors = {author for found in (self._before, after) for paper in changed for author in found[paper].authors}
        counts = {author: self._paper_count(author) for author in authors}
        papers = written.papers_of([author for author, count in counts.items() if count])
        others = {
            author: _Others(self._database, author, count, changed, papers.get(author), written)
            for author, count in counts.items()
        }
        sharing: dict[tuple[str, str], bool] = {}
        for author in sorted(authors):
            mine, more = others[author], 0
            for other in before[author] ^ now[author]:
                pair = (author, other) if author < other else (other, author)
                if pair not in sharing:
                    sharing[pair] = other == author or self._share(mine, others[other])
                if not sharing[pair]:
                    more += 1 if other in now[author] else -1
            is_counted = author in now[author] or any(mine.wrote(paper) for paper in mine.papers)
            present = self._said_of(author, ns.COAUTHOR_COUNT)
            count = _integer(_count(present) + more) if is_counted else None
            yield from _settled(author, ns.COAUTHOR_COUNT, present, count)

    def _share(self, one: _Others, other: _Others) -> bool:
        """Whether two authors share a paper that has not changed."""
        if not (one.count and other.count):
            return False
        return any(one.wrote(paper) and other.wrote(paper) for paper in one.papers & other.papers)

    def _paper_count(self, author: str) -> int:
        """Of before: counts are changed in the end."""
        return _count(self._said_of(author, ns.PAPER_COUNT))

    def _citations(self, after: dict[str, _Counted]) -> Iterator[Effect]:
        citing: set[str] = set()
        for paper, now in after.items():
            before = self._before[paper]
            if now.references != before.references:
                citing.add(paper)
            for name in now.names ^ before.names:
                citing |= _subjects(self._database, _REFERENCE, NamedNode(name))
        cited: Counter[str] = Counter()
        for paper in sorted(citing):
            known, found = self._objects(NamedNode(paper), ns.CITES), self._cited(paper)
            cited.update(found)
            cited.subtract(self._cited_before.get(paper, known))
            for target in known ^ found:
                yield target in found, Quad(NamedNode(paper), NamedNode(ns.CITES), NamedNode(target))
        for target, more in cited.items():
            if more:
                yield from self._counted(target, ns.CITED_BY_COUNT, more)

    def _cited(self, paper: str) -> set[str]:
        found: set[str] = set()
        for name in self._objects(NamedNode(paper), ns.REFERENCE):
            called_so = _subjects(self._database, _SAME_AS, NamedNode(name))
            found.update(each for each in called_so if Quad(NamedNode(each), _TYPE, _PAPER) in self._database)
        return found

    def _changed(self, thing: str, predicate: str, value: Literal | None) -> Iterator[Effect]:
        """That the thing has this value and no other."""
        yield from _settled(thing, predicate, self._said_of(thing, predicate), value)

    def _said_of(self, thing: str, predicate: str) -> Sequence[Term]:
        return self._said.objects(NamedNode(thing), predicate)

    def _objects(self, subject: Term, predicate: str) -> set[str]:
        return _values(self._said.objects(subject, predicate)) if isinstance(subject, NamedNode) else set()


class _Others:
    """The papers of an author that have not changed, of `count` there were; looked up when they are asked for."""

    def __init__(
        self, database: Store, author: str, count: int, changed: set[str], papers: set[str] | None, written: Written
    ) -> None:
        """`papers` are what is known to be theirs, and perhaps some more."""
        self.count = count
        self._database = database
        self._author = NamedNode(author)
        self._changed = changed
        self._papers = papers
        self._written = written
        self._wrote: dict[str, bool] = {}

    @cached_property
    def papers(self) -> set[str]:
        """And perhaps some more."""
        # Where nothing but records states it, what has an author is a paper.
        papers = _subjects(self._database, _CREATOR, self._author) if self._papers is None else self._papers
        return papers - self._changed

    def wrote(self, paper: str) -> bool:
        """Whether one of `papers` is theirs, and has few enough authors to be counted."""
        found = self._wrote.get(paper)
        if found is None:
            found = self._wrote[paper] = self._is_among_few(NamedNode(paper))
        return found

    def _is_among_few(self, paper: NamedNode) -> bool:
        if Quad(paper, _CREATOR, self._author) not in self._database:
            return False
        if self._written.is_small(paper.value):
            return True
        creators = self._database.quads_for_pattern(paper, _CREATOR, None, _GRAPH)
        return sum(1 for _ in islice(creators, MAX_AUTHORS + 1)) <= MAX_AUTHORS


def _settled(thing: str, predicate: str, present: Sequence[Term], value: Literal | None) -> Iterator[Effect]:
    """From what is `present` to this value and no other."""
    node, said = NamedNode(thing), NamedNode(predicate)
    yield from ((False, Quad(node, said, term)) for term in present if term != value)
    if value is not None and value not in present:
        yield True, Quad(node, said, value)


def _count(present: Iterable[Term]) -> int:
    return max((int(term.value) for term in present if isinstance(term, Literal)), default=0)


def _values(terms: Iterable[Term]) -> set[str]:
    return {term.value for term in terms if isinstance(term, (NamedNode, Literal))}


def _sharing(papers: Mapping[str, _Counted], some: set[str]) -> defaultdict[str, set[str]]:
    """With whom each author has one of some papers, oneself among them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for paper in some:
        authors = papers[paper].authors
        for author in authors if len(authors) <= MAX_AUTHORS else ():
            found[author] |= authors
    return found


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=_INTEGER)


def _subjects(database: Store, predicate: NamedNode, term: NamedNode) -> set[str]:
    quads = database.quads_for_pattern(None, predicate, term, _GRAPH)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
