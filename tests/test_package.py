"""The wheel holds everything: installed in an empty environment, run from `/`, it serves the seeds and answers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("paperkg-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment in which the wheel was installed, with the locked versions."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for arguments in (["--require-hashes", "-r", LOCK], ["--no-deps", wheel]):
        result = subprocess.run([*pip, *arguments], capture_output=True, text=True, check=False)
        if result.returncode and re.search(r"No matching distribution|Connection|Temporary failure", result.stderr):
            pytest.skip("the package index cannot be reached")
        assert result.returncode == 0, result.stderr
    return folder / "bin"


def test_the_wheel_carries_its_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("ontology/kg.ttl", "ontology/shapes.ttl", "ontology/concepts.ttl", "ontology/context.jsonld"):
        assert f"kg/_data/{part}" in names
    assert len([name for name in names if name.startswith("kg/_data/queries/") and name.endswith(".rq")]) >= 10
    assert len([name for name in names if name.startswith("kg/_data/seeds/")]) == 2
    assert any(name.startswith("server/templates/") for name in names)
    if (ROOT / "server" / "static" / "vendor").is_dir():  # not where npm or the network is missing
        assert [name for name in names if name.startswith("server/static/vendor/") and name.endswith("vega.mjs")]
    assert not [name for name in names if name.split("/")[0] not in ("kg", "server") and ".dist-info/" not in name]
    assert not [name for name in names if "__pycache__" in name]


@pytest.fixture
def server(environment: Path, tmp_path: Path) -> Iterator[str]:
    """The address at which `kg serve`, run from `/`, says that it is."""
    command = [environment / "kg", "--store", tmp_path / "store", "serve", "--port", "0"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KG_", "PYTHON"))}
    with subprocess.Popen(command, cwd="/", env=clean, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        found = re.search(rb"http://\S+", process.stdout.readline())
        assert found, process.stderr.read()
        yield found.group().decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_an_installed_kg_serves_the_seeds_from_anywhere(server: str) -> None:
    query = "SELECT (COUNT(*) AS ?papers) { ?paper a <https://w3id.org/paperkg/ontology#Paper> }"
    address = f"{server}sparql?{urllib.parse.urlencode({'query': query})}"
    request = urllib.request.Request(address, headers={"Accept": "application/sparql-results+json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        answer = json.load(response)
    assert answer["results"]["bindings"][0]["papers"]["value"] == "23"
    with urllib.request.urlopen(server, timeout=30) as response:
        assert b"paperkg" in response.read()
