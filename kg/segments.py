"""Segments: one compressed N-Triples file a dataset, with a manifest. The store is built from them and can be rebuilt.

    segments/<dataset>/<segment id>.nt.zst        the statements
    segments/<dataset>/<segment id>.json          the manifest
    segments/<dataset>/<segment id>.rejects.jsonl what could not be taken
    datasets.json                                 the catalogue: which segment stands for which dataset

A segment's id is a digest of all that its content depends on, so that the same input is never mapped twice.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
import zstandard

from kg.errors import StoreBusy, StoreError, UsageError
from kg.files import file_lock, sync, write_atomically
from kg.records import Reject

_DATASET_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_COMPRESSION_LEVEL = 3


class Input(msgspec.Struct, frozen=True):
    """One input file of a dataset; `path` is where it was read, `checksum` its SHA-256."""

    path: str
    checksum: str
    size: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a segment is made of. `statements` counts lines, so a statement of two records counts twice."""

    dataset: str
    segment: str
    adapter: str
    adapter_version: str
    base_iri: str
    retrieved: str | None = None
    inputs: tuple[Input, ...] = ()
    records: int = 0
    rejects: int = 0
    statements: int = 0


def dataset_name(text: str) -> str:
    """A dataset's name from what a person or a file name says; UsageError if nothing is left of it.

    >>> dataset_name("Evan Hubinger.txt")
    'evan-hubinger.txt'
    """
    name = re.sub(r"[^a-z0-9._-]+", "-", text.casefold()).strip("-._")[:100]
    if not _DATASET_NAME.fullmatch(name):
        raise UsageError(f"{text!r} is no name for a dataset; give one with --dataset, of letters, digits and hyphens")
    return name


def segment_id(*parts: str | None) -> str:
    """The digest of everything that a segment's content depends on."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:20]


class SegmentStore:
    """The segments of a store folder and the catalogue that says which are in force."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "segments"
        self._catalogue = folder / "datasets.json"

    def catalogue(self) -> dict[str, str]:
        """Dataset name to segment id, in alphabetical order."""
        try:
            datasets = msgspec.json.decode(self._catalogue.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError as error:
            raise StoreError(f"{self._catalogue} is damaged ({error}); restore a backup", self._catalogue) from error
        return dict(sorted(datasets.items()))

    def put_in_force(self, segments: dict[str, str]) -> None:
        """From now on these segments stand for these datasets. The caller holds the writer's lock."""
        datasets = self.catalogue() | segments
        write_atomically(self._catalogue, msgspec.json.format(msgspec.json.encode(dict(sorted(datasets.items())))))

    def manifest(self, dataset: str, segment: str) -> Manifest:
        path = self._path(dataset, segment, ".json")
        try:
            return msgspec.json.decode(path.read_bytes(), type=Manifest)
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"{path} cannot be read ({error}); load {dataset!r} again", path) from error

    def exists(self, dataset: str, segment: str) -> bool:
        return self._path(dataset, segment, ".json").exists()

    def statements_path(self, dataset: str, segment: str) -> Path:
        return self._path(dataset, segment, ".nt.zst")

    def rejects_path(self, dataset: str, segment: str) -> Path:
        return self._path(dataset, segment, ".rejects.jsonl")

    def files(self, dataset: str, segment: str) -> list[Path]:
        """The files that a segment consists of."""
        return [self._path(dataset, segment, ending) for ending in (".nt.zst", ".rejects.jsonl", ".json")]

    def _path(self, dataset: str, segment: str, ending: str) -> Path:
        return self.folder / dataset / (segment + ending)

    @contextmanager
    def writing(self, dataset: str) -> Iterator[SegmentWriter]:
        """A writer whose files appear only when it is committed; on any error nothing is left."""
        folder = self.folder / dataset
        folder.mkdir(parents=True, exist_ok=True)
        writer = SegmentWriter(folder)
        try:
            yield writer
        finally:
            writer.discard()

    @contextmanager
    def reading(self, dataset: str, segment: str) -> Iterator[BinaryIO]:
        """The statements as a stream of N-Triples."""
        with self.statements_path(dataset, segment).open("rb") as compressed:
            yield cast(BinaryIO, zstandard.ZstdDecompressor().stream_reader(compressed))

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """While this is held by anyone, no segment is removed: one just written is not in the catalogue yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with file_lock(self.folder / "in-use.lock", shared=True):
            yield

    def remove_unused(self) -> None:
        """Remove segments that the catalogue does not name, and what a crash left, unless any is in use."""
        with suppress(StoreBusy), file_lock(self.folder / "in-use.lock", wait=False):
            in_force = self.catalogue()
            for debris in self.folder.glob("*/.writing-*"):
                shutil.rmtree(debris)
            for path in self.folder.glob("*/*.*"):
                if in_force.get(path.parent.name) != path.name.partition(".")[0]:
                    path.unlink()


class SegmentWriter:
    """Writes one segment: statements and rejects to temporary files, then all into place with the manifest last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._work = Path(tempfile.mkdtemp(dir=folder, prefix=".writing-"))
        self._raw = (self._work / "statements").open("wb")
        self._compressed = zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL).stream_writer(self._raw, closefd=False)
        self._rejects = (self._work / "rejects").open("wb")
        self.statements = 0
        self.rejects = 0

    def write(self, lines: Iterable[str]) -> None:
        batch = list(lines)
        self.statements += len(batch)
        self._compressed.write("".join(batch).encode())

    def reject(self, reject: Reject) -> None:
        self.rejects += 1
        self._rejects.write(msgspec.json.encode(reject) + b"\n")

    def commit(self, manifest: Manifest) -> None:
        self._compressed.close()  # type: ignore[no-untyped-call]
        for stream in (self._raw, self._rejects):
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
        for name, ending in (("statements", ".nt.zst"), ("rejects", ".rejects.jsonl")):
            (self._work / name).replace(self._folder / (manifest.segment + ending))
        sync(self._folder)
        write_atomically(self._folder / f"{manifest.segment}.json", msgspec.json.format(msgspec.json.encode(manifest)))

    def discard(self) -> None:
        for stream in (self._raw, self._rejects):
            stream.close()
        for path in self._work.iterdir():
            path.unlink()
        self._work.rmdir()
