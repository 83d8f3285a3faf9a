"""What readers notice of an attack on the service: python bench/attack.py [--seconds 120] [--papers 20000] [--json].

Starts `kg serve` over a store of made-up papers. Eight clients send it what is meant to bring it down, 2,000
connections ask nothing, 500 announce a body and send it a byte at a time, 100 ask for the whole graph twenty times and
read nothing; meanwhile four ordinary clients read pages and canned queries. Tells how long these waited, how many of
them failed (there must be none), how each attack was answered, and how much memory the whole service took. Ordinary
clients and attackers are processes of their own, on the same machine; first, for comparison, the ordinary clients are
alone. Exit code 1 if an ordinary request failed or an attack was not answered.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import random
import select
import socket
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bench.service import Service
from bench.synthetic import make_store

ORDINARY_CLIENTS = 4
CALM = 0.1  # of the time of the attack
PAUSE = 0.02  # seconds between two requests of an ordinary client
ATTACKERS = 8
IDLE_CONNECTIONS = 2000
SLOW_BODIES = 500
UNREAD = 100

READ = [
    "/",
    "/page/author/author-17",
    "/page/paper/doi:10.1000/42",
    "/page/institution/institution-3",
    "/data/paper/doi:10.1000/43.jsonld",
    "/search?q=graph+retrieval",
    "/queries/author/most-prolific-authors",
    "/queries/paper/paper-authors.json",
    "/queries/concept/most-frequent-concepts.csv",
]

DEEP = 20_000
THREE = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
DOUBLINGS = " ".join(f"BIND(CONCAT(?a{i}, ?a{i}) AS ?a{i + 1})" for i in range(40))
REPEATS = f"REGEX(CONCAT(STR(?o), '{'a' * 5000}!'), '^((a+)+)+$')"

Attack = Callable[[http.client.HTTPConnection], None]


def asked(query: str) -> Attack:
    return lambda connection: connection.request("GET", f"/sparql?query={quote(query)}")


def posted(query: str, path: str = "/sparql") -> Attack:
    form = urlencode({"query": query}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return lambda connection: connection.request("POST", path, form, headers)


def sent(body: bytes, content_type: str) -> Attack:
    return lambda connection: connection.request("POST", "/sparql", body, {"Content-Type": content_type})


def attacks() -> dict[str, Attack]:
    """What is sent, by what it is; made once, as some of it is large."""
    values = " ".join(str(number) for number in range(100_000))
    return {
        "Cartesian product, counted": asked(f"SELECT (COUNT(*) AS ?n) {{ {THREE} }}"),
        "Cartesian product, sent": asked(f"SELECT * {{ {THREE} }}"),
        "GROUP BY over three unbound patterns": asked(f"SELECT (COUNT(*) AS ?n) {{ {THREE} }} GROUP BY ?c ?f ?i"),
        "ORDER BY over a Cartesian product": asked("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"),
        "DISTINCT over a Cartesian product": asked("SELECT DISTINCT ?a ?f { ?a ?b ?c . ?d ?e ?f }"),
        "CONSTRUCT of a Cartesian product": asked("CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }"),
        "path (<>|!<>)* between unbound ends": asked("SELECT * { ?s (<x:a>|!<x:a>)* ?o }"),
        "path of a path of a path": asked("SELECT * { ?s (((<x:a>|!<x:a>)+)/((<x:a>|!<x:a>)+))* ?o }"),
        "regular expression with nested repeats": posted(f"SELECT * {{ ?s ?p ?o FILTER({REPEATS}) }}"),
        "a string doubled 40 times": asked(f"SELECT * {{ BIND('xxxxxxxx' AS ?a0) {DOUBLINGS} }}"),
        "20,000 nested groups": posted(f"SELECT * {{ {'{' * DEEP}{'}' * DEEP} }}"),
        "20,000 nested brackets": posted(f"ASK {{ FILTER({'(' * DEEP}1{')' * DEEP}) }}"),
        "20,000 nested collections": posted(f"ASK {{ ?s ?p {'(' * DEEP}1{')' * DEEP} }}"),
        "VALUES of 100,000": posted(f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o VALUES ?x {{ {values} }} }}"),
        "900 kB of tokens": sent(f"ASK {{ ?s ?p {'1,' * 450_000}1 }}".encode(), "application/sparql-query"),
        "900 kB of escapes": sent(b"query=" + b"%41" * 300_000, "application/x-www-form-urlencoded"),
        "900 kB of parameters": sent(b"a=b&" * 225_000, "application/x-www-form-urlencoded"),
        "10 MB of query": sent(b"ASK { ?s ?p " + b"1," * 5_000_000 + b"1 }", "application/sparql-query"),
        "10 MB of escapes": sent(b"query=" + b"%41" * 3_300_000, "application/x-www-form-urlencoded"),
        "SERVICE past the policy": asked("SELECT * { SERVICE <http://127.0.0.1:1/sparql> { ?s ?p ?o } }"),
        "the dump of everything": lambda connection: connection.request("GET", "/export/kg.ttl"),
        "the editor with a Cartesian product": asked_in_editor(f"SELECT * {{ {THREE} }} ORDER BY ?i"),
        "an update without the token": sent(
            b"INSERT DATA { " + b"<x:a> <x:b> 1 . " * 50_000 + b"}", "application/sparql-update"
        ),
        "a canned query, never the same": lambda connection: connection.request(
            "GET", f"/queries/paper/titles-containing.json?words={random.random()}"
        ),
        "pages of everything": lambda connection: connection.request(
            "GET", f"/page/institution/institution-{random.randrange(200)}?{random.random()}"
        ),
        "the default graph, read whole": lambda connection: connection.request("GET", "/store?default"),
    }


def asked_in_editor(query: str) -> Attack:
    return lambda connection: connection.request("GET", f"/editor?query={quote(query)}")


ANSWERS = {200, 400, 401, 403, 413, 503, 504, 507}


@dataclass(frozen=True)
class Asked:
    """One request; status 0: no answer. `seconds` until the answer was read to its end."""

    name: str
    status: int
    seconds: float


def exchange(place: tuple[str, int], name: str, send: Attack, kept: http.client.HTTPConnection | None = None) -> Asked:
    began = time.perf_counter()
    connection = kept or http.client.HTTPConnection(*place, timeout=120)
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before it was sent to the end: still answered
            send(connection)
        response = connection.getresponse()
        while response.read(1 << 20):
            pass
        status = response.status
    except (OSError, http.client.HTTPException):
        status = 0
        connection.close()
    if not kept:
        connection.close()
    return Asked(name, status, time.perf_counter() - began)


def read_ordinarily(place: tuple[str, int], seconds: float) -> list[Asked]:
    """What the ordinary clients saw, for so long."""
    end = time.monotonic() + seconds

    def client(number: int) -> list[Asked]:
        connection = http.client.HTTPConnection(*place, timeout=120)
        seen: list[Asked] = []
        while time.monotonic() < end:
            path = READ[(number + len(seen)) % len(READ)]
            seen.append(exchange(place, path, lambda c, path=path: c.request("GET", path), connection))  # type: ignore[misc]
            time.sleep(PAUSE)
        connection.close()
        return seen

    with ThreadPoolExecutor(ORDINARY_CLIENTS) as clients:
        return [asked for seen in clients.map(client, range(ORDINARY_CLIENTS)) for asked in seen]


def attack(place: tuple[str, int], seconds: float) -> list[Asked]:
    """What the attackers got, for so long."""
    end = time.monotonic() + seconds
    known = list(attacks().items())

    def attacker(number: int) -> list[Asked]:
        got: list[Asked] = []
        while time.monotonic() < end:
            name, send = known[(number * len(known) // ATTACKERS + len(got)) % len(known)]
            got.append(exchange(place, name, send))
        return got

    with ThreadPoolExecutor(ATTACKERS) as attackers:
        return [asked for got in attackers.map(attacker, range(ATTACKERS)) for asked in got]


def hold_connections(place: tuple[str, int], seconds: float) -> int:
    """Keep connections open that say nothing, or hardly anything; how many times one was opened."""
    end = time.monotonic() + seconds
    head = f"POST /sparql HTTP/1.1\r\nHost: {place[0]}\r\nContent-Length: 100000\r\n"
    begun = (head + "Content-Type: application/sparql-query\r\n\r\n").encode()
    whole = (f"GET /export/kg.nt HTTP/1.1\r\nHost: {place[0]}\r\n\r\n" * 20).encode()
    idle: list[socket.socket | None] = [None] * IDLE_CONNECTIONS
    slow: list[socket.socket | None] = [None] * SLOW_BODIES
    unread: list[socket.socket | None] = [None] * UNREAD
    opened = 0
    while time.monotonic() < end:
        for held, first, more in ((idle, b"", b""), (slow, begun, b"A"), (unread, whole, b"")):
            for place_in, connection in enumerate(held):
                try:
                    if connection is None or _is_closed(connection):
                        connection = held[place_in] = socket.create_connection(place, timeout=10)
                        opened += 1
                        connection.sendall(first)
                    elif more:
                        connection.sendall(more)
                except OSError:
                    held[place_in] = None
        time.sleep(1)
    for connection in (*idle, *slow, *unread):
        if connection:
            connection.close()
    return opened


def _is_closed(connection: socket.socket) -> bool:
    """Looked at with a poll: a socket with a timeout waits for it, also where it is told not to wait."""
    try:
        waiting = select.poll()
        waiting.register(connection, select.POLLIN)
        return bool(waiting.poll(0)) and not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


def highest_memory(service: Service, over: threading.Event) -> int:
    highest = 0
    while not over.wait(0.5):
        highest = max(highest, service.memory())
    return highest


def run(store: Path, seconds: float, settings: dict[str, str]) -> dict[str, Any]:
    """Attack a service for so long; what became of it, as figures."""
    over = threading.Event()
    processes = ProcessPoolExecutor(3, multiprocessing.get_context("spawn"))
    with Service(store, **settings) as service, processes, ThreadPoolExecutor(1) as watcher:
        parts = urlsplit(service.address)
        place = (parts.hostname or "", parts.port or 0)
        memory = watcher.submit(highest_memory, service, over)
        # One round before, so that what is computed once for a snapshot is there.
        for path in READ:
            exchange(place, path, lambda connection, path=path: connection.request("GET", path))  # type: ignore[misc]
        calm = processes.submit(read_ordinarily, place, seconds * CALM).result()
        held = processes.submit(hold_connections, place, seconds)
        attacked = processes.submit(attack, place, seconds)
        read = processes.submit(read_ordinarily, place, seconds).result()
        got, opened = attacked.result(), held.result()
        over.set()
        alive = service.alive and exchange(place, "after", lambda c: c.request("GET", "/readyz")).status == 200
        return figures(read, got) | {
            "calm": percentiles(calm),
            "alive": alive,
            "connections": opened,
            "memory": memory.result(),
            "log": service.log,
        }


def figures(read: list[Asked], got: list[Asked]) -> dict[str, Any]:
    answers: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for asked in got:
        answers[asked.name][asked.status] += 1
    by_path: defaultdict[str, list[float]] = defaultdict(list)
    for asked in read:
        by_path[asked.name].append(asked.seconds)
    return {
        "requests": len(read),
        "failed": [(asked.name, asked.status) for asked in read if asked.status != 200],
        "milliseconds": percentiles(read),
        "by path": {path: round(sorted(times)[len(times) * 99 // 100] * 1000, 1) for path, times in by_path.items()},
        "attacks": {name: {str(status): count for status, count in sorted(answers[name].items())} for name in answers},
        "unanswered": sum(asked.status not in ANSWERS for asked in got),
    }


def percentiles(read: list[Asked]) -> dict[str, float]:
    """How long so many of the requests took at most, in milliseconds."""
    waited = sorted(asked.seconds for asked in read)
    return {
        f"{part / 10:g} %": round(waited[min(len(waited) * part // 1000, len(waited) - 1)] * 1000, 1)
        for part in (500, 900, 990, 999, 1000)
    }


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=120)
    arguments.add_argument("--papers", type=int, default=20_000, help="size of the store, some 43 triples each")
    arguments.add_argument("--folder", type=Path, help="where the store is kept for the next time")
    arguments.add_argument("--set", action="append", default=[], metavar="KG_…=VALUE", help="a setting of the service")
    arguments.add_argument("--json", action="store_true", help="the figures as JSON")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = make_store(options.folder or Path(folder), options.papers)
        found = run(store, options.seconds, dict(setting.split("=", 1) for setting in options.set))
    if options.json:
        json.dump(found, sys.stdout)
    else:
        show(found, options.seconds)
    return int(bool(found["failed"] or found["unanswered"] or not found["alive"]))


def show(found: dict[str, Any], seconds: float) -> None:
    print(f"{seconds:g} s: {found['requests']} ordinary requests, {len(found['failed'])} failed {found['failed'][:5]}")
    print("  waited, ms:", ", ".join(f"{part} {time}" for part, time in found["milliseconds"].items()))
    print("  alone:     ", ", ".join(f"{part} {time}" for part, time in found["calm"].items()))
    for path, late in found["by path"].items():
        print(f"    99 % {late:8.1f} ms  {path}")
    print(f"  at most {found['memory'] / 2**30:.2f} GiB in all processes; {found['connections']} connections held open")
    print(f"  alive afterwards: {found['alive']}; attacks not answered properly: {found['unanswered']}")
    for name, answers in found["attacks"].items():
        print(f"    {name:42} {', '.join(f'{count} x {status}' for status, count in answers.items())}")
    for line in found["log"][-10:]:
        print("  log:", line.rstrip())


if __name__ == "__main__":
    sys.exit(main())
