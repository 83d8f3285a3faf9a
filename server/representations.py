"""One representation of something in a snapshot: computed only for a client that does not have it yet."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from kg.errors import NoSnapshot, RemoteError
from kg.workers import QueryResult
from server.cache import CachedResult
from server.links import raw_path
from server.negotiation import Offer, content_type, entity_tag, not_modified, validated
from server.spool import sent
from server.state import current_snapshot, current_state


def represented(offer: Offer, render: Callable[[], str | bytes], keep: bool = True) -> Response:
    """The answer to this request in the format `offer`, or a 304. `render` gives the body, from the snapshot alone;
    it is kept for whoever asks next, unless it may be another one each time."""

    def answer(tag: str, media_type: str) -> Response:
        return Response(_rendered(f"page {tag}", render) if keep else render(), content_type=media_type)

    return _conditional(offer, answer)


def result_sent(offer: Offer, ask: Callable[[], QueryResult]) -> Response:
    """The same with a query's result, which may be long: it is sent as it was spooled and not kept here."""
    return _conditional(offer, lambda _, media_type: sent(ask(), media_type))


def _conditional(offer: Offer, answer: Callable[[str, str], Response]) -> Response:
    """A 304, or `answer` by the tag and the media type."""
    media_type = content_type(offer)
    address = request.scheme, request.host, request.root_path, raw_path(), request.query_string.decode("latin-1")
    tag = entity_tag(_snapshot_id(), current_state().build, *address, media_type)
    response = not_modified(tag)
    if response is None:
        response = validated(answer(tag, media_type), tag)
    response.headers["Cache-Control"] = "no-cache"  # keep it, but ask each time whether it still holds
    return response


def _rendered(key: str, render: Callable[[], str | bytes]) -> bytes:
    cache = current_state().cache
    known = cache.get(key)
    if known:
        return known.body
    rendered = render()
    body = rendered.encode() if isinstance(rendered, str) else rendered
    if cache.takes(len(body)):
        cache.put(key, CachedResult(body, rows=0))
    return body


def _snapshot_id() -> str:
    """What does not come from the graph is served before there is one."""
    try:
        return current_snapshot().id
    except (NoSnapshot, RemoteError):
        return "none"
