"""What statistics need to know of papers, and the statistics computed from it.

`ontology/derived/*.rq` says what is derived, and any graph can be asked so. To ask a database takes long, though: this
computes the same statements, byte for byte, from what the mapping knew of each paper, in a tenth of the time. What
comes from elsewhere (RDF files, edits) has no facts, and then the rules are asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

import msgspec

from kg import namespaces as ns

MAX_AUTHORS = 500
"""Of papers whose authors are counted as co-authors; as in ontology/derived/coauthor_count.rq."""

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
    called: they are gone through twice, so that only those of papers with several records have to be kept. `renamed`
    gives each its canonical names.
    """

    def __init__(
        self,
        chunks: Callable[[], Iterable[tuple[str, bytes]]],
        renamed: Callable[[Iterator[PaperFacts]], Iterator[PaperFacts]] = iter,
    ) -> None:
        self._chunks = chunks
        self._renamed = renamed
        self._shared: dict[str, str] = {}
        self._recurring: dict[str, list[PaperFacts]] = {}
        self.papers_of: Counter[str] = Counter()
        self._coauthors: defaultdict[str, set[str]] = defaultdict(set)
        self._yearly: Counter[tuple[str, int]] = Counter()
        self._complete: dict[str, bool] = {}
        self._references: dict[str, set[str]] = {}
        self._named: defaultdict[str, list[str]] = defaultdict(list)
        self.cited_by: Counter[str] = Counter()

    def recurring_papers(self) -> set[str]:
        """The papers that several records describe; after `count`."""
        return set(self._recurring)

    def count(self) -> None:
        """Count everything; `papers_of` holds then how many papers each thing has, `cited_by` how many cite a paper."""
        seen: set[str] = set()
        referred_to: set[str] = set()
        for facts in self._facts():
            if facts.paper in seen:
                self._recurring[facts.paper] = []
            seen.add(facts.paper)
            referred_to.update(facts.references)
        del seen
        for facts in self._facts():
            if facts.paper in self._recurring:
                self._recurring[facts.paper].append(facts)
            else:
                self._count(facts.paper, [facts], referred_to)
        for paper, records in self._recurring.items():
            self._count(paper, records, referred_to)
        for references in self._references.values():
            self.cited_by.update(self._cited(references))

    def _facts(self) -> Iterator[PaperFacts]:
        return self._renamed(self._decoded())

    def _decoded(self) -> Iterator[PaperFacts]:
        for dataset, chunk in self._chunks():
            for facts in decoded_facts(chunk):
                facts.dataset = dataset
                yield facts

    def _count(self, paper: str, records: list[PaperFacts], referred_to: set[str]) -> None:
        authors = set(self._all(records, "authors"))
        self.papers_of.update(authors)
        if len(authors) <= MAX_AUTHORS:
            for author in authors:
                self._coauthors[author] |= authors
        counted = {record.venue for record in records if record.venue}.union(self._all(records, "subjects"))
        self.papers_of.update(counted)
        self.papers_of.update(set(self._all(records, "institutions")))
        self.papers_of.update({record.dataset for record in records})
        for year in {record.year for record in records if record.year}:
            self._yearly.update((thing, year) for thing in counted)
        stated = [record.is_complete for record in records if record.is_complete is not None]
        if stated:
            self._complete[paper] = any(stated)
        references = {name for record in records for name in record.references}
        if references:
            self._references[paper] = references
        for name in {name for record in records for name in record.names} & referred_to:
            self._named[name].append(paper)

    def _all(self, records: list[PaperFacts], name: str) -> Iterator[str]:
        """What the records name, one object for each name: few authors wrote most papers."""
        shared = self._shared.setdefault
        for record in records:
            for thing in getattr(record, name):
                yield shared(thing, thing)

    def statements(self) -> Iterator[bytes]:
        """What is derived, as N-Triples in blocks, each statement once; after `count`."""
        yield from _blocks(self._lines())

    def _lines(self) -> Iterator[str]:
        for paper, is_complete in self._complete.items():
            yield _line(paper, ns.AUTHOR_LIST_COMPLETE, _boolean(is_complete))
        for thing, number in self.papers_of.items():
            yield _line(thing, ns.PAPER_COUNT, _integer(number))
        for author, others in self._coauthors.items():
            yield _line(author, ns.COAUTHOR_COUNT, _integer(len(others) - 1))
        for (thing, year), number in self._yearly.items():
            count = f"{thing}#papers-{year}"
            yield _line(count, ns.TYPE, f"<{ns.YEARLY_COUNT}>")
            yield _line(count, ns.COUNT_OF, f"<{thing}>")
            yield _line(count, ns.PUBLICATION_YEAR, _integer(year))
            yield _line(count, ns.PAPER_COUNT, _integer(number))
        yield from self._citations()

    def _citations(self) -> Iterator[str]:
        for paper, references in self._references.items():
            for target in self._cited(references):
                yield _line(paper, ns.CITES, f"<{target}>")
        for paper, number in self.cited_by.items():
            yield _line(paper, ns.CITED_BY_COUNT, _integer(number))

    def _cited(self, references: set[str]) -> set[str]:
        return {target for name in references for target in self._named.get(name, ())}


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
