"""What isolation costs, and what it is for: python bench/isolation.py [--store SNAPSHOT/store] [--memory 1G].

Ratios of a query in a worker to the same query in process, and a row of attacks while another client asks ordinary
queries. Without --store it makes a graph of 600,000 triples. Everything runs at the priority of the workers, so that
on a busy machine the two sides are equals.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, QueryTriples

from kg.errors import KGError, QueryError
from kg.formats import GRAPH_FORMATS, RESULT_FORMATS, GraphFormat, ResultFormat
from kg.settings import read_settings
from kg.workers import QueryRequest, WorkerPool

POINT = "SELECT ?p ?o WHERE { <http://example.org/paper/77> ?p ?o }"
EVERYTHING = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 500000"
GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 500000"
BRACKETS = 20_000
DOUBLINGS = " ".join(f"BIND(CONCAT(?a{i}, ?a{i}) AS ?a{i + 1})" for i in range(40))
CARTESIAN = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
REPEATS = f"REGEX('{'a' * 5000}!', '^((a+)+)+$')"
ATTACKS = {
    "GROUP BY over three unbound patterns": f"SELECT (COUNT(*) AS ?n) WHERE {{ {CARTESIAN} }} GROUP BY ?c ?f ?i",
    "ORDER BY over a Cartesian product": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    "Cartesian product, counted": f"SELECT (COUNT(*) AS ?n) WHERE {{ {CARTESIAN} }}",
    "Cartesian product, sent": f"SELECT * WHERE {{ {CARTESIAN} }}",
    "20,000 nested groups": "SELECT * WHERE { " + "{" * BRACKETS + "}" * BRACKETS + " }",
    "20,000 nested brackets": "ASK { FILTER(" + "(" * BRACKETS + "1" + ")" * BRACKETS + ") }",
    "a string doubled 40 times": f"SELECT * WHERE {{ BIND('xxxxxxxx' AS ?a0) {DOUBLINGS} }}",
    "regular expression with nested repeats": f"SELECT * WHERE {{ ?s ?p ?o FILTER({REPEATS}) }}",
    "path (<x:a>|!<x:a>)* between unbound ends": "SELECT * WHERE { ?s (<x:a>|!<x:a>)* ?o }",
    "SERVICE past the policy": "SELECT * WHERE { SERVICE <http://127.0.0.1:8000/sparql> { ?s ?p ?o } }",
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--store", type=Path, help="a snapshot's store; by default one is made")
    arguments.add_argument("--memory", default="1G", help="address space of a worker")
    arguments.add_argument("--timeout", default="5", help="seconds that an attack may take")
    options = arguments.parse_args()
    os.setpriority(os.PRIO_PROCESS, 0, 15)
    with tempfile.TemporaryDirectory() as folder:
        path = options.store or make_store(Path(folder) / "store")
        settings = read_settings({}, store=folder, query_workers=2, query_memory=options.memory)
        pool = WorkerPool(settings)
        try:
            compare_point_queries(pool, path)
            compare_large_results(pool, path, Path(folder) / "in-process")
            survive(pool, path, float(options.timeout))
        finally:
            pool.close()


def make_store(path: Path) -> Path:
    print("making a graph of 600,000 triples")
    pyoxigraph.Store(str(path)).bulk_extend(_quads())
    return path


def _quads() -> Iterator[Quad]:
    title, author, year = (NamedNode(f"http://example.org/{name}") for name in ("title", "author", "year"))
    for i in range(200_000):
        paper = NamedNode(f"http://example.org/paper/{i}")
        yield Quad(paper, title, Literal(f"The title of paper {i}, with as many words as titles have"))
        yield Quad(paper, author, NamedNode(f"http://example.org/author/{i % 5000}"))
        yield Quad(paper, year, Literal(2000 + i % 25))


def compare_point_queries(pool: WorkerPool, path: Path) -> None:
    store = pyoxigraph.Store.read_only(str(path))

    def in_process() -> None:
        result = store.query(POINT)
        assert isinstance(result, QuerySolutions)
        result.serialize(format=RESULT_FORMATS[0].results_format)

    def in_worker() -> None:
        with pool.run(QueryRequest(path, POINT, "json")).body as body:
            body.read()

    inside, outside = median_seconds(in_process, in_worker, 1000)
    print(f"\npoint query, median of 1000: in process {inside * 1000:.3f} ms, in a worker {outside * 1000:.3f} ms")
    print(f"  isolation costs {(outside - inside) * 1000:.3f} ms a query")


def median_seconds(one: Callable[[], None], other: Callable[[], None], times: int) -> tuple[float, float]:
    """Of each, run by turns, so that what else the machine does falls on both."""
    taken: tuple[list[float], list[float]] = [], []
    for _ in range(times):
        for run, seconds in zip((one, other), taken, strict=True):
            started = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - started)
    return statistics.median(taken[0]), statistics.median(taken[1])


def compare_large_results(pool: WorkerPool, path: Path, output: Path) -> None:
    print(
        "\n500,000 rows until the first byte can be sent, median of 5 (in process: evaluated and serialised to a file)"
    )
    store = pyoxigraph.Store.read_only(str(path))
    formats: tuple[GraphFormat | ResultFormat, ...] = (*RESULT_FORMATS, *GRAPH_FORMATS[:3])
    for known in formats:
        text = GRAPH if isinstance(known, GraphFormat) else EVERYTHING

        def in_process(known: GraphFormat | ResultFormat = known, text: str = text) -> None:
            result = store.query(text)
            if isinstance(known, GraphFormat) and isinstance(result, QueryTriples):
                result.serialize(str(output), known.rdf_format)
            elif isinstance(known, ResultFormat) and isinstance(result, QuerySolutions):
                result.serialize(str(output), known.results_format)

        def in_worker(known: GraphFormat | ResultFormat = known, text: str = text) -> None:
            with pool.run(QueryRequest(path, text, known.name)).body as body:
                body.read(1)

        inside, outside = median_seconds(in_process, in_worker, 5)
        print(f"  {known.name:10} in process {inside:.2f} s, in a worker {outside:.2f} s: {outside / inside:.2f} x")


def survive(pool: WorkerPool, path: Path, timeout: float) -> None:
    print(f"\nattacks, {timeout:g} s each, one at a time, while another client asks the point query")
    done = threading.Event()
    ordinary: list[float] = []
    failed: list[KGError] = []

    def ask() -> None:
        while not done.wait(0.01):
            started = time.perf_counter()
            try:
                pool.run(QueryRequest(path, POINT, "json")).body.close()
            except KGError as error:
                failed.append(error)
            ordinary.append(time.perf_counter() - started)

    client = threading.Thread(target=ask)
    client.start()
    for name, text in ATTACKS.items():
        started = time.perf_counter()
        try:
            pool.run(QueryRequest(path, text, "json", timeout=timeout)).body.close()
            outcome = "answered"
        except KGError as error:
            outcome = type(error).__name__ if isinstance(error, QueryError) else str(error)
        print(f"  {name:42} {outcome:17} {time.perf_counter() - started:6.2f} s")
    done.set()
    client.join()
    middle, late, last = (sorted(ordinary)[len(ordinary) * part // 1000] * 1000 for part in (500, 990, 999))
    print(f"  ordinary queries meanwhile: {len(ordinary)}, {len(failed)} failed; median {middle:.2f} ms,")
    print(f"  99th percentile {late:.1f} ms, 99.9th {last:.1f} ms")


if __name__ == "__main__":
    main()
