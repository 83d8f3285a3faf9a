"""What was published once and is no more: digests of names, by the day they left and the dataset that they left with.

    gone/<day>.<dataset>    of things that no dataset has any more, since this one was removed or came without them
    gone/<day>              of things that an edit removed

A file is a line of JSON and the digests, sorted, so that a name is looked up in it without reading it. Only what leaves
is ever looked at: publishing a graph in which nothing is missing costs nothing. Papers that are retracted do not leave.
"""

from __future__ import annotations

import datetime
import hashlib
import mmap
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pyoxigraph
from pyoxigraph import DefaultGraph, Quad

from kg import namespaces as ns
from kg.errors import StoreError
from kg.files import write_atomically
from kg.resources import GraphReader
from kg.segments import SegmentStore
from kg.texts import decoded_texts

FOLDER = "gone"
_SIZE = 8  # bytes of a digest, of which there may be many millions before another name has one of theirs


class Departure(msgspec.Struct, frozen=True):
    """When things left, and why: with a dataset, which was removed or came without them, or (None) by an edit."""

    day: str
    dataset: str | None = None
    is_removed: bool = False

    def __str__(self) -> str:
        """The end of a sentence that says when something was there."""
        if self.dataset is None:
            return f"until {self.day}, when an edit removed it"
        became = "was removed" if self.is_removed else "came without it"
        return f"until {self.day}, when the dataset '{self.dataset}' {became}"


def remember_left(
    folder: Path,
    segments: SegmentStore,
    before: dict[str, str],
    now: dict[str, str],
    database: pyoxigraph.Store,
) -> None:
    """Remember what the datasets named the last time and `database`, which is to be published, does not describe."""
    reader = GraphReader(database)
    for dataset, segment in before.items():
        if now.get(dataset) == segment:
            continue
        with suppress(StoreError, OSError):  # what is not on disk any more cannot be told, and hinders nobody
            kept = set(segments.manifest(dataset, now[dataset]).parts) if dataset in now else set()
            parts = [part for part in segments.manifest(dataset, segment).parts if part not in kept]
            left = {iri for part in parts for iri in _named(segments, dataset, part) if not reader.is_described(iri)}
            _remember(folder, Departure(_today(), dataset, dataset not in now), left)


def remember_edited(folder: Path, effects: Iterable[tuple[bool, Quad]]) -> None:
    """Remember what edits take the type from; whether they gave it back is seen when somebody asks for it."""
    removed = {
        quad.subject.value
        for is_added, quad in effects
        if not is_added and quad.predicate.value == ns.TYPE and quad.graph_name == DefaultGraph()
        if isinstance(quad.subject, pyoxigraph.NamedNode)
    }
    _remember(folder, Departure(_today()), removed)


def departure(folder: Path, iri: str) -> Departure | None:
    """How a thing left, the last time; None if it was never there, as far as is known. Whether it is there again is for
    the graph to say."""
    wanted = _digest(iri)
    for path in sorted((folder / FOLDER).glob("[0-9]*"), reverse=True):
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            start = content.find(b"\n") + 1
            places = range(start, len(content), _SIZE)
            place = bisect_left(places, wanted, key=lambda at: content[at : at + _SIZE])
            if place < len(places) and content[places[place] : places[place] + _SIZE] == wanted:
                return msgspec.json.decode(content[:start], type=Departure)
    return None


def _named(segments: SegmentStore, dataset: str, part: str) -> Iterator[str]:
    for chunk in segments.texts(dataset, part):
        texts = decoded_texts(chunk)
        yield from (paper.paper for paper in texts.papers)
        yield from (thing.thing for thing in texts.things)


def _remember(folder: Path, head: Departure, iris: Iterable[str]) -> None:
    digests = set(map(_digest, iris))
    if not digests:
        return
    path = folder / FOLDER / f"{head.day}{f'.{head.dataset}' if head.dataset else ''}"
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        known = path.read_bytes().partition(b"\n")[2]
        digests.update(known[at : at + _SIZE] for at in range(0, len(known), _SIZE))
    write_atomically(path, msgspec.json.encode(head) + b"\n" + b"".join(sorted(digests)))


def _digest(iri: str) -> bytes:
    return hashlib.sha256(iri.encode("utf-8", "surrogatepass")).digest()[:_SIZE]


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()
