"""Every kind of page is valid HTML, by html-validate. https://html-validate.org"""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.browser.kinds import KINDS

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "html-validate"
# What is a matter of taste, or asked for by others: cytoscape looks for an element of an odd name.
OFF = (
    "aria-label-misuse",
    "doctype-style",
    "long-title",
    "no-implicit-button-type",
    "no-trailing-whitespace",
    "prefer-native-element",
    "valid-id",
)


@pytest.fixture(scope="session")
def validator() -> Path:
    """html-validate of the version that is locked, installed once."""
    lock = (HERE / "package-lock.json").read_bytes()
    program = CACHE / "node_modules" / ".bin" / "html-validate"
    kept = CACHE / "package-lock.json"
    if not program.is_file() or kept.read_bytes() != lock:
        if shutil.which("npm") is None:
            pytest.skip("npm is not installed")
        CACHE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, CACHE / name)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
        if subprocess.run(command, cwd=CACHE, capture_output=True, check=False).returncode:
            pytest.skip("npm's registry cannot be reached")
    return program


def validated(validator: Path, folder: Path) -> list[str]:
    rules = dict.fromkeys(OFF, "off")
    config = {"root": True, "extends": ["html-validate:recommended"], "rules": rules}
    (folder / ".htmlvalidate.json").write_text(json.dumps(config))
    command = [validator, "--formatter", "json", "*.html"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return [
        f"{Path(file['filePath']).stem}, line {message['line']}: {message['ruleId']}: {message['message']}"
        for file in json.loads(run.stdout)
        for message in file["messages"]
    ]


def keep(service: str, path: str, file: Path) -> None:
    request = urllib.request.Request(service + path, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=30) as response:
        file.write_bytes(response.read())


def test_every_kind_of_page_is_valid(validator: Path, seeds_service: str, tmp_path: Path) -> None:
    for kind, path in KINDS.items():
        keep(seeds_service, path, tmp_path / f"{kind}.html")
    assert validated(validator, tmp_path) == []


def test_pages_of_hostile_records_are_valid(validator: Path, hostile_service: str, tmp_path: Path) -> None:
    key = "paper/doi:10.1000/hostile"
    paths = [f"/page/{key}", f"/incoming/{key}", f"/queries/paper/paper-authors?paper={key}", "/search?q=script"]
    for number, path in enumerate(paths):
        keep(hostile_service, path, tmp_path / f"{number}.html")
    assert validated(validator, tmp_path) == []


def test_a_fault_is_noticed(validator: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text("<!doctype html><html lang=en><title>x</title><p><div></p>")
    assert any("close-order" in fault or "no-" in fault for fault in validated(validator, tmp_path))
