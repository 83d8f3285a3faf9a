"""A worker that may reach out reaches the ports of allowed addresses, whatever the text says that it is given."""

from __future__ import annotations

import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyoxigraph
import pytest

from kg.errors import SettingError
from kg.settings import read_settings
from kg.workers.handle import Worker
from kg.workers.messages import Failed, Task
from kg.workers.sandbox import tcp_ports

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")


@pytest.fixture
def listeners() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two servers that take connections and do not answer."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2))
        for listener in (first, second):
            listener.settimeout(0)
        yield first, second


def _address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"


def _was_reached(listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


def _skip_without_landlock() -> None:
    program = f"""
import sys
sys.path[:0] = {[entry for entry in sys.path if entry]!r}
from kg.workers.sandbox import confine
sys.exit(0 if confine([80]) else 77)
"""
    if subprocess.run([sys.executable, "-c", program], check=False).returncode == 77:
        pytest.skip(f"this system, Linux {platform.release()}, cannot confine a process to ports")


def _failure(store: Path, allowed: socket.socket, asked: socket.socket, seconds: float) -> str | None:
    """Why a worker cannot ask one listener, allowed the other; None if it waits for the answer."""
    worker = Worker(read_settings({}).query_memory, reachable=[_address(allowed)])
    task = Task(str(store), f"ASK {{ SERVICE <{_address(asked)}> {{}} }}", None, None, None, "json", False, 10, 1000)
    try:
        with tempfile.TemporaryFile() as output:
            reply = worker.ask(task, output.fileno(), time.monotonic() + seconds)
    except TimeoutError:
        return None
    finally:
        worker.close()
    assert isinstance(reply, Failed)
    return reply.message


def test_a_worker_connects_to_the_ports_of_allowed_addresses_only(
    tmp_path: Path, listeners: tuple[socket.socket, socket.socket]
) -> None:
    _skip_without_landlock()
    pyoxigraph.Store(str(tmp_path / "store")).flush()
    allowed, other = listeners
    for seconds in (3, 10, 60):  # which a busy machine may need until the worker asks
        assert _failure(tmp_path / "store", allowed, allowed, seconds) is None
        if reached := _was_reached(allowed):
            break
    assert reached
    assert "denied" in (_failure(tmp_path / "store", allowed, other, seconds=60) or "")
    assert not _was_reached(other)


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("http://example.org/sparql", 80),
        ("https://example.org/sparql", 443),
        ("https://user@[::1]:8443/sparql", 8443),
    ],
)
def test_an_address_is_at_a_port(address: str, port: int) -> None:
    assert tcp_ports([address]) == {port}


@pytest.mark.parametrize("port", ["0", "65536", "x"])
def test_an_address_at_no_port_is_no_setting(port: str) -> None:
    with pytest.raises(SettingError):
        read_settings({}, service_allow=f"http://example.org:{port}/sparql")
