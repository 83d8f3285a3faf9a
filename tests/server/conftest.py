"""Applications over real stores: the seeds, and a graph of everything that a hostile source may hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kg import pipeline
from kg.settings import Settings, read_settings
from kg.sources import Source
from kg.store import StoreFolder
from server import create_app
from server.state import state_of
from tests.server.hostile_records import hostile_records


class BufferedClient(FlaskClient):
    """Reads every answer to its end, so that the file behind a download is closed."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True, **kwargs})


def _settings(folder: Path) -> Settings:
    return read_settings({}, store=folder, query_workers=1)


def _running(folder: Path) -> Iterator[Flask]:
    app = create_app(_settings(folder))
    app.testing = True
    app.test_client_class = BufferedClient
    yield app
    state_of(app).close()


@pytest.fixture(scope="session")
def seeded_app(seeded_store_folder: Path) -> Iterator[Flask]:
    yield from _running(seeded_store_folder)


@pytest.fixture
def client(seeded_app: Flask) -> FlaskClient:
    return seeded_app.test_client()


@pytest.fixture(scope="session")
def hostile_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "records").touch()
    source = Source("hostile", "1", "records made here", lambda _: hostile_records())
    pipeline.load(StoreFolder(folder / "store"), source, {"hostile": [folder / "records"]})
    yield from _running(folder / "store")


@pytest.fixture
def hostile_client(hostile_app: Flask) -> FlaskClient:
    return hostile_app.test_client()


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[Flask]:
    """An application whose store has nothing in it yet."""
    yield from _running(tmp_path / "store")
