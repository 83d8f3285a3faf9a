"""The front page: ways into the graph, and examples that run as they stand."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server


@pytest.fixture(scope="module")
def page(seeded_app: Flask) -> Iterator[str]:
    """The page of a service that listens, so that its examples name an address that answers."""
    server = make_server("127.0.0.1", 0, seeded_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    yield seeded_app.test_client().get("/", base_url=address).get_data(as_text=True)
    server.shutdown()
    thread.join()


def example(page: str, language: str) -> str:
    found = re.search(rf'<code data-language="{language}">(.*?)</code>', page, re.S)
    assert found
    return html.unescape(found[1])


def output(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_examples_for_curl_run(page: str) -> None:
    printed = output("bash", "-ec", example(page, "sh"))
    assert "https://w3id.org/paperkg/author/evan-hubinger" in printed and "\n@" in printed


def test_the_example_for_python_runs(page: str) -> None:
    printed = output(sys.executable, "-c", example(page, "python")).splitlines()
    assert len(printed) >= 6 and any("Machine Learning" in line for line in printed)


def test_the_example_for_r_names_a_table(page: str, client: FlaskClient) -> None:
    found = re.search(r'read\.csv\("http://127\.0\.0\.1:\d+(/.*?)"\)', example(page, "r"))
    assert found
    lines = client.get(found[1]).get_data(as_text=True).splitlines()
    assert len(lines) > 2 and "," in lines[0]


def test_the_example_for_sparql_has_rows(page: str, client: FlaskClient) -> None:
    rows = client.get("/sparql", query_string={"query": example(page, "sparql")}, headers={"Accept": "text/csv"})
    assert len(rows.get_data(as_text=True).splitlines()) == 21


def test_ways_in_lead_to_lists(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    for address in ("/search?type=paper", "/search?type=author", "/search?type=paper&amp;sort=newest", "#datasets"):
        assert f'href="{address}"' in page
    assert re.search(r'Most co-authors</h2>.*?>Evan Hubinger</a> <span class="number">4[0-9]<', page, re.S)
    newest = client.get("/search.json?type=paper&sort=newest&limit=1").get_json()["hits"][0]["label"]
    assert page.index("Newest papers") < page.index(html.escape(newest))
