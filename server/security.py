"""Headers that every answer carries: what a page may do in a browser, and that any other site may read."""

from __future__ import annotations

from flask import Flask, g, request
from werkzeug.wrappers import Response

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_READ_METHODS = ("GET", "HEAD", "OPTIONS")
# A query may come by POST; it changes nothing.
_ALSO_READ_BY_POST = ("/sparql", "/reconcile")
_REQUEST_HEADERS = "Accept, Accept-Language, Content-Type, If-None-Match, If-Modified-Since, Range, Cache-Control"
_SHOWN_HEADERS = "Content-Disposition, Content-Range, ETag, Link, Location, Retry-After, X-Total-Count"


def register_security(app: Flask) -> None:
    app.after_request(_secured)
    app.after_request(_shared)


def _secured(response: Response) -> Response:
    present = {name.lower() for name, _ in response.headers}
    if g.get("may_be_framed"):
        present.add("x-frame-options")
    response.headers.extend([item for item in _ALWAYS.items() if item[0].lower() not in present])
    return response


def allow_frames(response: Response) -> None:
    """Let pages of other sites show this one in a frame; for what has nothing to click that does anything."""
    g.may_be_framed = True
    response.headers["Content-Security-Policy"] = _POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


def _shared(response: Response) -> Response:
    """Any site may read. Writes need a token, which no page of another site can send: it is not among the headers."""
    if request.method in ("GET", "HEAD") or (request.method == "POST" and request.path == "/reconcile"):
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
        response.headers.setdefault("Access-Control-Expose-Headers", _SHOWN_HEADERS)
    elif request.method == "OPTIONS":
        methods = _READ_METHODS + (("POST",) if request.path in _ALSO_READ_BY_POST else ())
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
        response.headers.setdefault("Access-Control-Allow-Methods", ", ".join(methods))
        response.headers.setdefault("Access-Control-Allow-Headers", _REQUEST_HEADERS)
        response.headers.setdefault("Access-Control-Max-Age", "86400")
    return response
