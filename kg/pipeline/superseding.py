"""Newer versions of records: a part without those that another part has in their place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress, zip_longest

import msgspec

from kg.facts import encoded_facts
from kg.linking.model import Mentions, decoded_mentions, encoded_mentions
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
from kg.texts import Texts, decoded_texts, encoded_texts

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
        statements = _copy(segments, dataset, part, {b"#" + digest.hex().encode() for digest in superseded}, writer)
        writer.records(b"".join(left))
        # What the others say has to be asked of the graph: texts of things do not tell whose they are.
        writer.facts(packed(encoded_facts([])))
        both = zip_longest(segments.mentions(dataset, part), segments.texts(dataset, part), fillvalue=b"")
        for mentioned, said in both:
            mentions, texts = _left(mentioned, said, dataset, superseded)
            writer.mentions(packed(mentions))
            writer.texts(packed(texts))
        rejects = segments.rejects_path(dataset, part).read_bytes()
        writer.rejects(rejects)
        gone = known.counts.mapped - len(left)
        counts = msgspec.structs.replace(
            known.counts, read=known.counts.read - gone, mapped=len(left), statements=statements
        )
        writer.commit(reduced, Part(input=known.input, counts=counts, has_facts=False))


def _left(mentioned: bytes, said: bytes, dataset: str, superseded: set[bytes]) -> tuple[bytes, bytes]:
    """The mentions and the texts of a chunk without those of records that are superseded. The texts of papers stand in
    the order of their mentions, but for a part from which a former version took all texts."""

    def is_left(record: str | None) -> bool:
        return record is None or record_digest(record_id(record, dataset)) not in superseded

    mentions, texts = decoded_mentions(mentioned), decoded_texts(said) if said else Texts()
    papers = [is_left(paper.record) for paper in mentions.papers]
    left = Mentions(
        list(compress(mentions.papers, papers)), [thing for thing in mentions.things if is_left(thing.record)]
    )
    return encoded_mentions(left), encoded_texts(Texts(list(compress(texts.papers, papers)), texts.things))


def _copy(segments: SegmentStore, dataset: str, part: str, left_out: set[bytes], writer: PartWriter) -> int:
    """Copy the statements of all records but those left out; how many there are."""
    count, is_kept, rest, size = 0, True, b"", 0
    record, batch = list[bytes](), list[bytes]()
    for block in segments.statements(dataset, part):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            is_record = line.startswith(b"#")
            if is_record:
                is_kept = line not in left_out
                batch.append(b"".join(record))
                size += len(batch[-1])
                record.clear()
            if is_kept:
                record.append(line + b"\n")
                count += not is_record
        if size > _BLOCK:
            writer.statements(compressed_records(batch))
            batch, size = [], 0
    writer.statements(compressed_records([*batch, b"".join(record)]))
    return count
