"""DBLP, the bibliography of computer science: BibTeX, XML and RDF, told apart by how a file begins.

https://dblp.org
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from kg.records import Reading
from kg.sources import bibtex_entries
from kg.sources.contract import Chunk, Source
from kg.sources.dblp import bibtex, rdf, xml
from kg.sources.files import SourceFile, Stream

_RDF_XML = re.compile(rb"<(?:\w+:)?RDF\b")
_XML = re.compile(rb"<(?!https?:)[?!\w]")
_PREFIXES = re.compile(rb"^[ \t]*(?:@prefix|@base|prefix|base)\s", re.MULTILINE | re.IGNORECASE)
_TRIPLE = re.compile(rb"^(?:<[^<>\s]*>|_:\S+)[ \t]+<[^<>\s]*>[ \t]+\S[^\n]*\.[ \t]*$", re.MULTILINE)
_ADDRESS = re.compile(rb"^<https?:", re.MULTILINE)
_BEGINNING = 2**16
_READERS = {bibtex_entries.KIND: bibtex.readings, xml.KIND: xml.readings}


def chunks(file: SourceFile) -> Iterator[Chunk]:
    """The records of whatever the file holds. SourceError if it holds none of DBLP's formats."""
    with _begun(file) as (start, begun):
        start = start[:_BEGINNING].removeprefix(b"\xef\xbb\xbf").lstrip()
        if _XML.match(start):
            if not _RDF_XML.search(start):
                yield from xml.xml_chunks(begun)
                return
            if b"<!ENTITY" in start:
                raise file.error("defines entities of its own, which DBLP's files do not")
            yield from rdf.document_chunks(begun)
        elif bibtex_entries.STARTS.search(start) or not start:
            yield from bibtex_entries.bibtex_chunks(begun)
        elif _PREFIXES.search(start):
            yield from rdf.turtle_chunks(begun)
        elif _ADDRESS.search(start) or start.startswith(b"_:"):
            yield from rdf.triple_chunks(begun) if _TRIPLE.search(start) else rdf.turtle_chunks(begun)
        else:
            raise file.error("is neither BibTeX, XML nor RDF")


def readings(chunk: Chunk) -> Iterator[Reading]:
    """The records of a chunk, by its kind."""
    return _READERS.get(chunk.kind.partition(" ")[0], rdf.readings)(chunk)


@contextmanager
def _begun(file: SourceFile) -> Iterator[tuple[bytes, SourceFile]]:
    """How the file begins, and the file from its beginning; standard input cannot be opened twice."""
    with file.open() as stream:
        start = stream.read()
        yield start, _BegunFile(file, stream, start)


class _BegunFile(SourceFile):
    """A file that was opened already."""

    def __init__(self, file: SourceFile, stream: Stream, start: bytes) -> None:
        super().__init__(file.path, file.name)
        self._stream = _BegunStream(stream, start)

    @contextmanager
    def open(self) -> Iterator[Stream]:
        yield self._stream


class _BegunStream(Stream):
    """A stream of which the first block was read already."""

    def __init__(self, stream: Stream, start: bytes) -> None:
        self._rest = stream
        self._start = start

    def read(self, size: int = 2**20) -> bytes:
        if self._start:
            block, self._start = self._start[:size], self._start[size:]
            return block
        return self._rest.read(size)


SOURCE = Source(
    name="dblp",
    version="1",
    description="DBLP: its BibTeX, XML (also the dump dblp.xml.gz), and RDF",
    chunks=chunks,
    readings=readings,
    endings=(".bib", ".xml", ".ttl", ".nt", ".rdf"),
)
