"""Dumps of real stores: whole, the same whatever the way to them, from segments as from the store, without debris."""

from __future__ import annotations

import hashlib
import io
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import namespaces as ns
from kg import paths, pipeline
from kg.commit import Committer
from kg.dumps import building, kept, reading, sorting
from kg.dumps.building import build
from kg.dumps.formats import KEPT, Choice
from kg.dumps.frames import PlainFile
from kg.dumps.kept import kept_dump
from kg.dumps.manifest import DumpManifest, read_manifest
from kg.dumps.sorting import merged, stretches, write_runs
from kg.dumps.tables import TABLES
from kg.errors import KGError, StoreBusy, StoreError, UsageError
from kg.files import file_lock
from kg.linking.linking import linker_of
from kg.progress import silent
from kg.settings import read_settings
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshot, Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from kg.updates import GraphWrite, UpdateWrite
from tests.kg.linking import test_linking as linked

PAGES = sorted(paths.SEEDS.glob("*.txt"))


def load(folder: Path, *pages: Path) -> None:
    pipeline.load(StoreFolder(folder), find_source("profile-page"), pipeline.name_datasets(pages, None))


def write(folder: Path, *writes: UpdateWrite | GraphWrite) -> None:
    committer = Committer(StoreFolder(folder), read_settings({}, store=folder, query_timeout=20))
    for each in writes:
        committer.submit(each)
    committer.close()


def update(text: str) -> UpdateWrite:
    return UpdateWrite(f"PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX kg: <{ns.KG}> {text}")


def plain(folder: Path, extension: str = "nt") -> bytes:
    with PlainFile(folder / f"kg.{extension}.zst") as text:
        return text.read()


def sums(manifest: DumpManifest) -> dict[str, str]:
    return {file.name: file.sha256 for file in manifest.files}


@pytest.fixture
def not_from_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads the default graph from the store fails."""

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the store was read")

    monkeypatch.setattr(building._Building, "from_store", fail)


@pytest.mark.usefixtures("not_from_the_store")
def test_segments_make_what_the_store_states(
    seeded_store_folder: Path, seed_snapshot: Snapshot, tmp_path: Path
) -> None:
    build(seed_snapshot, tmp_path, Choice.parse("nt"), StoreFolder(seeded_store_folder))
    assert plain(tmp_path) == sorted_statements(seed_snapshot.store)


def test_the_same_graph_gives_the_same_bytes(
    seeded_store_folder: Path, seed_snapshot: Snapshot, tmp_path: Path
) -> None:
    """From segments or from the store, in this process or in another, loaded in whatever order."""
    load(tmp_path / "other", *PAGES[::-1])
    other = Snapshots(tmp_path / "other").current()
    manifests = [
        build(seed_snapshot, tmp_path / "a", Choice(KEPT), StoreFolder(seeded_store_folder)),
        build(seed_snapshot, tmp_path / "b", Choice(KEPT)),
        build(other, tmp_path / "c", Choice(KEPT), StoreFolder(tmp_path / "other")),
    ]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "kg",
            "--store",
            seeded_store_folder,
            "export",
            "--all",
            tmp_path / "d",
            "--files",
            "all jelly.zst jelly.gz",
        ],
        check=True,
        capture_output=True,
        env={"PYTHONHASHSEED": "7"},
    )
    found = read_manifest(tmp_path / "d")
    assert found
    assert len(sums(manifests[0])) == len(KEPT) + len(TABLES) + 1
    assert sums(manifests[0]) == sums(manifests[1]) == sums(manifests[2]) == sums(found)
    for name, digest in sums(found).items():
        assert hashlib.sha256((tmp_path / "d" / name).read_bytes()).hexdigest() == digest
    assert not list((tmp_path / "d").glob(".*"))


@pytest.mark.usefixtures("not_from_the_store")
def test_edits_and_merging_are_in_the_dump(tmp_path: Path) -> None:
    """Added, removed, removed and added again, of a thing under the name that it had; what was derived; authorships."""
    folder = tmp_path / "store"
    store = StoreFolder(folder)
    pipeline.load_seeds(store, silent, linker_of(read_settings({}, store=folder)))
    judgement = store.links.read(store.links.in_force())
    assert judgement
    old, new = next(iter(judgement.identity.canonical.items()))
    snapshot = Snapshots(folder).current()
    paper, authorship = next(
        (quad.subject, quad.object)
        for quad in snapshot.store.quads_for_pattern(None, pyoxigraph.NamedNode(ns.HAS_AUTHORSHIP), None, None)
    )
    write(
        folder,
        update(f'INSERT DATA {{ <http://ex/a> dcterms:title "a" . <{old}> dcterms:title "b" . <{new}> kg:p "x\\ty" }}'),
        update('DELETE DATA { <http://ex/a> dcterms:title "a" }'),
        update(f"DELETE WHERE {{ {paper} kg:authorship {authorship} }}"),
        update("DELETE { ?s kg:paperCount ?n } INSERT { ?s kg:paperCount 007 } WHERE { ?s kg:paperCount ?n }"),
    )
    snapshot = Snapshots(folder).current()
    manifest = build(snapshot, tmp_path / "dump", Choice.parse("nt parquet"), StoreFolder(folder))
    assert plain(tmp_path / "dump") == sorted_statements(snapshot.store)
    assert f'<{new}> <{ns.KG}p> "x\\ty" .\n'.encode() in plain(tmp_path / "dump")
    assert b'"7"^^' in plain(tmp_path / "dump")
    rows = pq.read_table(tmp_path / "dump" / "authorships.parquet").to_pylist()
    (without,) = (row for row in rows if row["authorship"] == authorship.value)
    assert without["paper"] is None
    assert all(row["paper"] for row in rows if row is not without)
    pipeline.rebuild(StoreFolder(folder))
    again = build(Snapshots(folder).current(), tmp_path / "again", Choice.parse("nt"), StoreFolder(folder))
    assert plain(tmp_path / "again") == sorted_statements(Snapshots(folder).current().store)
    assert again.snapshot != manifest.snapshot


@pytest.mark.usefixtures("not_from_the_store")
def test_what_one_record_identifies_is_no_more_known_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    linked.load(folder, "first", linked.FIRST, None)
    linked.load(folder, "second", linked.SECOND, linked.linker(linked.SAME_PERSON))
    build(Snapshots(folder).current(), tmp_path / "dump", Choice.parse("nt"), StoreFolder(folder))
    assert plain(tmp_path / "dump") == sorted_statements(Snapshots(folder).current().store)


def test_segments_that_are_not_the_snapshots_are_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An older snapshot, and one whose segments make something else, are read from the store."""
    folder = tmp_path / "store"
    load(folder, PAGES[0])
    old = Snapshots(folder).current()
    load(folder, PAGES[1])
    build(old, tmp_path / "old", Choice.parse("nt"), StoreFolder(folder))
    assert plain(tmp_path / "old") == sorted_statements(old.store)
    snapshot = Snapshots(folder).current()
    lost = reading.SegmentReading.tasks
    monkeypatch.setattr(
        reading.SegmentReading,
        "tasks",
        lambda self: [type(task)(task.files[1:], task.folder, task.name) for task in lost(self)],
    )
    build(snapshot, tmp_path / "new", Choice.parse("nt"), StoreFolder(folder))
    assert "read from the store" in caplog.text
    assert plain(tmp_path / "new") == sorted_statements(snapshot.store)


def test_named_graphs_stand_in_the_two_formats_that_have_such(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    load(folder, PAGES[0])
    write(
        folder,
        update('INSERT DATA { GRAPH <http://ex/g> { <http://ex/a> dcterms:title "a" . _:b dcterms:title "b" } }'),
    )
    snapshot = Snapshots(folder).current()
    manifest = build(snapshot, tmp_path / "dump", Choice(tables=False), StoreFolder(folder))
    assert manifest.named_graphs == 1
    for extension in ("nq", "trig"):
        text = plain(tmp_path / "dump", extension)
        quads = set(pyoxigraph.parse(text, pyoxigraph.RdfFormat.from_extension(extension)))
        assert quads == set(snapshot.store)
        file = manifest.file(f"kg.{extension}.zst")
        assert file
        assert file.statements == len(quads) == manifest.statements + 2
    for file in manifest.files:  # those that go on from another one as well as the others
        assert hashlib.sha256((tmp_path / "dump" / file.name).read_bytes()).hexdigest() == file.sha256
    assert plain(tmp_path / "dump") == sorted_statements(snapshot.store)
    assert b"http://ex/g" not in plain(tmp_path / "dump", "ttl")


def test_rows_are_as_many_as_things(seed_snapshot: Snapshot, tmp_path: Path) -> None:
    manifest = build(seed_snapshot, tmp_path, Choice.parse("parquet"))
    for table, (kind, _) in TABLES.items():
        solutions = seed_snapshot.store.query(f"SELECT (COUNT(*) AS ?n) {{ ?thing a <{kind}> }}")
        (count,) = (int(row["n"].value) for row in solutions)  # type: ignore[union-attr, index, str]
        file = manifest.file(f"{table}.parquet")
        assert file
        assert file.rows == count == pq.read_table(tmp_path / file.name).num_rows, table


def test_rows_say_what_the_graph_says(seed_snapshot: Snapshot, tmp_path: Path) -> None:
    build(seed_snapshot, tmp_path, Choice.parse("parquet"))
    papers = {row["paper"]: row for row in pq.read_table(tmp_path / "papers.parquet").to_pylist()}
    found = seed_snapshot.store.query(
        f"""SELECT ?paper ?title ?year ?author ?position ?name WHERE {{
            ?paper <{ns.TITLE}> ?title ; <{ns.HAS_AUTHORSHIP}> ?authorship .
            OPTIONAL {{ ?paper <{ns.PUBLICATION_YEAR}> ?year }}
            ?authorship <{ns.AUTHORSHIP_AUTHOR}> ?author .
            OPTIONAL {{ ?authorship <{ns.POSITION}> ?position }} OPTIONAL {{ ?authorship <{ns.NAME_AS_PRINTED}> ?name }}
        }}"""
    )
    expected = set()
    for row in found:  # type: ignore[union-attr]
        paper, title, year, author, position, name = (term.value if term else None for term in row)  # type: ignore[union-attr, str]
        assert papers[paper]["title"] == title
        assert papers[paper]["year"] == (int(year) if year else None)
        assert author in papers[paper]["authors"]
        expected.add((paper, author, int(position) if position else None, name))
    complete = {paper for paper, row in papers.items() if row["author_list_complete"]}
    assert 0 < len(complete) < len(papers)
    for paper, row in papers.items():
        text = str(row["author_list_complete"]).lower()
        assert seed_snapshot.store.query(f"ASK {{ <{paper}> <{ns.AUTHOR_LIST_COMPLETE}> {text} }}"), paper
    rows = pq.read_table(tmp_path / "authorships.parquet").to_pylist()
    assert {(row["paper"], row["author"], row["position"], row["name_as_printed"]) for row in rows} == expected


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("ab "), st.integers(0, 3)), max_size=200), st.data())
def test_stretches_together_are_everything_sorted(parts: list[tuple[int, str, int]], data: st.DataObject) -> None:
    """However the lines are spread over runs; and where one stretch ends does not depend on that."""
    lines = [f"<s{number}{letter}> <p> <o{other}> .".replace(" >", ">").encode() for number, letter, other in parts]
    import tempfile

    cuts = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
            patch.setattr(sorting, "_RUN", 300)
            patch.setattr(sorting, "_MARKED", 3)
            patch.setattr(sorting, "_MARKS", 2)
            shuffled = data.draw(st.permutations(lines))
            blocks = [shuffled[start : start + 7] for start in range(0, len(shuffled), 7)]
            runs = write_runs(blocks, Path(name), "run")
            cuts.append(stretches(runs))
            found = [merged([run.path for run in runs], stretch) for stretch in cuts[-1]]
            assert [line for each in found for line in each] == sorted(set(lines))
            subjects = [{line.split(b" ")[0] for line in each} for each in found]
            assert sum(map(len, subjects)) == len(set[bytes]().union(*subjects))
    assert cuts[0] == cuts[1]


def test_many_stretches_over_several_processes_make_the_same_files(
    seeded_store_folder: Path, seed_snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_SMALL", 0)
    manifest = build(seed_snapshot, tmp_path / "a", Choice(), StoreFolder(seeded_store_folder), jobs=2)
    assert sums(manifest) == sums(build(seed_snapshot, tmp_path / "b", Choice()))


def test_plain_text_is_read_from_anywhere(
    seed_snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorting, "_MARKED", 8)  # many frames
    build(seed_snapshot, tmp_path, Choice.parse("ttl jsonld rdf"))
    for extension in ("ttl", "jsonld", "rdf"):
        whole, text = plain(tmp_path, extension), PlainFile(tmp_path / f"kg.{extension}.zst")
        assert len(text._frames.plain) > 5
        parsed = pyoxigraph.parse(whole, pyoxigraph.RdfFormat.from_extension(extension))
        assert len(set(parsed)) == seed_snapshot.manifest.triples
        assert text.size == len(whole) == text.seek(0, io.SEEK_END)
        assert text.read(10) == b""
        chance = random.Random(1)
        for _ in range(200):
            start, length = chance.randrange(len(whole)), chance.randrange(9000)
            text.seek(start)
            read = b""
            while len(read) < length and (part := text.read(length - len(read))):
                read += part
            assert read == whole[start : start + length]
        text.close()


class Stop(KGError):
    pass


def stopping(after: int) -> Callable[[], None]:
    calls = iter(range(after))

    def check() -> None:
        if next(calls, None) is None:
            raise Stop("nobody wants it any more")

    return check


@pytest.mark.parametrize("after", [0, 1, 2])
def test_what_is_stopped_leaves_nothing(seeded_store_folder: Path, tmp_path: Path, after: int) -> None:
    load(tmp_path / "store", PAGES[0])
    snapshot = Snapshots(tmp_path / "store").current()
    with pytest.raises(Stop):
        kept.kept(snapshot, Choice(), StoreFolder(tmp_path / "store"), check=stopping(after))
    assert kept_dump(snapshot) is None
    assert [path.name for path in (snapshot.path / "exports").iterdir()] == ["building.lock"]


def test_what_a_killed_build_left_is_removed_by_the_next(tmp_path: Path) -> None:
    load(tmp_path / "store", PAGES[0])
    snapshot = Snapshots(tmp_path / "store").current()
    debris = snapshot.path / "exports" / ".building-x"
    debris.mkdir(parents=True)
    (debris / "run-0").write_bytes(b"x")
    manifest = kept.kept(snapshot, Choice())
    assert not debris.exists()
    assert kept.kept(snapshot, Choice(), check=stopping(0)) == manifest == kept_dump(snapshot)


def test_who_does_not_wait_for_another_build_is_told(tmp_path: Path) -> None:
    load(tmp_path / "store", PAGES[0])
    snapshot = Snapshots(tmp_path / "store").current()
    exports = snapshot.path / "exports"
    exports.mkdir()
    with file_lock(exports / "building.lock"), pytest.raises(StoreBusy):
        kept.kept(snapshot, Choice(), wait=False)


def test_too_many_edits_are_not_looked_up_one_by_one(
    seeded_store_folder: Path, seed_snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MANY", 0)
    found = reading.SegmentReading(seed_snapshot, StoreFolder(seeded_store_folder), tmp_path, False)
    with pytest.raises(StoreError, match="too many edits"):
        found.corrections()


def test_a_choice_is_told_by_its_extensions() -> None:
    assert Choice.parse("all") == Choice.parse(str(Choice())) == Choice()
    assert not Choice.parse("")
    assert str(Choice.parse("ttl nt.gz, parquet")) == "nt.gz ttl.zst parquet"
    with pytest.raises(UsageError, match="'zip' is no kind of dump"):
        Choice.parse("nt zip")
