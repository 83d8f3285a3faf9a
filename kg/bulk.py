"""Bulk loading: the database reads statements from a pipe while they are made."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from io import RawIOBase

import pyoxigraph
from pyoxigraph import RdfFormat

from kg.errors import StoreError

_PIPE_SIZE = 2**20


def bulk_load(database: pyoxigraph.Store, statements: Iterable[bytes]) -> None:
    """Load N-Triples while they are made: the database reads from a pipe, in a thread that Python does not hold up.

    Raises what making them raises, and StoreError if the database cannot take them.
    """
    reading, writing = os.pipe()
    with suppress(OSError, AttributeError):
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
    failures: list[Exception] = []

    def load() -> None:
        try:
            # The mapping has checked every term.
            database.bulk_load(path=f"/dev/fd/{reading}", format=RdfFormat.N_TRIPLES, lenient=True)
        except Exception as error:  # noqa: BLE001 - told in the thread that waits
            failures.append(error)
        finally:
            os.close(reading)  # so that whoever still writes learns of it

    loader = threading.Thread(target=load, name="bulk load")
    loader.start()
    try:
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            for block in statements:
                if not _write(pipe, block):
                    break
    finally:
        loader.join()
    if failures:
        raise StoreError(f"the statements cannot be loaded: {failures[0]}") from failures[0]


def _write(pipe: RawIOBase, block: bytes) -> bool:
    """Whether somebody still reads. What else may go wrong with making statements is not looked at here."""
    view = memoryview(block)
    try:
        while view:
            view = view[pipe.write(view) or 0 :]
    except BrokenPipeError:
        return False
    return True
