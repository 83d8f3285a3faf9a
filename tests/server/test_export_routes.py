"""Dumps over HTTP: whole, in part, not again if unchanged; what they are; and what is said before they are made."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from operator import attrgetter
from pathlib import Path

import pyoxigraph
import pytest
import zstandard
from flask import Flask
from flask.testing import FlaskClient

from kg.dumps.formats import FILE_TYPES, RDF_FORMATS, DumpFormat, FileType
from kg.dumps.kept import dump_folder, kept_dump
from kg.files import file_lock
from kg.formats import GraphFormat
from kg.namespaces import DEFAULT_BASE
from kg.processes import start_module
from kg.settings import read_settings
from kg.snapshots import Snapshot, Snapshots
from kg.store import StoreFolder
from server import create_app, dumping, exports
from server.state import state_of
from tests.jelly import jelly_triples
from tests.server.conftest import BufferedClient


def unpacked(data: bytes, compression: str) -> bytes:
    if compression == "gz":
        return gzip.decompress(data)
    if compression == "zst":
        return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    return data


@pytest.mark.parametrize("known", FILE_TYPES, ids=attrgetter("extension"))
def test_every_dump_is_the_whole_graph(client: FlaskClient, seed_snapshot: Snapshot, known: FileType) -> None:
    response = client.get(f"/export/kg.{known.extension}")
    assert response.mimetype == known.media_type
    assert "Content-Encoding" not in response.headers
    assert response.content_length == len(response.data)
    assert response.headers["Content-Disposition"].endswith(f".{known.extension}")
    text = unpacked(response.data, known.compression)
    if isinstance(known.graph_format, GraphFormat):
        statements = {quad.triple for quad in pyoxigraph.parse(text, format=known.graph_format.rdf_format)}
    else:
        statements = set(jelly_triples(text))
    assert len(statements) == seed_snapshot.manifest.triples


@pytest.mark.parametrize("graph_format", RDF_FORMATS, ids=attrgetter("name"))
def test_what_is_plain_is_what_the_packed_files_hold(client: FlaskClient, graph_format: DumpFormat) -> None:
    plain = client.get(f"/export/kg.{graph_format.extension}").data
    for compression in ("gz", "zst"):
        packed = client.get(f"/export/kg.{graph_format.extension}.{compression}").data
        assert unpacked(packed, compression) == plain


@pytest.mark.parametrize("name", ["kg.nt", "kg.ttl.zst", "papers.parquet"])
def test_a_range_continues_a_download(client: FlaskClient, name: str) -> None:
    whole = client.get(f"/export/{name}")
    rest = client.get(f"/export/{name}", headers={"Range": "bytes=100-", "If-Range": whole.headers["ETag"]})
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes 100-{len(whole.data) - 1}/{len(whole.data)}"
    assert whole.data[100:] == rest.data
    stale = client.get(f"/export/{name}", headers={"Range": "bytes=100-", "If-Range": '"another"'})
    assert (stale.status_code, stale.data) == (200, whole.data)
    beyond = client.get(f"/export/{name}", headers={"Range": f"bytes={len(whole.data)}-"})
    assert beyond.status_code == 416
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole.data)}"


def test_every_part_of_plain_text_is_that_part(client: FlaskClient) -> None:
    """The header of JSON-LD is a frame of its own: parts begin in it, end in the next and reach over both."""
    whole = client.get("/export/kg.jsonld").data
    for start, end in ((0, 0), (5, 20_000), (15_000, 15_001), (0, len(whole) - 1), (len(whole) - 3, len(whole) - 1)):
        part = client.get("/export/kg.jsonld", headers={"Range": f"bytes={start}-{end}"})
        assert (part.status_code, part.data) == (206, whole[start : end + 1])


def test_files_have_their_own_tags(client: FlaskClient) -> None:
    tags = {client.head(f"/export/kg.{known.extension}").headers["ETag"] for known in FILE_TYPES}
    assert len(tags) == len(FILE_TYPES)


@pytest.mark.parametrize(
    "name", ["kg.zip", "kg.nt.bz2", "kg.", "other.nt", "others.parquet", ".kg.nt.zst.frames", "building.lock"]
)
def test_there_is_nothing_else_to_download(client: FlaskClient, name: str) -> None:
    client.get("/export/kg.nt")
    assert client.get(f"/export/{name}").status_code == 404
    assert client.get(f"/export/kg.nt/../{name}").status_code == 404


def test_the_manifest_tells_the_truth_about_every_file(client: FlaskClient, seed_snapshot: Snapshot) -> None:
    manifest = client.get("/export/manifest.json").get_json()
    assert manifest["snapshot"] == client.get("/readyz").get_json()["snapshot"]
    assert manifest["statements"] == seed_snapshot.manifest.triples
    assert client.get("/export/", headers={"Accept": "application/json"}).get_json() == manifest
    sums = dict(line.split("  ")[::-1] for line in client.get("/export/SHA256SUMS").text.splitlines())
    assert len(manifest["files"]) == len(sums) == 22
    for file in manifest["files"]:
        response = client.get(f"/export/{file['name']}")
        assert response.mimetype == file["media_type"]
        assert len(response.data) == file["bytes"]
        assert hashlib.sha256(response.data).hexdigest() == file["sha256"] == sums[file["name"]]


def test_the_page_lists_the_files_and_the_datasets(client: FlaskClient) -> None:
    page = client.get("/export").get_data(as_text=True)
    for text in ("kg.ttl", "kg.jsonld.gz", "kg.nt.zst", "kg.trig", "papers.parquet", "evan-hubinger"):
        assert text in page


@pytest.fixture
def own_app(seeded_store_folder: Path, tmp_path: Path) -> Flask:
    """An application over a store of its own, of which no dump has been made."""
    from kg import pipeline

    pipeline.load_seeds(StoreFolder(tmp_path / "store"))
    app = create_app(read_settings({}, store=tmp_path / "store", query_workers=1, exports="nt.zst ttl.gz"))
    app.testing = True
    app.test_client_class = BufferedClient
    return app


def _dump(*arguments: object) -> int:
    """The status that the process ended with which makes dumps."""
    with start_module("kg.dumps", *arguments, environment={}) as process:
        return process.wait(60)


def test_who_asks_before_a_large_dump_is_made_is_told_so(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "SMALL", 0)
    client, state = own_app.test_client(), state_of(own_app)
    for path in ("kg.nt", "kg.ttl.gz", "manifest.json", "SHA256SUMS", "papers.parquet"):
        response = client.get(f"/export/{path}")
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert "being made" in response.text
    page = client.get("/export/")
    assert "being made" in page.text
    snapshot, settings = state.snapshots.current(), state.settings
    assert kept_dump(snapshot) is None
    arguments = (snapshot.id, settings.store, DEFAULT_BASE, settings.exports, "")
    assert _dump(*arguments) == 0
    assert client.get("/export/kg.nt").text.count("\n") == snapshot.manifest.triples
    finished = client.get("/export/", headers={"If-None-Match": page.headers["ETag"]})
    assert (finished.status_code, "kg.ttl.gz" in finished.text) == (200, True)
    assert client.get("/export/kg.ttl.gz").status_code == 200
    for name in ("kg.ttl", "kg.jsonld", "papers.parquet"):
        assert client.get(f"/export/{name}").status_code == 404
    state.close()


def test_where_no_dumps_are_made_the_answer_says_so(seeded_store_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "SMALL", 0)
    monkeypatch.setattr(exports, "kept_dump", lambda _: None)
    app = create_app(read_settings({}, store=seeded_store_folder, query_workers=1, exports=""))
    response = app.test_client().get("/export/kg.nt")
    assert response.status_code == 404
    assert "KG_EXPORTS" in response.text
    assert "No files are made here" in app.test_client().get("/export/").text
    state_of(app).close()


def test_a_process_ends_without_a_dump_when_its_snapshot_is_superseded(own_app: Flask) -> None:
    from kg import pipeline

    store = StoreFolder(own_app.extensions["paperkg"].settings.store)
    old = Snapshots(store.folder).current()
    pipeline.rebuild(store)
    assert Snapshots(store.folder).current().id != old.id
    arguments = (old.id, store.folder, DEFAULT_BASE, "all", "")
    assert _dump(*arguments) == 0
    assert kept_dump(old) is None
    assert [path.name for path in dump_folder(old).iterdir()] == ["building.lock"]
    state_of(own_app).close()


def test_the_service_makes_the_dump_of_a_graph_that_is_not_small(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumping, "SMALL", 0)
    state = state_of(own_app)
    snapshot = state.snapshots.current()
    background = dumping.Dumping(state.settings)
    background.make(snapshot)
    dump = kept_dump(snapshot)
    assert dump
    assert [file.name for file in dump.files] == ["kg.nt.zst", "kg.ttl.gz"]
    background.close()
    state.close()


def test_a_service_that_ends_waits_for_no_dump(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process is at it for ever; this one waits for its turn until it is told to end."""
    monkeypatch.setattr(dumping, "SMALL", 0)
    state = state_of(own_app)
    snapshot = state.snapshots.current()
    dump_folder(snapshot).mkdir()
    background = dumping.Dumping(state.settings)
    with file_lock(dump_folder(snapshot) / "building.lock"):
        making = threading.Thread(target=background.make, args=(snapshot,))
        making.start()
        time.sleep(1)
        assert making.is_alive()
        background.close()
        making.join(10)
        assert not making.is_alive()
    background.make(snapshot)  # which begins nothing any more
    assert kept_dump(snapshot) is None
    state.close()
