"""Datasets as they are loaded: which parts they consist of, which have to be mapped, and what became of the records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import msgspec

from kg.errors import SourceError, UsageError
from kg.files import checksum
from kg.mapping import VERSION as MAPPING_VERSION
from kg.mapping import Mapping, dataset_lines
from kg.mapping.chunks import ChunkMapping, MappedChunk
from kg.naming import Naming
from kg.pipeline.superseding import digests, without_superseded
from kg.progress import Progress
from kg.records import Reject
from kg.segments import (
    DIGEST_SIZE,
    Counts,
    Input,
    Manifest,
    Part,
    PartWriter,
    SegmentStore,
    compressed,
    segment_id,
    thing_digest,
)
from kg.sources import Chunk, Source
from kg.sources.files import SourceFile
from kg.store import StoreFolder

_THINGS_REMEMBERED = 500_000
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class Options:
    """How datasets are loaded.

    `replace`: one may take the place of a dataset that was read from other files. `update`: its records take the place
    of those of the same name in the dataset, and the others stay. `jobs`: mapping processes, by default one a core.
    """

    retrieved: str | None = None
    strict: bool = False
    replace: bool = False
    update: bool = False
    rejects: Path | None = None
    jobs: int | None = None

    def __post_init__(self) -> None:
        if self.retrieved is not None and not _DATE.fullmatch(self.retrieved):
            raise UsageError(f"--retrieved takes a date like 2024-05-31, not {self.retrieved!r}", self.retrieved)


@dataclass
class LoadReport:
    """What became of one dataset: `counts.read` = mapped + rejected + duplicates."""

    dataset: str
    segment: str
    unchanged: bool = False
    counts: Counts = field(default_factory=Counts)
    by_reason: Counter[str] = field(default_factory=Counter)
    rejects_file: Path | None = None
    seconds: float = 0.0
    reused: int = 0
    """Files that were mapped before and had not changed."""


@dataclass(frozen=True)
class File:
    """A file to be mapped, what it is, and the part that it becomes."""

    path: Path
    input: Input
    part: str


def part_id(mapping: Mapping, name: str, checksum: str) -> str:
    """The digest of all that a part depends on, where `name` is that of its file without the folder."""
    about = (mapping.adapter, mapping.adapter_version, MAPPING_VERSION, mapping.naming.base_iri)
    return segment_id(*about, mapping.dataset, mapping.retrieved, name, checksum)


class Dataset:
    """One dataset being loaded."""

    def __init__(self, store: StoreFolder, source: Source, name: str, paths: list[Path], options: Options) -> None:
        self.name = name
        self.mapping = Mapping(Naming(store.base_iri), name, source.name, source.version, options.retrieved)
        self._store = store
        self.source = source
        self._options = options
        self._files = in_order(self._file(path) for path in paths)
        self.parts = tuple(file.part for file in self._files)
        self.segment = segment_id(name, *self.parts)
        self.inputs = tuple(file.input for file in self._files)
        self.missing = [file for file in self._files if self._has_to_be_mapped(file.part)]
        self.report = LoadReport(name, self.segment, reused=len(self._files) - len(self.missing))
        self.report.unchanged = store.segments.catalogue().get(name) == self.segment
        check_replaces(store.segments, name, source.name, self.inputs, options)
        self._said: set[bytes] = set()

    def _has_to_be_mapped(self, part: str) -> bool:
        """Each reject of a strict load has to be seen, so nothing is taken as it was mapped before; what replaces a
        dataset takes nothing that was damaged since."""
        segments = self._store.segments
        if self._options.strict or segments.part(self.name, part) is None:
            return True
        return self._options.replace and not segments.is_whole(self.name, part)

    @property
    def size(self) -> int:
        """Bytes to read."""
        return sum(file.input.size for file in self.missing)

    def statements(self, mapping: ChunkMapping, progress: Progress) -> Iterator[bytes]:
        """Map the files that have to be; the statements, while their parts are written."""
        if not self.missing:
            return
        started = monotonic()
        progress(f"reading {self.name}")
        meter = _Meter(progress, self.size)
        yield dataset_head(self.mapping)
        with ExitStack() as stack:
            part: WritingPart | None = None
            for number, mapped in mapping.map(self._chunks(meter)):
                if part is None:
                    writer = stack.enter_context(self._store.segments.writing(self.name))
                    file = self.missing[number]
                    part = WritingPart(file.part, file.input, writer, dataset_head(self.mapping))
                if mapped is None:
                    part.commit()
                    stack.close()
                    part = None
                    continue
                self._check_strict(mapped)
                part.add(mapped)
                meter.records += mapped.counts.read
                yield mapped.statements
                yield b"".join(self._new_of(mapped.things))
        self._said.clear()  # statistics want the memory
        self.report.seconds = monotonic() - started

    def supersede(self) -> None:
        """Take the place of the records of the same name in the dataset, and leave its others; all files are mapped."""
        segments = self._store.segments
        manifest = segments.manifest(self.name, segments.catalogue()[self.name])
        kept = without_superseded(segments, self.name, manifest.parts, self.parts)
        self.inputs = (*manifest.inputs, *self.inputs)
        self.parts = (*kept, *self.parts)
        self.segment = self.report.segment = segment_id(self.name, *self.parts)
        self.report.unchanged = self.segment == manifest.segment
        self.missing = []

    def _new_of(self, things: list[bytes]) -> Iterator[bytes]:
        """What no mapping process has said of a thing before, as far as is remembered."""
        if len(self._said) > _THINGS_REMEMBERED:
            self._said.clear()
        for thing in things:
            digest = thing_digest(thing)
            if digest not in self._said:
                self._said.add(digest)
                yield thing

    def _chunks(self, meter: _Meter) -> Iterator[tuple[int, Chunk | None]]:
        """The chunks of every file, with the file's number; None where a file ends."""
        for number, file in enumerate(self.missing):
            source_file = SourceFile(file.path)
            for chunk in self.source.chunks(source_file):
                yield number, chunk
                meter.show(source_file.position)
            yield number, None
            meter.done += file.input.size

    def _check_strict(self, mapped: MappedChunk) -> None:
        reject = mapped.first_reject
        if self._options.strict and reject:
            raise SourceError(reject.file, f"{reject.field}: {reject.reason} ({reject.excerpt})", reject.number)

    def write_manifest(self) -> None:
        """Say which parts make the segment, once. SourceError if nothing at all could be read of its files."""
        if self.report.counts.read:
            return
        segments = self._store.segments
        parts = {name: part for name in self.parts if (part := segments.part(self.name, name))}
        manifest = manifest_of(self.mapping, self.inputs, parts, self._duplicates())
        self._report(manifest.counts)
        check_mapped(manifest, self.report.by_reason)
        segments.write_manifest(manifest)

    def _duplicates(self) -> int:
        """How many records have the name of one before them."""
        seen: set[bytes] = set()
        total = 0
        for part in self.parts:
            records = self._store.segments.records(self.name, part)
            total += len(records) // DIGEST_SIZE
            seen.update(digests(records))
        return total - len(seen)

    def _report(self, counts: Counts) -> None:
        """Count the rejects by reason, and write them where they were asked for."""
        self.report.counts = counts
        paths = [self._store.segments.rejects_path(self.name, part) for part in self.parts]
        target = self._options.rejects
        written = 0
        with ExitStack() as stack:
            output = stack.enter_context(target.open("ab")) if target else None
            for path in paths:
                for line in stack.enter_context(path.open("rb")):
                    reject = msgspec.json.decode(line, type=Reject)
                    self.report.by_reason[f"{reject.field}: {reject.reason}"] += 1
                    written += 1
                    if output:
                        output.write(line)
        if written:
            self.report.rejects_file = target or next(path for path in paths if path.stat().st_size)

    def _file(self, path: Path) -> File:
        try:
            found = Input(str(path.resolve()), checksum(path), path.stat().st_size)
        except OSError as error:
            raise SourceError(path, f"cannot be read: {error.strerror}") from error
        return File(path, found, part_id(self.mapping, path.name, found.checksum))


def check_replaces(segments: SegmentStore, name: str, adapter: str, inputs: Sequence[Input], options: Options) -> None:
    """A dataset of the same name from other files is not replaced by accident."""
    present = segments.catalogue().get(name)
    if present is None or options.replace:
        return
    manifest = segments.manifest(name, present)
    if options.update and manifest.adapter == adapter:
        return
    same_files = {item.path for item in manifest.inputs} <= {item.path for item in inputs}
    same_content = sorted(item.checksum for item in manifest.inputs) == sorted(item.checksum for item in inputs)
    if manifest.adapter != adapter or not (same_files or same_content):
        came_from = ", ".join(item.path for item in manifest.inputs[:3])
        raise UsageError(
            f"dataset {name!r} was loaded from {came_from}; give another name with --dataset, or --replace it", name
        )


def dataset_head(mapping: Mapping) -> bytes:
    """What every part says of its dataset."""
    return "".join(dataset_lines(mapping)).encode()


def in_order(files: Iterable[File]) -> list[File]:
    """In the order of their names, each content once."""
    return sorted({file.part: file for file in files}.values(), key=lambda file: file.input.path)


def manifest_of(mapping: Mapping, inputs: Iterable[Input], parts: dict[str, Part], duplicates: int) -> Manifest:
    """What a segment of these parts, by their ids, is made of."""
    counts = sum((part.counts for part in parts.values()), Counts())
    return Manifest(
        dataset=mapping.dataset,
        segment=segment_id(mapping.dataset, *parts),
        adapter=mapping.adapter,
        adapter_version=mapping.adapter_version,
        base_iri=mapping.naming.base_iri,
        retrieved=mapping.retrieved,
        inputs=tuple(dict.fromkeys(inputs)),
        parts=tuple(parts),
        counts=msgspec.structs.replace(counts, mapped=counts.mapped - duplicates, duplicates=duplicates),
        has_facts=all(part.has_facts for part in parts.values()),
    )


def check_mapped(manifest: Manifest, by_reason: Counter[str]) -> None:
    """SourceError if nothing at all could be read."""
    if not manifest.counts.mapped:
        files = ", ".join(item.path for item in manifest.inputs[:3])
        why = ", ".join(reason for reason, _ in by_reason.most_common(3)) or "there are none in it"
        raise SourceError(files, f"no record of a {manifest.adapter} could be read: {why}")


class WritingPart:
    """A part, or a piece of it, while the chunks of its file come in; `head` is what it says before them."""

    def __init__(self, name: str, of: Input, writer: PartWriter, head: bytes) -> None:
        self._name = name
        self._input = of
        self._writer = writer
        self._counts = Counts(statements=head.count(b"\n"))
        self._has_facts = True
        writer.statements(compressed(head))

    def add(self, mapped: MappedChunk) -> None:
        self._writer.statements(mapped.frames)
        self._writer.records(mapped.digests)
        self._writer.facts(mapped.facts)
        self._writer.texts(mapped.texts)
        self._writer.mentions(mapped.mentions)
        self._writer.rejects(mapped.rejects)
        self._counts += mapped.counts
        self._has_facts = self._has_facts and mapped.has_facts

    def commit(self) -> None:
        part = Part(input=self._input, counts=self._counts, has_facts=self._has_facts)
        self._writer.commit(self._name, part)


class _Meter:
    """How far reading is: records, rate, bytes, time left."""

    def __init__(self, progress: Progress, size: int) -> None:
        self._progress = progress
        self._size = size
        self._started = self._shown = monotonic()
        self.done = 0
        self.records = 0

    def show(self, position: int) -> None:
        now = monotonic()
        if now - self._shown < 0.2:
            return
        self._shown = now
        elapsed, read = now - self._started, self.done + position
        left = elapsed * (self._size - read) / read if read else 0
        self._progress.detail(
            f"{self.records:,} records, {self.records / elapsed:,.0f}/s, "
            f"{read / 1e6:,.1f} of {self._size / 1e6:,.1f} MB, {left:,.0f} s left"
        )
