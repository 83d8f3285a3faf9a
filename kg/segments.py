"""Segments: what a dataset states, as compressed N-Triples, a part for each input file. The store is built from them.

    segments/<dataset>/<part>.nt.zst         the statements, record after record
    segments/<dataset>/<part>.records        a digest of each record's name, to tell records that recur
    segments/<dataset>/<part>.facts.zst      what statistics are computed from (kg/facts.py)
    segments/<dataset>/<part>.texts.zst      what the search index is built from (kg/texts.py)
    segments/<dataset>/<part>.mentions.zst   what is linked by (kg/linking/model.py)
    segments/<dataset>/<part>.rejects.jsonl  what could not be taken
    segments/<dataset>/<part>.part.json      what is in the part; written last
    segments/<dataset>/<segment>.json        the manifest: which parts make the segment
    datasets.json                            the catalogue: which segment stands for which dataset

The id of a part is a digest of all that its content depends on, so that the same file is never mapped twice; that of a
segment is a digest of its parts. Before the statements of a record stands a comment with the record's digest, so that
a newer version of the record can take their place.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

import msgspec
import zstandard

from kg.errors import StoreBusy, StoreError, UsageError
from kg.files import checksum, file_lock, sync, write_atomically
from kg.ntriples import whole_lines

_DATASET_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_COMPRESSION_LEVEL = 1
_BLOCK = 2**20  # bytes
_FRAME = 2**18  # bytes of statements that are compressed together: 5 % longer than all at once
CONTENT_ENDINGS = (".nt.zst", ".records", ".facts.zst", ".texts.zst", ".mentions.zst", ".rejects.jsonl")
PART_ENDINGS = (*CONTENT_ENDINGS, ".part.json")
DIGEST_SIZE = 8

_Read = TypeVar("_Read")


class Input(msgspec.Struct, frozen=True):
    """One input file of a dataset; `path` is where it was read, `checksum` its SHA-256."""

    path: str
    checksum: str
    size: int


class Counts(msgspec.Struct, frozen=True):
    """What became of records: each one read was mapped, rejected, or is the same record once more.

    `faults` are rejects of parts of records that were mapped; `statements` counts lines, so that what two records say
    counts twice.
    """

    read: int = 0
    mapped: int = 0
    rejected: int = 0
    duplicates: int = 0
    faults: int = 0
    statements: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            *(a + b for a, b in zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True))
        )


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one input file became. `has_facts`: statistics can be computed from its facts alone. `checksums` are the
    SHA-256 of its files, by their endings."""

    input: Input
    counts: Counts
    has_facts: bool = True
    checksums: dict[str, str] = {}


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a segment is made of: its parts, in the order of their files' names."""

    dataset: str
    segment: str
    adapter: str
    adapter_version: str
    base_iri: str
    retrieved: str | None = None
    inputs: tuple[Input, ...] = ()
    parts: tuple[str, ...] = ()
    counts: Counts = Counts()
    has_facts: bool = True


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

    def put_in_force(self, segments: Mapping[str, str | None]) -> None:
        """From now on these segments stand for these datasets; None: the dataset is no more. The caller holds the
        writer's lock."""
        datasets = {name: segment for name, segment in {**self.catalogue(), **segments}.items() if segment is not None}
        write_atomically(self._catalogue, msgspec.json.format(msgspec.json.encode(dict(sorted(datasets.items())))))

    def manifest(self, dataset: str, segment: str) -> Manifest:
        path = self.path(dataset, segment, ".json")
        try:
            return msgspec.json.decode(path.read_bytes(), type=Manifest)
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"{path} cannot be read ({error}); load {dataset!r} again", path) from error

    def write_manifest(self, manifest: Manifest) -> None:
        path = self.path(manifest.dataset, manifest.segment, ".json")
        write_atomically(path, msgspec.json.format(msgspec.json.encode(manifest)))

    def part(self, dataset: str, part: str) -> Part | None:
        """What is known of a part; None if it is not there."""
        path = self.path(dataset, part, ".part.json")
        try:
            return msgspec.json.decode(path.read_bytes(), type=Part)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"{path} cannot be read ({error}); remove it and load {dataset!r} again", path) from error

    def is_whole(self, dataset: str, part: str) -> bool:
        """Whether a part is there and its files are what was written. Reads all of them."""
        known = self.part(dataset, part)
        if known is None or not known.checksums:
            return False
        paths = ((self.path(dataset, part, ending), digest) for ending, digest in known.checksums.items())
        return all(path.exists() and checksum(path) == digest for path, digest in paths)

    def records(self, dataset: str, part: str) -> bytes:
        """The digests of a part's records, DIGEST_SIZE bytes each."""
        return b"".join(self.checked(dataset, part, ".records", _blocks))

    def facts(self, dataset: str, part: str) -> Iterator[bytes]:
        """The facts of a part, chunk after chunk as they were written."""
        return self.checked(dataset, part, ".facts.zst", _chunks)

    def texts(self, dataset: str, part: str) -> Iterator[bytes]:
        """The texts of a part, chunk after chunk as they were written."""
        return self.checked(dataset, part, ".texts.zst", _chunks)

    def mentions(self, dataset: str, part: str) -> Iterator[bytes]:
        """The mentions of a part, chunk after chunk as they were written."""
        return self.checked(dataset, part, ".mentions.zst", _chunks)

    def statements(self, dataset: str, part: str) -> Iterator[bytes]:
        """The statements of a part as N-Triples, in blocks of whole lines."""
        return whole_lines(self.checked(dataset, part, ".nt.zst", _unpacked_blocks))

    def checked(
        self, dataset: str, part: str, ending: str, read: Callable[[BinaryIO], Iterator[_Read]]
    ) -> Iterator[_Read]:
        """What is `read` of a file of a part. StoreError, at the latest when all is read, if it is not what was
        written: of a file that was cut the beginning can be read like a whole one."""
        path, known = self.path(dataset, part, ending), self.part(dataset, part)
        try:
            with path.open("rb") as stream:
                digested = _Digested(stream)
                yield from read(cast(BinaryIO, digested))
            if known and known.checksums.get(ending, digested.digest) != digested.digest:
                raise EOFError("it is not what was written")
        except (OSError, EOFError, zstandard.ZstdError) as error:
            raise StoreError(
                f"{path} is damaged ({error}); load {dataset!r} again with --replace, or restore a backup", path
            ) from error

    def statements_path(self, dataset: str, part: str) -> Path:
        return self.path(dataset, part, ".nt.zst")

    def rejects_path(self, dataset: str, part: str) -> Path:
        return self.path(dataset, part, ".rejects.jsonl")

    def files(self, dataset: str, segment: str) -> list[Path]:
        """The files that a segment consists of."""
        parts = self.manifest(dataset, segment).parts
        found = [self.path(dataset, part, ending) for part in parts for ending in PART_ENDINGS]
        return [*found, self.path(dataset, segment, ".json")]

    def path(self, dataset: str, name: str, ending: str) -> Path:
        """Where a file of a part is, or a manifest."""
        return self.folder / dataset / (name + ending)

    @contextmanager
    def writing(self, dataset: str) -> Iterator[PartWriter]:
        """A writer whose files appear only when it is committed; on any error nothing is left."""
        folder = self.folder / dataset
        folder.mkdir(parents=True, exist_ok=True)
        writer = PartWriter(folder)
        try:
            yield writer
        finally:
            writer.discard()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """While this is held by anyone, no segment is removed: one just written is not in the catalogue yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with file_lock(self.folder / "in-use.lock", shared=True):
            yield

    def remove_unused(self, datasets: Iterable[str]) -> None:
        """Remove what the catalogue does not name of these datasets, and what a crash left, unless any is in use.

        Of other datasets everything stays: an interrupted load continues with the parts that it made.
        """
        with suppress(StoreBusy), file_lock(self.folder / "in-use.lock", wait=False):
            in_force = self.catalogue()
            for debris in self.folder.glob("*/.writing-*"):
                shutil.rmtree(debris)
            for dataset in datasets:
                segment = in_force.get(dataset)
                used = {segment, *self.manifest(dataset, segment).parts} if segment else set()
                for path in (self.folder / dataset).glob("*.*"):
                    if path.name.partition(".")[0] not in used:
                        path.unlink()
                if segment is None:
                    shutil.rmtree(self.folder / dataset, ignore_errors=True)


class PartWriter:
    """Writes one part: to temporary files, then all into place with what is known of it last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._work = Path(tempfile.mkdtemp(dir=folder, prefix=".writing-"))
        self._streams = {ending: (self._work / ending[1:]).open("wb") for ending in CONTENT_ENDINGS}
        self._digests = {ending: hashlib.sha256() for ending in CONTENT_ENDINGS}

    def statements(self, frame: bytes) -> None:
        """Statements that are compressed already: Zstandard frames may follow one another."""
        self._write(".nt.zst", frame)

    def records(self, digests: bytes) -> None:
        self._write(".records", digests)

    def facts(self, frame: bytes) -> None:
        """Facts, `packed`."""
        self._write(".facts.zst", frame)

    def texts(self, frame: bytes) -> None:
        """Texts for the search index, `packed`."""
        self._write(".texts.zst", frame)

    def mentions(self, frame: bytes) -> None:
        """Mentions to be linked, `packed`."""
        self._write(".mentions.zst", frame)

    def rejects(self, lines: bytes) -> None:
        """Rejects as JSON Lines."""
        self._write(".rejects.jsonl", lines)

    def append(self, ending: str, source: BinaryIO) -> None:
        """The content of another part's file: what one part holds may follow what another does."""
        while block := source.read(2**20):
            self._write(ending, block)

    def _write(self, ending: str, content: bytes) -> None:
        self._streams[ending].write(content)
        self._digests[ending].update(content)

    def checksum(self, ending: str) -> str:
        """Of what was written of a file until now."""
        return self._digests[ending].hexdigest()

    def commit(self, name: str, part: Part) -> None:
        part = msgspec.structs.replace(part, checksums={ending: self.checksum(ending) for ending in self._digests})
        for ending, stream in self._streams.items():
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
            (self._work / ending[1:]).replace(self._folder / (name + ending))
        sync(self._folder)
        write_atomically(self._folder / f"{name}.part.json", msgspec.json.format(msgspec.json.encode(part)))

    def discard(self) -> None:
        """Leave nothing; after `commit` there is nothing to leave."""
        for stream in self._streams.values():
            stream.close()
        shutil.rmtree(self._work, ignore_errors=True)


def compressed(content: bytes) -> bytes:
    """A Zstandard frame."""
    return zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL).compress(content) if content else b""


def compressed_records(records: Iterable[bytes]) -> bytes:
    """Zstandard frames of some whole records each, so that one can be read again without unpacking many others."""
    frames, batch, size = list[bytes](), list[bytes](), 0
    for record in records:
        batch.append(record)
        size += len(record)
        if size >= _FRAME:
            frames.append(compressed(b"".join(batch)))
            batch, size = [], 0
    return b"".join(frames) + compressed(b"".join(batch))


def packed(content: bytes) -> bytes:
    """The facts, texts or mentions of one chunk as a part holds them: compressed, with their length before them."""
    return compressed(len(content).to_bytes(4, "big") + content)


def unpacked(path: Path) -> Iterator[bytes]:
    """What `packed` packed, chunk after chunk."""
    with path.open("rb") as stream:
        yield from _chunks(stream)


class _Digested:
    """A file whose digest is known when it has been read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, size: int) -> bytes:
        content = self._stream.read(size)
        self._hash.update(content)
        return content

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    return iter(partial(stream.read, _BLOCK), b"")


def _unpacked_blocks(stream: BinaryIO) -> Iterator[bytes]:
    return _blocks(cast(BinaryIO, zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)))


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """EOFError where one is cut off."""
    reader = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
    while length := reader.read(4):
        size = int.from_bytes(length, "big")
        chunk = reader.read(size)
        if len(length) < 4 or len(chunk) < size:
            raise EOFError("it is cut off")
        yield chunk


def record_digest(record_id: str) -> bytes:
    """What tells a record's name from others, DIGEST_SIZE bytes."""
    return hashlib.blake2b(record_id.encode("utf-8", "surrogatepass"), digest_size=DIGEST_SIZE).digest()


def thing_digest(statements: bytes) -> bytes:
    """What tells the statements about one thing from those about any other; short, because many are remembered."""
    return hashlib.blake2b(statements, digest_size=16).digest()
