"""What an application holds while it runs, and how views reach it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from flask import Flask, current_app, g

from kg.commit import Committer
from kg.description.kept import kept_partitions
from kg.description.partitions import Partitions
from kg.endpoint.following import Following
from kg.endpoint.store import reading
from kg.endpoint.writing import RemoteCommitter
from kg.formats import GraphFormat, ResultFormat
from kg.overview import Overview
from kg.queries import CannedQuery
from kg.settings import Settings
from kg.snapshots import Snapshot, Snapshots
from kg.workers import WorkerPool
from server.cache import ResultCache
from server.canned import CannedAnswers
from server.departures import Departures
from server.metrics import Metrics

_KEY = "paperkg"


Value = TypeVar("Value")
DataFormat = GraphFormat | ResultFormat


class PerSnapshot(Generic[Value]):
    """A value computed once for each snapshot; only that of the latest is kept. None is no value yet."""

    def __init__(self) -> None:
        self._kept: tuple[str, Value] | None = None
        self._lock = threading.Lock()

    def get(self, snapshot: Snapshot, compute: Callable[[], Value]) -> Value:
        kept = self._kept
        if kept and kept[0] == snapshot.id:
            return kept[1]
        with self._lock:  # one computes, others wait
            kept = self._kept
            if kept is None or kept[0] != snapshot.id:
                kept = snapshot.id, compute()
                if kept[1] is not None:
                    self._kept = kept
        return kept[1]


@dataclass(frozen=True)
class State:
    """`queries` are the canned ones by name, `canned` has their answers; `committer` is there where writes are on.

    `build` changes when the program renders the same graph otherwise.
    """

    settings: Settings
    snapshots: Snapshots
    workers: WorkerPool
    canned: CannedAnswers
    departures: Departures
    queries: Mapping[str, CannedQuery]
    committer: Committer | RemoteCommitter | None
    build: str
    cache: ResultCache
    metrics: Metrics
    following: Following | None = None
    """There where the graph is in a remote store."""
    overviews: PerSnapshot[Overview] = field(default_factory=PerSnapshot)
    partitions: PerSnapshot[Partitions | None] = field(default_factory=PerSnapshot)

    @property
    def pools(self) -> tuple[WorkerPool, ...]:
        """Everything that evaluates queries."""
        return self.workers, self.canned.workers

    def attach(self, app: Flask) -> None:
        app.extensions[_KEY] = self

    def close(self) -> None:
        """Finish the writes that wait, stop the workers and let go of the snapshot."""
        if self.committer:
            self.committer.close()
        self.departures.close()
        for pool in self.pools:
            pool.close()
        self.snapshots.close()
        if self.following:
            self.following.close()


def state_of(app: Flask) -> State:
    state: State = app.extensions[_KEY]
    return state


def current_state() -> State:
    """The state of the application that answers this request."""
    return state_of(current_app)


def current_snapshot() -> Snapshot:
    """The snapshot that this request reads, the same one from its beginning to its end. Raises NoSnapshot, and
    RemoteError where a remote store has the graph and does not answer."""
    if "snapshot" not in g:
        state = current_state()
        g.snapshot = state.following.current(state.snapshots) if state.following else state.snapshots.current()
    snapshot: Snapshot = g.snapshot
    return snapshot


def current_partitions() -> Partitions | None:
    """What is counted of the snapshot that this request reads; None as long as it is not."""
    snapshot = current_snapshot()
    return current_state().partitions.get(snapshot, lambda: kept_partitions(snapshot))


def register_reading(app: Flask, seconds: float) -> None:
    """Have each request ask a remote store for nothing twice, and wait for it no longer than this in all."""

    @app.before_request
    def begin() -> None:
        g.reading = ExitStack()
        g.reading.enter_context(reading(seconds))

    @app.teardown_request
    def end(_: BaseException | None) -> None:
        if stack := g.pop("reading", None):
            stack.close()
