"""A graph in a folder, loaded into paperkg and into every peer, once: what the benchmarks of servers share.

FOLDER/store        paperkg's store
FOLDER/kg.nt.gz     its dump
FOLDER/<peer>       what a peer makes of the dump
FOLDER/graph.json   how large it is, how long loading took, who is missing
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from bench.peers import Missing
from bench.servers import DUMP, CompactedOxigraph, Paperkg, RdflibEndpoint, Server, Virtuoso, run
from kg.dumps.formats import Choice
from kg.dumps.kept import kept
from kg.snapshots import Snapshots
from kg.store import StoreFolder

PEERS: dict[str, Callable[[Path], Server]] = {
    "Oxigraph": CompactedOxigraph,
    "Virtuoso": Virtuoso,
    "rdflib-endpoint": RdflibEndpoint,
}
_MOST_IN_MEMORY = 200_000  # statements; rdflib takes 2 kB and 30 µs for each, and as long again each time it is started
_DATA = Path(__file__).parents[2] / "shared" / "data"


class Graph:
    """A graph that was prepared, and the servers over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts: dict[str, Any] = json.loads((folder / "graph.json").read_text("utf-8"))

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def paperkg(self, name: str = "paperkg", **settings: str) -> Server:
        return Paperkg(self.folder, self.store, name, **settings)

    def peers(self) -> Iterator[Server]:
        """Those that have the graph."""
        for name in self.facts["loaded"]:
            yield PEERS[name](self.folder / name)


def prepare(folder: Path, records: Path | None, every: int = 1, store: Path | None = None) -> Graph:
    """Load every so many-th record of an ML Anthology folder, or the seeds if there is none, unless that was done.

    `store` is one that holds the graph already.
    """
    if (folder / "graph.json").exists():
        return Graph(folder)
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    if store:
        (folder / "store").symlink_to(store)
    elif records:
        source = records if every == 1 else sampled(records, every, folder / "records.jsonl.gz")
        _kg(folder, "load", "mlanthology", source, "--dataset", "mlanthology")
    else:
        seeds = Path(__file__).parents[1] / "seeds"
        _kg(folder, "load", "profile-page", seeds / "evan-hubinger.txt", seeds / "alignment-papers.txt")
    seconds = time.perf_counter() - began
    if not store:
        _settle(folder / "store")
    _kg(folder, "export", "--output", folder / DUMP)
    manifest = Snapshots(folder / "store").current().manifest
    facts: dict[str, Any] = {
        "statements": manifest.triples,
        "papers": manifest.counts.get("Paper", 0),
        "dump": (folder / DUMP).stat().st_size,
        "loaded": {},
        "missing": {},
        "paperkg seconds": None if store else round(seconds, 1),
    }
    for name in PEERS:
        _load_peer(folder, name, facts)
    (folder / "graph.json").write_text(json.dumps(facts, indent=1), "utf-8")
    return Graph(folder)


def _load_peer(folder: Path, name: str, facts: dict[str, Any]) -> None:
    """Or note why it is not there."""
    if name == "rdflib-endpoint" and facts["statements"] > _MOST_IN_MEMORY:
        facts["missing"][name] = f"holds its graph in memory; asked up to {_MOST_IN_MEMORY:,} statements only"
        return
    place = folder / name
    place.mkdir(exist_ok=True)
    if not (place / DUMP).exists():
        os.link(folder / DUMP, place / DUMP)
    try:
        server = PEERS[name](place)
    except Missing as missing:
        facts["missing"][name] = str(missing)
        return
    began = time.perf_counter()
    server.load()
    facts["loaded"][name] = round(time.perf_counter() - began, 1)


def _settle(store: Path) -> None:
    """Count what a service counts soon after it starts: how much each class and property is used."""
    snapshot = Snapshots(store).current()
    kept(snapshot, Choice.parse("nt"), StoreFolder(store), jobs=os.cpu_count() or 1)


def _kg(folder: Path, command: str, *arguments: object) -> None:
    run([sys.executable, "-m", "kg", "--store", str(folder / "store"), command, *map(str, arguments)], folder)


def sampled(folder: Path, every: int, output: Path) -> Path:
    """Every so many-th paper of an ML Anthology folder, as JSON Lines."""
    with gzip.open(output, "wb", compresslevel=3) as stream:
        for number, paper in enumerate(papers(folder)):
            if number % every == 0:
                stream.write(msgspec.json.encode(paper) + b"\n")
    return output


def papers(path: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(path.rglob("*.gz")):
        with gzip.open(file, "rb") as stream:
            if file.name.endswith(".jsonl.gz"):
                yield from map(json.loads, stream)
            else:
                yield from json.load(stream)["papers"]


def real_records() -> Path | None:
    """The ML Anthology beside the checkout, if it is there."""
    found = _DATA / "mlanthology"
    return found if found.is_dir() else None


def commit() -> str:
    """Which version of paperkg this is."""
    here = Path(__file__).parents[1]
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or "unknown"
