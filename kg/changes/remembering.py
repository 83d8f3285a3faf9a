"""What becomes of the history when a snapshot is published. It is worth less than the graph: what cannot be written is
left out."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pyoxigraph import Quad

from kg.changes.history import History, Version
from kg.recounts import Effect
from kg.snapshots import SnapshotManifest


def remember(
    store_folder: Path,
    manifest: SnapshotManifest,
    before: SnapshotManifest | None,
    compared: tuple[list[bytes], list[bytes]] | None = None,
    effects: list[Effect] | None = None,
    new: Iterable[Quad] = (),
) -> None:
    """Have the history say that there was this snapshot, and what it changed, if that is known: from the statements of
    both, sorted lines of N-Triples, or from what was added and removed. Of what is `new` nothing was removed."""
    history = History(store_folder)
    with suppress(OSError):
        version = _version(history, manifest, before)
        if version.before and compared:
            history.put_compared(version, version.before, *compared)
        elif version.before and effects is not None:
            history.put_edited(version, effects, new)
        else:
            history.put(version)


def _version(history: History, manifest: SnapshotManifest, before: SnapshotManifest | None) -> Version:
    return Version(
        id=manifest.id,
        contents=manifest.contents,
        created=manifest.created,
        triples=manifest.triples,
        counts=manifest.counts,
        before=_remembered(history, before) if before else None,
    )


def _remembered(history: History, manifest: SnapshotManifest) -> str:
    """The version of that graph: the same one may have been published again, with a newer search index."""
    latest = history.versions(1)
    return latest[0].id if latest and latest[0].contents == manifest.contents else manifest.id
