"""Rows of CSV: cut into chunks at the ends of rows, a quoted field may hold line breaks; every chunk has the header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from kg.sources.chunks import CHUNK_SIZE, MAX_RECORD
from kg.sources.contract import Chunk
from kg.sources.files import SourceFile, Stream
from kg.sources.text_bytes import refuse_wide_characters

csv.field_size_limit(MAX_RECORD)

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def row_chunks(file: SourceFile, kind: str = "csv") -> Iterator[Chunk]:
    """Whole rows, each chunk beginning with the header; `number` counts the rows after it.

    Where a row ends is asked of the same reader that reads it later, so that a missing quotation mark costs the rows
    around it and no more.
    """
    with file.open() as stream:
        lines = _Lines(file, stream)
        header, number, count = b"", 1, 0
        try:
            for fields in csv.reader(iter(lines)):
                lines.row = 0
                if not header:
                    header = lines.taken() if fields else b""
                    continue
                count += bool(fields)
                if lines.size >= CHUNK_SIZE:
                    yield Chunk(file.name, number, header + lines.taken(), kind)
                    number, count = number + count, 0
        except csv.Error as error:
            raise file.error(f"is no CSV: {error}") from error
        if lines.is_cut:
            raise file.error("ends inside a quoted field: the file was cut off; get it whole")
        if count:
            yield Chunk(file.name, number, header + lines.taken(), kind)


def rows(chunk: Chunk) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Each row by the names of its columns, with its number; None for one that has not as many fields as the header."""
    text = chunk.data.decode("utf-8", errors="replace").replace("\0", "")
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(reader, [])]
    for number, fields in enumerate((fields for fields in reader if fields), start=chunk.number):
        yield number, dict(zip(header, fields, strict=True)) if len(fields) == len(header) else None


class _Lines:
    """The lines of a table, and those that are in no chunk yet. `row` is what the row that is being read takes so far,
    in bytes; `is_cut`, whether there was such a row at the end."""

    def __init__(self, file: SourceFile, stream: Stream) -> None:
        self._file = file
        self._stream = stream
        self._pending: list[bytes] = []
        self.size = 0
        self.row = 0
        self.is_cut = False

    def __iter__(self) -> Iterator[str]:
        start = self._stream.read()
        refuse_wide_characters(self._file, start)
        rest = start.removeprefix(_BYTE_ORDER_MARK)
        while block := self._stream.read():
            # The last line may go on in the next block, if only with the second half of its line break.
            *lines, rest = (rest + block).splitlines(keepends=True)
            self._check(len(rest))
            yield from map(self._read, lines)
        yield from map(self._read, rest.splitlines(keepends=True))
        self.is_cut = self.row > 0

    def taken(self) -> bytes:
        """The lines since the last time this was called."""
        lines = b"".join(self._pending)
        self._pending, self.size = [], 0
        return lines

    def _read(self, line: bytes) -> str:
        """As text in which a byte is a character: what structure there is is ASCII."""
        self._pending.append(line)
        self.size += len(line)
        self.row += len(line)
        self._check(self.row)
        return (line.replace(b"\0", b"") if b"\0" in line else line).decode("latin-1")

    def _check(self, size: int) -> None:
        if size > MAX_RECORD:
            raise self._file.error(f"a row is longer than {MAX_RECORD // 2**20} MB: a quotation mark is missing")
