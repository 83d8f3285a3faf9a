"""Graphs exported as files, and other stores that hold them, each started once and ended with the tests."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pyoxigraph
import pytest

from bench.peers import Missing
from bench.servers import Oxigraph, Virtuoso, run
from kg import pipeline
from kg.linking.linking import linker_of
from kg.settings import read_settings
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from tests.made_records import made_source
from tests.server.hostile_records import hostile_records
from tests.server.rich_records import rich_records
from tests.stores.documented import blocks, lines

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


def pytest_itemcollected(item: pytest.Item) -> None:
    """One process starts the stores, where tests are spread over several (--dist loadgroup)."""
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
    try:
        server = Oxigraph(exported.folder)
    except Missing as missing:
        pytest.skip(f"the program oxigraph is not installed: {missing}")
    server.load()
    with server:
        yield _asking(server.endpoint)


@pytest.fixture(scope="session")
def virtuoso(exported: Exported, virtuoso_server: Virtuoso) -> Ask:
    file, name = f"{exported.name}.nt.gz", _GRAPH_NAME + exported.name
    shutil.copy(exported.folder / "kg.nt.gz", virtuoso_server.folder / file)
    virtuoso_server.load_graph(file, name)
    return _asking(virtuoso_server.endpoint, {"default-graph-uri": name})


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    try:
        server = Virtuoso(tmp_path_factory.mktemp("virtuoso"), gigabytes=0)
    except Missing as missing:
        pytest.skip(f"{missing}; 'make test' installs it")
    with server:
        yield server


def _kg(line: str, folder: Path) -> None:
    program, *arguments = line.split()
    assert program == "kg"
    run([sys.executable, "-m", "kg", *arguments], folder)


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
