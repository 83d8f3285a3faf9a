"""Looking for concepts in the texts of all papers, over all cores, and never twice in the same texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from kg.linking.blocks import LinkCache, processes
from kg.linking.chunks import MentionedPart
from kg.linking.concepts import VERSION, ConceptFinder
from kg.linking.model import Link, ThingMention, decoded_mentions
from kg.texts import decoded_texts


def find_concepts(
    parts: Iterable[MentionedPart], things: Iterable[ThingMention], cache: LinkCache, jobs: int | None
) -> list[Link]:
    """The concepts among `things` that papers speak of, where the paper's own record gives it none."""
    concepts = sorted(
        (thing for thing in things if thing.kind == "concept"), key=lambda thing: (thing.thing, thing.names)
    )
    if not concepts:
        return []
    seed = hashlib.blake2b(msgspec.msgpack.encode((VERSION, concepts)), digest_size=16).digest()
    found: list[Link] = []
    new: list[tuple[bytes, bytes]] = []
    digests: list[bytes] = []
    # Of a part from which a former version of this program took records, one text is left, and it is empty.
    for mentioned, said in (each for part in parts for each in zip(part.mentions(), part.texts(), strict=False)):
        digest = hashlib.blake2b(seed + mentioned + said, digest_size=16).digest()
        known = cache.get(digest)
        if known is None:
            new.append((mentioned, said))
            digests.append(digest)
        else:
            found += known
    with processes(sum(len(said) for _, said in new), jobs, _start, concepts) as run:
        for digest, links in zip(digests, run(_links, new), strict=True):
            cache.put(digest, links)
            found += links
    cache.write()
    return found


_finder = ConceptFinder(())


def _start(concepts: list[ThingMention]) -> None:
    global _finder
    _finder = ConceptFinder(concepts)


def _links(chunk: tuple[bytes, bytes]) -> list[Link]:
    """Record by record, whichever stand in one chunk."""
    mentioned, said = decoded_mentions(chunk[0]).papers, decoded_texts(chunk[1]).papers
    return [
        link
        for mention, text in zip(mentioned, said, strict=False)
        if not mention.subjects
        for link in _finder.links(text.paper, text.title, text.abstract)
    ]
