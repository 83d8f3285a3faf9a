"""Kill the service, in part or whole, while it is written to: python bench/kills.py [--kills 100] [--json].

Four clients write and two read, while every now and then SIGKILL goes to a query worker, to an HTTP process, or to
everything at once, which is then started again. In the end every write that was acknowledged must be there, and be
there still when the store has been rebuilt from its segments and its journal. Exit code 1 if one is lost, or if the
service did not come back.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.service import Service, descendants, get, post

WRITERS = 4
READERS = 2
KILLED = ("worker", "HTTP process", "everything")
PAGES = ("", "author/evan-hubinger", "queries/author/most-prolific-authors.csv", "search?q=alignment")
WRITTEN = "SELECT ?n { <http://example.org/written> <http://example.org/n> ?n }"


class Load:
    """Clients that write and read until told to stop; what they were told."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._over = threading.Event()
        self._clients = ThreadPoolExecutor(WRITERS + READERS)
        self.acknowledged: set[int] = set()
        self.answers: Counter[str] = Counter()
        for number in range(WRITERS):
            self._clients.submit(self._write, number)
        for _ in range(READERS):
            self._clients.submit(self._read)

    def stop(self) -> None:
        self._over.set()
        self._clients.shutdown()

    def _write(self, number: int) -> None:
        while not self._over.is_set():
            number += WRITERS
            text = f"INSERT DATA {{ <http://example.org/written> <http://example.org/n> {number} }}"
            status, _ = post(f"{self._service.address}sparql", text.encode(), "application/sparql-update")
            self.answers[f"write {status}"] += 1
            if status == 204:
                self.acknowledged.add(number)
            else:
                time.sleep(0.05)

    def _read(self) -> None:
        while not self._over.wait(0.02):
            status, _ = get(f"{self._service.address}{random.choice(PAGES)}", {"Accept": "text/html, */*;q=0.5"})
            self.answers[f"read {status}"] += 1


def run(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill so many times; what became of the writes, as figures."""
    chance = random.Random(seed)
    killed: Counter[str] = Counter()
    with Service(folder, KG_WORKERS="2", KG_QUERY_WORKERS="1") as service:
        load = Load(service)
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 0.8))
            what = chance.choice(KILLED)
            killed[what] += kill(service, what, chance)
        service.await_ready()
        time.sleep(1)
        load.stop()
        found = written(service)
    subprocess.run([sys.executable, "-m", "kg", "--store", folder, "rebuild"], check=True, capture_output=True)
    with Service(folder) as service:
        after_rebuild = written(service)
    return {
        "killed": killed,
        "answers": dict(sorted(load.answers.items())),
        "acknowledged": len(load.acknowledged),
        "lost": sorted(load.acknowledged - found),
        "lost by rebuild": sorted(load.acknowledged - after_rebuild),
        "log": service.log,
    }


def kill(service: Service, what: str, chance: random.Random) -> bool:
    """SIGKILL to a process of that kind, if there is one at this moment."""
    if what == "everything":
        service.kill()
        service.start()
        if chance.random() < 0.5:  # else what comes next may hit it while it is starting
            service.await_ready()
        return True
    kind = "kg.workers.process" if what == "worker" else "serve"
    victims = [pid for pid in descendants(service.pid) if kind in _command(pid)]
    if not victims:
        return False
    with suppress(ProcessLookupError):
        os.kill(chance.choice(victims), signal.SIGKILL)
    return True


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def written(service: Service) -> set[int]:
    """The numbers that are in the graph."""
    query = urlencode({"query": WRITTEN})
    status, body = get(f"{service.address}sparql?{query}", {"Accept": "text/csv"})
    assert status == 200, body
    return set(map(int, re.findall(rb"\d+", body)))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1, help="of what is killed when")
    arguments.add_argument("--json", action="store_true", help="the figures as JSON")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder) / "store", options.kills, options.seed)
    if options.json:
        json.dump(found, sys.stdout)
    else:
        print("killed:", ", ".join(f"{count} x {what}" for what, count in found["killed"].items()))
        print("answers:", ", ".join(f"{count} x {what}" for what, count in found["answers"].items()))
        print(f"{found['acknowledged']} writes acknowledged, {len(found['lost'])} of them lost,", end=" ")
        print(f"{len(found['lost by rebuild'])} lost by a rebuild")
    return int(bool(found["lost"] or found["lost by rebuild"]))


if __name__ == "__main__":
    sys.exit(main())
