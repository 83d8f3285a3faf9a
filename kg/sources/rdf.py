"""RDF as it is: any file of statements, which go into the graph unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pyoxigraph
from pyoxigraph import RdfFormat, Triple

from kg.records import Graph, Reading, SourceRecord
from kg.sources.chunks import line_chunks
from kg.sources.contract import Chunk, Source
from kg.sources.faults import Faults
from kg.sources.files import SourceFile
from kg.sources.rdf_files import FORMATS, BlankNodeNames, format_of, n_triples, statements

_AT_A_TIME = 10_000  # statements in a record
_LINES = {RdfFormat.N_TRIPLES: "N-Triples", RdfFormat.N_QUADS: "N-Quads"}
_CHECKED = "checked"


def chunks(file: SourceFile) -> Iterator[Chunk]:
    """Lines where a statement is a line; else statements that are parsed here, because only the whole file can be."""
    rdf_format = format_of(file.name)
    if rdf_format is None:
        raise file.error(f"its name does not say which RDF it is; known are {', '.join(FORMATS)}")
    if rdf_format in _LINES:
        yield from line_chunks(file, _LINES[rdf_format])
        return
    triples, number = statements(file, rdf_format), 1
    while batch := list(islice(triples, _AT_A_TIME)):
        yield Chunk(file.name, number, n_triples(batch), _CHECKED)
        number += len(batch)


def readings(chunk: Chunk) -> Iterator[Reading]:
    """One record for the statements of a chunk: nothing in RDF says where one ends. A bad line is one of its own."""
    if not chunk.data.strip():
        return
    faults = Faults(chunk.file, chunk.number)
    source = SourceRecord(f"{chunk.file}-{chunk.number}", f"{chunk.file}, from statement {chunk.number}")
    if chunk.kind == _CHECKED:
        yield Reading((Graph(lines=chunk.data.decode(), source=source),))
        return
    names = BlankNodeNames(chunk.file)
    rdf_format = RdfFormat.N_QUADS  # which takes N-Triples as well
    try:
        triples = [names.renamed(quad) for quad in pyoxigraph.parse(chunk.data, rdf_format)]
    except (SyntaxError, ValueError):
        triples = []
        for number, line in enumerate(chunk.data.split(b"\n"), start=chunk.number):
            found = _statement(line, names)
            triples += found
            if not found and line.strip() and not line.lstrip().startswith(b"#"):
                yield Reading(
                    (),
                    Faults(chunk.file, number).whole(f"not a line of {chunk.kind}", line[:80].decode(errors="replace")),
                )
    if triples:
        yield Reading((Graph(lines=n_triples(triples).decode(), source=source),), faults.rejects)


def _statement(line: bytes, names: BlankNodeNames) -> list[Triple]:
    try:
        return [names.renamed(quad) for quad in pyoxigraph.parse(line, RdfFormat.N_QUADS)]
    except (SyntaxError, ValueError):
        return []


SOURCE = Source(
    name="rdf",
    version="1",
    description="RDF of any format, as it is (named graphs are merged)",
    chunks=chunks,
    readings=readings,
    endings=tuple(FORMATS),
)
