"""Looking for concepts in the texts of all papers, over all cores; never twice in the same text by the same labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice, repeat
from pathlib import Path
from typing import NamedTuple

import msgspec
import zstandard

from kg.files import write_atomically
from kg.linking.blocks import processes
from kg.linking.changed_labels import ChangedLabels
from kg.linking.chunks import MentionedPart
from kg.linking.concepts import VERSION, ConceptFinder, Labels, labels_of, surest, words_of
from kg.linking.kept_words import KeptWords, Patterns, decoded_words, encoded_words
from kg.linking.model import Link, ThingMention, decoded_mentions
from kg.texts import PaperText, decoded_texts

_AT_ONCE = 64  # chunks that are held while they are looked through
_SOONER = 32  # a text whose words are known, and which is looked through for some labels, takes so much less
_ENCODER = msgspec.msgpack.Encoder()
_FOUND = msgspec.msgpack.Decoder(list[list[Link] | None])


class Kept(msgspec.Struct, array_like=True):
    """What was found: by which labels, and in which parts, by their names. Of each chunk of a part the links of its
    records, one after the other, encoded; None of a record that names concepts itself."""

    version: str = VERSION
    labels: Labels = {}
    parts: dict[str, list[bytes]] = {}


class KeptConcepts:
    """The concepts that were found in texts, in one file, and beside it the words of the texts. It only saves work."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.words = KeptWords(path.with_name("words"))

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
    """What a chunk says; and what it mentions, or (not None) what was found in it before, with the words of its texts
    if they are kept."""

    part: str
    said: bytes
    mentioned: bytes
    known: bytes | None
    words: bytes | None

    @property
    def work(self) -> int:
        return len(self.said) // (1 if self.known is None else _SOONER)


class _Looked(NamedTuple):
    """The links of the records of a chunk, and the words of their texts, encoded; whether these were not known."""

    links: bytes
    words: bytes
    is_new: bool


def find_concepts(
    parts: Sequence[MentionedPart], things: Iterable[ThingMention], kept: KeptConcepts, jobs: int | None
) -> list[Link]:
    """The concepts among `things` that papers speak of, where the paper's own record gives it none.

    Only new texts are looked through, and of those that are known the ones in which a label stands that has come, gone
    or changed, for the concepts that this concerns.
    """
    labels = labels_of(thing for thing in sorted(things, key=_in_order) if thing.kind == "concept")
    if not labels:
        return []
    before, now = kept.read(), Kept(labels=labels)
    is_changed, known = labels != before.labels, before.parts
    now.parts = {part.name: [] if is_changed else known.get(part.name, []) for part in parts}
    chunks = chain.from_iterable(
        _chunks(part, known.get(part.name), kept.words) for part in parts if is_changed or part.name not in known
    )
    first = list(islice(chunks, _AT_ONCE))
    if first:
        labels_before = before.labels if is_changed else labels
        with processes(sum(chunk.work for chunk in first), jobs, _start, (labels_before, labels)) as run:
            found = chain.from_iterable(
                zip(batch, run(_looked_through, batch), strict=True) for batch in _batches(first, chunks)
            )
            for part, pairs in groupby(found, key=lambda pair: pair[0].part):
                looked = [each for _, each in pairs]
                now.parts[part] = [each.links for each in looked]
                if any(each.is_new for each in looked):
                    kept.words.put(part, [each.words for each in looked])
    if now != before:
        kept.write(now)
        kept.words.forget_others(now.parts.keys())
    records = chain.from_iterable(map(_FOUND.decode, chain.from_iterable(now.parts.values())))
    return [link for links in records for link in links or ()]


def _in_order(thing: ThingMention) -> tuple[str, tuple[str, ...]]:
    return (thing.thing, thing.names)


def _chunks(part: MentionedPart, known: list[bytes] | None, kept: KeptWords) -> Iterator[_Chunk]:
    """Of a part from which a former version of this program took records, one text is left, and it is empty."""
    if known is None:
        for mentioned, said in zip(part.mentions(), part.texts(), strict=False):
            yield _Chunk(part.name, said, mentioned, None, None)
    else:
        words = chain(kept.read(part.name), repeat(None))
        for found, said, of_chunk in zip(known, part.texts(), words, strict=False):
            yield _Chunk(part.name, said, b"", found, of_chunk)


def _batches(first: list[_Chunk], others: Iterator[_Chunk]) -> Iterator[list[_Chunk]]:
    while first:
        yield first
        first = list(islice(others, _AT_ONCE))


_finder = ConceptFinder({})
_changed = ChangedLabels({}, {}, _finder)


def _start(given: tuple[Labels, Labels]) -> None:
    global _finder, _changed
    before, now = given
    _finder = ConceptFinder(now)
    _changed = ChangedLabels(before, now, _finder)


def _looked_through(chunk: _Chunk) -> _Looked:
    """Record by record, whichever stand in one chunk."""
    texts = decoded_texts(chunk.said).papers
    if chunk.known is None:
        mentions = decoded_mentions(chunk.mentioned).papers
        with_words = [
            (None, None) if mention.subjects else _found(text) for mention, text in zip(mentions, texts, strict=False)
        ]
        return _Looked(
            _ENCODER.encode([links for links, _ in with_words]), encoded_words([words for _, words in with_words]), True
        )
    known = _FOUND.decode(chunk.known)
    words = decoded_words(chunk.words) if chunk.words else None
    if is_new := words is None or len(words) != len(known):
        words = [
            None if links is None else words_of(text.title, text.abstract).patterns
            for text, links in zip(texts, known, strict=False)
        ]
    found = [
        links if links is None or patterns is None else _changed.links(text, patterns, links)
        for text, links, patterns in zip(texts, known, words, strict=False)
    ]
    return _Looked(_ENCODER.encode(found), encoded_words(words) if is_new else chunk.words or b"", is_new)


def _found(text: PaperText) -> tuple[list[Link], Patterns]:
    words = words_of(text.title, text.abstract)
    return surest(_finder.links_in(text.paper, words)), words.patterns
