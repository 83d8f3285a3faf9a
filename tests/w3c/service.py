"""A service under test, over a real socket, and the dataset that it holds."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlencode

import pyoxigraph
from pyoxigraph import Dataset, DefaultGraph, NamedNode, Quad, QueryResultsFormat, QuerySolutions, RdfFormat

from tests.w3c.manifests import Data, path_of

TOKEN = "for these tests"

_FORMATS = {"ttl": RdfFormat.TURTLE, "n3": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML}
_EVERYTHING = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
_GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g {} }"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get_content_type()


class Service:
    """The service at `address`; requests carry the token that writes need."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.root = f"http://{address[0]}:{address[1]}"
        self._address = address
        self._held: Data | None = None

    def request(self, method: str, target: str, body: bytes = b"", **headers: str) -> Answer:
        """One request; `Content_Type` stands for the header Content-Type."""
        if method != "GET":
            self._held = None
        connection = http.client.HTTPConnection(*self._address, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, target, body, {"Authorization": f"Bearer {TOKEN}", **named})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def query(self, text: str, accept: str) -> Answer:
        return self.request("GET", "/sparql?" + urlencode({"query": text}), Accept=accept)

    def update(self, text: str) -> Answer:
        return self.request("POST", "/sparql", text.encode(), Content_Type="application/sparql-update")

    def hold(self, data: Data) -> None:
        """Have the service hold this dataset and nothing else. Nothing is done if it does already."""
        if data == self._held:
            return
        answer = self.update(" ;\n".join(["DROP ALL", *(_insertion(name, quads) for name, quads in _files(data))]))
        assert answer.status == 204, answer.body
        self._held = data

    def dataset(self) -> tuple[Dataset, set[str]]:
        """All statements, and the names of all graphs, the empty ones too."""
        quads = (Quad(row["s"], row["p"], row["o"], row["g"] or DefaultGraph()) for row in self._rows(_EVERYTHING))
        return Dataset(quads), {row["g"].value for row in self._rows(_GRAPHS)}

    def _rows(self, text: str) -> QuerySolutions:
        answer = self.query(text, "application/sparql-results+json")
        assert answer.status == 200, answer.body
        rows = pyoxigraph.parse_query_results(answer.body, QueryResultsFormat.JSON)
        assert isinstance(rows, QuerySolutions)
        return rows


def dataset_of(data: Data) -> Dataset:
    """The statements of a dataset's files."""
    return Dataset(
        Quad(quad.subject, quad.predicate, quad.object, NamedNode(name) if name else DefaultGraph())
        for name, quads in _files(data)
        for quad in quads
    )


def triples_of(address: str) -> list[Quad]:
    """The statements of one file; its blank nodes are nobody else's."""
    path = path_of(address)
    return list(
        pyoxigraph.parse(path=path, format=_FORMATS[path.suffix[1:]], base_iri=address, rename_blank_nodes=True)
    )


def _files(data: Data) -> list[tuple[str | None, list[Quad]]]:
    named: list[tuple[str | None, str]] = [(None, address) for address in data.default]
    return [(name, triples_of(address)) for name, address in (*named, *data.named)]


def _insertion(name: str | None, quads: list[Quad]) -> str:
    triples = "".join(f"{quad.triple} .\n" for quad in quads)
    if name is None:
        return f"INSERT DATA {{ {triples} }}"
    return f"CREATE SILENT GRAPH <{name}> ; INSERT DATA {{ GRAPH <{name}> {{ {triples} }} }}"
