"""What pages load beside their own text: the files of npm packages, where they were built, and how long those keep."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path

from flask import Flask, request, url_for
from werkzeug.wrappers import Response

_VENDOR = Path(__file__).parent / "static" / "vendor"
_FOR_EVER = "public, max-age=31536000, immutable"


def register_assets(app: Flask) -> None:
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("text/javascript", ".mjs")
    files = _files()
    app.jinja_env.globals["vendor"] = lambda name: _address(files, name)
    app.after_request(_kept)


def _files() -> dict[str, str]:
    """Where the files of packages lie below `static`, by name; none where they were not built."""
    versions = _VENDOR / "versions.json"
    if not versions.is_file():
        return {}
    listed = json.loads(versions.read_bytes())
    return {name: f"vendor/{listed['made_of']}/{name}" for name in listed["files"]}


def _address(files: dict[str, str], name: str) -> str | None:
    """The address of a package's file, such as "vega/vega.mjs"; None where it was not built."""
    return url_for("static", filename=files[name]) if name in files else None


def _kept(response: Response) -> Response:
    """The address of a package's file has its digest in it; own files are asked for again, and mostly not sent."""
    if request.endpoint == "static" and response.status_code in (200, 304) and "/vendor/" in request.path:
        response.headers["Cache-Control"] = _FOR_EVER
    return response
