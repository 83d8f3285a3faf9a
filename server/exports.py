"""The whole graph as a file: conditional and range requests, one build a snapshot."""

from __future__ import annotations

import datetime
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_file
from werkzeug.exceptions import NotFound, ServiceUnavailable

from kg.errors import StoreBusy
from kg.export import export_file
from kg.formats import JSON_LD, N_QUADS, N_TRIPLES, TURTLE, GraphFormat
from server.negotiation import HTML, content_type, entity_tag
from server.representations import represented
from server.state import current_snapshot

blueprint = Blueprint("exports", __name__)

_RETRY_AFTER = 5  # seconds
EXPORT_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, N_QUADS)


@blueprint.get("/export/", strict_slashes=False)
def exports() -> Response:
    return represented(
        HTML, lambda: render_template("exports.html", formats=EXPORT_FORMATS, snapshot=current_snapshot().manifest)
    )


@blueprint.get("/export/kg.<extension>")
def export(extension: str) -> Response:
    """The dump, whole or in part. Its bytes depend on nothing but the snapshot and the format."""
    graph_format = _format(extension)
    snapshot = current_snapshot()
    try:
        dump = export_file(snapshot, graph_format, wait=False)
    except StoreBusy as error:
        raise ServiceUnavailable("The dump is being made; try again in a moment.", retry_after=_RETRY_AFTER) from error
    response = send_file(
        dump,
        mimetype=content_type(graph_format),
        as_attachment=True,
        download_name=f"paperkg-{snapshot.id}.{extension}",
        conditional=True,
        etag=entity_tag(snapshot.id, "export", graph_format.name),
        last_modified=datetime.datetime.fromisoformat(snapshot.manifest.created),
    )
    response.headers["Cache-Control"] = "no-cache"
    if response.status_code == 206:
        _hand_over_part(response, dump)
    return response


def _hand_over_part(response: Response, dump: Path) -> None:
    """Let the server itself read the part from the file while it sends it, if it can, as it does with a whole file."""
    wrapper = request.environ.get("wsgi.file_wrapper")
    if wrapper is not None and response.content_range.start is not None and request.method == "GET":
        stream = dump.open("rb")
        stream.seek(response.content_range.start)
        response.close()
        response.response = wrapper(stream)


def _format(extension: str) -> GraphFormat:
    for graph_format in EXPORT_FORMATS:
        if graph_format.extension == extension:
            return graph_format
    known = ", ".join(f"kg.{graph_format.extension}" for graph_format in EXPORT_FORMATS)
    raise NotFound(f"There is no dump called kg.{extension}; there are {known}.")
