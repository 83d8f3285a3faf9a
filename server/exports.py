"""Dumps over HTTP: whole files and parts of them, conditional; what they are; plain text although it is kept packed.

The dump of a small graph is made when it is asked for. That of a large one is made in the background
(server/dumping.py), and whoever comes before it is finished is told when to come again.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import BinaryIO, cast

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound, RequestedRangeNotSatisfiable, ServiceUnavailable
from werkzeug.wsgi import wrap_file

from kg.dumps.formats import FILE_TYPES, KEPT, PARQUET_TYPE, Choice, file_type
from kg.dumps.frames import PlainFile
from kg.dumps.kept import dump_folder, kept, kept_dump
from kg.dumps.manifest import CHECKSUMS, MANIFEST, DumpFile, DumpManifest
from kg.dumps.tables import can_write_tables
from kg.small_graphs import SMALL
from kg.snapshots import Snapshot
from server.negotiation import HTML, PLAIN_JSON, PageFormat, choose, content_type, entity_tag, not_modified, validated
from server.state import current_snapshot, current_state

blueprint = Blueprint("exports", __name__)

_RETRY_AFTER = 30  # seconds
EXPORT_FORMATS = FILE_TYPES
PARQUET = PageFormat("parquet", "parquet", PARQUET_TYPE)
CHECKSUMS_TEXT = PageFormat("checksums", "txt", "text/plain")


@blueprint.get("/export/", strict_slashes=False)
def exports() -> Response:
    """The files with their sizes, for people or for programs."""
    offer = choose((HTML, PLAIN_JSON))
    if offer is PLAIN_JSON:
        return manifest()
    snapshot = current_snapshot()
    dump = dump_so_far(snapshot)
    tag = entity_tag(snapshot.id, current_state().build, "exports", "waiting" if dump is None else "finished")
    return not_modified(tag) or validated(
        Response(
            render_template("exports.html", dump=dump, is_made=_is_made(snapshot), snapshot=snapshot.manifest),
            content_type=content_type(HTML),
            headers={"Cache-Control": "no-cache"},
        ),
        tag,
    )


@blueprint.get(f"/export/{MANIFEST}")
def manifest() -> Response:
    """Every file with its size, checksum and number of statements or rows; snapshot, date, licence."""
    return _text(_dump(current_snapshot()).encoded(), PLAIN_JSON)


@blueprint.get(f"/export/{CHECKSUMS}")
def checksums() -> Response:
    """The files' checksums, for sha256sum --check."""
    return _text(_dump(current_snapshot()).checksums(), CHECKSUMS_TEXT)


@blueprint.get("/export/kg.<extension>")
def export(extension: str) -> Response:
    """The dump, whole or in part. Its bytes depend on nothing but the graph and the format."""
    wanted = file_type(extension)
    if wanted is None:
        known = ", ".join(f"kg.{each.extension}" for each in EXPORT_FORMATS)
        raise NotFound(f"There is no dump called kg.{extension}; there are {known}.")
    snapshot = current_snapshot()
    file = _file(snapshot, f"kg.{wanted.kept.extension}")
    path = dump_folder(snapshot) / file.name
    if wanted.compression:
        return _sent(path, None, file, snapshot, wanted.extension, wanted.media_type)
    return _sent(path, PlainFile(path), file, snapshot, wanted.extension, content_type(wanted.graph_format))


@blueprint.get(
    "/export/<any(papers, authors, authorships, institutions, concepts, venues, links, citations):table>.parquet"
)
def table(table: str) -> Response:
    """A table for data frames, as Parquet."""
    snapshot = current_snapshot()
    file = _file(snapshot, f"{table}.parquet")
    return _sent(dump_folder(snapshot) / file.name, None, file, snapshot, f"{table}.parquet", PARQUET_TYPE)


def _is_made(snapshot: Snapshot) -> bool:
    """Whether there is a dump of this snapshot, or will be."""
    return snapshot.manifest.triples <= SMALL or bool(Choice.parse(current_state().settings.exports))


def dump_so_far(snapshot: Snapshot) -> DumpManifest | None:
    known = kept_dump(snapshot)
    if known is None and snapshot.manifest.triples <= SMALL:
        return kept(snapshot, Choice(KEPT), licence=current_state().settings.export_licence or None)
    return known


def _dump(snapshot: Snapshot) -> DumpManifest:
    known = dump_so_far(snapshot)
    if known:
        return known
    if not _is_made(snapshot):
        raise NotFound("No dumps are made here; ask the operator for KG_EXPORTS, or take parts of the graph by query.")
    raise ServiceUnavailable(
        "The dump of this graph is being made, which takes minutes; try again later.", retry_after=_RETRY_AFTER
    )


def _file(snapshot: Snapshot, name: str) -> DumpFile:
    dump = _dump(snapshot)
    file = dump.file(name)
    if file is None:
        hint = "" if can_write_tables() or not name.endswith(".parquet") else " pyarrow is not installed here."
        raise NotFound(f"{name} is not among the files that are made here: see /export/.{hint}")
    return file


def _text(content: bytes, offer: PageFormat) -> Response:
    tag = entity_tag(current_snapshot().id, "export", offer.name)
    response = not_modified(tag) or validated(Response(content, content_type=content_type(offer)), tag)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _sent(
    path: Path, plain: PlainFile | None, file: DumpFile, snapshot: Snapshot, name: str, media_type: str
) -> Response:
    """The file, or the part of it that is asked for. Its tag is of its bytes, which another snapshot may have too."""
    size = plain.size if plain else file.bytes
    stream = cast(BinaryIO, plain) if plain else path.open("rb")
    response = Response(wrap_file(request.environ, stream), content_type=media_type, direct_passthrough=True)
    response.content_length = size
    response.set_etag(f"{file.sha256[:32]}-{name}")
    response.last_modified = datetime.datetime.fromisoformat(snapshot.manifest.created)
    response.headers.set("Content-Disposition", "attachment", filename=f"paperkg-{snapshot.id}.{name}")
    response.headers["Cache-Control"] = "no-cache"
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    if response.status_code == 206 and request.method == "GET":
        _hand_over_part(response, path, plain is not None)
    return response


def _hand_over_part(response: Response, path: Path, is_packed: bool) -> None:
    """Let the server itself read the part from the file while it sends it, if it can, as it does with a whole file."""
    wrapper = request.environ.get("wsgi.file_wrapper")
    if wrapper is not None and response.content_range.start is not None:
        stream = PlainFile(path) if is_packed else path.open("rb")
        stream.seek(response.content_range.start)
        response.close()
        response.response = wrapper(stream)
