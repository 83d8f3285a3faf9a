"""What docs/first-ten-minutes.md tells a new user to type, typed: against a service that `make serve` started."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("first_ten_minutes")  # each step goes on from the one before

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "first-ten-minutes.md").read_text("utf-8")
# Each block of commands, with what is said to come out, if it is.
STEPS = re.findall(r"```sh\n(.*?)```\n(?:[^`#]*?\n```\n(.*?)```)?", DOCUMENT, re.S)
THERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("first")


@pytest.fixture(scope="module")
def environment(folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KG_", "MAKE", "MFLAGS"))}
    return clean | {"KG_STORE": str(folder / "store"), "COLUMNS": "200"}


@pytest.fixture(scope="module")
def address(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Where `make serve` says that it is. What it would install is here already; its port is any that is free."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    command, said = STEPS[0]
    installed = ["-o", ".venv/installed", f"BIN={Path(sys.executable).parent}"]
    with subprocess.Popen(
        [*command.split(), *installed, f"STORE={folder / 'store'}", "PORT=0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://\S+\d", line)
        assert found, line
        assert line.startswith(said.strip().partition(THERE)[0])
        try:
            yield found[0]
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def run(commands: str, folder: Path, environment: dict[str, str], address: str) -> list[str]:
    here = commands.replace(THERE, address).replace(".venv/bin/kg", f"{sys.executable} -m kg")
    result = subprocess.run(
        ["bash", "-ec", here], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 0, (commands, result.stdout, result.stderr)
    return result.stdout.replace(address, THERE).splitlines()


def test_every_command_does_what_is_said(folder: Path, environment: dict[str, str], address: str) -> None:
    assert len(STEPS) == 7
    for commands, said in STEPS[1:]:
        printed = run(commands, folder, environment, address)
        assert printed, commands
        for line in said.splitlines():
            start, cut, _ = line.partition("…")
            assert any(each.startswith(start) if cut else each == line for each in printed), (line, printed)


def test_the_question_has_an_answer(folder: Path, environment: dict[str, str], address: str) -> None:
    (question,) = (commands for commands, _ in STEPS if "/sparql" in commands)
    assert len(run(question, folder, environment, address)) == 4


def test_the_author_has_the_new_paper(folder: Path, environment: dict[str, str], address: str) -> None:
    printed = run(STEPS[1][0], folder, environment, address)
    assert "Evan Hubinger,21 papers" in printed[1]
    assert "*Evan Hubinger* has 21 papers now" in DOCUMENT
