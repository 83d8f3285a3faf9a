"""Snapshots: immutable copies of the primary store that readers open. Published atomically, followed by a pointer.

    snapshots/<id>/store          the database, opened read-only
    snapshots/<id>/index          the search index
    snapshots/<id>/manifest.json  what is in it
    snapshots/<id>/exports        dumps, made when first asked for
    snapshots/<id>/readers.lock   held shared by everyone who reads it
    current                       the id of the snapshot in force
    gone                          digests of what earlier ones named and it does not (kg/gone.py)
    changes                       which snapshots there were, and what each changed (kg/changes)

A crash at any moment leaves the old snapshot in force or the new one; a folder whose name begins with a dot is debris.
"""

from __future__ import annotations

import datetime
import fcntl
import os
import re
import shutil
import threading
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import islice
from pathlib import Path

import msgspec
import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat

from kg import namespaces as ns
from kg import search
from kg.changes.history import History, Version
from kg.edits import Change, Position
from kg.endpoint.address import Endpoint
from kg.endpoint.store import open_store
from kg.errors import NoSnapshot, StoreError
from kg.files import link_tree, sync, sync_tree, write_atomically
from kg.gone import remember_edited, remember_left
from kg.progress import Progress, silent
from kg.recounts import Effect
from kg.segments import Manifest
from kg.small_graphs import SMALL, sorted_statements
from kg.statistics import GraphCounts, count_graph
from kg.store import Contents, StoreFolder
from kg.writer import Step, Writer

_FILES = 100  # of a dataset that a snapshot names
# So many edits are not looked up one by one.
_MANY_CHANGES = 20_000
# What the search index does not say of a thing; and the things that it knows.
_NOT_INDEXED = frozenset((ns.HAS_IDENTITY_LINK, ns.COAUTHOR_COUNT, ns.SAME_AS, ns.IDENTIFIER, ns.IDENTITY_BASIS))
_INDEXED = re.compile(rf"/({'|'.join(search.KINDS)})/[^#]*$")


class FileSummary(msgspec.Struct, frozen=True):
    """A file that a dataset was made from, by its name alone; `sha256` is the checksum in hexadecimal digits."""

    name: str
    sha256: str
    size: int


class DatasetSummary(msgspec.Struct, frozen=True):
    """A dataset as a snapshot holds it; figures as in the segment's manifest."""

    name: str
    segment: str
    source: str
    records: int
    rejects: int
    statements: int = 0
    source_version: str = ""
    retrieved: str | None = None
    files: tuple[FileSummary, ...] = ()
    """The first hundred."""


class SnapshotManifest(msgspec.Struct, frozen=True):
    """What a snapshot says of itself. `created` is UTC, ISO 8601; it never enters the graph."""

    id: str
    contents: str
    created: str
    base_iri: str
    triples: int
    counts: dict[str, int]
    """Things by class name: Paper, Author, …"""
    datasets: tuple[DatasetSummary, ...]
    linksets: dict[str, int] = {}
    """Links to things of other graphs, by the beginning of their IRIs; merged things of this one among them."""
    index: int = 1
    """The version of the search index."""

    def is_of(self, contents: Contents) -> bool:
        """Whether the snapshot holds these contents, as this version publishes them."""
        return self.contents == contents.digest and self.index == search.VERSION

    @property
    def graph_counts(self) -> GraphCounts:
        return GraphCounts(self.triples, self.counts, self.linksets)


class Snapshot:
    """One snapshot, open for reading. It stays on disk as long as any object of this class refers to it.

    With an `endpoint` its statements are there, and the folder has what is kept of them here.
    """

    def __init__(self, folder: Path, endpoint: Endpoint | None = None) -> None:
        self.path = folder
        self.store_path = folder / "store"
        lock = _share(folder)
        weakref.finalize(self, os.close, lock)
        try:
            self.manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=SnapshotManifest)
            self.store: pyoxigraph.Store = open_store(str(self.store_path), endpoint)
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"snapshot {folder.name} cannot be opened ({error}); run 'kg rebuild'", folder) from error

    @property
    def id(self) -> str:
        return self.manifest.id

    @cached_property
    def index(self) -> search.Index:
        if self.manifest.index != search.VERSION:
            raise StoreError(f"the search index of snapshot {self.id} is of another version; run 'kg rebuild'", self.id)
        return search.Index(self.path / "index")


def _share(folder: Path) -> int:
    """A descriptor that holds the readers' lock. FileNotFoundError if the snapshot is gone."""
    descriptor = os.open(folder / "readers.lock", os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise FileNotFoundError(folder) from error  # it is just being removed
    return descriptor


class Snapshots:
    """The snapshots of a store folder as a reader sees them; follows the pointer. Safe to share between threads."""

    def __init__(self, folder: Path, endpoint: Endpoint | None = None) -> None:
        self._folder = folder
        self._endpoint = endpoint
        self._pointer = folder / "current"
        self._lock = threading.Lock()
        self._open: Snapshot | None = None
        self._seen: tuple[int, int] | None = None

    def current(self) -> Snapshot:
        """The snapshot in force; NoSnapshot if nothing was published yet."""
        seen = self._look()
        if self._open is None or seen != self._seen:
            with self._lock:
                if self._open is None or seen != self._seen:
                    self._open = self._open_current()
                    self._seen = seen
        return self._open

    def close(self) -> None:
        """Let go of the open snapshot; requests that still read it keep it until they end."""
        with self._lock:
            self._open = None
            self._seen = None

    def _look(self) -> tuple[int, int]:
        try:
            status = self._pointer.stat()
        except OSError:
            raise NoSnapshot(f"{self._folder} has no published graph yet; load something with 'kg load'") from None
        return status.st_mtime_ns, status.st_ino

    def _open_current(self) -> Snapshot:
        """Opens what the pointer names; if that goes away in between, a newer one is in force."""
        for _ in range(10):
            snapshot_id = self._pointer.read_text("utf-8").strip()
            try:
                return Snapshot(self._folder / "snapshots" / snapshot_id, self._endpoint)
            except FileNotFoundError:
                continue
        raise StoreError(f"snapshot {snapshot_id} of {self._folder} is missing; run 'kg rebuild'", snapshot_id)


def publish(store: StoreFolder, writer: Writer, contents: Contents, progress: Progress, anew: bool = False) -> str:
    """Make what the primary store holds the snapshot in force; its id. Does nothing if it is in force already.

    A large graph that was just loaded is published twice: as soon as it can be read, and once it is compacted.
    """
    current = current_manifest(store.folder)
    if current is None or anew or not current.is_of(contents):
        current = _publish(store, writer, contents, current, progress, anew)
    remove_old(store.folder)
    return current.id if writer.is_compact else _publish_compacted(store, writer, contents, current, progress)


def _publish(
    store: StoreFolder,
    writer: Writer,
    contents: Contents,
    current: SnapshotManifest | None,
    progress: Progress,
    anew: bool,
) -> SnapshotManifest:
    progress("publishing")
    if current and current.index != search.VERSION:
        progress(
            "making the search index anew, for this version writes another one; of a large graph that takes minutes"
        )
    with _preparing(store, writer, contents) as work:
        # The primary store would go on to compact what its next opening compacts as well.
        writer.release()
        database = pyoxigraph.Store.read_only(str(work / "store"))
        progress("indexing")
        step, effects = writer.step, None
        if current and step and not anew and _renew(store, current, step, database, work / "index"):
            effects = step.effects
            counts = current.graph_counts.after(effects)
        else:
            # The database counts without Python's lock, while the index is written.
            with ThreadPoolExecutor(1) as beside:
                counting = beside.submit(count_graph, database)
                _build_index(store, writer, database, work / "index")
                counts = counting.result()
        if current:
            before = {summary.name: summary.segment for summary in current.datasets}
            remember_left(store.folder, store.segments, before, contents.segments, database)
        few = sorted_statements(database).splitlines() if counts.triples <= SMALL else None
        old = _statements_if_few(store.folder, current) if few is not None else None
        manifest = _put_in_force(store, contents, work, counts)
        _remember(store.folder, manifest, current, old, few, effects)
    return manifest


def _publish_compacted(
    store: StoreFolder, writer: Writer, contents: Contents, current: SnapshotManifest, progress: Progress
) -> str:
    """Compact the primary store and publish it once more; all else is as in the `current` snapshot."""
    progress("published; compacting, after which queries take half the time")
    writer.compact(contents)
    with _preparing(store, writer, contents) as work:
        link_tree(store.folder / "snapshots" / current.id / "index", work / "index")
        return _put_in_force(store, contents, work, current.graph_counts).id


def _renew(store: StoreFolder, current: SnapshotManifest, step: Step, database: pyoxigraph.Store, folder: Path) -> bool:
    """Whether the search index of the snapshot in force could be brought up to date after a step from it."""
    edits = list(islice(_edited(store, step.since.derived_from), _MANY_CHANGES))
    if not current.is_of(step.since) or len(edits) == _MANY_CHANGES:
        return False
    things = _to_be_indexed(database, step.effects) | search.affected_things(database, edits)
    search.update(database, store.folder / "snapshots" / current.id / "index", folder, things)
    return True


def _to_be_indexed(database: pyoxigraph.Store, effects: list[Effect]) -> set[str]:
    """Things of which the search index may say something else; papers of authors that are only counted otherwise are
    not among them."""
    subjects = {quad.subject for _, quad in effects if quad.predicate.value not in _NOT_INDEXED}
    authorships = [each for each in subjects if isinstance(each, NamedNode) and "/authorship/" in each.value]
    for authorship in authorships:
        quads = database.quads_for_pattern(None, NamedNode(ns.HAS_AUTHORSHIP), authorship, DefaultGraph())
        subjects.update(quad.subject for quad in quads)
    return {each.value for each in subjects if isinstance(each, NamedNode) and _INDEXED.search(each.value)}


def publish_edits(store: StoreFolder, writer: Writer, contents: Contents, effects: list[Effect]) -> str:
    """Publish a few edits in the time that they take: counts follow the effects, the search index stays as it is."""
    current = current_manifest(store.folder)
    if current is None:
        return publish(store, writer, contents, silent)
    with _preparing(store, writer, contents) as work:
        link_tree(store.folder / "snapshots" / current.id / "index", work / "index")
        counts = current.graph_counts.after(effects)
        remember_edited(store.folder, effects)
        manifest = _put_in_force(store, contents, work, counts)
        with suppress(OSError):
            history = History(store.folder)
            history.put_edited(_version(history, manifest, current), effects)
    return work.name.removeprefix(".")


def publish_index(store: StoreFolder, writer: Writer, things: set[str]) -> None:
    """Publish the snapshot in force once more, with its search index brought up to date for these things."""
    current, contents = current_manifest(store.folder), store.contents()
    if current is None or contents is None or not current.is_of(contents):
        return  # something else is about to be published, with an index of its own
    with _preparing(store, writer, contents) as work:
        database = pyoxigraph.Store.read_only(str(work / "store"))
        search.update(database, store.folder / "snapshots" / current.id / "index", work / "index", things)
        _put_in_force(store, contents, work, current.graph_counts)


def _build_index(store: StoreFolder, writer: Writer, database: pyoxigraph.Store, folder: Path) -> None:
    """The index that was prepared while the graph was loaded, with what was edited; else one of the whole graph."""
    changes = list(islice(store.journal.changes(), _MANY_CHANGES))
    if writer.index is None or len(changes) == _MANY_CHANGES:
        search.build(database, folder)
        return
    writer.index.complete(database, folder, search.affected_things(database, _quads(changes)))


def _edited(store: StoreFolder, start: Position) -> Iterator[Effect]:
    return _quads(store.journal.changes(start))


def _quads(changes: Iterable[Change]) -> Iterator[Effect]:
    for change in changes:
        if change.is_statement:
            for quad in pyoxigraph.parse(change.statement, RdfFormat.N_QUADS):
                yield change.added, quad


@contextmanager
def _preparing(store: StoreFolder, writer: Writer, contents: Contents) -> Iterator[Path]:
    """A folder, out of sight of readers, with a checkpoint of the primary store, named for the snapshot it becomes."""
    work = new_folder(store.folder, contents.digest)
    writer.checkpoint(work / "store")
    yield work


def new_folder(store_folder: Path, digest: str) -> Path:
    """A folder, out of sight of readers, named for the snapshot that it is to be."""
    folder = store_folder / "snapshots"
    folder.mkdir(exist_ok=True)
    number = max((int(path.name.partition("-")[0]) for path in folder.glob("[0-9]*-*")), default=0) + 1
    work = folder / f".{number:06}-{digest}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    return work


def _statements_if_few(store_folder: Path, current: SnapshotManifest | None) -> list[bytes] | None:
    """What the snapshot in force states, if comparing takes no time that anybody would notice."""
    if current is None or current.triples > SMALL:
        return None
    try:
        return sorted_statements(Snapshot(store_folder / "snapshots" / current.id).store).splitlines()
    except (OSError, StoreError):
        return None


def _remember(
    store_folder: Path,
    manifest: SnapshotManifest,
    before: SnapshotManifest | None,
    old: list[bytes] | None,
    new: list[bytes] | None,
    effects: list[Effect] | None,
) -> None:
    """The history of a store is worth less than its graph: what cannot be written is left out."""
    history = History(store_folder)
    with suppress(OSError):
        version = _version(history, manifest, before)
        if version.before and old is not None and new is not None:
            history.put_compared(version, version.before, old, new)
        elif version.before and effects is not None:
            history.put_edited(version, effects)
        else:
            history.put(version)


def remember_version(store_folder: Path, manifest: SnapshotManifest, before: SnapshotManifest | None) -> None:
    """Have the history say that there was this snapshot, and not what it changed."""
    _remember(store_folder, manifest, before, None, None, None)


def _version(history: History, manifest: SnapshotManifest, before: SnapshotManifest | None) -> Version:
    return Version(
        id=manifest.id,
        contents=manifest.contents,
        created=manifest.created,
        triples=manifest.triples,
        counts=manifest.counts,
        before=_remembered(history, before) if before else None,
    )


def _remembered(history: History, manifest: SnapshotManifest) -> str:
    """The version of that graph: the same one may have been published again, with a newer search index."""
    latest = history.versions(1)
    return latest[0].id if latest and latest[0].contents == manifest.contents else manifest.id


def _put_in_force(store: StoreFolder, contents: Contents, work: Path, counts: GraphCounts) -> SnapshotManifest:
    snapshot_id = work.name.removeprefix(".")
    manifest = _describe(store, contents, snapshot_id, counts)
    put_in_force(store.folder, work, manifest)
    return manifest


def put_in_force(store_folder: Path, work: Path, manifest: SnapshotManifest) -> None:
    """Make a folder that was prepared the snapshot that readers see."""
    (work / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    (work / "readers.lock").touch()
    sync_tree(work)
    work.rename(work.with_name(manifest.id))
    sync(work.parent)
    write_atomically(store_folder / "current", manifest.id.encode() + b"\n")
    remove_old(store_folder)


def remove_old(store_folder: Path) -> None:
    """Remove snapshots that are not in force and that nobody reads, and what interrupted publishing left."""
    in_force = (store_folder / "current").read_text("utf-8").strip()
    for folder in (store_folder / "snapshots").iterdir():
        if folder.name == in_force:
            continue
        if folder.name.startswith("."):
            shutil.rmtree(folder, ignore_errors=True)
            continue
        descriptor = os.open(folder / "readers.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        except BlockingIOError:
            pass  # the last reader has not left; the next publishing looks again
        finally:
            os.close(descriptor)


def current_manifest(store_folder: Path) -> SnapshotManifest | None:
    """The manifest of the snapshot in force; None if there is none or it cannot be read, so that it is made anew."""
    try:
        snapshot_id = (store_folder / "current").read_text("utf-8").strip()
        content = (store_folder / "snapshots" / snapshot_id / "manifest.json").read_bytes()
        return msgspec.json.decode(content, type=SnapshotManifest)
    except (OSError, msgspec.DecodeError):
        return None


def _describe(store: StoreFolder, contents: Contents, snapshot_id: str, counts: GraphCounts) -> SnapshotManifest:
    manifests = [store.segments.manifest(dataset, segment) for dataset, segment in sorted(contents.segments.items())]
    return SnapshotManifest(
        id=snapshot_id,
        contents=contents.digest,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        base_iri=store.base_iri,
        triples=counts.triples,
        counts=counts.by_class,
        datasets=tuple(_summary(manifest) for manifest in manifests),
        linksets=counts.linksets,
        index=search.VERSION,
    )


def _summary(manifest: Manifest) -> DatasetSummary:
    counts = manifest.counts
    return DatasetSummary(
        manifest.dataset,
        manifest.segment,
        manifest.adapter,
        counts.mapped,
        counts.rejected + counts.faults,
        counts.statements,
        manifest.adapter_version,
        manifest.retrieved,
        tuple(FileSummary(Path(each.path).name, each.checksum, each.size) for each in manifest.inputs[:_FILES]),
    )
