"""What a search asks for, as the query string says it, and the addresses of other searches like it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.exceptions import BadRequest

from kg.citations import CITATION_FORMATS
from kg.formats import CSV, JSON_LD
from kg.identifiers import is_identifier
from kg.search import KINDS, SORTS, Filters, Sort
from server.negotiation import Offer
from server.state import current_state

LONGEST = 1000
FARTHEST = 10_000
PAGE = 20
LINKS = ("venue", "concept", "author", "institution", "dataset")
_LAST_YEAR = 9999
_FULL_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|urn:")


@dataclass(frozen=True)
class Search:
    """What is asked for; `kind` None: things of every kind."""

    text: str
    kind: str | None
    filters: Filters
    sort: Sort
    limit: int
    offset: int

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.kind or self.filters)

    @property
    def is_identifier(self) -> bool:
        """Whether the text is an identifier rather than words."""
        return is_identifier(self.text)

    def at(self, offset: int) -> str:
        """The address of the same search from another hit on."""
        return replace(self, offset=offset).address()

    def of(self, kind: str | None) -> str:
        """The address of the same search among the things of another kind."""
        return replace(self, kind=kind, offset=0).address()

    def saying(self, text: str) -> str:
        """The address of the same search for other words."""
        return replace(self, text=text, offset=0).address()

    def by(self, sort: Sort) -> str:
        return replace(self, sort=sort, offset=0).address()

    def narrowed(self, **values: Any) -> str:
        """The address of the same search with other filters; None takes one away."""
        return replace(self, filters=replace(self.filters, **values), offset=0).address()

    def as_format(self, extension: str, limit: int) -> str:
        """The address of so many hits in another format."""
        return replace(self, limit=limit, offset=0).address(format=extension)

    def address(self, **more: str) -> str:
        return f"{url_for('search.search')}?{urlencode(self.asked() | more)}"

    def asked(self) -> dict[str, str]:
        """The query string that asks this, without what is usual."""
        filters = self.filters
        asked: dict[str, object] = {"q": self.text, "type": self.kind}
        asked |= {name: short_key(name, iri) for name in LINKS if (iri := getattr(filters, name))}
        asked |= {"from": filters.year_from, "to": filters.year_to, "code": "true" if filters.with_code else None}
        asked["sort"] = self.sort if self.sort != "relevance" else None
        asked["limit"] = self.limit if self.limit != PAGE else None
        asked["offset"] = self.offset or None
        return {name: str(value) for name, value in asked.items() if value not in (None, "")}


def most_hits(offer: Offer) -> int:
    """How many hits there are at most in a format: a reference takes longest to write."""
    if offer in CITATION_FORMATS:
        return 200
    return 1000 if offer in (CSV, JSON_LD) else 100


def asked_search(limit: int, most: int) -> Search:
    """The search of this request. BadRequest for a value that it does not take."""
    kind = request.args.get("type") or None
    if kind is not None and kind not in KINDS:
        raise BadRequest(f"There is no type '{kind}'; take one of {', '.join(KINDS)}, or leave it out.")
    sort = request.args.get("sort") or "relevance"
    if sort not in SORTS:
        raise BadRequest(f"There is no order '{sort}'; take one of {', '.join(SORTS)}, or leave it out.")
    return Search(
        asked_text(LONGEST),
        kind,
        _filters(),
        sort,
        _number("limit", limit, 1, most),
        _number("offset", 0, 0, FARTHEST),
    )


def asked_text(longest: int) -> str:
    text = request.args.get("q", "").strip()
    if len(text) > longest:
        raise BadRequest(f"A search takes at most {longest} characters; give fewer words.")
    return text


def _filters() -> Filters:
    with_code = request.args.get("code") or "false"
    if with_code not in ("true", "false", "1", "0"):
        raise BadRequest("'code' takes true or false.")
    filters = Filters(
        _number("from", None, 0, _LAST_YEAR), _number("to", None, 0, _LAST_YEAR), with_code=with_code in ("true", "1")
    )
    links = {name: full_iri(name, value) for name in LINKS if (value := request.args.get(name, "").strip())}
    return replace(filters, **links)  # type: ignore[arg-type]


def full_iri(kind: str, text: str) -> str:
    """The IRI that a client means: itself, or what follows the base and, if need be, the kind."""
    if len(text) > LONGEST:
        raise BadRequest(f"'{kind}' takes at most {LONGEST} characters: an IRI, or what follows {kind}/ in it.")
    if _FULL_IRI.match(text):
        return text
    base = current_state().settings.base_iri
    return base + (text if text.startswith(f"{kind}/") else f"{kind}/{text}")


def short_key(kind: str, iri: str) -> str:
    """What names a thing in a query string, where `full_iri` reads it."""
    key = iri.removeprefix(f"{current_state().settings.base_iri}{kind}/")
    return key if full_iri(kind, key) == iri else iri


def _number(name: str, default: Any, least: int, most: int) -> Any:
    text = request.args.get(name, "")
    if not text and default is None:
        return None
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and least <= int(text) <= most):
        raise BadRequest(f"'{name}' takes a whole number from {least} to {most}.")
    return int(text)
