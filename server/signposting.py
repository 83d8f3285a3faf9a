"""Signposting (https://signposting.org/FAIR/): what belongs to a thing, as typed links that programs follow.

Level 1: the `Link` header of a thing's page. Level 2: the same and more as a set of links, a document of its own
(RFC 9264), which the header leads to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from urllib.parse import urljoin

import msgspec
from flask import Response, request
from werkzeug.urls import iri_to_uri

from kg import namespaces as ns
from kg.identifiers import external_iris
from kg.records import Identifier
from kg.resources import GraphReader, authorships_in_order
from server.citations import citation_formats
from server.links import local_path
from server.negotiation import HTML, Offer, PageFormat
from server.representations import represented
from server.state import current_snapshot

LINKSET_JSON = PageFormat("linkset-json", "json", "application/linkset+json")
LINKSET = PageFormat("linkset", "txt", "application/linkset")
LINKSET_FORMATS = (LINKSET_JSON, LINKSET)

_ABOUT_PAGE = ns.SCHEMA + "AboutPage"
_TYPES = {
    "paper": "ScholarlyArticle",
    "author": "Person",
    "institution": "Organization",
    "concept": "DefinedTerm",
    "venue": "Periodical",
    "dataset": "Dataset",
}
_MOST_AUTHORS = 20
_MOST_AUTHORS_IN_SET = 5000
_LONGEST = 6000  # bytes of a header
_MOST_ITEMS = 10


@dataclass(frozen=True)
class Link:
    """A typed link of `anchor`; `media_type` is that of what it leads to, where it is known."""

    anchor: str
    relation: str
    target: str
    media_type: str | None = None


def header(links: list[Link]) -> str:
    """Links of one thing as a field of HTTP (RFC 8288); not all if they are many, since clients take only so much."""
    fields = [_field(link) for link in links]
    lengths = accumulate(len(field) + 2 for field in fields)
    return ", ".join(field for field, length in zip(fields, lengths, strict=True) if length <= _LONGEST)


def page_links(
    reader: GraphReader, iri: str, kind: str, data: tuple[Offer, ...], authors: int = _MOST_AUTHORS
) -> Iterator[Link]:
    """Those of the page of a thing; of a paper the first authors and places only."""
    page = local_path(iri, "/page/")
    yield Link(page, "cite-as", _cited_as(reader, iri, kind))
    yield from linkset_links(iri)
    yield Link(page, "type", _ABOUT_PAGE)
    if kind in _TYPES:
        yield Link(page, "type", ns.SCHEMA + _TYPES[kind])
    yield from metadata_links(iri, kind, data)
    if kind == "paper":
        yield from _items(reader, iri, page)
        for author in _authors(reader, iri, authors):
            yield Link(page, "author", author)


def metadata_links(iri: str, kind: str, data: tuple[Offer, ...]) -> Iterator[Link]:
    page = local_path(iri, "/page/")
    for offer in (*data, *citation_formats(kind)):
        yield Link(page, "describedby", local_path(iri, "/data/", f".{offer.extension}"), offer.media_type)


def linkset_links(iri: str) -> Iterator[Link]:
    page = local_path(iri, "/page/")
    for offer in LINKSET_FORMATS:
        yield Link(page, "linkset", local_path(iri, "/linkset/", f".{offer.extension}"), offer.media_type)


def linkset(iri: str, kind: str, data: tuple[Offer, ...], linkset_format: PageFormat) -> Response:
    """All of it, also what leads back from the data and from the text."""
    reader = GraphReader(current_snapshot().store)

    def render() -> str | bytes:
        links = list(_both_ways(reader, iri, kind, data))
        return _as_json(links) if linkset_format is LINKSET_JSON else _as_text(links)

    return represented(linkset_format, render)


def _both_ways(reader: GraphReader, iri: str, kind: str, data: tuple[Offer, ...]) -> Iterator[Link]:
    page = local_path(iri, "/page/")
    links = [link for link in page_links(reader, iri, kind, data, _MOST_AUTHORS_IN_SET) if link.relation != "linkset"]
    yield from links
    for link in links:
        if link.relation == "describedby":
            yield Link(link.target, "describes", page, HTML.media_type)
        elif link.relation == "item":
            yield Link(link.target, "collection", page, HTML.media_type)


def _cited_as(reader: GraphReader, iri: str, kind: str) -> str:
    """The DOI, ORCID or ROR where there is one, else the name that it has here."""
    scheme = {"paper": "doi", "author": "orcid", "institution": "ror"}.get(kind)
    return _by_identifier(reader, iri, scheme, kind) or iri if scheme else iri


def _by_identifier(reader: GraphReader, iri: str, scheme: str, kind: str) -> str | None:
    spelled = sorted(text for text in reader.texts(iri, ns.IDENTIFIER) if text.startswith(f"{scheme}:"))
    return next((external_iris(Identifier(scheme, text.partition(":")[2]), kind)[0] for text in spelled), None)


def _authors(reader: GraphReader, iri: str, most: int) -> list[str]:
    """Their ORCIDs, else their names here, in order."""
    authorships = authorships_in_order(reader, iri)[:most]
    authors = (author for each in authorships for author in reader.iris(each, ns.AUTHORSHIP_AUTHOR)[:1])
    return [_by_identifier(reader, author, "orcid", "author") or local_path(author) for author in authors]


def _items(reader: GraphReader, iri: str, page: str) -> Iterator[Link]:
    """Where the text is, and under which licences."""
    places = sorted(reader.iris(iri, ns.HAS_LOCATION))[:_MOST_ITEMS]
    texts = (text for place in places for text in reader.iris(place, ns.FULL_TEXT))
    for text in list(dict.fromkeys(filter(_is_on_the_web, texts)))[:_MOST_ITEMS]:
        is_pdf = text.partition("?")[0].lower().endswith(".pdf") or "/pdf/" in text
        yield Link(page, "item", text, "application/pdf" if is_pdf else None)
    licences = (licence for place in places for licence in reader.iris(place, ns.LICENSE))
    for licence in sorted(set(filter(_is_on_the_web, licences)))[:_MOST_ITEMS]:
        yield Link(page, "license", licence)


def _is_on_the_web(iri: str) -> bool:
    return iri.startswith(("http://", "https://"))


def _field(link: Link) -> str:
    media_type = f'; type="{link.media_type}"' if link.media_type else ""
    return f'<{_uri(link.target)}>; rel="{link.relation}"{media_type}'


def _as_text(links: list[Link]) -> str:
    fields = (f'{_field(_absolute(link))}; anchor="{_uri(_absolute(link).anchor)}"' for link in links)
    return ",\n".join(fields) + "\n"


def _as_json(links: list[Link]) -> bytes:
    contexts: dict[str, dict[str, list[dict[str, str]]]] = {}
    for link in map(_absolute, links):
        target = {"href": _uri(link.target), **({"type": link.media_type} if link.media_type else {})}
        contexts.setdefault(_uri(link.anchor), {}).setdefault(link.relation, []).append(target)
    body = {"linkset": [{"anchor": anchor, **relations} for anchor, relations in contexts.items()]}
    return msgspec.json.format(msgspec.json.encode(body))


def _absolute(link: Link) -> Link:
    """A set of links stands apart from what it speaks of."""
    here = request.url_root
    return Link(urljoin(here, link.anchor), link.relation, urljoin(here, link.target), link.media_type)


def _uri(iri: str) -> str:
    """As a header holds it: ASCII, and nothing that would end it."""
    return iri_to_uri(iri).replace(">", "%3E").replace("<", "%3C").replace('"', "%22").replace(" ", "%20")
