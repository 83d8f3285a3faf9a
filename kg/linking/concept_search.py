"""Looking for concepts in the texts of all papers, over all cores; never twice in the same text by the same labels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import msgspec
import zstandard

from kg.files import write_atomically
from kg.linking.blocks import processes
from kg.linking.changed_labels import ChangedLabels
from kg.linking.chunks import MentionedPart
from kg.linking.concepts import VERSION, ConceptFinder, Label, Labels, labels_of
from kg.linking.model import Link, ThingMention, decoded_mentions
from kg.texts import PaperText, decoded_texts

_AT_ONCE = 64  # chunks that are held while they are looked through
_SOONER = 16  # a text in which labels that changed are looked for takes so much less than one that is parted into words
_ENCODER = msgspec.msgpack.Encoder()
_FOUND = msgspec.msgpack.Decoder(list[list[Link] | None])


class Kept(msgspec.Struct, array_like=True):
    """What was found: by the labels of which digests, by their words; and in which parts, by their names. Of each chunk
    of a part the links of its records, one after the other, encoded; None of a record that names concepts itself."""

    version: str = VERSION
    labels: dict[str, bytes] = {}
    parts: dict[str, list[bytes]] = {}


class KeptConcepts:
    """The concepts that were found in texts, in one file. It only saves work."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Kept:
        try:
            content = zstandard.ZstdDecompressor().decompress(self._path.read_bytes())
            kept = msgspec.msgpack.decode(content, type=Kept)
        except (OSError, zstandard.ZstdError, msgspec.DecodeError):
            return Kept()
        return kept if kept.version == VERSION else Kept()

    def write(self, kept: Kept) -> None:
        content = msgspec.msgpack.encode(kept)
        write_atomically(self._path, zstandard.ZstdCompressor(level=1, write_checksum=True).compress(content))


class _Chunk(NamedTuple):
    """What a chunk says; and what it mentions, or (not None) what was found in it before."""

    part: str
    said: bytes
    mentioned: bytes
    known: bytes | None

    @property
    def work(self) -> int:
        return len(self.said) // (1 if self.known is None else _SOONER)


def find_concepts(
    parts: Sequence[MentionedPart], things: Iterable[ThingMention], kept: KeptConcepts, jobs: int | None
) -> list[Link]:
    """The concepts among `things` that papers speak of, where the paper's own record gives it none.

    Only new texts are looked through, and of those that are known the ones in which a label may stand that has come,
    gone or changed.
    """
    labels = labels_of(thing for thing in sorted(things, key=_in_order) if thing.kind == "concept")
    if not labels:
        return []
    before, now = kept.read(), Kept(labels={words: _digest(of_words) for words, of_words in labels.items()})
    changed = {words for words, _ in now.labels.items() ^ before.labels.items()}
    known = before.parts
    now.parts = {part.name: [] if changed else known.get(part.name, []) for part in parts}
    chunks = chain.from_iterable(
        _chunks(part, known.get(part.name)) for part in parts if changed or part.name not in known
    )
    batch = list(islice(chunks, _AT_ONCE))
    if batch:
        with processes(sum(chunk.work for chunk in batch), jobs, _start, (labels, changed)) as run:
            while batch:
                for chunk, found in zip(batch, run(_looked_through, batch), strict=True):
                    now.parts[chunk.part].append(found)
                batch = list(islice(chunks, _AT_ONCE))
    if now != before:
        kept.write(now)
    records = chain.from_iterable(map(_FOUND.decode, chain.from_iterable(now.parts.values())))
    return [link for links in records for link in links or ()]


def _in_order(thing: ThingMention) -> tuple[str, tuple[str, ...]]:
    return (thing.thing, thing.names)


def _digest(labels: list[Label]) -> bytes:
    said = [(*label._replace(among=frozenset()), sorted(label.among)) for label in labels]
    return hashlib.blake2b(_ENCODER.encode(said), digest_size=16).digest()


def _chunks(part: MentionedPart, known: list[bytes] | None) -> Iterator[_Chunk]:
    """Of a part from which a former version of this program took records, one text is left, and it is empty."""
    if known is None:
        for mentioned, said in zip(part.mentions(), part.texts(), strict=False):
            yield _Chunk(part.name, said, mentioned, None)
    else:
        for found, said in zip(known, part.texts(), strict=False):
            yield _Chunk(part.name, said, b"", found)


_finder, _changed = ConceptFinder({}), ChangedLabels(())


def _start(given: tuple[Labels, set[str]]) -> None:
    global _finder, _changed
    labels, changed = given
    _finder, _changed = ConceptFinder(labels), ChangedLabels(changed)


def _looked_through(chunk: _Chunk) -> bytes:
    """Record by record, whichever stand in one chunk. The links of each, encoded."""
    texts = decoded_texts(chunk.said).papers
    if chunk.known is None:
        mentions = decoded_mentions(chunk.mentioned).papers
        found = [None if mention.subjects else _links(text) for mention, text in zip(mentions, texts, strict=False)]
    else:
        found = [
            _links(text) if links is not None and _changed.may_stand_in(text.title, text.abstract) else links
            for text, links in zip(texts, _FOUND.decode(chunk.known), strict=False)
        ]
    return _ENCODER.encode(found)


def _links(text: PaperText) -> list[Link]:
    return _finder.links(text.paper, text.title, text.abstract)
