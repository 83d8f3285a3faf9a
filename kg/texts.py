"""What the search index needs to know of papers and things, as the mapping of their records knew it."""

from __future__ import annotations

import msgspec


class PaperText(msgspec.Struct, array_like=True):
    """What one record says of a paper, for the index; `names` are those of its authors in order."""

    paper: str
    title: str | None
    abstract: str | None = None
    year: int | None = None
    names: list[str] = []


class ThingText(msgspec.Struct, array_like=True, frozen=True):
    """What a thing is called: by the names it goes by, and by others that it is found by. `kind` as in kg.search."""

    thing: str
    kind: str
    labels: tuple[str, ...]
    others: tuple[str, ...] = ()


class Texts(msgspec.Struct, array_like=True):
    """The texts of the records of one chunk; a thing of several records stands once."""

    papers: list[PaperText] = []
    things: list[ThingText] = []


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Texts)


def encoded_texts(texts: Texts) -> bytes:
    return _ENCODER.encode(texts)


def decoded_texts(content: bytes) -> Texts:
    return _DECODER.decode(content)
