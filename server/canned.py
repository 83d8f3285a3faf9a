"""Answers of canned queries: evaluated in workers of their own, which no client's query can fill, and kept."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from kg.errors import QueryCancelled, QueryError, QueueFull
from kg.settings import Settings
from kg.workers import QueryRequest, QueryResult, WorkerPool
from kg.workers.results import FORMATS
from server.cache import CachedResult, ResultCache

_NICENESS = 2  # before what clients wrote; a load beside the service may not starve a reader of a page

Watching = Callable[[QueryRequest], AbstractContextManager[None]]


def _unwatched(_: QueryRequest) -> AbstractContextManager[None]:
    return nullcontext()


class CannedAnswers:
    """Evaluates canned queries, each once for all who ask the same at once. Safe to share between threads."""

    def __init__(self, settings: Settings, numbers: Iterator[int]) -> None:
        """`numbers` are given to the queries that run."""
        own = replace(settings, query_workers=settings.canned_workers)
        self.workers = WorkerPool(own, numbers=numbers, niceness=_NICENESS)
        self._kept = ResultCache(settings.cache_bytes)
        self._room = threading.Semaphore(settings.canned_workers + settings.query_queue)
        self._lock = threading.Lock()
        self._under_way: dict[str, Future[QueryError | None]] = {}

    def answer(self, request: QueryRequest, watching: Watching = _unwatched) -> QueryResult:
        """The result, kept or evaluated; `watching` may cancel the request. Raises what `WorkerPool.run` does."""
        key = f"{request.store_path} {request.format} {request.text}"
        known = self._kept.get(key)
        if known:
            return _result(known, request)
        if not self._room.acquire(blocking=False):
            raise QueueFull("too many questions are being answered; try again in a moment")
        try:
            return self._evaluated(key, request, watching)
        finally:
            self._room.release()

    def _evaluated(self, key: str, request: QueryRequest, watching: Watching) -> QueryResult:
        """What somebody else is at already is waited for; if it could not be kept, one after the other evaluates it."""
        while True:
            with self._lock:
                known = self._kept.get(key)
                others = self._under_way.get(key)
                if not known and not others:
                    self._under_way[key] = Future()
            if known:
                return _result(known, request)
            if not others:
                return self._evaluate(key, request, watching)
            error = others.result()
            if error:
                raise type(error)(error.message, error.value)

    def _evaluate(self, key: str, request: QueryRequest, watching: Watching) -> QueryResult:
        failure: QueryError | None = None
        try:
            with watching(request):
                return self._keep(key, self.workers.run(request))
        except QueryCancelled:  # by who asked first; the others still want it
            raise
        except QueryError as error:
            failure = error
            raise
        finally:
            with self._lock:
                done = self._under_way.pop(key)
            done.set_result(failure)

    def _keep(self, key: str, result: QueryResult) -> QueryResult:
        if not self._kept.takes(result.size):
            return result
        with result.body as body:
            kept = CachedResult(body.read(), result.rows)
        self._kept.put(key, kept)
        return replace(result, body=io.BytesIO(kept.body))


def _result(kept: CachedResult, request: QueryRequest) -> QueryResult:
    media_type = FORMATS[request.format].media_type
    return QueryResult(io.BytesIO(kept.body), media_type, len(kept.body), kept.rows, truncated=False)
