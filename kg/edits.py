"""The journal of what people wrote through the service: statements added and removed, in any graph, in order.

It is the truth about them as segments are about datasets: the primary store is built from both, so an edit survives
every load and rebuild. One file, only ever appended to:

    + <s> <p> <o> <g> .         a statement added
    - <s> <p> <o> <g> .         a statement removed
    + GRAPH <g>                 a graph made, be it empty; - GRAPH <g>: a graph dropped, empty by now
    = 2 5f0c…                   end of a commit: how many lines it has, and a digest chained to the commit before

What follows the last commit line was never acknowledged; it is ignored, and cut off by the next commit.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat

from kg.errors import StoreError
from kg.files import sync

_GRAPH = "GRAPH "


class Position(msgspec.Struct, frozen=True):
    """The end of a commit: bytes from the start of the file, and the digest of everything before."""

    offset: int = 0
    digest: str = ""


def _as_it_is(quad: Quad) -> Quad:
    return quad


class Change(msgspec.Struct, frozen=True, array_like=True):
    """A statement or a graph added or removed. `statement`: a line of N-Quads without its break, or GRAPH <iri>."""

    added: bool
    statement: str

    @property
    def is_statement(self) -> bool:
        return not self.statement.startswith(_GRAPH)

    def apply(self, database: pyoxigraph.Store, renamed: Callable[[Quad], Quad] = _as_it_is) -> Quad | None:
        """Make the change to the statement as it is `renamed`; that statement if it made a difference to one."""
        if not self.is_statement:
            graph = NamedNode(self.statement.removeprefix(_GRAPH)[1:-1])
            (database.add_graph if self.added else database.remove_graph)(graph)
            return None
        (quad,) = map(renamed, pyoxigraph.parse(self.statement, RdfFormat.N_QUADS))
        if (quad in database) == self.added:
            return None
        (database.add if self.added else database.remove)(quad)
        return quad


class Journal:
    """The journal of a store folder. Reading needs no lock; whoever appends holds the writer's lock."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "edits.log"

    def end(self, start: Position = Position()) -> Position:  # noqa: B008 - a frozen value
        """Where the last whole commit ends, looking from `start` on. StoreError if `start` is not in this journal."""
        return max((position for _, position in self._commits(start)), key=lambda end: end.offset, default=start)

    def cut_unfinished(self, known: Position) -> Position | None:
        """Cut off what follows the last whole commit, and say where that ends if something was lost: there was more, or
        the journal was `known` to go on. StoreError if all of it is."""
        if known.offset and not self._path.exists():
            raise self._missing()
        end = self.end()
        size = self._path.stat().st_size if self._path.exists() else 0
        if size > end.offset:
            os.truncate(self._path, end.offset)
            sync(self._path)
        return end if end.offset < max(size, known.offset) else None

    def changes(self, start: Position = Position()) -> Iterator[Change]:  # noqa: B008
        """The changes of every whole commit after `start`, in order."""
        for lines, _ in self._commits(start):
            for line in lines:
                yield Change(line.startswith(b"+"), line[2:-1].decode())

    def append(self, changes: Iterable[Change], start: Position) -> Position:
        """Add one commit, durable when this returns. `start` is any commit end known to the caller."""
        lines = [f"{'+' if change.added else '-'} {change.statement}\n".encode() for change in changes]
        end = self.end(start)
        digest = _chain(end.digest, lines)
        body = b"".join(lines) + f"= {len(lines)} {digest}\n".encode()
        is_new = not self._path.exists()
        with self._path.open("ab") as stream:
            stream.truncate(end.offset)
            stream.seek(end.offset)
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        if is_new:
            sync(self._path.parent)
        return Position(end.offset + len(body), digest)

    def _commits(self, start: Position) -> Iterator[tuple[list[bytes], Position]]:
        try:
            stream = self._path.open("rb")
        except FileNotFoundError:
            if start.offset:
                raise self._missing() from None
            return
        with stream:
            self._check_start(stream, start)
            offset, digest, lines = start.offset, start.digest, list[bytes]()
            for line in stream:
                offset += len(line)
                if not line.startswith(b"= "):
                    lines.append(line)
                    continue
                digest = _chain(digest, lines)
                if line != f"= {len(lines)} {digest}\n".encode():
                    self._check_torn(stream, offset)
                    return
                yield lines, Position(offset, digest)
                lines = []

    def _missing(self) -> StoreError:
        return StoreError(f"{self._path} is missing; restore a backup", self._path)

    def _check_start(self, stream: BinaryIO, start: Position) -> None:
        """The commit that ends at `start` must be the one that the caller knows."""
        if not start.offset:
            return
        tail = f" {start.digest}\n".encode()
        stream.seek(start.offset - len(tail))
        if stream.read(len(tail)) != tail:
            raise StoreError(f"{self._path} is not the journal that the store was built from; run 'kg rebuild'", start)

    def _check_torn(self, stream: BinaryIO, offset: int) -> None:
        """What a crash left unfinished is the last thing in the file; anything else is damage, never cut off."""
        if any(line.startswith(b"= ") for line in stream):
            raise StoreError(f"{self._path} is damaged before byte {offset}; restore a backup", offset)


def _chain(before: str, lines: list[bytes]) -> str:
    digest = hashlib.sha256(before.encode())
    for line in lines:
        digest.update(line)
    return digest.hexdigest()[:32]
