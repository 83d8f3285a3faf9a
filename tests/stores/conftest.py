"""Graphs exported as files, and other stores that hold them, each started once and ended with the tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pyoxigraph
import pytest

from kg import pipeline
from kg.linking.linking import linker_of
from kg.settings import read_settings
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from tests.made_records import made_source
from tests.server.hostile_records import hostile_records
from tests.server.rich_records import rich_records
from tests.stores.documented import blocks, free_port, lines, replaced

GRAPHS = ("seeds", "hostile", "rich", "real")
STORES = ("paperkg", "oxigraph", "virtuoso")
_GRAPH_NAME = "https://w3id.org/paperkg/"
_PATIENCE = 60  # seconds

Ask = Callable[[str, str], bytes]
"""What a store answers to a query, in the format of a media type; Refused where it does not."""


class Refused(Exception):
    """What a store says where it does not answer a query."""


@dataclass(frozen=True)
class Exported:
    """A graph: the store that it comes from, and the folder with its dump, `kg.nt.gz`."""

    name: str
    store: pyoxigraph.Store
    folder: Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process starts the stores, where tests are spread over several (--dist loadgroup)."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("stores"))


@pytest.fixture(scope="session", params=GRAPHS)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp(request.param)
    _load(request, StoreFolder(folder / "store"), folder / "records")
    for line in lines(blocks("Into another store")[0]):
        _kg(line.replace("kg ", f"kg --store {folder / 'store'} "), folder)
    return Exported(request.param, Snapshots(folder / "store").current().store, folder)


def _load(request: pytest.FixtureRequest, store: StoreFolder, records: Path) -> None:
    records.touch()
    match request.param:
        case "seeds":
            pipeline.load_seeds(store)
        case "hostile":
            pipeline.load(store, made_source("hostile", hostile_records()), {"hostile": [records]})
        case "rich":
            pipeline.load(store, made_source("rich", rich_records()), {"rich": [records]})
        case "real":
            shared: Path = request.getfixturevalue("shared")
            linker = linker_of(read_settings({}, store=store.folder))
            works = [shared / "data" / "openalex" / "works-2026.jsonl"]
            pipeline.load(store, find_source("openalex"), {"openalex": works}, linker=linker)
            papers = [shared / "data" / "mlanthology" / "papers" / "icml-2022.json.gz"]
            pipeline.load(store, find_source("mlanthology"), {"mlanthology": papers}, linker=linker)


@pytest.fixture(scope="session", params=STORES)
def ask(request: pytest.FixtureRequest, exported: Exported) -> Ask:
    """Each store, with that graph."""
    found: Ask = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def paperkg(exported: Exported) -> Ask:
    load, _ = lines(blocks("paperkg")[0])
    _kg(load, exported.folder)
    copy = Snapshots(exported.folder / "copy").current().store

    def ask(query: str, media_type: str) -> bytes:
        found = copy.query(query)
        if isinstance(found, pyoxigraph.QuerySolutions):
            return found.serialize(format=pyoxigraph.QueryResultsFormat.JSON) or b""
        assert isinstance(found, pyoxigraph.QueryTriples)
        return found.serialize(format=pyoxigraph.RdfFormat.N_TRIPLES) or b""

    return ask


@pytest.fixture(scope="session")
def oxigraph(exported: Exported) -> Iterator[Ask]:
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        pytest.skip("the program oxigraph is not installed; 'make test' installs it")
    _, load, serve = lines(blocks("Oxigraph")[0])
    _run([str(program), *load.split()[1:]], exported.folder)
    address = f"127.0.0.1:{free_port()}"
    command = replaced(serve, {"127.0.0.1:7878": address}).split()[1:]
    with _running([str(program), *command], exported.folder, f"http://{address}/query"):
        yield _asking(f"http://{address}/query")


@pytest.fixture(scope="session")
def virtuoso(exported: Exported, virtuoso_server: tuple[Path, str, str]) -> Ask:
    folder, sql, web = virtuoso_server
    shutil.copy(exported.folder / "kg.nt.gz", folder / f"{exported.name}.nt.gz")
    name = _GRAPH_NAME + exported.name
    load, state, _ = blocks("Virtuoso")[2].splitlines()
    here = {"127.0.0.1:1111": sql, "kg.nt.gz": f"{exported.name}.nt.gz", f"'{_GRAPH_NAME}'": f"'{name}'"}
    _run(["sh", "-c", replaced(load, here)], folder)
    loaded = _run(["sh", "-c", replaced(state, {"127.0.0.1:1111": sql})], folder)
    assert f"{exported.name}.nt.gz  " in loaded.replace("./", ""), loaded
    return _asking(f"http://{web}/sparql", {"default-graph-uri": name})


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """Its folder, where it takes SQL, and where it answers the web."""
    if shutil.which("virtuoso-t") is None:
        pytest.skip("Virtuoso is not on this machine; 'make test' installs Debian's virtuoso-opensource-7-bin")
    folder = tmp_path_factory.mktemp("virtuoso")
    sql, web = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    settings, serve, _ = blocks("Virtuoso")
    (folder / "virtuoso.ini").write_text(replaced(settings, {"127.0.0.1:1111": sql, "127.0.0.1:8890": web}))
    with _running(serve.split(), folder, f"http://{web}/sparql"):
        yield folder, sql, web


def _kg(line: str, folder: Path) -> None:
    program, *arguments = line.split()
    assert program == "kg"
    _run([sys.executable, "-m", "kg", *arguments], folder)


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def _running(command: list[str], folder: Path, address: str) -> Iterator[None]:
    """The server, once it answers; ended with everything that it started."""
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(server, address, folder / "server.log")
            yield
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            urlopen(address, timeout=5).close()
        except HTTPError:
            return  # an answer as well
        except (URLError, ConnectionError):
            assert server.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


def _asking(endpoint: str, parameters: dict[str, str] | None = None) -> Ask:
    def ask(query: str, media_type: str) -> bytes:
        body = urlencode({**(parameters or {}), "query": query}).encode()
        try:
            with urlopen(Request(endpoint, body, {"Accept": media_type}), timeout=_PATIENCE) as answer:
                content: bytes = answer.read()
        except HTTPError as error:
            raise Refused(error.read().decode(errors="replace")[:500]) from error
        return content

    return ask
