"""What everybody asks first, answered before anybody asks: of the snapshot that a service begins with, at once; of one
that is published later when it has been in force for a moment, since one that is replaced soon, as in a burst of
writes, is not worth it.
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

    def __init__(
        self,
        snapshots: Snapshots,
        warm: Callable[[Snapshot], None],
        settled: float = _SETTLED,
        first_at_once: bool = False,
    ) -> None:
        """`settled`: seconds that a snapshot has to have been in force; the first, with `first_at_once`, need not."""
        self._snapshots = snapshots
        self._warm = warm
        self._settled = settled
        self._first_at_once = first_at_once
        self._closing = threading.Event()
        self._looked = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warming", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Until the first snapshot has been prepared, if it is one that is prepared at once; no longer than this."""
        self._looked.wait(seconds)

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        seen, warmed, since = "", "", time.monotonic()
        if self._first_at_once:
            since -= self._settled
        while not self._closing.is_set():
            snapshot = self._current()
            if snapshot and seen and snapshot.id != seen:
                since = time.monotonic()
            if snapshot:
                seen = snapshot.id
                if seen != warmed and time.monotonic() - since >= self._settled:
                    warmed = seen
                    self._warm_once(snapshot)
            del snapshot  # or the one before would stay on disk until the next look
            self._looked.set()
            self._closing.wait(_LOOK_EVERY)

    def _current(self) -> Snapshot | None:
        """None where nothing is published yet, or is just being replaced."""
        try:
            return self._snapshots.current()
        except KGError:
            return None

    def _warm_once(self, snapshot: Snapshot) -> None:
        try:
            self._warm(snapshot)
        except (KGError, OSError, ValueError) as error:
            _log.warning("the answers of snapshot %s are not prepared: %s", snapshot.id, error)
