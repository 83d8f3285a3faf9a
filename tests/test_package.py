"""The wheel holds everything: installed in an empty environment, run from `/`, it serves the seeds and answers."""

from __future__ import annotations

import email
import importlib.metadata
import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import urllib.parse
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
LOCKED_EXTRAS = ["", "build", "mcp", "parquet"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("paperkg-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with the wheel in it, and what this environment has from the lock."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*command, "--no-deps", wheel], check=True, capture_output=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # Modules are looked for in that folder too; files in it that name other folders, as this checkout, do not count.
    (packages / "locked.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    command = [python, "-P", "-c", "import kg, server; print(kg.__file__)"]
    where = subprocess.run(command, check=True, capture_output=True, env=_clean(), text=True)
    assert Path(where.stdout).is_relative_to(folder)
    return folder / "bin"


def test_the_lock_has_all_that_the_wheel_requires(wheel: Path) -> None:
    """With all extras that it locks, and what these require in turn."""
    locked = {
        canonicalize_name(name) for name in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==", LOCK.read_text(), re.MULTILINE)
    }
    with zipfile.ZipFile(wheel) as contents:
        (metadata,) = (name for name in contents.namelist() if name.endswith(".dist-info/METADATA"))
        told = email.message_from_bytes(contents.read(metadata))
    waiting = [Requirement(text) for text in told.get_all("Requires-Dist", [])]
    seen: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        extras = LOCKED_EXTRAS if requirement.marker else [""]
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        name = canonicalize_name(requirement.name)
        assert name in locked, f"{name} is not in {LOCK.name}; 'make lock' makes it anew"
        for extra in ["", *requirement.extras]:
            if f"{name}[{extra}]" not in seen:
                seen.add(f"{name}[{extra}]")
                waiting += _required(name, extra)
    assert len(seen) > 20


def _required(name: str, extra: str) -> list[Requirement]:
    """What the installed distribution needs, here and with this extra."""
    found = map(Requirement, importlib.metadata.requires(name) or [])
    return [each for each in found if each.marker is None or each.marker.evaluate({"extra": extra})]


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


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("KG_", "PYTHON"))}


@pytest.fixture
def server(environment: Path, tmp_path: Path) -> Iterator[str]:
    """The address at which `kg serve`, run from `/`, says that it is."""
    command = [environment / "kg", "--store", tmp_path / "store", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd="/", env=_clean(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
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
