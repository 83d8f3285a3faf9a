"""What validation found, over HTTP and as it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, Store
from rdflib.namespace import SH

from kg import namespaces as ns
from kg.snapshots import Snapshot, Snapshots
from kg.validation import keep, kept_findings, validate


@pytest.mark.parametrize("name", ["seeded_app", "hostile_app", "rich_app"])
def test_a_small_graph_is_checked_when_it_is_asked_for(name: str, request: pytest.FixtureRequest) -> None:
    app: Flask = request.getfixturevalue(name)
    client = app.test_client()
    found = client.get("/validation.json").json
    report = rdflib.Graph().parse(data=client.get("/validation.ttl").text, format="turtle")
    results = set(report.subjects(rdflib.RDF.type, SH.ValidationResult))
    assert sum(kind["count"] for kind in found["kinds"]) == len(results)
    page = client.get("/validation", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert ("it is valid" in page.text) == found["conforms"]
    again = client.get("/validation", headers={"Accept": "text/html", "If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304


def test_a_large_graph_is_told_to_wait(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.validation.SMALL", 0)
    monkeypatch.setattr("server.validation.kept_findings", lambda _: None)
    assert "not been checked" in client.get("/validation", headers={"Accept": "text/html"}).text
    waiting = client.get("/validation.ttl")
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (503, "60")


def test_what_is_kept_is_what_was_found(seeded_store_folder: Path) -> None:
    snapshot: Snapshot = Snapshots(seeded_store_folder).current()
    broken = Store()
    broken.add(Quad(NamedNode("https://example.org/x"), NamedNode(ns.TYPE), NamedNode(ns.PAPER)))
    broken.add(Quad(NamedNode("https://example.org/x"), NamedNode(ns.TITLE), Literal("")))
    before = kept_findings(snapshot)
    try:
        findings = keep(snapshot, validate(broken))
        assert not findings.conforms
        assert kept_findings(snapshot) == findings
        assert {kind.example for kind in findings.kinds} == {"<https://example.org/x>"}
    finally:
        keep(snapshot, validate(snapshot.store))
    assert before in (None, kept_findings(snapshot))
