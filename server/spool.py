"""A spooled result as an answer: a body of known length, read while it is sent."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, request
from werkzeug.wsgi import wrap_file

from kg.workers import QueryResult
from server.cache import CachedResult
from server.state import current_state

_SMALL = 64 * 1024  # bytes; what is no longer is sent faster from memory than from a file
TRUNCATED = "Result-Truncated"
_HEADERS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", f"ETag, {TRUNCATED}"),
    ("Cache-Control", "no-cache"),
)


def sent(result: QueryResult, media_type: str) -> Response:
    """The answer with this result; its file is gone once it is closed."""
    if request.method == "HEAD" or result.size <= _SMALL:
        with result.body as body:
            response = _response(body.read() if request.method != "HEAD" else None, media_type)
    else:
        response = _response(wrap_file(request.environ, result.body), media_type, direct_passthrough=True)
    response.content_length = result.size
    if result.truncated:
        response.headers[TRUNCATED] = f"rows={result.rows}"
    return response


def kept(result: QueryResult, media_type: str, key: str) -> Response:
    """The answer with this result, which the cache keeps under `key` if it is small enough to be worth it."""
    cache = current_state().cache
    if result.truncated or not cache.takes(result.size):
        return sent(result, media_type)
    with result.body as body:
        cached = CachedResult(body.read(), result.rows)
    cache.put(key, cached)
    return resent(cached, media_type)


def resent(cached: CachedResult, media_type: str) -> Response:
    """The answer with a result that the cache has."""
    return _response(cached.body, media_type)


def _response(body: bytes | Iterable[bytes] | None, media_type: str, direct_passthrough: bool = False) -> Response:
    headers = [("Content-Type", media_type), *_HEADERS]
    return Response(body, headers=headers, direct_passthrough=direct_passthrough)
