"""Cutting files into chunks: lines, JSON documents, elements of XML, entries that start alike. Streaming, bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.sources.contract import Chunk
from kg.sources.files import SourceFile, Stream

CHUNK_SIZE = 2**20
"""About as many bytes make a chunk: work for a tenth of a second, small enough to hold many at a time."""
MAX_RECORD = 64 * 2**20
"""Bytes of one record; longer ones are no records."""
MAX_DOCUMENT = 512 * 2**20
"""Bytes of a file that can be read as a whole only."""

_JSON_SPACE = b" \t\r\n"


def line_chunks(file: SourceFile, kind: str = "") -> Iterator[Chunk]:
    """Whole lines, about CHUNK_SIZE bytes at a time; `number` is the first one's. SourceError for an endless line."""
    with file.open() as stream:
        yield from _lines(file, stream, b"", kind)


def json_chunks(file: SourceFile) -> Iterator[Chunk]:
    """JSON Lines as chunks of lines (kind 'lines'), anything else as one chunk (kind 'document').

    A file whose first line is JSON on its own holds JSON Lines; so a document must not be on one line, unless it is
    the only one, and then what is in it is for the adapter to tell.
    """
    with file.open() as stream:
        start, is_whole = _first_line(stream)
        if is_whole or not _is_json_line(start):
            yield Chunk(file.name, 1, _rest(file, stream, start), "document")
        else:
            yield from _lines(file, stream, start, "lines")


def document_chunk(file: SourceFile, kind: str = "document") -> Iterator[Chunk]:
    """The whole file as one chunk; SourceError if it is larger than MAX_DOCUMENT."""
    with file.open() as stream:
        yield Chunk(file.name, 1, _rest(file, stream, b""), kind)


def element_chunks(file: SourceFile, ends: re.Pattern[bytes], kind: str = "") -> Iterator[Chunk]:
    """Pieces that end where `ends` matches (`</article>|</book>`), about CHUNK_SIZE of them at a time.

    `number` counts the pieces. What follows the last one is a chunk of kind 'tail'; what comes before the first one
    (a prolog, the root's start tag) stands at the start of the first chunk.
    """
    with file.open() as stream:
        pending, number = b"", 1
        for block in stream.blocks():
            pending += block
            if len(pending) < CHUNK_SIZE:
                continue
            last = None
            count = 0
            for match in ends.finditer(pending):
                last, count = match, count + 1
            if last is not None:
                yield Chunk(file.name, number, pending[: last.end()], kind)
                pending, number = pending[last.end() :], number + count
            elif len(pending) > MAX_RECORD:
                raise file.error(f"record {number} is longer than {MAX_RECORD // 2**20} MB")
        ended = [match.end() for match in ends.finditer(pending)]
        if ended:
            yield Chunk(file.name, number, pending[: ended[-1]], kind)
        yield Chunk(file.name, number + len(ended), pending[ended[-1] if ended else 0 :], "tail")


def entry_chunks(file: SourceFile, starts: re.Pattern[bytes], kind: str = "") -> Iterator[Chunk]:
    """Whole entries, each beginning where `starts` matches (`^@` in BibTeX, with re.MULTILINE); `number` is the line
    that the chunk begins at."""
    with file.open() as stream:
        pending, number = b"", 1
        for block in stream.blocks():
            pending += block
            if len(pending) < CHUNK_SIZE:
                continue
            cut = max((match.start() for match in starts.finditer(pending)), default=0)
            if cut:
                yield Chunk(file.name, number, pending[:cut], kind)
                number += pending.count(b"\n", 0, cut)
                pending = pending[cut:]
            elif len(pending) > MAX_RECORD:
                raise file.error(f"the entry is longer than {MAX_RECORD // 2**20} MB", number)
        if pending:
            yield Chunk(file.name, number, pending, kind)


def numbered_lines(chunk: Chunk) -> Iterator[tuple[int, bytes]]:
    """The lines of a chunk that hold something, without their ends, with their numbers in the file."""
    for number, line in enumerate(chunk.data.split(b"\n"), start=chunk.number):
        if stripped := line.strip(_JSON_SPACE):
            yield number, stripped


def _lines(file: SourceFile, stream: Stream, start: bytes, kind: str) -> Iterator[Chunk]:
    parts, size, number = [start], len(start), 1
    for block in stream.blocks():
        end = block.rfind(b"\n") + 1
        if not end or size + end < CHUNK_SIZE:
            parts.append(block)
            size += len(block)
            if size > MAX_RECORD:
                data = b"".join(parts)
                end = data.rfind(b"\n") + 1
                if not end:
                    raise file.error(f"the line is longer than {MAX_RECORD // 2**20} MB", number)
            else:
                continue
        else:
            parts.append(block)
            data = b"".join(parts)
            end += len(data) - len(block)
        yield Chunk(file.name, number, data[:end], kind)
        number += data.count(b"\n", 0, end)
        parts, size = [data[end:]], len(data) - end
    if size:
        yield Chunk(file.name, number, b"".join(parts), kind)


def _first_line(stream: Stream) -> tuple[bytes, bool]:
    """What holds the first line that is not blank, and whether that is all there is."""
    start = b""
    while len(start) < MAX_RECORD and b"\n" not in start.lstrip(_JSON_SPACE):
        block = stream.read()
        if not block:
            return start, True
        start += block
    return start, False


def _is_json_line(start: bytes) -> bool:
    """Whether the first line is an object that ends where it does. Decoding it is left to the adapter."""
    line = start.lstrip(_JSON_SPACE).partition(b"\n")[0].rstrip(_JSON_SPACE)
    return line.startswith(b"{") and line.endswith(b"}") and len(line) > 2


def _rest(file: SourceFile, stream: Stream, start: bytes) -> bytes:
    parts, size = [start], len(start)
    for block in stream.blocks():
        parts.append(block)
        size += len(block)
        if size > MAX_DOCUMENT:
            raise file.error(f"is larger than {MAX_DOCUMENT // 2**20} MB and not JSON Lines; split it")
    return b"".join(parts)
