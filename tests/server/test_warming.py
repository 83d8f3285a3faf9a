"""A snapshot that stays in force is prepared once; one that is replaced at once is not."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from kg import pipeline
from kg.settings import read_settings
from kg.snapshots import Snapshot, Snapshots
from kg.store import StoreFolder
from server import create_app, queries
from server.state import state_of
from server.warming import Warming


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_each_snapshot_that_stays_is_prepared_once(seeded_store_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(seeded_store_folder, tmp_path / "store")
    snapshots = Snapshots(folder)
    prepared: list[str] = []

    def warm(snapshot: Snapshot) -> None:
        prepared.append(snapshot.id)

    warming = Warming(snapshots, warm)
    first = snapshots.current().id
    until(lambda: prepared == [first])
    passing = pipeline.rebuild(StoreFolder(folder))
    last = pipeline.rebuild(StoreFolder(folder))
    until(lambda: last in prepared)
    warming.close()
    assert prepared == [first, last]
    assert passing not in prepared


def test_every_canned_query_is_answered_by_its_defaults(seeded_store_folder: Path) -> None:
    app = create_app(read_settings({}, store=seeded_store_folder, query_workers=1))
    state, client = state_of(app), app.test_client()
    try:
        queries.warm(state, state.snapshots.current())
        state.canned.workers.close()  # whatever is answered now was prepared
        for name, found in state.queries.items():
            if found.form == "select":
                assert client.get(f"/queries/{name}.csv").status_code == 200
                assert client.get(f"/queries/{name}", headers={"Accept": "text/html"}).status_code == 200
        (other,) = list(state.queries)[:1]
        assert client.get(f"/queries/{other}.xml").status_code == 503
    finally:
        state.close()
