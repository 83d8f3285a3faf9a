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
from kg.settings import Settings, read_settings
from kg.store import StoreFolder
from server import create_app
from server.state import state_of
from tests.made_records import made_source
from tests.server.rich_records import rich_records


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
def hostile_app(hostile_store_folder: Path) -> Iterator[Flask]:
    yield from _running(hostile_store_folder)


@pytest.fixture
def hostile_client(hostile_app: Flask) -> FlaskClient:
    return hostile_app.test_client()


@pytest.fixture(scope="session")
def rich_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("rich")
    (folder / "records").touch()
    pipeline.load(StoreFolder(folder / "store"), made_source("rich", rich_records()), {"rich": [folder / "records"]})
    yield from _running(folder / "store")


@pytest.fixture(scope="session")
def real_app(real_store_folder: Path) -> Iterator[Flask]:
    """Over 5,000 real papers and more, linked, with their dump."""
    yield from _running(real_store_folder)


@pytest.fixture
def rich_client(rich_app: Flask) -> FlaskClient:
    return rich_app.test_client()


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[Flask]:
    """An application whose store has nothing in it yet."""
    yield from _running(tmp_path / "store")
