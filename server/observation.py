"""One line of JSON a request in the log `paperkg.access`, and the figures that it adds to; `/metrics` shows them.

Nothing here tells what was asked: a query is a digest, an address comes without its parameters.
"""

from __future__ import annotations

import hashlib
import logging
import time
from http import HTTPMethod

import msgspec
from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST

from kg.errors import KGError
from server.state import current_snapshot, current_state

blueprint = Blueprint("metrics", __name__)
_METHODS = frozenset(HTTPMethod)
_access = logging.getLogger("paperkg.access")


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request in the access log; `ms` is the time until the answer began."""

    time: str
    method: str
    path: str
    status: int
    ms: float
    bytes: int | None = None
    query: str | None = None
    rows: int | None = None
    outcome: str | None = None


def register_observation(app: Flask) -> None:
    """Count and log every request of the application."""
    app.before_request(_begin)
    app.after_request(_end)


def digest(text: str) -> str:
    """What the log calls a query: the same for the same text, telling nothing of it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def note(query: str | None = None, rows: int | None = None, outcome: str | None = None) -> None:
    """What the log shall say of this request beside its status: the query's digest, the rows, how it ended."""
    told = {"query": query, "rows": rows, "outcome": outcome}
    g.noted = g.get("noted", {}) | {name: value for name, value in told.items() if value is not None}


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    metrics = current_state().metrics
    route = request.url_rule.rule if request.url_rule else "none"
    # Anybody can make methods up, and each would be counted for good.
    method = request.method if request.method in _METHODS else "other"
    metrics.requests.labels(route, method, str(response.status_code)).inc()
    metrics.latency.labels(route).observe(seconds)
    failure = g.get("failure")
    if failure:
        metrics.failures.labels(failure).inc()
        note(outcome=failure)
    if _access.isEnabledFor(logging.INFO):
        _access.info("%s", msgspec.json.encode(_line(response, seconds)).decode())
    return response


def _line(response: Response, seconds: float) -> _Line:
    return _Line(
        time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        method=request.method,
        path=request.path,
        status=response.status_code,
        ms=round(seconds * 1000, 2),
        bytes=response.content_length,
        **g.get("noted", {}),
    )


@blueprint.get("/metrics")
def metrics() -> Response:
    state = current_state()
    figures = state.metrics
    figures.running.set(sum(pool.running for pool in state.pools))
    figures.waiting.set(sum(pool.waiting for pool in state.pools))
    figures.cache_bytes.set(state.cache.size)
    try:
        snapshot = current_snapshot()
    except KGError:
        pass
    else:
        figures.snapshot_age.set(max(0.0, time.time() - snapshot.path.stat().st_mtime))
        figures.triples.set(snapshot.manifest.triples)
    return Response(figures.exposition(), content_type=CONTENT_TYPE_LATEST)
