"""The dump that a snapshot keeps: built once by whoever is first, read by everybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kg.dumps.building import build, go_on
from kg.dumps.formats import Choice
from kg.dumps.manifest import DumpManifest, read_manifest
from kg.dumps.tables import can_write_tables
from kg.progress import Progress, silent
from kg.snapshots import Snapshot
from kg.store import StoreFolder


def dump_folder(snapshot: Snapshot) -> Path:
    return snapshot.path / "exports"


def kept_dump(snapshot: Snapshot) -> DumpManifest | None:
    """None where it is not finished."""
    return read_manifest(dump_folder(snapshot))


def can_be_kept(choice: Choice) -> Choice:
    """What is left of a choice where no tables can be written."""
    return Choice(choice.files, choice.tables and can_write_tables())


def kept(
    snapshot: Snapshot,
    choice: Choice,
    store: StoreFolder | None = None,
    jobs: int = 1,
    licence: str | None = None,
    check: Callable[[], None] = go_on,
    progress: Progress = silent,
    wait: bool = True,
) -> DumpManifest:
    """The dump that the snapshot keeps, built if it is not there. The parameters are those of `build`."""
    known = kept_dump(snapshot)
    if known:
        return known
    return build(
        snapshot,
        dump_folder(snapshot),
        can_be_kept(choice),
        store=store,
        jobs=jobs,
        licence=licence,
        check=check,
        progress=progress,
        wait=wait,
    )
