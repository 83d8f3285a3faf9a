"""`bench/kills.py` in short: whatever is killed and when, no acknowledged write is lost, what is left can be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

KILLS = Path(__file__).parents[2] / "bench" / "kills.py"


def test_no_acknowledged_write_is_lost_whatever_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, KILLS, "--kills", "15", "--seed", "5", "--json"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    found = json.loads(result.stdout)
    assert set(found["killed"]) == {"worker", "HTTP process", "everything"}
    assert found["acknowledged"] > 10
    assert found["lost"] == [] and found["lost by rebuild"] == []
    assert found["unreadable"] == []
    assert found["answers"]["read 200"] > 10
    assert "read 500" not in found["answers"] and "write 500" not in found["answers"], found["answers"]
