"""Whether the graph is what the shapes say: what was found, as a page, as JSON and as a SHACL report."""

from __future__ import annotations

import msgspec
import zstandard
from flask import Blueprint, Response, render_template
from werkzeug.exceptions import ServiceUnavailable

from kg.formats import TURTLE
from kg.small_graphs import SMALL
from kg.snapshots import Snapshot
from kg.validation import Findings, keep, kept_findings, report_path, validate
from server.negotiation import HTML, PLAIN_JSON, Offer, choose, content_type, entity_tag, not_modified, validated
from server.state import current_snapshot, current_state

blueprint = Blueprint("validation", __name__)

_RETRY_AFTER = 60  # seconds


@blueprint.get("/validation")
@blueprint.get("/validation.<extension>")
def validation(extension: str | None = None) -> Response:
    """What validation found in this snapshot: a small graph is checked when asked, a large one after its dump."""
    offer: Offer = choose((HTML, TURTLE, PLAIN_JSON), extension)
    snapshot = current_snapshot()
    findings = _findings(snapshot)
    if findings is None and offer is not HTML:
        raise ServiceUnavailable(
            "This graph has not been checked yet; it is, in the background, when its dump has been written.",
            retry_after=_RETRY_AFTER,
        )
    tag = entity_tag(snapshot.id, current_state().build, "validation", offer.media_type, str(findings is None))
    return not_modified(tag) or validated(
        Response(
            _rendered(offer, snapshot, findings),
            content_type=content_type(offer),
            headers={"Cache-Control": "no-cache", "Vary": "Accept"},
        ),
        tag,
    )


def _findings(snapshot: Snapshot) -> Findings | None:
    found = kept_findings(snapshot)
    if found is None and snapshot.manifest.triples <= SMALL:
        found = keep(snapshot, validate(snapshot.store))
    return found


def _rendered(offer: Offer, snapshot: Snapshot, findings: Findings | None) -> str | bytes:
    if offer is HTML:
        return render_template("validation.html", findings=findings, snapshot=snapshot.manifest)
    if offer is PLAIN_JSON:
        return msgspec.json.format(msgspec.json.encode(findings))
    with report_path(snapshot).open("rb") as packed:
        return zstandard.ZstdDecompressor().stream_reader(packed).read()
