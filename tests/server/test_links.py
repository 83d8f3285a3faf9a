"""What is one is one on the web: its other names lead to it, and its page says how it is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat

from kg import namespaces as ns
from kg import pipeline
from kg.linking.decisions import decision
from kg.linking.linking import decisions_of, linker_of
from kg.settings import read_settings
from kg.store import StoreFolder
from server import create_app
from server.state import state_of

MERGED, CANONICAL = "author/adam-s-jermyn", "author/adam-jermyn"


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    settings = read_settings({}, store=tmp_path_factory.mktemp("linked"))
    named = [
        (f"{settings.base_iri}author/evan-hubinger", name) for name in ("urn:isbn:0000000000", "javascript:alert(1)")
    ]
    decisions_of(settings).add(*(decision("accepted", *pair, "jo", "") for pair in named))
    pipeline.load_seeds(StoreFolder(Path(settings.store)), linker=linker_of(settings))
    app = create_app(settings)
    yield app.test_client()
    state_of(app).close()


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        (f"/{MERGED}", f"/{CANONICAL}"),
        (f"/page/{MERGED}", f"/page/{CANONICAL}"),
        (f"/data/{MERGED}.ttl", f"/data/{CANONICAL}.ttl"),
    ],
)
def test_a_merged_thing_is_called_otherwise_now(linked: FlaskClient, asked: str, leads_to: str) -> None:
    response = linked.get(asked)
    assert response.status_code == 301
    assert response.headers["Location"] == leads_to
    assert linked.get(asked, follow_redirects=True, headers={"Accept": "text/html"}).status_code == 200


@pytest.mark.parametrize("id", [MERGED, f"https://w3id.org/paperkg/{MERGED}"])
def test_reconciling_knows_a_merged_thing_by_what_it_was_called(linked: FlaskClient, id: str) -> None:
    def ask(path: str, **parameters: Any) -> Any:
        asked = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
        response = linked.get(f"/reconcile{path}", query_string=asked)
        assert response.status_code == 200, response.text
        return response

    (meant,) = ask("", queries={"q": {"query": id}}).json["q"]["result"]
    assert (meant["id"], meant["match"]) == (CANONICAL, True)
    assert ask("", queries={"q": {"query": id, "type": "Paper"}}).json["q"]["result"] == []
    rows = ask("", extend={"ids": [id, CANONICAL], "properties": [{"id": "name"}, {"id": "paper"}]}).json["rows"]
    assert rows[id] == rows[CANONICAL] and rows[id]["paper"]
    assert "Adam Jermyn" in ask("/flyout/entity", id=id).json["html"]
    assert "Adam Jermyn" in ask("/preview", id=id).text


def test_its_page_says_how_it_is_known(linked: FlaskClient) -> None:
    page = linked.get(f"/page/{CANONICAL}").text
    assert "Links, and why" in page
    assert "The same as" in page
    assert "co-authors in common: evan hubinger" in page
    assert f'href="/{MERGED}"' in page
    assert "Known elsewhere" not in page, "its other names here are no other graph's"


def test_what_is_no_address_is_named_and_leads_nowhere(linked: FlaskClient) -> None:
    """People may decide that a thing is what a URN names; what a script would be is no more than text."""
    page = linked.get("/page/author/evan-hubinger").text
    assert "<code>urn:isbn:0000000000</code>" in page and "<code>javascript:alert(1)</code>" in page
    assert 'href="None"' not in page and 'href="javascript' not in page


def test_its_data_has_the_link_with_its_evidence(linked: FlaskClient) -> None:
    content = linked.get(f"/data/{CANONICAL}.ttl").data
    triples = {
        (quad.subject.value, quad.predicate.value, quad.object) for quad in pyoxigraph.parse(content, RdfFormat.TURTLE)
    }
    base = ns.DEFAULT_BASE
    assert (base + CANONICAL, ns.SAME_AS, NamedNode(base + MERGED)) in triples
    (link,) = (subject for subject, predicate, _ in triples if predicate == ns.LINK_METHOD)
    assert {value.value for subject, predicate, value in triples if (subject, predicate) == (link, ns.DECISION)} == {
        "accepted"
    }
    assert linked.get(link.removeprefix(base.rstrip("/")), follow_redirects=True).status_code == 200


def test_an_identifier_leads_to_what_it_identifies(rich_client: FlaskClient) -> None:
    """Also where the thing is named by a stronger one."""
    query = f"SELECT ?thing ?key {{ ?thing a <{ns.PAPER}> ; <{ns.IDENTIFIER}> ?key }} ORDER BY ?thing ?key"
    answer = rich_client.get("/sparql", query_string={"query": query, "format": "json"}).json
    assert answer is not None
    found = [(row["thing"]["value"], row["key"]["value"]) for row in answer["results"]["bindings"]]
    paths = [(thing.removeprefix(ns.DEFAULT_BASE.rstrip("/")), f"/paper/{key}") for thing, key in found]
    others = [(path, asked) for path, asked in paths if path != asked]
    assert others
    for path, asked in others:
        response = rich_client.get(asked)
        assert (response.status_code, response.headers["Location"]) == (301, path)


def test_the_description_tells_how_many_links_lead_where(rich_client: FlaskClient) -> None:
    content = rich_client.get("/sparql", headers={"Accept": "application/n-triples"}).text
    assert f"<{ns.VOID}objectsTarget> <https://doi.org/>" in content
    assert f"<{ns.VOID}linkPredicate> <{ns.SAME_AS}>" in content
    assert "w3id.org" not in "".join(line for line in content.splitlines() if "objectsTarget" in line)


@pytest.mark.parametrize("path", ["/dataset", "/sparql"])
def test_what_was_merged_is_no_set_of_links_to_others(linked: FlaskClient, path: str) -> None:
    description = linked.get(path, headers={"Accept": "application/n-triples"}).text
    assert f"{ns.VOID}triples" in description
    assert "#links-to-w3id.org>" not in description
