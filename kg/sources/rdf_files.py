"""RDF files of any format: told by their names, parsed without fetching anything, blank nodes named for good."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import IO, cast

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple

from kg.errors import SourceError
from kg.sources.files import COMPRESSION_ENDINGS, SourceFile, Stream

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
    ".n3": RdfFormat.N3,
}


def format_of(name: str) -> RdfFormat | None:
    """The format that a file's name says, whatever it is compressed with."""
    for ending in COMPRESSION_ENDINGS:
        name = name.removesuffix(ending)
    return next((found for ending, found in FORMATS.items() if name.lower().endswith(ending)), None)


def statements(file: SourceFile, rdf_format: RdfFormat) -> Iterator[Triple]:
    """The statements of a file, those of named graphs without their graphs. SourceError where it is not RDF."""
    names = BlankNodeNames(file.name)
    with file.open() as stream:
        try:
            parsed = pyoxigraph.parse(cast(IO[bytes], _Readable(stream)), rdf_format, base_iri="urn:file:")
            for quad in parsed:
                yield names.renamed(quad)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            reason = " ".join(str(getattr(error, "msg", None) or error).split())
            raise file.error(f"is not {rdf_format.name}: {reason}", line) from error


def n_triples(triples: Iterator[Triple] | list[Triple]) -> bytes:
    return cast(bytes, pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES))


class BlankNodeNames:
    """Names for the blank nodes of one file that no other file has, the same whenever it is read."""

    def __init__(self, file: str) -> None:
        self._prefix = "f" + hashlib.blake2b(file.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
        self._numbers: dict[str, int] = {}

    def renamed(self, quad: Quad) -> Triple:
        subject, term = quad.subject, quad.object
        if isinstance(subject, BlankNode):
            subject = self._name(subject)
        if isinstance(term, BlankNode):
            term = self._name(term)
        return Triple(cast(NamedNode, subject), quad.predicate, term)

    def _name(self, node: BlankNode) -> BlankNode:
        """By the order in which they come, because a parser makes names up for those that have none."""
        number = self._numbers.setdefault(node.value, len(self._numbers))
        return BlankNode(f"{self._prefix}x{number}")


class _Readable(io.RawIOBase):
    """A stream as parsers want it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.failure: SourceError | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size if size and size > 0 else 2**16)
