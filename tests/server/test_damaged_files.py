"""A graph whose files were damaged: what is told, to whom, and that memory is not filled with errors."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from kg import pipeline
from kg.errors import StoreError
from kg.settings import read_settings
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from server import create_app
from server.state import state_of

TOLD = "The graph cannot be read as it should; the log of this service says what its operator can do."
LOOK_UP = """
import resource, sys
from pathlib import Path
from kg.overview import overview, _looked_up
from kg.snapshots import Snapshots
resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
try:
    _looked_up(Snapshots(Path(sys.argv[1])).current().store)
except RuntimeError as error:
    sys.exit(f"stopped: {error}")
"""


def tables(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("snapshots/*/store/*.sst") if path.stat().st_size > 100_000]
    assert found
    return found


def overwrite(path: Path, end: int, every: int) -> None:
    content = bytearray(path.read_bytes())
    for place in range(0, end, every):
        content[place : place + 10] = b"\xa5" * 10
    path.write_bytes(content)


@pytest.fixture(scope="module")
def whole_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 2,000 papers."""
    folder = tmp_path_factory.mktemp("whole")
    with (folder / "papers.jsonl").open("w") as output:
        for number in range(2000):
            authors = [{"given": "Ada", "family": f"Name{number}{letter}"} for letter in "abc"]
            paper = {"bibtex_key": f"key{number}", "title": f"About {number}", "year": "2020", "authors": authors}
            output.write(json.dumps(paper) + "\n")
    pipeline.load(StoreFolder(folder / "store"), find_source("mlanthology"), {"many": [folder / "papers.jsonl"]})
    return folder / "store"


@pytest.fixture
def folder(whole_folder: Path, tmp_path: Path) -> Path:
    """A store of which every few blocks are damaged, but not what its database reads when it is opened."""
    copy = Path(shutil.copytree(whole_folder, tmp_path / "store"))
    for table in tables(copy):
        overwrite(table, table.stat().st_size * 8 // 10, every=15_000)
    return copy


@pytest.fixture
def app(folder: Path) -> Iterator[Flask]:
    made = create_app(read_settings({}, store=folder, query_workers=1))
    if following := state_of(made).following:
        following.look()
    yield made
    state_of(made).close()


def test_a_damaged_file_is_no_fault_of_the_query(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    answer = app.test_client().get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o }"})
    assert (answer.status_code, answer.json and answer.json["detail"]) == (500, TOLD)
    assert "run 'kg rebuild'" in caplog.text


def test_what_needs_no_damaged_file_is_answered(app: Flask) -> None:
    assert app.test_client().get("/sparql", query_string={"query": "ASK {}"}).json == {"head": {}, "boolean": True}


def test_the_authors_with_most_coauthors_are_not_looked_for_until_memory_is_full(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LOOK_UP, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "stopped: Corruption" in done.stderr


def test_a_store_that_cannot_be_opened_says_what_to_do(whole_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole_folder, tmp_path / "store"))
    for table in tables(folder):
        overwrite(table, table.stat().st_size - 60, every=1_000)
    with pytest.raises(StoreError, match="run 'kg rebuild'"):
        Snapshots(folder).current()
    made = create_app(read_settings({}, store=folder, query_workers=1))
    answer = made.test_client().get("/sparql", query_string={"query": "ASK {}"})
    assert (answer.status_code, answer.json and answer.json["detail"]) == (500, TOLD)
    state_of(made).close()


def test_rebuilding_makes_the_files_anew(folder: Path, whole_folder: Path) -> None:
    command = [sys.executable, "-m", "kg", "--store", str(folder), "rebuild"]
    subprocess.run(command, check=True, capture_output=True)
    assert dump(folder) == dump(whole_folder)


def dump(folder: Path) -> bytes:
    return sorted_statements(Snapshots(folder).current().store)
