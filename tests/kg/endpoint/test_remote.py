"""Graphs brought to other stores, followed there, read there and written there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode

from bench.peers import Missing
from bench.servers import Virtuoso
from kg import namespaces as ns
from kg.cli import main
from kg.commands.publish import bring
from kg.endpoint.address import endpoint_of
from kg.endpoint.following import Following
from kg.endpoint.published import published
from kg.endpoint.sending import VirtuosoLoader, send
from kg.endpoint.store import RemoteStore, reading
from kg.errors import EndpointFault, ResultTooLarge, UsageError
from kg.files import link_tree
from kg.progress import silent
from kg.resources import GraphReader, describe
from kg.settings import TABLE, Settings, read_settings
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshots, current_manifest
from server import create_app
from server.state import state_of
from tests.server.conftest import BufferedClient
from tests.server.engines import ENGINES, Engine, engine_of, virtuoso_settings

TOKEN = {"Authorization": "Bearer s3cret"}
_ENDPOINT_SETTINGS = [setting for setting in TABLE if setting.name.startswith("endpoint")]
AUTHOR = "https://w3id.org/paperkg/author/evan-hubinger"


@pytest.fixture(
    scope="session", params=[pytest.param(n, marks=pytest.mark.xdist_group(f"engine-{n}")) for n in ENGINES[1:]]
)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with engine_of(request.param, tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="session")
def settings(engine: Engine, seeded_store_folder: Path) -> Settings:
    return engine.settings(read_settings({}, store=seeded_store_folder, query_workers=1))


@pytest.fixture(scope="session")
def remote(settings: Settings) -> RemoteStore:
    endpoint = endpoint_of(settings)
    assert endpoint
    return RemoteStore(endpoint)


def test_what_was_sent_is_there_to_the_byte(remote: RemoteStore, seeded_store_folder: Path) -> None:
    here = Snapshots(seeded_store_folder).current().store
    assert sorted_statements(remote) == sorted_statements(here)  # type: ignore[arg-type]


def test_patterns_give_what_the_embedded_store_gives(remote: RemoteStore, seeded_store_folder: Path) -> None:
    here = Snapshots(seeded_store_folder).current().store
    author, creator = NamedNode(AUTHOR), NamedNode(ns.CREATOR)
    paper = next(iter(here.quads_for_pattern(None, creator, author))).subject
    title = next(iter(here.quads_for_pattern(paper, NamedNode(ns.TITLE), None))).object
    patterns = [
        (author, None, None),
        (None, None, author),
        (None, creator, author),
        (paper, creator, None),
        (paper, creator, author),
        (paper, None, author),
        (None, NamedNode(ns.TITLE), title),
        (None, creator, None),
        (None, creator, Literal("nobody")),
        (None, None, None),
    ]
    for pattern in patterns:
        expected = {quad.triple for quad in here.quads_for_pattern(*pattern)}
        assert {quad.triple for quad in remote.quads_for_pattern(*pattern)} == expected, pattern


def test_what_is_announced_is_what_is_read(remote: RemoteStore, seeded_store_folder: Path) -> None:
    here = Snapshots(seeded_store_folder).current().store
    with reading(30):
        assert set(describe(remote, AUTHOR)) == set(describe(here, AUTHOR))  # type: ignore[arg-type]
        reader = GraphReader(remote)  # type: ignore[arg-type]
        papers = list(reader.pointing(ns.CREATOR, AUTHOR))
        reader.expect(papers, (ns.TITLE,))
        reader.expect_pointing(ns.CREATOR, [AUTHOR])
        assert sorted(reader.pointing(ns.CREATOR, AUTHOR)) == sorted(papers)
        titles = {paper: reader.texts(paper, ns.TITLE) for paper in papers}
    own = GraphReader(here)
    assert titles == {paper: own.texts(paper, ns.TITLE) for paper in papers}


def test_it_says_what_it_is(remote: RemoteStore, seeded_store_folder: Path) -> None:
    found, here = published(remote, ns.DEFAULT_BASE), current_manifest(seeded_store_folder)
    assert here and found.manifest == here
    assert found.is_as_published and not found.is_being_sent


def test_statements_that_get_lost_on_the_way_are_missed(
    settings: Settings, engine: Engine, seeded_store_folder: Path, tmp_path: Path
) -> None:
    """And the services that follow the store go on with what they know."""
    elsewhere = engine.settings(read_settings({}, store=_copy(seeded_store_folder, tmp_path / "store")))
    following = Following(elsewhere, endpoint_of(elsewhere))  # type: ignore[arg-type]
    following.look()
    before = current_manifest(following.folder)
    snapshot = Snapshots(tmp_path / "store").current()
    lines = sorted_statements(snapshot.store).splitlines(keepends=True)[:-1]
    with pytest.raises(EndpointFault, match="statements; send them again"):
        send(following.endpoint, iter(lines), snapshot.manifest)
    following.look()
    assert current_manifest(following.folder) == before
    # One that knows nothing yet says what it waits for.
    newcomer = engine.settings(read_settings({}, store=_copy(seeded_store_folder, tmp_path / "newcomer")))
    place = {setting.name: getattr(elsewhere, setting.name) for setting in TABLE if setting.name.startswith("endpoint")}
    other = Following(replace(newcomer, **place), following.endpoint)
    with pytest.raises(EndpointFault, match="'kg publish' is sending it; if that was broken off, run it again"):
        other.look()
    send(following.endpoint, iter([sorted_statements(snapshot.store)]), snapshot.manifest)
    following.look()
    assert current_manifest(following.folder) == before


def test_a_graph_of_another_size_is_another_graph(engine: Engine, seeded_store_folder: Path, tmp_path: Path) -> None:
    """Also where nobody says so."""
    settings = engine.settings(read_settings({}, store=_copy(seeded_store_folder, tmp_path / "store")))
    endpoint = endpoint_of(settings)
    assert endpoint
    store = RemoteStore(endpoint)
    marker = f"{(endpoint.graph or ns.DEFAULT_BASE).rstrip('/')}/published"
    store.client.graph("DELETE", marker).close()
    following = Following(settings, endpoint)
    following.look()
    first = current_manifest(following.folder)
    assert first and first.triples == sum(1 for _ in store.quads_for_pattern(None, None, None))
    assert first.counts["Paper"] == 23
    following.look()
    assert current_manifest(following.folder) == first
    store.client.graph("POST", None, "text/turtle", f'<{AUTHOR}> <{ns.NAME}> "Another Name" .'.encode()).close()
    following.look()
    second = current_manifest(following.folder)
    assert second and second.triples == first.triples + 1
    found = Snapshots(following.folder, endpoint).current().index.search("another name", "author", 5)
    assert [hit.iri for hit in found.hits] == [AUTHOR]


@pytest.fixture
def client(engine: Engine, seeded_store_folder: Path, tmp_path: Path) -> Iterator[FlaskClient]:
    settings = engine.settings(read_settings({}, store=_copy(seeded_store_folder, tmp_path / "store")))
    app = create_app(replace(settings, write_token="s3cret", query_workers=1))
    following = state_of(app).following
    assert following
    following.look()
    app.test_client_class = BufferedClient
    yield app.test_client()
    state_of(app).close()


def test_writes_are_made_there_and_seen_at_once(client: FlaskClient) -> None:
    page = "/page/author/evan-hubinger"
    before = client.get("/readyz").get_json()["snapshot"]
    assert "Somebody Else" not in client.get(page).text
    statement = f'<{AUTHOR}> <{ns.NAME}> "A Somebody Else"'
    update = client.post("/sparql", data={"update": f"INSERT DATA {{ {statement} }}"}, headers=TOKEN)
    assert update.status_code == 204, update.text
    assert client.get("/readyz").get_json()["snapshot"] != before
    assert "A Somebody Else" in client.get(page).text
    asked = client.get("/sparql", query_string={"query": f"ASK {{ {statement} }}"})
    assert asked.get_json(force=True)["boolean"] is True
    client.post("/sparql", data={"update": f"DELETE DATA {{ {statement} }}"}, headers=TOKEN)
    assert "A Somebody Else" not in client.get(page).text


def test_graphs_are_put_read_and_dropped_there(client: FlaskClient) -> None:
    graph = {"graph": "http://example.org/written"}
    turtle = {"Content-Type": "text/turtle"}
    assert client.get("/store", query_string=graph).status_code == 404
    put = client.put("/store", query_string=graph, data="<urn:a> <urn:b> 1 .", headers=TOKEN | turtle)
    assert put.status_code == 201, put.text
    client.post("/store", query_string=graph, data="<urn:a> <urn:b> 2 .", headers=TOKEN | turtle)
    read = client.get("/store", query_string=graph, headers={"Accept": "application/n-triples"})
    assert len(read.text.splitlines()) == 2
    assert client.delete("/store", query_string=graph, headers=TOKEN).status_code == 204
    assert client.get("/store", query_string=graph).status_code == 404


def test_without_the_token_nothing_is_written(client: FlaskClient) -> None:
    assert client.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 401
    assert client.put("/store?default", data="", headers={"Content-Type": "text/turtle"}).status_code == 401
    assert client.get("/page/author/evan-hubinger").status_code == 200


def test_what_is_no_sparql_is_told_with_its_place(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT *\n{ ?s ?p }"})
    assert answer.status_code == 400
    assert answer.get_json(force=True)["line"] == 2


def test_the_bulk_loader_brings_the_same(
    request: pytest.FixtureRequest, engine: Engine, seeded_store_folder: Path, tmp_path: Path
) -> None:
    if engine.name != "virtuoso":
        pytest.skip("Virtuoso's own")
    store = _copy(seeded_store_folder, tmp_path / "store")
    settings = replace(engine.settings(read_settings({}, store=store)), store=store)
    server = engine.server  # type: ignore[attr-defined]
    bring(settings, silent, VirtuosoLoader(server.sql, server.folder, "."))
    endpoint = endpoint_of(settings)
    assert endpoint
    # What may not be read there fails before anything has changed.
    with pytest.raises(EndpointFault, match="denied"):
        bring(settings, silent, VirtuosoLoader(server.sql, tmp_path))
    assert published(RemoteStore(endpoint), ns.DEFAULT_BASE).is_as_published
    here = Snapshots(seeded_store_folder).current().store
    assert sorted_statements(RemoteStore(endpoint)) == sorted_statements(here)  # type: ignore[arg-type]
    assert not list(server.folder.glob("paperkg-*"))


def test_commands_answer_from_there(settings: Settings, seeded_store_folder: Path, tmp_path: Path) -> None:
    environment = {setting.variable: str(getattr(settings, setting.name)) for setting in _ENDPOINT_SETTINGS}
    environment |= {"KG_STORE": str(tmp_path / "store")}
    runner = CliRunner(env=environment)
    asked = runner.invoke(main, ["query", "most-prolific-authors", "--format", "csv"])
    assert asked.exit_code == 0, asked.output
    assert AUTHOR in asked.output
    exported = runner.invoke(main, ["export", "--format", "ntriples", "--output", str(tmp_path / "kg.nt")])
    assert exported.exit_code == 0, exported.output
    here = Snapshots(seeded_store_folder).current()
    assert (tmp_path / "kg.nt").read_bytes() == sorted_statements(here.store)
    checked = runner.invoke(main, ["validate"])
    assert checked.exit_code == 0, checked.output


@pytest.mark.xdist_group("engine-virtuoso")
def test_of_a_graph_that_is_cut_nothing_is_taken_for_the_whole(seeded_store_folder: Path, tmp_path: Path) -> None:
    """Virtuoso says that it has cut rows, and cuts statements without a word."""
    (tmp_path / "virtuoso").mkdir()
    try:
        server = Virtuoso(tmp_path / "virtuoso", gigabytes=0)
    except Missing as missing:
        pytest.skip(f"{missing}; 'make test' installs it")
    ini = server.folder / "virtuoso.ini"
    ini.write_text(ini.read_text().replace("ResultSetMaxRows = 1000000", "ResultSetMaxRows = 1000"))
    with server:
        settings = virtuoso_settings(server, _copy(seeded_store_folder, tmp_path / "store"), ns.DEFAULT_BASE)
        bring(settings, silent)
        endpoint = endpoint_of(settings)
        assert endpoint
        for way in (endpoint, msgspec.structs.replace(endpoint, graph_store="")):
            remote, all_of_it = RemoteStore(way), "{ ?s ?p ?o }"
            with pytest.raises(ResultTooLarge, match="no more than 1,000 statements"):
                remote.dump()
            with pytest.raises(ResultTooLarge, match="no more than 1,000 statements"):
                list(remote.query(f"CONSTRUCT {all_of_it} WHERE {all_of_it}", in_pages=False))
            assert len(list(remote.query(f"CONSTRUCT {all_of_it} WHERE {all_of_it} LIMIT 900"))) == 900
            # What it does not cut is not taken for cut.
            assert len(list(remote.query("DESCRIBE ?s { ?s a <https://w3id.org/paperkg/ontology#Concept> }"))) > 1_001
            assert len(list(remote.query(f"SELECT * {all_of_it}"))) == current_manifest(settings.store).triples
        environment = {setting.variable: str(getattr(settings, setting.name)) for setting in _ENDPOINT_SETTINGS}
        runner = CliRunner(env=environment | {"KG_STORE": str(tmp_path / "other")})
        exported = runner.invoke(main, ["export", "--output", str(tmp_path / "kg.nt")])
        assert exported.exit_code == 1 and "no more than 1,000 statements" in exported.output
        assert not (tmp_path / "kg.nt").exists()


def test_what_nobody_named_is_not_published_to(seeded_store_folder: Path) -> None:
    with pytest.raises(UsageError, match="KG_ENDPOINT"):
        bring(read_settings({}, store=seeded_store_folder), silent)


def _copy(folder: Path, target: Path) -> Path:
    """A store of its own with the same graph, which an engine gives a place of its own."""

    link_tree(folder, target)
    return target
