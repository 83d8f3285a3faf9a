"""Catalogues that are linked to without being loaded: what their records mention is kept beside the links.

    links/authorities/<name>.mentions.zst
    links/authorities/<name>.json         from which files it came

Things of an authority take part in matching. Where one is the same as a thing of the graph, the graph's thing gets its
identifiers; nothing else of the authority comes into the graph.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from kg.errors import UsageError
from kg.files import write_atomically
from kg.segments import unpacked

_VERSION = b"2"  # changes when the same authorities say something else of a graph


class Authorities:
    """Those of a store; `folder` is that of its links."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "authorities"

    def names(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("*.json"))

    @property
    def digest(self) -> str:
        """What tells these authorities from any others; empty if there are none."""
        described = [path.read_bytes() for path in sorted(self._folder.glob("*.json"))]
        return hashlib.sha256(b"\n".join([_VERSION, *described])).hexdigest()[:16] if described else ""

    def mentions(self, but: str | None = None) -> Iterator[bytes]:
        """Of all authorities `but` one."""
        for name in self.names():
            if name != but:
                yield from unpacked(self._folder / f"{name}.mentions.zst")

    def put(self, name: str, described: dict[str, str], mentions: Iterable[bytes]) -> None:
        """Keep the mentions (`packed`) of an authority in the place of those that were there; `described` says what
        they come from."""
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}.partial"
        with unfinished.open("wb") as stream:
            for frame in mentions:
                stream.write(frame)
        unfinished.replace(self._folder / f"{name}.mentions.zst")
        write_atomically(self._folder / f"{name}.json", msgspec.json.encode(described))

    def remove(self, name: str) -> None:
        """UsageError if there is no such authority."""
        if name not in self.names():
            there = ", ".join(self.names()) or "none at all"
            raise UsageError(f"nothing is linked to {name!r}; there is {there}", name)
        (self._folder / f"{name}.json").unlink()
        (self._folder / f"{name}.mentions.zst").unlink(missing_ok=True)
