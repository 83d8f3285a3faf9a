"""Rows of CSV: cut into chunks at the ends of rows, a quoted field may hold line breaks; every chunk has the header."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator

from kg.sources.chunks import CHUNK_SIZE, MAX_RECORD
from kg.sources.contract import Chunk
from kg.sources.files import SourceFile

csv.field_size_limit(min(MAX_RECORD, sys.maxsize))


def row_chunks(file: SourceFile, kind: str = "csv") -> Iterator[Chunk]:
    """Whole rows, each chunk beginning with the header; `number` counts the rows after it."""
    header, pending, number = b"", b"", 1
    with file.open() as stream:
        for block in stream.blocks():
            pending += block
            end = _end_of_row(pending)
            if not header and end:
                cut = _end_of_first_row(pending)
                header, pending = pending[:cut].removeprefix(b"\xef\xbb\xbf"), pending[cut:]
                end = _end_of_row(pending)
            if len(pending) >= CHUNK_SIZE and end:
                yield Chunk(file.name, number, header + pending[:end], kind)
                number += _rows(pending[:end])
                pending = pending[end:]
            elif len(pending) > MAX_RECORD:
                raise file.error(f"row {number} is longer than {MAX_RECORD // 2**20} MB: a quotation mark is missing")
    if not header:
        cut = _end_of_first_row(pending)
        header, pending = pending[:cut], pending[cut:]
    if pending.strip():
        if pending.count(b'"') % 2:
            raise file.error("ends inside a quoted field: the file was cut off; get it whole")
        yield Chunk(file.name, number, header + pending, kind)


def rows(chunk: Chunk) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Each row by the names of its columns, with its number; None for one that has not as many fields as the header."""
    text = chunk.data.decode("utf-8", errors="replace").replace("\0", "")
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(reader, [])]
    for number, fields in enumerate((fields for fields in reader if fields), start=chunk.number):
        yield number, dict(zip(header, fields, strict=True)) if len(fields) == len(header) else None


def _end_of_row(data: bytes) -> int:
    """After the last line break that is not inside quotation marks; 0 if there is none."""
    end = len(data)
    quotes = data.count(b'"')
    while (end := data.rfind(b"\n", 0, end)) >= 0:
        quotes -= data.count(b'"', end)  # those after this line break, of what was still to look through
        data = data[: end + 1]
        if quotes % 2 == 0:
            return end + 1
    return 0


def _end_of_first_row(data: bytes) -> int:
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        if data.count(b'"', 0, end) % 2 == 0:
            return end + 1
        start = end + 1
    return len(data)


def _rows(data: bytes) -> int:
    return sum(1 for fields in csv.reader(io.StringIO(data.decode("utf-8", errors="replace"), newline="")) if fields)
