"""One stretch of the graph in every format at once, compressed: pieces that only have to be put one after another.

Zstandard frames and gzip members may follow each other in a file, so that processes can write them apart.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import zstandard

from kg.description.partitions import Partitions, partitions
from kg.dumps import jelly, json_ld, rdf_xml, tables, turtle
from kg.dumps.formats import Choice, Compression, DumpFormat
from kg.dumps.lines import INVERSE
from kg.dumps.sorting import Stretch, merged
from kg.dumps.terms import Statement
from kg.formats import JELLY, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE

_LEVEL = 3  # of Zstandard; half as fast again as the highest of its fast ones, and smaller
_GZIP = 31  # what zlib calls a window of 32 KiB with gzip's header

# What is written of one and the same pieces, up to what people wrote in named graphs.
SHARED: dict[DumpFormat, DumpFormat] = {N_QUADS: N_TRIPLES, TRIG: TURTLE}
BASES: tuple[DumpFormat, ...] = (N_TRIPLES, TURTLE, JSON_LD, RDF_XML, JELLY)
HEADERS: dict[DumpFormat, bytes] = {
    TURTLE: turtle.HEADER,
    JSON_LD: json_ld.HEADER,
    RDF_XML: rdf_xml.HEADER,
    JELLY: jelly.HEADER,
}
FOOTERS: dict[DumpFormat, bytes] = {JSON_LD: json_ld.FOOTER, RDF_XML: rdf_xml.FOOTER}
_SEPARATOR: dict[DumpFormat, bytes] = {JSON_LD: b",\n"}


@dataclass(frozen=True)
class Piece:
    """Text as it stands in a file, and how long it is when unpacked."""

    packed: bytes
    plain_size: int


def pack(text: bytes, compression: Compression) -> Piece:
    """The same text gives the same bytes."""
    if compression == "zst":
        return Piece(zstandard.ZstdCompressor(level=_LEVEL).compress(text), len(text))
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    return Piece(packer.compress(text) + packer.flush(), len(text))


@dataclass(frozen=True)
class Task:
    """A stretch of sorted runs. What the runs say of `asked`, which are beginnings of lines, the `answers` replace."""

    runs: Sequence[Path]
    stretch: Stretch
    is_first: bool = True
    asked: frozenset[bytes] = frozenset()
    answers: Sequence[bytes] = ()


@dataclass
class Pieces:
    """What became of a stretch: how many statements it has, its pieces by format and compression, rows by table."""

    statements: int
    pieces: dict[tuple[str, Compression], Piece] = field(default_factory=dict)
    omitted: dict[str, int] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)
    partitions: Partitions = field(default_factory=Partitions)


class _Writer(Protocol):
    """Writes stretches of statements in a format that cannot say everything; `omitted` counts what it left out."""

    omitted: int

    def text(self, statements: Sequence[Statement], /) -> bytes: ...


class PieceMaker:
    """Makes pieces of everything that was chosen, one stretch after another."""

    def __init__(self, choice: Choice) -> None:
        self._tables = choice.tables
        self._compressions: dict[DumpFormat, list[Compression]] = {}
        for known in choice.files:
            wanted = self._compressions.setdefault(SHARED.get(known.graph_format, known.graph_format), [])
            if known.compression not in wanted:
                wanted.append(known.compression)
        self._turtle = turtle.TurtleWriter()
        self._not_all: dict[DumpFormat, _Writer] = {
            JSON_LD: json_ld.JsonLdWriter(),
            RDF_XML: rdf_xml.RdfXmlWriter(),
            JELLY: jelly.JellyWriter(),
        }
        self._writers: dict[DumpFormat, Callable[[Sequence[Statement]], bytes]] = {TURTLE: self._turtle.text}
        self._writers |= {known: writer.text for known, writer in self._not_all.items()}

    def make(self, task: Task) -> Pieces:
        lines = merged(task.runs, task.stretch)
        if task.asked:
            lines = [line for line in lines if _start(line) not in task.asked]
            lines = sorted({*lines, *task.answers})
        return self.of_lines(lines, task.is_first)

    def of_lines(self, lines: list[bytes], is_first: bool = True) -> Pieces:
        """The same from sorted canonical lines without their ends."""
        statements = everything = self._split(lines)
        if self._tables:
            lines = [line for line, found in zip(lines, everything, strict=True) if found[1] != INVERSE]
            statements = [found for found in everything if found[1] != INVERSE]
        made = Pieces(len(statements), partitions=partitions(lines))
        for writer in self._not_all.values():
            writer.omitted = 0
        for graph_format, compressions in self._compressions.items():
            if graph_format == N_TRIPLES:
                text = b"\n".join((*lines, b""))
            else:
                text = self._writers[graph_format](statements)
                text = text if is_first else _SEPARATOR.get(graph_format, b"") + text
            for compression in compressions:
                made.pieces[graph_format.name, compression] = pack(text, compression)
        made.omitted = {known.name: writer.omitted for known, writer in self._not_all.items()}
        if self._tables:
            made.tables = tables.batches(everything)
        return made

    def _split(self, lines: list[bytes]) -> list[Statement]:
        return [tuple(line[:-2].split(b" ", 2)) for line in lines]  # type: ignore[misc]

    def of_graph(self, graph: bytes, lines: list[bytes]) -> dict[tuple[str, Compression], Piece]:
        """The same lines as a named graph, whose name is as in N-Triples, in the two formats that have such."""
        made = {}
        for graph_format, base in SHARED.items():
            for compression in self._compressions.get(base, ()):
                if graph_format == N_QUADS:
                    text = b"".join(b"%b %b .\n" % (line[:-2], graph) for line in lines)
                else:
                    text = b"GRAPH %b {\n%b}\n\n" % (self._turtle.node(graph), self._turtle.text(self._split(lines)))
                made[graph_format.name, compression] = pack(text, compression)
        return made


def _start(line: bytes) -> bytes:
    """Subject and predicate."""
    return line[: line.index(b" ", line.index(b" ") + 1) + 1]
