"""Processes of this program: how they start and end, and what work on many records asks of the system."""

from __future__ import annotations

import ctypes
import fcntl
import gc
import multiprocessing
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kg

_PACKAGES = str(Path(kg.__file__).resolve().parents[1])
_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1
_KEPT = 2**28  # bytes


def start_module(
    module: str, *arguments: object, environment: Mapping[str, str], **options: Any
) -> subprocess.Popen[bytes]:
    """Start `python -m MODULE` with these packages, installed or not; `options` are those of `subprocess.Popen`.

    Its standard input is a pipe that is never written to; `end_with_parent` waits for its end.
    """
    path = os.pathsep.join(filter(None, (_PACKAGES, environment.get("PYTHONPATH"))))
    return subprocess.Popen(
        (sys.executable, "-P", "-m", module, *map(str, arguments)),
        stdin=subprocess.PIPE,
        env={**environment, "PYTHONPATH": path},
        **options,
    )


def end_with_parent() -> None:
    """End this process when the one that started it has ended, however that was, even in the middle of native code.

    The system sends SIGIO when the other end of a pipe closes: that of standard input, or the one that
    `multiprocessing` keeps. The signal needs no thread and no Python: its default action ends the process. Nor is it
    tied to the thread that started this process, as PR_SET_PDEATHSIG is.
    """
    if sys.platform == "linux":
        parent = multiprocessing.parent_process()
        lifeline = parent.sentinel if parent else 0
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
        hangup = select.poll()
        hangup.register(lifeline, 0)
        if hangup.poll(0):  # it closed before anybody listened, while this program was starting
            os._exit(1)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Look for no cycles of objects meanwhile: millions of objects that stay are looked through again and again.

    Measured: a third of the time of linking, and growing faster than the number of records.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            # What was made counts as old, as if it had been looked through: else all of it would be now.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def keep_memory() -> None:
    """Let the allocator keep the memory of large texts that were freed, up to some hundred megabytes.

    Measured: with the default every text of some megabytes is mapped anew, and page faults take a fifth of the time.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            libc.mallopt(_M_MMAP_THRESHOLD, _KEPT)
            libc.mallopt(_M_TRIM_THRESHOLD, 2 * _KEPT)
