"""Kill the service, in part or whole, while it is written to: python bench/kills.py [--kills 100] [--json].

Four clients write and two read, while every now and then SIGKILL goes to a query worker, to an HTTP process, or to
everything at once, which is then started again, as whatever supervises the service would do. Time back is measured from
the kill until a new query is evaluated and a write acknowledged. In the end every write that was acknowledged must be
there, and be there still when the store has been rebuilt from its segments and its journal; and every snapshot in the
folder must open and be read from end to end. Exit code 1 if a write is lost, a snapshot cannot be read, or the service
took more than two seconds to come back.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import statistics
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

import pyoxigraph

from bench.service import Service, descendants, get, post

WRITERS = 4
READERS = 2
IN_TIME = 2.0  # seconds
KILLED = ("worker", "HTTP process", "everything")
PROBES = 1_000_000  # from here on: writes made to see whether the service is back
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
            if not self.write(number):
                time.sleep(0.05)

    def write(self, number: int) -> bool:
        """Whether the write of this number was acknowledged."""
        text = f"INSERT DATA {{ <http://example.org/written> <http://example.org/n> {number} }}"
        status, _ = post(f"{self._service.address}sparql", text.encode(), "application/sparql-update")
        self.answers[f"write {status}"] += 1
        if status == 204:
            self.acknowledged.add(number)
        return status == 204

    def _read(self) -> None:
        while not self._over.wait(0.02):
            status, _ = get(f"{self._service.address}{random.choice(PAGES)}", {"Accept": "text/html, */*;q=0.5"})
            self.answers[f"read {status}"] += 1


def run(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill so many times; what became of the writes, as figures."""
    chance = random.Random(seed)
    back: dict[str, list[float]] = {what: [] for what in KILLED}
    killed: Counter[str] = Counter()
    with Service(folder, KG_WORKERS="2", KG_QUERY_WORKERS="1") as service:
        load = Load(service)
        while killed.total() < kills:
            time.sleep(chance.uniform(0.05, 0.8))
            what = chance.choice(KILLED)
            since = time.monotonic()
            if kill(service, what, chance):
                killed[what] += 1
                if chance.random() < 0.7:  # else what comes next may hit it while it is coming back
                    back[what].append(time_back(service, load, since, PROBES + killed.total()))
        service.await_ready()
        time.sleep(1)
        load.stop()
        found = written(service)
    unreadable = unreadable_snapshots(folder)
    subprocess.run([sys.executable, "-m", "kg", "--store", folder, "rebuild"], check=True, capture_output=True)
    with Service(folder) as service:
        after_rebuild = written(service)
    return {
        "killed": killed,
        "answers": dict(sorted(load.answers.items())),
        "acknowledged": len(load.acknowledged),
        "lost": sorted(load.acknowledged - found),
        "lost by rebuild": sorted(load.acknowledged - after_rebuild),
        "unreadable": unreadable,
        "back": back,
        "log": service.log,
    }


def kill(service: Service, what: str, chance: random.Random) -> bool:
    """SIGKILL to a process of that kind, if there is one at this moment."""
    if what == "everything":
        service.kill()
        service.start()
        return True
    kind = "kg.workers.process" if what == "worker" else "serve"
    victims = [pid for pid in descendants(service.pid) if kind in _command(pid)]
    if not victims:
        return False
    with suppress(ProcessLookupError):
        os.kill(chance.choice(victims), signal.SIGKILL)
    return True


def time_back(service: Service, load: Load, since: float, number: int) -> float:
    """Seconds from `since` until a query that nobody asked before is evaluated, and then a write acknowledged."""
    query = urlencode({"query": f"ASK {{}} # {number}"})
    for asked in (lambda: get(f"{service.address}sparql?{query}")[0] == 200, lambda: load.write(number)):
        while not asked():
            assert time.monotonic() < since + 60, "the service did not come back:\n" + "".join(service.log[-20:])
            time.sleep(0.01)
    return time.monotonic() - since


def unreadable_snapshots(folder: Path) -> list[str]:
    """The snapshots in the store's folder that do not open, or not to the end."""
    unreadable = []
    for path in (folder / "snapshots").glob("[!.]*"):
        try:
            manifest = json.loads((path / "manifest.json").read_bytes())
            whole = sum(1 for _ in pyoxigraph.Store.read_only(str(path / "store"))) >= manifest["triples"]
        except (OSError, ValueError):
            whole = False
        if not whole:
            unreadable.append(path.name)
    return unreadable


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
        print(f"{len(found['lost by rebuild'])} lost by a rebuild; {len(found['unreadable'])} snapshots unreadable")
        for what, times in found["back"].items():
            print(f"{what}: back after {figures(times)}")
    late = any(seconds > IN_TIME for times in found["back"].values() for seconds in times)
    return int(bool(found["lost"] or found["lost by rebuild"] or found["unreadable"] or late))


def figures(times: list[float]) -> str:
    if not times:
        return "(not measured)"
    late = sum(seconds > IN_TIME for seconds in times)
    return f"{statistics.median(times):.2f} s (median of {len(times)}), {max(times):.2f} s (worst), {late} late"


if __name__ == "__main__":
    sys.exit(main())
