"""The words of texts, as concepts are looked for in them, kept: parting texts takes longest of looking through them.

One file for each part, which is never written again. It only saves work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import zstandard

from kg.linking.concepts import VERSION

_VERSION = f"1 {VERSION}"
_FILE = msgspec.msgpack.Decoder(tuple[str, list[bytes]])
_CHUNK = msgspec.msgpack.Decoder(list[tuple[str, str] | None])

Patterns = tuple[str, str]
"""Those of a title and of an abstract."""


class KeptWords:
    """The words of every part, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, part: str) -> list[bytes]:
        """Those of each chunk, encoded; nothing if they are not there, or damaged."""
        try:
            version, chunks = _FILE.decode(self._path(part).read_bytes())
        except (OSError, msgspec.DecodeError):
            return []
        return chunks if version == _VERSION else []

    def put(self, part: str, chunks: Sequence[bytes]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path(part).write_bytes(msgspec.msgpack.encode((_VERSION, chunks)))

    def forget_others(self, parts: Collection[str]) -> None:
        names = {self._path(part).name for part in parts}
        for path in self._folder.glob("*"):
            if path.name not in names:
                path.unlink(missing_ok=True)

    def _path(self, part: str) -> Path:
        return self._folder / hashlib.blake2b(part.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def encoded_words(patterns: Sequence[Patterns | None]) -> bytes:
    """Of the texts of a chunk; None of those that are not looked through."""
    return zstandard.ZstdCompressor(level=1, write_checksum=True).compress(msgspec.msgpack.encode(patterns))


def decoded_words(chunk: bytes) -> list[Patterns | None] | None:
    """None if they are damaged."""
    try:
        return _CHUNK.decode(zstandard.ZstdDecompressor().decompress(chunk))
    except (zstandard.ZstdError, msgspec.DecodeError):
        return None
