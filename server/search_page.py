"""The search page: hits with the words that were found, facets as links, and what the search is narrowed down to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask import render_template

from kg import namespaces as ns
from kg.citations import CITATION_FORMATS
from kg.formats import CSV, JSON_LD
from kg.ntriples import is_iri
from kg.resources import GraphReader
from kg.search import KINDS, Facets, Hit, SearchResult, Sort
from kg.search.highlighting import Fragment, highlighted, snippet
from server.negotiation import PLAIN_JSON, Offer
from server.search_request import FARTHEST, LINKS, Search, most_hits
from server.state import current_snapshot

_ORDERS: dict[Sort, str] = {
    "relevance": "best match",
    "newest": "newest",
    "oldest": "oldest",
    "title": "title",
    "cited": "most cited",
}
_ORDERS_OF_THINGS: dict[Sort, str] = {"relevance": "best match", "cited": "most papers", "title": "name"}
_HEADINGS = {
    "venue": "Venues",
    "concept": "Concepts",
    "author": "Authors",
    "institution": "Institutions",
    "dataset": "Sources",
}
_LIST_FORMATS = (CSV, PLAIN_JSON, JSON_LD)
_REPEATED = 600  # characters of an address


@dataclass(frozen=True)
class ShownHit:
    """A hit as the page shows it: its label and a piece of its abstract, with the words that were found."""

    hit: Hit
    label: list[Fragment]
    snippet: list[Fragment]


@dataclass(frozen=True)
class Choice:
    """A value that the search can be narrowed down to, or freed of."""

    label: str
    address: str
    count: int | None = None
    is_chosen: bool = False


@dataclass(frozen=True)
class Group:
    """The values of one facet, most frequent first."""

    kind: str
    heading: str
    choices: list[Choice]


@dataclass(frozen=True)
class Download:
    """The hits in another format: so many of them."""

    format: Offer
    address: str
    hits: int


@dataclass(frozen=True)
class Year:
    """A bar of the chart of years: how high it is in per cent, and its search."""

    year: int
    count: int
    height: float
    address: str


def search_page(asked: Search, result: SearchResult) -> str:
    reader = GraphReader(current_snapshot().store)
    # Each of its links says the text once more.
    facets = (result.facets if len(quote(asked.text)) <= _REPEATED else None) or Facets()
    terms = frozenset(result.terms)
    reader.expect_names([iri for name in LINKS for iri in getattr(facets, name) if is_iri(iri)])
    reader.expect([hit.iri for hit in result.hits], (ns.ABSTRACT,))
    return render_template(
        "search.html",
        asked=asked,
        result=result,
        hits=[_shown(reader, hit, terms) for hit in result.hits],
        kinds=[] if asked.filters else _kinds(asked, facets),
        groups=list(_groups(reader, asked, facets)),
        years=_years(asked, facets.years),
        chosen=list(_chosen(reader, asked)),
        orders=_orders(asked),
        with_code=facets.with_code,
        downloads=_downloads(asked, result),
        farthest=FARTHEST,
        last=min(asked.offset + len(result.hits), result.total),
    )


def _shown(reader: GraphReader, hit: Hit, terms: frozenset[str]) -> ShownHit:
    abstract = reader.text(hit.iri, ns.ABSTRACT) if hit.kind == "paper" and terms else None
    return ShownHit(hit, highlighted(hit.label, terms), snippet(abstract, terms) if abstract else [])


def _kinds(asked: Search, facets: Facets) -> list[Choice]:
    """Everything, then each kind of which something is found."""
    counts = [(kind, facets.kinds.get(kind, 0)) for kind in KINDS]
    every = Choice("everything", asked.of(None), sum(facets.kinds.values()), asked.kind is None)
    found = [Choice(f"{kind}s", asked.of(kind), n, kind == asked.kind) for kind, n in counts if n or kind == asked.kind]
    return [every, *found]


def _orders(asked: Search) -> list[Choice]:
    """Without words there is no best match."""
    labels = _ORDERS if asked.kind in (None, "paper") or asked.filters else _ORDERS_OF_THINGS
    offered = {sort: label for sort, label in labels.items() if asked.text or sort != "relevance"}
    chosen = asked.sort if asked.sort in offered else next(iter(offered))
    return [Choice(label, asked.by(sort), is_chosen=sort == chosen) for sort, label in offered.items()]


def _groups(reader: GraphReader, asked: Search, facets: Facets) -> list[Group]:
    """Facets of which more than one value is found, without what the search is narrowed down to already."""
    groups = []
    for name in LINKS:
        counts: dict[str, int] = getattr(facets, name)
        if getattr(asked.filters, name) is None or name in ("concept", "author", "institution"):
            choices = [
                Choice(_label(reader, name, iri), asked.narrowed(**{name: iri}), count)
                for iri, count in counts.items()
                if iri != getattr(asked.filters, name)
            ]
            if len(choices) > 1 or (choices and choices[0].count != facets.kinds.get("paper")):
                groups.append(Group(name, _HEADINGS[name], choices))
    return groups


def _label(reader: GraphReader, kind: str, iri: str) -> str:
    """What the graph calls a thing; what is no IRI as it was sent."""
    try:
        return reader.thing(iri).label
    except ValueError:
        return iri


def _downloads(asked: Search, result: SearchResult) -> list[Download]:
    formats = (*_LIST_FORMATS, *(CITATION_FORMATS if asked.kind in (None, "paper") else ()))
    return [
        Download(known, asked.as_format(known.extension, most_hits(known)), min(result.total, most_hits(known)))
        for known in formats
    ]


def _chosen(reader: GraphReader, asked: Search) -> list[Choice]:
    """What the search is narrowed down to, each with the address of the search without it."""
    filters = asked.filters
    chosen = [
        Choice(f"{name}: {_label(reader, name, iri)}", asked.narrowed(**{name: None}))
        for name in LINKS
        if (iri := getattr(filters, name))
    ]
    first, last = filters.year_from, filters.year_to
    if first is not None or last is not None:
        years = str(first) if first == last else f"{'' if first is None else first}–{'' if last is None else last}"
        chosen.append(Choice(f"years: {years}", asked.narrowed(year_from=None, year_to=None)))
    if filters.with_code:
        chosen.append(Choice("with code", asked.narrowed(with_code=False)))
    return chosen


def _years(asked: Search, counts: dict[int, int]) -> list[Year]:
    """A bar for each year from the first that matters to the last; nothing if there is one year only."""
    if len(counts) < 2:
        return []
    last = max(counts)
    first = max(min(counts), last - 39)
    highest = max(count for year, count in counts.items() if year >= first)
    return [
        Year(
            year,
            counts.get(year, 0),
            round(max(2, 100 * counts.get(year, 0) / highest), 1),
            asked.narrowed(year_from=year, year_to=year),
        )
        for year in range(first, last + 1)
    ]
