"""What the pages of papers and of other things show, read from the graph: typed, ordered, nothing rendered."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg import namespaces as ns
from kg.details import Detail, GrantEntry, LocationEntry, grants, locations, publication_details, related_papers
from kg.entries import Date, PaperEntry, dates, expect_papers, paper_entry
from kg.identifiers import external_iris
from kg.links import LinkEntry, identity_links
from kg.records import Identifier
from kg.resources import GraphReader, Incoming, Term, Thing, authorships_in_order

_REFERENCES_SHOWN = 200
_CITES_READ, _CITES_SHOWN = 1000, 60
_CITING_READ, _CITING_SHOWN = 500, 20


@dataclass(frozen=True)
class ExternalIdentifier:
    """`scheme:value`; `address` is None where the scheme has no known one."""

    scheme: str
    value: str
    address: str | None


@dataclass(frozen=True)
class AuthorEntry:
    """One authorship. `position` None: known as an author, not where. Affiliations are those of this author here."""

    authorship: str
    author: Thing
    position: int | None
    printed: str | None
    affiliations: list[Thing]
    raw_affiliations: list[str]


@dataclass(frozen=True)
class RecordEntry:
    """One source record and what it says in its own words: pairs of a heading and a text."""

    record: Thing
    dataset: Thing | None
    locator: str | None
    retrieved: Date | None
    adapter: str | None
    stated: list[tuple[str, str]]
    complete: bool | None


@dataclass(frozen=True)
class PaperPage:
    """A paper. `complete`: whether `authors` is the whole list, None where no source says; `authors` are those with a
    position, in order, `listed` those without one. `cites` are papers of the graph, the first of `cites_count`;
    `references` are the first names of papers that it does not have, `reference_count` says how many there are.
    `cited_by` counts papers of the graph, of which `citing` are some, the latest first."""

    thing: Thing
    other_titles: list[str]
    authors: list[AuthorEntry]
    listed: list[AuthorEntry]
    complete: bool | None
    dates: list[Date]
    primary: list[Thing]
    concepts: list[Thing]
    institutions: list[Thing]
    venues: list[Thing]
    abstracts: list[str]
    code_urls: list[str]
    code_available: bool | None
    identifiers: list[ExternalIdentifier]
    same_as: list[str]
    retracted: bool
    withdrawn: bool
    details: list[Detail]
    related: list[Detail]
    locations: list[LocationEntry]
    grants: list[GrantEntry]
    cites: list[Thing]
    cites_count: int
    references: list[str]
    reference_count: int
    cited_by: int | None
    citing: list[PaperEntry]
    records: list[RecordEntry]
    links: list[LinkEntry]


@dataclass(frozen=True)
class Property:
    """A property of a thing with its values, IRIs and literals apart."""

    predicate: str
    things: list[Thing]
    literals: list[Literal]


@dataclass(frozen=True)
class GenericPage:
    """Everything the graph says of a thing that has no page of its own kind."""

    thing: Thing
    properties: list[Property]
    incoming: list[tuple[Incoming, list[Thing]]]


def paper_page(reader: GraphReader, iri: str) -> PaperPage:
    thing = reader.thing(iri)
    in_order = authorships_in_order(reader, iri)
    reader.expect(in_order)
    named = (ns.AUTHORSHIP_AUTHOR, ns.AFFILIATION)
    reader.expect_names([other for each in in_order for name in named for other in reader.iris(each, name)])
    authors = [_author_entry(reader, authorship) for authorship in in_order]
    primary = reader.things(iri, ns.PRIMARY_CONCEPT)
    known = identifiers(reader, iri, "paper")
    cites = reader.iris(iri, ns.CITES)[:_CITES_READ]
    references = _references_elsewhere(reader, iri, cites)
    return PaperPage(
        thing=thing,
        other_titles=[title for title in reader.texts(iri, ns.TITLE) if title != thing.label],
        authors=[entry for entry in authors if entry.position is not None],
        listed=[entry for entry in authors if entry.position is None],
        complete=reader.boolean(iri, ns.AUTHOR_LIST_COMPLETE),
        dates=dates(reader, iri, ns.ISSUED),
        primary=primary,
        concepts=[concept for concept in reader.things(iri, ns.SUBJECT) if concept not in primary],
        institutions=reader.things(iri, ns.PAPER_INSTITUTION),
        venues=reader.things(iri, ns.IS_PART_OF),
        abstracts=reader.texts(iri, ns.ABSTRACT),
        code_urls=reader.iris(iri, ns.CODE_REPOSITORY) + reader.texts(iri, ns.CODE_REPOSITORY),
        code_available=reader.boolean(iri, ns.CODE_AVAILABLE),
        identifiers=known,
        same_as=same_elsewhere(reader, iri, known),
        # That one source knows of it is enough.
        retracted="true" in reader.texts(iri, ns.RETRACTED),
        withdrawn="true" in reader.texts(iri, ns.WITHDRAWN),
        details=publication_details(reader, iri),
        related=related_papers(reader, iri),
        locations=locations(reader, iri),
        grants=grants(reader, iri),
        cites=[reader.thing(cited) for cited in cites[:_CITES_SHOWN]],
        cites_count=len(cites),
        references=references[:_REFERENCES_SHOWN],
        reference_count=len(references),
        cited_by=reader.integer(iri, ns.CITED_BY_COUNT),
        citing=_citing(reader, iri),
        records=records(reader, iri),
        links=identity_links(reader, iri),
    )


def generic_page(reader: GraphReader, iri: str) -> GenericPage:
    values: dict[str, list[Term]] = {}
    for triple in reader.triples(NamedNode(iri)):
        values.setdefault(triple.predicate.value, []).append(triple.object)
    properties = [_property(reader, predicate, terms) for predicate, terms in sorted(values.items())]
    incoming = [
        (link, [reader.thing(subject.value) for subject in link.subjects if isinstance(subject, NamedNode)])
        for link in reader.incoming(iri)
    ]
    return GenericPage(reader.thing(iri), properties, incoming)


def identifiers(reader: GraphReader, iri: str, kind: str) -> list[ExternalIdentifier]:
    """The identifiers of a thing, each with the address where its scheme has a page of it."""
    found = []
    for text in reader.texts(iri, ns.IDENTIFIER):
        scheme, _, value = text.partition(":")
        if value:
            address = next(iter(external_iris(Identifier(scheme, value), kind)), None)
            found.append(ExternalIdentifier(scheme, value, address))
    return found


def same_elsewhere(reader: GraphReader, iri: str, known: list[ExternalIdentifier]) -> list[str]:
    """What other graphs call a thing, without what its identifiers lead to, and without what was merged into it."""
    shown = {identifier.address for identifier in known}
    own = iri.partition(f"/{reader.thing(iri).kind}/")[0] + "/"
    others = (other for other in reader.iris(iri, ns.SAME_AS) if not other.startswith(own))
    return [other for other in others if other not in shown]


def records(reader: GraphReader, iri: str) -> list[RecordEntry]:
    """The records that a thing is known from."""
    found = reader.iris(iri, ns.DERIVED_FROM)
    reader.expect(found)
    return [record_entry(reader, record) for record in found]


def record_entry(reader: GraphReader, iri: str) -> RecordEntry:
    stated = (
        ("Title", ns.STATED_TITLE),
        ("Date", ns.STATED_DATE),
        ("Authors", ns.STATED_AUTHORS),
        ("Affiliations", ns.STATED_AFFILIATIONS),
        ("Category", ns.STATED_CONCEPT),
        ("Type", ns.STATED_TYPE),
        ("Published in", ns.STATED_VENUE),
    )
    adapter = " ".join(filter(None, (reader.text(iri, ns.ADAPTER), reader.text(iri, ns.ADAPTER_VERSION))))
    return RecordEntry(
        record=reader.thing(iri),
        dataset=next(iter(reader.things(iri, ns.RECORD_DATASET)), None),
        locator=reader.text(iri, ns.LOCATOR),
        retrieved=next(iter(dates(reader, iri, ns.RETRIEVED)), None),
        adapter=adapter or None,
        stated=[(heading, text) for heading, predicate in stated for text in reader.texts(iri, predicate)],
        complete=reader.boolean(iri, ns.STATED_COMPLETE),
    )


def _citing(reader: GraphReader, iri: str) -> list[PaperEntry]:
    """Of those that were read the latest."""
    found = reader.subjects(ns.CITES, iri, _CITING_READ)
    reader.expect(found, (ns.ISSUED,))
    latest = sorted(found, key=lambda paper: (reader.text(paper, ns.ISSUED) or "", paper), reverse=True)
    expect_papers(reader, latest[:_CITING_SHOWN])
    return [paper_entry(reader, paper) for paper in latest[:_CITING_SHOWN]]


def _references_elsewhere(reader: GraphReader, iri: str, cites: list[str]) -> list[str]:
    """The references that lead to no paper of the graph."""
    reader.expect(cites, (ns.SAME_AS,))
    found = {name for cited in cites for name in reader.iris(cited, ns.SAME_AS)}
    return [name for name in reader.iris(iri, ns.REFERENCE) if name not in found]


def _author_entry(reader: GraphReader, authorship: str) -> AuthorEntry:
    author = next(iter(reader.iris(authorship, ns.AUTHORSHIP_AUTHOR)), authorship)
    return AuthorEntry(
        authorship=authorship,
        author=reader.thing(author),
        position=reader.integer(authorship, ns.POSITION),
        printed=reader.text(authorship, ns.NAME_AS_PRINTED),
        affiliations=reader.things(authorship, ns.AFFILIATION),
        raw_affiliations=reader.texts(authorship, ns.RAW_AFFILIATION),
    )


def _property(reader: GraphReader, predicate: str, terms: list[Term]) -> Property:
    things = [reader.thing(term.value) for term in terms if isinstance(term, NamedNode)]
    literals = [term for term in terms if isinstance(term, Literal)]
    return Property(
        predicate,
        sorted(things, key=lambda thing: (thing.label.casefold(), thing.iri)),
        sorted(literals, key=lambda term: (term.value, term.language or "", term.datatype.value)),
    )
