"""What an adapter is: it cuts a file into chunks, quickly, and reads the records of a chunk, in any process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kg.records import Reading
from kg.sources.files import SourceFile


class Chunk(msgspec.Struct, frozen=True):
    """Some records of a file as bytes, which can be read without the rest of it.

    `file` is the name shown in rejects; `number` the place of the first record, counted from 1 (the line, in formats
    of lines); `kind` is the adapter's own, for formats that hold several.
    """

    file: str
    number: int
    data: bytes
    kind: str = ""


@dataclass(frozen=True)
class Source:
    """A format that `kg load` takes.

    `chunks` streams a file with bounded memory and does as little as it can, because one process does it for all; it
    raises SourceError if the file as a whole cannot be taken. `readings` decodes and cleans: it is pure, runs in many
    processes, yields one Reading for each record of the source and never raises because of what the data says.
    `version` changes when the output for the same file does. `endings` says which files of a folder are taken (before
    '.gz', '.zst', '.bz2' or '.xz').
    """

    name: str
    version: str
    description: str
    chunks: Callable[[SourceFile], Iterator[Chunk]]
    readings: Callable[[Chunk], Iterator[Reading]]
    endings: tuple[str, ...]

    def read(self, path: Path) -> Iterator[Reading]:
        """All readings of one file, in this process. Raises SourceError where the file as a whole cannot be taken."""
        for chunk in self.chunks(SourceFile(path)):
            yield from self.readings(chunk)
