"""A running `kg serve`, started, weighed, killed and started again: what the benchmarks of the service share."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

TOKEN = "s3cret"  # noqa: S105 - of services that live as long as a benchmark
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


class Service:
    """`kg serve` over the store at `folder`, on the same port each time it is started; settings as in KG_…."""

    def __init__(self, folder: Path, **settings: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
        defaults = {"KG_STORE": str(folder), "KG_PORT": "0", "KG_WRITE_TOKEN": TOKEN, "KG_ACCESS_LOG": "0"}
        self._environment = inherited | defaults | settings
        self._process: subprocess.Popen[str] | None = None
        self.address = ""
        self.log: list[str] = []
        """What it wrote to its standard error so far, a line each."""

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when the service listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kg", "serve"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout and self._process.stderr
        self._logger = threading.Thread(target=self.log.extend, args=(self._process.stderr,), daemon=True)
        self._logger.start()
        found = re.search(r"http://\S+:(\d+)/", self._process.stdout.readline())
        assert found, "the service did not start:\n" + "".join(self.log)
        self.address = found.group()
        self._environment["KG_PORT"] = found.group(1)

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._await_end()

    def kill(self) -> None:
        """SIGKILL to every process of the service at once; returns when they are gone."""
        assert self._process
        for pid in (self.pid, *descendants(self.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._await_end()

    def _await_end(self) -> None:
        assert self._process and self._process.stdout and self._process.stderr
        self._process.wait(60)
        self._logger.join(10)
        self._process.stdout.close()
        self._process.stderr.close()

    def memory(self) -> int:
        """Bytes of memory of all processes, pages that they share counted once."""
        return sum(memory_of(pid) for pid in (self.pid, *descendants(self.pid)))

    def await_ready(self) -> None:
        """Returns when it answers again; how long that takes says nothing on a shared machine."""
        deadline = time.monotonic() + 60
        while get(f"{self.address}readyz")[0] != 200:
            assert time.monotonic() < deadline, "the service did not come back:\n" + "".join(self.log[-20:])
            time.sleep(0.05)


def descendants(pid: int) -> Iterator[int]:
    """The processes that a process has started, and those that they have started."""
    try:
        children = [
            int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()
        ]
    except OSError:
        return
    for child in children:
        yield child
        yield from descendants(child)


def memory_of(pid: int) -> int:
    """Bytes of memory of a process, its part of what it shares with others."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0


def get(address: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body; status 0 where there was no answer."""
    return send(urllib.request.Request(address, headers=dict(headers or {})))


def post(address: str, body: bytes, content_type: str) -> tuple[int, bytes]:
    """As `get`, with the token."""
    return send(urllib.request.Request(address, body, AUTHORISED | {"Content-Type": content_type}))


def send(request: urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


@contextmanager
def every(seconds: float) -> Iterator[threading.Event]:
    """An event that is set after so many seconds, or when the block ends."""
    over = threading.Event()
    timer = threading.Timer(seconds, over.set)
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()
        over.set()
