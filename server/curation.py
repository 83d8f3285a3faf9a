"""Curation for an operator: links that wait, one after another, decided by buttons or keys and applied when told so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import msgspec
from flask import Blueprint, Response, current_app, render_template, request, url_for
from werkzeug.exceptions import BadRequest, Conflict

from kg.curation.applying import start, state_of_applying
from kg.curation.effects import Merge, merge_of
from kg.curation.queue import Queue, Waiting, ordered
from kg.curation.sides import Row, side_by_side
from kg.errors import StoreBusy, StoreError
from kg.linking.decisions import Decision, decision
from kg.linking.judging import fact_text
from kg.linking.linking import LinkFolder, decisions_of
from kg.ntriples import is_iri
from kg.resources import GraphReader, Thing
from kg.settings import Settings
from server.negotiation import HTML, PLAIN_JSON, content_type
from server.operators import FIELD, Session, check_form, current_session, forget, operator, remember, sign_in
from server.state import current_snapshot, current_state

blueprint = Blueprint("curation", __name__)

_VERDICTS = ("accepted", "rejected", "forgotten")
_LISTED = 100
_LONGEST_IRI = 2000
_LONGEST_REASON = 1000
_KEY = "paperkg-curation"

RELATIONS = {
    "same": "the same",
    "version": "versions of one paper",
    "affiliation": "an authorship and its institution",
    "subject": "a paper and what it is about",
    "exact-match": "the same in meaning",
    "close-match": "close in meaning",
}


@dataclass(frozen=True)
class _Candidate:
    """The link that is shown, with what the graph says of its ends, and what accepting it would do."""

    waiting: Waiting
    one: Thing
    other: Thing
    rows: list[Row]
    facts: list[str]
    merge: Merge | None


@blueprint.get("/curation")
def page() -> Response:
    """The next link that waits, or how to sign in, or how to enable that."""
    if not current_state().settings.write_token:
        return _answer(render_template("curation_closed.html"))
    session = current_session()
    if not session.is_open:
        return _sign_in_page(session)
    return remember(_answer(_queue_page(session)), session)


@blueprint.post("/curation/sign-in")
def signed_in() -> Response:
    session = sign_in()
    if session is None:
        return _sign_in_page(current_session(), "That is not the token of this service.", 401)
    return remember(_see_other(url_for("curation.page")), session)


@blueprint.post("/curation/sign-out")
def signed_out() -> Response:
    check_form(operator())
    return forget(_see_other(url_for("curation.page")))


@blueprint.post("/curation/decisions")
def decided() -> Response:
    """Keep a decision, or take one back, in the file that `kg link accept` writes; then on to the next link."""
    session = operator()
    check_form(session)
    verdict, one, other = (request.form.get(name, "") for name in ("verdict", "one", "other"))
    if verdict not in _VERDICTS or not all(is_iri(iri) and len(iri) <= _LONGEST_IRI for iri in (one, other)):
        raise BadRequest("A decision names two things by their IRIs, and says accepted, rejected or forgotten.")
    here: dict[str, Any] = {name: request.form[name] for name in ("topic", "skip") if request.form.get(name)}
    decisions = decisions_of(current_state().settings)
    if verdict == "forgotten":
        decisions.forget(one, other)
        return _see_other(url_for("curation.page", **{**here, "one": one, "other": other}))
    present = decisions.read().get(ordered((one, other)))
    if request.form.get("was", present.verdict if present else "") != (present.verdict if present else ""):
        who = f"{present.by or 'somebody'} {present.verdict} it" if present else "it was taken back"
        raise Conflict(f"Since you were shown this link {who}; go back, look again and decide.")
    why = request.form.get("why", "")[:_LONGEST_REASON]
    decisions.add(decision(cast(Literal["accepted", "rejected"], verdict), one, other, session.by, why))
    return _see_other(url_for("curation.page", **here, last_one=one, last_other=other))


@blueprint.post("/curation/apply")
def applied() -> Response:
    """Have decisions take effect, as by `kg link`, in the background."""
    check_form(operator())
    try:
        start(current_state().settings)
    except StoreBusy as error:
        raise Conflict(error.message) from error
    return _see_other(url_for("curation.page"))


@blueprint.get("/curation/progress")
def progress() -> Response:
    """How far the applying is."""
    operator()
    response = _answer(msgspec.json.encode(state_of_applying(current_state().settings.store)))
    response.content_type = content_type(PLAIN_JSON)
    return response


def _queue_page(session: Session) -> str:
    settings = current_state().settings
    decisions, queue = decisions_of(settings).read(), _queue(settings)
    topics = queue.topics(decisions)
    topic = _topic(topics)
    waiting = queue.undecided(decisions, topic)
    skip = max(0, min(request.args.get("skip", 0, int), len(waiting) - 1))
    made, taken_back = queue.pending(decisions)
    shown = _asked_for(queue) or (waiting[skip] if waiting else None)
    return render_template(
        "curation.html",
        session=session,
        field=FIELD,
        relations=RELATIONS,
        topics=topics,
        topic=topic,
        here={"topic": "-".join(topic) if topic else "", "skip": skip},
        skip=skip,
        waiting=len(waiting),
        candidate=_candidate(shown) if shown else None,
        was=decisions[shown.pair].verdict if shown and shown.pair in decisions else "",
        last=_last(decisions),
        pending=[*made, *taken_back][:_LISTED],
        taken_back=taken_back,
        pending_count=len(made) + len(taken_back),
        applying=state_of_applying(settings.store),
    )


def _queue(settings: Settings) -> Queue:
    """Of the links in force; read once for each."""
    folder = LinkFolder(settings.store)
    links = folder.in_force()
    kept: Queue | None = current_app.extensions.get(_KEY)
    if kept is None or kept.links != links:
        judgement = folder.read(links)
        if judgement is None:
            raise StoreError("the links of this store are missing or damaged; run 'kg link'")
        kept = current_app.extensions[_KEY] = Queue(links, judgement, settings.base_iri)
    return kept


def _topic(topics: Mapping[tuple[str, str], int]) -> tuple[str, str] | None:
    """The one that the address names, else that of what is the same where there is any."""
    asked = request.args.get("topic", "")
    found = [topic for topic in topics if "-".join(topic) == asked]
    same = [topic for topic in topics if topic[0] == "same"]
    return next(iter([*found, *same, *topics]), None)


def _asked_for(queue: Queue) -> Waiting | None:
    return queue.find(request.args.get("one", ""), request.args.get("other", ""))


def _last(decisions: Mapping[tuple[str, str], Decision]) -> Decision | None:
    """What was decided a moment ago, so that it can be taken back."""
    return decisions.get(ordered((request.args.get("last_one", ""), request.args.get("last_other", ""))))


def _candidate(waiting: Waiting) -> _Candidate:
    reader, settings = GraphReader(current_snapshot().store), current_state().settings
    sides = [reader.thing(end) for end in (waiting.one, waiting.other)]
    kind = waiting.kind if waiting.link.relation not in ("affiliation", "subject") else ""
    rows = side_by_side(reader, kind, waiting.one, waiting.other)
    facts = [fact_text(fact) for fact in waiting.link.facts]
    return _Candidate(waiting, sides[0], sides[1], rows, facts, merge_of(reader, waiting, settings.base_iri))


def _sign_in_page(session: Session, problem: str = "", status: int = 200) -> Response:
    page = render_template("curation_sign_in.html", session=session, field=FIELD, problem=problem)
    return remember(_answer(page, status), session)


def _answer(body: str | bytes, status: int = 200) -> Response:
    """For nobody else, and not to be kept."""
    headers = {"Cache-Control": "no-store", "Vary": "Cookie"}
    return Response(body, status, headers, content_type=content_type(HTML))


def _see_other(address: str) -> Response:
    return Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
