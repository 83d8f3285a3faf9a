"""What one graph states and another does not, from statements in order: in one pass, whatever their number.

A patch is RDF Patch (https://afs.github.io/rdf-patch/): a line for each statement that was added (A) or deleted (D).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import merge
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

from kg.namespaces import KG, TYPE

_CLASS = f" <{TYPE}> <{KG}".encode()
_OF_CLASS = re.compile(rb"(\S+) <" + re.escape(TYPE).encode() + rb"> <" + re.escape(KG).encode() + rb"(\w+)> \.$")
_BATCH = 5000  # lines of a patch


class Difference(msgspec.Struct, frozen=True):
    """How many statements were added and removed, and how many things of each class, by its local name."""

    added: int = 0
    removed: int = 0
    added_things: dict[str, int] = {}
    removed_things: dict[str, int] = {}
    changed_things: int = 0
    """Those that were there before and are still, and of which something else is said now."""


class Comparison:
    """Compares while a patch is written; `difference` is there when `lines` is exhausted."""

    def __init__(self) -> None:
        self.difference = Difference()

    def lines(self, before: Iterable[bytes], after: Iterable[bytes]) -> Iterator[bytes]:
        """The patch that leads from one graph to the other, without its header. Statements come sorted, each once."""
        sides = merge(((line, b"D") for line in before), ((line, b"A") for line in after), key=itemgetter(0))
        yield from self.changed_lines(_different(sides))

    def changed_lines(self, changes: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
        """The same, of statements in order that were added (A) or deleted (D)."""
        count = {b"A": 0, b"D": 0}
        changed = 0
        things: dict[bytes, Counter[str]] = {b"A": Counter(), b"D": Counter()}
        subject, of_subject = b"", True
        for line, side in changes:
            if not line.startswith(subject) or not subject:
                changed += not of_subject
                subject, of_subject = line[: line.index(b" ") + 1], False
            count[side] += 1
            if _CLASS in line and (match := _OF_CLASS.match(line)):
                things[side][match[2].decode()] += 1
                of_subject = True
            yield b"%b %b\n" % (side, line)
        changed += not of_subject
        added, removed = count[b"A"], count[b"D"]
        self.difference = Difference(added, removed, dict(things[b"A"]), dict(things[b"D"]), changed)


def _different(sides: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Without what both have: it comes twice, one after the other."""
    waiting: tuple[bytes, bytes] | None = None
    for each in sides:
        if waiting is None:
            waiting = each
        elif each[0] == waiting[0]:
            waiting = None
        else:
            yield waiting
            waiting = each
    if waiting is not None:
        yield waiting


def dumped_statements(path: Path) -> Iterator[bytes]:
    """The lines of a canonical dump, packed by zstd, without their ends."""
    with path.open("rb") as packed:
        stream = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
        rest = b""
        while block := stream.read(2**20):
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
        if rest:
            yield rest


def write_patch(stream: BinaryIO, version: str, before: str | None, lines: Iterable[bytes]) -> int:
    """Write a whole patch, packed by zstd; how many bytes it is unpacked. The header says which version it leads to,
    and from which."""
    header = f"H id <urn:paperkg:{version}> .\n"
    if before:
        header += f"H prev <urn:paperkg:{before}> .\n"
    size = 0
    with zstandard.ZstdCompressor(level=3).stream_writer(stream, closefd=False) as packed:
        for block in _blocks((header.encode(), b"TX .\n"), lines, (b"TC .\n",)):
            packed.write(block)
            size += len(block)
    return size


def _blocks(*parts: Iterable[bytes]) -> Iterator[bytes]:
    batch: list[bytes] = []
    for part in parts:
        for line in part:
            batch.append(line)
            if len(batch) == _BATCH:
                yield b"".join(batch)
                batch = []
    yield b"".join(batch)
