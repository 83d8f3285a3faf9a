"""Who may write: whoever has the token. Nothing else on this service changes the graph."""

from __future__ import annotations

import hmac

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from kg.commit import Commit
from kg.errors import QueryRefused
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
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Unauthorized(
            "Writes need the service's token; send it as 'Authorization: Bearer …'.",
            www_authenticate=WWWAuthenticate("bearer", {"realm": "paperkg"}),
        )


def commit(write: Write) -> Commit:
    """Make a write; when this returns it is durable and everyone reads it."""
    committer = current_state().committer
    assert committer  # noqa: S101 - there is one wherever there is a token, and the request was authorised
    return committer.submit(write)
