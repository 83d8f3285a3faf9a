"""What everybody asks first, answered before anybody asks: a new snapshot's front page and canned queries by default.

A snapshot that is replaced within a moment, as in a burst of writes, is not worth it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from kg.errors import KGError
from kg.snapshots import Snapshot, Snapshots

_log = logging.getLogger(__name__)
_LOOK_EVERY = 0.5  # seconds
_SETTLED = 2.0  # seconds that a snapshot has been in force


class Warming:
    """Calls `warm` once for each snapshot that stays in force, in a thread of its own."""

    def __init__(self, snapshots: Snapshots, warm: Callable[[Snapshot], None], settled: float = _SETTLED) -> None:
        """`settled`: seconds that a snapshot has to have been in force."""
        self._snapshots = snapshots
        self._warm = warm
        self._settled = settled
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warming", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        seen, since, warmed = "", 0.0, ""
        while not self._closing.wait(_LOOK_EVERY):
            try:
                snapshot = self._snapshots.current()
            except KGError:
                continue  # nothing published yet, or just being replaced
            if snapshot.id != seen:
                seen, since = snapshot.id, time.monotonic()
            elif seen != warmed and time.monotonic() - since >= self._settled:
                warmed = seen
                self._warm_once(snapshot)

    def _warm_once(self, snapshot: Snapshot) -> None:
        try:
            self._warm(snapshot)
        except (KGError, OSError, ValueError) as error:
            _log.warning("the answers of snapshot %s are not prepared: %s", snapshot.id, error)
