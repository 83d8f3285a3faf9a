"""Newer versions of records: a part without those that another part has in their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, compress, zip_longest

import msgspec
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg import namespaces as ns
from kg.facts import decoded_facts, encoded_facts
from kg.linking.model import Mentions, ThingMention, decoded_mentions, encoded_mentions
from kg.naming import record_id
from kg.segments import (
    DIGEST_SIZE,
    Part,
    PartWriter,
    SegmentStore,
    compressed_records,
    packed,
    record_digest,
    segment_id,
)
from kg.texts import REDUCED, Texts, decoded_texts, encoded_texts

_BLOCK = 2**22


def digests(records: bytes) -> Iterator[bytes]:
    """The digests in a part's list of records."""
    return (records[start : start + DIGEST_SIZE] for start in range(0, len(records), DIGEST_SIZE))


def without_superseded(segments: SegmentStore, dataset: str, parts: tuple[str, ...], by: tuple[str, ...]) -> list[str]:
    """The parts that stand for `parts` once the records of the parts `by` take the place of those of the same name."""
    superseded = {digest for part in by for digest in digests(segments.records(dataset, part))}
    kept = []
    for part in parts:
        if part in by:
            continue
        records = segments.records(dataset, part)
        if superseded.isdisjoint(digests(records)):
            kept.append(part)
            continue
        reduced = segment_id("without", part, *by)
        if segments.part(dataset, reduced) is None:
            _reduce(segments, dataset, part, reduced, superseded)
        kept.append(reduced)
    return kept


def _reduce(segments: SegmentStore, dataset: str, part: str, reduced: str, superseded: set[bytes]) -> None:
    known = segments.part(dataset, part)
    assert known is not None  # noqa: S101 - the caller has read it
    left = [digest for digest in digests(segments.records(dataset, part)) if digest not in superseded]
    with segments.writing(dataset) as writer:
        statements, no_more = _copy(segments, dataset, part, superseded, writer)
        writer.records(b"".join(left))
        chosen = _Left(dataset, superseded, no_more)
        kept = (segments.mentions(dataset, part), segments.texts(dataset, part), segments.facts(dataset, part))
        for mentioned, said, counted in zip_longest(*kept, fillvalue=b""):
            mentions = decoded_mentions(mentioned)
            # Papers stand in one order in all of them, but where a former version took all texts or facts away.
            papers = [chosen.has(paper.record) for paper in mentions.papers]
            things = [thing for thing in mentions.things if chosen.mentions(thing)]
            texts = decoded_texts(said).papers if said else []
            facts = decoded_facts(counted) if counted else []
            writer.mentions(packed(encoded_mentions(Mentions(list(compress(mentions.papers, papers)), things))))
            writer.texts(packed(encoded_texts(Texts(list(compress(texts, papers)), [], REDUCED))))
            writer.facts(packed(encoded_facts(list(compress(facts, papers)))))
        rejects = segments.rejects_path(dataset, part).read_bytes()
        writer.rejects(rejects)
        gone = known.counts.mapped - len(left)
        counts = msgspec.structs.replace(
            known.counts, read=known.counts.read - gone, mapped=len(left), statements=statements
        )
        writer.commit(reduced, Part(input=known.input, counts=counts, has_facts=known.has_facts))


class _Left:
    """What is left of the records of a part."""

    def __init__(self, dataset: str, superseded: set[bytes], no_more: set[bytes]) -> None:
        """`no_more` are the statements that no record makes any more."""
        self._dataset = dataset
        self._superseded = superseded
        self._no_more: defaultdict[str, set[str]] = defaultdict(set)
        for quad in parse(b"".join(no_more), RdfFormat.N_TRIPLES, lenient=True):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, (NamedNode, Literal)):
                value = ns.TYPE if quad.predicate.value == ns.TYPE else quad.object.value
                self._no_more[quad.subject.value].add(value)

    def has(self, record: str | None) -> bool:
        return record is None or record_digest(record_id(record, self._dataset)) not in self._superseded

    def mentions(self, thing: ThingMention) -> bool:
        """Whether a record mentions a thing so. A mention does not tell the records of papers that name the thing, but
        they state what it says."""
        if thing.record is not None:
            return self.has(thing.record)
        no_more = self._no_more.get(thing.thing, set())
        said = (ns.TYPE, *thing.names, *thing.acronyms, *thing.keys, *thing.kinds, thing.country, thing.place)
        return no_more.isdisjoint(filter(None, said))


def _copy(
    segments: SegmentStore, dataset: str, part: str, superseded: set[bytes], writer: PartWriter
) -> tuple[int, set[bytes]]:
    """Copy the statements of all records but those superseded: how many there are, and what no record says any more."""
    marks = {b"#%s\n" % digest.hex().encode() for digest in superseded}
    no_more = {line for mark, lines in _records(segments, dataset, part) if mark in marks for line in lines}
    count, size, batch = 0, 0, list[bytes]()
    for mark, lines in _records(segments, dataset, part):
        if mark in marks:
            continue
        no_more.difference_update(lines)
        count += len(lines)
        batch.append(mark + b"".join(lines))
        size += len(batch[-1])
        if size > _BLOCK:
            writer.statements(compressed_records(batch))
            batch, size = [], 0
    writer.statements(compressed_records(batch))
    return count, no_more


def _records(segments: SegmentStore, dataset: str, part: str) -> Iterator[tuple[bytes, list[bytes]]]:
    """The mark of each record, and its statements."""
    mark, lines = b"", list[bytes]()
    for line in chain.from_iterable(block.splitlines(keepends=True) for block in segments.statements(dataset, part)):
        if line.startswith(b"#"):
            if mark or lines:
                yield mark, lines
            mark, lines = line, []
        else:
            lines.append(line)
    if mark or lines:
        yield mark, lines
