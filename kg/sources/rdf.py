"""RDF as it is: any file of statements, which go into the graph unchanged, but for what every graph counts itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import msgspec
import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple

from kg import namespaces as ns
from kg.records import Graph, Reading, SourceRecord
from kg.sources.chunks import line_chunks
from kg.sources.contract import Chunk, Source
from kg.sources.faults import Faults
from kg.sources.files import SourceFile
from kg.sources.rdf_files import (
    BYTE_ORDER_MARK,
    DEEPEST,
    FORMATS,
    BlankNodeNames,
    format_of,
    n_triples,
    name_prefix,
    statements,
)

_AT_A_TIME = 10_000  # statements in a record
_LINES = {RdfFormat.N_TRIPLES: "N-Triples", RdfFormat.N_QUADS: "N-Quads"}
_CHECKED = "checked"
# The dump of another graph has its figures in it, which would stand beside those of this graph.
_COUNTED = frozenset((ns.PAPER_COUNT, ns.COAUTHOR_COUNT, ns.CITED_BY_COUNT, ns.COUNT_OF, ns.AUTHOR_LIST_COMPLETE))
_YEARLY_COUNT = re.compile(r"#papers-[0-9]+\Z")


def chunks(file: SourceFile) -> Iterator[Chunk]:
    """Lines where a statement is a line; else statements that are parsed here, because only the whole file can be."""
    rdf_format = format_of(file.name)
    if rdf_format in _LINES:
        prefix = None
        for chunk in line_chunks(file):
            data = chunk.data if prefix else chunk.data.removeprefix(BYTE_ORDER_MARK)
            prefix = prefix or name_prefix(file.name, data)
            yield msgspec.structs.replace(chunk, data=data, kind=f"{_LINES[rdf_format]} {prefix}")
        return
    with file.open() as stream:
        triples, number = filter(_is_taken, statements(file, stream, rdf_format)), 1
        while batch := list(islice(triples, _AT_A_TIME)):
            yield Chunk(file.name, number, n_triples(batch), _CHECKED)
            number += len(batch)


def readings(chunk: Chunk) -> Iterator[Reading]:
    """One record for the statements of a chunk: nothing in RDF says where one ends. A bad line is one of its own."""
    if not chunk.data.strip():
        return
    source = SourceRecord(f"{chunk.file}-{chunk.number}", f"{chunk.file}, from statement {chunk.number}")
    if chunk.kind == _CHECKED:
        yield Reading((Graph(lines=chunk.data.decode(), source=source),))
        return
    kind, _, prefix = chunk.kind.partition(" ")
    names = BlankNodeNames(prefix, are_written=True)
    triples = _statements(chunk.data, names) if b"<<" not in chunk.data else None
    if triples is None:
        triples = []
        for number, line in enumerate(chunk.data.split(b"\n"), start=chunk.number):
            found = _statements(line, names) if line.count(b"<<") < DEEPEST else None
            triples += found or ()
            if found is None:
                excerpt = line[:80].decode(errors="replace")
                yield Reading((), Faults(chunk.file, number).whole(f"not a line of {kind}", excerpt))
    if triples:
        yield Reading((Graph(lines=n_triples(triples).decode(), source=source),))


def _statements(lines: bytes, names: BlankNodeNames) -> list[Triple] | None:
    """None if anything in them is no statement."""
    try:
        # Which takes N-Triples as well.
        return [names.renamed(quad) for quad in pyoxigraph.parse(lines, RdfFormat.N_QUADS) if _is_taken(quad)]
    except (SyntaxError, ValueError, RecursionError):
        return None


def _is_taken(statement: Quad | Triple) -> bool:
    return statement.predicate.value not in _COUNTED and not (
        isinstance(statement.subject, NamedNode) and _YEARLY_COUNT.search(statement.subject.value)
    )


SOURCE = Source(
    name="rdf",
    version="3",
    description="RDF of any format, as it is (named graphs are merged)",
    chunks=chunks,
    readings=readings,
    endings=tuple(FORMATS),
)
