"""What the first view of a page takes: python bench/first_views.py STORE [--things 3] [--rounds 1] [--published COPY]

Pages of each kind, of things the largest and those to which most statements point, and all that stands in the
navigation, through a real `kg serve`. Right after a start: each page is the first that a service of its own is asked
for. One after the other: all are asked once. With COPY, a copy of the store that may be written to, also right after
another snapshot was published: each page is the first that is asked for of a snapshot of its own.

Milliseconds by the clock, of several rounds the least, so that little else should be running; what the disk gives was
read before.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

from pyoxigraph import DefaultGraph, NamedNode

from bench.service import AUTHORISED, Service
from kg.linked_papers import LINKS
from kg.snapshots import Snapshot, Snapshots

BOUND = 300
UPDATE = 'INSERT DATA { <https://example.org/bench> <http://purl.org/dc/terms/title> "%d" }'
OF_ITSELF = ("/", "/queries", "/queries/author/most-prolific-authors", "/schema", "/sparql", "/editor", "/dataset")
OTHERS = ("/docs", "/ontology", "/changes", "/export", "/validation", "/search", "/compare", "/path", "/curation")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--things", type=int, default=3, help="of each kind, by papers")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--published", type=Path, metavar="COPY")
    options = parser.parse_args()
    snapshot = Snapshots(options.store).current()
    paths = [*OF_ITSELF, *OTHERS, *of_things(snapshot, options.things)]
    quiet = {"KG_EXPORTS": "", "KG_WORKERS": "1"}
    with Service(options.store, **quiet) as service:
        for _ in range(2):  # what is on the disk is read, twice as some blocks push out others
            all_once(service, paths)
    started = partial(after_a_start, options.store, quiet)
    report("right after a start", least(started, paths, options.rounds))
    with Service(options.store, **quiet) as service:
        report("one after the other", all_once(service, paths))
    if options.published:
        with Service(options.published, **quiet) as service:
            report("right after publishing", least(partial(first_of, service), paths, options.rounds))


def of_things(snapshot: Snapshot, count: int) -> Iterator[str]:
    """Pages of things, the searches that find them, and what leads from one to another."""
    base = snapshot.manifest.base_iri
    for kind in (*LINKS, "paper"):
        hits = snapshot.index.search("", kind, 50, sort="cited").hits
        most_pointed_to = max(hits, key=lambda hit: pointing(snapshot, hit.iri))
        for hit in dict.fromkeys([*hits[:count], most_pointed_to]):
            yield f"/page/{quote(hit.iri.removeprefix(base), safe='/:()%')}"
        yield f"/search?q={quote(hits[0].label[:80])}"
    one, other = (
        quote(hit.iri.removeprefix(base)) for hit in snapshot.index.search("", "author", 2, sort="cited").hits
    )
    yield f"/compare?a={one}&b={other}"
    yield f"/path?from={one}&to={other}"
    yield f"/network/{one}.json"
    yield "/search?q=graph+neural+networks"


def pointing(snapshot: Snapshot, iri: str) -> int:
    quads = snapshot.store.quads_for_pattern(None, None, NamedNode(iri), DefaultGraph())
    return sum(1 for _ in quads)


def after_a_start(store: Path, settings: dict[str, str], path: str) -> float:
    with Service(store, **settings) as service:
        return asked(service, path)


def all_once(service: Service, paths: list[str]) -> dict[str, float]:
    return {path: asked(service, path) for path in paths}


def first_of(service: Service, path: str) -> float:
    publish(service)
    return asked(service, path)


def least(ask: Callable[[str], float], paths: list[str], rounds: int) -> dict[str, float]:
    return {path: min(ask(path) for _ in range(rounds)) for path in paths}


def publish(service: Service) -> None:
    """A snapshot of its own: what was written differs from what was written before."""
    connection = http.client.HTTPConnection(urlsplit(service.address).netloc)
    headers = AUTHORISED | {"Content-Type": "application/sparql-update"}
    connection.request("POST", "/sparql", UPDATE % time.time_ns(), headers)
    response = connection.getresponse()
    response.read()
    assert response.status < 300, response.status


def asked(service: Service, path: str) -> float:
    """Milliseconds until the page is there as a whole."""
    connection = http.client.HTTPConnection(urlsplit(service.address).netloc)
    start = time.perf_counter()
    connection.request("GET", path, headers={"Accept": "text/html, */*;q=0.1"})
    response = connection.getresponse()
    response.read()
    milliseconds = (time.perf_counter() - start) * 1000
    if response.status != 200:
        print(f"{response.status} {path}")
    connection.close()
    return milliseconds


def report(name: str, found: dict[str, float]) -> None:
    worst = sorted(found.items(), key=lambda item: -item[1])
    above = sum(taken > BOUND for taken in found.values())
    print(f"{name}: {len(found)} pages, median {statistics.median(found.values()):.0f} ms, {above} above {BOUND} ms")
    for path, taken in worst[:8]:
        print(f"  {taken:7.1f} {path}")


if __name__ == "__main__":
    main()
