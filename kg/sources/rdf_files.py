"""RDF files of any format: told by name or content, parsed without fetching anything, blank nodes named for good."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from typing import IO, Protocol, cast

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple

from kg.sources.files import COMPRESSION_ENDINGS, SourceFile

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
START = 2**16
"""Bytes at the start of a file that tell its format, and its blank nodes from those of other files."""
DEEPEST = 5_000
"""Statements about statements within each other; parsers die of some ten thousand."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_STARTS = (
    (re.compile(rb"\s*[{\[].*\"@(?:context|graph|id)\"", re.DOTALL), RdfFormat.JSON_LD),
    (re.compile(rb"\s*(?:<\?xml|<!--|<!DOCTYPE|<\w+:RDF\b)"), RdfFormat.RDF_XML),
    # Turtle and N-Triples are TriG as well.
    (re.compile(rb"(?:\s|#[^\n]*\n)*(?:@?(?:prefix|base)\s|_:\w|<\w+:[^<>\s]*>)", re.IGNORECASE), RdfFormat.TRIG),
)
# Names for the start of an IRI are usual; an entity made of others is a bomb.
_PLAIN_ENTITY = re.compile(rb"<!ENTITY\s+[\w.-]+\s+(?:\"[^\"&%<]{0,256}\"|'[^'&%<]{0,256}')\s*>")
_ENTITY = re.compile(rb"<!ENTITY")


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def format_of(name: str) -> RdfFormat | None:
    """The format that a file's name says, whatever it is compressed with."""
    for ending in COMPRESSION_ENDINGS:
        name = name.removesuffix(ending)
    return next((found for ending, found in FORMATS.items() if name.lower().endswith(ending)), None)


def format_in(start: bytes) -> RdfFormat | None:
    """The format that a file's first bytes show.

    >>> format_in(b"@prefix : <http://example.org/> ."), format_in(b"TY  - JOUR")
    (<RdfFormat TriG>, None)
    """
    start = start.removeprefix(BYTE_ORDER_MARK)
    return next((found for pattern, found in _STARTS if pattern.match(start)), None)


def statements(file: SourceFile, content: Readable, rdf_format: RdfFormat | None) -> Iterator[Triple]:
    """The statements of a file, those of named graphs without their graphs; without a format its first bytes tell.

    SourceError where it is not RDF.
    """
    start = _start(content)
    rdf_format = rdf_format or format_in(start)
    if rdf_format is None:
        raise file.error(
            f"its name does not say which RDF it is, nor do its first bytes; known are {', '.join(FORMATS)}"
        )
    names = BlankNodeNames(name_prefix(file.name, start))
    stream = io.BufferedReader(_Checked(file, start, content, rdf_format), START)
    try:
        for quad in pyoxigraph.parse(cast(IO[bytes], stream), rdf_format, base_iri="urn:file:"):
            if rdf_format == RdfFormat.N3 and not isinstance(quad.graph_name, DefaultGraph):
                raise file.error("holds formulas in braces, which nobody states as they stand there")
            yield names.renamed(quad)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        reason = " ".join(str(getattr(error, "msg", None) or error).split())
        raise file.error(f"is not {rdf_format.name}: {reason}", line) from error
    except RecursionError as error:
        raise file.error("holds statements about statements without end") from error


def n_triples(triples: Iterator[Triple] | list[Triple]) -> bytes:
    return cast(bytes, pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES))


def name_prefix(file: str, start: bytes) -> str:
    """What the names of a file's blank nodes start with, and those of no other file."""
    name = file.encode("utf-8", "surrogatepass")
    return "f" + hashlib.blake2b(name + b"\0" + start[:START], digest_size=6).hexdigest()


class BlankNodeNames:
    """Names for the blank nodes of one file, the same whenever it is read.

    `are_written`: the file gives every one a label, so that pieces of it can be read apart. Elsewhere parsers make
    labels up, and the order in which they come is what stays.
    """

    def __init__(self, prefix: str, are_written: bool = False) -> None:
        self._prefix = prefix
        self._are_written = are_written
        self._keys: dict[str, str] = {}

    def renamed(self, statement: Quad | Triple) -> Triple:
        subject, term = statement.subject, statement.object
        if isinstance(subject, BlankNode):
            subject = self._name(subject)
        if isinstance(term, BlankNode):
            term = self._name(term)
        elif isinstance(term, Triple):
            term = self.renamed(term)
        return Triple(cast(NamedNode, subject), statement.predicate, term)

    def _name(self, node: BlankNode) -> BlankNode:
        key = self._keys.get(node.value)
        if key is None:
            label = hashlib.blake2b(node.value.encode(), digest_size=8).hexdigest()
            key = self._keys[node.value] = label if self._are_written else str(len(self._keys))
        return BlankNode(f"{self._prefix}x{key}")


def _start(content: Readable) -> bytes:
    start = b""
    while len(start) < START and (block := content.read(START - len(start))):
        start += block
    return start


class _Checked(io.RawIOBase):
    """The content in blocks, without what parsers die of."""

    def __init__(self, file: SourceFile, start: bytes, content: Readable, rdf_format: RdfFormat) -> None:
        self._file = file
        self._content = content
        self._check = self._check_entities if rdf_format == RdfFormat.RDF_XML else self._check_depth
        self._depth = 0
        self._end = b""
        self._pending = memoryview(start.removeprefix(BYTE_ORDER_MARK))
        self._check(start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if not self._pending:
            block = self._content.read(START)
            self._check(block)
            self._pending = memoryview(block)
        size = min(len(view), len(self._pending))
        view[:size], self._pending = self._pending[:size], self._pending[size:]
        return size

    def _check_entities(self, block: bytes) -> None:
        """They stand at the start of a file, and name what others are made of."""
        text = self._end + block
        if any(not _PLAIN_ENTITY.match(text, found.start()) for found in _ENTITY.finditer(text)):
            raise self._file.error("declares entities that are more than short texts")
        self._end = text[-len("<!ENTITY") + 1 :]

    def _check_depth(self, block: bytes) -> None:
        opened = block.count(b"<<")
        self._depth = max(self._depth + opened - block.count(b">>"), 0) if opened else 0
        if self._depth > DEEPEST:
            raise self._file.error("holds statements about statements without end")
