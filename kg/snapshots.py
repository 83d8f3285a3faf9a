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

import fcntl
import os
import shutil
import threading
import weakref
from functools import cached_property
from pathlib import Path

import msgspec
import pyoxigraph

from kg import search
from kg.endpoint.address import Endpoint
from kg.endpoint.opening import open_store
from kg.errors import NoSnapshot, StoreError
from kg.files import sync, sync_tree, write_atomically
from kg.statistics import GraphCounts
from kg.store import Contents


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
    """Links to things of other graphs, by the beginning of their IRIs."""
    index: int = 1
    """The version of the search index."""
    unindexed: tuple[str, ...] | None = ()
    """Things of which the search index does not say yet what edits say; None: very many."""

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


def new_folder(store_folder: Path, digest: str) -> Path:
    """A folder, out of sight of readers, named for the snapshot that it is to be."""
    folder = store_folder / "snapshots"
    folder.mkdir(exist_ok=True)
    number = max((int(path.name.partition("-")[0]) for path in folder.glob("[0-9]*-*")), default=0) + 1
    work = folder / f".{number:06}-{digest}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    return work


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
