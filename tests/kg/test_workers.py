"""Queries in killable workers: right answers, limits that hold, and nothing left behind."""

from __future__ import annotations

import csv
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from kg import formats
from kg.errors import (
    QueryCancelled,
    QueryError,
    QueryMemory,
    QuerySyntaxError,
    QueryTimeout,
    QueueFull,
    ResultTooLarge,
    StoreError,
)
from kg.settings import Settings, read_settings
from kg.workers import QueryRequest, QueryResult, WorkerPool

ALL = "SELECT ?s ?o WHERE { ?s <http://example.org/p> ?o }"
TRIPLES = 300
NAMED = "http://example.org/g"
FROM_NAMED = "SELECT * FROM <http://example.org/g> { ?s ?p ?o }"
# Eight unbound patterns over 300 triples: no machine gets to the end of it, and a count needs no memory.
ENDLESS = f"SELECT (COUNT(*) AS ?n) WHERE {{ {' '.join(f'?a{i} ?b{i} ?c{i} .' for i in range(8))} }}"
BOMB = f"SELECT ?c0 ?c1 ?c2 WHERE {{ {' '.join(f'?a{i} ?b{i} ?c{i} .' for i in range(3))} }} GROUP BY ?c0 ?c1 ?c2"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what the Linux kernel does for workers")


@pytest.fixture(scope="module")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workers") / "store"
    store = pyoxigraph.Store(str(path))
    p = pyoxigraph.NamedNode("http://example.org/p")
    values = ['a "quoted" }},{', "<result>", "tab\tand backslash \\", "plain", "ünïcode 🎓"]
    store.extend(
        pyoxigraph.Quad(pyoxigraph.NamedNode(f"http://example.org/{i}"), p, pyoxigraph.Literal(f"{values[i % 5]} {i}"))
        for i in range(TRIPLES)
    )
    named = pyoxigraph.NamedNode(NAMED)
    store.add(pyoxigraph.Quad(named, p, pyoxigraph.Literal("in the named graph"), named))
    store.flush()
    return path


def _settings(tmp_path: Path, **changes: object) -> Settings:
    defaults: dict[str, object] = {"query_workers": 1, "query_timeout": 20, "query_memory": "600M"}
    return read_settings({}, store=tmp_path, **(defaults | changes))


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerPool]:
    pool = WorkerPool(_settings(tmp_path_factory.mktemp("spool"), query_workers=2))
    yield pool
    pool.close()


@pytest.fixture
def make_pool(tmp_path: Path) -> Iterator[Callable[..., WorkerPool]]:
    made: list[WorkerPool] = []

    def make(**changes: object) -> WorkerPool:
        made.append(WorkerPool(_settings(tmp_path, **changes)))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def _body(result: QueryResult) -> bytes:
    with result.body:
        return result.body.read()


def _rows(pool: WorkerPool, request: QueryRequest) -> int:
    result = pool.run(request)
    result.body.close()
    return result.rows


def _children() -> set[int]:
    """The processes started here that have not been waited for."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            found.add(int(stat.parent.name))
    return found


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


@pytest.mark.parametrize("result_format", formats.RESULT_FORMATS, ids=lambda known: known.name)
def test_a_result_is_what_evaluation_in_process_gives(
    pool: WorkerPool, store_path: Path, result_format: formats.ResultFormat
) -> None:
    expected = pyoxigraph.Store.read_only(str(store_path)).query(ALL).serialize(format=result_format.results_format)
    result = pool.run(QueryRequest(store_path, ALL, result_format.name))
    assert (result.rows, result.truncated, result.media_type) == (TRIPLES, False, result_format.media_type)
    assert result.size == len(expected or b"")
    assert _body(result) == expected


def test_only_a_long_result_takes_a_file(pool: WorkerPool, store_path: Path) -> None:
    for _ in range(2):
        for text, in_memory in ((f"{ALL} LIMIT 1", True), (ALL, False), (f"{ALL} LIMIT 2", True)):
            result = pool.run(QueryRequest(store_path, text, "xml"))
            assert isinstance(result.body, io.BytesIO) is in_memory
            assert _body(result).count(b"<result>") == result.rows


@pytest.mark.parametrize("graph_format", formats.GRAPH_FORMATS, ids=lambda known: known.name)
def test_a_graph_comes_in_every_format(pool: WorkerPool, store_path: Path, graph_format: formats.GraphFormat) -> None:
    result = pool.run(QueryRequest(store_path, "CONSTRUCT WHERE { ?s ?p ?o }", graph_format.name))
    parsed = pyoxigraph.parse(_body(result), format=graph_format.rdf_format)
    expected = pyoxigraph.Store.read_only(str(store_path)).quads_for_pattern(
        None, None, None, pyoxigraph.DefaultGraph()
    )
    assert {quad.triple for quad in parsed} == {quad.triple for quad in expected}
    assert result.rows == TRIPLES


@pytest.mark.parametrize("name", ["json", "xml"])
def test_ask_is_answered(pool: WorkerPool, store_path: Path, name: str) -> None:
    assert b"true" in _body(pool.run(QueryRequest(store_path, "ASK { ?s ?p ?o }", name)))


@pytest.mark.parametrize("truncate", [False, True])
@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT ?s { ?s <http://example.org/none> ?o }", 0),
        ("SELECT * { }", 1),
        ("SELECT ?nothing { ?s ?p ?o } LIMIT 3", 3),
        ('SELECT ?x ?y { VALUES (?x ?y) { (1 UNDEF) (UNDEF UNDEF) (UNDEF 2) (3 "}},{") (UNDEF UNDEF) } }', 5),
    ],
)
def test_rows_are_counted(pool: WorkerPool, store_path: Path, text: str, rows: int, name: str, truncate: bool) -> None:
    result = pool.run(QueryRequest(store_path, text, name, truncate=truncate))
    assert (result.rows, result.truncated) == (rows, False)
    _body(result)


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv", "turtle", "jsonld", "rdfxml"])
def test_the_row_cap_holds_to_the_row(make_pool: Callable[..., WorkerPool], store_path: Path, name: str) -> None:
    pool = make_pool(result_rows=10)
    form = "SELECT *" if name in ("json", "xml", "csv", "tsv") else "CONSTRUCT"
    text = f"{form} WHERE {{ ?s <http://example.org/p> ?o }} LIMIT "
    whole = pool.run(QueryRequest(store_path, text + "10", name))
    assert (whole.rows, whole.truncated) == (10, False)
    complete = _body(whole)
    with pytest.raises(ResultTooLarge, match=r"more than 10 rows \(KG_RESULT_ROWS\).*/export"):
        pool.run(QueryRequest(store_path, text + "11", name))
    cut = pool.run(QueryRequest(store_path, text + "11", name, truncate=True))
    assert (cut.rows, cut.truncated) == (10, True)
    assert _body(cut) == complete
    first = pool.run(QueryRequest(store_path, text + "10", name, truncate=True, most_rows=4))
    assert (first.rows, first.truncated) == (4, True)
    assert pool.run(QueryRequest(store_path, text + "11", name, truncate=True, most_rows=20)).rows == 10


def test_the_byte_cap_holds(make_pool: Callable[..., WorkerPool], store_path: Path) -> None:
    pool = make_pool(result_bytes=8192)
    with pytest.raises(ResultTooLarge, match=r"8,192 bytes \(KG_RESULT_BYTES\)"):
        pool.run(QueryRequest(store_path, ALL, "json"))
    with pytest.raises(ResultTooLarge, match="bytes"):
        pool.run(QueryRequest(store_path, "CONSTRUCT WHERE { ?s ?p ?o }", "ntriples"))
    cut = pool.run(QueryRequest(store_path, ALL, "json", truncate=True))
    assert cut.truncated
    assert len(json.loads(_body(cut))["results"]["bindings"]) == cut.rows < TRIPLES


def test_a_cut_result_keeps_its_terms(pool: WorkerPool, store_path: Path) -> None:
    values = '("x\\ty\\nz\\"" "chat"@fr) (1.5 <http://example.org/é>) (UNDEF true)'
    text = f"SELECT * {{ VALUES (?a ?b) {{ {values} }} BIND(BNODE() AS ?c) }}"
    whole, cut = (
        json.loads(_body(pool.run(QueryRequest(store_path, text, "json", truncate=truncate))))
        for truncate in (False, True)
    )
    for document in (whole, cut):
        for row in document["results"]["bindings"]:
            assert row.pop("c")["type"] == "bnode"
    assert whole == cut


def test_csv_with_line_breaks_in_values_is_never_counted_too_low(pool: WorkerPool, store_path: Path) -> None:
    result = pool.run(QueryRequest(store_path, 'SELECT ?x { VALUES ?x { "a\\r\\nb" "c\\nd" } }', "csv"))
    assert result.rows >= len(list(csv.reader(io.StringIO(_body(result).decode(), newline="")))) - 1 == 2


def test_a_syntax_error_names_its_place(pool: WorkerPool, store_path: Path) -> None:
    with pytest.raises(QuerySyntaxError, match=r"line 2, column 12, near '\?s \?p  }'.*expected") as caught:
        pool.run(QueryRequest(store_path, "SELECT * WHERE {\n   ?s ?p  }", "json"))
    assert (caught.value.line, caught.value.column) == (2, 12)


def test_a_format_of_the_wrong_kind_is_an_error(pool: WorkerPool, store_path: Path) -> None:
    with pytest.raises(QueryError, match="SELECT and ASK give a query result"):
        pool.run(QueryRequest(store_path, ALL, "turtle"))
    with pytest.raises(QueryError, match="CONSTRUCT and DESCRIBE give a graph"):
        pool.run(QueryRequest(store_path, "DESCRIBE <http://example.org/1>", "json"))


def test_a_missing_snapshot_is_an_error_of_the_store(pool: WorkerPool, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot read the snapshot"):
        pool.run(QueryRequest(tmp_path / "nowhere", ALL, "json"))


@pytest.mark.parametrize(
    ("text", "default_graphs", "named_graphs", "rows"),
    [
        ("SELECT * { ?s ?p ?o }", None, None, TRIPLES),
        ("SELECT * { ?s ?p ?o }", (NAMED,), None, 1),
        ("SELECT * { ?s ?p ?o }", ("http://example.org/none",), None, 0),
        ("SELECT * { ?s ?p ?o }", None, (NAMED,), 0),
        (FROM_NAMED, None, None, 1),
        (FROM_NAMED, ("http://example.org/none",), None, 0),
        ("SELECT * FROM <http://example.org/none> { ?s ?p ?o }", None, None, 0),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", None, None, 1),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", (NAMED,), None, 0),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", None, (NAMED,), 1),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", None, ("http://example.org/none",), 0),
    ],
)
def test_the_dataset_asked_for_is_the_dataset_queried(
    pool: WorkerPool,
    store_path: Path,
    text: str,
    default_graphs: tuple[str, ...] | None,
    named_graphs: tuple[str, ...] | None,
    rows: int,
) -> None:
    request = QueryRequest(store_path, text, "tsv", default_graphs=default_graphs, named_graphs=named_graphs)
    result = pool.run(request)
    assert len(_body(result).splitlines()) - 1 == result.rows == rows


def test_relative_iris_resolve_against_the_base(pool: WorkerPool, store_path: Path) -> None:
    base = "http://example.org/sparql"
    assert _rows(pool, QueryRequest(store_path, "SELECT ?o { <7> ?p ?o }", "tsv", base_iri=base)) == 1
    of_named = QueryRequest(store_path, "SELECT ?o { <g> ?p ?o }", "tsv", base_iri=base, default_graphs=(NAMED,))
    assert _rows(pool, of_named) == 1


def test_each_request_reads_the_snapshot_it_names(pool: WorkerPool, store_path: Path, tmp_path: Path) -> None:
    for i in range(4):
        other = pyoxigraph.Store(str(tmp_path / str(i)))
        other.update(f"INSERT DATA {{ <http://example.org/s> <http://example.org/p> {i} }}")
        other.flush()
        del other
    for _ in range(2):
        for i in range(4):
            assert f"{i}" in _body(pool.run(QueryRequest(tmp_path / str(i), ALL, "csv"))).decode()
    assert _rows(pool, QueryRequest(store_path, ALL, "csv")) == TRIPLES


def test_past_its_deadline_a_query_ends_and_the_next_is_answered(
    make_pool: Callable[..., WorkerPool], store_path: Path, tmp_path: Path
) -> None:
    pool = make_pool()
    before = _children()
    for _ in range(3):
        with pytest.raises(QueryTimeout, match=r"longer than 0\.3 s"):
            pool.run(QueryRequest(store_path, ENDLESS, "json", timeout=0.3))
        assert _rows(pool, QueryRequest(store_path, ALL, "json")) == TRIPLES
    assert len(_children()) == len(before)
    assert not list(tmp_path.iterdir())


def test_a_request_can_lower_the_timeout_but_not_raise_it(
    make_pool: Callable[..., WorkerPool], store_path: Path
) -> None:
    pool = make_pool(query_timeout=0.3)
    with pytest.raises(QueryTimeout, match=r"longer than 0\.3 s"):
        pool.run(QueryRequest(store_path, ENDLESS, "json", timeout=1000))


def test_a_query_that_outgrows_its_memory_ends_alone(
    capfd: pytest.CaptureFixture[str], make_pool: Callable[..., WorkerPool], store_path: Path
) -> None:
    pool = make_pool(query_timeout=300)  # filling the memory takes as long as the machine lets it
    with pytest.raises(QueryMemory, match="more memory"):
        pool.run(QueryRequest(store_path, BOMB, "json"))
    assert _rows(pool, QueryRequest(store_path, ALL, "json")) == TRIPLES
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { " + "{" * 20000 + "}" * 20000 + " }",
        "ASK { FILTER(" + "(" * 20000 + "1" + ")" * 20000 + ") }",
        "SELECT * { ?s " + "(" * 20000 + "<http://example.org/p>" + ")" * 20000 + " ?o }",
        "SELECT * { ?s ?p " + "[ <http://example.org/p> " * 20000 + "1" + " ]" * 20000 + " }",
    ],
    ids=["groups", "expressions", "paths", "blank-nodes"],
)
def test_deep_nesting_ends_one_worker_only(pool: WorkerPool, store_path: Path, text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        pool.run(QueryRequest(store_path, text, "json"))
    assert _rows(pool, QueryRequest(store_path, ALL, "json")) == TRIPLES


def _in_background(executor: ThreadPoolExecutor, pool: WorkerPool, request: QueryRequest) -> Future[Any]:
    return executor.submit(pool.run, request)


def test_more_queries_than_may_wait_are_refused(make_pool: Callable[..., WorkerPool], store_path: Path) -> None:
    pool = make_pool(query_queue=1)
    running, waiting = (QueryRequest(store_path, ENDLESS, "json") for _ in range(2))
    with ThreadPoolExecutor() as executor:
        first = _in_background(executor, pool, running)
        _wait_until(lambda: pool.running == 1)
        second = _in_background(executor, pool, waiting)
        _wait_until(lambda: pool.waiting == 1)
        with pytest.raises(QueueFull, match="too many"):
            pool.run(QueryRequest(store_path, ALL, "json"))
        pool.cancel(waiting)
        with pytest.raises(QueryCancelled):
            second.result()
        assert (pool.running, pool.waiting) == (1, 0)
        with pytest.raises(QueueFull, match=r"no query worker was free within 0\.1 s"):
            pool.run(QueryRequest(store_path, ALL, "json", timeout=0.1))
        pool.cancel(running)
        with pytest.raises(QueryCancelled):
            first.result()
    assert _rows(pool, QueryRequest(store_path, ALL, "json")) == TRIPLES
    pool.cancel(running)  # long over: nothing happens
    assert _rows(pool, QueryRequest(store_path, ALL, "json")) == TRIPLES


def test_who_came_first_goes_first(
    make_pool: Callable[..., WorkerPool], store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.workers.pool._HELD_UP", 3600)  # so that nobody has a try
    pool = make_pool()
    running = QueryRequest(store_path, ENDLESS, "json")
    with ThreadPoolExecutor() as executor:
        futures = [_in_background(executor, pool, running)]
        _wait_until(lambda: pool.running == 1)
        for _ in range(3):
            first = QueryRequest(store_path, ENDLESS, "json")
            futures.append(_in_background(executor, pool, first))
            _wait_until(lambda: pool.waiting == 1)
            others = [executor.submit(_rows, pool, QueryRequest(store_path, ALL, "json")) for _ in range(3)]
            _wait_until(lambda: pool.waiting == 4)
            pool.cancel(running)
            _wait_until(futures[-2].done)
            _wait_until(lambda: (pool.running, pool.waiting) == (1, 3))
            assert not any(other.done() for other in others), "they came after one that does not end"
            pool.cancel(first)
            assert [other.result() for other in others] == [TRIPLES] * 3
            running = QueryRequest(store_path, ENDLESS, "json")
            futures.append(_in_background(executor, pool, running))
            _wait_until(lambda: pool.running == 1)
        pool.cancel(running)
        for future in futures:
            with pytest.raises(QueryCancelled):
                future.result()


def test_quick_queries_get_past_as_many_slow_ones_as_there_are_workers(
    make_pool: Callable[..., WorkerPool], store_path: Path
) -> None:
    pool = make_pool(query_workers=2, query_timeout=120)
    slow = [QueryRequest(store_path, ENDLESS, "json") for _ in range(5)]
    with ThreadPoolExecutor() as executor:
        futures = [_in_background(executor, pool, request) for request in slow]
        _wait_until(lambda: (pool.running, pool.waiting) == (2, 3))
        for _ in range(3):
            assert _rows(pool, QueryRequest(store_path, ALL, "json")) == TRIPLES
        # Those that do not get ready in the time of a try wait in their order.
        _wait_until(lambda: (pool.running, pool.waiting) == (2, 3))
        assert [(turn.request, turn.is_running) for turn in pool.turns()] == [
            (request, number < 2) for number, request in enumerate(slow)
        ]
        pool.cancel(slow[0])
        _wait_until(lambda: (pool.running, pool.waiting) == (2, 2))
        assert [turn.request for turn in pool.turns() if turn.is_running] == slow[1:3]
        for request in slow[1:]:
            pool.cancel(request)
        for future in futures:
            with pytest.raises(QueryCancelled):
                future.result()
    assert _rows(pool, QueryRequest(store_path, ALL, "json")) == TRIPLES


def test_a_try_does_not_last_longer_than_the_query_may(make_pool: Callable[..., WorkerPool], store_path: Path) -> None:
    pool = make_pool(query_timeout=120)
    running = QueryRequest(store_path, ENDLESS, "json")
    with ThreadPoolExecutor() as executor:
        future = _in_background(executor, pool, running)
        _wait_until(lambda: pool.running == 1)
        time.sleep(1.1)
        with pytest.raises(QueryTimeout, match=r"longer than 0\.5 s"):
            pool.run(QueryRequest(store_path, ENDLESS, "json", timeout=0.5))
        # Longer than a try, and than a worker takes to start on a machine that has much to do.
        with pytest.raises(QueueFull, match="no query worker was free within 5 s"):
            pool.run(QueryRequest(store_path, ENDLESS, "json", timeout=5))
        assert (pool.running, pool.waiting) == (1, 0)
        pool.cancel(running)
        with pytest.raises(QueryCancelled):
            future.result()


def test_many_threads_get_their_own_answers(pool: WorkerPool, store_path: Path) -> None:
    def ask(i: int) -> bool:
        request = QueryRequest(store_path, f"SELECT ?o {{ <http://example.org/{i % TRIPLES}> ?p ?o }}", "csv")
        return _body(pool.run(request)).decode().strip().endswith(f" {i % TRIPLES}") or i % 5 == 0

    with ThreadPoolExecutor(8) as executor:
        assert all(executor.map(ask, range(400)))


@LINUX
def test_workers_that_die_while_idle_are_replaced(make_pool: Callable[..., WorkerPool], store_path: Path) -> None:
    before = _children()
    pool = make_pool(query_workers=2)
    assert _rows(pool, QueryRequest(store_path, ALL, "json")) == TRIPLES
    workers = _children() - before
    assert len(workers) == 3
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    _wait_until(lambda: all(map(_is_gone, workers)))
    for _ in range(5):
        assert _rows(pool, QueryRequest(store_path, ALL, "json")) == TRIPLES
    assert not workers & _children()


@LINUX
def test_closing_leaves_no_process_and_no_file(
    make_pool: Callable[..., WorkerPool], store_path: Path, tmp_path: Path
) -> None:
    before = _children()
    pool = make_pool()
    with ThreadPoolExecutor() as executor:
        futures = [_in_background(executor, pool, QueryRequest(store_path, ENDLESS, "json")) for _ in range(3)]
        _wait_until(lambda: (pool.running, pool.waiting) == (1, 2))
        pool.close()
        for future in futures:
            with pytest.raises(QueueFull, match="stopping"):
                future.result()
    assert _children() == before
    assert not list(tmp_path.iterdir())
    with pytest.raises(QueueFull, match="stopping"):
        pool.run(QueryRequest(store_path, ALL, "json"))


@LINUX
def test_workers_end_with_the_process_that_started_them(store_path: Path, tmp_path: Path) -> None:
    program = f"""
import sys, threading
sys.path[:0] = {[entry for entry in sys.path if entry]!r}
from pathlib import Path
from kg.settings import read_settings
from kg.workers import QueryRequest, WorkerPool
pool = WorkerPool(read_settings({{}}, store={str(tmp_path)!r}, query_workers=1, query_memory="600M"))
threading.Thread(target=pool.run, args=[QueryRequest(Path({str(store_path)!r}), {ENDLESS!r}, "json")]).start()
while not pool.running: pass
print(*(int(w._process.pid) for w in [*pool._idle, *(turn.worker for turn in pool._running)]), flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(workers) == 2
        # the busy one has begun when it has used the processor for longer than starting takes
        _wait_until(lambda: any(_processor_time(pid) > 0.5 for pid in workers))
        parent.kill()
    _wait_until(lambda: all(map(_is_gone, workers)))


def _processor_time(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _is_gone(pid: int) -> bool:
    """With all its threads: the first of them may have ended, which the process shows, while others have not."""
    try:
        is_ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in ("Z", "X")
        return is_ended and len(list(Path(f"/proc/{pid}/task").iterdir())) <= 1
    except OSError:
        return True


@LINUX
def test_a_worker_has_its_limits_and_none_of_our_secrets(
    make_pool: Callable[..., WorkerPool], store_path: Path
) -> None:
    before = _children()
    pool = make_pool(query_memory="700M")
    _rows(pool, QueryRequest(store_path, ALL, "json"))
    for worker in _children() - before:
        _wait_until(lambda worker=worker: "Seccomp:\t2" in Path(f"/proc/{worker}/status").read_text())  # type: ignore[misc]
        limits = Path(f"/proc/{worker}/limits").read_text()
        assert any(
            line.split()[3:5] == [str(700 * 2**20)] * 2 for line in limits.splitlines() if "address space" in line
        )
        environment = Path(f"/proc/{worker}/environ").read_text().split("\0")
        assert {entry.partition("=")[0] for entry in environment} - {""} <= {
            "PYTHONPATH",
            "RUST_BACKTRACE",
            "MALLOC_ARENA_MAX",
            "LC_CTYPE",  # set by the interpreter
        }
        _wait_until(lambda worker=worker: os.getpriority(os.PRIO_PROCESS, worker) == 15)  # type: ignore[misc]


def _reaches(port_listener: socket.socket, attempt: Callable[[], object]) -> bool:
    """Whether anything connects to the listener while `attempt` runs in a thread."""
    thread = threading.Thread(target=attempt)
    thread.start()
    reached = False
    while thread.is_alive() and not reached:
        reached = bool(select.select([port_listener], [], [], 0.02)[0])
    if reached:
        port_listener.accept()[0].close()
    thread.join()
    return reached or bool(select.select([port_listener], [], [], 0)[0])


@LINUX
def test_a_worker_reaches_no_address(pool: WorkerPool, store_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
        text = f"SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}"
        request = QueryRequest(store_path, text, "json")

        def in_process() -> object:
            return list(pyoxigraph.Store().query(text))  # type: ignore[arg-type]

        assert _reaches(listener, in_process), "the control: without a sandbox it is reached"
        assert not _reaches(listener, lambda: _rows(pool, request))
        with pytest.raises(QueryError, match="denied"):
            pool.run(QueryRequest(store_path, text.replace("SILENT", ""), "json"))


@LINUX
def test_the_sandbox_refuses_sockets_and_programs() -> None:
    program = f"""
import os, socket, sys
sys.path[:0] = {[entry for entry in sys.path if entry]!r}
from kg.workers.sandbox import confine
left, right = socket.socketpair()
if not confine():
    sys.exit(77)
def refused(what, *arguments):
    try:
        what(*arguments)
    except PermissionError:
        return True
    return False
assert refused(socket.socket, socket.AF_INET)
assert refused(socket.socket, socket.AF_INET6)
assert refused(socket.socket, socket.AF_UNIX)
assert refused(socket.create_connection, ("127.0.0.1", 9))
assert refused(os.execv, "/bin/true", ["true"])
left.sendall(b"still open")
assert right.recv(100) == b"still open"
"""
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    if finished.returncode == 77:
        pytest.skip("this system has no seccomp filter for its processor")
    assert finished.returncode == 0, finished.stderr
