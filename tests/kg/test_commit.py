"""Group commit: what was acknowledged is durable, read at once, and there after every load and rebuild."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg import namespaces as ns
from kg import paths, pipeline
from kg.commit import Committer
from kg.edits import Change, Position
from kg.errors import QueryError, QueryMemory, QuerySyntaxError, StoreBusy
from kg.namespaces import DEFAULT_BASE
from kg.publishing import publish_edits
from kg.settings import read_settings
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from kg.updates import GraphWrite, UpdateWrite
from kg.writer import writing

PAGES = sorted(paths.SEEDS.glob("*.txt"))
DOUBLED = [f"BIND(CONCAT(?s{i}, ?s{i}) AS ?s{i + 1})" for i in range(40)]
BOMB = f"INSERT {{ ?a <http://ex/p> ?s40 }} WHERE {{ ?a ?b ?c BIND(STR(?a) AS ?s0) {' '.join(DOUBLED)} }}"


def insert(number: int) -> UpdateWrite:
    return UpdateWrite(f"INSERT DATA {{ <http://ex/s> <http://ex/n> {number} }}")


def dump(folder: Path) -> bytes:
    return sorted_statements(Snapshots(folder).current().store)


def ask(folder: Path, pattern: str) -> bool:
    return bool(Snapshots(folder).current().store.query(f"ASK {{ {pattern} }}"))


def load(folder: Path, *pages: Path) -> None:
    pipeline.load(StoreFolder(folder), find_source("profile-page"), pipeline.name_datasets(pages, None))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    load(tmp_path / "store", PAGES[0])
    return tmp_path / "store"


@pytest.fixture
def committer(folder: Path) -> Iterator[Committer]:
    settings = read_settings({}, store=folder, query_timeout=60, query_memory="600M", write_wait=1)
    committer = Committer(StoreFolder(folder), settings)
    yield committer
    committer.close()


def test_an_acknowledged_write_is_read_at_once(folder: Path, committer: Committer) -> None:
    for number in range(3):
        commit = committer.submit(insert(number))
        assert Snapshots(folder).current().id == commit.snapshot
        assert ask(folder, f"<http://ex/s> <http://ex/n> {number}")


def test_counts_follow_and_nothing_changed_is_no_new_snapshot(folder: Path, committer: Committer) -> None:
    before = Snapshots(folder).current().manifest
    committer.submit(
        UpdateWrite("PREFIX kg: <https://w3id.org/paperkg/ontology#> INSERT DATA { <http://ex/p> a kg:Paper }")
    )
    after = Snapshots(folder).current().manifest
    assert (after.triples, after.counts["Paper"]) == (before.triples + 1, before.counts["Paper"] + 1)
    repeated = committer.submit(
        UpdateWrite("PREFIX kg: <https://w3id.org/paperkg/ontology#> INSERT DATA { <http://ex/p> a kg:Paper }")
    )
    assert repeated.changes == [] and repeated.snapshot == after.id


def test_writes_of_many_threads_are_all_made(folder: Path, committer: Committer) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: committer.submit(insert(number)), range(60)))
    assert len(list(Snapshots(folder).current().store.quads_for_pattern(None, None, None, None))) > 60
    assert all(ask(folder, f"<http://ex/s> <http://ex/n> {number}") for number in range(60))


def test_one_that_fails_leaves_the_others_of_its_group(folder: Path, committer: Committer) -> None:
    writes = [
        insert(1),
        UpdateWrite("INSERT DATA { oops }"),
        UpdateWrite(BOMB),
        UpdateWrite("DROP GRAPH <http://no>"),
        insert(2),
    ]

    def outcome(write: UpdateWrite) -> str:
        try:
            committer.submit(write)
        except QueryError as error:
            return type(error).__name__
        return "made"

    with ThreadPoolExecutor(5) as threads:
        outcomes = list(threads.map(outcome, writes))
    assert outcomes[0] == outcomes[4] == "made"
    assert outcomes[1] == QuerySyntaxError.__name__
    assert outcomes[2] == QueryMemory.__name__
    assert outcomes[3] == QueryError.__name__
    assert ask(folder, "<http://ex/s> <http://ex/n> 1, 2")
    assert not list(folder.glob(".scratch-*"))


def test_what_a_person_wrote_survives_load_and_rebuild(folder: Path, committer: Committer) -> None:
    author = "<https://w3id.org/paperkg/author/adly-templeton>"
    name = f'{author} <http://xmlns.com/foaf/0.1/name> "Adly Templeton"'
    committer.submit(UpdateWrite(f"DELETE DATA {{ {name} }} ; INSERT DATA {{ {author} <http://ex/note> 'kept' }}"))
    committer.submit(GraphWrite("PUT", "http://ex/g", ((b"<http://ex/a> <http://ex/p> _:b .", "turtle"),)))
    for change in (
        lambda: load(folder, PAGES[1]),
        lambda: load(folder, *PAGES),
        lambda: pipeline.rebuild(StoreFolder(folder)),
    ):
        change()
        assert ask(folder, f"{author} <http://ex/note> 'kept' FILTER NOT EXISTS {{ {name} }}")
        assert ask(folder, "GRAPH <http://ex/g> { <http://ex/a> <http://ex/p> ?b }")
    rebuilt = dump(folder)
    pipeline.rebuild(StoreFolder(folder))
    assert dump(folder) == rebuilt


def test_a_write_waits_for_a_load_or_is_told(folder: Path, committer: Committer) -> None:
    release = threading.Event()
    holding = threading.Event()

    def hold() -> None:
        with StoreFolder(folder).alone():
            holding.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(10)
    with pytest.raises(StoreBusy):
        committer.submit(insert(1))
    threading.Timer(0.3, release.set).start()
    committer.submit(insert(2))
    holder.join()
    assert ask(folder, "<http://ex/s> <http://ex/n> 2 FILTER NOT EXISTS { <http://ex/s> <http://ex/n> 1 }")


def test_the_search_index_follows(folder: Path, committer: Committer) -> None:
    paper = "<https://w3id.org/paperkg/paper/new>"
    author = "<https://w3id.org/paperkg/author/adly-templeton>"
    committer.submit(
        UpdateWrite(
            "PREFIX kg: <https://w3id.org/paperkg/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> "
            f"INSERT DATA {{ {paper} a kg:Paper ; dcterms:title 'Quokka studies' . "
            f"{author} <http://xmlns.com/foaf/0.1/name> 'Adly Zyzzyva' }}"
        )
    )

    def labels(text: str) -> set[str]:
        return {hit.label for hit in Snapshots(folder).current().index.search(text).hits}

    deadline = time.monotonic() + 30
    while "Quokka studies" not in labels("quokka"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert any(label.startswith("Adly") for label in labels("zyzzyva"))
    committer.submit(UpdateWrite(f"DELETE WHERE {{ {paper} ?p ?o }}"))
    while "Quokka studies" in labels("quokka"):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("most", [20_000, 0])
@pytest.mark.parametrize("next_step", ["start", "load"])
def test_what_is_not_indexed_when_a_service_ends_is_with_the_next_step(
    folder: Path, monkeypatch: pytest.MonkeyPatch, most: int, next_step: str
) -> None:
    monkeypatch.setattr("kg.publishing._MANY_CHANGES", most)
    store = StoreFolder(folder)
    said = f"<{DEFAULT_BASE}paper/new> <{ns.TYPE}> <{ns.PAPER}> ."
    with writing(store) as writer:
        changes = [Change(True, said), Change(True, said.replace(f"{ns.TYPE}> <{ns.PAPER}>", f'{ns.TITLE}> "Quokka"'))]
        store.journal.append(changes, Position())
        publish_edits(store, writer, writer.apply_edits())
    assert not Snapshots(folder).current().index.search("quokka").hits
    assert not pipeline.is_up_to_date(store)
    if next_step == "start":
        pipeline.repair(store)
    else:
        load(folder, PAGES[1])
    assert [hit.label for hit in Snapshots(folder).current().index.search("quokka").hits] == ["Quokka"]
    assert pipeline.is_up_to_date(store)


WRITER = """
import os, sys, pathlib
from concurrent.futures import ThreadPoolExecutor
from kg.commit import Committer
from kg.settings import read_settings
from kg.store import StoreFolder
from kg.updates import UpdateWrite
folder = pathlib.Path(sys.argv[1])
committer = Committer(StoreFolder(folder), read_settings({}, store=folder))
def write(number):
    committer.submit(UpdateWrite(f"INSERT DATA {{ <http://ex/s> <http://ex/n> {number} }}"))
    os.write(1, b"%d\\n" % number)
with ThreadPoolExecutor(4) as threads:
    list(threads.map(write, range(int(sys.argv[2]), int(sys.argv[2]) + 1000)))
"""


def test_no_acknowledged_write_is_lost_when_everything_is_killed(folder: Path) -> None:
    acknowledged: list[int] = []
    for start, wait in ((0, 5), (1000, 12), (2000, 20)):
        command = [sys.executable, "-c", WRITER, str(folder), str(start)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            acknowledged += [int(process.stdout.readline()) for _ in range(wait)]
            process.send_signal(signal.SIGKILL)
            acknowledged += [int(line) for line in process.stdout.read().splitlines() if line]
    pipeline.repair(StoreFolder(folder))
    assert all(ask(folder, f"<http://ex/s> <http://ex/n> {number}") for number in acknowledged), json.dumps(
        acknowledged
    )
