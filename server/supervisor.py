"""Several HTTP processes on one listening socket: started, replaced when they die, stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from types import FrameType

import click

from kg.processes import end_with_parent

_LOOK_EVERY = 0.2  # seconds
_MINIMUM_LIFE = 1.0  # seconds; a process that ends sooner is started again only after that


class Supervisor:
    """Runs `count` processes of `command`, which finds the socket's descriptor in PAPERKG_LISTENER."""

    def __init__(self, listener: socket.socket, count: int, command: Sequence[str]) -> None:
        self._listener = listener
        self._count = count
        self._command = command
        self._processes: dict[subprocess.Popen[bytes], float] = {}
        self._stopping = False

    def run(self) -> None:
        """Keep the processes running until SIGTERM or SIGINT, then let them finish what they are doing."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        with tempfile.TemporaryDirectory(prefix="paperkg-metrics-") as metrics:
            environment = os.environ | {
                "PAPERKG_LISTENER": str(self._listener.fileno()),
                "PROMETHEUS_MULTIPROC_DIR": metrics,
            }
            while not self._stopping:
                self._replace_the_dead()
                while len(self._processes) < self._count:
                    self._start(environment)
                time.sleep(_LOOK_EVERY)
            for process in self._processes:
                process.terminate()
            for process in self._processes:
                process.wait()

    def _start(self, environment: dict[str, str]) -> None:
        process = subprocess.Popen(
            self._command,
            env=environment,
            stdin=subprocess.PIPE,  # never written to: it tells the process that the supervisor is gone
            pass_fds=(self._listener.fileno(),),
            process_group=0,  # a Ctrl-C in the terminal is for the supervisor
        )
        self._processes[process] = time.monotonic()

    def _replace_the_dead(self) -> None:
        for process, started in list(self._processes.items()):
            if process.poll() is None:
                continue
            del self._processes[process]
            click.echo(
                f"kg: HTTP process {process.pid} ended with status {process.returncode}; starting another", err=True
            )
            time.sleep(max(0.0, _MINIMUM_LIFE - (time.monotonic() - started)))

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True


def inherited_listener() -> socket.socket | None:
    """The listening socket that a supervisor has passed on; None in a process of its own."""
    descriptor = os.environ.pop("PAPERKG_LISTENER", None)
    if descriptor is None:
        return None
    end_with_parent()
    return socket.socket(fileno=int(descriptor))
