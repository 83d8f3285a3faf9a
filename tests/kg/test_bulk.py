"""Bulk loading in this process and in one of its own: the same statements, the same errors, nothing left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph
import pytest

from kg import pipeline, primary
from kg.bulk import bulk_load, bulk_load_apart
from kg.edits import Change, Position
from kg.errors import StoreError
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from tests.kg.test_loading import command_line, descendants

Load = Callable[[Path, Iterable[bytes]], None]


def _in_process(folder: Path, statements: Iterable[bytes]) -> None:
    bulk_load(pyoxigraph.Store(folder), statements)


@pytest.fixture(params=[_in_process, bulk_load_apart], ids=["here", "apart"])
def load(request: pytest.FixtureRequest) -> Load:
    return request.param  # type: ignore[no-any-return]


def _blocks(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield b'<http://x/%d> <http://x/p> "%d" .\n' % (number, number)


def _loaders() -> list[int]:
    return [process for process in descendants(os.getpid()) if "kg.bulk" in command_line(process)]


def _count(folder: Path) -> int:
    return len(pyoxigraph.Store.read_only(str(folder)))


def test_statements_are_added_to_those_there(load: Load, tmp_path: Path) -> None:
    load(tmp_path / "db", _blocks(10))
    load(tmp_path / "db", _blocks(3000))
    assert _count(tmp_path / "db") == 3000


def test_what_fails_while_statements_are_made_is_raised(load: Load, tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield from _blocks(10)
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        load(tmp_path / "db", failing())
    assert not _loaders()


def test_what_the_database_cannot_take_is_told(load: Load, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be loaded: .*line 1"):
        load(tmp_path / "db", [b"nonsense\n", *_blocks(10_000)])
    assert _count(tmp_path / "db") == 0


def test_a_folder_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "db").write_text("a file")
    with pytest.raises(StoreError, match="cannot be loaded"):
        bulk_load_apart(tmp_path / "db", _blocks(10))


def test_a_process_that_was_killed_is_told(tmp_path: Path) -> None:
    def killing() -> Iterator[bytes]:
        yield from _blocks(10)
        (loader,) = _loaders()
        os.kill(loader, signal.SIGKILL)
        time.sleep(0.1)
        yield from _blocks(10)

    with pytest.raises(StoreError, match="killed"):
        bulk_load_apart(tmp_path / "db", killing())


BLANK = """@prefix e: <http://e/> .
e:a e:b [ e:c "in _: text", "other" ] . _:n e:d _:n . e:plain e:c "x" . << e:a e:b _:n >> e:sure 1 ."""


@pytest.mark.parametrize("apart", [False, True], ids=["here", "apart"])
def test_blank_nodes_are_called_the_same_each_time(
    tmp_path: Path, apart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that what a person removed of one stays removed."""
    if apart:
        monkeypatch.setattr(primary, "_NOT_APART", 0)
    (tmp_path / "blank.ttl").write_text(BLANK)
    store = StoreFolder(tmp_path / "store")
    pipeline.load(store, find_source("rdf"), {"blank": [tmp_path / "blank.ttl"]})
    before = set(Snapshots(store.folder).current().store)
    (removed,) = (quad for quad in before if quad.predicate.value == "http://e/c" and "text" in str(quad.object))
    store.journal.append([Change(False, f"{removed.triple} .")], Position())
    pipeline.rebuild(store)
    assert set(Snapshots(store.folder).current().store) == before - {removed}
