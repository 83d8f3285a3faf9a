"""Questions asked of several servers over the same graph, by turns: what is asked first, again, and by eight at once.

    python -m bench.asking FOLDER [--groups canned base] [--rounds 5] [--together 8] [--patience 30] [--json FILE]

FOLDER is what bench/graphs.py prepared. Each server is started with none of its files in memory and asked everything
once (cold); its answers are compared with those of Oxigraph's server. Then each question goes to one server after the
other, in another order each round; the figures are medians. What a server did not answer at first is not asked again.
With --together so many clients then ask at once, each everything that is answered soon, one server at a time. On a
busy machine the seconds of a processor are what can be compared; --once keeps such a run short.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import signal
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.client import Answer, Client
from bench.graphs import Graph, commit
from bench.questions import AD_HOC, BASE, CANNED, Question, questions, size
from bench.servers import Server
from kg.snapshots import Snapshots

_REFERENCE = "Oxigraph"
RDFLIB = "rdflib-endpoint"
_FAST = 0.05  # seconds; what is answered so soon is asked several times a round
_TIMES = 5
_COMPARED = 50 * 2**20  # bytes; longer answers are not
_SLOW = 1.0  # seconds; is told while it runs


@dataclass
class Contender:
    """A server, and what is known of it so far; of a question by its key."""

    server: Server
    patience: float
    cold: dict[str, Answer] = field(default_factory=dict)
    normal: dict[str, object] = field(default_factory=dict)
    warm: defaultdict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    processor: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Seconds of a processor that each answer took, which says something on a busy machine as well."""
    together: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Seconds until several clients had every answer of a group."""
    memory: int = 0
    deaths: int = 0
    """How often the server was gone of itself, and was started again."""

    def __post_init__(self) -> None:
        self.client = Client(self.server.place, self.patience)

    @property
    def name(self) -> str:
        return self.server.name

    def takes(self, question: Question) -> bool:
        """What has no derived statistics is asked of the peers."""
        return question.group != BASE or not self.name.startswith("paperkg")

    def request(self, question: Question) -> bytes:
        if question.group == CANNED:
            canned = self.server.canned(question.name, question.values, question.media_type)
            if canned:
                return canned
        return self.server.request(question.text, question.media_type)

    def ask_first(self, asked: Iterable[Question]) -> None:
        """Everything once, of a server that has just been started."""
        forget(self.server.data)
        self.server.start()
        for question in filter(self.takes, asked):
            self.revive()
            answer = self.client.ask(self.request(question))
            if answer.status != 200 or answer.last > _SLOW:
                print(f"  {self.name:18} {question.key:48} {answer.status:3} {answer.last:6.2f} s", flush=True)
            if answer.status == 200:
                self.normal[question.key] = question.normal(answer.body) if len(answer.body) < _COMPARED else None
            elif answer.status == 0:
                self.restart()
            self.cold[question.key] = Answer(answer.status, answer.first, answer.last)
        self.note_memory()

    def restart(self) -> None:
        """A server that has not answered may be at it still."""
        self.stop()
        self.server.start()

    def revive(self) -> None:
        if not self.server.alive:
            print(f"  {self.name} has ended; it is started again", flush=True)
            self.deaths += 1
            self.restart()

    def stop(self) -> None:
        self.client.close()
        self.server.stop()

    def answers(self, question: Question) -> bool:
        known = self.cold.get(question.key)
        return known is not None and known.status == 200

    def ask_again(self, question: Question) -> None:
        self.revive()
        request, before = self.request(question), self.server.processor()
        times = _TIMES if self.cold[question.key].last < _FAST else 1
        for _ in range(times):
            answer = self.client.ask(request)
            self.warm[question.key].append(Answer(answer.status, answer.first, answer.last))
        self.processor[question.key].append((self.server.processor() - before) / times)

    def ask_together(self, group: str, asked: Sequence[Question], clients: int, round_: int) -> None:
        orders = [random.Random(f"{round_} {number}").sample(asked, len(asked)) for number in range(clients)]

        def ask_all(order: list[Question]) -> int:
            with Client(self.server.place, self.patience) as client:
                return sum(client.ask(self.request(question)).status != 200 for question in order)

        self.revive()
        began = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            missed = sum(pool.map(ask_all, orders))
        self.together[group].append(time.perf_counter() - began if not missed else math.inf)
        self.note_memory()

    def note_memory(self) -> None:
        self.memory = max(self.memory, self.server.memory())

    def figures(self, reference: Contender | None) -> dict[str, Any]:
        return {
            "version": self.server.version,
            "disk": self.server.disk(),
            "memory": self.memory,
            "deaths": self.deaths,
            "not answered": {key: answer.status for key, answer in self.cold.items() if answer.status != 200},
            "different": self.different(reference) if reference else [],
            "cold": {key: [answer.first, answer.last] for key, answer in self.cold.items() if answer.status == 200},
            "warm": {
                key: [statistics.median(answer.first for answer in found), statistics.median(a.last for a in found)]
                for key, found in self.warm.items()
                if found and all(answer.status == 200 for answer in found)
            },
            "processor": {key: 2 * [statistics.median(found)] for key, found in self.processor.items()},
            "together": self.together,
        }

    def different(self, reference: Contender) -> list[str]:
        """Questions with another answer than the reference gives; of the base ones, than it gives to the canned one."""
        found = []
        for key, normal in self.normal.items():
            other = reference.normal.get(key.replace(f"{BASE}: ", f"{CANNED}: "))
            if other is not None and normal is not None and normal != other:
                found.append(key)
        return found


def forget(paths: Iterable[Path]) -> None:
    """Have the system drop what it holds of the files in memory."""
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else [path]:
            with suppress(OSError), file.open("rb") as stream:
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def await_rest(servers: Iterable[Server], most: float = 120) -> None:
    """Returns once they do nothing any more of their own accord, as making answers ready."""
    processes = [process for server in servers for process in server.processes()]
    deadline = time.monotonic() + most
    before = _ticks(processes)
    while time.monotonic() < deadline:
        time.sleep(3)
        now = _ticks(processes)
        if now - before < 10:  # hundredths of a second
            return
        before = now


def _ticks(processes: Iterable[int]) -> int:
    total = 0
    for process in processes:
        with suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total


def measure(graph: Graph, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """What is known after each round; the last is everything."""
    known = questions(Snapshots(graph.store).current().store)
    asked = [one for one in known if one.group in options.groups and one.name not in options.skip]
    bound = {"KG_QUERY_TIMEOUT": str(options.patience)}
    servers = [graph.paperkg(**bound), graph.paperkg("paperkg, no cache", KG_CACHE_BYTES="0", **bound), *graph.peers()]
    contenders = [Contender(server, options.patience) for server in servers if server.name not in options.without]
    try:
        for contender in contenders:
            contender.ask_first(asked)
        await_rest(contender.server for contender in contenders)
        for done in range(1, options.rounds + 1):
            ask_by_turns(contenders, asked, options, done)
            for contender in contenders:
                contender.note_memory()
            yield told(graph, contenders, asked, options, done)
        for done in range(1, options.rounds + 1 if options.together else 1):
            ask_at_once(contenders, asked, options, done)
            yield told(graph, contenders, asked, options, options.rounds)
    finally:
        for contender in contenders:
            contender.stop()


def told(
    graph: Graph, contenders: Sequence[Contender], asked: Sequence[Question], options: argparse.Namespace, rounds: int
) -> dict[str, Any]:
    reference = next((contender for contender in contenders if contender.name == _REFERENCE), None)
    normal = reference.normal if reference else {}
    return {
        "commit": commit(),
        "graph": graph.facts,
        "rounds": rounds,
        "clients": options.together,
        "patience": options.patience,
        "soon": options.soon,
        "skipped": options.skip,
        "once": options.once if options.once < math.inf else None,
        "rows": {one.key: size(one.form, normal[one.key]) for one in asked if normal.get(one.key) is not None},
        "contenders": {contender.name: contender.figures(reference) for contender in contenders},
    }


def ask_by_turns(
    contenders: Sequence[Contender], asked: Sequence[Question], options: argparse.Namespace, round_: int
) -> None:
    chance = random.Random(round_)
    for question in asked:
        able = [contender for contender in contenders if contender.answers(question)]
        if round_ > 1 and any(contender.cold[question.key].last > options.once for contender in able):
            continue
        for contender in chance.sample(able, len(able)):
            contender.ask_again(question)


def ask_at_once(
    contenders: Sequence[Contender], asked: Sequence[Question], options: argparse.Namespace, round_: int
) -> None:
    """What all of them answer, and soon; rdflib-endpoint, which takes one question after the other, is not asked."""
    able = [contender for contender in contenders if contender.name != RDFLIB]
    for group in (CANNED, AD_HOC):
        shared = [one for one in asked if one.group == group and all(contender.answers(one) for contender in able)]
        shared = [one for one in shared if max(contender.cold[one.key].last for contender in able) < options.soon]
        for contender in random.Random(round_).sample(able, len(able)) if shared else ():
            contender.ask_together(group, shared, options.together, round_)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--groups", nargs="+", default=[CANNED, AD_HOC, BASE], choices=[CANNED, AD_HOC, BASE])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--together", type=int, default=0, help="so many clients at once")
    parser.add_argument("--patience", type=float, default=30, help="seconds that an answer may take")
    parser.add_argument("--soon", type=float, default=2, help="what several clients ask took at most so many seconds")
    parser.add_argument("--once", type=float, default=math.inf, help="what took one of them longer is asked once again")
    parser.add_argument("--skip", nargs="*", default=[], help="questions that are not asked")
    parser.add_argument("--without", nargs="*", default=[], help="servers that are not asked")
    parser.add_argument("--json", type=Path, default=Path("asking.json"), help="where the figures go, after each round")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # with the servers
    for found in measure(Graph(options.folder), options):
        print(f"round {found['rounds']} of {options.rounds}", flush=True)
        options.json.write_text(json.dumps(found, indent=1), "utf-8")


if __name__ == "__main__":
    main()
