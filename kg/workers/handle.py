"""One worker process as the pool sees it."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from kg.errors import KGError, QueryMemory, QuerySyntaxError, StoreError
from kg.processes import start_module
from kg.workers.messages import AnyTask, Done, Ready, Reply, receive_reply, send_task
from kg.workers.sandbox import tcp_ports

# Nothing of the server's environment, which may hold secrets. A short arena list keeps the address space small.
_ENVIRONMENT = {"RUST_BACKTRACE": "0", "MALLOC_ARENA_MAX": "2"}
_LAST_WORDS = 4096
NICENESS = 15
_TIMEVAL = struct.Struct("@ll")


class WorkerDied(Exception):
    """The worker ended before it replied."""


class Worker:
    """A process that evaluates one query at a time. Starting it does not wait until it is ready."""

    def __init__(self, address_space: int, reachable: Collection[str] = (), niceness: int = NICENESS) -> None:
        """`reachable`: addresses that it may ask. `niceness` is the system's, from 0 to 19.

        Raises OSError when the system has no room for another process.
        """
        self.with_network = bool(reachable)
        self._connection, theirs = socket.socketpair()
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        try:
            self._process = start_module(
                "kg.workers.process",
                theirs.fileno(),
                address_space,
                niceness,
                ",".join(map(str, tcp_ports(reachable))),
                environment=_ENVIRONMENT,
                stdout=subprocess.DEVNULL,
                stderr=self._words,
                pass_fds=(theirs.fileno(),),
                cwd="/",
                process_group=0,  # a Ctrl-C in the terminal is for the server
            )
        except OSError:
            self._connection.close()
            self._words.close()
            raise
        finally:
            theirs.close()
        self.sandboxed: bool | None = None
        self._spool: BinaryIO | None = None
        self._killed = False

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def killed(self) -> bool:
        """Whether it was told to end, be it gone already or not."""
        return self._killed

    def ask(self, task: AnyTask, descriptor: int | None, deadline: float) -> Reply:
        """The reply to a task. `deadline` is a reading of `time.monotonic`.

        Raises TimeoutError past it, and WorkerDied; the worker is of no use after either.
        """
        try:
            self.await_ready(deadline)
            self._wait_until(deadline)
            send_task(self._connection, task, descriptor)
            return receive_reply(self._connection)
        except BlockingIOError:
            raise TimeoutError from None
        except (EOFError, ConnectionError):
            raise WorkerDied from None

    def spooled(self, task: AnyTask, folder: Path, deadline: float) -> tuple[Reply, BinaryIO | None]:
        """As `ask`, with the file that the result is in, a nameless one of `folder`; None if the reply has it.

        Few results need the file, so that it stays with the worker until one does.
        """
        spool, descriptor = self._spool, None
        if spool is None:
            self._spool = spool = cast(BinaryIO, tempfile.TemporaryFile(dir=folder, buffering=0))  # noqa: SIM115
            descriptor = spool.fileno()
        reply = self.ask(task, descriptor, deadline)
        if isinstance(reply, Done) and reply.body is not None:
            return reply, None
        self._spool = None
        if isinstance(reply, Done):
            return reply, spool
        spool.close()
        return reply, None

    def await_ready(self, deadline: float) -> None:
        """Returns once it has started. Raises what `ask` raises."""
        if self.sandboxed is not None:
            return
        self._wait_until(deadline)
        try:
            reply = receive_reply(self._connection)
        except BlockingIOError:
            raise TimeoutError from None
        except (EOFError, ConnectionError):
            raise WorkerDied from None
        assert isinstance(reply, Ready)  # noqa: S101 - the first word of every worker
        self.sandboxed = reply.sandboxed

    def _wait_until(self, deadline: float) -> None:
        """Have the socket wait no longer than until the deadline. Raises TimeoutError past it.

        A timeout of Python's own would ask the system twice at each step, and hand on the interpreter's lock each time.
        """
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        timeout = _TIMEVAL.pack(int(seconds), int(seconds % 1 * 1e6) or 1)  # all zero would be without end
        for direction in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            self._connection.setsockopt(socket.SOL_SOCKET, direction, timeout)

    def kill(self) -> None:
        """End the process now; whoever waits for its reply gets WorkerDied."""
        self._killed = True
        with suppress(ProcessLookupError):
            self._process.kill()

    def close(self) -> None:
        """End the process and let go of everything held for it."""
        self.kill()
        self._process.wait()
        self._connection.close()
        self._words.close()
        if self._spool:
            self._spool.close()
        if self._process.stdin:
            self._process.stdin.close()

    def post_mortem(self) -> KGError:
        """Why the process ended by itself, as an error about the query that it was evaluating."""
        status = self._process.wait()
        self._words.seek(max(0, self._words.seek(0, os.SEEK_END) - _LAST_WORDS))
        words = self._words.read().decode("utf-8", "replace")
        if self.sandboxed is None:
            return StoreError(
                f"a query worker ended with status {status} before it began: {words.strip()[-300:]}", status
            )
        if "overflowed its stack" in words or status in (-signal.SIGSEGV, -signal.SIGBUS):
            return QuerySyntaxError("the query is nested too deeply; write it with fewer brackets or shorter lists")
        if status in (-signal.SIGABRT, -signal.SIGKILL) or "MemoryError" in words:
            return QueryMemory("the query needs more memory than it may take; match less, or aggregate over less")
        return StoreError(f"a query worker ended with status {status}: {words.strip()[-300:]}", status)
