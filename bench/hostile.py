"""What a hostile query does to a server's other clients, ours and the peers'.

    python -m bench.hostile FOLDER [--seconds 5] [--json FILE]

FOLDER is what bench/graphs.py prepared. Two readers ask the canned query that compares sources and two look papers up
by SPARQL, another paper each time; first alone, then, for each attack of bench/isolation.py, while two attackers send
it over and over. Every server that has a deadline is given the same, and
no process may take more than 8 GB of addresses. A reader who has no answer within five seconds was not served. A
server that died, or serves nobody a moment later, is started again for the next attack.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode

from bench.client import Answer, Client
from bench.graphs import Graph, commit
from bench.isolation import ATTACKS
from bench.servers import Oxigraph, Server, Virtuoso
from kg.formats import JSON
from kg.namespaces import DEFAULT_BASE, PAPER, TYPE
from kg.queries import bind, load_queries
from kg.snapshots import Snapshots

_ATTACKERS = 2
_CANNED, _LOOK_UP = "paper/source-comparison", "look-up/everything-of-a-paper"
_AD_HOC = Path(__file__).parent / "adhoc"
_PAPERS = 1000
_PAUSE = 0.02  # seconds between two questions of a reader
_PATIENCE = 5.0  # seconds of a reader
_DEADLINE = 3  # seconds of a query, where a server can be told
_ADDRESSES = 8 * 2**30
_MOST_READ = 50 * 2**20  # bytes of an answer; attackers read no more

Seen = dict[str, list[Answer]]


class BoundedOxigraph(Oxigraph):
    def command(self) -> Sequence[str]:
        return [*super().command(), "--timeout-s", str(_DEADLINE)]


class BoundedVirtuoso(Virtuoso):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        settings = folder / "virtuoso.ini"
        settings.write_text(settings.read_text() + f"MaxQueryExecutionTime = {_DEADLINE}\n")  # of [SPARQL], the last


def servers(graph: Graph) -> Iterator[Server]:
    yield graph.paperkg(KG_QUERY_TIMEOUT=str(_DEADLINE))
    bounded: dict[str, type[Server]] = {"Oxigraph": BoundedOxigraph, "Virtuoso": BoundedVirtuoso}
    for server in graph.peers():
        yield bounded[server.name](server.folder) if server.name in bounded else server


def bound_addresses() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))


@dataclass(frozen=True)
class Reader:
    """What one asks, one after the other; `kind` says how."""

    kind: str
    questions: Iterator[bytes]


def readers_of(server: Server, graph: Graph) -> list[Reader]:
    canned, look_up = load_queries()[_CANNED], load_queries(_AD_HOC)[_LOOK_UP]
    store = Snapshots(graph.store).current().store
    of_class = store.quads_for_pattern(None, NamedNode(TYPE), NamedNode(PAPER))
    papers = [quad.subject.value for quad in islice(of_class, _PAPERS) if isinstance(quad.subject, NamedNode)]
    json_type = JSON.media_type

    def canned_request(paper: str) -> bytes:
        own = server.canned(_CANNED, {"paper": paper}, json_type)
        return own or server.request(bind(canned, {"paper": paper}, DEFAULT_BASE), json_type)

    by_canned = [canned_request(paper) for paper in papers]
    by_sparql = [server.request(bind(look_up, {"paper": paper}, DEFAULT_BASE), json_type) for paper in papers]
    half = len(papers) // 2
    return [
        Reader(kind, cycle(requests[start:] + requests[:start]))
        for start in (0, half)
        for kind, requests in (("canned", by_canned), ("SPARQL", by_sparql))
    ]


def read(server: Server, readers: Sequence[Reader], seconds: float) -> Seen:
    """What the readers saw, for so long, by their kind."""
    end = time.monotonic() + seconds

    def ask(reader: Reader) -> list[Answer]:
        client, seen = Client(server.place, _PATIENCE), []
        while time.monotonic() < end:
            answer = client.ask(next(reader.questions))
            seen.append(Answer(answer.status, answer.first, answer.last))
            time.sleep(_PAUSE)
        client.close()
        return seen

    with ThreadPoolExecutor(len(readers)) as pool:
        found: Seen = {}
        for reader, seen in zip(readers, pool.map(ask, readers), strict=True):
            found.setdefault(reader.kind, []).extend(seen)
        return found


def attack(place: str, request: bytes, seconds: float) -> Counter[int]:
    """How an attack is answered, by status; 0: not at all. In a process of its own."""
    end = time.monotonic() + seconds

    def attacker(_: int) -> Counter[int]:
        client, got = Client(place, 4 * _DEADLINE, _MOST_READ), Counter[int]()
        while time.monotonic() < end:
            answer = client.ask(request)
            got[answer.status] += 1
            time.sleep(0 if answer.status else _PAUSE)
        client.close()
        return got

    with ThreadPoolExecutor(_ATTACKERS) as attackers:
        return sum(attackers.map(attacker, range(_ATTACKERS)), Counter())


def figures(seen: Seen) -> dict[str, Any]:
    return {kind: _figures(answers) for kind, answers in seen.items()}


def _figures(answers: Sequence[Answer]) -> dict[str, Any]:
    waited = sorted(answer.last for answer in answers if answer.status == 200)
    found: dict[str, Any] = {"served": len(waited), "not served": len(answers) - len(waited)}
    if waited:
        found["median"] = waited[len(waited) // 2]
        found["99 %"] = waited[len(waited) * 99 // 100]
        found["worst"] = waited[-1]
    return found


def measure(graph: Graph, seconds: float, attacks: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for server in servers(graph):
        try:
            found[server.name] = suffer(server, readers_of(server, graph), seconds, attacks)
        finally:
            server.stop()
    return {"commit": commit(), "graph": graph.facts, "seconds": seconds, "deadline": _DEADLINE, "servers": found}


def suffer(server: Server, readers: Sequence[Reader], seconds: float, attacks: Mapping[str, str]) -> dict[str, Any]:
    server.start(bound_addresses)
    read(server, readers, min(1, seconds))
    found: dict[str, Any] = {"version": server.version, "alone": figures(read(server, readers, seconds)), "attacks": {}}
    for name, text in attacks.items():
        if not is_well(server, readers):
            server.stop()
            server.start(bound_addresses)
            read(server, readers, 0.2)
        outcome = found["attacks"][name] = attacked(server, readers, seconds, text)
        print(f"  {server.name:16} {name:42} {outcome}", file=sys.stderr, flush=True)
    return found


def is_well(server: Server, readers: Sequence[Reader]) -> bool:
    """Whether it serves again, some moments after an attack."""
    if server.alive:
        time.sleep(1)
    return server.alive and all(answer.status == 200 for seen in read(server, readers, 0.1).values() for answer in seen)


def attacked(server: Server, readers: Sequence[Reader], seconds: float, text: str) -> dict[str, Any]:
    request = server.request(text, JSON.media_type)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as attackers:
        attackers.submit(int).result()  # it takes its time to start
        under_way = attackers.submit(attack, server.place, request, seconds)
        time.sleep(min(0.3, seconds / 10))
        seen = read(server, readers, seconds)
        memory, alive = server.memory(), server.alive
        if not under_way.done() and not is_well(server, readers):
            server.stop()
        answered = under_way.result()
    return figures(seen) | {"alive": alive, "memory": memory, "answers": dict(answered)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=5, help="of each attack")
    parser.add_argument("--attacks", type=int, default=len(ATTACKS), help="so many of them")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # with the servers
    found = measure(Graph(options.folder), options.seconds, dict(list(ATTACKS.items())[: options.attacks]))
    text = json.dumps(found, indent=1)
    if options.json:
        options.json.write_text(text, "utf-8")
    else:
        sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
