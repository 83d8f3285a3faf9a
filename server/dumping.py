"""Dumps of large graphs, made in the background when a snapshot has settled: in processes that give way."""

from __future__ import annotations

import logging
import subprocess
import threading

from kg.dumps.formats import Choice
from kg.dumps.kept import kept_dump
from kg.processes import start_module
from kg.settings import TABLE, Settings
from kg.small_graphs import SMALL
from kg.snapshots import Snapshot

_log = logging.getLogger(__name__)

SETTLED = 10.0
"""Seconds that a snapshot has been in force, so that not every one of many small writes begins a dump."""
_PATIENCE = 2.0  # seconds to tidy up in


class Dumping:
    """Makes the dump of one snapshot after another; a process that nobody waits for any more is ended."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def make(self, snapshot: Snapshot) -> None:
        """Returns when the dump is there, or when a newer snapshot has taken the place of this one.

        Where another process of the service is at it, this waits in case that one dies.
        """
        settings = self._settings
        if not Choice.parse(settings.exports) or snapshot.manifest.triples <= SMALL or kept_dump(snapshot):
            return
        arguments = (snapshot.id, settings.store, settings.base_iri, settings.exports, settings.export_licence)
        with self._lock:
            if self._closed:
                return
            process = self._process = start_module(
                "kg.dumps",
                *arguments,
                environment=_endpoint(settings),
                process_group=0,  # a Ctrl-C in the terminal is for the server
            )
        with process:  # closes its standard input once it has ended, not before
            status = process.wait()
        if status and not self._closed:
            _log.warning("the dump of snapshot %s ended with status %d", snapshot.id, status)

    def close(self) -> None:
        """End what is under way; what it has written so far is removed by the next dump, or with the snapshot."""
        with self._lock:
            self._closed = True
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()


def _endpoint(settings: Settings) -> dict[str, str]:
    """How the process reaches the store that holds the graph: by its environment, which nobody else sees."""
    names = [setting for setting in TABLE if setting.name.startswith("endpoint")]
    return {setting.variable: str(getattr(settings, setting.name)) for setting in names}
