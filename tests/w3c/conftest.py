"""Services under waitress for all tests of a process."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import waitress

from kg.settings import read_settings
from server import create_app
from server.state import state_of
from tests.w3c.manifests import Data
from tests.w3c.service import TOKEN, Service

_MEMORY = Path("/dev/shm")  # noqa: S108 - where there is one, a file system that does not wait for a disk
_ENOUGH = 2**28  # bytes


def pytest_itemcollected(item: pytest.Item) -> None:
    """One process starts what a module needs, where tests are spread over several."""
    item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every test writes several times, each time durably; what is durable is tested elsewhere."""
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
            yield Path(folder)
    else:
        yield tmp_path_factory.mktemp("w3c")


@pytest.fixture(scope="session")
def service(stores: Path) -> Iterator[Service]:
    with running(stores / "store") as service:
        yield service


@contextmanager
def running(store: Path, *allowed: str) -> Iterator[Service]:
    """A service of its own, empty; `allowed` are the addresses that it may ask."""
    settings = read_settings({}, store=store, query_workers=1, write_token=TOKEN, service_allow=" ".join(allowed))
    app = create_app(settings)
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=2, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    service = Service(("127.0.0.1", int(server.effective_port)))
    service.hold(Data())
    yield service
    server.trigger.pull_trigger(server.close)  # in the server's own thread, between two requests
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()
    state_of(app).close()
