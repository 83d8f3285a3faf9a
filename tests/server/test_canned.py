"""Canned queries have workers of their own: bounded as clients' queries are, and not to be filled by these."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from kg.errors import QueryCancelled
from kg.settings import read_settings
from kg.workers import QueryRequest
from server import create_app, queries
from server.canned import CannedAnswers
from server.state import state_of

PATTERNS = [f"?a{i} ?b{i} ?c{i} ." for i in range(8)]
# No machine gets to the end of the first, and the second is of no memory's length, after a moment's work.
ENDLESS = f"SELECT (COUNT(*) AS ?n) WHERE {{ {' '.join(PATTERNS)} }}"
DOUBLED = [f"BIND(CONCAT(?s{i}, ?s{i}) AS ?s{i + 1})" for i in range(40)]
BOMB = f"SELECT ?s40 WHERE {{ ?a ?b ?c BIND(STR(?a) AS ?s0) {' '.join(DOUBLED)} }}"
ROWS = "SELECT ?a0 ?b0 ?c0 ?c1 WHERE { ?a0 ?b0 ?c0 . ?a1 ?b1 ?c1 } LIMIT 2"
TOKEN = {"Authorization": "Bearer s3cret"}


def _front_matter(title: str, parameters: str = "") -> str:
    return f"#+ title = '{title}'\n#+ description = '{title}.'\n{parameters}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Canned queries: one that never ends, one that takes all memory, and one that is answered at once."""
    limit = "#+ [parameters.limit]\n#+ type = 'integer'\n#+ label = 'Rows'\n"
    (tmp_path / "queries" / "paper").mkdir(parents=True)
    for name, text in {
        "endless": _front_matter("Endless") + ENDLESS,
        "bomb": _front_matter("Bomb") + BOMB,
        "rows": _front_matter("Rows", limit) + ROWS,
    }.items():
        (tmp_path / "queries" / "paper" / f"{name}.rq").write_text(text)
    return tmp_path / "queries"


@pytest.fixture
def make_app(folder: Path, seeded_store_folder: Path) -> Iterator[Callable[..., Flask]]:
    made: list[Flask] = []

    def make(**changes: object) -> Flask:
        defaults: dict[str, object] = {"query_workers": 1, "query_memory": "600M", "write_token": "s3cret"}
        made.append(create_app(read_settings({}, store=seeded_store_folder, **(defaults | changes)), folder))
        return made[-1]

    yield make
    for app in made:
        state_of(app).close()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


def test_one_that_never_ends_is_a_504_and_keeps_nobody_waiting(make_app: Callable[..., Flask]) -> None:
    app = make_app(canned_workers=2, query_timeout=4)
    state, client = state_of(app), app.test_client()
    _until(lambda: client.get("/queries/paper/rows.csv").status_code == 200)
    with ThreadPoolExecutor() as executor:
        page = executor.submit(app.test_client().get, "/queries/paper/endless", headers={"Accept": "text/html"})
        data = executor.submit(app.test_client().get, "/queries/paper/endless.csv")
        _until(lambda: state.canned.workers.running == 2)
        for path in ("/healthz", "/page/author/evan-hubinger", "/queries/paper/rows.csv", "/queries"):
            assert client.get(path).status_code == 200
        assert client.get("/sparql", query_string={"query": "ASK {}"}).status_code == 200
        assert state.canned.workers.running == 2, "the others did not wait for these to end"
        assert (page.result().status_code, page.result().mimetype) == (504, "text/html")
        assert (data.result().status_code, data.result().mimetype) == (504, "application/problem+json")
    assert client.get("/queries/paper/rows.csv?limit=3").data.count(b"\r\n") == 4


def test_one_that_outgrows_its_memory_is_a_507(make_app: Callable[..., Flask]) -> None:
    client = make_app().test_client()
    assert client.get("/queries/paper/bomb.json").status_code == 507
    assert client.get("/queries/paper/rows.json").status_code == 200


def test_clients_that_fill_their_workers_do_not_delay_canned_queries(make_app: Callable[..., Flask]) -> None:
    app = make_app(query_queue=2)
    state, client = state_of(app), app.test_client()
    with ThreadPoolExecutor() as executor:
        attacks = [
            executor.submit(app.test_client().get, "/sparql", query_string={"query": f"{ENDLESS} # {number}"})
            for number in range(3)
        ]
        _until(lambda: (state.workers.running, state.workers.waiting) == (1, 2))
        for limit in range(1, 6):
            answer = client.get(f"/queries/paper/rows.csv?limit={limit}")
            assert answer.data.count(b"\r\n") == 1 + limit
        assert client.get("/sparql", query_string={"query": "ASK {}"}).status_code == 503
        assert (state.workers.running, state.workers.waiting) == (1, 2), "the attack is still going on"
        for turn in state.workers.turns():
            state.workers.cancel(turn.request)
        assert {attack.result().status_code for attack in attacks} == {503}


def test_what_many_ask_at_once_is_evaluated_once(make_app: Callable[..., Flask]) -> None:
    """Otherwise those after the first would not get a worker in time, which is another answer."""
    app = make_app(canned_workers=1, query_timeout=3)
    _until(lambda: app.test_client().get("/queries/paper/rows.csv").status_code == 200)
    with ThreadPoolExecutor() as executor:
        asked = [executor.submit(app.test_client().get, "/queries/paper/endless.csv") for _ in range(5)]
        assert [answer.result().status_code for answer in asked] == [504] * 5


def test_when_who_asked_first_leaves_the_others_still_get_an_answer(seeded_store_folder: Path) -> None:
    settings = read_settings({}, store=seeded_store_folder, canned_workers=1)
    answers = CannedAnswers(settings, itertools.count(1))
    try:
        path = next((seeded_store_folder / "snapshots").iterdir()) / "store"
        first, second = (QueryRequest(path, ENDLESS, "json") for _ in range(2))
        with ThreadPoolExecutor() as executor:
            leaves = executor.submit(answers.answer, first)
            _until(lambda: answers.workers.running == 1)
            stays = executor.submit(answers.answer, second)
            time.sleep(0.2)
            answers.workers.cancel(first)
            with pytest.raises(QueryCancelled):
                leaves.result()
            _until(lambda: [turn.request for turn in answers.workers.turns()] == [second])
            answers.workers.cancel(second)
            with pytest.raises(QueryCancelled):
                stays.result()
    finally:
        answers.workers.close()


def test_more_than_may_wait_are_refused(make_app: Callable[..., Flask]) -> None:
    app = make_app(canned_workers=1, query_queue=1, query_timeout=20)
    state, client = state_of(app), app.test_client()
    with ThreadPoolExecutor() as executor:
        asked = [executor.submit(app.test_client().get, f"/queries/paper/endless.{kind}") for kind in ("csv", "tsv")]
        _until(lambda: (state.canned.workers.running, state.canned.workers.waiting) == (1, 1))
        refused = client.get("/queries/paper/rows.csv")
        assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (503, True)
        for turn in state.canned.workers.turns():
            state.canned.workers.cancel(turn.request)
        assert {answer.result().status_code for answer in asked} == {503}


def test_of_many_who_ask_the_same_no_more_wait_than_may(make_app: Callable[..., Flask]) -> None:
    app = make_app(canned_workers=1, query_queue=1, query_timeout=20)
    state = state_of(app)
    with ThreadPoolExecutor() as executor:
        asked = [executor.submit(app.test_client().get, "/queries/paper/endless.csv") for _ in range(4)]
        _until(lambda: sum(answer.done() for answer in asked) == 2)
        assert [answer.result().status_code for answer in asked if answer.done()] == [503, 503]
        _until(lambda: state.canned.workers.running == 1)
        while not all(answer.done() for answer in asked):
            for turn in state.canned.workers.turns():
                state.canned.workers.cancel(turn.request)


def test_an_operator_sees_and_ends_one(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    state, client = state_of(app), app.test_client()
    with ThreadPoolExecutor() as executor:
        asked = executor.submit(app.test_client().get, "/queries/paper/endless.csv")
        _until(lambda: state.canned.workers.running == 1)
        (running,) = client.get("/sparql/running", headers=TOKEN).get_json()["queries"]
        assert ENDLESS in running["text"]
        assert client.delete(f"/sparql/running/{running['number']}", headers=TOKEN).status_code == 204
        assert asked.result().status_code == 503


def test_a_result_too_large_to_keep_is_sent_whole(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    client = app.test_client()
    for _ in range(2):
        answer = client.get("/queries/paper/rows.csv?limit=60000", buffered=True)
        assert len(answer.data) > 4 * 2**20
        assert answer.content_length == len(answer.data)
        assert answer.data.count(b"\r\n") == 60001
    page = client.get("/queries/paper/rows?limit=60000", headers={"Accept": "text/html"})
    assert page.status_code == 200
    state_of(app).canned.workers.close()
    assert client.get("/queries/paper/rows.csv?limit=60000").status_code == 503, "it was not kept"


def test_what_never_ends_does_not_keep_the_others_from_being_prepared(make_app: Callable[..., Flask]) -> None:
    app = make_app(query_timeout=3)
    state = state_of(app)
    assert list(state.queries).index("paper/endless") < list(state.queries).index("paper/rows")
    queries.warm(state, state.snapshots.current())
    state.canned.workers.close()
    assert app.test_client().get("/queries/paper/rows.csv").status_code == 200
    assert app.test_client().get("/queries/paper/endless.csv").status_code == 503
