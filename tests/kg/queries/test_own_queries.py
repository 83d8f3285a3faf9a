"""Queries of an operator's own folder, and the first version of one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.errors import UsageError
from kg.namespaces import DEFAULT_BASE
from kg.queries import bind, load_queries, write_skeleton
from kg.settings import read_settings
from kg.snapshots import Snapshot
from server import create_app
from server.state import state_of


def kg(store: Path, own: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    return subprocess.run(
        [sys.executable, "-m", "kg", "--store", str(store), *arguments],
        env=clean | {"KG_QUERIES": str(own), "KG_PORT": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_first_version_is_written_and_asked(seeded_store_folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    written = kg(seeded_store_folder, own, "query", "--new", "papers/since")
    assert written.returncode == 0 and str(own / "papers" / "since.rq") in written.stdout
    asked = kg(seeded_store_folder, own, "query", "since", "--param", "since=2025", "--format", "csv")
    assert len(asked.stdout.splitlines()) == 7
    again = kg(seeded_store_folder, own, "query", "--new", "papers/since")
    assert again.returncode != 0 and "is there already" in again.stderr


def test_a_first_version_takes_no_name_of_the_project(seeded_store_folder: Path, tmp_path: Path) -> None:
    written = kg(seeded_store_folder, tmp_path, "query", "--new", "author/author-papers")
    assert written.returncode == 2 and "there is a query author/author-papers already" in written.stderr
    asked = kg(seeded_store_folder, tmp_path, "query", "author-papers")
    assert asked.returncode == 0, asked.stderr


def test_a_first_version_answers_from_the_seeds(seed_snapshot: Snapshot, tmp_path: Path) -> None:
    write_skeleton(tmp_path, "papers/since")
    (query,) = load_queries(tmp_path).values()
    assert len(list(seed_snapshot.store.query(bind(query, {}, DEFAULT_BASE)))) == 20  # type: ignore[arg-type]
    assert list(query.columns.values()) == ["Paper", "Title", "Year of publication"]


@pytest.mark.parametrize("name", ["papers", "../papers/since", "papers/Since", "papers/since.rq", "/papers/since"])
def test_what_is_no_name_writes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="call it <subject>/<name>"):
        write_skeleton(tmp_path / "own", name)
    assert list(tmp_path.iterdir()) == []


def test_own_queries_are_served_beside_the_others(seeded_store_folder: Path, tmp_path: Path) -> None:
    write_skeleton(tmp_path, "papers/since")
    app = create_app(read_settings({"KG_QUERIES": str(tmp_path)}, store=seeded_store_folder, query_workers=1))
    try:
        assert set(load_queries()) < set(state_of(app).queries)
        page = app.test_client().get("/queries/papers/since", headers={"Accept": "text/html"})
        assert page.status_code == 200 and b"Papers of an author since a year" in page.data
    finally:
        state_of(app).close()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("papers/since", "#+ title = 1\nSELECT * {}", "papers/since.rq, line 1: the front-matter is wrong"),
        (
            "author/author-papers",
            '#+ title = "a"\n#+ description = "b"\nASK {}',
            "has the name of another query, author/author-papers",
        ),
    ],
)
def test_a_fault_stops_the_service_before_it_answers(
    seeded_store_folder: Path, tmp_path: Path, name: str, text: str, told: str
) -> None:
    path = tmp_path / f"{name}.rq"
    path.parent.mkdir()
    path.write_text(text)
    result = kg(seeded_store_folder, tmp_path, "serve")
    assert result.returncode != 0
    assert told in result.stderr and "Traceback" not in result.stderr
    assert "http://" not in result.stdout


def test_a_folder_that_is_not_there_is_told(seeded_store_folder: Path, tmp_path: Path) -> None:
    result = kg(seeded_store_folder, tmp_path / "none", "query", "author-papers")
    assert result.returncode != 0 and "is no folder of queries" in result.stderr
