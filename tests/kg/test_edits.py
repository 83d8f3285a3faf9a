"""The journal keeps every acknowledged commit, ignores a torn one, and refuses to lose anything to damage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import pipeline
from kg.edits import Change, Journal, Position
from kg.errors import StoreError
from kg.sources import find_source
from kg.store import StoreFolder

COMMITS = [
    [Change(True, '<http://a> <http://b> "1" .'), Change(False, '<http://a> <http://b> "0" <http://g> .')],
    [Change(True, '<http://a> <http://b> "= 2 x" .')],
    [Change(False, "<http://a> <http://b> _:x .")],
]


def flat(commits: list[list[Change]]) -> list[Change]:
    return [change for commit in commits for change in commit]


def written(folder: Path) -> list[Position]:
    journal, ends = Journal(folder), [Position()]
    for commit in COMMITS:
        ends.append(journal.append(commit, ends[-1]))
    return ends


def test_what_was_appended_is_read_in_order_from_any_commit(tmp_path: Path) -> None:
    ends = written(tmp_path)
    journal = Journal(tmp_path)
    assert journal.end() == ends[-1]
    for number, end in enumerate(ends):
        assert list(journal.changes(end)) == flat(COMMITS[number:])


def test_a_change_says_whether_it_made_a_difference() -> None:
    store = Store()
    quad = Quad(NamedNode("http://a"), NamedNode("http://b"), Literal("0"), NamedNode("http://g"))
    added = Change(True, COMMITS[0][1].statement)
    assert [added.apply(store), added.apply(store)] == [quad, None]
    assert list(store) == [quad]
    assert [COMMITS[0][1].apply(store), COMMITS[0][1].apply(store)] == [quad, None]
    assert not list(store)


def test_graphs_are_made_and_dropped() -> None:
    store = Store()
    assert Change(True, "GRAPH <http://empty>").apply(store) is None
    assert list(store.named_graphs()) == [NamedNode("http://empty")]
    Change(False, "GRAPH <http://empty>").apply(store)
    assert not list(store.named_graphs())


@given(st.data())
def test_a_file_cut_anywhere_keeps_the_whole_commits_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    ends = written(folder)
    log = folder / "edits.log"
    cut = data.draw(st.integers(0, log.stat().st_size))
    log.write_bytes(log.read_bytes()[:cut])
    whole = max(number for number, end in enumerate(ends) if end.offset <= cut)
    assert list(Journal(folder).changes()) == flat(COMMITS[:whole])
    Journal(folder).append(COMMITS[0], Position())
    assert list(Journal(folder).changes()) == flat(COMMITS[:whole]) + COMMITS[0]


def test_damage_before_the_end_is_told_and_nothing_is_cut_off(tmp_path: Path) -> None:
    written(tmp_path)
    log = tmp_path / "edits.log"
    damaged = log.read_bytes().replace(b'"1"', b'"7"')
    log.write_bytes(damaged)
    with pytest.raises(StoreError, match="restore a backup"):
        Journal(tmp_path).append(COMMITS[0], Position())
    assert log.read_bytes() == damaged


def test_another_journal_is_noticed(tmp_path: Path) -> None:
    end = written(tmp_path)[1]
    with pytest.raises(StoreError, match="rebuild"):
        Journal(tmp_path).end(Position(end.offset, "0" * 32))
    (tmp_path / "edits.log").unlink()
    with pytest.raises(StoreError, match="missing"):
        Journal(tmp_path).end(end)


def test_a_store_is_rebuilt_from_a_journal_that_was_cut(tmp_path: Path) -> None:
    """All but the last entry is kept, and that something is lost is said once."""
    (tmp_path / "data.nt").write_text("<http://x/a> <http://x/p> <http://x/o> .\n")
    store = StoreFolder(tmp_path / "store")
    pipeline.load(store, find_source("rdf"), {"data": [tmp_path / "data.nt"]})
    for commit in COMMITS:
        store.journal.append(commit, Position())
    pipeline.repair(store)
    log = store.folder / "edits.log"
    os.truncate(log, log.stat().st_size - 10)
    with pytest.raises(StoreError, match="run 'kg rebuild'"):
        pipeline.repair(store)
    for told in (["edits.log was cut off"], []):
        command = [sys.executable, "-m", "kg", "--store", str(store.folder), "rebuild"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert [line[:21] for line in done.stderr.splitlines() if "edits.log" in line] == told
        assert list(store.journal.changes()) == flat(COMMITS[:-1])
        pipeline.repair(store)
    log.unlink()
    with pytest.raises(StoreError, match="restore a backup"):
        pipeline.rebuild(store)
