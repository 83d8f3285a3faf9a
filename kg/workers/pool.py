"""Who may run a query and who waits; the deadline; replacing what was ended. Safe to share between threads."""

from __future__ import annotations

import bisect
import io
import itertools
import logging
import math
import os
import threading
import time
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

import msgspec

from kg.endpoint.address import endpoint_of
from kg.errors import QueryCancelled, QueryTimeout, QueueFull
from kg.settings import Settings
from kg.sparql import Inspection
from kg.workers.failures import failure
from kg.workers.handle import NICENESS, Worker, WorkerDied
from kg.workers.messages import AnyTask, Done, Failed, InspectTask, Task
from kg.workers.results import FORMATS

_log = logging.getLogger(__name__)

_HELD_UP = 1.0
"""Seconds after which those that run are held to be slow, so that one that waits has a try beside them."""
_TRY = 1.0  # seconds that a try may take; whoever needs longer waits for a worker as the others do


@dataclass(frozen=True, eq=False)
class QueryRequest:
    """A client's query against a snapshot. `format` is a name of `kg.formats`.

    `default_graphs` and `named_graphs` replace the dataset that the query names, unless both are None. `timeout`, in
    seconds, and `most_rows` can only lower the pool's. `truncate`: a result past its caps is cut, not refused.
    `reaches_out`: it may open connections, its addresses having been checked; a worker of its own evaluates it.
    """

    store_path: Path
    text: str
    format: str
    base_iri: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    timeout: float | None = None
    truncate: bool = False
    most_rows: int | None = None
    reaches_out: bool = False


@dataclass(frozen=True)
class QueryResult:
    """A result: `body` is open at its beginning, and gone when closed; `size` is in bytes."""

    body: BinaryIO
    media_type: str
    size: int
    rows: int
    truncated: bool


@dataclass(frozen=True)
class Turn:
    """A request between its arrival and its end, as an operator sees it; `seconds` since it arrived."""

    number: int
    request: QueryRequest
    seconds: float
    is_running: bool


@dataclass(eq=False)
class _Turn:
    """One request between its arrival and its end."""

    number: int
    request: QueryRequest
    arrived: float
    deadline: float
    worker: Worker | None = None
    began: float = 0.0
    is_try: bool = False
    tried: bool = False
    cancelled: bool = False
    wake: threading.Condition | None = None
    """There while it waits: each has one of its own, so that only the next one is woken."""


class _TryEnded(Exception):
    """A query takes longer than a try may."""


class WorkerPool:
    """Runs queries in worker processes, `settings.query_workers` at a time.

    One process more than that is kept, so that after a kill the next query finds a worker that is ready. Where all
    that run are slow, those that wait may each try it once for a second, one at a time: so many slow queries as there
    are workers do not keep the quick ones from their answers. Long results
    are spooled into nameless files of the folder `spool`, by default the one of the store. `numbers` are given to the
    requests; pools may share them. `niceness` is that of the processes.
    """

    def __init__(
        self,
        settings: Settings,
        spool: Path | None = None,
        numbers: Iterator[int] | None = None,
        niceness: int = NICENESS,
    ) -> None:
        self._settings = settings
        self._spool = spool or settings.store
        self._niceness = niceness
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._free = settings.query_workers
        self._tries = 1
        self._waiting: deque[_Turn] = deque()
        self._running: set[_Turn] = set()
        self._idle: deque[Worker] = deque()
        self._numbers = numbers or itertools.count(1)
        self._closed = False
        self._warned = False
        endpoint = endpoint_of(settings)
        # A worker that asks another store has the query's own time for it.
        self._endpoint = endpoint and msgspec.structs.replace(endpoint, timeout=settings.query_timeout)
        self._replenish()

    def run(self, request: QueryRequest) -> QueryResult:
        """Evaluate a query; the time that it waits for a worker counts.

        Raises QueueFull, QuerySyntaxError, QueryTimeout, QueryMemory, ResultTooLarge, QueryCancelled, StoreError, and
        QueryError for a query that cannot be evaluated.
        """
        return self._run(request, self._task(request))

    def inspect(self, request: QueryRequest) -> Inspection:
        """What `kg.sparql.inspect` tells of the text, looked at in a worker: for texts so long that it takes its time.

        Raises what `run` does.
        """
        with self._run(request, InspectTask(request.text, request.base_iri)).body as body:
            return msgspec.msgpack.decode(body.read(), type=Inspection)

    @property
    def running(self) -> int:
        """How many queries are being evaluated."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return len(self._waiting)

    def turns(self) -> list[Turn]:
        """Every request that runs or waits, in the order of arrival."""
        now = time.monotonic()
        with self._changed:
            found = [(turn, True) for turn in self._running] + [(turn, False) for turn in self._waiting]
        found.sort(key=lambda item: item[0].number)
        return [Turn(turn.number, turn.request, now - turn.arrived, running) for turn, running in found]

    def cancel(self, request: QueryRequest) -> None:
        """Have `run(request)`, in another thread, raise QueryCancelled, if it has not ended yet."""
        with self._changed:
            for turn in (*self._waiting, *self._running):
                if turn.request is request:
                    turn.cancelled = True
                    if turn.worker:
                        turn.worker.kill()
                    if turn.wake:
                        turn.wake.notify()

    def close(self) -> None:
        """End all workers; queries that still run or wait raise QueueFull. Returns when no process is left."""
        with self._changed:
            self._closed = True
            for turn in self._running:
                if turn.worker:
                    turn.worker.kill()
            for turn in self._waiting:
                if turn.wake:
                    turn.wake.notify()
            self._changed.wait_for(lambda: not self._running and not self._waiting)
            while self._idle:
                self._idle.pop().close()

    def _run(self, request: QueryRequest, task: AnyTask) -> QueryResult:
        limit = min(request.timeout or self._settings.query_timeout, self._settings.query_timeout)
        now = time.monotonic()
        turn = _Turn(next(self._numbers), request, now, now + limit)
        while True:
            worker = self._begin(turn, limit)
            usable = False
            try:
                reply, spool = self._ask(turn, worker, task, limit)
                usable = True
                break
            except _TryEnded:
                continue
            finally:
                self._end(turn, worker, usable)
        return self._result(reply, spool, request)

    def _begin(self, turn: _Turn, limit: float) -> Worker:
        """Wait, first come first served, until a worker is free or, once, for a try beside slow ones."""
        with self._changed:
            turn.is_try = False
            if self._closed or not self._free or self._waiting:
                self._await_turn(turn, limit)
            turn.worker = worker = self._take(turn.request.reaches_out)
            turn.began = time.monotonic()
            if turn.is_try:
                self._tries -= 1
            else:
                self._free -= 1
            self._running.add(turn)
            return worker

    def _await_turn(self, turn: _Turn, limit: float) -> None:
        if not self._free and not turn.tried and len(self._waiting) >= self._settings.query_queue:
            raise QueueFull("too many queries are waiting; try again in a moment")
        turn.wake = threading.Condition(self._lock)
        bisect.insort(self._waiting, turn, key=attrgetter("number"))  # one that has had its try is where it was
        try:
            while not self._is_next(turn) and (left := turn.deadline - time.monotonic()) > 0:
                held_up = self._held_up(turn)
                if held_up <= 0:
                    turn.is_try = turn.tried = True
                    return
                turn.wake.wait(min(left, held_up))
            self._check_going(turn)
            if not self._is_next(turn):
                raise QueueFull(f"no query worker was free within {limit:g} s; try again in a moment")
        finally:
            self._waiting.remove(turn)
            self._wake_next()

    def _held_up(self, turn: _Turn) -> float:
        """Seconds until this one may try it beside those that run, as things are: none if it may now."""
        untried = next((each for each in self._waiting if not each.tried), None)
        if not self._tries or untried is not turn:
            return math.inf
        return max((each.began for each in self._running), default=0.0) + _HELD_UP - time.monotonic()

    def _wake_next(self) -> None:
        """Tell whoever is next, or may try, that things have changed; and `close`, once nobody runs or waits."""
        for turn in (*islice(self._waiting, 1), *islice((each for each in self._waiting if not each.tried), 1)):
            if turn.wake:
                turn.wake.notify()
        if self._closed:
            self._changed.notify_all()

    def _is_next(self, turn: _Turn) -> bool:
        return self._closed or turn.cancelled or bool(self._free and self._waiting[0] is turn)

    def _check_going(self, turn: _Turn) -> None:
        if self._closed:
            raise QueueFull("the service is stopping; try again in a moment")
        if turn.cancelled:
            raise QueryCancelled("the query was cancelled")

    def _take(self, with_network: bool) -> Worker:
        """The worker used last, which has the snapshot open; one that died unnoticed is passed over."""
        with_network = with_network and self._endpoint is None  # a remote store reaches out by itself
        while self._idle and not with_network:
            worker = self._idle.pop()
            if worker.alive:
                return worker
            worker.close()
        try:
            return self._worker(with_network)
        except OSError as error:
            raise QueueFull("no query worker can be started now; try again in a moment") from error

    def _worker(self, with_network: bool = False) -> Worker:
        """A worker that reaches nobody or, by itself, the store that holds the graph."""
        reachable: Collection[str] = self._settings.service_allow if with_network else ()
        if self._endpoint:
            reachable = (self._endpoint.query,)
        return Worker(self._settings.query_memory, reachable, self._niceness)

    def _end(self, turn: _Turn, worker: Worker, usable: bool) -> None:
        with self._changed:
            usable = usable and not worker.killed and (not worker.with_network or self._endpoint is not None)
            if usable:
                self._idle.append(worker)
                self._leave(turn)
        if not usable:
            worker.close()
            with self._changed:
                self._leave(turn)
            self._replenish()

    def _leave(self, turn: _Turn) -> None:
        self._running.remove(turn)
        if turn.is_try:
            self._tries += 1
        else:
            self._free += 1
        self._wake_next()

    def _replenish(self) -> None:
        """Start workers up to one more than may run; new ones are taken last, when they have had time to start."""
        with self._changed:
            while not self._closed and len(self._idle) <= self._free:
                try:
                    self._idle.appendleft(self._worker())
                except OSError as error:
                    _log.warning("no query worker can be started: %s", error)
                    return

    def _ask(self, turn: _Turn, worker: Worker, task: AnyTask, limit: float) -> tuple[Done | Failed, BinaryIO | None]:
        """What the worker replies, with the file that the result is in, unless the reply has it."""
        deadline = turn.deadline
        try:
            if turn.is_try:
                worker.await_ready(turn.deadline)  # its start is no part of the try
                deadline = min(turn.deadline, time.monotonic() + _TRY)
            reply, spool = worker.spooled(task, self._spool, deadline)
        except TimeoutError:
            worker.close()
            if deadline < turn.deadline:
                raise _TryEnded from None
            raise QueryTimeout(f"the query took longer than {limit:g} s; match less, or add a LIMIT", limit) from None
        except WorkerDied:
            error = worker.post_mortem()  # waits: its end of the socket closes before the process is gone
            with self._changed:
                self._check_going(turn)
            raise error from None
        self._warn_once(worker)
        assert isinstance(reply, Done | Failed)  # noqa: S101 - a worker says Ready once
        return reply, spool

    def _result(self, reply: Done | Failed, spool: BinaryIO | None, request: QueryRequest) -> QueryResult:
        if isinstance(reply, Failed):
            raise failure(reply, request.text, self._settings)
        body = spool or io.BytesIO(reply.body or b"")
        size = body.seek(0, os.SEEK_END)
        body.seek(0)
        return QueryResult(body, FORMATS[request.format].media_type, size, reply.rows, reply.truncated)

    def _task(self, request: QueryRequest) -> Task:
        return Task(
            store_path=str(request.store_path),
            text=request.text,
            base_iri=request.base_iri,
            default_graphs=request.default_graphs,
            named_graphs=request.named_graphs,
            format=request.format,
            truncate=request.truncate,
            max_rows=min(self._settings.result_rows, request.most_rows or self._settings.result_rows),
            max_bytes=self._settings.result_bytes,
            endpoint=self._endpoint,
        )

    def _warn_once(self, worker: Worker) -> None:
        if not worker.sandboxed and not self._warned:
            self._warned = True
            _log.warning("this system does not keep query workers from the network; only the check of queries does")
