"""What it takes to describe things: python bench/descriptions.py STORE [--hubs 200] [--others 200].

The things of a store to which most statements point, and random ones of each kind, in every format, through the whole
application without its cache. Each is asked twice: the first time much is still read from the disk, the second time it
is not. Prints milliseconds of processor time, which other work on the machine disturbs least, and of the clock, the
second time; the longest that a first time took; and the largest answers in kilobytes.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Store

from kg import namespaces as ns
from kg.citations import CITATION_FORMATS
from kg.linked_papers import LINKS
from kg.resources import KINDS
from kg.settings import read_settings
from kg.snapshots import Snapshots
from server import create_app
from server.citations import citation_formats
from server.resources import DATA_FORMATS
from server.state import state_of

HUBS = "SELECT ?o (COUNT(*) AS ?links) { ?s ?p ?o FILTER isIRI(?o) } GROUP BY ?o ORDER BY DESC(?links) LIMIT 5000"
BOUND_MS, BOUND_KB = 100, 1000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("store", type=Path)
    arguments.add_argument("--hubs", type=int, default=200)
    arguments.add_argument("--others", type=int, default=200, help="of each kind")
    options = arguments.parse_args()
    app = create_app(read_settings({}, store=options.store, cache_bytes=0, query_workers=1, canned_workers=1))
    try:
        snapshot = Snapshots(options.store).current()
        base = snapshot.manifest.base_iri
        hubs = list(biggest(snapshot.store, base, options.hubs))
        others = list(some_of_each_kind(snapshot.store, base, options.others))
        for name, paths in (("hubs", hubs), ("others", others)):
            report(name, len(paths), measured(app.test_client(), paths))
    finally:
        state_of(app).close()


def biggest(store: Store, base: str, count: int) -> Iterator[str]:
    """The paths of the things with most statements about them, of kinds that have pages."""
    solutions: Any = store.query(HUBS)
    kinds = set(KINDS.values())
    found = (solution["o"].value.removeprefix(base) for solution in solutions)
    paths = [path for path in found if path.partition("/")[0] in kinds and "#" not in path]
    return iter(paths[:count])


def some_of_each_kind(store: Store, base: str, count: int) -> Iterator[str]:
    chosen = random.Random(1)
    for class_iri, kind in KINDS.items():
        quads = store.quads_for_pattern(None, NamedNode(ns.TYPE), NamedNode(class_iri), None)
        paths = [quad.subject.value.removeprefix(base) for quad in quads]
        own = [path for path in paths if path.startswith(f"{kind}/")]
        yield from chosen.sample(own, min(count, len(own)))


class Measure(NamedTuple):
    """Of one thing in one format; milliseconds and bytes."""

    first: float
    second: float
    processor: float
    size: int
    path: str


def measured(client: FlaskClient, paths: list[str]) -> dict[str, list[Measure]]:
    """By format."""
    found = defaultdict(list)
    gc.disable()
    for path in paths:
        kind = path.partition("/")[0]
        addresses = {"page": f"/page/{path}"}
        addresses |= {known.name: f"/data/{path}.{known.extension}" for known in DATA_FORMATS}
        addresses |= {known.name: f"/data/{path}.{known.extension}" for known in citation_formats(kind)}
        addresses |= {"incoming": f"/incoming/{path}"}
        addresses |= {"network": f"/network/{path}.json"} if kind in LINKS else {}
        for name, address in addresses.items():
            first, _, _ = timed(client, address)
            found[name].append(Measure(first, *timed(client, address), path))
        gc.collect()
    return found


def timed(client: FlaskClient, address: str) -> tuple[float, float, int]:
    """By the clock and by the processor, and the size."""
    start, start_processor = time.perf_counter(), time.process_time()
    response = client.get(address, headers={"Accept": "text/html, */*;q=0.1"})
    size = len(response.data)
    if response.status_code != 200:
        print(f"{response.status_code} {address}")
    return (time.perf_counter() - start) * 1000, (time.process_time() - start_processor) * 1000, size


def report(name: str, count: int, found: dict[str, list[Measure]]) -> None:
    print(f"{count} {name}: processor, median worst >{BOUND_MS} | clock, median worst | first, worst | kB, slowest")
    order = [
        "page",
        *(known.name for known in DATA_FORMATS),
        *(known.name for known in CITATION_FORMATS),
        "incoming",
        "network",
    ]
    for format_name in filter(found.__contains__, order):
        rows = found[format_name]
        worst = max(rows, key=lambda row: row.processor)
        slow = sum(row.processor > BOUND_MS for row in rows)
        largest = max(row.size for row in rows) / 1000
        processor, clock = [row.processor for row in rows], [row.second for row in rows]
        print(
            f"  {format_name:10} {statistics.median(processor):7.1f} {worst.processor:7.1f} {slow:4}"
            f" | {statistics.median(clock):7.1f} {max(clock):7.1f} | {max(row.first for row in rows):7.1f}"
            f" | {largest:7.1f}{' !' if largest > BOUND_KB else ''} {worst.path}"
        )


if __name__ == "__main__":
    main()
