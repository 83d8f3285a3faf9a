"""Derived statements as files beside the database: what the rules of ontology/derived say, and what is said of links.

    derived-<id>.nt.zst            as they were when the graph was built, one N-Triples line a statement
    derived-<id>.nt.zst.changes    since then: lines that came, and after a - those that went

so that the next build knows what it has to take back. Neither is ever changed in place: other stores may link to it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import IO

import pyoxigraph
import zstandard
from pyoxigraph import BlankNode, Quad, RdfFormat, Triple

from kg import paths
from kg.files import checksum
from kg.segments import compressed, segment_id

_BLOCK = 2**20
# Changes when kg/facts.py or kg/recounts.py count otherwise, so that a graph of before is built anew.
_COUNTING = "3"


def statements(path: Path) -> set[bytes]:
    """All of them, as lines."""
    found: set[bytes] = set()
    for line in chain(_lines(path), _lines(_changes(path))):
        if line.startswith(b"-"):
            found.discard(line[1:])
        else:
            found.add(line)
    return found


def line(quad: Quad) -> bytes:
    """A statement as a line of such a file."""
    return f"{quad.triple} .\n".encode()


def link(source: Path, target: Path) -> None:
    """Have the same statements under another name."""
    for path, of in ((source, target), (_changes(source), _changes(target))):
        if path.exists():
            os.link(path, of)


def whole(source: Path, target: Path) -> None:
    """Have all of them, as they are now, in one file."""
    if _changes(source).exists():
        target.write_bytes(compressed(b"".join(sorted(statements(source)))))
    else:
        os.link(source, target)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """What is written takes the place of all of them at the end, if there is no error."""
    with _replacing(path) as stream:
        yield stream
    _changes(path).unlink(missing_ok=True)


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    unfinished = path.with_name(path.name + ".partial")
    with unfinished.open("wb") as stream:
        yield stream
    unfinished.replace(path)


def change(path: Path, gone: set[bytes], come: set[bytes], at_once: bool = False) -> None:
    """Without some lines, with others. Takes as long as they are many, but for a time in a while; never if it has to be
    `at_once`."""
    changes = _changes(path)
    known = changes.read_bytes() if changes.exists() else b""
    more = compressed(b"".join([*(b"-" + line for line in sorted(gone)), *sorted(come)]))
    if at_once or len(known) + len(more) < path.stat().st_size:
        with _replacing(changes) as stream:
            stream.write(known + more)
    else:
        left = statements(path) - gone | come
        with replacing(path) as stream:
            stream.write(compressed(b"".join(sorted(left))))


def derive_by_rules(path: Path, database: pyoxigraph.Store, first: Iterable[bytes], edit: Callable[[], object]) -> None:
    """Add the `first` statements, then run every rule over all there are and add what the rules say.

    `edit` makes the edits in the database: of the first ones a person may have removed some.
    """
    with replacing(path) as raw:
        with _compressing(raw) as stream:
            for block in first:
                stream.write(block)
                database.bulk_load(block, RdfFormat.N_TRIPLES)
        edit()
        start = raw.tell()
        results = [database.query(rule.read_text("utf-8")) for rule in _rules()]
        with _compressing(raw) as stream:
            for result in results:
                assert isinstance(result, pyoxigraph.QueryTriples)  # noqa: S101 - the rules are CONSTRUCT queries
                pyoxigraph.serialize(filter(_is_named, result), stream, RdfFormat.N_TRIPLES)
    with path.open("rb") as packed:
        packed.seek(start)
        database.bulk_load(zstandard.ZstdDecompressor().stream_reader(packed), RdfFormat.N_TRIPLES)


def _compressing(raw: IO[bytes]) -> zstandard.ZstdCompressionWriter:
    return zstandard.ZstdCompressor().stream_writer(raw, closefd=False)


def _is_named(triple: Triple) -> bool:
    """Whether a line can say it: a blank node that is read from one is another than the one that was meant."""
    return not any(isinstance(term, BlankNode) for term in (triple.subject, triple.object))


def rules_digest() -> str:
    """Changes when a rule does, or how what it says is counted without it."""
    return segment_id(_COUNTING, *(f"{rule.name} {checksum(rule)}" for rule in _rules()))


def _rules() -> list[Path]:
    return sorted((paths.ONTOLOGY / "derived").glob("*.rq"))


def _changes(path: Path) -> Path:
    return path.with_name(path.name + ".changes")


def _lines(path: Path) -> Iterator[bytes]:
    """None where there is no file."""
    if not path.exists():
        return
    with path.open("rb") as packed:
        yield from BufferedReader(zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True), _BLOCK)
