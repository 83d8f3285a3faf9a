"""Programs that people use, against the service as they would run it."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pandas
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import JSON, POST, SPARQLWrapper

from tests.server.test_serve import get, serving

AUTHOR = "https://w3id.org/paperkg/author/evan-hubinger"
CREATOR = URIRef("http://purl.org/dc/terms/creator")


@pytest.fixture(scope="module")
def address(seeded_store_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = shutil.copytree(seeded_store_folder, tmp_path_factory.mktemp("clients") / "store")
    with serving(folder) as (_, address, _lines):
        yield address


def test_sparqlwrapper_asks_and_writes(address: str) -> None:
    client = SPARQLWrapper(f"{address}sparql")
    client.setReturnFormat(JSON)
    client.setQuery(f"SELECT ?paper {{ ?paper <{CREATOR}> <{AUTHOR}> }}")
    rows = client.queryAndConvert()["results"]["bindings"]
    assert len(rows) == 20
    client.addCustomHttpHeader("Authorization", "Bearer s3cret")
    client.setMethod(POST)
    client.setQuery("INSERT DATA { <http://e/wrapper> <http://e/p> 'é' }")
    client.query()
    client.setQuery("SELECT ?o { <http://e/wrapper> ?p ?o }")
    assert client.queryAndConvert()["results"]["bindings"][0]["o"]["value"] == "é"


def test_rdflibs_store_reads_the_graph(address: str) -> None:
    graph = Graph(SPARQLStore(f"{address}sparql"))
    assert len(list(graph.subjects(CREATOR, URIRef(AUTHOR)))) == 20
    assert (None, CREATOR, URIRef(AUTHOR)) in graph
    graph.close()


def test_rdflibs_update_store_writes(address: str) -> None:
    headers = {"Authorization": "Bearer s3cret"}
    store = SPARQLUpdateStore(f"{address}sparql", f"{address}sparql", headers=headers, context_aware=False)
    graph = Graph(store)
    statement = (URIRef("http://e/rdflib"), URIRef("http://e/p"), Literal("x\ny"))
    graph.add(statement)
    assert statement in graph
    graph.remove(statement)
    assert statement not in graph
    graph.close()


def test_pandas_reads_a_canned_query(address: str) -> None:
    status, body = get(f"{address}queries/author/author-papers.csv?author=evan-hubinger")
    table = pandas.read_csv(io.BytesIO(body))
    assert (status, len(table)) == (200, 20)
    assert {"paper", "title", "date"} <= set(table.columns)
    assert table["title"].notna().all()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_curl_follows_an_identifier_to_its_data(address: str) -> None:
    command = ["curl", "-sSL", "-H", "Accept: text/turtle", f"{address}author/evan-hubinger"]
    turtle = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert len(Graph().parse(data=turtle, format="turtle")) > 100
