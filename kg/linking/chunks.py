"""Chunks of mentions, taken apart: what is compared of each, and what else is asked of it, so that a chunk that was
read once need not be read again."""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, compress
from typing import NamedTuple

import msgspec
import zstandard

from kg.linking.model import Matcher, Mentions, PaperMention, ThingMention, decoded_mentions

_KEY = 8  # bytes of the digest that stands for a key

_ENCODER = msgspec.msgpack.Encoder()
_LIST = msgspec.msgpack.Decoder(list[bytes])
_THINGS = msgspec.msgpack.Decoder(list[ThingMention])
_PAPER = msgspec.msgpack.Decoder(PaperMention)


class MentionedPart(NamedTuple):
    """A part of a segment: what its name says never changes. Each chunk of `mentions` has its chunk of `texts`."""

    name: str
    mentions: Callable[[], Iterable[bytes]]
    texts: Callable[[], Iterable[bytes]]


class ChunkItems(msgspec.Struct, array_like=True):
    """A chunk, taken apart. `check` is a checksum of all else."""

    check: int
    keys: list[bytes]
    """Of each matcher the digests of the keys, one after the other."""
    numbers: list[bytes]
    """The number of the item under each key."""
    items: list[bytes]
    """The items, packed."""
    things: bytes
    """Those of which more is said than that they are authors of papers, encoded."""
    named: bytes
    """Checksums of the IRIs of each paper, of its authors and authorships."""
    sizes: bytes
    """How many these are, paper by paper."""
    printed: bytes
    """Of each paper whether it prints affiliations without saying whose they are."""

    @property
    def is_whole(self) -> bool:
        return self.check == self.checksum()

    def checksum(self) -> int:
        checksum = 0
        for part in (*self.keys, *self.numbers, *self.items, self.things, self.named, self.sizes, self.printed):
            checksum = zlib.crc32(part, checksum)
        return checksum

    def keys_of(self, matcher: int) -> Iterable[int]:
        return memoryview(self.keys[matcher]).cast("Q")

    def under(self, matcher: int, wanted: set[int] | None) -> Iterator[tuple[int, bytes]]:
        """The items of a matcher under some keys, or (None) under all, each with its key."""
        pairs: Iterable[tuple[int, int]] = zip(
            self.keys_of(matcher), memoryview(self.numbers[matcher]).cast("I"), strict=True
        )
        if wanted is not None:
            pairs = compress(pairs, map(wanted.__contains__, self.keys_of(matcher)))
        if found := list(pairs):
            items = _LIST.decode(zstandard.ZstdDecompressor().decompress(self.items[matcher]))
            for key, number in found:
                yield key, items[number]

    def decoded_things(self) -> list[ThingMention]:
        return _THINGS.decode(self.things)

    def papers_that(self, name: set[int], or_print: bool) -> list[int]:
        """The places of papers that are, or are by, one of these things (`thing_checksum`); a few others may be among
        them. And of those that print affiliations, if these are asked for as well."""
        named = memoryview(self.named).cast("I")
        is_any = not name.isdisjoint(named)
        found, start = list[int](), 0
        for place, (size, prints) in enumerate(zip(memoryview(self.sizes).cast("I"), self.printed, strict=True)):
            if (is_any and not name.isdisjoint(named[start : start + size])) or (or_print and prints):
                found.append(place)
            start += size
        return found


class Chunks(msgspec.Struct):
    """What is compared, by the names of chunks: the items of those that were taken apart before, and the mentions of
    those that were not."""

    items: dict[str, ChunkItems] = {}
    new: dict[str, bytes] = {}
    of_parts: dict[str, list[str]] = {}
    """The names of the chunks of each part."""
    listed: bytes = b""
    """What stands for the names that are listed for authors: with others chunks have other items."""
    listed_names: dict[str, list[str]] = {}
    """These, by the identifiers of authors."""


class _Papers(msgspec.Struct, array_like=True):
    """What mentions begin with. Papers are decoded one by one."""

    papers: list[msgspec.Raw] = []


class _Things(msgspec.Struct, array_like=True):
    """Mentions of which papers are not decoded."""

    papers: msgspec.Raw
    things: list[ThingMention] = []


_PAPERS = msgspec.msgpack.Decoder(_Papers)
_ALL_BUT_PAPERS = msgspec.msgpack.Decoder(_Things)


def things_in(chunk: bytes) -> list[ThingMention]:
    """The things that a chunk mentions, but for those of which nothing is said than that they are authors of papers."""
    return [thing for thing in _ALL_BUT_PAPERS.decode(chunk).things if not _is_plain(thing)]


def _is_plain(thing: ThingMention) -> bool:
    return thing.kind == "author" and not thing.keys and thing.record is None and len(thing.names) < 2


def papers_at(chunk: bytes, places: Iterable[int]) -> Iterator[PaperMention]:
    papers = _PAPERS.decode(chunk).papers
    return (_PAPER.decode(papers[place]) for place in places)


def papers_of(
    parts: Sequence[MentionedPart], chunks: Chunks, things: Collection[str], or_print: bool
) -> Iterator[PaperMention]:
    """The papers that are, or are by, one of these things, and perhaps some more; and if it is asked for, those that
    print affiliations. Of the `chunks` all are taken apart."""
    wanted = set(map(thing_checksum, things))
    for part in parts:
        places = [chunks.items[name].papers_that(wanted, or_print) for name in chunks.of_parts[part.name]]
        if any(places):
            for of_chunk, chunk in zip(places, part.mentions(), strict=True):
                yield from papers_at(chunk, of_chunk) if of_chunk else ()


def taken_apart(matchers: Iterable[Matcher], chunk: bytes) -> ChunkItems:
    mentions = decoded_mentions(chunk)
    keys, numbers, packed = list[bytes](), list[bytes](), list[bytes]()
    for matcher in matchers:
        found = list(chain.from_iterable(map(matcher.items, mentions.papers)))
        places = {item: place for place, item in enumerate(dict.fromkeys(item for _, item in found))}
        keys.append(b"".join(_key_digest(key) for key, _ in found))
        numbers.append(array("I", (places[item] for _, item in found)).tobytes())
        packed.append(zstandard.ZstdCompressor(level=1).compress(_ENCODER.encode(list(places))))
    things = _ENCODER.encode([thing for thing in dict.fromkeys(mentions.things) if not _is_plain(thing)])
    items = ChunkItems(0, keys, numbers, packed, things, *_named(mentions))
    items.check = items.checksum()
    return items


def _named(mentions: Mentions) -> tuple[bytes, bytes, bytes]:
    named, sizes, printed = array("I"), array("I"), bytearray()
    for paper in mentions.papers:
        things = {paper.paper}.union(*((author.author, author.authorship) for author in paper.authors))
        named.extend(map(thing_checksum, things))
        sizes.append(len(things))
        printed.append(any(author.affiliations and not author.institutions for author in paper.authors))
    return named.tobytes(), sizes.tobytes(), bytes(printed)


def thing_checksum(thing: str) -> int:
    return zlib.crc32(thing.encode("utf-8", "surrogatepass"))


def _key_digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()
