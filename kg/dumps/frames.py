"""Plain text that is kept compressed: any part of it is read by unpacking the frames that hold it."""

from __future__ import annotations

import io
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

import msgspec
import zstandard


class Frames(msgspec.Struct):
    """Where the frames of a file begin, packed and unpacked; the last numbers are the ends of the file."""

    packed: list[int] = msgspec.field(default_factory=lambda: [0])
    plain: list[int] = msgspec.field(default_factory=lambda: [0])

    @property
    def packed_size(self) -> int:
        return self.packed[-1]

    @property
    def plain_size(self) -> int:
        return self.plain[-1]

    def add(self, packed: int, plain: int) -> None:
        self.packed.append(self.packed[-1] + packed)
        self.plain.append(self.plain[-1] + plain)

    def copy(self) -> Frames:
        return Frames(list(self.packed), list(self.plain))

    def encoded(self) -> bytes:
        return msgspec.json.encode(self)


def frames_path(path: Path) -> Path:
    """Where the frames of a file are noted; the name begins with a dot, as it is nothing to download."""
    return path.with_name(f".{path.name}.frames")


class PlainFile(io.RawIOBase):
    """The unpacked text of a file of Zstandard frames, to be read from anywhere."""

    def __init__(self, path: Path) -> None:
        self._frames = _frames(frames_path(path))
        self._stream = path.open("rb", buffering=0)
        self._position = 0
        self._number, self._text = -1, b""

    @property
    def size(self) -> int:
        return self._frames.plain_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._position >= self.size:
            return 0
        number = bisect_right(self._frames.plain, self._position) - 1
        if number != self._number:
            self._number, self._text = number, self._unpacked(number)
        start = self._position - self._frames.plain[number]
        part = self._text[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def close(self) -> None:
        self._stream.close()
        super().close()

    def _unpacked(self, number: int) -> bytes:
        start, end = self._frames.packed[number : number + 2]
        self._stream.seek(start)
        return zstandard.ZstdDecompressor().decompress(self._stream.read(end - start))


@lru_cache(16)
def _frames(path: Path) -> Frames:
    """A dump that is there never changes."""
    return msgspec.json.decode(path.read_bytes(), type=Frames)
