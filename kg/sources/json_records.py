"""Files of JSON: one document, or objects on lines of their own, however the file is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from kg.sources.chunks import numbered_lines
from kg.sources.contract import Chunk
from kg.sources.decoding import BROKEN, decoded
from kg.sources.faults import Fault

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WHOLE = msgspec.json.Decoder(msgspec.Raw)
# Repairing reads everything into memory several times over, which a page of the API is small enough for.
_REPAIRABLE = 2**24

Shape = TypeVar("Shape")


def numbered_documents(chunk: Chunk) -> Iterator[tuple[int | None, bytes]]:
    """The JSON values of a chunk, each with its line, or without one where it is the whole file; none if it is empty.

    A file whose first line is damaged comes as one document, though it holds lines.
    """
    data = chunk.data.removeprefix(_BYTE_ORDER_MARK)
    if chunk.kind != "document" or _is_lines(data):
        yield from numbered_lines(Chunk(chunk.file, chunk.number, data))
    elif data := data.strip():
        yield None, data


def decoded_page(decoder: msgspec.json.Decoder[Shape], data: bytes) -> tuple[Shape, tuple[Fault, ...]]:
    """What holds records, and what was wrong with it; one of BROKEN if it is nothing of the kind."""
    return decoded(decoder, data) if len(data) <= _REPAIRABLE else (decoder.decode(data), ())


def _is_lines(data: bytes) -> bool:
    """Whether objects stand on lines of their own, in what is no JSON as a whole."""
    if b"\n{" not in data:
        return False
    try:
        _WHOLE.decode(data)
    except BROKEN:
        return True
    return False
