"""Text files of a source, read whole within bounds: UTF-8, no binary, lines and files of a sane size."""

from __future__ import annotations

from pathlib import Path

from kg.errors import SourceError

MAX_LINE = 2**20
"""Bytes of one line."""
MAX_FILE = 64 * 2**20
"""Bytes of one file."""


def read_lines(path: Path) -> list[str]:
    """The lines of a text file without their ends; a byte order mark is dropped.

    Never holds more than MAX_FILE bytes. Raises SourceError if the file cannot be read, is empty, binary, not UTF-8,
    or larger than the bounds; the message says where.
    """
    lines: list[str] = []
    offset = 0
    try:
        with path.open("rb") as stream:
            while raw := stream.readline(MAX_LINE + 1):
                lines.append(_decoded(path, raw, len(lines) + 1, offset))
                offset += len(raw)
                if offset > MAX_FILE:
                    raise SourceError(path, f"is larger than {MAX_FILE // 2**20} MB; split it into several files")
    except OSError as error:
        raise SourceError(path, f"cannot be read: {error.strerror}") from error
    lines[:1] = [line.removeprefix("\ufeff") for line in lines[:1]]
    if not any(line.strip() for line in lines):
        raise SourceError(path, "is empty; give a file with text in it")
    return lines


def _decoded(path: Path, raw: bytes, number: int, offset: int) -> str:
    if b"\0" in raw:
        raise SourceError(path, "holds NUL bytes: it is binary, or text in UTF-16; give UTF-8 text", number)
    if len(raw) > MAX_LINE:
        raise SourceError(path, f"the line is longer than {MAX_LINE // 2**20} MB; this is not a page of text", number)
    try:
        return raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 at byte {offset + error.start + 1} (0x{raw[error.start]:02x}); convert it to UTF-8"
        raise SourceError(path, message, number) from error
