"""The W3C's Graph Store tests, one after the other on the same graphs, indirectly and directly.

https://www.w3.org/2009/sparql/docs/tests/data-sparql11/http-rdf-update/
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from tests.w3c.comparison import canonical
from tests.w3c.service import Service

PREFIXES = "@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix v: <http://www.w3.org/2006/vcard/ns#> . "
PERSON = "http://example.org/person/1"
CARD = "foaf:businessCard [ a v:VCard ; v:fn '{}' ]"
JOHN = f"{PREFIXES} <{PERSON}> a foaf:Person ; {CARD.format('John Doe')} ."
JANE = f"{PREFIXES} <{PERSON}> a foaf:Person ; {CARD.format('Jane Doe')} ."
ALICE = f"{PREFIXES} [] a foaf:Person ; foaf:businessCard [ a v:VCard ; v:given-name 'Alice' ] ."
NAME, FAMILY, GIVEN = (
    f"{PREFIXES} <{PERSON}> {statement} ."
    for statement in ("foaf:name 'Jane Doe'", "foaf:familyName 'Doe'", "foaf:givenName 'Jane'")
)
TURTLE = "text/turtle"
BOUNDARY = "AaB03x"


@dataclass(frozen=True)
class Graph:
    """One graph by its address; what is sent and expected is Turtle."""

    service: Service
    target: str

    def put(self, body: str, media_type: str = TURTLE) -> int:
        return self.service.request("PUT", self.target, body.encode(), Content_Type=media_type).status

    def post(self, body: str, media_type: str = TURTLE) -> int:
        return self.service.request("POST", self.target, body.encode(), Content_Type=media_type).status

    def delete(self) -> int:
        return self.service.request("DELETE", self.target).status

    def status(self, method: str = "GET") -> int:
        return self.service.request(method, self.target, Accept=f"{TURTLE}; charset=utf-8").status

    def holds(self, *documents: str) -> bool:
        answer = self.service.request("GET", self.target, Accept=f"{TURTLE}; charset=utf-8")
        assert (answer.status, answer.media_type) == (200, TURTLE)
        expected = [quad for document in documents for quad in parsed(document.encode())]
        return canonical(parsed(answer.body)) == canonical(expected)


def parsed(turtle: bytes) -> list[pyoxigraph.Quad]:
    return list(pyoxigraph.parse(turtle, RdfFormat.TURTLE, rename_blank_nodes=True))


@pytest.fixture(params=["indirect", "direct"])
def graphs(request: pytest.FixtureRequest, service: Service) -> tuple[Graph, Graph]:
    """Two graphs that are not there yet."""
    assert service.update("DROP ALL").status == 204
    names = ("person/1.ttl", "person/2.ttl")
    if request.param == "direct":
        first, second = (Graph(service, f"/graph/{name}") for name in names)
    else:
        first, second = (Graph(service, f"/store?graph={quote(f'http://example.org/{name}', '')}") for name in names)
    return first, second


def test_put(graphs: tuple[Graph, Graph]) -> None:
    graph, _ = graphs
    assert graph.put(JOHN) == 201
    assert graph.holds(JOHN)
    assert graph.put(JANE) in (200, 204)
    assert graph.holds(JANE)
    assert graph.put(JANE, "application/rdf+xml") == 400
    assert graph.holds(JANE)


def test_put_and_delete_of_an_empty_graph(graphs: tuple[Graph, Graph]) -> None:
    _, graph = graphs
    assert graph.put("") in (200, 201)
    assert graph.holds("")
    assert graph.delete() in (200, 204)
    assert graph.status() == 404
    assert graph.delete() == 404


def test_post(graphs: tuple[Graph, Graph]) -> None:
    graph, _ = graphs
    graph.put(JANE)
    assert graph.post(NAME) in (200, 204)
    assert graph.holds(JANE, NAME)
    assert graph.post(form(FAMILY, GIVEN), f"multipart/form-data; boundary={BOUNDARY}") in (200, 204)
    assert graph.holds(JANE, NAME, FAMILY, GIVEN)


def test_head(graphs: tuple[Graph, Graph]) -> None:
    graph, other = graphs
    graph.put(JOHN)
    assert graph.status("HEAD") == 200
    assert other.status("HEAD") == 404


def test_the_default_graph(service: Service) -> None:
    graph = Graph(service, "/store?default")
    assert graph.put(ALICE) in (200, 201, 204)
    assert graph.holds(ALICE)


def test_post_makes_a_graph(service: Service) -> None:
    answer = service.request("POST", "/store", ALICE.encode(), Content_Type=TURTLE)
    assert answer.status == 201
    graph = Graph(service, urlsplit(answer.headers["Location"]).path)
    assert graph.holds(ALICE)
    assert graph.post("") in (200, 204)
    assert graph.holds(ALICE)


def form(*documents: str) -> str:
    parts = (
        f"--{BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="graphs"; filename="{number}.ttl"\r\n'
        f"Content-Type: {TURTLE}\r\n\r\n"
        f"{document}\r\n"
        for number, document in enumerate(documents)
    )
    return "".join((*parts, f"--{BOUNDARY}--\r\n"))
