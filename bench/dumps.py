"""Dumps in every format, against the dump of the store in one; and what readers notice while dumps are made.

    python bench/dumps.py STORE [--runs 2] [--clients 4] [--no-service] [--no-building]

STORE is the folder of a store with real data, which stays as it is: `kg --store STORE load mlanthology
../shared/data/mlanthology`. Runs alternate; the figures are medians of wall time. Readers ask for pages of papers, each
another one, so that none comes from the cache.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat
from service import Service

from kg.dumps.building import build
from kg.dumps.formats import Choice
from kg.dumps.kept import can_be_kept, kept_dump
from kg.files import link_tree
from kg.namespaces import PAPER, TYPE
from kg.snapshots import Snapshots
from kg.store import StoreFolder

CHOICES = {
    "N-Triples, .zst": "nt",
    "every RDF format, .zst": "nt nq ttl trig jsonld rdf",
    "every RDF format, .zst and .gz": " ".join(
        f"{known}.{packed}" for known in ("nt", "nq", "ttl", "trig", "jsonld", "rdf") for packed in ("zst", "gz")
    ),
    "Jelly, .zst": "jelly",
    "tables": "parquet",
    "everything": "all",
}


class Took(NamedTuple):
    """Seconds of wall time, and of all processes' time."""

    wall: float
    work: float


def timed(work: Callable[[], object]) -> Took:
    start, before = time.monotonic(), sum(os.times()[:4])
    work()
    return Took(time.monotonic() - start, sum(os.times()[:4]) - before)


def measure_building(folder: Path, work: Path, runs: int) -> None:
    store = StoreFolder(folder)
    snapshot = Snapshots(folder).current()
    triples = snapshot.manifest.triples
    print(f"{triples:,} statements, {os.cpu_count()} cores")

    def dump() -> None:
        with (work / "store.nq").open("wb") as stream:
            snapshot.store.dump(stream, RdfFormat.N_QUADS)

    def built(choice: str) -> None:
        target = work / "dump"
        shutil.rmtree(target, ignore_errors=True)
        build(snapshot, target, can_be_kept(Choice.parse(choice)), store, jobs=os.cpu_count() or 1)

    took: dict[str, list[Took]] = {}
    for _ in range(runs):
        took.setdefault("store.dump, N-Quads alone", []).append(timed(dump))
        for name, choice in CHOICES.items():
            took.setdefault(name, []).append(timed(lambda choice=choice: built(choice)))  # type: ignore[misc]
    first, *_ = (statistics.median(one.wall for one in found) for found in took.values())
    for name, found in took.items():
        wall, work_done = (statistics.median(seconds) for seconds in zip(*found, strict=True))
        each = " ".join(f"{one.wall:.1f}" for one in found)
        rate, share = triples / wall / 1000, wall / first
        print(
            f"{name:32} {wall:6.1f} s  {rate:5.0f} k/s  {share:.2f} of store.dump {work_done:6.1f} s of cores  ({each})"
        )
    size = sum(path.stat().st_size for path in (work / "dump").iterdir() if path.stat().st_nlink == 1)
    linked = sum(path.stat().st_size / path.stat().st_nlink for path in (work / "dump").iterdir()) - size
    print(
        f"everything takes {(size + linked) / 1e6:,.0f} MB of disk, {(size + linked) / triples:.0f} bytes a statement"
    )


class Readers:
    """Clients that ask for one page after another until they are told to stop."""

    def __init__(self, address: str, paths: list[str], clients: int) -> None:
        self._place = urlsplit(address).netloc
        self._stopping = threading.Event()
        self.times: list[float] = []
        self.failures = 0
        shares = [paths[number::clients] for number in range(clients)]
        self._threads = [threading.Thread(target=self._read, args=(share,)) for share in shares]
        for thread in self._threads:
            thread.start()

    def _read(self, paths: list[str]) -> None:
        connection = http.client.HTTPConnection(self._place, timeout=30)
        for path in paths:
            if self._stopping.is_set():
                break
            start = time.monotonic()
            connection.request("GET", path, headers={"Accept": "text/html"})
            response = connection.getresponse()
            response.read()
            self.times.append(time.monotonic() - start)
            self.failures += response.status != 200
        connection.close()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()


def told(name: str, readers: Readers, seconds: float) -> float:
    times = sorted(readers.times)
    print(
        f"{name:34} {len(times) / seconds:6.0f} pages/s  median {times[len(times) // 2] * 1000:.1f} ms  "
        f"99 % {times[len(times) * 99 // 100] * 1000:.0f} ms  failed {readers.failures}"
    )
    return len(times) / seconds


def measure_service(folder: Path, clients: int) -> None:
    snapshot = Snapshots(folder).current()
    quads = snapshot.store.quads_for_pattern(None, NamedNode(TYPE), NamedNode(PAPER), DefaultGraph())
    base = snapshot.manifest.base_iri
    paths = ["/page/" + str(quad.subject.value).removeprefix(base) for quad in islice(quads, 60_000)]
    with Service(folder, KG_EXPORTS="") as service:
        time.sleep(15)  # until what is asked most has been prepared
        readers = Readers(service.address, paths, clients)
        time.sleep(15)
        readers.stop()
        before = told("readers alone", readers, 15)
    with Service(folder) as service:
        while not list((snapshot.path / "exports").glob(".building-*")):
            time.sleep(0.1)
        start = time.monotonic()
        readers = Readers(service.address, paths[::-1], clients)
        while kept_dump(snapshot) is None and time.monotonic() - start < 60:
            time.sleep(0.2)
        seconds = time.monotonic() - start
        readers.stop()
        during = told("readers while dumps are made", readers, seconds)
        made = "made" if kept_dump(snapshot) else "not finished"
        print(f"{during / before:.2f} of the pages; the dump was {made} after {seconds:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--no-service", action="store_true")
    parser.add_argument("--no-building", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.store.resolve().parent, prefix="dumps-") as name:
        folder = Path(name) / "store"
        link_tree(arguments.store, folder)
        for snapshot in (folder / "snapshots").iterdir():
            shutil.rmtree(snapshot / "exports", ignore_errors=True)
        if not arguments.no_building:
            measure_building(folder, Path(name), arguments.runs)
        if not arguments.no_service:
            measure_service(folder, arguments.clients)


if __name__ == "__main__":
    main()
