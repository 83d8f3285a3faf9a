"""Records made in a test, as a source, so that they go the way of all records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.records import Reading, Record
from kg.sources import Chunk, Source
from kg.sources.files import SourceFile


def made_source(name: str, records: Iterable[Record]) -> Source:
    """A source that gives these records, whatever file it is asked to read."""
    made = tuple(records)

    def chunks(file: SourceFile) -> Iterator[Chunk]:
        yield Chunk(file.name, 1, b"")

    def readings(_: Chunk) -> Iterator[Reading]:
        return (Reading((record,)) for record in made)

    return Source(name, "1", "records made here", chunks, readings, ("",))
