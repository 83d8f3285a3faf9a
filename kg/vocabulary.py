"""The ontology as a person reads it: its terms with what they mean and what they are aligned with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import RdfFormat, Store, Triple

from kg import namespaces as ns
from kg.resources import GraphReader

_KINDS = (
    ("Classes", (ns.OWL + "Class", ns.RDFS + "Class")),
    ("Properties that lead to things", (ns.OWL + "ObjectProperty",)),
    ("Properties that hold values", (ns.OWL + "DatatypeProperty", ns.OWL + "AnnotationProperty", ns.RDF + "Property")),
)
_VERSION = ns.OWL + "versionInfo"
_ALIGNMENTS = (
    ("same as", ns.OWL + "equivalentClass"),
    ("same as", ns.OWL + "equivalentProperty"),
    ("is a", ns.RDFS + "subClassOf"),
    ("narrower than", ns.RDFS + "subPropertyOf"),
    ("matches", ns.SKOS + "exactMatch"),
    ("close to", ns.SKOS + "closeMatch"),
    ("related to", ns.SKOS + "relatedMatch"),
    ("broader", ns.SKOS + "broadMatch"),
    ("narrower", ns.SKOS + "narrowMatch"),
    ("inverse of", ns.OWL + "inverseOf"),
    ("see", ns.RDFS + "seeAlso"),
)


@dataclass(frozen=True)
class VocabularyTerm:
    """An own term. `alignments` are pairs of how it relates and the IRI of the other term."""

    iri: str
    name: str
    label: str
    comment: str
    domains: list[str]
    ranges: list[str]
    alignments: list[tuple[str, str]]


@dataclass(frozen=True)
class TermGroup:
    title: str
    terms: list[VocabularyTerm]


@dataclass(frozen=True)
class Ontology:
    title: str
    comment: str
    version: str
    changes: list[tuple[str, str]]
    """Versions and what was new in each, the latest first."""
    groups: list[TermGroup]


class VocabularyFile:
    """A Turtle file of the ontology, parsed when first asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def store(self) -> Store:
        store = Store()
        store.load(self.text, format=RdfFormat.TURTLE)
        return store

    @property
    def version(self) -> str:
        """What the file says of its own version; empty if it does not."""
        reader = GraphReader(self.store)
        return next((reader.text(iri, _VERSION) or "" for iri in reader.subjects(ns.TYPE, ns.OWL + "Ontology")), "")

    def triples(self) -> list[Triple]:
        return [quad.triple for quad in self.store]


def read_ontology(store: Store) -> Ontology:
    reader = GraphReader(store)
    subject = next(iter(reader.subjects(ns.TYPE, ns.OWL + "Ontology")), ns.KG.rstrip("#"))
    groups = [TermGroup(title, _terms(reader, kinds)) for title, kinds in _KINDS]
    return Ontology(
        title=reader.thing(subject).label,
        comment=reader.text(subject, ns.DCTERMS + "description") or reader.text(subject, ns.RDFS + "comment") or "",
        version=reader.text(subject, _VERSION) or "",
        changes=_changes(reader.texts(subject, ns.SKOS + "historyNote")),
        groups=[group for group in groups if group.terms],
    )


def _changes(notes: list[str]) -> list[tuple[str, str]]:
    """Notes as "1.2.0: what was new"."""
    found = [
        (version, text)
        for version, separator, text in (note.partition(": ") for note in notes)
        if separator and version.replace(".", "0").isdigit()
    ]
    return sorted(found, key=lambda change: [int(part) for part in change[0].split(".")], reverse=True)


def _terms(reader: GraphReader, kinds: tuple[str, ...]) -> list[VocabularyTerm]:
    iris = {iri for kind in kinds for iri in reader.subjects(ns.TYPE, kind) if iri.startswith(ns.KG)}
    return [_term(reader, iri) for iri in sorted(iris)]


def _term(reader: GraphReader, iri: str) -> VocabularyTerm:
    definition = ns.SKOS + "definition"
    return VocabularyTerm(
        iri=iri,
        name=iri.removeprefix(ns.KG),
        label=reader.text(iri, ns.RDFS + "label") or iri.removeprefix(ns.KG),
        comment=reader.text(iri, ns.RDFS + "comment") or reader.text(iri, definition) or "",
        domains=reader.iris(iri, ns.RDFS + "domain"),
        ranges=reader.iris(iri, ns.RDFS + "range"),
        alignments=[(how, other) for how, predicate in _ALIGNMENTS for other in reader.iris(iri, predicate)],
    )
