"""Whether the process is alive, and whether it has a graph to serve."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from server.state import current_snapshot

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    return _uncached(jsonify(status="alive"))


@blueprint.get("/readyz")
def ready() -> Response:
    """200 if a snapshot is open; without one the error table answers 503."""
    return _uncached(jsonify(status="ready", snapshot=current_snapshot().id))


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
