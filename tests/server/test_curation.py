"""Curation over HTTP: who may decide, what is shown before, and what a decision does once it is applied."""

from __future__ import annotations

import html
import re
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kg import pipeline
from kg.curation import applying
from kg.curation.queue import Queue
from kg.files import file_lock
from kg.linking.decisions import Decision, Decisions, decision
from kg.linking.identity import Identity
from kg.linking.judging import Judgement
from kg.linking.linking import linker_of
from kg.linking.model import Judged, Link, Status
from kg.namespaces import DEFAULT_BASE
from kg.settings import Settings, read_settings
from kg.store import StoreFolder
from server import create_app
from server.curation import _topic
from server.state import state_of
from tests.made_records import made_source
from tests.server.doubtful_records import ONE, OTHER, TITLE, doubtful_records

TOKEN = "correct horse"
OPERATOR = 'Jane "<b>J</b>" Doe'
_SECONDS = 60


def _settings(folder: Path, token: str = TOKEN) -> Settings:
    # So that nothing is sure enough for rules.
    return read_settings({"KG_LINK_THRESHOLD": "1"}, store=folder, query_workers=1, write_token=token)


@pytest.fixture(scope="module")
def made_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a link that waits; to be copied."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "records").touch()
    settings, source = _settings(folder / "store"), made_source("made", doubtful_records())
    pipeline.load(StoreFolder(settings.store), source, {"made": [folder / "records"]}, linker=linker_of(settings))
    return settings.store


def _running(store: Path) -> Iterator[Flask]:
    app = create_app(_settings(store))
    app.testing = True
    yield app
    state_of(app).close()


@pytest.fixture(scope="module")
def shared_app(made_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Over a store of which no test changes the graph."""
    yield from _running(shutil.copytree(made_store, tmp_path_factory.mktemp("shared") / "store"))


@pytest.fixture
def settings(shared_app: Flask) -> Settings:
    """Of a store about which nothing is decided."""
    settings = state_of(shared_app).settings
    for name in ("decisions.tsv", applying.STATE):
        (settings.store / name).unlink(missing_ok=True)
    return settings


@pytest.fixture
def client(shared_app: Flask, settings: Settings) -> FlaskClient:
    return shared_app.test_client()


@pytest.fixture
def applicant(made_store: Path, tmp_path: Path) -> Iterator[FlaskClient]:
    """An operator over a store of this test alone, where decisions may be applied."""
    for app in _running(shutil.copytree(made_store, tmp_path / "store")):
        client = app.test_client()
        assert post(client, "/curation/sign-in", by=OPERATOR, token=TOKEN).status_code == 303
        yield client


@pytest.fixture
def operator(client: FlaskClient) -> FlaskClient:
    """Somebody who has signed in."""
    answer = post(client, "/curation/sign-in", by=OPERATOR, token=TOKEN)
    assert answer.status_code == 303
    return client


def csrf(client: FlaskClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/curation").text)
    assert found
    return found.group(1)


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """A form as the page sends it."""
    return client.post(path, data={"csrf": csrf(client), **fields})


def decide(client: FlaskClient, verdict: str, **fields: str) -> TestResponse:
    return post(client, "/curation/decisions", verdict=verdict, one=ONE, other=OTHER, **fields)


def kept(settings: Settings) -> list[Decision]:
    return list(Decisions(settings.store / "decisions.tsv").read().values())


def finished(client: FlaskClient) -> dict[str, str]:
    deadline = time.monotonic() + _SECONDS
    while (told := client.get("/curation/progress").json) and told["state"] == "running":
        assert time.monotonic() < deadline, told
        time.sleep(0.1)
    assert told
    return dict(told)


def test_without_a_token_the_page_says_how_to_enable_it(settings: Settings) -> None:
    app = create_app(_settings(settings.store, token=""))
    client = app.test_client()
    assert "KG_WRITE_TOKEN" in client.get("/curation").text
    for path in ("sign-in", "sign-out", "decisions", "apply"):
        answer = client.post(f"/curation/{path}", data={"token": "", "csrf": "", "verdict": "accepted"})
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers
    assert client.get("/curation/progress").status_code == 403
    state_of(app).close()


def test_nobody_decides_without_signing_in(client: FlaskClient, settings: Settings) -> None:
    page = client.get("/curation").text
    assert "Wilhelmina" not in page
    assert decide(client, "accepted").status_code == 401
    assert post(client, "/curation/apply").status_code == 401
    assert client.get("/curation/progress").status_code == 401
    assert kept(settings) == []


def test_a_wrong_token_opens_nothing(client: FlaskClient) -> None:
    for token in ("", "wrong", TOKEN + " ", TOKEN.upper(), "ÿ"):
        answer = post(client, "/curation/sign-in", by="me", token=token)
        assert answer.status_code == 401
        assert "not the token" in answer.text
        assert 'value="me"' in answer.text, "the name is not typed again"
        assert decide(client, "accepted").status_code == 401


def test_the_session_is_a_cookie_that_scripts_and_other_sites_do_not_get(client: FlaskClient) -> None:
    answer = post(client, "/curation/sign-in", by=OPERATOR, token=TOKEN)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/curation" in cookie
    assert TOKEN not in cookie
    assert answer.headers["Cache-Control"] == "no-store"
    over_tls = client.get("/curation", base_url="https://localhost")
    assert "Secure" in over_tls.headers["Set-Cookie"]


def test_a_forged_cookie_opens_nothing(operator: FlaskClient, settings: Settings) -> None:
    cookie = operator.get_cookie("paperkg-operator", path="/curation")
    assert cookie
    payload, _, rest = cookie.value.partition(".")
    for value in (f"{payload[:-2]}xx.{rest}", f"{payload}.{rest[:-3]}abc", "x", payload):
        operator.set_cookie("paperkg-operator", value, path="/curation")
        assert "Wilhelmina" not in operator.get("/curation").text
    operator.set_cookie("paperkg-operator", cookie.value, path="/curation")
    assert "Wilhelmina" in operator.get("/curation").text
    assert (settings.store / "curation.key").stat().st_mode & 0o777 == 0o600


def test_another_token_ends_sessions(operator: FlaskClient, settings: Settings) -> None:
    cookie = operator.get_cookie("paperkg-operator", path="/curation")
    assert cookie
    app = create_app(_settings(settings.store, token="another"))
    client = app.test_client()
    client.set_cookie("paperkg-operator", cookie.value, path="/curation")
    assert "Wilhelmina" not in client.get("/curation").text
    state_of(app).close()


@pytest.mark.parametrize("path", ["sign-in", "sign-out", "decisions", "apply"])
@pytest.mark.parametrize("forged", ["", "x", None])
def test_a_form_of_another_site_does_nothing(
    operator: FlaskClient, settings: Settings, path: str, forged: str | None
) -> None:
    fields = {"verdict": "accepted", "one": ONE, "other": OTHER, "token": TOKEN, "by": "me"}
    fields |= {} if forged is None else {"csrf": forged}
    answer = operator.post(f"/curation/{path}", data=fields)
    assert answer.status_code == 403
    assert kept(settings) == []
    assert applying.state_of_applying(settings.store).state == "never"


def test_signing_out_ends_it(operator: FlaskClient) -> None:
    assert post(operator, "/curation/sign-out").status_code == 303
    assert "Wilhelmina" not in operator.get("/curation").text


def test_both_sides_and_the_effect_are_shown(operator: FlaskClient) -> None:
    answer = operator.get("/curation")
    assert answer.headers["Cache-Control"] == "no-store"
    page = answer.text
    assert "Are these one author?" in page
    text = html.unescape(re.sub(r"<[^>]+>", " ", page.partition('class="sides"')[2]))
    assert TITLE in html.unescape(page)
    assert TITLE not in page
    assert "<b>J</b>" not in page
    assert "Wilhelmina Q Tables" in text and "Wilhelmina Tables" in text
    assert re.search(r'<tr class="agrees"><th scope="row">Co-authors', page)
    assert re.search(r'<tr class="differs"><th scope="row">Papers', page)
    assert "Both become" in page and "2 papers" in page and "(1 and 1 now)" in page
    assert "1 address leads there" in page


def test_accepting_and_applying_makes_them_one(applicant: FlaskClient) -> None:
    settings = state_of(applicant.application).settings
    answer = decide(applicant, "accepted", why="same\thome\npage <i>")
    assert answer.status_code == 303
    (made,) = kept(settings)
    assert (made.verdict, made.one, made.other, made.why) == ("accepted", ONE, OTHER, "same home page <i>")
    assert made.by == OPERATOR
    page = applicant.get(answer.headers["Location"]).text
    assert "Apply 1 decision" in page
    assert "Nothing waits" in page
    assert 'data-key="u"' in page
    before = applicant.get("/readyz").text
    assert post(applicant, "/curation/apply").status_code == 303
    told = finished(applicant)
    assert told["state"] == "done", told
    assert applicant.get("/readyz").text != before
    page = applicant.get("/curation").text
    assert "All decisions are in the graph" in page
    moved = applicant.get("/author/wilhelmina-tables", headers={"Accept": "text/turtle"})
    assert moved.status_code == 301
    assert moved.headers["Location"].endswith("/author/wilhelmina-q-tables")
    data = applicant.get("/data/author/wilhelmina-q-tables.nt").text
    assert 'ontology#paperCount> "2"' in data


def test_rejecting_and_applying_keeps_them_apart(applicant: FlaskClient) -> None:
    decide(applicant, "rejected")
    post(applicant, "/curation/apply")
    assert finished(applicant)["state"] == "done"
    page = applicant.get("/curation").text
    assert "Nothing waits" in page
    assert applicant.get("/page/author/wilhelmina-tables").status_code == 200


def test_undo_takes_it_back_and_shows_it_again(operator: FlaskClient, settings: Settings) -> None:
    decide(operator, "accepted")
    answer = decide(operator, "forgotten")
    assert kept(settings) == []
    page = operator.get(answer.headers["Location"]).text
    assert "Are these one author?" in page
    assert "Apply" not in page


def test_a_decision_of_the_command_line_is_known_here(operator: FlaskClient, settings: Settings) -> None:
    Decisions(settings.store / "decisions.tsv").add(decision("rejected", OTHER, ONE, "ann", ""))
    page = operator.get("/curation").text
    assert "Nothing waits" in page
    assert "Apply 1 decision" in page


def test_what_somebody_else_decided_meanwhile_is_not_overruled_unseen(
    operator: FlaskClient, settings: Settings
) -> None:
    def shown() -> str:
        page = operator.get(f"/curation?{urlencode({'one': ONE, 'other': OTHER})}").text
        (was,) = re.findall(r'name="was" value="(\w*)"', page)
        return str(was)

    before = shown()
    Decisions(settings.store / "decisions.tsv").add(decision("rejected", OTHER, ONE, "ann", "two people"))
    answer = decide(operator, "accepted", was=before)
    assert answer.status_code == 409
    assert "ann rejected it" in answer.text
    assert [each.by for each in kept(settings)] == ["ann"]
    assert decide(operator, "accepted", was=shown()).status_code == 303
    assert [each.verdict for each in kept(settings)] == ["accepted"]


@pytest.mark.parametrize(
    "fields",
    [
        {"verdict": "maybe"},
        {"one": "no iri"},
        {"one": "https://x.example/\n\taccepted"},
        {"one": ONE, "other": ONE},
        {"one": ""},
        {"one": "https://x.example/" + "a" * 2000},
    ],
)
def test_nonsense_is_no_decision(operator: FlaskClient, settings: Settings, fields: dict[str, str]) -> None:
    whole = {"verdict": "accepted", "one": ONE, "other": OTHER, **fields}
    assert post(operator, "/curation/decisions", **whole).status_code == 400
    assert kept(settings) == []


def test_one_applying_at_a_time(operator: FlaskClient, settings: Settings) -> None:
    decide(operator, "accepted")
    with file_lock(settings.store / applying.LOCK):
        assert post(operator, "/curation/apply").status_code == 409
    assert applying.state_of_applying(settings.store).state == "never"


def test_an_applying_that_died_is_told(applicant: FlaskClient) -> None:
    settings = state_of(applicant.application).settings
    (settings.store / applying.STATE).write_text('{"state":"running","step":"linking","since":""}')
    assert finished(applicant)["state"] == "failed"
    page = applicant.get("/curation").text
    assert "Applying failed" in page
    decide(applicant, "accepted")
    assert post(applicant, "/curation/apply").status_code == 303
    assert finished(applicant)["state"] == "done"


def test_of_those_who_decide_at_once_by_any_way_none_is_lost(tmp_path: Path) -> None:
    pairs = [(f"http://e/{number}", "http://e/x") for number in range(40)]

    def decided(pair: tuple[str, str]) -> None:
        Decisions(tmp_path / "decisions.tsv").add(decision("rejected", *pair, "ann", ""))

    with ThreadPoolExecutor(8) as people:
        list(people.map(decided, pairs))
    assert Decisions(tmp_path / "decisions.tsv").read().keys() == set(pairs)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r\n", "\t", "\x00"])
def test_whatever_a_reason_holds_it_stays_in_its_line(
    operator: FlaskClient, settings: Settings, separator: str
) -> None:
    """Pasted text has such characters; the file of decisions is read by every later load."""
    why = f"first{separator}accepted{separator}# second"
    assert decide(operator, "accepted", why=why).status_code == 303
    (made,) = kept(settings)
    assert made.pair == (ONE, OTHER)
    assert made.why.startswith("first") and made.why.endswith("# second")
    assert post(operator, "/curation/decisions", verdict="rejected", one=ONE, other=f"{OTHER}-2").status_code == 303
    assert len(kept(settings)) == 2
    assert operator.get("/curation").status_code == 200


def test_decisions_that_cannot_be_read_are_told(operator: FlaskClient, settings: Settings) -> None:
    form = csrf(operator)
    (settings.store / "decisions.tsv").write_text("nonsense\n")
    operator.post("/curation/apply", data={"csrf": form})
    told = finished(operator)
    assert told["state"] == "failed"
    assert "line 1" in told["problem"]
    page = operator.get("/curation")
    assert page.status_code == 500
    assert "The file of decisions about links cannot be read" in page.text  # not the graph
    assert str(settings.store) not in page.text


@pytest.mark.parametrize(
    "query", ["skip=-5", "skip=99999999", "skip=x", "topic=<script>", "one=a&other=b", "last_one=x"]
)
def test_any_address_is_answered(operator: FlaskClient, query: str) -> None:
    page = operator.get(f"/curation?{query}")
    assert page.status_code == 200
    assert "Are these one author?" in page.text
    assert "<script>" not in page.text.replace('<script type="module"', "")


def test_the_queue_has_contradictions_first_then_the_surest() -> None:
    def judged(one: str, status: Status, confidence: float) -> Judged:
        link = Link(
            subject=f"{DEFAULT_BASE}author/{one}",
            object=f"{DEFAULT_BASE}author/z",
            method="name",
            confidence=confidence,
        )
        return Judged(link, status)

    links = [
        judged("a", "candidate", 0.6),
        judged("b", "candidate", 0.8),
        judged("c", "refused", 0.7),
        judged("d", "accepted", 0.95),
        judged("e", "candidate", 0.8),
    ]
    merged = Identity({f"{DEFAULT_BASE}author/e": f"{DEFAULT_BASE}author/z"})
    queue = Queue("x", Judgement(links, merged), DEFAULT_BASE)
    assert [each.pair[0][-1] for each in queue.waiting] == ["c", "b", "a"]
    made = decision("rejected", links[2].link.subject, links[2].link.object, "", "")
    assert [each.pair[0][-1] for each in queue.undecided({made.pair: made})] == ["b", "a"]
    assert queue.topics({}) == {("same", "author"): 3}
    assert queue.pending({made.pair: made}) == ([made], [])


def test_what_is_decided_otherwise_or_taken_back_is_pending() -> None:
    link = Link(subject=ONE, object=OTHER, method="name", confidence=0.8)
    before, after = decision("accepted", ONE, OTHER, "", ""), decision("rejected", ONE, OTHER, "", "")
    queue = Queue("x", Judgement([Judged(link, "accepted", before)]), DEFAULT_BASE)
    assert queue.pending({before.pair: before}) == ([], [])
    assert queue.pending({after.pair: after}) == ([after], [])
    assert queue.pending({}) == ([], [before])


def test_what_is_the_same_is_asked_before_what_is_alike(shared_app: Flask) -> None:
    topics = {("version", "paper"): 9, ("same", "venue"): 2, ("same", "author"): 1}
    with shared_app.test_request_context("/curation"):
        assert _topic(topics) == ("same", "venue")
    with shared_app.test_request_context("/curation?topic=version-paper"):
        assert _topic(topics) == ("version", "paper")
    with shared_app.test_request_context("/curation?topic=same-concept"):
        assert _topic({("version", "paper"): 9}) == ("version", "paper")
        assert _topic({}) is None


def test_the_address_of_a_link_leads_to_it(operator: FlaskClient) -> None:
    page = operator.get("/curation?" + urlencode({"one": OTHER, "other": ONE}))
    assert "Are these one author?" in page.text
