"""A burst of small updates through HTTP: python bench/writes.py [--updates 200] [--clients 8].

Tells updates a second, then kills every process of the service (SIGKILL), starts it again and counts what is there.
Exit code 1 if an acknowledged update is missing.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

from service import AUTHORISED, Service

from kg import pipeline
from kg.store import StoreFolder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder, "store")
        pipeline.load_seeds(StoreFolder(store))
        with Service(store) as service:
            update(service, -1)  # the first one starts the worker
            started = time.perf_counter()
            burst(service, options.updates, options.clients)
            seconds = time.perf_counter() - started
            service.kill()
            service.start()
            found = count(service)
    rate = options.updates / seconds
    print(f"{options.updates} updates of {options.clients} clients: {seconds:.2f} s, {rate:.1f} a second")
    print(f"there after SIGKILL of everything: {found - 1} of {options.updates}")
    sys.exit(found - 1 != options.updates)


def burst(service: Service, updates: int, clients: int) -> None:
    numbers = itertools.count()

    def client() -> None:
        while (number := next(numbers)) < updates:
            update(service, number)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def update(service: Service, number: int) -> None:
    body = urllib.parse.urlencode({"update": f"INSERT DATA {{ <http://e/s> <http://e/n> {number} }}"}).encode()
    with urllib.request.urlopen(
        urllib.request.Request(f"{service.address}sparql", body, AUTHORISED), timeout=60
    ) as answer:
        assert answer.status == 204


def count(service: Service) -> int:
    query = urllib.parse.urlencode({"query": "SELECT (COUNT(*) AS ?n) { <http://e/s> <http://e/n> ?o }"})
    request = urllib.request.Request(f"{service.address}sparql?{query}", headers={"Accept": "text/csv"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(answer.read().split()[1])


if __name__ == "__main__":
    main()
