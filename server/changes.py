"""Versions of the graph: what each changed, as a page, a feed and patches; and results that name their version."""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import urlencode, urljoin

import msgspec
from flask import Blueprint, Flask, Response, render_template, request, stream_with_context, url_for
from werkzeug.exceptions import Gone, NotFound

from kg.changes.history import History, Version
from server.negotiation import HTML, PLAIN_JSON, PageFormat, choose, content_type, entity_tag, not_modified, validated
from server.state import current_snapshot, current_state

blueprint = Blueprint("changes", __name__)

ATOM = PageFormat("atom", "atom", "application/atom+xml")
RDF_PATCH = PageFormat("patch", "rdfp", "application/rdf-patch")
VERSION = "snapshot"
"""The parameter of a request that says which version of the graph it means."""
_LISTED = 50
_ID = re.compile(r"[0-9]{6,12}-[0-9a-f]{6,40}")


@blueprint.get("/changes")
@blueprint.get("/changes.<extension>")
def changes(extension: str | None = None) -> Response:
    """The latest versions, and how many statements and things each added and removed."""
    offer = choose((HTML, ATOM, PLAIN_JSON), extension)
    versions = _history().versions(_LISTED)
    listed = msgspec.json.format(msgspec.json.encode(versions))
    # What a version changed may be counted later than it was published.
    asked = (current_state().build, request.url_root, offer.media_type, sha256(listed).hexdigest())
    tag = entity_tag(versions[0].id if versions else "none", *asked)
    return not_modified(tag) or validated(
        Response(
            listed if offer is PLAIN_JSON else _rendered(offer, versions),
            content_type=content_type(offer),
            headers={"Cache-Control": "no-cache", "Vary": "Accept"},
        ),
        tag,
    )


def _rendered(offer: PageFormat, versions: list[Version]) -> str:
    template = "changes.atom" if offer is ATOM else "changes.html"
    return render_template(template, versions=versions, root=request.url_root, in_words=_in_words)


@blueprint.get("/changes/<version>.rdfp")
def patch(version: str) -> Response:
    """What a version added and deleted since the one before, as RDF Patch."""
    lines = _history().patch(version) if _ID.fullmatch(version) else None
    if lines is None:
        raise NotFound(f"There is no patch for {version}; /changes lists the versions that have one.")
    return Response(
        stream_with_context(lines),
        mimetype=RDF_PATCH.media_type,
        headers={"Content-Disposition": f'attachment; filename="{version}.rdfp"'},
    )


def _history() -> History:
    return History(current_state().settings.store)


def _in_words(version: Version) -> str:
    """What a version changed, in a sentence."""
    found = version.difference
    if found is None:
        return f"{version.triples:,} statements."
    things = [
        f"{counts[name]:,} {'more' if counts is found.added_things else 'fewer'} of class {name}"
        for counts in (found.added_things, found.removed_things)
        for name in sorted(counts)
    ]
    changed = [f"{found.changed_things:,} others changed"] if found.changed_things else []
    statements = f"{found.added:,} statements added and {found.removed:,} removed"
    return "; ".join((statements, ", ".join((*things, *changed)))).rstrip("; ") + "."


def register_versions(app: Flask) -> None:
    """A request may say which version of the graph it means; the others are not kept, and it is told so."""
    app.before_request(_check_version)
    app.jinja_env.globals.update(permalink=permalink, citation_of_result=citation_of_result)


def _check_version() -> None:
    asked = request.args.get(VERSION)
    if asked is None:
        return
    here = current_snapshot().id
    if asked.partition("-")[2] == here.partition("-")[2]:  # the same graph may be published twice
        return
    others = {name: value for name, value in request.args.items(multi=True) if name != VERSION}
    now = request.root_path + request.path + (f"?{urlencode(others)}" if others else "")
    if _ID.fullmatch(asked) and asked < here:
        known = _history().version(asked)
        when = f", published on {known.created[:10]}," if known else ""
        raise Gone(
            f"Version {asked} of the graph{when} is no longer kept; the one in force is {here}. "
            f"The same for that one is at {now}, and what has changed is at /changes."
        )
    raise NotFound(f"There is no version {asked[:60]!r} of the graph; the one in force is {here}.")


def permalink() -> str:
    """The address of what this request asked for, with the version of the graph that answered."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != VERSION]
    return f"{request.base_url}?{urlencode([*asked, (VERSION, current_snapshot().id)])}"


def citation_of_result(title: str) -> str:
    """A BibTeX entry for a result."""
    manifest = current_snapshot().manifest
    plain = re.sub(r"[{}\\%$#&_^~]", " ", title)
    year, month, _ = manifest.created[:10].split("-")
    return "\n".join(
        (
            f"@misc{{paperkg-{manifest.id},",
            f"  title = {{{plain}}},",
            f"  howpublished = {{paperkg, \\url{{{permalink()}}}}},",
            f"  note = {{Snapshot {manifest.id} of {urljoin(request.url_root, url_for('dataset.dataset'))}}},",
            f"  year = {year},",
            f"  month = {int(month)},",
            "}",
        )
    )
