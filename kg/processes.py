"""What work on many records asks of the interpreter and of the system; where that is not Linux, little."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_PR_SET_PDEATHSIG = 1
_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1
_KEPT = 2**28  # bytes


def end_with_parent() -> None:
    """End this process when the one that started it does, however it ends: nobody would take its results."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:  # it ended in between
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
