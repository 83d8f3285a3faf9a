"""A load that is killed leaves the old graph or the new one, and the next load repairs whatever it left."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg import paths, pipeline
from kg.linking.linking import Linker
from kg.namespaces import DEFAULT_BASE
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder

PAGES = sorted(paths.SEEDS.glob("*.txt"))
EVERY = 4
KILLS_BY_CHANCE = 12


def dump(folder: Path) -> bytes:
    return sorted_statements(Snapshots(folder).current().store)


def load(folder: Path, page: Path) -> None:
    pipeline.load(StoreFolder(folder), find_source("profile-page"), pipeline.name_datasets([page], None))


@pytest.fixture(scope="module")
def one_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crashes") / "one-page"
    load(folder, PAGES[0])
    return folder


@pytest.fixture(scope="module")
def expected(one_page: Path, seeded_store_folder: Path) -> tuple[bytes, bytes]:
    """The graph before and after the load."""
    return dump(one_page), dump(seeded_store_folder)


def test_killed_at_any_file_operation(one_page: Path, expected: tuple[bytes, bytes], tmp_path: Path) -> None:
    script = Path(__file__).with_name("crash_points.py")
    command = [sys.executable, script, one_page, PAGES[1], tmp_path, str(EVERY)]
    runs = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    deaths = [Path(run["store"]) for run in runs if run["killed"]]
    assert len(deaths) > 20
    before, after = expected
    seen = set()
    for store in deaths:
        found = dump(store)
        assert found in (before, after), store
        seen.add(found)
        load(store, PAGES[1])
        assert dump(store) == after, store
        assert not list((store / "segments").glob("*/.writing-*"))
        assert len(list((store / "snapshots").iterdir())) == 1
    assert seen == {before, after}


def test_killed_while_linking(tmp_path: Path) -> None:
    """What is kept of records and links is made anew where it was left half written."""
    linker = Linker(DEFAULT_BASE, {}, 0.9, 1)

    def linked(folder: Path, *pages: Path) -> bytes:
        for page in pages:
            datasets = pipeline.name_datasets([page], None)
            pipeline.load(StoreFolder(folder), find_source("profile-page"), datasets, linker=linker)
        return dump(folder)

    before = linked(tmp_path / "before", PAGES[0])
    after = linked(tmp_path / "after", *PAGES)
    script = Path(__file__).with_name("crash_points.py")
    command = [sys.executable, script, tmp_path / "before", PAGES[1], tmp_path / "runs", str(3 * EVERY), "link"]
    (tmp_path / "runs").mkdir()
    runs = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    stores = [Path(run["store"]) for run in runs if run["killed"]]
    assert len(stores) > 10
    assert {dump(store) for store in stores} == {before, after}
    assert {linked(store, PAGES[1]) for store in stores} == {after}


def test_killed_while_removing(one_page: Path, seeded_store_folder: Path, tmp_path: Path) -> None:
    """Removing the same again finishes it, as long as readers see what is removed."""
    script, (removed,) = Path(__file__).with_name("crash_points.py"), pipeline.name_datasets([PAGES[1]], None)
    command = [sys.executable, script, seeded_store_folder, removed, tmp_path, str(3 * EVERY), "remove"]
    runs = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    stores = [Path(run["store"]) for run in runs if run["killed"]]
    before, after = dump(seeded_store_folder), dump(one_page)
    unfinished = [store for store in stores if dump(store) == before]
    assert any(removed not in StoreFolder(store).segments.catalogue() for store in unfinished)
    for store in unfinished:
        pipeline.remove(StoreFolder(store), [removed])
    assert {dump(store) for store in stores} == {after}


def test_killed_at_any_moment(one_page: Path, expected: tuple[bytes, bytes], tmp_path: Path) -> None:
    """Also inside the database and the index, where no file operation of Python's marks the moment."""
    chance = random.Random(7)
    code = (
        "import sys, pathlib; from kg import pipeline\n"
        "from kg.store import StoreFolder; from kg.sources import find_source\n"
        "print('go', flush=True)\n"
        "for n in range(1000):\n"
        "    pages = [pathlib.Path(p) for p in sys.argv[2:]][:: 1 if n % 2 else -1]\n"
        "    pipeline.load(StoreFolder(pathlib.Path(sys.argv[1])), find_source('profile-page'),\n"
        "        {'a': [pages[0]]}, pipeline.Options(replace=True))\n"
    )
    store = tmp_path / "store"
    singles = set()
    for number, page in enumerate(PAGES):
        folder = tmp_path / str(number)
        pipeline.load(StoreFolder(folder), find_source("profile-page"), {"a": [page]})
        singles.add(dump(folder))
    for _ in range(KILLS_BY_CHANCE):
        with subprocess.Popen([sys.executable, "-c", code, store, *PAGES], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0.05, 0.8))
            process.send_signal(signal.SIGKILL)
        if (store / "current").exists():
            assert dump(store) in singles
    pipeline.load(StoreFolder(store), find_source("profile-page"), {"a": [PAGES[0]]}, pipeline.Options(replace=True))
    assert dump(store) in singles
