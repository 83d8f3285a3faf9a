"""Full-text search: a page, or JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.exceptions import BadRequest

from kg.citations import CITATION_FORMATS
from kg.search import KINDS, SearchResult
from server.citations import as_citation_format, asked_options, listed
from server.links import address
from server.negotiation import HTML, PLAIN_JSON, Offer, choose
from server.representations import represented
from server.state import current_snapshot

blueprint = Blueprint("search", __name__)

_PAGE = 20
_MOST = 100
_FARTHEST = 10_000
_LONGEST = 1000


@dataclass(frozen=True)
class Search:
    """What is asked for; `kind` None: things of every kind."""

    text: str
    kind: str | None
    limit: int
    offset: int

    def at(self, offset: int) -> str:
        """The address of the same search from another hit on."""
        return self._address(self.kind, offset)

    def of(self, kind: str | None) -> str:
        """The address of the same search among the things of another kind."""
        return self._address(kind, 0)

    def as_format(self, extension: str) -> str:
        """The address of what this search shows in a format of references."""
        return f"{self._address(self.kind, self.offset)}&{urlencode({'format': extension})}"

    def _address(self, kind: str | None, offset: int) -> str:
        limit = self.limit if self.limit != _PAGE else None
        asked = {"q": self.text, "type": kind, "limit": limit, "offset": offset or None}
        return f"{url_for('search.search')}?{urlencode({key: value for key, value in asked.items() if value})}"


@blueprint.get("/search")
@blueprint.get("/search.<path:extension>")
def search(extension: str | None = None) -> Response:
    asked = _parse()
    offer: Offer = choose((HTML, PLAIN_JSON, *CITATION_FORMATS), extension or request.args.get("format"))
    result = current_snapshot().index.search(asked.text, asked.kind, asked.limit, asked.offset)
    if offer is HTML:
        return represented(HTML, lambda: render_template("search.html", asked=asked, result=result, kinds=KINDS))
    if citation_format := as_citation_format(offer):
        options = asked_options()
        papers = [hit.iri for hit in result.hits if hit.kind == "paper"]
        return represented(citation_format, lambda: listed(papers, citation_format, options))
    return represented(PLAIN_JSON, lambda: _json(asked, result))


def _parse() -> Search:
    text = request.args.get("q", "").strip()
    kind = request.args.get("type") or None
    if len(text) > _LONGEST:
        raise BadRequest(f"A search takes at most {_LONGEST} characters; give fewer words.")
    if kind is not None and kind not in KINDS:
        raise BadRequest(f"There is no type '{kind}'; take one of {', '.join(KINDS)}, or leave it out.")
    return Search(text, kind, _number("limit", _PAGE, 1, _MOST), _number("offset", 0, 0, _FARTHEST))


def _number(name: str, default: int, least: int, most: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and least <= int(text) <= most):
        raise BadRequest(f"'{name}' takes a whole number from {least} to {most}.")
    return int(text)


def _json(asked: Search, result: SearchResult) -> bytes:
    hits = [asdict(hit) | {"page": address(hit.iri)} for hit in result.hits]
    body = {"query": asked.text, "type": asked.kind, "total": result.total, "offset": asked.offset, "hits": hits}
    return msgspec.json.encode(body)
