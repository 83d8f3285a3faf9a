"""The statements of a snapshot as sorted runs: from the segments that it was built of, or else from its store.

Segments are read many times as fast, and over all cores. They say what was loaded; what merging and edits made of it is
the store's word: the few statements that may differ are asked of it, one by one. How many statements there are in the
end must agree with the snapshot's own count, else all are read from the store.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyoxigraph
import zstandard
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, RdfFormat, Store

from kg import derived
from kg import namespaces as ns
from kg.dumps.lines import INVERSE, Canonical, n_triples, with_inverses
from kg.dumps.sorting import Run, write_runs
from kg.errors import KGError, StoreError
from kg.linking.identity import Identity
from kg.ntriples import whole_lines
from kg.snapshots import Snapshot
from kg.store import StoreFolder

_log = logging.getLogger(__name__)

_BLOCK = 2**20  # bytes
_TASK = 6 * 2**20  # bytes of compressed statements
_MANY = 50_000  # changes; so many are not asked one by one
_DEFAULT = DefaultGraph()
_AUTHOR, _CREATOR, _BASIS, _AUTHORSHIP = map(
    NamedNode, (ns.AUTHORSHIP_AUTHOR, ns.CREATOR, ns.IDENTITY_BASIS, ns.HAS_AUTHORSHIP)
)


@dataclass(frozen=True)
class SegmentTask:
    """Files of compressed statements that become runs called `name` in a folder."""

    files: tuple[Path, ...]
    folder: Path
    name: str

    def runs(self, canonical: Canonical) -> list[Run]:
        blocks = (canonical.lines(block) for file in self.files for block in whole_lines(unpacked(file)))
        return write_runs(blocks, self.folder, self.name)


@dataclass(frozen=True)
class Corrections:
    """What merging and edits made of statements: `asked`, by subject and predicate, has these `answers`."""

    asked: set[bytes] = field(default_factory=set)
    answers: list[bytes] = field(default_factory=list)


def unpacked(file: Path) -> Iterator[bytes]:
    with file.open("rb") as packed:
        reader = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
        while block := reader.read(_BLOCK):
            yield block


class SegmentReading:
    """How a snapshot is read from the segments of its store. Everything it needs is linked into `folder`."""

    def __init__(self, snapshot: Snapshot, store: StoreFolder, folder: Path, for_tables: bool) -> None:
        """StoreError or OSError if the store has gone on and they are not there any more."""
        state = store.state()
        if state is None or state.contents.digest != snapshot.manifest.contents:
            raise StoreError("the store has changed since the snapshot was published", snapshot.id)
        judgement = store.links.read(state.contents.links)
        if judgement is None:
            raise StoreError("the links of the snapshot are gone", snapshot.id)
        self._snapshot, self._store, self._folder = snapshot, store, folder
        self._identity = judgement.identity
        self._for_tables = for_tables
        found = [
            store.segments.statements_path(dataset, part)
            for dataset, segment in state.contents.segments.items()
            for part in store.segments.manifest(dataset, segment).parts
        ]
        self._files = [self._folder / f"segment-{number}" for number in range(len(found) + 1)]
        for file, target in zip(found, self._files[1:], strict=True):
            os.link(file, target)
        derived.whole(store.folder / f"derived-{state.name}.nt.zst", self._files[0])
        if store.state() != state:  # what was linked may be half of what was there
            raise StoreError("the store has changed since the snapshot was published", snapshot.id)

    def tasks(self) -> list[SegmentTask]:
        return [SegmentTask(files, self._folder, f"run-{number}") for number, files in enumerate(_alike(self._files))]

    def names(self) -> dict[bytes, bytes]:
        """Of what is merged into another thing, what it is called then; both as in N-Triples."""
        return {f"<{old}>".encode(): f"<{new}>".encode() for old, new in self._identity.canonical.items()}

    def corrections(self) -> Corrections:
        """What the store says where the segments alone do not tell."""
        found, store = Corrections(), self._snapshot.store
        for subject, predicate in dict.fromkeys((*_merged(store, self._identity), *self._edited(found))):
            found.asked.add(_start(subject, predicate))
            quads = store.quads_for_pattern(subject, predicate, None, _DEFAULT)
            found.answers.extend(n_triples(quad.triple) for quad in quads)
        return found

    def _edited(self, found: Corrections) -> Iterator[tuple[NamedNode | BlankNode, NamedNode]]:
        """Whose statements people changed. StoreError if there are too many."""
        changes = list(islice(self._store.journal.changes(), _MANY))
        if len(changes) == _MANY:
            raise StoreError("there are too many edits to look each up", _MANY)
        canonical = self._identity.canonical
        for change in changes:
            if not change.is_statement:
                continue
            for quad in pyoxigraph.parse(change.statement, RdfFormat.N_QUADS):
                subject, term = quad.subject, quad.object
                if quad.graph_name != _DEFAULT:
                    continue
                yield subject, quad.predicate
                if isinstance(subject, NamedNode) and subject.value in canonical:
                    subject = NamedNode(canonical[subject.value])
                    yield subject, quad.predicate
                if quad.predicate == _AUTHORSHIP:
                    # Whose an authorship is that was taken away, nobody finds who asks the store for its paper.
                    yield subject, _CREATOR
                if self._for_tables and quad.predicate == _AUTHORSHIP and isinstance(term, NamedNode):
                    self._ask_for_papers(found, NamedNode(self._identity.of(term.value)))

    def _ask_for_papers(self, found: Corrections, authorship: NamedNode) -> None:
        found.asked.add(b"%b %b " % (str(authorship).encode(), INVERSE))
        for quad in self._snapshot.store.quads_for_pattern(None, _AUTHORSHIP, authorship, _DEFAULT):
            found.answers.append(b"%b %b %b ." % (str(authorship).encode(), INVERSE, str(quad.subject).encode()))


def _start(subject: NamedNode | BlankNode, predicate: NamedNode) -> bytes:
    return f"{subject} {predicate} ".encode()


def _alike(files: Iterable[Path]) -> Iterator[tuple[Path, ...]]:
    """Files in groups of about the same size."""
    group, size = list[Path](), 0
    for file in files:
        group.append(file)
        size += file.stat().st_size
        if size >= _TASK:
            yield tuple(group)
            group, size = [], 0
    if group:
        yield tuple(group)


def _merged(store: Store, identity: Identity) -> Iterator[tuple[NamedNode, NamedNode]]:
    """Whose statements merging takes back: see kg/linking/merging.py."""
    for thing in dict.fromkeys(identity.canonical.values()):
        yield NamedNode(thing), _BASIS
    for name in identity.authors:
        authorship = NamedNode(identity.of(name))
        yield authorship, _AUTHOR
        for quad in store.quads_for_pattern(None, _AUTHORSHIP, authorship, _DEFAULT):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject, _CREATOR


def store_runs(
    store: Store,
    graph: DefaultGraph | NamedNode | BlankNode,
    folder: Path,
    name: str,
    for_tables: bool = False,
    check: Callable[[], None] = lambda: None,
) -> list[Run]:
    """What the store itself says of a graph; `check` is called now and then and may end it."""

    def blocks() -> Iterator[list[bytes]]:
        for block in whole_lines(dumped(store, graph)):
            check()
            lines = block.split(b"\n")[:-1]
            yield with_inverses(lines) if for_tables else lines

    return write_runs(blocks(), folder, name)


def dumped(store: Store, graph: DefaultGraph | NamedNode | BlankNode) -> Iterator[bytes]:
    """The store writes into a pipe, in a thread that Python does not hold up."""
    reading, writing = os.pipe()
    failures: list[Exception] = []

    def dump() -> None:
        try:
            with os.fdopen(writing, "wb") as stream:
                store.dump(stream, RdfFormat.N_TRIPLES, from_graph=graph)
        except BrokenPipeError:
            pass  # nobody wants the rest
        except Exception as error:  # noqa: BLE001 - told in the thread that waits
            failures.append(error)

    # In this context: a request may have no longer than it may.
    thread = threading.Thread(target=copy_context().run, args=(dump,), name="dump")
    thread.start()
    try:
        with os.fdopen(reading, "rb") as stream:
            while block := stream.read(_BLOCK):
                yield block
    finally:
        thread.join()
    if failures and isinstance(failures[0], KGError):
        raise failures[0]
    if failures:
        raise StoreError(f"the store cannot be dumped: {failures[0]}") from failures[0]
