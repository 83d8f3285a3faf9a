"""Files that are there whole or not at all: atomic writes, syncing, checksums."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kg.errors import StoreBusy


def write_atomically(path: Path, content: bytes, mode: int | None = None) -> None:
    """Replace the file at `path` by `content`; a crash at any moment leaves the old file or the new one. `mode` says
    who may read and write it; without one those who may any new file."""
    with writing_atomically(path) as stream:
        if mode is not None:
            os.fchmod(stream.fileno(), mode)
        stream.write(content)


@contextmanager
def writing_atomically(path: Path) -> Iterator[BinaryIO]:
    """The same for what is written bit by bit: it is in its place when the block ends, unless by an error."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    # Not by `tempfile`, whose files are for their owner alone: who loads what was mapped may be another.
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Make a file's content, or a folder's list of names, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Sync every file and folder below `folder`, so that a rename of it is durable.

    A file with a second name is a hard link to one that whoever wrote it has synced.
    """
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if path.stat().st_nlink == 1:
                sync(path)
        sync(Path(parent))


def link_tree(source: Path, target: Path) -> None:
    """A copy of a folder whose files are hard links; for files that are replaced and never written into."""
    shutil.copytree(source, target, copy_function=os.link)


def checksum(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def file_lock(path: Path, shared: bool = False, wait: bool = True) -> Iterator[None]:
    """Hold a lock on the file at `path`; the system releases it when the process ends, however it ends.

    Raises StoreBusy at once if another process holds it and `wait` is false.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise StoreBusy(f"another process is using {path.parent}; try again when it is done", path) from None
        yield
    finally:
        os.close(descriptor)
