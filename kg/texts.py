"""What the search index needs to know of papers and things, as the mapping of their records knew it."""

from __future__ import annotations

import msgspec

from kg.records import PartialDate

VERSION = 2
"""Changes when texts say more: the index of those of an older version is made of the graph."""

REDUCED = 0
"""The version of texts that do not tell all, so that the index is made of the graph: those of RDF files, and those from
which records were taken, as texts of things do not tell whose they are."""


class PaperText(msgspec.Struct, array_like=True):
    """What one record says of a paper, for the index; `names` are those of its authors in order."""

    paper: str
    title: str | None
    abstract: str | None = None
    year: int | None = None
    names: list[str] = []
    date: int | None = None
    """As `date_number` gives it."""
    has_code: bool = False


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
    version: int = 1
    """Texts that were written before there were versions do not say it; new ones have VERSION, or are REDUCED."""


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Texts)


def encoded_texts(texts: Texts) -> bytes:
    return _ENCODER.encode(texts)


def decoded_texts(content: bytes) -> Texts:
    return _DECODER.decode(content)


def date_number(date: PartialDate | None) -> int | None:
    """A date with a year as a number in the order of dates; what is not known of it is 0.

    >>> date_number(PartialDate(2020, 5)), date_number(PartialDate(None, 5, 28))
    (20200500, None)
    """
    if date is None or date.year is None:
        return None
    return date.year * 10_000 + (date.month or 0) * 100 + (date.day or 0)
