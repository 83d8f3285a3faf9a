"""Clients that go away while their query runs: noticed within a second, so that their worker is free for another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import request

from kg.workers import QueryRequest, WorkerPool

_LOOK_EVERY = 0.25  # seconds


class Departures:
    """Looks at the clients of running queries and cancels what nobody waits for any more."""

    def __init__(self, *pools: WorkerPool) -> None:
        self._pools = pools
        self._watched: dict[QueryRequest, Callable[[], bool]] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="departures", daemon=True)
        self._thread.start()

    @contextmanager
    def watching(self, query: QueryRequest) -> Iterator[None]:
        """Cancel `query` if the client of this request disconnects; where the server cannot tell, do nothing."""
        is_gone = request.environ.get("waitress.client_disconnected")
        if is_gone is None:
            yield
            return
        with self._lock:
            self._watched[query] = is_gone
        try:
            yield
        finally:
            with self._lock:
                del self._watched[query]

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(_LOOK_EVERY):
            with self._lock:
                gone = [query for query, is_gone in self._watched.items() if is_gone()]
            for query in gone:
                for pool in self._pools:
                    pool.cancel(query)
