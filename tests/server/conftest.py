"""Applications over real stores: the seeds, all that a record can say, and what a hostile source may hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kg import pipeline
from kg.settings import read_settings
from kg.store import StoreFolder
from server import create_app
from server.state import state_of
from tests.made_records import made_source
from tests.server.engines import ENGINES, ON_EVERY_ENGINE, Engine, engine_of
from tests.server.rich_records import rich_records
from tests.stores.dialects import SERVED_OTHERWISE


class BufferedClient(FlaskClient):
    """Reads every answer to its end, so that the file behind a download is closed."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True, **kwargs})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of what is served are made once for each engine that can hold the graph."""
    if metafunc.module.__name__.rpartition(".")[2] in ON_EVERY_ENGINE and "engine" in metafunc.fixturenames:
        marks = [pytest.mark.xdist_group(f"engine-{name}") for name in ENGINES[1:]]
        named = [pytest.param(name, marks=mark) for name, mark in zip(ENGINES[1:], marks, strict=True)]
        metafunc.parametrize("engine", [ENGINES[0], *named], indirect=True, scope="session")


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Where the graph is: in the service's own store, if nothing else is said."""
    with engine_of(getattr(request, "param", ENGINES[0]), tmp_path_factory) as found:
        yield found


@pytest.fixture(autouse=True)
def _known_difference(request: pytest.FixtureRequest) -> None:
    """What an engine answers otherwise is said by name, with the reason."""
    if "engine" in request.fixturenames:
        name = request.getfixturevalue("engine").name
        test = request.node.nodeid.rpartition("::")[2].partition("[")[0]
        reason = SERVED_OTHERWISE.get((name, f"{request.module.__name__.rpartition('.')[2]}.{test}"))
        if reason:
            request.node.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def _running(folder: Path, engine: Engine) -> Iterator[Flask]:
    app = create_app(engine.settings(read_settings({}, store=folder, query_workers=1)))
    if following := state_of(app).following:
        following.look()
    app.testing = True
    app.test_client_class = BufferedClient
    yield app
    state_of(app).close()


@pytest.fixture(scope="session")
def seeded_app(seeded_store_folder: Path, engine: Engine) -> Iterator[Flask]:
    yield from _running(seeded_store_folder, engine)


@pytest.fixture
def client(seeded_app: Flask) -> FlaskClient:
    return seeded_app.test_client()


@pytest.fixture(scope="session")
def hostile_app(hostile_store_folder: Path, engine: Engine) -> Iterator[Flask]:
    yield from _running(hostile_store_folder, engine)


@pytest.fixture
def hostile_client(hostile_app: Flask) -> FlaskClient:
    return hostile_app.test_client()


@pytest.fixture(scope="session")
def rich_app(rich_store_folder: Path, engine: Engine) -> Iterator[Flask]:
    yield from _running(rich_store_folder, engine)


@pytest.fixture(scope="session")
def rich_store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rich")
    (folder / "records").touch()
    pipeline.load(StoreFolder(folder / "store"), made_source("rich", rich_records()), {"rich": [folder / "records"]})
    return folder / "store"


@pytest.fixture
def rich_client(rich_app: Flask) -> FlaskClient:
    return rich_app.test_client()


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[Flask]:
    """An application whose store has nothing in it yet."""
    yield from _running(tmp_path / "store", Engine())
