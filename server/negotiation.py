"""Content negotiation: which representation a request gets, and the headers that say so.

Quality values as in RFC 9110, section 12.5.1: the range that names a media type most closely decides, `q=0` excludes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

from flask import Response, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable, NotFound
from werkzeug.http import parse_accept_header


class Offer(Protocol):
    """What can be offered: the formats of `kg.formats`, HTML, or anything else with these attributes."""

    @property
    def extension(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def other_media_types(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class PageFormat:
    """A representation that is neither RDF nor a query result."""

    name: str
    extension: str
    media_type: str
    other_media_types: tuple[str, ...] = ()


HTML = PageFormat("html", "html", "text/html", ("application/xhtml+xml",))
PLAIN_JSON = PageFormat("json", "json", "application/json")
PROBLEM_JSON = PageFormat("problem", "json", "application/problem+json", ("application/json",))

AnyOffer = TypeVar("AnyOffer", bound=Offer)

_USUAL = 1000  # characters of an Accept header; what was read in a longer one is not kept


def choose(offers: Sequence[AnyOffer], extension: str | None = None, accept: str | None = None) -> AnyOffer:
    """The representation for this request: by `extension` if one is given, else by its Accept header.

    Between equals the range that names the type more closely wins, then the order of `offers`; so the first is the
    default. Raises NotFound for an extension that is not on offer, NotAcceptable if every offer is excluded.
    """
    if extension is not None:
        for offer in offers:
            if offer.extension == extension:
                return offer
        known = ", ".join(f".{offer.extension}" for offer in offers)
        raise NotFound(f"There is no representation with the extension .{extension}; there are {known}.")
    ranges = _ranges(accept)
    if not ranges:
        return offers[0]
    best = max(offers, key=lambda offer: _preference(ranges, offer))
    if not _preference(ranges, best)[0]:
        names = ", ".join(offer.media_type for offer in offers)
        raise NotAcceptable(f"This is available as {names}; ask for one of these in the Accept header.")
    return best


def content_type(offer: Offer, accept: str | None = None) -> str:
    """The Content-Type of an offer: the name by which the client asked for it, with the charset where it matters."""
    ranges = _ranges(accept)
    name = max((offer.media_type, *offer.other_media_types), key=lambda name: ranges.get(name, 0.0))
    return f"{name}; charset=utf-8" if name.startswith("text/") else name


def entity_tag(snapshot_id: str, *representation: str) -> str:
    """The opaque part of an ETag: the snapshot and whatever else decides what the body is.

    >>> entity_tag("000001-ab", "turtle") == entity_tag("000001-ab", "turtle")
    True
    >>> entity_tag("000001-ab", "a", "b") == entity_tag("000001-ab", "ab")
    False
    """
    digest = hashlib.sha256()
    for part in representation:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8) + encoded)
    return f"{snapshot_id}-{digest.hexdigest()[:16]}"


def validated(response: Response, tag: str, weak: bool = False) -> Response:
    """The response with `Vary: Accept` and its ETag; `weak` if the bytes may differ although the meaning does not."""
    response.vary.add("Accept")
    response.set_etag(tag, weak=weak)
    return response


def not_modified(tag: str, weak: bool = False) -> Response | None:
    """The 304 for a GET or HEAD whose If-None-Match has this tag, so that nothing need be computed; else None."""
    if "If-None-Match" not in request.headers or request.method not in ("GET", "HEAD"):
        return None
    if not request.if_none_match.contains_weak(tag):
        return None
    return validated(Response(status=304), tag, weak)


def _ranges(accept: str | None) -> Mapping[str, float]:
    """Quality by media range, of this request unless an Accept header is given.

    Parameters of a range are passed over: no offer differs from another by its charset or profile.
    """
    header = request.headers.get("Accept", "") if accept is None else accept
    return _read(header) if len(header) <= _USUAL else _read.__wrapped__(header)


@lru_cache(256)
def _read(header: str) -> Mapping[str, float]:
    """Clients of one kind all send the same."""
    ranges: dict[str, float] = {}
    for value, quality in parse_accept_header(header, MIMEAccept):
        name = value.partition(";")[0].strip().lower()
        ranges[name] = max(float(quality), ranges.get(name, 0.0))
    return ranges


def _preference(ranges: Mapping[str, float], offer: Offer) -> tuple[float, int]:
    """Quality, then how closely a range names the offer.

    A wildcard speaks of the proper name only: otherwise `*/*` would let in as `application/json` what
    `application/sparql-results+json;q=0` excludes.
    """
    main_type = offer.media_type.partition("/")[0]
    closest = ((2, offer.media_type), (1, f"{main_type}/*"), (0, "*/*"))
    by_name = next(((ranges[name], closeness) for closeness, name in closest if name in ranges), (0.0, 0))
    return max([by_name, *((ranges.get(name, 0.0), 2) for name in offer.other_media_types)])
