"""A burst of small updates through HTTP: python bench/writes.py [--updates 200] [--clients 8] [--papers 0].

Tells the rate, and how many of the acknowledged updates are there after everything was killed (SIGKILL) right after
the last answer. Exit code 1 if one is not.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.kills import written
from bench.service import Service, post
from bench.synthetic import make_store


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--updates", type=int, default=200)
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--workers", default="1", help="HTTP processes")
    arguments.add_argument("--papers", type=int, default=0, help="size of the store; 0: the seeds")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = make_store(Path(folder), options.papers) if options.papers else Path(folder) / "store"
        return burst(store, options.updates, options.clients, options.workers)


def burst(store: Path, updates: int, clients: int, workers: str) -> int:
    with Service(store, KG_WORKERS=workers) as service:

        def update(number: int) -> tuple[int, float]:
            text = f"INSERT DATA {{ <http://example.org/written> <http://example.org/n> {number} }}"
            began = time.perf_counter()
            status, _ = post(f"{service.address}sparql", text.encode(), "application/sparql-update")
            return status, time.perf_counter() - began

        update(0)  # starts the process that evaluates writes
        began = time.perf_counter()
        with ThreadPoolExecutor(clients) as senders:
            answers = list(senders.map(update, range(1, updates + 1)))
        taken = time.perf_counter() - began
        service.kill()
        service.start()
        found = written(service)
    acknowledged = {number for number, (status, _) in enumerate(answers, start=1) if status == 204}
    waited = sorted(seconds for _, seconds in answers)
    print(f"{updates} updates from {clients} clients: {len(acknowledged)} acknowledged in {taken:.2f} s,", end=" ")
    print(f"{len(acknowledged) / taken:.0f} a second")
    print(f"  each took {statistics.median(waited) * 1000:.0f} ms (median), at most {waited[-1] * 1000:.0f} ms")
    print(f"  after SIGKILL to everything {len(acknowledged - found)} of them are lost")
    return int(bool(acknowledged - found))


if __name__ == "__main__":
    sys.exit(main())
