"""A spooled result as an answer: a body of known length, read while it is sent."""

from __future__ import annotations

from flask import Response, request
from werkzeug.wsgi import wrap_file

from kg.workers import QueryResult

TRUNCATED = "Result-Truncated"


def sent(result: QueryResult, media_type: str) -> Response:
    """The answer with this result; its file is gone once it is closed."""
    if request.method == "HEAD":
        result.body.close()
        response = Response(content_type=media_type)
    else:
        body = wrap_file(request.environ, result.body)
        response = Response(body, content_type=media_type, direct_passthrough=True)
    response.content_length = result.size
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = f"ETag, {TRUNCATED}"
    response.headers["Cache-Control"] = "no-cache"
    if result.truncated:
        response.headers[TRUNCATED] = f"rows={result.rows}"
    return response
