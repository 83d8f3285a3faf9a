"""A backup made while others write is a store of its own, with everything that was acknowledged before it began."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from kg import pipeline
from kg.backup import back_up
from kg.commit import Committer
from kg.errors import UsageError
from kg.settings import read_settings
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshots
from kg.store import StoreFolder
from kg.updates import UpdateWrite


def dump(folder: Path) -> set[bytes]:
    return set(sorted_statements(Snapshots(folder).current().store).splitlines())


def insert(number: int) -> UpdateWrite:
    return UpdateWrite(f"INSERT DATA {{ <http://ex/s> <http://ex/n> {number} }}")


@pytest.fixture
def folder(seeded_store_folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(seeded_store_folder, tmp_path / "store")
    return tmp_path / "store"


def test_a_backup_is_the_same_graph(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "backup"
    back_up(StoreFolder(folder), target)
    assert not list(target.glob("primary*"))
    pipeline.repair(StoreFolder(target))
    assert dump(target) == dump(folder)


def test_a_backup_while_others_write(folder: Path, tmp_path: Path) -> None:
    committer = Committer(StoreFolder(folder), read_settings({}, store=folder))
    committer.submit(insert(0))
    stop = threading.Event()
    numbers = iter(range(1, 10_000))

    def write() -> None:
        while not stop.is_set():
            committer.submit(insert(next(numbers)))

    writer = threading.Thread(target=write)
    writer.start()
    back_up(StoreFolder(folder), tmp_path / "backup")
    stop.set()
    writer.join()
    committer.close()
    pipeline.repair(StoreFolder(tmp_path / "backup"))
    restored = dump(tmp_path / "backup")
    assert any(line.startswith(b'<http://ex/s> <http://ex/n> "0"') for line in restored)
    assert {line for line in restored if line.startswith(b"<http://ex/s>")} <= dump(folder)


def test_nothing_is_overwritten_and_nothing_empty_is_kept(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exists already"):
        back_up(StoreFolder(folder), tmp_path)
    with pytest.raises(UsageError, match="nothing to back up"):
        back_up(StoreFolder(tmp_path / "empty"), tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
