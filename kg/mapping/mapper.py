"""The mapping of whole records, and where their statements come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import msgspec
import pyoxigraph

from kg import namespaces as ns
from kg import paths
from kg.linking.model import ThingMention
from kg.mapping.papers import PaperMapping
from kg.mapping.terms import Statements
from kg.mapping.things import Described, Things
from kg.naming import Naming
from kg.ntriples import iri, literal
from kg.records import (
    Author,
    Graph,
    Identifier,
    Institution,
    Paper,
    Profile,
    Record,
    ReportedMetric,
    SourceRecord,
    Venue,
)

# Beside things under the base IRI, what ontology/derived counts is called so.
_COUNTED = f"<{ns.KG}".encode()

VERSION = "5"
"""Changes when the same record maps to other statements or texts, so that it is mapped again."""


@dataclass(frozen=True)
class Mapping:
    """What a record does not know of itself: its dataset, the adapter that read it, when the data was retrieved."""

    naming: Naming
    dataset: str
    adapter: str
    adapter_version: str
    retrieved: str | None = None
    """xsd:date, as the operator or the source's file gives it; never the clock."""


class Mapped(msgspec.Struct, frozen=True):
    """What one record says: its `own` statements as N-Triples in UTF-8, and the things that it speaks of.

    What is said of a thing is the same text in every record that says the same of it.
    """

    own: bytes
    things: tuple[Described, ...]
    paper: PaperMapping | None = None
    """Knows what statistics, the search index and matching need of a paper."""
    has_facts: bool = True
    """Whether statistics can be computed without these statements, but for what `paper` knows."""

    @property
    def content(self) -> bytes:
        return self.own + b"".join(statements for thing in self.things for statements in thing.statements)

    @property
    def mentioned(self) -> tuple[ThingMention, ...]:
        """What matching needs of things."""
        return tuple(mention for thing in self.things for mention in thing.mentions)


def dataset_lines(mapping: Mapping) -> Iterator[str]:
    """What the graph says of a dataset itself."""
    subject = mapping.naming.dataset(mapping.dataset)
    out = Statements()
    out.link(subject, ns.TYPE, ns.DATASET)
    out.text(subject, ns.TITLE, mapping.dataset)
    out.text(subject, ns.ADAPTER, mapping.adapter)
    yield from out


class Mapper:
    """Maps the records of one dataset. Keeps what it said of things, so make one for many records."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._naming = mapping.naming
        self._things = Things(mapping.naming, _known_schemes())
        self._provenance = _provenance(mapping)

    def map(self, record: Record) -> Mapped:
        """The statements of a record. Raises TermError where a value cannot be stated (adapters clean before)."""
        match record:
            case Paper():
                return self._paper(record)
            case Profile():
                return self._profile(record)
            case Graph():
                own = Statements()
                self._source_record(own, self._record_iri(record.source), record.source)
                lines = record.lines.encode()
                return Mapped(own.encoded(), (Described("", (lines,), ()),), has_facts=not self._may_count(lines))

    def _may_count(self, lines: bytes) -> bool:
        """Whether statements of somebody else's may have to do with what is counted here, which is of papers that are
        either called or typed as ours. Texts that hold such an IRI do no harm."""
        return f"<{self._naming.base_iri}".encode() in lines or _COUNTED in lines

    def _record_iri(self, source: SourceRecord) -> str:
        return self._naming.source_record(self._mapping.dataset, source.record_id)

    def _paper(self, paper: Paper) -> Mapped:
        record = self._record_iri(paper.source)
        mapped = PaperMapping(paper, record, self._things)
        out = mapped.own
        for metric in paper.metrics:
            self._reported_metric(out, metric, mapped.subject, record)
        self._source_record(out, record, paper.source)
        out.boolean(record, ns.STATED_COMPLETE, paper.author_list_complete)
        return Mapped(out.encoded(), tuple(mapped.things), mapped)

    def _profile(self, profile: Profile) -> Mapped:
        record, out = self._record_iri(profile.source), Statements()
        described = [self._things.of(profile.thing)]
        subject = described[0].iri
        out.link(subject, ns.DERIVED_FROM, record)
        for field in profile.fields:
            described.append(self._things.concept(field))
            out.link(subject, ns.RESEARCH_FIELD, described[-1].iri)
        for affiliation in profile.affiliations:
            described.append(self._things.institution(affiliation))
            out.link(subject, ns.MEMBER_OF, described[-1].iri)
        for metric in profile.metrics:
            self._reported_metric(out, metric, subject, record)
        if profile.is_deprecated:
            out.boolean(subject, ns.DEPRECATED, True)
        for identifier in profile.replaced_by:
            out.link(subject, ns.IS_REPLACED_BY, self._replacement(profile, identifier))
        self._source_record(out, record, profile.source)
        return Mapped(out.encoded(), (_about(record, described[0]), *described[1:]))

    def _replacement(self, profile: Profile, identifier: Identifier) -> str:
        match profile.thing:
            case Author():
                return self._naming.author(Author("", (identifier,)))
            case Venue():
                return self._naming.venue(Venue("", (identifier,)))
            case _:
                return self._naming.institution(Institution("", (identifier,)))

    def _reported_metric(self, out: Statements, metric: ReportedMetric, thing: str, record: str) -> None:
        subject = self._naming.reported_metric(record, metric.metric)
        out.link(thing, ns.HAS_REPORTED_METRIC, subject)
        out.link(subject, ns.TYPE, ns.REPORTED_METRIC)
        out.link(subject, ns.COMPUTED_ON, thing)
        out.link(subject, ns.IS_MEASUREMENT_OF, self._naming.metric(metric.metric))
        out.typed(subject, ns.VALUE, format(metric.value, "f"), "decimal")
        out.link(subject, ns.HAS_UNIT, ns.UNIT + metric.unit)
        out.link(subject, ns.DERIVED_FROM, record)

    def _source_record(self, out: Statements, subject: str, source: SourceRecord) -> None:
        out.append(self._provenance.replace("\0", subject))
        out.text(subject, ns.IDENTIFIER, source.record_id)
        out.date(subject, ns.STATED_DATE, source.date)
        out.date(subject, ns.MODIFIED, source.updated)
        stated = (
            (ns.LOCATOR, source.locator),
            (ns.STATED_TITLE, source.title),
            (ns.STATED_AUTHORS, source.authors),
            (ns.STATED_AFFILIATIONS, source.affiliations),
            (ns.STATED_CONCEPT, source.concept),
            (ns.STATED_TYPE, source.type),
            (ns.STATED_VENUE, source.venue),
        )
        for predicate, text in stated:
            if text:
                out.text(subject, predicate, text)


def _about(record: str, thing: Described) -> Described:
    """What a record is about; the first mention of it says so."""
    mentions = [msgspec.structs.replace(mention, record=record) for mention in thing.mentions[:1]]
    return msgspec.structs.replace(thing, mentions=(*mentions, *thing.mentions[1:]))


def _provenance(mapping: Mapping) -> str:
    """What every source record of a dataset says alike; NUL stands where its IRI goes."""
    stated = [
        (ns.TYPE, iri(ns.SOURCE_RECORD)),
        (ns.RECORD_DATASET, iri(mapping.naming.dataset(mapping.dataset))),
        (ns.ADAPTER, literal(mapping.adapter)),
        (ns.ADAPTER_VERSION, literal(mapping.adapter_version)),
    ]
    if mapping.retrieved:
        stated.append((ns.RETRIEVED, literal(mapping.retrieved, ns.XSD + "date")))
    return "".join(f"<\0> <{predicate}> {term} .\n" for predicate, term in stated)


@cache
def _known_schemes() -> frozenset[str]:
    """The concept schemes that ontology/concepts.ttl describes."""
    quads = pyoxigraph.parse(path=paths.ONTOLOGY / "concepts.ttl", format=pyoxigraph.RdfFormat.TURTLE)
    base = f"{ns.DEFAULT_BASE}scheme/"
    schemes = (quad.subject.value for quad in quads if quad.object == pyoxigraph.NamedNode(ns.SKOS + "ConceptScheme"))
    return frozenset(scheme.removeprefix(base) for scheme in schemes if scheme.startswith(base))
