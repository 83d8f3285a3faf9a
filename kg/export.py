"""Dumps of a snapshot's merged graph: sorted N-Triples first, every other format from that file. Built once, then kept.

Dumping the store runs at a seventh of the speed of parsing N-Triples and serialising them again, so the store is read
once a snapshot and not once a format.
"""

from __future__ import annotations

import heapq
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pyoxigraph
from pyoxigraph import DefaultGraph, RdfFormat

from kg.files import file_lock
from kg.formats import N_TRIPLES, GraphFormat
from kg.namespaces import PREFIXES
from kg.snapshots import Snapshot

_LINES_IN_MEMORY = 500_000


def export_file(snapshot: Snapshot, graph_format: GraphFormat, wait: bool = True) -> Path:
    """The dump of `snapshot` in that format, made if it is not there yet. The same graph gives the same bytes.

    Raises StoreBusy if a dump of the snapshot is being made at this moment and `wait` is false.
    """
    folder = snapshot.path / "exports"
    target = folder / f"kg.{graph_format.extension}"
    if not target.exists():
        folder.mkdir(exist_ok=True)
        with file_lock(folder / "building.lock", wait=wait):
            _make(snapshot, target, graph_format)
    return target


def _make(snapshot: Snapshot, target: Path, graph_format: GraphFormat) -> None:
    sorted_dump = target.with_name(f"kg.{N_TRIPLES.extension}")
    if not sorted_dump.exists():
        _write(sorted_dump, lambda stream: _sort(snapshot.store, stream, target.parent))
    if not target.exists():
        _write(target, lambda stream: convert(sorted_dump, stream, graph_format))


def convert(ntriples: Path, stream: BinaryIO, graph_format: GraphFormat) -> None:
    """Serialise a file of N-Triples in another format, with the project's prefixes, in bounded memory."""
    triples = (quad.triple for quad in pyoxigraph.parse(path=ntriples, format=RdfFormat.N_TRIPLES))
    pyoxigraph.serialize(triples, stream, graph_format.rdf_format, prefixes=PREFIXES)


def _write(target: Path, write: Callable[[BinaryIO], None]) -> None:
    """`target` appears when it is whole."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            write(stream)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sort(store: pyoxigraph.Store, stream: BinaryIO, work: Path) -> None:
    """The default graph as N-Triples in byte order: sorted in runs of bounded size on disk, then merged."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=work)))
        unsorted = folder / "unsorted"
        with unsorted.open("wb") as dump:
            store.dump(dump, RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
        runs = [stack.enter_context(run.open("rb")) for run in _sorted_runs(unsorted, folder)]
        stream.writelines(heapq.merge(*runs))


def _sorted_runs(unsorted: Path, folder: Path) -> Iterator[Path]:
    with unsorted.open("rb") as lines:
        number = 0
        while batch := sorted(islice(lines, _LINES_IN_MEMORY)):
            number += 1
            run = folder / str(number)
            with run.open("wb") as stream:
                stream.writelines(batch)
            yield run
