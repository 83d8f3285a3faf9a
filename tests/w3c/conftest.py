"""One service under waitress for all tests of a process."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import waitress

from kg.settings import read_settings
from server import create_app
from server.state import state_of
from tests.w3c.service import TOKEN, Service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("w3c")
    app = create_app(read_settings({}, store=folder / "store", query_workers=1, write_token=TOKEN))
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=2, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Service(("127.0.0.1", int(server.effective_port)))
    server.trigger.pull_trigger(server.close)  # in the server's own thread, between two requests
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()
    state_of(app).close()
