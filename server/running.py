"""For the operator: which queries run or wait in this process, and an end to one of them. Needs the token."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from server.observation import digest
from server.state import current_state
from server.writes import authorise

blueprint = Blueprint("running", __name__)


class _Query(msgspec.Struct, frozen=True):
    """A query as it is listed; `query` is the digest that the access log has."""

    number: int
    query: str
    text: str
    seconds: float
    state: str


@blueprint.get("/sparql/running")
def listed() -> Response:
    authorise()
    queries = [
        _Query(
            turn.number,
            digest(turn.request.text),
            turn.request.text,
            round(turn.seconds, 3),
            "running" if turn.is_running else "waiting",
        )
        for pool in current_state().pools
        for turn in pool.turns()
    ]
    response = Response(msgspec.json.encode({"queries": queries}), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.delete("/sparql/running/<int:number>")
def stopped(number: int) -> Response:
    authorise()
    for pool in current_state().pools:
        for turn in pool.turns():
            if turn.number == number:
                pool.cancel(turn.request)
                return Response(status=204)
    raise NotFound(f"No query {number} runs here; it may have ended by itself.")
