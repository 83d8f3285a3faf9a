"""Chunks of mentions, taken apart: what is compared of each, and what else is asked of it, so that a chunk that was
read once need not be read again."""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, compress
from typing import NamedTuple

import msgspec
import zstandard

from kg.linking.model import AuthorMention, Matcher, Mentions, PaperMention, ThingMention, decoded_mentions

_KEY = 8  # bytes of the digest that stands for a key

_ENCODER = msgspec.msgpack.Encoder()
_LIST = msgspec.msgpack.Decoder(list[bytes])
_THINGS = msgspec.msgpack.Decoder(list[ThingMention])
_PAPERS = msgspec.msgpack.Decoder(list[msgspec.Raw])
_PAPER = msgspec.msgpack.Decoder(PaperMention)
_PRINTED = msgspec.msgpack.Decoder(list[tuple[str, str]])


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
    papers: bytes
    """What links are judged by (`_judged_by`) of each paper, packed."""
    printed: bytes
    """Affiliations that are printed without saying whose they are, each behind its authorship, packed."""

    @property
    def is_whole(self) -> bool:
        return self.check == self.checksum()

    def checksum(self) -> int:
        checksum = 0
        others = (self.things, self.named, self.sizes, self.papers, self.printed)
        for part in (*self.keys, *self.numbers, *self.items, *others):
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
            items = _LIST.decode(_unpacked(self.items[matcher]))
            for key, number in found:
                yield key, items[number]

    def decoded_things(self) -> list[ThingMention]:
        return _THINGS.decode(self.things)

    def papers_that(self, name: set[int]) -> Iterator[PaperMention]:
        """The papers that are, or are by, one of these things (`thing_checksum`), with what links are judged by; a few
        others may be among them."""
        named = memoryview(self.named).cast("I")
        if name.isdisjoint(named):
            return
        papers, start = _PAPERS.decode(_unpacked(self.papers)), 0
        for paper, size in zip(papers, memoryview(self.sizes).cast("I"), strict=True):
            if not name.isdisjoint(named[start : start + size]):
                yield _PAPER.decode(paper)
            start += size

    def printed_affiliations(self) -> list[tuple[str, str]]:
        return _PRINTED.decode(_unpacked(self.printed))


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


class _Things(msgspec.Struct, array_like=True):
    """Mentions of which papers are not decoded."""

    papers: msgspec.Raw
    things: list[ThingMention] = []


_ALL_BUT_PAPERS = msgspec.msgpack.Decoder(_Things)


def things_in(chunk: bytes) -> list[ThingMention]:
    """The things that a chunk mentions, but for those of which nothing is said than that they are authors of papers."""
    return [thing for thing in _ALL_BUT_PAPERS.decode(chunk).things if not _is_plain(thing)]


def _is_plain(thing: ThingMention) -> bool:
    return thing.kind == "author" and not thing.keys and thing.record is None and len(thing.names) < 2


def papers_of(parts: Iterable[MentionedPart], chunks: Chunks, things: Iterable[str]) -> Iterator[PaperMention]:
    """The papers that are, or are by, one of these things, and perhaps some more, with what links are judged by. Of the
    `chunks` all are taken apart."""
    wanted = set(map(thing_checksum, things))
    for items in _in_order(parts, chunks):
        yield from items.papers_that(wanted)


def printed_affiliations(parts: Iterable[MentionedPart], chunks: Chunks) -> Iterator[tuple[str, str]]:
    """What is printed as an affiliation of authorships of which no record says whose it is, each behind its authorship.
    Of the `chunks` all are taken apart."""
    for items in _in_order(parts, chunks):
        yield from items.printed_affiliations()


def _in_order(parts: Iterable[MentionedPart], chunks: Chunks) -> Iterator[ChunkItems]:
    return (chunks.items[name] for part in parts for name in chunks.of_parts[part.name])


def taken_apart(matchers: Iterable[Matcher], chunk: bytes) -> ChunkItems:
    mentions = decoded_mentions(chunk)
    keys, numbers, packed = list[bytes](), list[bytes](), list[bytes]()
    for matcher in matchers:
        found = list(chain.from_iterable(map(matcher.items, mentions.papers)))
        places = {item: place for place, item in enumerate(dict.fromkeys(item for _, item in found))}
        keys.append(b"".join(_key_digest(key) for key, _ in found))
        numbers.append(array("I", (places[item] for _, item in found)).tobytes())
        packed.append(_packed(list(places)))
    things = _ENCODER.encode([thing for thing in dict.fromkeys(mentions.things) if not _is_plain(thing)])
    papers, printed = _packed(list(map(_judged_by, mentions.papers))), _packed(list(_printed(mentions)))
    items = ChunkItems(0, keys, numbers, packed, things, *_named(mentions), papers, printed)
    items.check = items.checksum()
    return items


def _packed(value: object) -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(_ENCODER.encode(value))


def _unpacked(packed: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(packed)


def _judged_by(paper: PaperMention) -> PaperMention:
    """A paper without what only matchers look at."""
    authors = (AuthorMention(author.author, author.authorship, "", keys=author.keys) for author in paper.authors)
    return PaperMention(
        paper.paper,
        paper.record,
        None,
        tuple(authors),
        type=paper.type,
        keys=paper.keys,
        subjects=paper.subjects[:1],
    )


def _printed(mentions: Mentions) -> Iterator[tuple[str, str]]:
    for paper in mentions.papers:
        for author in paper.authors:
            if not author.institutions:
                yield from ((author.authorship, raw) for raw in author.affiliations)


def _named(mentions: Mentions) -> tuple[bytes, bytes]:
    named, sizes = array("I"), array("I")
    for paper in mentions.papers:
        things = {paper.paper}.union(*((author.author, author.authorship) for author in paper.authors))
        named.extend(map(thing_checksum, things))
        sizes.append(len(things))
    return named.tobytes(), sizes.tobytes()


def thing_checksum(thing: str) -> int:
    return zlib.crc32(thing.encode("utf-8", "surrogatepass"))


def _key_digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()
