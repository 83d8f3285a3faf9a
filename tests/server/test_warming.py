"""A snapshot that stays in force is prepared once; one that is replaced at once is not. First views are prepared before
a service answers."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kg import pipeline
from kg.settings import read_settings
from kg.snapshots import Snapshot, Snapshots
from kg.store import StoreFolder
from server import create_app, first_views, queries
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


def test_the_first_one_is_prepared_at_once(seeded_store_folder: Path) -> None:
    prepared: list[str] = []
    snapshots = Snapshots(seeded_store_folder)
    warming = Warming(snapshots, lambda snapshot: prepared.append(snapshot.id), settled=600, first_at_once=True)
    warming.wait(30)
    warming.close()
    assert prepared == [snapshots.current().id]


def test_nobody_waits_where_nothing_is_published_yet(tmp_path: Path) -> None:
    warming = Warming(Snapshots(tmp_path), lambda _: None, first_at_once=True)
    start = time.monotonic()
    warming.wait(600)
    warming.close()
    assert time.monotonic() - start < 60


def test_first_views_are_rendered_and_are_no_requests(seeded_store_folder: Path) -> None:
    app = create_app(read_settings({}, store=seeded_store_folder, query_workers=1))
    state = state_of(app)
    try:
        first_views.render(app, state.snapshots.current())
        compiled = {Path(template.filename or "").name for template in app.jinja_env.cache.values()}
        assert compiled >= {"front.html", "profile.html", "paper.html", "search.html", "schema.html", "queries.html"}
        counted = app.test_client().get("/metrics").get_data(as_text=True)
        assert "paperkg_requests_total{" not in counted
    finally:
        state.close()


def test_a_front_page_that_is_there_is_not_computed_again(seeded_store_folder: Path) -> None:
    app = create_app(read_settings({}, store=seeded_store_folder, query_workers=1))
    state = state_of(app)
    snapshot = state.snapshots.current()
    try:
        first_views.render(app, snapshot)
        kept = state.overviews.get(snapshot, lambda: pytest.fail("it was not kept"))
        assert kept.authors
    finally:
        state.close()


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
