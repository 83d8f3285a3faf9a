"""Versions: what each changed is what the graphs differ in, and their patches lead from one to the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from kg import namespaces as ns
from kg import pipeline
from kg.changes import history as history_module
from kg.changes.diff import Comparison, Difference
from kg.changes.history import History, Version
from kg.dumps.formats import Choice
from kg.dumps.kept import kept
from kg.publishing import publish_index
from kg.records import Author, Authorship, Paper, SourceRecord
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshots
from kg.store import StoreFolder
from kg.writer import writing
from tests.made_records import made_source

S, P = "https://example.org/s", "https://example.org/p"
LINES = st.lists(st.sampled_from([f"<{S}{n}> <{P}> {o} .".encode() for n in "123" for o in "1234"])).map(
    lambda lines: sorted(set(lines))
)


def applied(before: list[bytes], patch: list[bytes]) -> list[bytes]:
    graph = set(before)
    for line in patch:
        if line.startswith(b"A "):
            assert line[2:-1] not in graph
            graph.add(line[2:-1])
        elif line.startswith(b"D "):
            graph.remove(line[2:-1])
    return sorted(graph)


@given(LINES, LINES)
def test_a_patch_leads_from_one_graph_to_the_other(before: list[bytes], after: list[bytes]) -> None:
    comparison = Comparison()
    patch = list(comparison.lines(before, after))
    assert applied(before, patch) == after
    assert comparison.difference.added == len(set(after) - set(before))
    assert comparison.difference.removed == len(set(before) - set(after))


def paper(number: int) -> Paper:
    author = Author("Ann Lee")
    return Paper(
        title=f"Paper {number}", source=SourceRecord(str(number)), authorships=(Authorship(author, 1, "Ann Lee"),)
    )


def load(folder: Path, *numbers: int) -> StoreFolder:
    store = StoreFolder(folder / "store")
    file = folder / "records"
    file.write_text(str(numbers))
    pipeline.load(store, made_source("made", [paper(number) for number in numbers]), {"made": [file]})
    return store


def statements(store: StoreFolder) -> list[bytes]:
    return sorted_statements(Snapshots(store.folder).current().store).splitlines()


def patch(store: StoreFolder, version: Version) -> list[bytes]:
    blocks = History(store.folder).patch(version.id)
    assert blocks is not None
    return b"".join(blocks).splitlines(keepends=True)


def test_a_version_of_a_small_graph_says_what_it_changed(tmp_path: Path) -> None:
    store = load(tmp_path, 1, 2)
    before = statements(store)
    load(tmp_path, 2, 3, 4)
    second, first = History(store.folder).versions()
    assert (first.difference, first.before, second.before) == (None, None, first.id)
    assert second.difference is not None
    assert second.difference.added_things["Paper"] == 2
    assert second.difference.removed_things["Paper"] == 1
    assert second.difference.changed_things > 0, "the author has other counts"
    lines = patch(store, second)
    assert lines[0] == f"H id <urn:paperkg:{second.id}> .\n".encode()
    assert applied(before, lines) == statements(store)
    assert second.patch_bytes == len(b"".join(lines))


def test_the_version_before_is_one_that_is_remembered(tmp_path: Path) -> None:
    """Also where its graph was published once more, with a newer search index."""
    store = load(tmp_path, 1)
    (first,) = History(store.folder).versions()
    with writing(store) as writer:
        publish_index(store, writer)
    assert Snapshots(store.folder).current().id != first.id
    load(tmp_path, 2)
    latest = History(store.folder).versions()[0]
    assert (latest.before, latest.compared_with) == (first.id, first.id)


def test_an_edit_is_its_own_difference(tmp_path: Path) -> None:
    store = load(tmp_path, 1)
    note, gone = (Quad(NamedNode(S), NamedNode(P), Literal(text)) for text in ("kept", "gone"))
    version = Version(
        id="000009-abcdef", contents="abcdef", created="2024-05-31", triples=1, counts={}, before="000001-a"
    )
    History(store.folder).put_edited(version, [(True, note), (True, gone), (False, gone)])
    latest = History(store.folder).versions()[0]
    assert latest.difference == Difference(1, 0, changed_things=1)
    assert f'A <{S}> <{P}> "kept" .\n'.encode() in patch(store, latest)


def test_dumps_of_large_graphs_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if these were large."""
    monkeypatch.setattr("kg.publishing.SMALL", 0)
    store = load(tmp_path, 1, 2)
    history = History(store.folder)
    before = statements(store)
    for numbers in ((), (2, 3)):
        if numbers:
            load(tmp_path, *numbers)
        snapshot = Snapshots(store.folder).current()
        assert history.versions()[0].difference is None
        kept(snapshot, Choice.parse("nt.zst"))
        history.compare_dump(snapshot.id, snapshot.path / "exports" / "kg.nt.zst")
    second, first = history.versions()
    assert first.difference is None
    assert second.compared_with == first.id
    assert second.difference is not None
    assert (second.difference.added_things["Paper"], second.difference.removed_things["Paper"]) == (1, 1)
    assert applied(before, patch(store, second)) == statements(store)


def test_old_versions_and_large_patches_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "KEPT", 3)
    monkeypatch.setattr(history_module, "_PATCHES", 1)
    history = History(tmp_path)
    for number in range(5):
        version = Version(id=f"00000{number}-ab", contents="ab", created="", triples=1, counts={}, before="x")
        history.put_compared(version, "x", [], [f"<{S}> <{P}> {number} .".encode()])
    assert [version.id for version in history.versions()] == ["000004-ab", "000003-ab", "000002-ab"]
    assert [history.patch(version.id) is not None for version in history.versions()] == [True, False, False]


@pytest.mark.parametrize("name", ["../store", "..", "", "base", "000001-ab/../../x"])
def test_nothing_else_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "store.json").write_text("{}")
    assert History(tmp_path).version(name) is None
    assert History(tmp_path).patch(name) is None


def test_a_damaged_history_harms_nothing(tmp_path: Path) -> None:
    store = load(tmp_path, 1)
    for file in (store.folder / "changes").iterdir():
        file.write_bytes(b"rubbish")
    load(tmp_path, 2)
    assert len(History(store.folder).versions()) == 1
    assert ns.PAPER.encode() in b"".join(statements(store))
