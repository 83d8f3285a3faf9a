"""What the graph says of one thing: its triples for the data formats, its label and kind for the pages. Bounded work.

Only the default graph is read. Values come in code point order, so that the same graph gives the same page.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from urllib.parse import unquote

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store, Triple

from kg import namespaces as ns
from kg.endpoint.opening import remote
from kg.ntriples import is_iri

Term = NamedNode | BlankNode | Literal | Triple

INCOMING_LIMIT = 100
_OUTGOING_LIMIT = 20_000
# Of what a thing points to by one property, so many have their names in its description.
_NAMED_LIMIT = 100
_SCAN_LIMIT = 5_000
# Of what points to a thing: read as it comes, and if that is not all, counted by property.
_INCOMING_SCAN = 500
_INCOMING_COUNT = 1_000

KINDS = {
    ns.PAPER: "paper",
    ns.AUTHOR: "author",
    ns.INSTITUTION: "institution",
    ns.CONCEPT: "concept",
    ns.VENUE: "venue",
    ns.AUTHORSHIP: "authorship",
    ns.REPORTED_METRIC: "reported-metric",
    ns.METRIC: "metric",
    ns.SOURCE_RECORD: "record",
    ns.DATASET: "dataset",
    ns.GRANT: "grant",
    ns.LOCATION: "location",
    ns.IDENTITY_LINK: "link",
    ns.SKOS + "ConceptScheme": "scheme",
}

# The first that a thing has is its label.
_LABELS = (ns.TITLE, ns.NAME, ns.PREF_LABEL, ns.RDFS + "label", ns.NAME_AS_PRINTED, ns.LOCATOR, ns.NOTATION)
# What a thing that nobody names is called by.
_LABELS_OF_KINDS = {"grant": (ns.IDENTIFIER,), "location": (ns.FULL_TEXT, ns.URL), "link": (ns.LINK_METHOD,)}
_NAMING = tuple(dict.fromkeys((ns.TYPE, *_LABELS, ns.IDENTIFIER, ns.FULL_TEXT, ns.URL, ns.LINK_METHOD)))
# Things that exist for the sake of another one are described with it.
_PARTS = (
    ns.HAS_AUTHORSHIP,
    ns.HAS_REPORTED_METRIC,
    ns.HAS_GRANT,
    ns.HAS_LOCATION,
    ns.HAS_IDENTITY_LINK,
    ns.DERIVED_FROM,
)
# What is said of a thing that is only named, by its kind; of other things all of _LABELS.
_NAMES_OF_KINDS = {
    "paper": (ns.TITLE,),
    "author": (ns.NAME,),
    "institution": (ns.NAME,),
    "venue": (ns.NAME,),
    "concept": (ns.PREF_LABEL, ns.NOTATION),
}
# By which things of this graph point to others.
_POINTING = (
    *(ns.CREATOR, ns.EDITOR, ns.SUBJECT, ns.PRIMARY_CONCEPT, ns.PAPER_TYPE, ns.IS_PART_OF, ns.PUBLISHER, ns.CITES),
    *(ns.REFERENCE, ns.HAS_VERSION, ns.IS_VERSION_OF, ns.RETRACTS, ns.IS_RETRACTED_BY, ns.CORRECTS, ns.IS_CORRECTED_BY),
    *(ns.REVIEWS, ns.IS_REVIEWED_BY, ns.TRANSLATION, ns.TRANSLATION_OF, ns.SUPPLEMENT, ns.SUPPLEMENT_OF, ns.FUNDER),
    *(ns.HAS_GRANT, ns.HAS_LOCATION, ns.PAPER_INSTITUTION, ns.HAS_AUTHORSHIP, ns.AUTHORSHIP_AUTHOR, ns.AFFILIATION),
    *(ns.RESEARCH_FIELD, ns.MEMBER_OF, ns.SUB_ORGANIZATION_OF, ns.HAS_SUB_ORGANIZATION, ns.RELATION, ns.REPLACES),
    *(ns.IS_REPLACED_BY, ns.IN_SCHEME, ns.BROADER, ns.RELATED, ns.EXACT_MATCH, ns.SAME_AS, ns.HAS_REPORTED_METRIC),
    *(ns.COMPUTED_ON, ns.IS_MEASUREMENT_OF, ns.DERIVED_FROM, ns.RECORD_DATASET, ns.COUNT_OF, ns.HAS_IDENTITY_LINK),
    *(ns.LINK_SUBJECT, ns.LINK_OBJECT),
)
_DEFAULT_GRAPH = DefaultGraph()
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,15}")


@dataclass(frozen=True)
class Thing:
    """A thing as a page names it. `kind` is None for what is none of KINDS; the label is never empty."""

    iri: str
    kind: str | None
    label: str


@dataclass(frozen=True)
class Incoming:
    """What points to a thing by one property: at most INCOMING_LIMIT subjects, and how many were counted.

    `exact` is false where counting stopped early: there are at least `total`.
    """

    predicate: str
    subjects: list[NamedNode | BlankNode]
    total: int
    exact: bool


class GraphReader:
    """The default graph of a store, read by patterns."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._remote = remote(store)
        self._things: dict[str, Thing] = {}

    @property
    def is_remote(self) -> bool:
        """Whether every look takes a round trip, so that it is worth saying beforehand what is going to be read."""
        return self._remote is not None

    def expect(self, nodes: Iterable[NamedNode | BlankNode | str], predicates: Iterable[str] = ()) -> None:
        """Say what is going to be read of many things, all or some properties: a remote store sends it at once."""
        if self._remote:
            named = (NamedNode(each) if isinstance(each, str) else each for each in nodes)
            self._remote.expect(named, tuple(predicates))

    def expect_names(self, nodes: Iterable[NamedNode | BlankNode | str]) -> None:
        """Say that of many things kind and label are going to be read."""
        self.expect(nodes, _NAMING)

    def expect_pointing(self, predicate: str, iris: Iterable[str]) -> None:
        """Say that what points to many things by a property is going to be read."""
        if self._remote:
            self._remote.expect_pointing(predicate, map(NamedNode, iris))

    def triples(self, subject: NamedNode | BlankNode, predicate: str | None = None) -> Iterator[Triple]:
        """At most 20,000 statements of a subject."""
        node = None if predicate is None else NamedNode(predicate)
        quads = self._store.quads_for_pattern(subject, node, None, _DEFAULT_GRAPH)
        return (quad.triple for quad in islice(quads, _OUTGOING_LIMIT))

    def exists(self, iri: str) -> bool:
        """Whether the graph has the IRI as a subject or an object."""
        node = NamedNode(iri)
        outgoing = self._store.quads_for_pattern(node, None, None, _DEFAULT_GRAPH)
        incoming = self._store.quads_for_pattern(None, None, node, _DEFAULT_GRAPH)
        return next(chain(outgoing, incoming), None) is not None

    def is_described(self, iri: str) -> bool:
        """Whether the graph says anything of it."""
        return next(self._store.quads_for_pattern(NamedNode(iri), None, None, _DEFAULT_GRAPH), None) is not None

    def is_described_safely(self, iri: str) -> bool:
        """As `is_described`; what is no IRI is not described."""
        return is_iri(iri) and self.is_described(iri)

    def having(self, predicate: str, text: str, limit: int) -> list[str]:
        """What has this text as a value of a property."""
        quads = self._store.quads_for_pattern(None, NamedNode(predicate), Literal(text), _DEFAULT_GRAPH)
        return sorted(quad.subject.value for quad in islice(quads, limit) if isinstance(quad.subject, NamedNode))

    def objects(self, iri: str, predicate: str) -> list[Term]:
        return sorted((triple.object for triple in self.triples(NamedNode(iri), predicate)), key=str)

    def iris(self, iri: str, predicate: str) -> list[str]:
        return [term.value for term in self.objects(iri, predicate) if isinstance(term, NamedNode)]

    def texts(self, iri: str, predicate: str) -> list[str]:
        return [term.value for term in self.objects(iri, predicate) if isinstance(term, Literal)]

    def text(self, iri: str, predicate: str) -> str | None:
        """The least of the values, English and untagged ones first."""
        literals = [term for term in self.objects(iri, predicate) if isinstance(term, Literal)]
        preferred = [term for term in literals if (term.language or "en").startswith("en")]
        return min((term.value for term in preferred or literals), default=None)

    def integer(self, iri: str, predicate: str) -> int | None:
        """The value if it is a whole number; what is none counts as unknown."""
        return whole_number(self.text(iri, predicate))

    def boolean(self, iri: str, predicate: str) -> bool | None:
        return {"true": True, "1": True, "false": False, "0": False}.get(self.text(iri, predicate) or "")

    def subjects(self, predicate: str, iri: str, limit: int = _SCAN_LIMIT) -> list[str]:
        """Up to `limit` things that point to `iri` by that property."""
        quads = self._store.quads_for_pattern(None, NamedNode(predicate), NamedNode(iri), _DEFAULT_GRAPH)
        return sorted(quad.subject.value for quad in islice(quads, limit) if isinstance(quad.subject, NamedNode))

    def pointing(self, predicate: str, iri: str) -> Iterator[str]:
        """The things that point to `iri` by that property, in the order of the store, which is that of the snapshot."""
        quads = self._store.quads_for_pattern(None, NamedNode(predicate), NamedNode(iri), _DEFAULT_GRAPH)
        return (quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode))

    def thing(self, iri: str) -> Thing:
        known = self._things.get(iri)
        if known is None:
            self.expect_names([iri])
            kind = self._kind(iri)
            known = self._things[iri] = Thing(iri, kind, self._label(iri, kind))
        return known

    def things(self, iri: str, predicate: str) -> list[Thing]:
        """What `iri` points to by that property, by label."""
        iris = self.iris(iri, predicate)
        self.expect_names(iris)
        return sorted(map(self.thing, iris), key=lambda thing: (thing.label.casefold(), thing.iri))

    def incoming(self, iri: str) -> list[Incoming]:
        """What points to `iri`, by property. The work is bounded, so that a hub costs no more than another thing.

        Of a hub a property that the ontology has not may be missed.
        """
        scan = self._store.quads_for_pattern(None, None, NamedNode(iri), _DEFAULT_GRAPH)
        found: defaultdict[str, list[NamedNode | BlankNode]] = defaultdict(list)
        for quad in islice(scan, _INCOMING_SCAN):
            if not isinstance(quad.subject, Triple):
                found[quad.predicate.value].append(quad.subject)
        if next(scan, None) is None:
            return [_incoming(predicate, subjects, True) for predicate, subjects in sorted(found.items())]
        counted = (self._counted(predicate, iri) for predicate in sorted({*found, *_POINTING}))
        return [link for link in counted if link.total]

    def _counted(self, predicate: str, iri: str) -> Incoming:
        quads = self._store.quads_for_pattern(None, NamedNode(predicate), NamedNode(iri), _DEFAULT_GRAPH)
        subjects = [quad.subject for quad in islice(quads, _INCOMING_COUNT) if not isinstance(quad.subject, Triple)]
        return _incoming(predicate, subjects, next(quads, None) is None)

    def _kind(self, iri: str) -> str | None:
        kinds = (KINDS[name] for name in self.iris(iri, ns.TYPE) if name in KINDS)
        return next(kinds, None)

    def _label(self, iri: str, kind: str | None) -> str:
        for predicate in _LABELS:
            label = self.text(iri, predicate)
            if label and label.strip():
                return label
        if kind == "paper":
            return untitled(iri)
        names = _LABELS_OF_KINDS.get(kind or "", ())
        own = (value for name in names for value in (*self.texts(iri, name), *self.iris(iri, name)))
        return next(own, None) or readable_name(iri)


def _incoming(predicate: str, subjects: list[NamedNode | BlankNode], exact: bool) -> Incoming:
    return Incoming(predicate, sorted(subjects, key=str)[:INCOMING_LIMIT], len(subjects), exact)


def whole_number(text: str | None) -> int | None:
    """The number, or None for what is none or is longer than any count or year.

    >>> whole_number("2023"), whole_number("²"), whole_number("9" * 5000)
    (2023, None, None)
    """
    return int(text) if text and _WHOLE_NUMBER.fullmatch(text) else None


def untitled(iri: str) -> str:
    """What a paper is called that no source gives a title.

    >>> untitled("https://w3id.org/paperkg/paper/doi:10.5555/12345678")
    '[untitled] doi:10.5555/12345678'
    """
    return f"[untitled] {readable_name(iri)}"


def readable_name(iri: str) -> str:
    """What an IRI is called where nothing else is known of it.

    >>> readable_name("https://w3id.org/paperkg/paper/doi:10.1000/a%3Cb"), readable_name("http://example.org/a#part")
    ('doi:10.1000/a<b', 'part')
    """
    path, _, fragment = iri.partition("#")
    last = path.rstrip("/").rpartition("/")[2]
    keyed = next((path[path.index(part) :].removeprefix("/") for part in path.split("/")[3:] if ":" in part), last)
    return unquote(fragment or keyed) or iri


def describe(store: Store, iri: str) -> list[Triple]:
    """The statements that make up the description of `iri`, without duplicates; empty if the graph has none of it.

    The thing, the parts that exist for its sake (authorships in order, metrics, source records, what is named by a
    fragment of it), at most INCOMING_LIMIT incoming links a property, and labels and types of what these name: of very
    many by one property, of the first.
    """
    reader = GraphReader(store)
    incoming = reader.incoming(iri)
    found = dict.fromkeys(_own_statements(reader, NamedNode(iri)))
    parts = list(_parts(reader, iri, incoming))
    reader.expect(parts)
    for part in parts:
        found.update(dict.fromkeys(_own_statements(reader, NamedNode(part))))
    for link in incoming:
        found.update(dict.fromkeys(Triple(s, NamedNode(link.predicate), NamedNode(iri)) for s in link.subjects))
    if found:
        found.update(dict.fromkeys(_names(reader, list(found))))
    return list(found)


def with_names(reader: GraphReader, triples: list[Triple]) -> list[Triple]:
    """The statements, with labels and types of all that they name."""
    return list(dict.fromkeys([*triples, *_names(reader, triples)]))


def authorships_in_order(reader: GraphReader, iri: str) -> list[str]:
    """The authorships of a paper: printed positions first, then those without one."""

    def place(authorship: str) -> tuple[bool, int, str]:
        position = reader.integer(authorship, ns.POSITION)
        return position is None, position or 0, authorship

    authorships = reader.iris(iri, ns.HAS_AUTHORSHIP)
    reader.expect(authorships, (ns.POSITION,))
    return sorted(authorships, key=place)


def _own_statements(reader: GraphReader, node: NamedNode | BlankNode) -> Iterator[Triple]:
    """The statements of a node and, since they have no name of their own, of the blank nodes below it."""
    waiting: list[NamedNode | BlankNode] = [node]
    seen = {node}
    while waiting:
        for triple in sorted(reader.triples(waiting.pop()), key=_statement_order):
            yield triple
            if isinstance(triple.object, BlankNode) and triple.object not in seen:
                seen.add(triple.object)
                waiting.append(triple.object)


def _statement_order(triple: Triple) -> tuple[bool, str, str]:
    return triple.predicate.value != ns.TYPE, triple.predicate.value, str(triple.object)


def _parts(reader: GraphReader, iri: str, incoming: Iterable[Incoming]) -> Iterator[str]:
    for predicate in _PARTS:
        if predicate == ns.HAS_AUTHORSHIP:
            yield from authorships_in_order(reader, iri)
        else:
            yield from reader.iris(iri, predicate)
    for link in incoming:
        for subject in link.subjects:
            if isinstance(subject, NamedNode) and subject.value.startswith(iri + "#"):
                yield subject.value


def _names(reader: GraphReader, triples: list[Triple]) -> Iterator[Triple]:
    """Labels and types of what the statements name but do not describe: of a thousand parts of an organisation, say,
    those of the first _NAMED_LIMIT."""
    described = {triple.subject for triple in triples if triple.predicate.value == ns.TYPE}
    named = [node for node in dict.fromkeys(_named_nodes(triples)) if node not in described]
    reader.expect_names(named)
    for node in named:
        types = list(reader.triples(node, ns.TYPE))
        yield from types
        yield from _names_of(reader, node, types)


def _named_nodes(triples: list[Triple]) -> Iterator[NamedNode]:
    counted: Counter[tuple[object, NamedNode]] = Counter()
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            yield triple.subject
        if isinstance(triple.object, NamedNode):
            counted[triple.subject, triple.predicate] += 1
            if counted[triple.subject, triple.predicate] <= _NAMED_LIMIT:
                yield triple.object


def _names_of(reader: GraphReader, node: NamedNode, types: list[Triple]) -> Iterator[Triple]:
    kinds = (KINDS.get(triple.object.value) for triple in types if isinstance(triple.object, NamedNode))
    kind = next(filter(None, kinds), "")
    names = [triple for predicate in _NAMES_OF_KINDS.get(kind, ()) for triple in reader.triples(node, predicate)]
    yield from names or [triple for predicate in _LABELS for triple in reader.triples(node, predicate)]
    if kind == "author":
        for triple in reader.triples(node, ns.IDENTIFIER):
            if isinstance(triple.object, Literal) and triple.object.value.startswith("orcid:"):
                yield triple
