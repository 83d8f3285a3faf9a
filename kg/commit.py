"""Group commit: writes that arrive together are evaluated one after the other, made durable and published as one.

    evaluate   each write against a scratch checkpoint of the primary store, in a process that may be killed
    journal    the changes of all that succeeded, one commit, synced
    apply      the journal's end to the primary store
    publish    one snapshot, without a new search index
    answer     everybody

A write is acknowledged when it is in the journal and in the snapshot in force. What fails or takes too long is left
out and told; the others of its group are not held up by more than its deadline.
"""

from __future__ import annotations

import logging
import queue
import tempfile
import threading
import time
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pyoxigraph

from kg.edits import Change, Position
from kg.errors import GraphChanged, KGError, QuerySyntaxError, QueryTimeout, QueueFull, StoreBusy, StoreError
from kg.pipeline import is_whole, silent
from kg.publishing import publish, publish_edits, publish_index
from kg.settings import Settings
from kg.snapshots import current_manifest
from kg.store import StoreFolder
from kg.updates import UpdateWrite, Write
from kg.workers.failures import failure
from kg.workers.handle import Worker, WorkerDied
from kg.workers.messages import CloseScratch, Failed, WriteTask
from kg.writer import Writer, writing

_log = logging.getLogger(__name__)

_GROUP_LIMIT = 100
_GATHERING = 0.02  # seconds, a fifth of what a commit takes
_LOCK_POLL = 0.02  # seconds
_LIVENESS = 5.0  # seconds between looks at whether the thread is there
_INDEX_WHEN_QUIET, _INDEX_AT_LATEST = 0.5, 3.0  # seconds after a write


@dataclass(frozen=True)
class Commit:
    """A write that was made: the snapshot that shows it, and its changes (none if it changed nothing)."""

    snapshot: str
    changes: list[Change]


@dataclass
class _Pending:
    write: Write
    deadline: float
    on: str | None
    result: Future[Commit] = field(default_factory=Future)


class Committer:
    """The writes of one HTTP process to a store folder; several processes take turns by the writer's lock."""

    def __init__(self, store: StoreFolder, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._waiting: queue.Queue[_Pending | None] = queue.Queue()
        self._room = threading.Semaphore(settings.write_queue)
        self._together = 1
        self._worker: Worker | None = None
        self._index_by: float | None = None
        self._thread = threading.Thread(target=self._run, name="commit", daemon=True)
        self._thread.start()

    def submit(self, write: Write, on: str | None = None) -> Commit:
        """Make a write and wait until it is durable and published; only `on` these contents, if any are given.

        Raises GraphChanged if others are in force, QueueFull, QuerySyntaxError, QueryTimeout, QueryMemory,
        QueryError, ResultTooLarge; StoreBusy if another process kept the store for itself for longer than a write may
        wait.
        """
        if not self._room.acquire(blocking=False):
            raise QueueFull("too many writes are waiting; try again in a moment")
        try:
            pending = _Pending(
                write, time.monotonic() + 2 * self._settings.query_timeout + self._settings.write_wait, on
            )
            self._waiting.put(pending)
            return self._outcome(pending)
        finally:
            self._room.release()

    def _outcome(self, pending: _Pending) -> Commit:
        """What became of it; nobody waits for a thread that is gone."""
        while True:
            try:
                return pending.result.result(timeout=_LIVENESS)
            except TimeoutError:
                if pending.result.done():
                    continue
                if not self._thread.is_alive():
                    raise StoreError("writing has stopped in this process; start the service again") from None

    def close(self) -> None:
        """Finish what is waiting, then stop."""
        self._waiting.put(None)
        self._thread.join()
        if self._worker:
            self._worker.close()

    def _run(self) -> None:
        while True:
            try:
                first = self._waiting.get(timeout=self._until_indexing())
            except queue.Empty:
                self._index()
                continue
            if first is None:
                return
            group, last = self._group(first)
            try:
                self._commit(group)
                if self._index_by and time.monotonic() > self._index_by:
                    self._index()
            except BaseException as error:  # noqa: BLE001 - whoever waits has to be told, whatever it was
                for pending in group:
                    if not pending.result.done():
                        pending.result.set_exception(error)
            if last:
                return

    def _until_indexing(self) -> float | None:
        """Seconds until the search index has to follow; None if it is up to date."""
        if not self._index_by:
            return None
        return max(0.0, min(_INDEX_WHEN_QUIET, self._index_by - time.monotonic()))

    def _index(self) -> None:
        """Have the search index follow the writes; what fails here is mended by the next load or start."""
        self._index_by = None
        try:
            with ExitStack() as stack:
                publish_index(self._store, self._take_turn(stack))
        except Exception as error:  # noqa: BLE001 - nobody waits for this, and the writes after it must go on
            _log.warning("the search index does not follow the last writes: %s", error)

    def _group(self, first: _Pending) -> tuple[list[_Pending], bool]:
        """Everything that is waiting now or in a moment, and whether the end was asked for.

        Clients that were answered together come back together: as many as the last time are worth a moment's wait.
        """
        group = [first]
        deadline = time.monotonic() + _GATHERING
        while len(group) < _GROUP_LIMIT:
            patience = deadline - time.monotonic() if len(group) < self._together else 0.0
            try:
                pending = self._waiting.get(timeout=max(0.0, patience))
            except queue.Empty:
                break
            if pending is None:
                return group, True
            group.append(pending)
        self._together = len(group)
        return group, False

    def _commit(self, group: list[_Pending]) -> None:
        with ExitStack() as stack:
            stack.enter_context(self._store.segments.in_use())
            writer = self._take_turn(stack)
            if not is_whole(self._store):
                publish(self._store, writer, writer.build(silent), silent)
            accepted = self._evaluate(group, writer)
            snapshot = self._publish(writer, [change for _, made in accepted for change in made])
        for pending, made in accepted:
            pending.result.set_result(Commit(snapshot, made))

    def _take_turn(self, stack: ExitStack) -> Writer:
        """The writer, when its turn comes. StoreBusy if another process keeps it for longer than a write may wait."""
        deadline = time.monotonic() + self._settings.write_wait
        while True:
            try:
                return stack.enter_context(writing(self._store, wait=False))
            except StoreBusy:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_LOCK_POLL)

    def _evaluate(self, group: list[_Pending], writer: Writer) -> list[tuple[_Pending, list[Change]]]:
        """The changes of each write that can be made; the others are told why not."""
        accepted: list[tuple[_Pending, list[Change]]] = []
        with tempfile.TemporaryDirectory(dir=self._store.folder, prefix=".scratch-") as work:
            scratch = self._scratch(writer, Path(work), [])
            for pending in group:
                if time.monotonic() > pending.deadline:
                    pending.result.set_exception(QueryTimeout("the write waited too long; try again in a moment"))
                    continue
                if pending.on and (any(made for _, made in accepted) or self._in_force() != pending.on):
                    pending.result.set_exception(GraphChanged("the graph has changed since it was read; read it again"))
                    continue
                self._have_worker_for(pending.write)
                try:
                    accepted.append((pending, self._ask(scratch, pending.write)))
                except KGError as error:
                    pending.result.set_exception(error)
                if self._worker is None:  # it was killed in the middle of a write
                    scratch = self._scratch(writer, Path(work), [change for _, made in accepted for change in made])
            self._close_scratch()
        return accepted

    def _in_force(self) -> str | None:
        manifest = current_manifest(self._store.folder)
        return manifest.contents if manifest else None

    def _scratch(self, writer: Writer, work: Path, made: list[Change]) -> Path:
        """A copy of the primary store, by hard links, with what the group has changed so far; and a worker for it."""
        scratch = work / f"{len(list(work.iterdir()))}"
        writer.primary.checkpoint(scratch)
        if made:
            database = pyoxigraph.Store(str(scratch))
            for change in made:
                change.apply(database)
            database.flush()
        self._worker = self._worker or Worker(self._settings.query_memory)
        return scratch

    def _have_worker_for(self, write: Write) -> None:
        """A write that reaches out is evaluated by a worker that may, every other one by a worker that may not."""
        with_network = isinstance(write, UpdateWrite) and write.reaches_out
        if self._worker is None or self._worker.with_network != with_network:
            if self._worker:
                self._close_scratch()
            self._end_worker()
            self._worker = Worker(self._settings.query_memory, self._settings.service_allow if with_network else ())

    def _ask(self, scratch: Path, write: Write) -> list[Change]:
        assert self._worker  # noqa: S101 - there is one while a group is evaluated
        limit = self._settings.query_timeout
        with tempfile.TemporaryFile(dir=self._store.folder) as output:
            task = WriteTask(str(scratch), write, self._settings.result_rows)
            try:
                reply = self._worker.ask(task, output.fileno(), time.monotonic() + limit)
            except TimeoutError:
                self._end_worker()
                raise QueryTimeout(f"the write took longer than {limit:g} s; write less at a time", limit) from None
            except WorkerDied:
                error = self._worker.post_mortem()
                self._end_worker()
                raise error from None
            if isinstance(reply, Failed):
                raise _failure(reply, write, self._settings)
            output.seek(0)
            return msgspec.msgpack.decode(output.read(), type=list[Change])

    def _close_scratch(self) -> None:
        assert self._worker  # noqa: S101 - there is one while a group is evaluated
        with tempfile.TemporaryFile(dir=self._store.folder) as output:
            try:
                self._worker.ask(CloseScratch(), output.fileno(), time.monotonic() + self._settings.query_timeout)
            except (TimeoutError, WorkerDied):
                self._end_worker()

    def _end_worker(self) -> None:
        if self._worker:
            self._worker.close()
        self._worker = None

    def _publish(self, writer: Writer, changes: list[Change]) -> str:
        if not changes:
            current = current_manifest(self._store.folder)
            assert current  # noqa: S101 - there is a snapshot: the store was built and published before
            return current.id
        present = self._store.contents()
        self._store.journal.append(changes, present.edits if present else Position())
        if not self._index_by:
            self._index_by = time.monotonic() + _INDEX_AT_LATEST
        return publish_edits(self._store, writer, writer.apply_edits())


def _failure(reply: Failed, write: Write, settings: Settings) -> KGError:
    if isinstance(write, UpdateWrite):
        return failure(reply, write.text, settings)
    if reply.reason == "syntax":
        return QuerySyntaxError(
            f"the document is not the RDF that it is said to be: {reply.message}", reply.line, reply.column
        )
    return failure(reply, "", settings)
