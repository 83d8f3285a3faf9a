"""Blocks: what may be the same is brought together and compared, over all cores, and never twice while it stays."""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
import zstandard

from kg.errors import StoreError
from kg.files import write_atomically
from kg.linking.chunks import ChunkItems, Chunks, taken_apart
from kg.linking.model import GrowingMatcher, Link, Matcher
from kg.processes import end_with_parent

# Below this many bytes starting processes takes longer than they save.
_WORTH_PROCESSES = 2**22
_BATCH = 2**18  # bytes of items that a process is given at once

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")

_ENCODER = msgspec.msgpack.Encoder()
_LINKS = msgspec.msgpack.Decoder(list[Link])
_ITEMS = msgspec.msgpack.Decoder(ChunkItems)


class Found(msgspec.Struct):
    """The links of blocks, by matcher and key, as they are among the items of some chunks; and which of these are those
    of which parts, with which names listed for authors."""

    chunks: set[str] = set()
    links: dict[str, dict[int, bytes]] = {}
    of_parts: dict[str, list[str]] = {}
    listed: bytes = b""
    listed_names: dict[str, list[str]] = {}


class KeptBlocks:
    """What was taken apart and found before, so that only blocks that have other members now are compared again.

    items/<digest>   the items of a chunk of mentions
    blocks.zst       the links of every block, and of which chunks they are
    """

    def __init__(self, folder: Path, matchers: Sequence[Matcher]) -> None:
        self._folder = folder / "items"
        self._path = folder / "blocks.zst"
        self._seed = "".join(f"{matcher.name} {matcher.version} " for matcher in matchers).encode()

    def name(self, chunk: bytes) -> str:
        return hashlib.blake2b(self._seed + chunk, digest_size=16).hexdigest()

    def items(self, name: str) -> ChunkItems | None:
        """None if they are not there, or damaged."""
        try:
            found = _ITEMS.decode((self._folder / name).read_bytes())
        except (OSError, msgspec.DecodeError):
            return None
        return found if found.is_whole else None

    def put(self, name: str, items: ChunkItems) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_bytes(msgspec.msgpack.encode(items))

    @cached_property
    def found(self) -> Found:
        """What was found when they were last kept."""
        try:
            content = zstandard.ZstdDecompressor().decompress(self._path.read_bytes())
            seed, found = msgspec.msgpack.decode(content, type=tuple[bytes, Found])
        except (OSError, zstandard.ZstdError, msgspec.DecodeError):
            return Found()
        return found if seed == self._seed else Found()

    def keep(self, found: Found) -> None:
        """In place of what was kept before; items of other chunks are forgotten."""
        content = msgspec.msgpack.encode((self._seed, found))
        write_atomically(self._path, zstandard.ZstdCompressor(level=1, write_checksum=True).compress(content))
        for path in self._folder.glob("*"):
            if path.name not in found.chunks:
                path.unlink(missing_ok=True)


def chunks_of(mentions: Iterable[bytes], kept: KeptBlocks | None = None) -> Chunks:
    """Chunks of mentions (`encoded_mentions`) that are at hand."""
    chunks = Chunks()
    for number, chunk in enumerate(mentions):
        name = kept.name(chunk) if kept else str(number)
        if kept and (items := kept.items(name)) is not None:
            chunks.items[name] = items
        else:
            chunks.new[name] = chunk
    return chunks


def find_links(
    chunks: Chunks, matchers: Sequence[Matcher], jobs: int | None = None, kept: KeptBlocks | None = None
) -> dict[str, list[Link]]:
    """What each matcher, by name, finds in these chunks, each pair of things once, in order. All are taken apart by
    that."""
    before = kept.found if kept else Found()
    with processes(sum(map(len, chunks.new.values())), jobs, _start, tuple(matchers)) as run:
        for name, items in zip(chunks.new, run(_items, chunks.new.values()), strict=True):
            chunks.items[name] = items
            if kept:
                kept.put(name, items)
        chunks.new.clear()
        found = Found(set(chunks.items), {}, chunks.of_parts, chunks.listed, chunks.listed_names)
        gone = [kept.items(name) if kept else None for name in before.chunks - found.chunks]
        if None in gone:  # nobody knows in which blocks their items were
            before, gone = Found(), []
        come = [items for name, items in chunks.items.items() if name not in before.chunks]
        stay = [items for name, items in chunks.items.items() if name in before.chunks]
        for number, matcher in enumerate(matchers):
            known = before.links.get(matcher.name, {})
            left = {key for items in gone if items for key in items.keys_of(number)}
            changed = left.union(*(items.keys_of(number) for items in come)) if stay or gone else None
            blocks = _changed_blocks(number, come, stay, changed)
            for block in blocks:
                if block.key not in left and len(block.new) < len(block.members):
                    block.before = known.get(block.key, b"")
            links = _links_of_blocks(number, blocks, run)
            if changed is not None:
                links |= {key: each for key, each in known.items() if key not in changed}
            found.links[matcher.name] = links
    if kept:
        kept.keep(found)
    return {
        name: _unique(chain.from_iterable(map(_LINKS.decode, links.values()))) for name, links in found.links.items()
    }


def _blocks(number: int, chunks: Iterable[ChunkItems], keys: set[int] | None) -> defaultdict[int, list[bytes]]:
    blocks: defaultdict[int, list[bytes]] = defaultdict(list)
    for items in chunks:
        for key, item in items.under(number, keys):
            blocks[key].append(item)
    return blocks


class _Block(msgspec.Struct):
    """Items to be compared. `new` are those of them that have come, `before` the links of the others, encoded; None
    where they are not known."""

    key: int
    members: list[bytes]
    new: list[bytes]
    before: bytes | None = None


def _changed_blocks(
    number: int, come: Iterable[ChunkItems], stay: Iterable[ChunkItems], keys: set[int] | None
) -> list[_Block]:
    """The blocks of these keys that have something to compare, the largest first, so that no process is left alone
    with one at the end."""
    arrived, there = _blocks(number, come, keys), _blocks(number, stay, keys)
    found: list[_Block] = []
    while arrived or there:
        key, items = arrived.popitem() if arrived else (next(iter(there)), [])
        known = set(there.pop(key, ()))
        new = sorted(set(items) - known)
        if len(known) + len(new) > 1:
            found.append(_Block(key, sorted(known.union(new)), new))
    found.sort(key=lambda block: (-len(block.members), block.key))
    return found


class Run(Protocol):
    """`map`, here or in processes."""

    def __call__(self, function: Callable[[_Given], _Result], given: Iterable[_Given], /) -> Iterator[_Result]: ...


def _links_of_blocks(number: int, blocks: list[_Block], run: Run) -> dict[int, bytes]:
    """The links of every block that has any, by its key."""
    found: dict[int, bytes] = {}
    batches = list(_batches(blocks))
    for batch, of_batch in zip(batches, run(_compared, ((number, batch) for batch in batches)), strict=True):
        found.update((block.key, links) for block, links in zip(batch, of_batch, strict=True) if links)
    return found


def _batches(blocks: list[_Block]) -> Iterator[list[_Block]]:
    batch: list[_Block] = []
    size = 0
    for block in blocks:
        batch.append(block)
        size += sum(map(len, block.members))
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _unique(links: Iterable[Link]) -> list[Link]:
    """Of several links between two things the surest."""
    best: dict[tuple[str, str, str], Link] = {}
    for link in links:
        key = (link.subject, link.object, link.relation)
        other = best.get(key)
        if other is None or (link != other and _rank(link) > _rank(other)):
            best[key] = link
    return [best[key] for key in sorted(best)]


def _rank(link: Link) -> tuple[float, str, tuple[object, ...]]:
    return (link.confidence, link.method, tuple(msgspec.structs.astuple(fact) for fact in link.facts))


_matchers: tuple[Matcher, ...] = ()


def _start(matchers: tuple[Matcher, ...]) -> None:
    global _matchers
    _matchers = matchers


def _items(chunk: bytes) -> ChunkItems:
    return taken_apart(_matchers, chunk)


def _compared(task: tuple[int, list[_Block]]) -> list[bytes]:
    """The links of each block, encoded; nothing where there are none."""
    number, batch = task
    matcher = _matchers[number]
    growing = matcher if isinstance(matcher, GrowingMatcher) else None  # asking takes as long as comparing a few
    found = (list(_links(matcher, growing, block)) for block in batch)
    return [_ENCODER.encode(links) if links else b"" for links in found]


def _links(matcher: Matcher, growing: GrowingMatcher | None, block: _Block) -> Iterator[Link]:
    if block.before is None or growing is None:
        return matcher.links(block.members)
    return growing.links_of_more(block.members, block.new, _LINKS.decode(block.before) if block.before else [])


def _start_process(start: Callable[[_Given], None], given: _Given) -> None:
    gc.disable()
    end_with_parent()
    start(given)


@contextmanager
def processes(size: int, jobs: int | None, start: Callable[[_Given], None], given: _Given) -> Iterator[Run]:
    """Something like `map`, in processes where that is worth it for so many bytes.

    What does the work is prepared by `start(given)`, wherever it runs. StoreError if a process is killed.
    """
    count = jobs or len(os.sched_getaffinity(0))
    if count == 1 or (size < _WORTH_PROCESSES and jobs is None):
        start(given)
        yield map
        return
    # Not by fork: the database's threads would be missing in the child, with their locks held.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_start_process, initargs=(start, given)) as pool:
        try:
            yield pool.map
        except BrokenProcessPool as error:
            message = "a process that matches was killed, as a rule for want of memory; link with fewer --jobs"
            raise StoreError(message) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
