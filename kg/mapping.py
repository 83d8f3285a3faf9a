"""Records to N-Triples lines: pure functions, the same lines for the same record on every machine.

What is unknown is not stated; what a record says of a thing is stated of the thing, and `prov:wasDerivedFrom` says
which records it came from. Duplicate lines are allowed: a segment is a set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

from kg import namespaces as ns
from kg.naming import AUTHOR_SCHEMES, INSTITUTION_SCHEMES, PAPER_SCHEMES, Naming
from kg.ntriples import boolean, check_iri, integer, iri, line, literal
from kg.records import (
    Author,
    AuthorProfile,
    Authorship,
    Concept,
    Identifier,
    Institution,
    Paper,
    PartialDate,
    Record,
    ReportedMetric,
    SourceRecord,
)


@dataclass(frozen=True)
class Mapping:
    """What a record does not know of itself: its dataset, the adapter that read it, when the data was retrieved."""

    naming: Naming
    dataset: str
    adapter: str
    adapter_version: str
    retrieved: str | None = None
    """xsd:date, as the operator or the source's file gives it; never the clock."""


def date_literal(date: PartialDate) -> str:
    """A date at its own precision; a day without a year is an xsd:gMonthDay.

    >>> date_literal(PartialDate(2023, 8, 7)), date_literal(PartialDate(None, 5, 28))[:9]
    ('"2023-08-07"^^<http://www.w3.org/2001/XMLSchema#date>', '"--05-28"')
    """
    year = f"{date.year:04}" if date.year else "-"
    text = year + "".join(f"-{part:02}" for part in (date.month, date.day) if part)
    match date:
        case PartialDate(year=None):
            datatype = "gMonthDay" if date.day else "gMonth"
        case PartialDate(month=None):
            datatype = "gYear"
        case PartialDate(day=None):
            datatype = "gYearMonth"
        case _:
            datatype = "date"
    return literal(text, ns.XSD + datatype)


def dataset_lines(mapping: Mapping) -> Iterator[str]:
    """What the graph says of a dataset itself."""
    subject = mapping.naming.dataset(mapping.dataset)
    yield line(subject, ns.TYPE, iri(ns.DATASET))
    yield line(subject, ns.TITLE, literal(mapping.dataset))
    yield line(subject, ns.ADAPTER, literal(mapping.adapter))


@singledispatch
def lines(record: Record, mapping: Mapping) -> Iterator[str]:
    """The statements of one record. Raises TermError where a value cannot be stated (adapters clean before)."""
    raise TypeError(f"no mapping for {type(record).__name__}")


@lines.register
def _paper(paper: Paper, mapping: Mapping) -> Iterator[str]:
    naming = mapping.naming
    subject = check_iri(naming.paper(paper))
    record = naming.source_record(mapping.dataset, paper.source.record_id)
    yield line(subject, ns.TYPE, iri(ns.PAPER))
    yield line(subject, ns.TITLE, literal(paper.title))
    yield line(subject, ns.DERIVED_FROM, iri(record))
    yield from _identity(subject, paper.identifiers, PAPER_SCHEMES)
    if paper.abstract:
        yield line(subject, ns.ABSTRACT, literal(paper.abstract))
    if paper.date:
        yield line(subject, ns.ISSUED, date_literal(paper.date))
        if paper.date.year:
            yield line(subject, ns.PUBLICATION_YEAR, integer(paper.date.year))
    if paper.code_available is not None:
        yield line(subject, ns.CODE_AVAILABLE, boolean(paper.code_available))
    for url in paper.code_urls:
        yield line(subject, ns.CODE_REPOSITORY, iri(url))
    yield from _subjects(subject, paper, naming)
    for institution in paper.institutions:
        yield line(subject, ns.PAPER_INSTITUTION, iri(naming.institution(institution)))
        yield from _institution(institution, naming)
    yield from _authorships(subject, paper, record, naming)
    yield from _source_record(record, paper.source, mapping)
    if paper.author_list_complete is not None:
        yield line(record, ns.STATED_COMPLETE, boolean(paper.author_list_complete))


@lines.register
def _author_profile(profile: AuthorProfile, mapping: Mapping) -> Iterator[str]:
    naming = mapping.naming
    subject = naming.author(profile.author)
    record = naming.source_record(mapping.dataset, profile.source.record_id)
    yield from _author(profile.author, naming)
    yield line(subject, ns.DERIVED_FROM, iri(record))
    if profile.field:
        yield line(subject, ns.RESEARCH_FIELD, iri(naming.concept(profile.field)))
        yield from _concept(profile.field, naming)
    for metric in profile.metrics:
        yield from _reported_metric(metric, subject, record, naming)
    yield from _source_record(record, profile.source, mapping)


def _identity(subject: str, identifiers: tuple[Identifier, ...], schemes: tuple[str, ...]) -> Iterator[str]:
    """A thing known by name alone says so."""
    known = any(identifier.scheme in schemes for identifier in identifiers)
    yield line(subject, ns.IDENTITY_BASIS, literal("identifier" if known else "name"))
    for identifier in identifiers:
        yield line(subject, ns.IDENTIFIER, literal(f"{identifier.scheme}:{identifier.value}"))


def _subjects(subject: str, paper: Paper, naming: Naming) -> Iterator[str]:
    if paper.primary_concept:
        yield line(subject, ns.PRIMARY_CONCEPT, iri(naming.concept(paper.primary_concept)))
    for concept in filter(None, (paper.primary_concept, *paper.concepts)):
        yield line(subject, ns.SUBJECT, iri(naming.concept(concept)))
        yield from _concept(concept, naming)


def _concept(concept: Concept, naming: Naming) -> Iterator[str]:
    """The concept where the record is all that is known of it; a scheme's own file describes the others."""
    if concept.label is None:
        return
    subject = naming.concept(concept)
    yield line(subject, ns.TYPE, iri(ns.CONCEPT))
    yield line(subject, ns.TYPE, iri(ns.SKOS + "Concept"))
    yield line(subject, ns.PREF_LABEL, literal(concept.label))
    yield line(subject, ns.NOTATION, literal(concept.notation))
    yield line(subject, ns.IN_SCHEME, iri(naming.concept_scheme(concept.scheme)))


def _institution(institution: Institution, naming: Naming) -> Iterator[str]:
    subject = naming.institution(institution)
    yield line(subject, ns.TYPE, iri(ns.INSTITUTION))
    yield line(subject, ns.NAME, literal(institution.name))
    yield from _identity(subject, institution.identifiers, INSTITUTION_SCHEMES)
    if institution.code:
        yield line(subject, ns.NOTATION, literal(institution.code))


def _author(author: Author, naming: Naming) -> Iterator[str]:
    subject = check_iri(naming.author(author))
    yield line(subject, ns.TYPE, iri(ns.AUTHOR))
    yield line(subject, ns.NAME, literal(author.name))
    yield from _identity(subject, author.identifiers, AUTHOR_SCHEMES)
    if author.given:
        yield line(subject, ns.GIVEN_NAME, literal(author.given))
    if author.family:
        yield line(subject, ns.FAMILY_NAME, literal(author.family))


def _authorships(paper_iri: str, paper: Paper, record: str, naming: Naming) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for authorship in paper.authorships:
        author = naming.author(authorship.author)
        seen[author] += 1
        subject = check_iri(naming.authorship(paper_iri, author, seen[author]))
        yield line(paper_iri, ns.HAS_AUTHORSHIP, iri(subject))
        yield line(paper_iri, ns.CREATOR, iri(author))
        yield line(subject, ns.DERIVED_FROM, iri(record))
        yield from _authorship(subject, author, authorship, naming)
        yield from _author(authorship.author, naming)


def _authorship(subject: str, author: str, authorship: Authorship, naming: Naming) -> Iterator[str]:
    yield line(subject, ns.TYPE, iri(ns.AUTHORSHIP))
    yield line(subject, ns.AUTHORSHIP_AUTHOR, iri(author))
    if authorship.position is not None:
        yield line(subject, ns.POSITION, integer(authorship.position))
    yield line(subject, ns.AUTHORSHIP_BASIS, literal("listing" if authorship.position is None else "printed"))
    if authorship.name_as_printed:
        yield line(subject, ns.NAME_AS_PRINTED, literal(authorship.name_as_printed))
    for institution in authorship.affiliations:
        yield line(subject, ns.AFFILIATION, iri(naming.institution(institution)))
        yield from _institution(institution, naming)
    for raw in authorship.raw_affiliations:
        yield line(subject, ns.RAW_AFFILIATION, literal(raw))


def _reported_metric(metric: ReportedMetric, author: str, record: str, naming: Naming) -> Iterator[str]:
    subject = naming.reported_metric(record, metric.metric)
    yield line(author, ns.HAS_REPORTED_METRIC, iri(subject))
    yield line(subject, ns.TYPE, iri(ns.REPORTED_METRIC))
    yield line(subject, ns.COMPUTED_ON, iri(author))
    yield line(subject, ns.IS_MEASUREMENT_OF, iri(naming.metric(metric.metric)))
    yield line(subject, ns.VALUE, literal(format(metric.value, "f"), ns.XSD + "decimal"))
    yield line(subject, ns.HAS_UNIT, iri(ns.UNIT + metric.unit))
    yield line(subject, ns.DERIVED_FROM, iri(record))


def _source_record(subject: str, source: SourceRecord, mapping: Mapping) -> Iterator[str]:
    yield line(subject, ns.TYPE, iri(ns.SOURCE_RECORD))
    yield line(subject, ns.RECORD_DATASET, iri(mapping.naming.dataset(mapping.dataset)))
    yield line(subject, ns.IDENTIFIER, literal(source.record_id))
    yield line(subject, ns.ADAPTER, literal(mapping.adapter))
    yield line(subject, ns.ADAPTER_VERSION, literal(mapping.adapter_version))
    if mapping.retrieved:
        yield line(subject, ns.RETRIEVED, literal(mapping.retrieved, ns.XSD + "date"))
    if source.date:
        yield line(subject, ns.STATED_DATE, date_literal(source.date))
    stated = (
        (ns.LOCATOR, source.locator),
        (ns.STATED_TITLE, source.title),
        (ns.STATED_AUTHORS, source.authors),
        (ns.STATED_AFFILIATIONS, source.affiliations),
        (ns.STATED_CONCEPT, source.concept),
    )
    for predicate, text in stated:
        if text:
            yield line(subject, predicate, literal(text))
