"""Chunks to statements, over all cores: reading goes on in this process, decoding and mapping in others, in order."""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from kg.errors import SourceError, StoreError, TermError
from kg.facts import PaperFacts, encoded_facts
from kg.linking.model import Mentions, PaperMention, encoded_mentions
from kg.mapping import Mapper, Mapping
from kg.mapping.things import Described
from kg.processes import end_with_parent, keep_memory
from kg.records import Graph, Reading, Reject
from kg.segments import Counts, compressed_records, packed, record_digest
from kg.sources import Chunk, Source
from kg.texts import REDUCED, VERSION, PaperText, Texts, encoded_texts

# Below this many bytes of input starting processes takes longer than they save.
_WORTH_PROCESSES = 2 * 2**20
# Chunks that wait in line for each process, so that it never waits for the reader.
_AHEAD = 3
# What has been said of things, to say it once only; forgotten when it grows past this many. The mapper keeps about as
# many, and gives the same object again, of which Python knows the hash.
_THINGS_REMEMBERED = 100_000


@dataclass
class MappedChunk:
    """What a chunk became.

    `frames` hold all statements, compressed, for the segment. `statements` are the records' own, and `things` what is
    said of things, where what this process said before is left out. `counts.duplicates` is for the caller, who sees
    all chunks.
    """

    frames: bytes
    statements: bytes
    things: list[bytes]
    digests: bytes
    facts: bytes
    texts: bytes
    mentions: bytes
    rejects: bytes
    counts: Counts
    reasons: Counter[str] = field(default_factory=Counter)
    has_facts: bool = True
    first_reject: Reject | None = None


class ChunkMapper:
    """Maps the chunks of one dataset, one after another, in whatever process it was made."""

    def __init__(self, source: Source, mapping: Mapping) -> None:
        self._source = source
        self._mapper = Mapper(mapping)
        self._said: set[bytes] = set()

    def map(self, chunk: Chunk) -> MappedChunk:
        return _Chunk(self._mapper, self._said, chunk).mapped(self._source.readings(chunk))


class _Chunk:
    """One chunk being mapped."""

    def __init__(self, mapper: Mapper, said: set[bytes], chunk: Chunk) -> None:
        self._mapper = mapper
        self._said = said
        self._chunk = chunk
        self._segment: list[bytes] = []
        self._statements: list[bytes] = []
        self._described: dict[Described, None] = {}
        self._digests: list[bytes] = []
        self._facts: list[PaperFacts] = []
        self._papers: list[PaperText] = []
        self._mentions: list[PaperMention] = []
        self._rejects: list[Reject] = []
        self._has_facts, self._has_texts = True, False
        self._read = self._mapped = 0

    def mapped(self, readings: Iterator[Reading]) -> MappedChunk:
        for reading in readings:
            self._read += 1
            self._rejects += reading.rejects
            if reading.records:
                self._take(reading)
        things = self._new_things()
        texts = dict.fromkeys(text for thing in self._described for text in thing.texts)
        mentions = dict.fromkeys(mention for thing in self._described for mention in thing.mentions)
        faults = sum(reject.is_partial for reject in self._rejects)
        lines = sum(record.count(b"\n") for record in self._segment) - self._mapped
        return MappedChunk(
            frames=compressed_records(self._segment),
            statements=b"".join(self._statements),
            things=things,
            digests=b"".join(self._digests),
            facts=packed(encoded_facts(self._facts)),
            texts=packed(encoded_texts(Texts(self._papers, list(texts), VERSION if self._has_texts else REDUCED))),
            mentions=packed(encoded_mentions(Mentions(self._mentions, list(mentions)))),
            rejects=b"".join(msgspec.json.encode(reject) + b"\n" for reject in self._rejects),
            counts=Counts(self._read, self._mapped, self._read - self._mapped, 0, faults, lines),
            reasons=Counter(f"{reject.field}: {reject.reason}" for reject in self._rejects),
            has_facts=self._has_facts,
            first_reject=self._rejects[0] if self._rejects else None,
        )

    def _take(self, reading: Reading) -> None:
        """A record that has no valid statements is a reject like any other."""
        record_id = reading.records[0].source.record_id
        try:
            all_mapped = [self._mapper.map(record) for record in reading.records]
        except (TermError, UnicodeEncodeError) as error:
            self._rejects.append(
                Reject(
                    file=self._chunk.file,
                    number=self._chunk.number,
                    record=record_id.encode(errors="replace").decode(),
                    field="record",
                    reason="has a value that RDF cannot state",
                    excerpt=str(error).encode(errors="replace").decode()[:80],
                )
            )
            return
        self._mapped += 1
        digest = record_digest(record_id)
        self._digests.append(digest)
        said = [b"#%s\n" % digest.hex().encode()]
        for record, mapped in zip(reading.records, all_mapped, strict=True):
            self._has_facts = self._has_facts and mapped.has_facts
            self._has_texts = self._has_texts or not isinstance(record, Graph)
            said.append(mapped.own)
            for thing in mapped.things:
                said += thing.statements
            self._statements.append(mapped.own)
            self._described.update(dict.fromkeys(mapped.things))
            if mapped.paper:
                self._facts.append(mapped.paper.facts)
                self._papers.append(mapped.paper.text)
                self._mentions.append(mapped.paper.mention)
        self._segment.append(b"".join(said))

    def _new_things(self) -> list[bytes]:
        """What no chunk before said of things, as far as is remembered."""
        new = []
        for statements in (statements for thing in self._described for statements in thing.statements):
            if statements not in self._said:
                self._said.add(statements)
                new.append(statements)
        if len(self._said) > _THINGS_REMEMBERED:
            self._said.clear()
        return new


_mapper: ChunkMapper | None = None


def _start(source: Source, mapping: Mapping) -> None:
    """Make this process one that maps: it makes no cycles of objects worth collecting, not even when it ends, and large
    texts all the time, whose memory is better kept than given back to the system and fetched again page by page."""
    global _mapper
    gc.disable()
    atexit.register(gc.freeze)
    end_with_parent()
    keep_memory()
    _mapper = ChunkMapper(source, mapping)


def _map(chunk: Chunk) -> MappedChunk:
    assert _mapper is not None  # noqa: S101 - the pool called _start
    return _mapper.map(chunk)


@contextmanager
def mapping_chunks(source: Source, mapping: Mapping, size: int, processes: int | None = None) -> Iterator[ChunkMapping]:
    """Something that maps chunks; `size` is how many bytes there are in all."""
    count = processes or len(os.sched_getaffinity(0))
    if size < _WORTH_PROCESSES and processes is None:
        yield ChunkMapping(ChunkMapper(source, mapping), None, 0)
        return
    # Not by fork: the database's threads would be missing in the child, with their locks held.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=(source, mapping)) as pool:
        try:
            yield ChunkMapping(None, pool, _AHEAD * count)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class ChunkMapping:
    """Maps chunks here, or in a pool of processes with `ahead` chunks under way."""

    def __init__(self, mapper: ChunkMapper | None, pool: ProcessPoolExecutor | None, ahead: int) -> None:
        self._mapper = mapper
        self._pool = pool
        self._ahead = ahead

    def map(self, chunks: Iterator[tuple[int, Chunk | None]]) -> Iterator[tuple[int, MappedChunk | None]]:
        """Each chunk mapped, in order, with the number that came with it; None stays None.

        What was read before reading failed is mapped before the error is raised.
        """
        if self._mapper is not None:
            for number, chunk in chunks:
                yield number, self._mapper.map(chunk) if chunk else None
        elif self._pool is not None:
            yield from self._map_in(self._pool, chunks)

    def _map_in(
        self, pool: ProcessPoolExecutor, chunks: Iterator[tuple[int, Chunk | None]]
    ) -> Iterator[tuple[int, MappedChunk | None]]:
        under_way: deque[tuple[int, Future[MappedChunk] | None]] = deque()
        failure: SourceError | None = None
        try:
            try:
                for number, chunk in chunks:
                    under_way.append((number, pool.submit(_map, chunk) if chunk else None))
                    while len(under_way) > self._ahead or _is_done(under_way):
                        yield _taken(under_way)
            except SourceError as error:
                failure = error
            while under_way:
                yield _taken(under_way)
        except BrokenProcessPool as error:
            message = "a mapping process was killed, as a rule for want of memory; load with fewer --jobs"
            raise StoreError(message) from error
        if failure:
            raise failure


def _is_done(under_way: deque[tuple[int, Future[MappedChunk] | None]]) -> bool:
    return bool(under_way) and (under_way[0][1] is None or under_way[0][1].done())


def _taken(under_way: deque[tuple[int, Future[MappedChunk] | None]]) -> tuple[int, MappedChunk | None]:
    number, future = under_way.popleft()
    return number, future.result() if future else None
