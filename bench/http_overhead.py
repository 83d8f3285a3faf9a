"""What a point query costs over HTTP beside an empty page: python bench/http_overhead.py [--seconds 5].

The rates, and their ratios, of a view that does nothing and of a point query on the same server class with the same
settings: answered from the cache, and (KG_CACHE_BYTES=0) by a worker. Each is a process of its own on the same machine;
they are measured by turns, so that what else the machine does falls on all.
"""

from __future__ import annotations

import argparse
import http.client
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlsplit

from flask import Flask

from bench.service import Service
from kg import pipeline
from kg.settings import read_settings
from kg.store import StoreFolder
from server.http import HttpServer

CLIENTS = 8
ROUNDS = 5
POINT = "SELECT ?p ?o { <https://w3id.org/paperkg/author/evan-hubinger> ?p ?o }"
PATH = f"/sparql?query={quote(POINT)}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=5, help="for each of the three, in all")
    arguments.add_argument("--empty", type=int, help=argparse.SUPPRESS)  # the descriptor of the empty view's socket
    options = arguments.parse_args()
    if options.empty is not None:
        serve_nothing(socket.socket(fileno=options.empty))
        return
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        pipeline.load_seeds(StoreFolder(store))
        compare(store, options.seconds / ROUNDS)


def compare(store: Path, seconds: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, __file__, "--empty", str(listener.fileno())]
        empty = subprocess.Popen(command, pass_fds=[listener.fileno()])
        place = listener.getsockname()
    with Service(store) as cached, Service(store, KG_CACHE_BYTES="0") as uncached:
        asked = {
            "an empty view": (place, "/"),
            "from the cache": (_place(cached), PATH),
            "by a worker": (_place(uncached), PATH),
        }
        rates: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(ROUNDS):
            for name, (where, path) in asked.items():
                rates[name].append(rate(where, path, seconds))
    empty.terminate()
    empty.wait()
    best = statistics.median(rates["an empty view"])
    for name, found in rates.items():
        middle = statistics.median(found)
        print(f"{name:16} {middle:7.0f} requests/s, {middle / best:.2f} of the empty view's")


def _place(service: Service) -> tuple[str, int]:
    parts = urlsplit(service.address)
    return parts.hostname or "", parts.port or 0


def serve_nothing(listener: socket.socket) -> None:
    app = Flask("empty")
    app.add_url_rule("/", view_func=lambda: "")
    HttpServer(app, listener, read_settings({}, store="/nonexistent")).run()


def rate(place: tuple[str, int], path: str, seconds: float) -> float:
    """Requests a second of CLIENTS connections that are kept open, from one process of threads."""
    end = time.perf_counter() + seconds

    def client(_: int) -> int:
        connection = http.client.HTTPConnection(*place)
        count = 0
        while time.perf_counter() < end:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            assert response.status == 200, response.status
            count += 1
        connection.close()
        return count

    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(client, range(CLIENTS))) / seconds


if __name__ == "__main__":
    main()
