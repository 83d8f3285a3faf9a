"""Sorting what does not fit into memory: sorted runs on disk, then stretches of subjects that are merged one by one.

Where one stretch ends depends on the subjects alone and not on the runs, so that the same graph is always cut alike.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

_RUN = 64 * 2**20  # bytes
_MARKED = 512  # one subject in so many is marked
_MARKS = 8  # a stretch goes from one mark to the eighth after it


class Run(NamedTuple):
    """A file of sorted lines, and which of its subjects are marked."""

    path: Path
    marks: set[bytes]


class Stretch(NamedTuple):
    """The lines of the subjects from `start` up to `end`, without that one; b"" is the beginning, None the end."""

    start: bytes
    end: bytes | None


def write_runs(blocks: Iterable[list[bytes]], folder: Path, name: str) -> list[Run]:
    """Lines without their ends, sorted in runs of bounded size; `name` tells the runs from those of others."""
    runs: list[Run] = []
    lines: list[bytes] = []
    size = 0
    for block in blocks:
        lines += block
        size += sum(map(len, block))
        if size > _RUN:
            runs.append(_write_run(lines, folder / f"{name}-{len(runs)}"))
            lines, size = [], 0
    if lines:
        runs.append(_write_run(lines, folder / f"{name}-{len(runs)}"))
    return runs


def _write_run(lines: list[bytes], path: Path) -> Run:
    lines.sort()
    marks: set[bytes] = set()
    before = b""
    for line in lines:
        if not line.startswith(before) or not before:
            before = line[: line.index(b" ") + 1]
            if not crc32(before) % _MARKED:
                marks.add(before)
    with path.open("wb") as stream:
        stream.write(b"\n".join(lines))
        stream.write(b"\n")
    return Run(path, marks)


def stretches(runs: Iterable[Run]) -> list[Stretch]:
    """Stretches that together are everything."""
    marks = sorted(set[bytes]().union(*(run.marks for run in runs)))
    cuts = marks[_MARKS - 1 :: _MARKS]
    return [Stretch(*pair) for pair in zip([b"", *cuts], [*cuts, None], strict=True)]


def merged(paths: Iterable[Path], stretch: Stretch) -> list[bytes]:
    """The lines of a stretch from all runs, sorted, each once."""
    lines: list[bytes] = []
    for path in paths:
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text:
            start = _first(text, stretch.start)
            end = len(text) if stretch.end is None else _first(text, stretch.end)
            lines += text[start:end].split(b"\n")[:-1]
    lines.sort()
    return list(dict.fromkeys(lines))


def _first(text: mmap.mmap, key: bytes) -> int:
    """Where the first line begins that does not come before `key`."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high) // 2
        begin = text.rfind(b"\n", low, middle) + 1 or low
        end = text.find(b"\n", middle) + 1
        if text[begin : min(end, begin + len(key))] < key:
            low = end
        else:
            high = begin
    return low
