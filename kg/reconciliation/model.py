"""What is asked and answered, and which properties things of each kind have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from kg import namespaces as ns
from kg.identifiers import external_iris, identifier
from kg.records import Identifier
from kg.resources import GraphReader, Thing, authorships_in_order

KINDS = {
    "author": "Author",
    "paper": "Paper",
    "institution": "Institution",
    "concept": "Concept",
    "venue": "Venue",
}
"""By what the graph calls things of them in their IRIs."""

_MOST = 50

Value = str | int | float | Thing


class PropertyValue(msgspec.Struct, frozen=True):
    """What is known of a thing beside its name."""

    property: str
    values: tuple[str, ...]


class Query(msgspec.Struct, frozen=True):
    """A name, or an identifier, and what else is known. `kind` None: a thing of any kind.

    Without a name, where `text` is empty, an identifier among the properties is what is asked for.
    """

    text: str
    kind: str | None = None
    limit: int = 5
    properties: tuple[PropertyValue, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A thing that may be meant; `score` from 0 to 100, `features` what it is made of, as shares."""

    thing: Thing
    score: float
    is_match: bool
    description: str = ""
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Property:
    """What can be asked of things of a kind. `of` is the kind of its values where they are things."""

    id: str
    name: str
    read: Callable[[GraphReader, str], Sequence[Value]]
    of: str | None = None
    is_identifier: bool = False
    """Its id is a scheme of kg.identifiers then."""


_OF_CONCEPTS = ("openalex", "wikidata")


def identifiers_of(reader: GraphReader, iri: str) -> list[str]:
    """What identifies a thing, as 'orcid:0000-0002-1825-0097'; of concepts what other graphs call the same."""
    matches = reader.iris(iri, ns.EXACT_MATCH)
    known = (identifier(scheme, match) for scheme in _OF_CONCEPTS for match in matches)
    return list(dict.fromkeys((*reader.texts(iri, ns.IDENTIFIER), *(f"{e.scheme}:{e.value}" for e in known if e))))


def identified(reader: GraphReader, known: Identifier, limit: int) -> list[str]:
    """At most so many things that this identifies."""
    found = reader.having(ns.IDENTIFIER, f"{known.scheme}:{known.value}", limit)
    names = external_iris(known, "concept") if known.scheme in _OF_CONCEPTS else ()
    concepts = (concept for name in names for concept in reader.subjects(ns.EXACT_MATCH, name, limit))
    return list(dict.fromkeys((*found, *concepts)))[:limit]


def _identifier(scheme: str, name: str) -> Property:
    def read(reader: GraphReader, iri: str) -> Sequence[Value]:
        texts = (text.partition(":") for text in identifiers_of(reader, iri))
        return [value for found, _, value in texts if found == scheme]

    return Property(scheme, name, read, is_identifier=True)


def _texts(id: str, name: str, *predicates: str) -> Property:
    def read(reader: GraphReader, iri: str) -> Sequence[Value]:
        found = [*dict.fromkeys(text for predicate in predicates for text in reader.texts(iri, predicate))]
        return list(found[:_MOST])

    return Property(id, name, read)


def _number(id: str, name: str, predicate: str) -> Property:
    def read(reader: GraphReader, iri: str) -> Sequence[Value]:
        value = reader.integer(iri, predicate)
        return [] if value is None else [value]

    return Property(id, name, read)


def _things(id: str, name: str, of: str, *predicates: str) -> Property:
    def read(reader: GraphReader, iri: str) -> Sequence[Value]:
        return [*dict.fromkeys(thing for predicate in predicates for thing in reader.things(iri, predicate)[:_MOST])]

    return Property(id, name, read, of)


def _addresses(id: str, name: str, predicate: str) -> Property:
    def read(reader: GraphReader, iri: str) -> Sequence[Value]:
        return list(reader.iris(iri, predicate)[:_MOST])

    return Property(id, name, read)


def _authors(reader: GraphReader, iri: str) -> Sequence[Value]:
    order = [
        author for each in authorships_in_order(reader, iri) for author in reader.things(each, ns.AUTHORSHIP_AUTHOR)
    ]
    return list(dict.fromkeys(order))[:_MOST]


def _affiliations(reader: GraphReader, iri: str) -> Sequence[Value]:
    stated = reader.things(iri, ns.MEMBER_OF)
    shown = reader.subjects(ns.AUTHORSHIP_AUTHOR, iri, _MOST)
    found = (place for authorship in shown for place in reader.things(authorship, ns.AFFILIATION))
    return list(dict.fromkeys([*stated, *found]))[:_MOST]


def _papers(reader: GraphReader, iri: str) -> Sequence[Value]:
    return [reader.thing(paper) for paper in reader.subjects(ns.CREATOR, iri, _MOST)]


_OPENALEX, _WIKIDATA = _identifier("openalex", "OpenAlex ID"), _identifier("wikidata", "Wikidata ID")
_COUNT = _number("paperCount", "papers in the graph", ns.PAPER_COUNT)
_SAME = _addresses("sameAs", "same as", ns.SAME_AS)

PROPERTIES: dict[str, tuple[Property, ...]] = {
    "author": (
        _identifier("orcid", "ORCID"),
        _OPENALEX,
        _identifier("dblp-person", "DBLP person"),
        _identifier("semanticscholar-author", "Semantic Scholar author"),
        _texts("name", "name", ns.NAME, ns.ALT_LABEL),
        Property("affiliation", "affiliation", _affiliations, "institution"),
        Property("paper", "paper", _papers, "paper"),
        _COUNT,
        _SAME,
    ),
    "paper": (
        _identifier("doi", "DOI"),
        _identifier("arxiv", "arXiv number"),
        _OPENALEX,
        _identifier("dblp", "DBLP key"),
        _identifier("semanticscholar", "Semantic Scholar ID"),
        _number("year", "year", ns.PUBLICATION_YEAR),
        Property("author", "author", _authors, "author"),
        _things("venue", "venue", "venue", ns.IS_PART_OF),
        _things("concept", "concept", "concept", ns.SUBJECT),
        _texts("title", "title", ns.TITLE),
        _number("citedBy", "citations in the graph", ns.CITED_BY_COUNT),
        _SAME,
    ),
    "institution": (
        _identifier("ror", "ROR"),
        _OPENALEX,
        _WIKIDATA,
        _identifier("grid", "GRID"),
        _identifier("isni", "ISNI"),
        _texts("name", "name", ns.NAME, ns.ALT_LABEL),
        _texts("country", "country", ns.COUNTRY),
        _texts("place", "place", ns.PLACE),
        _texts("kind", "kind", ns.INSTITUTION_KIND),
        _things("parent", "part of", "institution", ns.SUB_ORGANIZATION_OF),
        _COUNT,
        _SAME,
    ),
    "concept": (
        _OPENALEX,
        _WIKIDATA,
        _texts("notation", "notation", ns.NOTATION),
        _texts("label", "label", ns.PREF_LABEL, ns.ALT_LABEL),
        _things("broader", "broader concept", "concept", ns.BROADER),
        _things("scheme", "scheme", "scheme", ns.IN_SCHEME),
        _addresses("exactMatch", "exact match", ns.EXACT_MATCH),
        _COUNT,
    ),
    "venue": (
        _identifier("issn", "ISSN"),
        _OPENALEX,
        _WIKIDATA,
        _identifier("dblp", "DBLP key"),
        _texts("name", "name", ns.NAME, ns.ALT_LABEL),
        _texts("kind", "kind", ns.VENUE_KIND),
        _things("publisher", "publisher", "institution", ns.PUBLISHER),
        _COUNT,
        _SAME,
    ),
}


def kind_named(text: str | None) -> str | None:
    """The kind that a client names, by its id, its class or the address of that; None for none of them."""
    local = (text or "").rpartition("#")[2].rpartition("/")[2].casefold()
    return local if local in KINDS else None
