"""Comunica federates this endpoint with a second instance of it, as it would with any other."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from bench.service import Service, post

PACKAGE = Path(__file__).with_name("comunica")
INSTALLED = Path(__file__).parents[2] / ".cache"
ACROSS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT DISTINCT ?title ?verdict {
  ?paper dcterms:title ?title ; dcterms:creator <https://w3id.org/paperkg/author/evan-hubinger> .
  ?paper <http://example.org/verdict> ?verdict .
}
"""
OPINIONS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?paper { ?paper dcterms:creator <https://w3id.org/paperkg/author/evan-hubinger> } ORDER BY ?paper LIMIT 2
"""


@pytest.fixture(scope="session")
def comunica() -> Path:
    """Its program, installed as the lock file says, once for each lock file."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not on this machine")
    lock = PACKAGE / "package-lock.json"
    folder = INSTALLED / f"comunica-{sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for file in (PACKAGE / "package.json", lock):
            shutil.copy(file, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
        result = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
        if result.returncode:
            pytest.skip(f"Comunica cannot be installed: {result.stderr.strip().splitlines()[-1:]}")
        (folder / "installed").touch()
    return folder / "node_modules" / ".bin" / "comunica-sparql"


@pytest.fixture
def instances(seeded_store_folder: Path, tmp_path: Path) -> Iterator[tuple[Service, Service]]:
    """One with the seeds, one with nothing but what is written to it."""
    shutil.copytree(seeded_store_folder, tmp_path / "seeded")
    with Service(tmp_path / "seeded") as seeded, Service(tmp_path / "other", KG_SEEDS="0") as other:
        yield seeded, other


def ask(comunica: Path, sources: list[str], query: str) -> list[dict[str, str]]:
    command = [comunica, *(f"sparql@{source}sparql" for source in sources), query]
    result = subprocess.run(
        [*command, "-t", "application/sparql-results+json"], check=False, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    rows = json.loads(result.stdout)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def test_comunica_joins_across_two_instances(comunica: Path, instances: tuple[Service, Service]) -> None:
    seeded, other = instances
    papers = [row["paper"] for row in ask(comunica, [seeded.address], OPINIONS)]
    assert len(papers) == 2
    verdicts = " ".join(
        f"<{paper}> <http://example.org/verdict> 'read {number}' ." for number, paper in enumerate(papers)
    )
    update = f"INSERT DATA {{ {verdicts} }}".encode()
    assert post(f"{other.address}sparql", update, "application/sparql-update")[0] == 204
    found = ask(comunica, [seeded.address, other.address], ACROSS)
    assert {row["verdict"] for row in found} == {"read 0", "read 1"}
    assert all(row["title"] for row in found)
