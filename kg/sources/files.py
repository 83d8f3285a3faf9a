"""Files of a source as streams of bytes: decompressed, within bounds, with an error that says what is wrong."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

import zstandard

from kg.errors import SourceError

COMPRESSION_ENDINGS = (".gz", ".zst", ".bz2", ".xz")
STANDARD_INPUT = Path("-")

# Text compresses four- to twentyfold, repetitive JSON fiftyfold; a bomb a thousandfold and more.
_BOMB_RATIO = 250
_BOMB_SIZE = 2**28
_BLOCK = 2**20
_SMALL_PIECE = 512
_MAGIC = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst", b"BZh": ".bz2", b"\xfd7zXZ\x00": ".xz"}
_CORRUPT = (gzip.BadGzipFile, zlib.error, lzma.LZMAError, zstandard.ZstdError, EOFError)


class SourceFile:
    """One file of a source, or standard input. `name` is shown to people; `position` says how far it has been read,
    in bytes as they lie on disk."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.path = path
        self.name = name or ("standard input" if path == STANDARD_INPUT else path.name)
        self._raw: _Counted | None = None

    @property
    def position(self) -> int:
        return self._raw.count if self._raw else 0

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """The content, decompressed. What is read of it raises SourceError where the file is damaged or a bomb."""
        try:
            stream = sys.stdin.buffer if self.path == STANDARD_INPUT else self.path.open("rb")
        except OSError as error:
            raise SourceError(self.path, f"cannot be read: {error.strerror}") from error
        with stream:
            self._raw = _Counted(stream)
            buffered = io.BufferedReader(self._raw, _BLOCK)
            yield Stream(self, _decompressed(buffered))

    def error(self, message: str, line: int | None = None) -> SourceError:
        """The error that says what is wrong with this file; `line` counts from 1."""
        return SourceError(self.name if self.path == STANDARD_INPUT else self.path, message, line)


class Stream:
    """The decompressed bytes of a file."""

    def __init__(self, file: SourceFile, content: BinaryIO) -> None:
        self._file = file
        self._content = content
        self._count = 0

    def read(self, size: int = _BLOCK) -> bytes:
        """At most `size` bytes; none at the end."""
        try:
            block = self._content.read(size)
        except _CORRUPT as error:
            cut = isinstance(error, EOFError) or "truncated" in str(error).lower() or "incomplete" in str(error).lower()
            what = "the compressed stream ends too early: the file was cut off" if cut else "the compression is damaged"
            raise self._file.error(f"{what}, {self._count:,} bytes in; get it whole") from error
        except OSError as error:
            raise self._file.error(f"cannot be read: {error.strerror or error}") from error
        self._count += len(block)
        if self._count > _BOMB_SIZE and self._count > _BOMB_RATIO * max(self._file.position, 1):
            raise self._file.error(f"more than {_BOMB_RATIO} times as large as its compressed form: not data")
        return block

    def blocks(self, size: int = _BLOCK) -> Iterator[bytes]:
        """The content in blocks of at most `size` bytes."""
        while block := self.read(size):
            yield block


class _Counted(io.RawIOBase):
    """A raw stream that counts what was read of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        block = self._stream.read(len(view))
        view[: len(block)] = block
        self.count += len(block)
        return len(block)


def _decompressed(stream: io.BufferedReader[_Counted]) -> BinaryIO:
    """By its first bytes, never by its name."""
    start = stream.peek(8)[:8]
    match next((ending for magic, ending in _MAGIC.items() if start.startswith(magic)), None):
        case ".gz":
            return cast(BinaryIO, gzip.GzipFile(fileobj=stream))
        case ".zst":
            return cast(BinaryIO, _Zstandard(stream))
        case ".bz2":
            return cast(BinaryIO, bz2.BZ2File(stream))
        case ".xz":
            return cast(BinaryIO, lzma.LZMAFile(stream))
        case _:
            return cast(BinaryIO, stream)


class _Zstandard:
    """Zstandard frames one after another. Unlike the library's own reader it tells a frame that was cut off."""

    def __init__(self, stream: io.BufferedReader[_Counted]) -> None:
        self._stream = stream
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=2**27)
        self._frame = self._decompressor.decompressobj()
        self._pending = memoryview(b"")
        self._in_frame = False
        self._piece = _SMALL_PIECE

    def read(self, size: int) -> bytes:
        while not self._pending:
            piece = self._stream.read(self._piece)
            if not piece:
                if self._in_frame:
                    raise EOFError
                return b""
            self._pending = memoryview(self._inflate(piece))
            # A piece inflates at once, so of what inflates a lot little is taken at a time.
            usual = len(self._pending) < _BOMB_RATIO * len(piece)
            self._piece = min(2 * self._piece, _BLOCK // 8) if usual else _SMALL_PIECE
        block, self._pending = self._pending[:size], self._pending[size:]
        return bytes(block)

    def _inflate(self, piece: bytes) -> bytes:
        parts = []
        while piece:
            if self._frame.eof:
                self._frame = self._decompressor.decompressobj()
            parts.append(self._frame.decompress(piece))
            self._in_frame = not self._frame.eof
            piece = self._frame.unused_data
        return b"".join(parts)
