"""Local snapshots of a remote graph: counts, search index and dumps are kept here, statements stay there.

    KG_STORE/endpoint-<digest>/    laid out as a store (see kg/snapshots.py), without databases

What has changed is noticed by what the store says of its graph (kg/endpoint/published.py), every now and then.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import msgspec
from pyoxigraph import Store

from kg import search
from kg.changes.remembering import remember
from kg.endpoint.address import Endpoint, endpoint_of
from kg.endpoint.published import Published, published
from kg.endpoint.store import UNHURRIED, RemoteStore
from kg.errors import EndpointFault, KGError, NoSnapshot, NotReadYet
from kg.files import link_tree
from kg.progress import Progress, silent
from kg.settings import Settings
from kg.snapshots import (
    Snapshot,
    SnapshotManifest,
    Snapshots,
    current_manifest,
    new_folder,
    put_in_force,
)
from kg.statistics import count_graph

_GATHERED = 1.0  # seconds
_MENDED = 2.0  # seconds between looks at a store that was of no use
_log = logging.getLogger(__name__)


def local_folder(settings: Settings) -> Path:
    """Where what is known of the remote graph is kept; the store itself where there is no remote one."""
    endpoint = endpoint_of(settings)
    if endpoint is None:
        return settings.store
    return settings.store / f"endpoint-{hashlib.sha256(endpoint.name.encode()).hexdigest()[:12]}"


class Following:
    """Keeps the local snapshots of the remote graph up to date, in a thread. Several processes take turns."""

    def __init__(self, settings: Settings, endpoint: Endpoint) -> None:
        self._settings = settings
        self.endpoint = endpoint
        self.folder = self._folder = local_folder(settings)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._store = RemoteStore(msgspec.structs.replace(endpoint, timeout=UNHURRIED))
        self._asked = threading.Event()
        self._closing = threading.Event()
        self._told = ""
        self._thread = threading.Thread(target=self._run, name="following", daemon=True)

    @classmethod
    def of(cls, settings: Settings) -> Following | None:
        """None where the graph is in the store of the settings itself."""
        endpoint = endpoint_of(settings)
        return cls(settings, endpoint) if endpoint else None

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._asked.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)  # it may be in the middle of an answer that takes long; it is a daemon

    def check(self) -> None:
        """Raise EndpointDown, EndpointSlow or EndpointFault if the store does not answer now."""
        self._store.check()

    def current(self, snapshots: Snapshots) -> Snapshot:
        """The snapshot in force, where the store answers. Raises NotReadYet before there is one."""
        self.check()
        try:
            return snapshots.current()
        except NoSnapshot:
            why = f": {self._told}" if self._told else ""
            host = self._store.client.host
            raise NotReadYet(
                f"the graph at {host} is being read for the first time{why}; try again in a moment"
            ) from None

    def written(self) -> None:
        """The graph was changed from here: nothing that was kept of it is told any more, and it is looked at again."""
        with _alone(self._folder):
            current = current_manifest(self._folder)
            if current is not None:
                digest = secrets.token_hex(6)
                work = new_folder(self._folder, digest)
                link_tree(self._folder / "snapshots" / current.id / "index", work / "index")
                changed = msgspec.structs.replace(current, id=work.name.removeprefix("."), contents=digest)
                put_in_force(self._folder, work, changed)
                remember(self._folder, changed, current)
        self._asked.set()

    def look(self, progress: Progress = silent) -> None:
        """Make a snapshot of the graph as it is, unless there is one. Raises RemoteError, also where nothing is known
        yet of a graph that is not all there."""
        with _alone(self._folder):
            found = published(self._store, self._settings.base_iri)
            current = current_manifest(self._folder)
            if found.is_being_sent and current is None:
                host = self._store.client.host
                raise EndpointFault(
                    f"{host} has not all of the graph: 'kg publish' is sending it; if that was broken off, run it again"
                )
            if found.is_being_sent or (
                current and current.contents == found.contents and current.index == search.VERSION
            ):
                return
            self._publish(found, current, progress)

    def _publish(self, found: Published, current: SnapshotManifest | None, progress: Progress) -> None:
        work = new_folder(self._folder, found.contents)
        try:
            progress("counting")
            manifest = self._manifest(found, work.name.removeprefix("."))
            progress("indexing")
            index = self._index_of(found)
            if index:
                link_tree(index, work / "index")
            else:
                search.build(cast(Store, self._store), work / "index")
            put_in_force(self._folder, work, manifest)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        remember(self._folder, manifest, current)

    def _manifest(self, found: Published, snapshot_id: str) -> SnapshotManifest:
        if found.manifest is not None and found.is_as_published:
            told = {"id": snapshot_id, "contents": found.contents, "index": search.VERSION}
            return msgspec.structs.replace(found.manifest, **told)
        counts = count_graph(cast(Store, self._store), self._settings.base_iri)
        return SnapshotManifest(
            id=snapshot_id,
            contents=found.contents,
            index=search.VERSION,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            base_iri=self._settings.base_iri,
            triples=counts.triples,
            counts=counts.by_class,
            datasets=found.manifest.datasets if found.manifest else (),
            linksets=counts.linksets,
        )

    def _index_of(self, found: Published) -> Path | None:
        """The search index of the store beside, if that is where the graph came from."""
        beside = current_manifest(self._folder.parent)
        if found.manifest is None or beside is None or beside.id != found.manifest.id or beside.index != search.VERSION:
            return None
        return self._folder.parent / "snapshots" / beside.id / "index"

    def _run(self) -> None:
        while not self._closing.is_set():
            self._asked.clear()
            began = time.monotonic()
            try:
                self.look(_Logged())
                self._tell("")
            except (KGError, OSError, ValueError) as error:
                self._tell(str(error))
            took = time.monotonic() - began
            every = self._settings.endpoint_check
            self._asked.wait(min(_MENDED, every) if self._told else every)
            # Many writes, one after the other, are followed together.
            self._closing.wait(max(_GATHERED, took) if self._asked.is_set() else 0.0)

    def _tell(self, trouble: str) -> None:
        """Once, when it begins and when it ends."""
        if trouble and not self._told:
            _log.warning("the graph cannot be followed: %s", trouble)
        elif self._told and not trouble:
            _log.info("the graph can be followed again")
        self._told = trouble


class _Logged(Progress):
    def __call__(self, step: str) -> None:
        _log.info("the graph has changed: %s", step)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time; the others see its snapshot."""
    descriptor = os.open(folder / "following.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
