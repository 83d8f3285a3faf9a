"""Who may write: whoever has the token. Nothing else on this service changes the graph."""

from __future__ import annotations

import hmac

from flask import Flask, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import RequestEntityTooLarge, Unauthorized

from kg.commit import Commit
from kg.errors import QueryRefused
from kg.settings import Settings
from kg.updates import Write
from server.state import current_state


def authorise() -> None:
    """Let the request go on if it carries the bearer token of KG_WRITE_TOKEN.

    Raises QueryRefused if there is none, so that writes are off, and Unauthorized. The token is compared in constant
    time.
    """
    token = current_state().settings.write_token
    if not token:
        raise QueryRefused("this service takes no writes; its operator enables them by setting KG_WRITE_TOKEN")
    if not _has_token(current_state().settings, request.headers.get("Authorization", "")):
        raise Unauthorized(
            "Writes need the service's token; send it as 'Authorization: Bearer …'.",
            www_authenticate=WWWAuthenticate("bearer", {"realm": "paperkg"}),
        )


def register_body_limit(app: Flask) -> None:
    """Have the application take no longer body than whoever sends it may send, whatever server it runs under."""
    app.before_request(_check_body)


def body_limit(settings: Settings, authorization: str) -> int:
    """Bytes of a body by the Authorization header: without the token one only asks, and questions are short."""
    return settings.max_body if _has_token(settings, authorization) else min(settings.query_text, settings.max_body)


def _check_body() -> None:
    if not request.content_length:
        return
    allowed = body_limit(current_state().settings, request.headers.get("Authorization", ""))
    if request.content_length > allowed:
        raise RequestEntityTooLarge(
            f"A body of more than {allowed:,} bytes is not taken here (KG_QUERY_TEXT; with the token, KG_MAX_BODY)."
        )


def _has_token(settings: Settings, authorization: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    is_right = hmac.compare_digest(given.strip().encode(), settings.write_token.encode())
    return bool(settings.write_token) and scheme.lower() == "bearer" and is_right


def commit(write: Write, on: str | None = None) -> Commit:
    """Make a write, only `on` these contents if any are given; when this returns it is durable and everyone
    reads it."""
    committer = current_state().committer
    assert committer  # noqa: S101 - there is one wherever there is a token, and the request was authorised
    return committer.submit(write, on)
