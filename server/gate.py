"""A limit on work that is done in this process, so that one kind of question does not keep everyone else waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kg.errors import QueueFull


class Gate:
    """Lets `at_once` threads in; `waiting` more may wait. Safe to share between threads."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._places = threading.Semaphore(at_once + waiting)
        self._inside = threading.Semaphore(at_once)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Raises QueueFull where too many are waiting already."""
        if not self._places.acquire(blocking=False):
            raise QueueFull("too many questions are being answered; try again in a moment")
        try:
            with self._inside:
                yield
        finally:
            self._places.release()
