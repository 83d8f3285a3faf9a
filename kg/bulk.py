"""Bulk loading: the database reads statements from a pipe while they are made.

`python -m kg.bulk FOLDER DESCRIPTOR` loads the N-Triples that it reads from the descriptor into the database in that
folder, and ends with whoever started it.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

import pyoxigraph
from pyoxigraph import RdfFormat

from kg.errors import StoreError
from kg.ntriples import whole_lines
from kg.processes import end_with_parent, start_module

_PIPE_SIZE = 2**20
_IN_MEMORY = 2**24
_MARK = b"_:"
# Bulk loading asks for gigabytes in all, and glibc for pages of 4 kB unless it is told, before a program starts, that
# larger ones will do. Measured: a tenth of the time.
_LARGE_PAGES = "glibc.malloc.hugetlb=1"


def bulk_load(database: pyoxigraph.Store, statements: Iterable[bytes]) -> None:
    """Load N-Triples while they are made: the database reads from a pipe, in a thread that Python does not hold up.

    Raises what making them raises, and StoreError if the database cannot take them.
    """
    reading, writing = os.pipe()
    failures: list[Exception] = []

    def load() -> None:
        try:
            _load(database, reading)
        except Exception as error:  # noqa: BLE001 - told in the thread that waits
            failures.append(error)
        finally:
            os.close(reading)  # so that whoever still writes learns of it

    loader = threading.Thread(target=load, name="bulk load")
    loader.start()
    try:
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            _write(pipe, statements)
    finally:
        loader.join()
    if failures:
        raise StoreError(f"the statements cannot be loaded: {failures[0]}") from failures[0]


def bulk_load_apart(folder: Path, statements: Iterable[bytes]) -> None:
    """As `bulk_load`, in a process of its own, into the database in a folder that nobody has open.

    For many statements: what that takes of memory is given back, and memory comes in larger pages.
    """
    with _loader(folder) as (loader, writing):
        with writing:
            _write(writing, statements)
        assert loader.stderr  # noqa: S101 - a pipe
        said = loader.stderr.read()
        loader.wait()
    if loader.returncode < 0:
        raise StoreError(f"the process that loads was killed (signal {-loader.returncode}), often for want of memory")
    if loader.returncode:
        reason = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise StoreError(f"the statements cannot be loaded: {reason}")


@contextmanager
def _loader(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], RawIOBase]]:
    """The process that loads, and where to write the statements; it is killed on any error."""
    tunables = ":".join(filter(None, (os.environ.get("GLIBC_TUNABLES"), _LARGE_PAGES)))
    environment = os.environ | {"GLIBC_TUNABLES": tunables}
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        try:
            process = start_module(
                "kg.bulk", folder, reading, environment=environment, stderr=subprocess.PIPE, pass_fds=(reading,)
            )
        finally:
            os.close(reading)
        with process:
            try:
                yield process, pipe
            except BaseException:
                process.kill()
                raise


def _load(database: pyoxigraph.Store, reading: int) -> None:
    # The mapping has checked every term.
    database.bulk_load(path=f"/dev/fd/{reading}", format=RdfFormat.N_TRIPLES, lenient=True)


def _write(pipe: RawIOBase | IO[bytes], statements: Iterable[bytes]) -> None:
    """Write until nobody reads any more; what else goes wrong with making statements is raised."""
    with suppress(OSError, AttributeError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
    for block in statements:
        view = memoryview(block)
        try:
            while view:
                view = view[pipe.write(view) or 0 :]
        except BrokenPipeError:
            return


class BlankNodes:
    """Statements of blank nodes, which bulk loading would call otherwise each time: what people write of one, and the
    changes of a version, speak of it by its name. Kept aside while the others are loaded, and added after them."""

    def __init__(self, folder: Path) -> None:
        """What does not fit into memory goes into `folder`."""
        self._aside = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 - closed when this is left

    def __enter__(self) -> BlankNodes:
        return self

    def __exit__(self, *_: object) -> None:
        self._aside.close()

    def left_out_of(self, statements: Iterable[bytes]) -> Iterator[bytes]:
        """The others, but for a few that have the mark of a blank node in a text."""
        for block in whole_lines(statements):
            if _MARK not in block:
                yield block
                continue
            others = list[bytes]()
            for line in block.splitlines(keepends=True):
                if _MARK in line:
                    self._aside.write(line)
                else:
                    others.append(line)
            yield b"".join(others)

    def add_to(self, database: pyoxigraph.Store) -> None:
        self._aside.seek(0)
        try:
            database.bulk_extend(pyoxigraph.parse(self._aside, RdfFormat.N_TRIPLES, lenient=True))
        except SyntaxError as error:
            raise StoreError(f"the statements cannot be loaded: {error}") from error


def taken(blocks: Iterator[bytes], limit: int) -> list[bytes]:
    """All of the blocks, or the first, of more than `limit` bytes."""
    found, size = list[bytes](), 0
    while size <= limit and (block := next(blocks, None)) is not None:
        found.append(block)
        size += len(block)
    return found


def main() -> None:
    end_with_parent()
    try:
        _load(pyoxigraph.Store(sys.argv[1]), int(sys.argv[2]))
    except (OSError, ValueError, SyntaxError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
