"""Dumps over HTTP: whole, in part, and not again if unchanged."""

from __future__ import annotations

from operator import attrgetter

import pyoxigraph
import pytest
from flask.testing import FlaskClient

from kg.formats import JSON_LD, N_QUADS, N_TRIPLES, TURTLE, GraphFormat
from kg.snapshots import Snapshot


@pytest.mark.parametrize("graph_format", [TURTLE, JSON_LD, N_TRIPLES, N_QUADS], ids=attrgetter("name"))
def test_every_dump_is_the_whole_graph(client: FlaskClient, seed_snapshot: Snapshot, graph_format: GraphFormat) -> None:
    response = client.get(f"/export/kg.{graph_format.extension}")
    assert response.mimetype == graph_format.media_type
    assert response.content_length == len(response.data)
    statements = {quad.triple for quad in pyoxigraph.parse(response.data, format=graph_format.rdf_format)}
    assert len(statements) == seed_snapshot.manifest.triples


def test_a_range_continues_a_download(client: FlaskClient) -> None:
    whole = client.get("/export/kg.nt")
    rest = client.get("/export/kg.nt", headers={"Range": "bytes=100-", "If-Range": whole.headers["ETag"]})
    assert rest.status_code == 206
    assert whole.data[100:] == rest.data
    stale = client.get("/export/kg.nt", headers={"Range": "bytes=100-", "If-Range": '"another"'})
    assert (stale.status_code, stale.data) == (200, whole.data)


def test_formats_have_their_own_tags(client: FlaskClient) -> None:
    tags = {client.head(f"/export/kg.{extension}").headers["ETag"] for extension in ("ttl", "jsonld", "nt", "nq")}
    assert len(tags) == 4


@pytest.mark.parametrize("name", ["kg.rdf", "kg.zip", "kg.", "other.nt", "kg.nt/../../../manifest.json"])
def test_there_is_nothing_else_to_download(client: FlaskClient, name: str) -> None:
    assert client.get(f"/export/{name}").status_code == 404


def test_the_page_lists_the_files_and_the_datasets(client: FlaskClient) -> None:
    page = client.get("/export").get_data(as_text=True)
    for text in ("kg.ttl", "kg.jsonld", "kg.nt", "kg.nq", "evan-hubinger"):
        assert text in page
