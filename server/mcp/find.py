"""From words and names to things; and a thing with all that the graph says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import msgspec
from flask import request
from msgspec import Meta

from kg import jsonld
from kg.errors import UsageError
from kg.finding import find
from kg.gone import departure
from kg.links import called_now
from kg.ntriples import is_iri
from kg.reconciliation import Candidate, Query, Reconciler
from kg.resources import GraphReader, describe
from kg.search import Filters, Sort
from server.links import RESOURCE_KINDS
from server.mcp.results import cut
from server.mcp.tools import Answer, Arguments, Object, Tool, tool
from server.search_request import full_iri
from server.state import current_snapshot, current_state

Kind = Literal["paper", "author", "institution", "concept", "venue"]
_Year = Annotated[int, Meta(ge=0, le=9999)]
_KIND = Meta(description="What to look for; things of every kind, if left out")
_NARROWING = ("venue", "concept", "author", "institution")
_LONGEST_NAME = 1000
_LARGEST = 40_000  # characters of a description
_SHORTER = (100, 30, 10, 3, 1)  # values of one property, tried in turn until the description is short enough
_LONGEST_TEXT = 1000


def _thing(kind: str, example: str) -> Meta:
    described = f"Papers of this {kind}: its IRI, or what follows the base in it"
    return Meta(max_length=1000, description=described, examples=[example])


class Search(Arguments, frozen=True):
    words: Annotated[
        str,
        Meta(
            max_length=_LONGEST_NAME,
            description="Words of a title, a name or a label",
            examples=["deceptive alignment"],
        ),
    ]
    kind: Annotated[Kind | None, _KIND] = None
    venue: Annotated[str, _thing("venue", "mlanthology:icml")] = ""
    concept: Annotated[str, _thing("concept", "arxiv:cs.LG")] = ""
    author: Annotated[str, _thing("author", "author/evan-hubinger")] = ""
    institution: Annotated[str, _thing("institution", "institution/openai")] = ""
    year_from: Annotated[_Year | None, Meta(description="Papers of this year and later ones")] = None
    year_to: Annotated[_Year | None, Meta(description="Papers of this year and earlier ones")] = None
    with_code: Annotated[bool, Meta(description="Papers with code alone")] = False
    sort: Annotated[Sort, Meta(description="'cited': things with most papers, papers cited most, come first")] = (
        "relevance"
    )
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    offset: Annotated[int, Meta(ge=0, le=10_000, description="How many to pass over")] = 0


class Found(msgspec.Struct, frozen=True):
    iri: str
    kind: str
    label: str
    detail: str
    """Authors and year, or how many papers."""


class Hits(msgspec.Struct, frozen=True):
    snapshot: str
    total: int
    hits: list[Found]


class Describe(Arguments, frozen=True):
    thing: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2000,
            description="Its IRI, or what follows the base in it",
            examples=["author/evan-hubinger"],
        ),
    ]


class Description(msgspec.Struct, frozen=True):
    iri: str
    address: str
    snapshot: str
    truncated: bool
    """Whether lists and texts are cut; `address` has all."""
    description: dict[str, Any]
    """JSON-LD with plain keys."""


class Names(Arguments, frozen=True):
    names: Annotated[
        list[Annotated[str, Meta(max_length=_LONGEST_NAME)]],
        Meta(
            min_length=1,
            max_length=50,
            description="Names, titles or identifiers (DOI, ORCID, arXiv, ROR, OpenAlex)",
            examples=[["E. Hubinger", "arXiv:1906.01820"]],
        ),
    ]
    kind: Annotated[Kind | None, _KIND] = None
    limit: Annotated[int, Meta(ge=1, le=25, description="Candidates of each name")] = 5


class Meant(msgspec.Struct, frozen=True):
    iri: str
    kind: str
    label: str
    description: str
    score: float
    """0 to 100."""
    match: bool
    """Whether this one is clearly meant."""


class NameMeant(msgspec.Struct, frozen=True):
    name: str
    candidates: list[Meant]


class Reconciled(msgspec.Struct, frozen=True):
    snapshot: str
    names: list[NameMeant]


def finding_tools() -> list[Tool]:
    return [
        tool(
            "search",
            "Search for words",
            "Find papers, authors, institutions, concepts and venues by words of their titles and names. Papers can be "
            "narrowed down by venue, concept, author, institution, years and code; words may be left empty then.",
            Search,
            Hits,
            _search,
        ),
        tool(
            "reconcile",
            "Find what names mean",
            "From names, titles or identifiers to the things that they mean, with scores; 'match' says which one is "
            "clearly meant. If none is, ask or compare the descriptions: people share names.",
            Names,
            Reconciled,
            _reconcile,
        ),
        tool(
            "describe",
            "Describe a thing",
            "What the graph says of one thing, what points to it and where that comes from, as JSON-LD.",
            Describe,
            Description,
            _describe,
        ),
    ]


def _search(asked: Search) -> Answer:
    snapshot = current_snapshot()
    narrowed = Filters(asked.year_from, asked.year_to, with_code=asked.with_code)
    things = {kind: full_iri(kind, text) for kind in _NARROWING if (text := getattr(asked, kind).strip())}
    filters = replace(narrowed, **things)  # type: ignore[arg-type]
    result = find(
        snapshot, asked.words.strip(), asked.kind, asked.limit, asked.offset, filters=filters, sort=asked.sort
    )
    hits = [Found(hit.iri, hit.kind, hit.label, hit.detail) for hit in result.hits]
    lines = [f"{_key(hit.iri)}\t{hit.label}\t{hit.detail}" for hit in hits]
    return Answer(
        Hits(snapshot.id, result.total, hits), "\n".join([*lines, "", f"{len(hits)} of {result.total:,} found."])
    )


def _reconcile(asked: Names) -> Answer:
    snapshot = current_snapshot()
    reconciler = Reconciler(snapshot)
    names = [
        NameMeant(name, [_meant(each) for each in reconciler.reconcile(Query(name, asked.kind, asked.limit))])
        for name in asked.names
    ]
    lines = []
    for each in names:
        lines.append(f"{each.name}: {'' if each.candidates else 'nothing is called so'}")
        for found in each.candidates:
            sure = ", clearly meant" if found.match else ""
            lines.append(f"  {_key(found.iri)}\t{found.label}\t{found.description}\t{found.score:g}{sure}")
    return Answer(Reconciled(snapshot.id, names), "\n".join(lines))


def _meant(candidate: Candidate) -> Meant:
    thing = candidate.thing
    return Meant(
        thing.iri, thing.kind or "", thing.label, candidate.description, candidate.score, bool(candidate.is_match)
    )


def _describe(asked: Describe) -> Answer:
    snapshot = current_snapshot()
    iri = _described(asked.thing.strip())
    kind, context = GraphReader(snapshot.store).thing(iri).kind, f"{request.url_root}context.jsonld"
    document = jsonld.framed(describe(snapshot.store, iri), iri, kind, context)
    shortened = _readable(document)
    address = f"{request.url_root}data/{_key(iri)}.jsonld"
    text = msgspec.json.encode(shortened).decode()
    if cut_short := shortened is not document:
        text += f"\n\nLists and texts are cut; all of it: {address}"
    return Answer(Description(iri, address, snapshot.id, cut_short, shortened), text)


def _described(text: str) -> str:
    """The IRI of the thing that is meant, by what it is called now. Raises UsageError."""
    snapshot, base = current_snapshot(), current_state().settings.base_iri
    iri = text if text.startswith(base) else base + text.lstrip("/")
    kind, _, key = iri.removeprefix(base).partition("/")
    if kind in RESOURCE_KINDS and key and is_iri(iri):
        if GraphReader(snapshot.store).is_described(iri):
            return iri
        if now := called_now(snapshot.store, iri, base, key):
            return now
        if left := departure(current_state().settings.store, iri):
            raise UsageError(f"the graph had {_key(iri)} {left}; look for it by name with 'search'", text)
    kinds = ", ".join(RESOURCE_KINDS[:5])
    raise UsageError(
        f"the graph has no {text[:200]!r}; give an IRI under {base} or what follows that, a kind ({kinds}) and a key, "
        "or find it with 'search'",
        text,
    )


def _readable(document: Object) -> Object:
    """The same, or a copy whose lists and texts are cut until an agent can read it."""
    if len(msgspec.json.encode(document)) <= _LARGEST:
        return document
    shortened = document
    for most in _SHORTER:
        shortened = _shortened(document, most)
        if len(msgspec.json.encode(shortened)) <= _LARGEST:
            break
    return shortened


def _shortened(value: Any, most: int) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(each, most) for key, each in value.items()}
    if isinstance(value, list):
        return [_shortened(each, most) for each in value[:most]]
    return cut(value, _LONGEST_TEXT) if isinstance(value, str) else value


def _key(iri: str) -> str:
    """What follows the base, as every tool takes it."""
    return iri.removeprefix(current_state().settings.base_iri)
