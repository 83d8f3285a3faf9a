"""What a dump says of itself: its files with their sizes and checksums, and of which snapshot they are."""

from __future__ import annotations

from pathlib import Path

import msgspec

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"


class DumpFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file. `statements` of RDF, `rows` of a table; `omitted` statements are those that the format cannot say."""

    name: str
    format: str
    media_type: str
    bytes: int
    sha256: str
    unpacked_bytes: int | None = None
    statements: int | None = None
    omitted: int = 0
    rows: int | None = None


class DumpManifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole dump. `graph` is the digest of what the snapshot holds; `created` is when that was published, in UTC."""

    snapshot: str
    graph: str
    created: str
    base_iri: str
    statements: int
    files: tuple[DumpFile, ...]
    licence: str | None = None
    named_graphs: int = 0

    def file(self, name: str) -> DumpFile | None:
        return next((file for file in self.files if file.name == name), None)

    def encoded(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self)) + b"\n"

    def checksums(self) -> bytes:
        """As `sha256sum --check` reads them."""
        return "".join(f"{file.sha256}  {file.name}\n" for file in self.files).encode()


def read_manifest(folder: Path) -> DumpManifest | None:
    """None where no dump has been finished."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=DumpManifest)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
