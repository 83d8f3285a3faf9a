"""What a request asks of the papers of a thing, and the addresses of pages that ask for it."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request
from werkzeug.exceptions import BadRequest

from kg.errors import TermError
from kg.ntriples import check_iri
from kg.paper_lists import FARTHEST, Asked
from server.citations import page_number
from server.picking import key_of
from server.state import current_state

_LONGEST = 300
_THINGS = ("author", "institution", "concept", "venue")


def asked_papers() -> Asked:
    """`q`, `year`, `page`, and things: `author=author/evan-hubinger`, or its IRI."""
    text = request.args.get("q", "").strip()
    if len(text) > _LONGEST:
        raise BadRequest(f"'q' takes at most {_LONGEST} characters; give fewer words.")
    things = {name: _thing(name) for name in _THINGS}
    return Asked(text=text, year=_year(), page=page_number(FARTHEST), **things)


def papers_address(asked: Asked) -> str:
    """Where the page that shows a thing shows these of its papers."""
    named = {name: key_of(value) for name in _THINGS if (value := getattr(asked, name))}
    values = {"q": asked.text, "year": asked.year, **named, "page": asked.page if asked.page > 1 else None}
    query = urlencode({name: value for name, value in values.items() if value}, safe="/:")
    return f"{request.root_path}{request.path}{'?' if query else ''}{query}#papers"


def _year() -> int | None:
    text = request.args.get("year", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise BadRequest("'year' takes a year, as 2024.")
    return int(text) if text else None


def _thing(name: str) -> str | None:
    text = request.args.get(name, "")
    base = current_state().settings.base_iri
    try:
        return check_iri(text if text.startswith(base) else base + text) if text else None
    except TermError as error:
        raise BadRequest(f"'{name}' takes a thing, as {name}/… or as an IRI.") from error
