"""Derived statements as a file beside the database: what the rules of ontology/derived say, and what is said of links.

Zstandard, one N-Triples line a statement, so that the next build knows what it has to take back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyoxigraph
import zstandard
from pyoxigraph import RdfFormat

from kg import paths
from kg.files import checksum
from kg.segments import segment_id

_BLOCK = 2**20


def lines(path: Path) -> Iterator[list[bytes]]:
    """The statements, block after block; none where there is no file."""
    if not path.exists():
        return
    with path.open("rb") as packed:
        stream = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
        rest = b""
        while block := stream.read(_BLOCK):
            found = (rest + block).splitlines(keepends=True)
            rest = b"" if found[-1].endswith(b"\n") else found.pop()
            yield found
        yield [rest] if rest else []


def statements(path: Path) -> set[bytes]:
    """All of them at once, as lines."""
    return {line for block in lines(path) for line in block}


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """What is written takes the place of the file at the end, if there is no error."""
    unfinished = path.with_suffix(".partial")
    with unfinished.open("wb") as stream:
        yield stream
    unfinished.replace(path)


def rewrite(path: Path, gone: set[bytes], come: set[bytes]) -> None:
    """Without some lines, with others."""
    with replacing(path) as raw, zstandard.ZstdCompressor(level=1).stream_writer(raw) as stream:
        for block in lines(path):
            stream.write(b"".join(line for line in block if line not in gone))
        stream.write(b"".join(sorted(come)))


def derive_by_rules(path: Path, database: pyoxigraph.Store, first: Iterable[bytes]) -> None:
    """Add the `first` statements, then run every rule over all there are and add what the rules say."""
    with replacing(path) as raw, zstandard.ZstdCompressor().stream_writer(raw) as stream:
        for block in first:
            stream.write(block)
            database.bulk_load(block, RdfFormat.N_TRIPLES)
        results = [database.query(rule.read_text("utf-8")) for rule in _rules()]
        for result in results:
            assert isinstance(result, pyoxigraph.QueryTriples)  # noqa: S101 - the rules are CONSTRUCT queries
            result.serialize(stream, RdfFormat.N_TRIPLES)
    with path.open("rb") as packed:
        database.bulk_load(zstandard.ZstdDecompressor().stream_reader(packed), RdfFormat.N_TRIPLES)


def rules_digest() -> str:
    """Changes when a rule does."""
    return segment_id(*(f"{rule.name} {checksum(rule)}" for rule in _rules()))


def _rules() -> list[Path]:
    return sorted((paths.ONTOLOGY / "derived").glob("*.rq"))
