"""Headers that every answer carries: what a page may do in a browser, and that any other site may read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request
from werkzeug.wrappers import Response

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_Header = tuple[str, str, str]
"""A header: its name in small letters, its name, its value."""


def _headers(values: dict[str, str]) -> tuple[_Header, ...]:
    return tuple((name.lower(), name, value) for name, value in values.items())


_ALWAYS = _headers(
    {
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
)
_SHOWN = "Content-Disposition, Content-Range, ETag, Link, Location, Retry-After, X-Total-Count"
_READ = _headers({"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": _SHOWN})
_MAY_BE_SENT = "Accept, Accept-Language, Content-Type, If-None-Match, If-Modified-Since, Range, Cache-Control"


def _asked(methods: str) -> tuple[_Header, ...]:
    """What a browser is told that asks whether it may."""
    return _headers(
        {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": _MAY_BE_SENT,
            "Access-Control-Max-Age": "86400",
        }
    )


_ASKED, _ASKED_BY_POST = _asked("GET, HEAD, OPTIONS"), _asked("GET, HEAD, OPTIONS, POST")
_ALSO_READ_BY_POST = ("/sparql", "/reconcile")
"""A query may come by POST; it changes nothing."""
_MAY_BE_FRAMED = "paperkg.may_be_framed"


def register_security(app: Flask) -> None:
    app.wsgi_app = _Secured(app.wsgi_app)  # type: ignore[method-assign]


class _Secured:
    """Adds the headers to what an application answers: here, where each is looked at once, and none is left out."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Callable[[bytes], object]:
            present = {name.lower() for name, _ in headers}
            if _MAY_BE_FRAMED in environ:
                present.add("x-frame-options")
            added = (*_ALWAYS, *_shared(environ["REQUEST_METHOD"], environ["PATH_INFO"]))
            missing = [(name, value) for lower, name, value in added if lower not in present]
            return start_response(status, headers + missing, *failure)

        return self._application(environ, start)


def allow_frames(response: Response) -> None:
    """Let pages of other sites show this one in a frame; for what has nothing to click that does anything."""
    request.environ[_MAY_BE_FRAMED] = True
    response.headers["Content-Security-Policy"] = _POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


def _shared(method: str, path: str) -> tuple[_Header, ...]:
    """Any site may read. Writes need a token, which no page of another site can send: it is not among the headers."""
    path = path.rstrip("/")
    if method in ("GET", "HEAD") or (method == "POST" and path == "/reconcile"):
        return _READ
    if method == "OPTIONS":
        return _ASKED_BY_POST if path in _ALSO_READ_BY_POST else _ASKED
    return ()
