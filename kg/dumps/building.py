"""All files of a dump in one pass: runs are sorted, then every stretch of subjects becomes a piece of every file.

Both steps go over all cores. What a process makes depends on its stretch alone, so that the same graph gives the same
bytes whatever it was loaded from and wherever it is written.
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec
from pyoxigraph import DefaultGraph, Triple

from kg.description.partitions import Partitions, write_partitions
from kg.dumps.formats import PARQUET, PARQUET_TYPE, Choice, Compression, FileType, file_type
from kg.dumps.frames import Frames, frames_path
from kg.dumps.lines import Canonical, n_triples
from kg.dumps.manifest import CHECKSUMS, MANIFEST, DumpFile, DumpManifest, read_manifest
from kg.dumps.pieces import BASES, FOOTERS, HEADERS, SHARED, Piece, PieceMaker, Pieces, Task, pack
from kg.dumps.reading import Corrections, SegmentReading, SegmentTask, store_runs
from kg.dumps.sorting import Run, merged, stretches, write_runs
from kg.dumps.tables import TableFiles
from kg.errors import StoreError
from kg.files import checksum, file_lock, sync, sync_tree
from kg.processes import end_with_parent
from kg.progress import Progress, silent
from kg.snapshots import Snapshot
from kg.store import StoreFolder

_log = logging.getLogger(__name__)

_AHEAD = 2  # tasks that wait for each process
_SMALL = 50_000  # statements; starting processes takes longer than writing so many

_WORK = ".building-"
_LINES = 10_000  # lines at a time

Triples = Iterable[Triple]

Given = TypeVar("Given")
Made = TypeVar("Made")


def go_on() -> None:
    """Nothing speaks against going on."""


def build(
    snapshot: Snapshot,
    folder: Path,
    choice: Choice,
    store: StoreFolder | None = None,
    triples: Triples | None = None,
    jobs: int = 1,
    licence: str | None = None,
    check: Callable[[], None] = go_on,
    progress: Progress = silent,
    wait: bool = True,
) -> DumpManifest:
    """Write the files of a dump into a folder, with their manifest last; once for all who build at the same time.

    With the `store` that the snapshot is of, its segments are read where that is possible. With `triples`, these are
    what is written. `check` is called again and again; what it raises ends the work, of which nothing is left then.
    Raises StoreBusy if a dump of the snapshot is being built at this moment and `wait` is false.
    """
    exports = snapshot.path / "exports"
    exports.mkdir(exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    with file_lock(exports / "building.lock", wait=wait):
        check()
        known = read_manifest(folder) if folder == exports else None
        if known:
            return known
        with _working(exports) as work:
            building = _Building(snapshot, work, choice, folder == exports and triples is None, check, progress)
            if triples is not None:
                manifest = building.from_triples(triples)
            else:
                manifest = (building.from_segments(store, jobs) if store else None) or building.from_store(jobs)
            if licence:
                manifest = msgspec.structs.replace(manifest, licence=licence)
            building.hand_over(manifest, folder)
    return manifest


@contextmanager
def _working(exports: Path) -> Iterator[Path]:
    """A folder beside the segments, on the same disk, so that they can be linked; the lock is held."""
    for debris in exports.glob(f"{_WORK}*"):
        shutil.rmtree(debris, ignore_errors=True)
    work = Path(tempfile.mkdtemp(dir=exports, prefix=_WORK))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


class _Building:
    """One dump in the making."""

    def __init__(
        self, snapshot: Snapshot, work: Path, choice: Choice, keeps: bool, check: Callable[[], None], progress: Progress
    ) -> None:
        """`keeps`: it is the dump that the snapshot keeps, and not somebody's own."""
        self._keeps = keeps
        self._snapshot, self._work, self._choice = snapshot, work, choice
        self._check, self._progress = check, progress

    def from_segments(self, store: StoreFolder, jobs: int) -> DumpManifest | None:
        """None where the segments are not there or do not make what the snapshot has."""
        runs_folder = self._work / "runs"
        runs_folder.mkdir()
        try:
            reading = SegmentReading(self._snapshot, store, runs_folder, self._choice.tables)
            with _processes(jobs, self._snapshot, self._choice, reading.names()) as pool:
                self._progress("reading segments")
                runs: list[Run] = []
                made = _in_order(pool, jobs, _runs_of, reading.tasks())
                corrections = reading.corrections()
                for found in made:
                    self._check()
                    runs += found
                manifest = self._write(pool, jobs, runs, corrections)
        except (OSError, StoreError) as error:
            _log.info("the dump is read from the store: %s", error)
            manifest = None
        if manifest and manifest.statements == self._snapshot.manifest.triples:
            return manifest
        if manifest:
            _log.warning(
                "the segments make %d statements and the snapshot has %d; the dump is read from the store",
                manifest.statements,
                self._snapshot.manifest.triples,
            )
        for path in self._work.iterdir():
            shutil.rmtree(path)
        return None

    def from_store(self, jobs: int) -> DumpManifest:
        runs_folder = self._work / "runs"
        runs_folder.mkdir()
        self._progress("reading the store")
        graph, tables = DefaultGraph(), self._choice.tables
        runs = store_runs(self._snapshot.store, graph, runs_folder, "run", tables, self._check)
        with _processes(jobs, self._snapshot, self._choice, {}) as pool:
            return self._write(pool, jobs, runs, Corrections())

    def from_triples(self, triples: Triples) -> DumpManifest:
        """Of these statements alone, each once."""
        runs_folder = self._work / "runs"
        runs_folder.mkdir()
        lines = map(n_triples, triples)
        runs = write_runs(iter(lambda: list(islice(lines, _LINES)), []), runs_folder, "run")
        _prepare(self._choice, {})
        return self._write(None, 1, runs, Corrections(), named=False)

    def _write(
        self, pool: Executor | None, jobs: int, runs: list[Run], corrections: Corrections, named: bool = True
    ) -> DumpManifest:
        self._progress("writing dumps")
        with closing(_Files(self._work / "files", self._choice)) as files:
            for pieces in _in_order(pool, jobs, _pieces_of, _tasks(runs, corrections)):
                self._check()
                files.add(pieces)
            files.finish_default_graph()
            files.continue_with_named_graphs()
            if named:
                self._write_named_graphs(files)
            if self._keeps:
                write_partitions(self._work / "files", files.partitions)
            return files.described(self._snapshot)

    def _write_named_graphs(self, files: _Files) -> None:
        maker = PieceMaker(self._choice)
        for graph in sorted(self._snapshot.store.named_graphs(), key=str):
            self._check()
            folder = Path(tempfile.mkdtemp(dir=self._work))
            runs = store_runs(self._snapshot.store, graph, folder, "run", check=self._check)
            paths = [run.path for run in runs]
            for number, stretch in enumerate(stretches(runs)):
                lines = merged(paths, stretch)
                if lines or not number:
                    files.add_named(maker.of_graph(str(graph).encode(), lines), len(lines))
            files.named_graphs += 1
            shutil.rmtree(folder)

    def hand_over(self, manifest: DumpManifest, folder: Path) -> None:
        """Everything appears in its place, the manifest last."""
        files = self._work / "files"
        (files / CHECKSUMS).write_bytes(manifest.checksums())
        sync_tree(files)
        (folder / MANIFEST).unlink(missing_ok=True)
        for path in files.iterdir():
            _move(path, folder / path.name)
        finished = self._work / MANIFEST
        finished.write_bytes(manifest.encoded())
        sync(finished)
        _move(finished, folder / MANIFEST)


def _move(path: Path, target: Path) -> None:
    try:
        path.replace(target)
    except OSError:  # another disk
        shutil.move(path, target)


def _tasks(runs: Sequence[Run], corrections: Corrections) -> Iterator[Task]:
    asked, answers = deque(sorted(corrections.asked)), deque(sorted(corrections.answers))
    paths = [run.path for run in runs]
    for number, stretch in enumerate(stretches(runs)):
        own = frozenset(_taken(asked, stretch.end))
        yield Task(paths, stretch, not number, own, tuple(_taken(answers, stretch.end)))


def _taken(waiting: deque[bytes], end: bytes | None) -> Iterator[bytes]:
    while waiting and (end is None or waiting[0] < end):
        yield waiting.popleft()


class _Files:
    """The files of a dump while they grow."""

    def __init__(self, folder: Path, choice: Choice) -> None:
        folder.mkdir()
        self._folder, self._choice = folder, choice
        self._statements = self._named = self.named_graphs = 0
        self._omitted: Counter[str] = Counter()
        self.partitions = Partitions()
        wanted = {(SHARED.get(known.graph_format, known.graph_format), known.compression) for known in choice.files}
        self._files = {
            (base.name, compression): _File(_path(folder, base.extension, compression), compression)
            for base in BASES
            for known, compression in sorted(wanted, key=lambda pair: pair[1])
            if known == base
        }
        self._headers = {
            (base.name, compression): (HEADERS.get(base, b""), FOOTERS.get(base, b"")) for base, compression in wanted
        }
        for key, file in self._files.items():
            file.add_text(self._headers[key][0])
        self._tables = TableFiles(folder) if choice.tables else None

    def add(self, made: Pieces) -> None:
        self._statements += made.statements
        self._omitted.update(made.omitted)
        self.partitions.add(made.partitions)
        for key, piece in made.pieces.items():
            self._files[key].add(piece)
        if self._tables:
            self._tables.add(made.tables)

    def finish_default_graph(self) -> None:
        for key, file in self._files.items():
            file.add_text(self._headers[key][1])
        self.close()

    def close(self) -> None:
        if self._tables:
            self._tables.close()
        for file in self._files.values():
            file.close()

    def continue_with_named_graphs(self) -> None:
        """What can hold named graphs goes on from where the file of the default graph ends."""
        for known in self._choice.files:
            base = SHARED.get(known.graph_format)
            if base:
                path = _path(self._folder, known.graph_format.extension, known.compression)
                self._files[known.graph_format.name, known.compression] = self._files[
                    base.name, known.compression
                ].continued(path)

    def add_named(self, made: dict[tuple[str, Compression], Piece], statements: int) -> None:
        self._named += statements
        for key, piece in made.items():
            if key in self._files:
                self._files[key].add(piece)

    def described(self, snapshot: Snapshot) -> DumpManifest:
        chosen = {(known.graph_format.name, known.compression): known for known in self._choice.files}
        files = []
        for key, file in self._files.items():
            file.close()
            if key in chosen:
                files.append(self._described(chosen[key], file))
            else:
                file.path.unlink()
        files.sort(key=lambda file: self._choice.files.index(_type_of(file.name)))
        return DumpManifest(
            snapshot=snapshot.id,
            graph=snapshot.manifest.contents,
            created=snapshot.manifest.created,
            base_iri=snapshot.manifest.base_iri,
            statements=self._statements,
            named_graphs=self.named_graphs,
            files=(*files, *self._described_tables()),
        )

    def _described(self, known: FileType, file: _File) -> DumpFile:
        file.write_frames()
        named = self._named if known.graph_format in SHARED else 0
        omitted = self._omitted[known.graph_format.name]
        return DumpFile(
            name=file.path.name,
            format=known.graph_format.name,
            media_type=known.media_type,
            bytes=file.frames.packed_size,
            unpacked_bytes=file.frames.plain_size,
            sha256=file.digest.hexdigest(),
            statements=self._statements + named - omitted,
            omitted=omitted,
        )

    def _described_tables(self) -> Iterator[DumpFile]:
        if self._tables:
            for table, path in self._tables.paths.items():
                yield DumpFile(
                    name=path.name,
                    format=PARQUET,
                    media_type=PARQUET_TYPE,
                    bytes=path.stat().st_size,
                    sha256=checksum(path),
                    rows=self._tables.rows[table],
                )


def _path(folder: Path, extension: str, compression: Compression) -> Path:
    return folder / f"kg.{extension}.{compression}"


def _type_of(name: str) -> FileType:
    found = file_type(name.removeprefix("kg."))
    assert found  # noqa: S101 - the name was made of one
    return found


class _File:
    """A file that pieces are added to, with its checksum and where each piece is."""

    def __init__(self, path: Path, compression: Compression) -> None:
        self.path = path
        self.frames = Frames()
        self.digest = hashlib.sha256()
        self._compression = compression
        self._stream = path.open("ab")

    def add(self, piece: Piece) -> None:
        if self._stream.closed:
            self._part_from_others()
        self._stream.write(piece.packed)
        self.digest.update(piece.packed)
        self.frames.add(len(piece.packed), piece.plain_size)

    def add_text(self, text: bytes) -> None:
        if text:
            self.add(pack(text, self._compression))

    def close(self) -> None:
        self._stream.close()

    def continued(self, path: Path) -> _File:
        """A file that begins as this one, which is closed, and is the same one until something is added."""
        os.link(self.path, path)
        other = _File(path, self._compression)
        other.close()
        other.digest = self.digest.copy()
        other.frames = self.frames.copy()
        return other

    def _part_from_others(self) -> None:
        copy = self.path.with_suffix(".copy")
        shutil.copyfile(self.path, copy)
        copy.replace(self.path)
        self._stream = self.path.open("ab")

    def write_frames(self) -> None:
        if self._compression == "zst":
            frames_path(self.path).write_bytes(self.frames.encoded())


# What a process keeps from one task to the next.
_canonical: Canonical
_maker: PieceMaker


def _prepare(choice: Choice, names: dict[bytes, bytes]) -> None:
    global _canonical, _maker
    _canonical, _maker = Canonical(names, choice.tables), PieceMaker(choice)


def _prepare_process(choice: str, names: dict[bytes, bytes]) -> None:
    end_with_parent()
    _prepare(Choice.parse(choice), names)


def _runs_of(task: SegmentTask) -> list[Run]:
    return task.runs(_canonical)


def _pieces_of(task: Task) -> Pieces:
    return _maker.make(task)


@contextmanager
def _processes(jobs: int, snapshot: Snapshot, choice: Choice, names: dict[bytes, bytes]) -> Iterator[Executor | None]:
    """Processes, or none where this one does it as fast."""
    if jobs <= 1 or snapshot.manifest.triples < _SMALL:
        _prepare(choice, names)
        yield None
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, _prepare_process, (str(choice), names))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(
    pool: Executor | None, jobs: int, make: Callable[[Given], Made], tasks: Iterable[Given]
) -> Iterator[Made]:
    """What is made of the tasks, in their order; the first of them are under way when this returns."""
    if pool is None:
        return map(make, tasks)
    coming = iter(tasks)
    waiting: deque[Future[Made]] = deque()

    def fill() -> None:
        for task in coming:
            waiting.append(pool.submit(make, task))
            if len(waiting) >= jobs * (1 + _AHEAD):
                return

    def made() -> Iterator[Made]:
        while waiting:
            yield waiting.popleft().result()
            with suppress(StopIteration):
                waiting.append(pool.submit(make, next(coming)))

    fill()
    return made()
