"""Results kept for whoever asks the same of the same snapshot, bounded in bytes. Safe to share between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

_LARGEST = 16  # one result takes at most this part of the cache
_ENTRY = 512  # bytes that an entry takes beside its key and its body


@dataclass(frozen=True)
class CachedResult:
    """A result's body, whole, and how many rows it has."""

    body: bytes
    rows: int


class ResultCache:
    """The results used last, by a key that names the snapshot, the question and the representation."""

    def __init__(self, limit: int) -> None:
        """`limit` is in bytes; 0 keeps nothing."""
        self._limit = limit
        self._lock = threading.Lock()
        self._results: OrderedDict[str, CachedResult] = OrderedDict()
        self.size = 0
        self.hits = 0
        self.misses = 0

    def takes(self, size: int) -> bool:
        """Whether a result of so many bytes is worth keeping."""
        return 0 < size <= self._limit // _LARGEST

    def get(self, key: str) -> CachedResult | None:
        with self._lock:
            result = self._results.get(key)
            if result is None:
                self.misses += 1
                return None
            self.hits += 1
            self._results.move_to_end(key)
            return result

    def put(self, key: str, result: CachedResult) -> None:
        with self._lock:
            known = self._results.pop(key, None)
            self.size += _cost(key, result) - (_cost(key, known) if known else 0)
            self._results[key] = result
            while self.size > self._limit:
                self.size -= _cost(*self._results.popitem(last=False))


def _cost(key: str, result: CachedResult) -> int:
    """Bytes that it takes: small answers to long questions are mostly key."""
    return len(key) + _ENTRY + len(result.body)
