"""What statistics need to know of papers, and the statistics computed from it.

`ontology/derived/*.rq` says what is derived, and any graph can be asked so. To ask a database takes long, though: this
computes the same statements, byte for byte, from what the mapping knew of each paper, in a tenth of the time. What
comes from elsewhere (RDF files, edits) has no facts, and then the rules are asked.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType

import msgspec

from kg import namespaces as ns

MAX_AUTHORS = 500
"""Of papers whose authors are counted as co-authors; as in ontology/derived/coauthor_count.rq."""
_REPEATED = 1024  # co-authors of one author that are kept before those named several times are left out but once

# A statement with one of these as its predicate changes what is derived; so does one that makes something a paper.
RELEVANT_PREDICATES = frozenset(
    (
        *(ns.TYPE, ns.CREATOR, ns.SUBJECT, ns.PUBLICATION_YEAR, ns.IS_PART_OF, ns.PAPER_INSTITUTION),
        *(ns.HAS_AUTHORSHIP, ns.AFFILIATION, ns.REFERENCE, ns.CITES, ns.SAME_AS, ns.STATED_COMPLETE, ns.DERIVED_FROM),
        ns.RECORD_DATASET,
    )
)
# What is derived is stated with these.
DERIVED_PREDICATES = frozenset(
    (ns.PAPER_COUNT, ns.COAUTHOR_COUNT, ns.AUTHOR_LIST_COMPLETE, ns.CITED_BY_COUNT, ns.COUNT_OF)
)


class PaperFacts(msgspec.Struct, array_like=True):
    """What one record says of one paper; things are named by their IRIs."""

    paper: str
    year: int | None = None
    authors: list[str] = []
    subjects: list[str] = []
    venue: str | None = None
    institutions: list[str] = []
    is_complete: bool | None = None
    names: list[str] = []
    """What other graphs call the paper, as references do."""
    references: list[str] = []
    dataset: str = ""
    """The data set that the record is in; set where facts are read, which are kept by data set."""


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[PaperFacts])


def encoded_facts(facts: list[PaperFacts]) -> bytes:
    return _ENCODER.encode(facts)


def decoded_facts(content: bytes) -> list[PaperFacts]:
    return _DECODER.decode(content)


class Statistics:
    """What is derived from the facts of all papers of a graph.

    `chunks` gives the facts, as `encoded_facts` wrote them, each with the data set that they are of, as often as it is
    called: they are gone through several times, so that little has to be kept of each paper. `renamed` gives each its
    canonical names; `also_named` says what other graphs call some papers that no record says.
    """

    def __init__(
        self,
        chunks: Callable[[], Iterable[tuple[str, bytes]]],
        renamed: Callable[[Iterator[PaperFacts]], Iterator[PaperFacts]] = iter,
        also_named: Mapping[str, Collection[str]] = MappingProxyType({}),
    ) -> None:
        self._chunks = chunks
        self._renamed = renamed
        self._also_named = also_named
        self._recurring: dict[str, list[PaperFacts]] = {}
        self.papers_of: Counter[str] = Counter()
        self._coauthors = _Coauthors()
        self._yearly: Counter[tuple[str, int]] = Counter()
        self._dated: dict[str, str] = {}
        """One object for each name of what is counted by year, whatever the number of years."""
        self._complete: dict[bool, list[str]] = {True: [], False: []}
        self._cites: dict[str, tuple[str, ...]] = {}
        self.cited_by: Counter[str] = Counter()

    def recurring_papers(self) -> set[str]:
        """The papers that several records describe; after `count`."""
        return set(self._recurring)

    def count(self) -> None:
        """Count everything; `papers_of` holds then how many papers each thing has, `cited_by` how many cite a paper."""
        named = self._named() if self._find_recurring() else {}
        for facts in self._facts():
            if facts.paper in self._recurring:
                self._recurring[facts.paper].append(facts)
            else:
                self._count(facts.paper, [facts], named)
        for paper, records in self._recurring.items():
            self._count(paper, records, named)

    def _find_recurring(self) -> bool:
        """Also tells whether any paper has references."""
        seen: set[str] = set()
        has_references = False
        for facts in self._facts():
            if facts.paper in seen:
                self._recurring[facts.paper] = []
            seen.add(facts.paper)
            has_references = has_references or bool(facts.references)
        return has_references

    def _named(self) -> dict[str, tuple[str, ...]]:
        """The papers by what other graphs call them; a name has one, as a rule."""
        named: dict[str, tuple[str, ...]] = {}
        by_records = ((facts.paper, facts.names) for facts in self._facts())
        for paper, names in chain(by_records, self._also_named.items()):
            for name in names:
                papers = named.get(name, ())
                if paper not in papers:
                    named[name] = (*papers, paper)
        return named

    def _facts(self) -> Iterator[PaperFacts]:
        return self._renamed(self._decoded())

    def _decoded(self) -> Iterator[PaperFacts]:
        for dataset, chunk in self._chunks():
            for facts in decoded_facts(chunk):
                facts.dataset = dataset
                yield facts

    def _count(self, paper: str, records: list[PaperFacts], named: Mapping[str, tuple[str, ...]]) -> None:
        authors = _all(records, "authors")
        self.papers_of.update(authors)
        if len(authors) <= MAX_AUTHORS:
            self._coauthors.add(authors)
        counted = {record.venue for record in records if record.venue} | _all(records, "subjects")
        self.papers_of.update(counted)
        self.papers_of.update(_all(records, "institutions"))
        self.papers_of.update({record.dataset for record in records})
        for year in {record.year for record in records if record.year}:
            self._yearly.update((self._dated.setdefault(thing, thing), year) for thing in counted)
        stated = [record.is_complete for record in records if record.is_complete is not None]
        if stated:
            self._complete[any(stated)].append(paper)
        if named:
            cited = {target for name in _all(records, "references") for target in named.get(name, ())}
            self.cited_by.update(cited)
            if cited:
                self._cites[paper] = tuple(cited)

    def statements(self) -> Iterator[bytes]:
        """What is derived, as N-Triples in blocks, each statement once; after `count`."""
        yield from _blocks(self._lines())

    def _lines(self) -> Iterator[str]:
        for is_complete, papers in self._complete.items():
            for paper in papers:
                yield _line(paper, ns.AUTHOR_LIST_COMPLETE, _boolean(is_complete))
        for thing, number in self.papers_of.items():
            yield _line(thing, ns.PAPER_COUNT, _integer(number))
        for author, number in self._coauthors.counted():
            yield _line(author, ns.COAUTHOR_COUNT, _integer(number))
        for (thing, year), number in self._yearly.items():
            count = f"{thing}#papers-{year}"
            yield _line(count, ns.TYPE, f"<{ns.YEARLY_COUNT}>")
            yield _line(count, ns.COUNT_OF, f"<{thing}>")
            yield _line(count, ns.PUBLICATION_YEAR, _integer(year))
            yield _line(count, ns.PAPER_COUNT, _integer(number))
        for paper, cited in self._cites.items():
            for target in cited:
                yield _line(paper, ns.CITES, f"<{target}>")
        for paper, number in self.cited_by.items():
            yield _line(paper, ns.CITED_BY_COUNT, _integer(number))


class _Coauthors:
    """With whom each author wrote. Sets of names would double what statistics take of memory: authors have numbers, and
    of each the numbers are kept of whoever is on a paper with them, themselves too, some more than once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._together: list[array[int]] = []
        self._most: dict[int, int] = {}
        """As _REPEATED, of authors who have many."""

    def add(self, authors: Iterable[str]) -> None:
        """The authors of one paper, each once."""
        numbers = array("I", [self._numbers.setdefault(author, len(self._numbers)) for author in authors])
        for number in numbers:
            if number == len(self._together):
                self._together.append(numbers[:])
                continue
            together = self._together[number]
            together.extend(numbers)
            if len(together) > self._most.get(number, _REPEATED):
                self._together[number] = array("I", set(together))
                self._most[number] = 2 * len(self._together[number]) + _REPEATED

    def counted(self) -> Iterator[tuple[str, int]]:
        """Every author with the number of the others."""
        for author, together in zip(self._numbers, self._together, strict=True):
            yield author, len(set(together)) - 1


def _all(records: list[PaperFacts], name: str) -> set[str]:
    """What the records name."""
    return set(chain.from_iterable(getattr(record, name) for record in records))


def _line(subject: str, predicate: str, term: str) -> str:
    return f"<{subject}> <{predicate}> {term} .\n"


def _integer(number: int) -> str:
    return f'"{number}"^^<{ns.XSD}integer>'


def _boolean(value: bool) -> str:
    return f'"{"true" if value else "false"}"^^<{ns.XSD}boolean>'


def _blocks(lines: Iterator[str], size: int = 5000) -> Iterator[bytes]:
    batch = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield "".join(batch).encode()
            batch = []
    yield "".join(batch).encode()
