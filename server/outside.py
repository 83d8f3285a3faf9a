"""The address by which readers know the service, where a proxy stands before it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask


def register_address(app: Flask, address: str) -> None:
    """Let every request have come to `address`, if there is one. What a proxy says of that in headers is not asked:
    any client may say the same."""
    if address:
        app.wsgi_app = _Outside(app.wsgi_app, address)  # type: ignore[method-assign]


class _Outside:
    def __init__(self, application: WSGIApplication, address: str) -> None:
        self._application = application
        parts = urlsplit(address)
        self._scheme, self._host, self._root = parts.scheme, parts.netloc, parts.path.rstrip("/")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.url_scheme"], environ["HTTP_HOST"] = self._scheme, self._host
        path = environ["PATH_INFO"]
        if f"{path}/".startswith(f"{self._root}/"):  # else the proxy has taken it off, or somebody asks past the proxy
            environ["PATH_INFO"] = path[len(self._root) :]
        environ["SCRIPT_NAME"] = self._root
        return self._application(environ, start_response)
