"""References over HTTP: of a paper, of the papers of a thing, and of the papers that a query or a search names."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.exceptions import BadRequest

from kg.citations import CITABLE_KINDS, CITATION_FORMATS, CitationFormat, Options, citations, papers_of
from kg.resources import GraphReader
from server.links import RESOURCE_KINDS
from server.negotiation import Offer
from server.representations import represented
from server.state import current_snapshot, current_state

_FARTHEST = 1000  # pages
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
OPTIONS = ("abstracts", "ascii")


def citation_formats(kind: str) -> tuple[CitationFormat, ...]:
    """The formats that a thing of that kind has: its own reference, or those of its papers."""
    return CITATION_FORMATS if kind in CITABLE_KINDS else ()


def as_citation_format(offer: Offer) -> CitationFormat | None:
    return next((known for known in CITATION_FORMATS if known is offer), None)


def cited(iri: str, kind: str, citation_format: CitationFormat) -> Response:
    """The paper, or a page of the papers of the thing; its neighbours are links of the answer."""
    page, options = page_number(_FARTHEST), asked_options()
    reader = GraphReader(current_snapshot().store)
    found = papers_of(reader, iri, kind, page)
    response = represented(
        citation_format, lambda: citation_format.write(citations(reader, found.papers, options.abstracts), options)
    )
    for number, relation in ((page - 1, "prev"), (page + 1, "next")):
        if number >= 1 and (number < page or not found.is_last):
            response.headers.add("Link", f'<{page_address(number)}>; rel="{relation}"')
    return response


def listed(papers: Iterable[str], citation_format: CitationFormat, options: Options) -> str:
    """The papers among these IRIs, each once, in their order."""
    reader = GraphReader(current_snapshot().store)
    own = f"{current_state().settings.base_iri}{RESOURCE_KINDS[0]}/"
    known = (iri for iri in dict.fromkeys(papers) if iri.startswith(own) and reader.is_described_safely(iri))
    return citation_format.write(citations(reader, known, options.abstracts), options)


def asked_options() -> Options:
    """`abstracts=true`, `ascii=true`."""
    values = {name: _TRUTHS.get(request.args.get(name, "false").lower()) for name in OPTIONS}
    for name, value in values.items():
        if value is None:
            raise BadRequest(f"'{name}' takes true or false.")
    return Options(bool(values["abstracts"]), bool(values["ascii"]))


def page_address(number: int) -> str:
    """This request's address with another page."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return f"?{urlencode([*asked, ('page', str(number))])}"


def page_number(farthest: int) -> int:
    """Which page this request asks for, from 1."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= farthest):
        raise BadRequest(f"'page' takes a whole number from 1 to {farthest}; there is more in /export/.")
    return int(text)
