"""A short form of the attack of `bench/attack.py`: no ordinary request fails, every attack is answered properly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ATTACK = Path(__file__).parents[2] / "bench" / "attack.py"
SECONDS = "15"
MEMORY = 2**30


@pytest.mark.xdist_group("machine")
def test_nothing_that_clients_send_keeps_readers_from_reading(tmp_path: Path) -> None:
    settings = {"KG_QUERY_TIMEOUT": "2", "KG_QUERY_MEMORY": "600M", "KG_QUERY_WORKERS": "2"}
    command = [sys.executable, ATTACK, "--seconds", SECONDS, "--papers", "3000", "--json"]
    command += [option for name, value in settings.items() for option in ("--set", f"{name}={value}")]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    found = json.loads(result.stdout)
    assert found["alive"]
    assert found["requests"] > 50
    assert found["failed"] == []
    assert found["unanswered"] == 0, found["attacks"]
    assert found["memory"] < 4 * MEMORY
    assert not any("Traceback" in line for line in found["log"]), found["log"]
