"""Text files of a source, read whole within bounds: UTF-8, no binary, lines and files of a sane size."""

from __future__ import annotations

from kg.sources.files import SourceFile

MAX_LINE = 2**20
"""Bytes of one line."""
MAX_FILE = 64 * 2**20
"""Bytes of one file."""
_TOO_LONG = f"the line is longer than {MAX_LINE // 2**20} MB; this is not a page of text"


def read_lines(file: SourceFile) -> list[str]:
    """The lines of a text file without their ends; a byte order mark is dropped.

    Never holds more than MAX_FILE bytes. Raises SourceError if the file cannot be read, is empty, binary, not UTF-8,
    or larger than the bounds; the message says where.
    """
    content = bytearray()
    with file.open() as stream:
        for block in stream.blocks():
            content += block
            if len(content) - content.rfind(b"\n") - 1 > MAX_LINE:
                raise file.error(_TOO_LONG, content.count(b"\n") + 1)
            if len(content) > MAX_FILE:
                raise file.error(f"is larger than {MAX_FILE // 2**20} MB; split it into several files")
    lines, offset = [], 0
    for number, raw in enumerate(content.removesuffix(b"\n").split(b"\n"), start=1):
        lines.append(_decoded(file, bytes(raw), number, offset))
        offset += len(raw) + 1
    lines[0] = lines[0].removeprefix("\ufeff")
    if not any(line.strip() for line in lines):
        raise file.error("is empty; give a file with text in it")
    return lines


def _decoded(file: SourceFile, raw: bytes, number: int, offset: int) -> str:
    if b"\0" in raw:
        raise file.error("holds NUL bytes: it is binary, or text in UTF-16; give UTF-8 text", number)
    if len(raw) > MAX_LINE:
        raise file.error(_TOO_LONG, number)
    try:
        return raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 at byte {offset + error.start + 1} (0x{raw[error.start]:02x}); convert it to UTF-8"
        raise file.error(message, number) from error
