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
from itertools import chain
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
import zstandard

from kg.errors import StoreError
from kg.files import write_atomically
from kg.linking.model import Link, Matcher, decoded_mentions
from kg.processes import end_with_parent

# Below this many bytes starting processes takes longer than they save.
_WORTH_PROCESSES = 2**20
_BATCH = 2**18  # bytes of items that a process is given at once

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")
_Items = list[tuple[str, bytes]]

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Link])
_ITEMS = msgspec.msgpack.Decoder(list[_Items])


class BlockCache:
    """The links of blocks that were compared before, by a digest of the block and of the matcher. One file."""

    _TYPE = dict[bytes, bytes]

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = self._read()
        self._used: dict[bytes, bytes] = {}

    def _read(self) -> dict[bytes, bytes]:
        try:
            content = zstandard.ZstdDecompressor().decompress(self._path.read_bytes())
            return msgspec.msgpack.decode(content, type=self._TYPE)
        except (OSError, zstandard.ZstdError, msgspec.DecodeError):
            return {}  # it only saves work

    def get(self, digest: bytes) -> list[Link] | None:
        found = self._known.get(digest)
        if found is None:
            return None
        self._used[digest] = found
        return _DECODER.decode(found) if found else []

    def put(self, digest: bytes, links: list[Link]) -> None:
        self._used[digest] = _ENCODER.encode(links) if links else b""

    def write(self) -> None:
        """Keep what was used since this was made, and nothing else."""
        if self._used != self._known:
            content = msgspec.msgpack.encode(self._used)
            write_atomically(self._path, zstandard.ZstdCompressor(level=1).compress(content))


class ItemCache:
    """The items of chunks of mentions that were read before, a file each, so that names are taken apart once only."""

    def __init__(self, folder: Path, matchers: Sequence[Matcher]) -> None:
        self._folder = folder
        self._seed = "".join(f"{matcher.name} {matcher.version} " for matcher in matchers).encode()
        self._used: set[str] = set()

    def _path(self, chunk: bytes) -> Path:
        name = hashlib.blake2b(self._seed + chunk, digest_size=16).hexdigest()
        self._used.add(name)
        return self._folder / name

    def get(self, chunk: bytes) -> list[_Items] | None:
        try:
            content = zstandard.ZstdDecompressor().decompress(self._path(chunk).read_bytes())
            return _ITEMS.decode(content)
        except (OSError, zstandard.ZstdError, msgspec.DecodeError):
            return None  # it only saves work

    def put(self, chunk: bytes, items: list[_Items]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path(chunk).write_bytes(zstandard.ZstdCompressor(level=1).compress(msgspec.msgpack.encode(items)))

    def forget_others(self) -> None:
        """Remove what was not asked for since this was made."""
        for path in self._folder.glob("*"):
            if path.name not in self._used:
                path.unlink(missing_ok=True)


def find_links(
    mentions: Iterable[bytes],
    matchers: Sequence[Matcher],
    cache: BlockCache,
    jobs: int | None = None,
    known: ItemCache | None = None,
) -> dict[str, list[Link]]:
    """What each matcher, by name, finds in these mentions (`encoded_mentions`), each pair of things once, in order."""
    items: list[defaultdict[str, list[bytes]]] = [defaultdict(list) for _ in matchers]
    new: list[bytes] = []
    for chunk in mentions:
        found = known.get(chunk) if known else None
        if found is None:
            new.append(chunk)
        else:
            _collect(items, found)
    with processes(sum(map(len, new)), jobs, _start, tuple(matchers)) as run:
        for chunk, found in zip(new, run(_items, new), strict=True):
            _collect(items, found)
            if known:
                known.put(chunk, found)
        return {
            matcher.name: _links_of_blocks(number, matcher, items[number], cache, run)
            for number, matcher in enumerate(matchers)
        }


def _collect(items: list[defaultdict[str, list[bytes]]], found: list[_Items]) -> None:
    for blocks, of_matcher in zip(items, found, strict=True):
        for key, item in of_matcher:
            blocks[key].append(item)


class Run(Protocol):
    """`map`, here or in processes."""

    def __call__(self, function: Callable[[_Given], _Result], given: Iterable[_Given], /) -> Iterator[_Result]: ...


def _links_of_blocks(
    number: int, matcher: Matcher, blocks: defaultdict[str, list[bytes]], cache: BlockCache, run: Run
) -> list[Link]:
    known: list[Link] = []
    new: list[tuple[bytes, list[bytes]]] = []
    seed = f"{matcher.name} {matcher.version} ".encode()
    while blocks:
        _, block = blocks.popitem()
        members = sorted(set(block))
        if len(members) < 2:
            continue
        digest = _digest(seed, members)
        links = cache.get(digest)
        if links is None:
            new.append((digest, members))
        else:
            known += links
    # The largest first, so that no process is left alone with one at the end.
    new.sort(key=lambda each: (-len(each[1]), each[0]))
    for batch, found in zip(_batches(new), run(_compared, ((number, batch) for batch in _batches(new))), strict=True):
        for (digest, _), links in zip(batch, found, strict=True):
            cache.put(digest, links)
            known += links
    return _unique(known)


def _digest(seed: bytes, members: list[bytes]) -> bytes:
    digest = hashlib.blake2b(seed, digest_size=16)
    for member in members:
        digest.update(len(member).to_bytes(4, "big"))
        digest.update(member)
    return digest.digest()


def _batches(blocks: list[tuple[bytes, list[bytes]]]) -> Iterator[list[tuple[bytes, list[bytes]]]]:
    batch: list[tuple[bytes, list[bytes]]] = []
    size = 0
    for block in blocks:
        batch.append(block)
        size += sum(map(len, block[1]))
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
        if other is None or _rank(link) > _rank(other):
            best[key] = link
    return [best[key] for key in sorted(best)]


def _rank(link: Link) -> tuple[float, str, tuple[object, ...]]:
    return (link.confidence, link.method, tuple(msgspec.structs.astuple(fact) for fact in link.facts))


_matchers: tuple[Matcher, ...] = ()


def _start(matchers: tuple[Matcher, ...]) -> None:
    global _matchers
    _matchers = matchers


def _items(chunk: bytes) -> list[_Items]:
    papers = decoded_mentions(chunk).papers
    return [list(chain.from_iterable(map(matcher.items, papers))) for matcher in _matchers]


def _compared(task: tuple[int, list[tuple[bytes, list[bytes]]]]) -> list[list[Link]]:
    number, batch = task
    return [list(_matchers[number].links(members)) for _, members in batch]


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
