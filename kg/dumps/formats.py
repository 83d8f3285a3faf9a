"""Which files a dump can consist of: every RDF format, plain for who asks for it, kept with two compressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kg.errors import UsageError
from kg.formats import JELLY, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, GraphFormat, StreamFormat

DumpFormat = GraphFormat | StreamFormat
RDF_FORMATS: tuple[DumpFormat, ...] = (N_TRIPLES, N_QUADS, TURTLE, TRIG, JSON_LD, RDF_XML, JELLY)
Compression = Literal["", "zst", "gz"]
_COMPRESSIONS: dict[Compression, str] = {"": "", "zst": "application/zstd", "gz": "application/gzip"}
PARQUET = "parquet"
PARQUET_TYPE = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class FileType:
    """A kind of file: an RDF format with a compression, or none."""

    graph_format: DumpFormat
    compression: Compression = ""

    @property
    def extension(self) -> str:
        """What the file's name ends in: `nt`, `ttl.zst`, …"""
        return ".".join(filter(None, (self.graph_format.extension, self.compression)))

    @property
    def media_type(self) -> str:
        return _COMPRESSIONS[self.compression] or self.graph_format.media_type

    @property
    def other_media_types(self) -> tuple[str, ...]:
        return () if self.compression else self.graph_format.other_media_types

    @property
    def kept(self) -> FileType:
        """The file that this one is read from: what is plain is kept compressed, and unpacked while it is sent."""
        return self if self.compression else FileType(self.graph_format, "zst")


FILE_TYPES = tuple(FileType(known, compression) for known in RDF_FORMATS for compression in _COMPRESSIONS)
KEPT = tuple(known for known in FILE_TYPES if known.compression)
USUAL = tuple(known for known in KEPT if known.graph_format != JELLY)
"""Jelly takes as long to write as all others together, so that large graphs have it where it is asked for."""
_BY_EXTENSION = {known.extension: known for known in FILE_TYPES}


def file_type(extension: str) -> FileType | None:
    """
    >>> file_type("ttl.gz").media_type, file_type("ttl").kept.extension, file_type("zip")
    ('application/gzip', 'ttl.zst', None)
    """
    return _BY_EXTENSION.get(extension)


@dataclass(frozen=True)
class Choice:
    """What a dump is made of; `tables`: the Parquet files too, where they can be written."""

    files: tuple[FileType, ...] = USUAL
    tables: bool = True

    @classmethod
    def parse(cls, text: str) -> Choice:
        """From extensions with spaces between, and `all` for the usual ones, or nothing; UsageError for what is none.

        >>> Choice.parse("all") == Choice(), len(Choice.parse("all jelly").files) - len(Choice().files)
        (True, 1)
        >>> Choice.parse("ttl.gz nt").files == (FileType(N_TRIPLES, "zst"), FileType(TURTLE, "gz"))
        True
        """
        words = set(text.replace(",", " ").split())
        unknown = words - {"all", PARQUET, *_BY_EXTENSION}
        if unknown:
            known = " ".join(("all", *_BY_EXTENSION, PARQUET))
            raise UsageError(f"{min(unknown)!r} is no kind of dump; take some of: {known}", min(unknown))
        wanted = {_BY_EXTENSION[word].kept for word in words - {"all", PARQUET}}
        if "all" in words:
            wanted.update(USUAL)
        return cls(tuple(known for known in KEPT if known in wanted), not words.isdisjoint(("all", PARQUET)))

    def __str__(self) -> str:
        """What `parse` makes the same choice of."""
        return " ".join([known.extension for known in self.files] + [PARQUET] * self.tables)

    def __bool__(self) -> bool:
        return bool(self.files or self.tables)
