"""What all parts of a store mention, as it is compared: of parts that were there before what was kept of them, and only
new ones are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain

import msgspec

from kg.linking.blocks import Found, KeptBlocks
from kg.linking.chunks import ChunkItems, Chunks, MentionedPart, things_in
from kg.linking.listed_names import listed_names, with_listed_names
from kg.linking.model import ThingMention
from kg.segments import SegmentStore

_ASKED = 100  # people who are looked for in what is known; of more it is read as a whole


def mentioned_parts(segments: SegmentStore, parts: Iterable[tuple[str, str]]) -> list[MentionedPart]:
    """Parts of segments, by dataset and part."""
    return [
        MentionedPart("/".join(part), partial(segments.mentions, *part), partial(segments.texts, *part))
        for part in parts
    ]


def gathered(
    parts: Sequence[MentionedPart], outside: Sequence[bytes], others: Iterable[ThingMention], kept: KeptBlocks
) -> tuple[Chunks, list[ThingMention]]:
    """The chunks of all parts and those of authorities, which are `outside` and mention `others`; and the things that
    the parts mention, once each."""
    known = _known(parts, kept)
    fresh = {part.name: list(part.mentions()) for part in parts if part.name not in known}
    # In the order of parts, whichever are known.
    of_chunks = (
        things
        for part in parts
        for things in (
            map(ChunkItems.decoded_things, known[part.name]) if part.name in known else map(things_in, fresh[part.name])
        )
    )
    things = dict.fromkeys(chain.from_iterable(of_chunks))
    listed = listed_names([*things, *others])
    chunks = Chunks(listed=_digest(listed), listed_names=_in_order(listed))
    if chunks.listed != kept.found.listed:
        is_concerned = _concerned(kept.found, chunks)
        for part in parts:
            if part.name in known and is_concerned(mentions := list(part.mentions())):
                fresh[part.name] = mentions
                del known[part.name]
    for part in parts:
        if part.name in known:
            names = kept.found.of_parts[part.name]
            chunks.items.update(zip(names, known[part.name], strict=True))
        else:
            names = [_take(chunk, chunks, kept) for chunk in with_listed_names(fresh.pop(part.name), listed)]
        chunks.of_parts[part.name] = names
    for chunk in with_listed_names(outside, listed):
        _take(chunk, chunks, kept)
    return chunks, list(things)


def _known(parts: Iterable[MentionedPart], kept: KeptBlocks) -> dict[str, list[ChunkItems]]:
    """Of the parts of which every chunk is kept what is kept of each."""
    found: dict[str, list[ChunkItems]] = {}
    for part in parts:
        names = kept.found.of_parts.get(part.name)
        items = [kept.items(name) for name in names or ()]
        whole = [each for each in items if each is not None]
        if names is not None and len(whole) == len(names):
            found[part.name] = whole
    return found


def _take(chunk: bytes, chunks: Chunks, kept: KeptBlocks) -> str:
    name = kept.name(chunk)
    if (items := kept.items(name)) is not None:
        chunks.items[name] = items
    elif name not in chunks.items:
        chunks.new[name] = chunk
    return name


def _concerned(before: Found, now: Chunks) -> Callable[[list[bytes]], bool]:
    """Whether chunks may have other names listed for their authors: they identify somebody for whom others are."""
    keys = before.listed_names.keys() | now.listed_names.keys()
    changed = [key.encode() for key in keys if before.listed_names.get(key) != now.listed_names.get(key)]
    if len(changed) > _ASKED or _digest(before.listed_names) != before.listed:  # as a former version left it
        return lambda mentions: True
    return lambda mentions: any(key in chunk for chunk in mentions for key in changed)


def _in_order(listed: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    return {key: sorted(names) for key, names in listed.items()}


def _digest(listed: Mapping[str, Collection[str]]) -> bytes:
    """Nothing where no names are listed."""
    lines = sorted((key, *sorted(names)) for key, names in listed.items())
    return hashlib.blake2b(msgspec.msgpack.encode(lines), digest_size=16).digest() if lines else b""
