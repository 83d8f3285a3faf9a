"""Files that pages load: built from npm packages or not, with their media types and how long they keep."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "server" / "static" / "vendor"
BUILD = ROOT / "server" / "frontend" / "build.py"
ADDRESS = "{{ vendor('vega/vega.mjs') }}"

built = pytest.mark.skipif(not (VENDOR / "versions.json").is_file(), reason="the files of npm packages were not built")


def rendered(app: Flask, template: str) -> str:
    with app.test_request_context():
        return render_template_string(template)


@built
def test_every_file_that_was_built_is_served_for_ever_as_what_it_is(client: FlaskClient, seeded_app: Flask) -> None:
    listed = json.loads((VENDOR / "versions.json").read_bytes())
    for name in listed["files"]:
        address = rendered(seeded_app, f"{{{{ vendor('{name}') }}}}")
        response = client.get(address)
        assert response.status_code == 200
        assert response.mimetype == ("text/css" if name.endswith(".css") else "text/javascript")
        assert "immutable" in response.headers["Cache-Control"]
        assert b"sourceMappingURL" not in response.data
        assert client.get(f"{address.rsplit('/', 1)[0]}/LICENSE").status_code == 200


@built
def test_the_files_are_those_of_the_lock(client: FlaskClient) -> None:
    locked = json.loads((BUILD.parent / "package-lock.json").read_bytes())["packages"]
    asked = json.loads((BUILD.parent / "package.json").read_bytes())["dependencies"]
    found = json.loads((VENDOR / "versions.json").read_bytes())["packages"]
    assert {name: entry["version"] for name, entry in found.items()} == asked
    assert all(locked[f"node_modules/{name}"]["version"] == version for name, version in asked.items())


@built
def test_a_second_build_does_nothing() -> None:
    before = (VENDOR / "versions.json").stat()
    run = subprocess.run([sys.executable, BUILD], capture_output=True, text=True, check=True)
    assert "nothing has changed" in run.stdout
    assert (VENDOR / "versions.json").stat() == before


def test_own_files_are_asked_for_again_and_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/static/style.css")
    assert "immutable" not in first.headers["Cache-Control"]
    again = client.get("/static/style.css", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_file_that_is_not_there_is_not_kept(client: FlaskClient) -> None:
    response = client.get("/static/vendor/0/vega/vega.mjs")
    assert response.status_code == 404
    assert "immutable" not in response.headers.get("Cache-Control", "")


def test_what_was_not_built_has_no_address(seeded_app: Flask) -> None:
    assert rendered(seeded_app, "{{ vendor('none/none.mjs') }}") == "None"
