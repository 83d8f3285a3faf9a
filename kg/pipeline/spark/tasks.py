"""What runs on the cluster. Each task can be run again, by another process, at the same time even: it writes the same.

What a task finds done it leaves as it is: a part is named by the checksum of its file and all that else it depends on,
and what is known of it is written last.
"""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
import zstandard

from kg.errors import SourceError
from kg.mapping import Mapping
from kg.mapping.chunks import ChunkMapper
from kg.pipeline.datasets import WritingPart, dataset_head, part_id
from kg.pipeline.partitions import (
    Partition,
    Partitioning,
    decoded_partition,
    gathered,
    scattered,
    write_partition,
)
from kg.pipeline.spark.hadoop import HadoopFile
from kg.pipeline.spark.outputs import Output, part_file, part_of
from kg.processes import keep_memory
from kg.records import Reject
from kg.segments import CONTENT_ENDINGS, DIGEST_SIZE, PART_ENDINGS, Counts, Input, Part, SegmentStore, segment_id
from kg.sources import Chunk, Source
from kg.sources.files import SourceFile

_BLOCK = 2**20


@dataclass(frozen=True)
class Job:
    """A dataset: how its files are mapped, and where to."""

    source: Source
    mapping: Mapping
    output: Output

    def writing(self, stack: ExitStack, name: str, of: Input, head: bytes) -> WritingPart:
        """A part being written; it is in its place when the stack is closed."""
        folder = stack.enter_context(self.output.writing())
        writer = stack.enter_context(SegmentStore(folder).writing(self.mapping.dataset))
        return WritingPart(name, of, writer, head)


class GivenFile(NamedTuple):
    """A file as the driver knows it: how it is read, what it is called in the manifest, its bytes."""

    path: Path | HadoopFile
    address: str
    size: int


class Failure(NamedTuple):
    """What the driver raises as an error: raised here it would be tried again, in vain."""

    message: str


class Mapped(NamedTuple):
    """What a file became; `is_known`: it had been mapped before."""

    part: str
    known: Part
    reasons: Counter[str]
    is_known: bool


class Slice(NamedTuple):
    """Chunks that stand one after another in a file: where the first begins, and of each its number, kind, bytes."""

    start: int
    chunks: tuple[tuple[int, str, int], ...]


class Survey(NamedTuple):
    """How a large file can be cut; no slices: it cannot, because its chunks are no pieces of it."""

    input: Input
    slices: tuple[Slice, ...]


class Piece(NamedTuple):
    """A slice of a file, to be mapped to a piece of its part."""

    file: GivenFile
    input: Input
    part: str
    number: int
    slice: Slice

    @property
    def name(self) -> str:
        return piece_name(self.part, self.number, self.slice)


def piece_name(part: str, number: int, piece: Slice) -> str:
    return segment_id("piece", part, str(number), str(piece.start), str(sum(size for *_, size in piece.chunks)))


def survey(job: Job, file: GivenFile, size: int) -> Survey | Failure:
    """How a file can be cut into slices of about `size` bytes, where its chunks in a row are the file itself."""
    digest = hashlib.sha256()
    slices: list[Slice] = []
    chunks: list[tuple[int, str, int]] = []
    position = start = 0
    try:
        found = _input(file)
        for chunk in job.source.chunks(_source_file(file)):
            if position == 0 and not _begins_with(file, chunk.data[:_BLOCK]):
                return Survey(found, ())
            digest.update(chunk.data)
            chunks.append((chunk.number, chunk.kind, len(chunk.data)))
            position += len(chunk.data)
            if position - start >= size:
                slices.append(Slice(start, tuple(chunks)))
                chunks, start = [], position
    except SourceError as error:
        return Failure(error.message)
    if chunks:
        slices.append(Slice(start, tuple(chunks)))
    return Survey(found, tuple(slices) if digest.hexdigest() == found.checksum else ())


def file_checksum(file: GivenFile) -> str | Failure:
    try:
        return _input(file).checksum
    except SourceError as error:
        return Failure(error.message)


def map_file(job: Job, file: GivenFile) -> Mapped | Failure:
    """Map a file to its part, unless that is there."""
    _prepare()
    try:
        found = _input(file)
        part = part_id(job.mapping, file.path.name, found.checksum)
        is_known = part_of(job.output, job.mapping.dataset, part) is not None
        if not is_known:
            with ExitStack() as stack:
                writing = job.writing(stack, part, found, dataset_head(job.mapping))
                mapper = ChunkMapper(job.source, job.mapping)
                for chunk in job.source.chunks(_source_file(file)):
                    writing.add(mapper.map(chunk))
                writing.commit()
    except SourceError as error:
        return Failure(error.message)
    return mapped(job, part, is_known)


def map_given(job: Job, given: GivenFile | Piece) -> Mapped | Failure | None:
    """Map a whole file, or a piece of one."""
    if isinstance(given, GivenFile):
        return map_file(job, given)
    map_piece(job, given)
    return None


def map_piece(job: Job, piece: Piece) -> None:
    """Map a slice of a file to a piece of its part, unless that is there."""
    _prepare()
    if part_of(job.output, job.mapping.dataset, piece.name):
        return
    with ExitStack() as stack:
        head = b"" if piece.number else dataset_head(job.mapping)
        writing = job.writing(stack, piece.name, piece.input, head)
        mapper = ChunkMapper(job.source, job.mapping)
        for chunk in _chunks(piece):
            writing.add(mapper.map(chunk))
        writing.commit()


def join_pieces(job: Job, given: tuple[str, list[str]]) -> Mapped:
    """Put the pieces of a part one after another, which is what the part is when it is mapped at once."""
    part, pieces = given
    dataset = job.mapping.dataset
    if part_of(job.output, dataset, part) is None:
        known = [found for piece in pieces if (found := part_of(job.output, dataset, piece))]
        counts = sum((each.counts for each in known), Counts())
        has_facts = all(each.has_facts for each in known)
        with job.output.writing() as folder, SegmentStore(folder).writing(dataset) as writer:
            for ending in CONTENT_ENDINGS:
                for piece in pieces:
                    with job.output.open(part_file(dataset, piece, ending)) as stream:
                        writer.append(ending, stream)
            writer.commit(part, Part(input=known[0].input, counts=counts, has_facts=has_facts))
    for piece in pieces:
        for ending in reversed(PART_ENDINGS):  # what is known of it first
            job.output.remove(part_file(dataset, piece, ending))
    return mapped(job, part, False)


def mapped(job: Job, part: str, is_known: bool) -> Mapped:
    """What is said of a part that is there."""
    dataset = job.mapping.dataset
    known = part_of(job.output, dataset, part)
    assert known is not None  # noqa: S101 - it was written by this process, or found
    reasons: Counter[str] = Counter()
    with job.output.open(part_file(dataset, part, ".rejects.jsonl")) as lines:
        for line in lines:
            reject = msgspec.json.decode(line, type=Reject)
            reasons[f"{reject.field}: {reject.reason}"] += 1
    return Mapped(part, known, reasons, is_known)


def dealt_records(output: Output, part: tuple[str, str], count: int) -> Iterator[tuple[int, bytes]]:
    """The digests of a part's records, so that those of one name are dealt to one of `count`."""
    with output.open(part_file(*part, ".records")) as stream:
        records = stream.read()
    dealt: dict[int, list[bytes]] = {}
    for start in range(0, len(records), DIGEST_SIZE):
        digest = records[start : start + DIGEST_SIZE]
        dealt.setdefault(int.from_bytes(digest[:4]) % count, []).append(digest)
    for number, digests in dealt.items():
        yield number, b"".join(digests)


def distinct_records(dealt: Iterable[tuple[int, bytes]]) -> Iterator[int]:
    """How many records there are of different names."""
    seen: set[bytes] = set()
    for _, digests in dealt:
        seen.update(digests[start : start + DIGEST_SIZE] for start in range(0, len(digests), DIGEST_SIZE))
    yield len(seen)


def known_partition(output: Output, partitioning: Partitioning, number: int) -> Partition | None:
    """What is known of a partition that was written before."""
    try:
        with output.open(partitioning.path(number, ".json")) as stream:
            return decoded_partition(stream.read())
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def scatter(
    output: Output, partitioning: Partitioning, wanted: frozenset[int], part: tuple[str, str]
) -> Iterator[tuple[int, bytes]]:
    """A part's statements, by partition."""
    _prepare()
    with output.open(part_file(*part, ".nt.zst")) as stream:
        reader = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
        yield from scattered(iter(lambda: reader.read(_BLOCK), b""), partitioning.count, wanted)


def gather(
    output: Output, partitioning: Partitioning, number: int, pieces: Iterable[tuple[int, bytes]]
) -> tuple[int, Partition]:
    """Write a partition."""
    _prepare()
    lines = gathered(piece for _, piece in pieces)
    with output.writing() as folder:
        return number, write_partition(folder, partitioning, number, lines)


def _chunks(piece: Piece) -> Iterator[Chunk]:
    with _opened_at(piece.file.path, piece.slice.start) as stream:
        for number, kind, size in piece.slice.chunks:
            yield Chunk(piece.file.path.name, number, stream.read(size), kind)


def _opened_at(path: Path | HadoopFile, start: int) -> BinaryIO:
    if isinstance(path, HadoopFile):
        return path.hadoop.open(path.address, start)
    stream = path.open("rb")
    stream.seek(start)
    return stream


def _begins_with(file: GivenFile, start: bytes) -> bool:
    with file.path.open("rb") as stream:
        return stream.read(len(start)) == start


def _input(file: GivenFile) -> Input:
    digest = hashlib.sha256()
    try:
        with file.path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise SourceError(file.address, f"cannot be read: {error.strerror or error}") from error
    return Input(file.address, digest.hexdigest(), file.size)


def _source_file(file: GivenFile) -> SourceFile:
    return SourceFile(file.path)  # type: ignore[arg-type]


@cache
def _prepare() -> None:
    """As processes that map here: no looking for cycles, and no giving back of memory."""
    gc.disable()
    keep_memory()
