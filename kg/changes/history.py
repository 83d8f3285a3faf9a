"""The versions of a store that were published, the latest of them with what they changed.

    changes/<snapshot>.json        the version
    changes/<snapshot>.patch.zst   the patch from the version that it was compared with
    changes/base.nt.zst            the last canonical dump, which the next one is compared with
    changes/base                   of which snapshot it is

A small graph is compared when it is published, an edit is its own difference, and a large graph is compared when its
dump has been written. All this can be lost without harm to the graph.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import msgspec
import zstandard
from pyoxigraph import DefaultGraph, Quad, RdfFormat, Triple, serialize

from kg.changes.diff import Comparison, Difference, dumped_statements, write_patch
from kg.files import write_atomically, writing_atomically

FOLDER = "changes"
KEPT = 200
"""Versions that are remembered."""
_PATCHES = 2**30  # bytes of patches that are kept
_ENDINGS = (".json", ".patch.zst")


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot as the history has it. `compared_with` is the version that the difference is from; None: not compared,
    or the first one."""

    id: str
    contents: str
    created: str
    triples: int
    counts: dict[str, int]
    before: str | None = None
    """The version before."""
    compared_with: str | None = None
    difference: Difference | None = None
    patch_bytes: int | None = None
    """How long the patch is, unpacked; None where there is none."""


class History:
    """The versions of a store. Everyone may read; who publishes writes."""

    def __init__(self, store_folder: Path) -> None:
        self._folder = store_folder / FOLDER

    def versions(self, limit: int | None = None) -> list[Version]:
        """The latest first."""
        names = sorted((path.stem for path in self._folder.glob("[0-9]*.json")), reverse=True)
        return [version for name in names[:limit] if (version := self.version(name))]

    def version(self, name: str) -> Version | None:
        try:
            return msgspec.json.decode(self._path(name, ".json").read_bytes(), type=Version)
        except (OSError, msgspec.DecodeError):
            return None

    def patch(self, name: str) -> Iterator[bytes] | None:
        """The patch that leads to a version, in blocks; None where there is none (any more)."""
        version = self.version(name)
        if version is None or version.patch_bytes is None:
            return None
        path = self._path(name, ".patch.zst")
        return _unpacked(path) if path.exists() else None

    def put(self, version: Version, patch: Iterable[bytes] | None = None) -> None:
        """Remember a version. With the lines of a `patch`, from the version that it is compared with."""
        self._folder.mkdir(exist_ok=True)
        if patch is not None:
            size = self._write_patch(version, patch)
            version = msgspec.structs.replace(version, patch_bytes=size)
        write_atomically(self._path(version.id, ".json"), msgspec.json.format(msgspec.json.encode(version)))
        self._forget_old()

    def put_compared(self, version: Version, before: str, old: Iterable[bytes], new: Iterable[bytes]) -> None:
        """Remember a version with what it changed since another one; both are statements in order."""
        comparison = Comparison()
        self._put_compared(version, before, comparison, comparison.lines(old, new))

    def _put_compared(self, version: Version, before: str, comparison: Comparison, patch: Iterator[bytes]) -> None:
        self._folder.mkdir(exist_ok=True)
        compared = msgspec.structs.replace(version, compared_with=before)
        size = self._write_patch(compared, patch)
        self.put(msgspec.structs.replace(compared, difference=comparison.difference, patch_bytes=size))

    def put_edited(self, version: Version, effects: Iterable[tuple[bool, Quad]], new: Iterable[Quad] = ()) -> None:
        """Remember a version that some edits led to, and statements of the default graph that are `new`: none of them
        is among the edits, and each is there once."""
        if not version.before:
            return
        graph = DefaultGraph()
        added, removed = list[Triple](), list[Triple]()
        for is_added, quad in effects:
            if quad.graph_name == graph:
                (added if is_added else removed).append(quad.triple)
        come, gone = set(_lines(added)), set(_lines(removed))
        come, gone = come - gone, gone - come
        changes = [(line, b"D") for line in gone]
        changes += ((line, b"A") for line in chain(come, _lines(quad.triple for quad in new)))
        changes.sort()
        comparison = Comparison()
        self._put_compared(version, version.before, comparison, comparison.changed_lines(changes))

    def compare_dump(self, name: str, dump: Path) -> None:
        """Compare a version whose canonical dump has been written with the last one that had one, and keep it for the
        next."""
        version = self.version(name)
        if version is None:
            return
        base, of = self._folder / "base.nt.zst", self._folder / "base"
        with suppress(OSError):
            before = of.read_text("utf-8").strip()
            if before and before != name and version.difference is None:
                self.put_compared(version, before, dumped_statements(base), dumped_statements(dump))
        of.unlink(missing_ok=True)
        base.unlink(missing_ok=True)
        os.link(dump, base)
        write_atomically(of, name.encode())

    def _write_patch(self, version: Version, lines: Iterable[bytes]) -> int:
        with writing_atomically(self._path(version.id, ".patch.zst")) as stream:
            return write_patch(stream, version.id, version.compared_with, lines)

    def _forget_old(self) -> None:
        """Old versions go, and of those that stay the oldest patches, if they take too much."""
        names = sorted((path.stem for path in self._folder.glob("[0-9]*.json")), reverse=True)
        for name in names[KEPT:]:
            for ending in _ENDINGS:
                self._path(name, ending).unlink(missing_ok=True)
        size = 0
        for name in names[:KEPT]:
            patch = self._path(name, ".patch.zst")
            with suppress(FileNotFoundError):
                size += patch.stat().st_size
                if size > _PATCHES and name != names[0]:
                    patch.unlink()

    def _path(self, name: str, ending: str) -> Path:
        return self._folder / f"{Path(name).name}{ending}"


def _lines(triples: Iterable[Triple]) -> list[bytes]:
    """As N-Triples, without the ends of lines."""
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").splitlines()


def _unpacked(path: Path) -> Iterator[bytes]:
    with path.open("rb") as packed:
        stream = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
        while block := stream.read(2**18):
            yield block
