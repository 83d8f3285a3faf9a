"""N-Triples for any store: each statement of mapped datasets once, in files by the hash of its subject, sorted.

    triples/<id>-<number>.nt.zst   a partition; which statements are in it depends on their subjects alone
    triples/<id>-<number>.json     what is known of it; written last, and removed once the manifest says it
    triples/SHA256SUMS             the checksums, for `sha256sum --check`
    manifest.json                  which partitions there are; written when all of them are

`scattered` deals the statements of a part out, `gathered` puts those of one partition together. Between the two they
may lie on disk or travel through a cluster, in any order: the files are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from zlib import crc32

import msgspec
import zstandard

from kg.dumps.lines import Canonical
from kg.files import write_atomically
from kg.segments import segment_id

FOLDER = "triples"
MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
_STATEMENTS = 1_000_000
"""So many statements make a partition: about 150 MB of text, which a process holds in memory to sort it."""
_AT_ONCE = 2**26  # bytes that are dealt out at once; more of them at once, fewer and larger pieces
_LEVEL = 3
_LINES_AT_ONCE = 10_000


class Partition(msgspec.Struct, frozen=True):
    """A file of statements; `sha256` and `size` are of the file as it is."""

    name: str
    sha256: str
    size: int
    statements: int


class PartitionManifest(msgspec.Struct, frozen=True):
    """The partitions that together are what these segments state, by dataset."""

    base_iri: str
    segments: dict[str, str]
    statements: int
    partitions: tuple[Partition, ...]


class Partitioning(msgspec.Struct, frozen=True):
    """How the statements of these segments are dealt out. `id` is a digest of that."""

    segments: dict[str, str]
    count: int

    @property
    def id(self) -> str:
        return segment_id(*(name for pair in sorted(self.segments.items()) for name in pair), str(self.count))[:12]

    def path(self, number: int, ending: str = ".nt.zst") -> str:
        """Where a partition is, in the folder of what was mapped."""
        return f"{FOLDER}/{self.id}-{number:05}{ending}"


def partition_count(statements: int) -> int:
    """How many partitions so many statements make."""
    return max(1, -(-statements // _STATEMENTS))


def scattered(blocks: Iterable[bytes], count: int, wanted: frozenset[int]) -> Iterator[tuple[int, bytes]]:
    """The statements of a part as (number of the partition, sorted lines), in pieces of bounded size."""
    canonical = Canonical({})
    for block in _large(blocks):
        dealt: dict[int, list[bytes]] = {number: [] for number in wanted}
        subject, place = b"", dealt.get(0)
        for line in dict.fromkeys(canonical.lines(block)):
            if b" _:" in line or line[0] != 60:
                # A blank node is known in its own file only.
                if 0 in dealt:
                    dealt[0].append(line)
                continue
            if not subject or not line.startswith(subject):
                subject = line[: line.index(b" ") + 1]
                place = dealt.get(crc32(subject) % count)
            if place is not None:
                place.append(line)
        for number, lines in dealt.items():
            if lines:
                lines.sort()
                yield number, b"\n".join((*lines, b""))


def gathered(pieces: Iterable[bytes]) -> list[bytes]:
    """The lines of a partition, sorted, each once, without their ends."""
    lines: list[bytes] = []
    for piece in pieces:
        lines += piece.split(b"\n")
        lines.pop()  # nothing follows the last end
    lines.sort()  # which is quick for pieces that are sorted
    return list(dict.fromkeys(lines))


def write_partition(folder: Path, partitioning: Partitioning, number: int, lines: list[bytes]) -> Partition:
    """Write a partition and what is known of it into the folder of what was mapped."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    packer, left, packed = zstandard.ZstdCompressor(level=_LEVEL).compressobj(), iter(lines), bytearray()
    while batch := list(islice(left, _LINES_AT_ONCE)):
        packed += packer.compress(b"\n".join((*batch, b"")))
    packed += packer.flush()
    path = partitioning.path(number)
    write_atomically(folder / path, bytes(packed))
    made = Partition(Path(path).name, hashlib.sha256(packed).hexdigest(), len(packed), len(lines))
    write_atomically(folder / partitioning.path(number, ".json"), msgspec.json.encode(made))
    return made


def decoded_partition(content: bytes) -> Partition:
    return msgspec.json.decode(content, type=Partition)


def decoded_manifest(content: bytes) -> PartitionManifest:
    return msgspec.json.decode(content, type=PartitionManifest)


def write_manifest(
    folder: Path, base_iri: str, partitioning: Partitioning, partitions: Mapping[int, Partition]
) -> PartitionManifest:
    """Say which partitions there are, now that all are."""
    in_order = tuple(made for _, made in sorted(partitions.items()))
    manifest = PartitionManifest(base_iri, partitioning.segments, sum(made.statements for made in in_order), in_order)
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    write_atomically(
        folder / FOLDER / CHECKSUMS, "".join(f"{made.sha256}  {made.name}\n" for made in in_order).encode()
    )
    write_atomically(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    return manifest


def remove_other_partitions(folder: Path, partitioning: Partitioning) -> None:
    """Remove the partitions of what stood here before, and what the manifest says now."""
    for path in (folder / FOLDER).glob("*-*"):
        if not path.name.startswith(f"{partitioning.id}-") or path.suffix == ".json":
            path.unlink()


def _large(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines, about _AT_ONCE bytes at a time."""
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        parts.append(block)
        size += len(block)
        if size >= _AT_ONCE:
            whole, _, rest = b"".join(parts).rpartition(b"\n")
            if whole:
                yield whole + b"\n"
            parts, size = [rest], len(rest)
    if size:
        yield b"".join(parts)
