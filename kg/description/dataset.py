"""The graph as a dataset: VoID for who queries it, DCAT for catalogues, PROV-O for where it comes from.

https://www.w3.org/TR/void/ · https://www.w3.org/TR/vocab-dcat-3/ · https://www.w3.org/TR/prov-o/
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, Triple

from kg import __version__
from kg import namespaces as ns
from kg.description.partitions import Class, Partitions, Property
from kg.formats import GRAPH_FORMATS
from kg.licences import licence_of
from kg.naming import Naming
from kg.snapshots import DatasetSummary, SnapshotManifest

_VOCABULARIES = (ns.KG, ns.DCTERMS, ns.FOAF, ns.ORG, ns.PROV, ns.SKOS, ns.CITO, ns.DQV, ns.BIBO)
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_SOFTWARE = "https://w3id.org/paperkg/ontology"


@dataclass(frozen=True)
class Distribution:
    """A file of the whole graph; `compression` is a media type where the file is packed."""

    address: str
    title: str
    media_type: str
    size: int | None = None
    sha256: str | None = None
    compression: str | None = None


@dataclass(frozen=True)
class Site:
    """Where a service publishes the graph: the address of its root, with a slash at the end, and its files."""

    root: str
    distributions: tuple[Distribution, ...] = ()
    licence: str | None = None
    title: str = "A knowledge graph of scholarly data"
    queries: tuple[str, ...] = field(default=())
    """Names of canned queries."""


def describe_dataset(manifest: SnapshotManifest, partitions: Partitions | None, site: Site) -> Iterator[Triple]:
    """All that is said of the graph. Without `partitions`, which are counted in the background, it is counts alone."""
    dataset = f"{manifest.base_iri}dataset"
    for kind in (ns.VOID + "Dataset", ns.DCAT + "Dataset", ns.PROV + "Entity"):
        yield _link(dataset, ns.TYPE, kind)
    yield _text(dataset, ns.TITLE, site.title, "en")
    yield _text(dataset, ns.DESCRIPTION, _in_words(manifest), "en")
    yield _text(dataset, ns.IDENTIFIER, manifest.id)
    yield _typed(dataset, ns.ISSUED, manifest.created, "dateTime")
    yield _text(dataset, ns.DCAT + "version", manifest.id)
    yield _link(dataset, ns.DCAT + "landingPage", f"{site.root}dataset")
    yield _link(dataset, ns.FOAF + "homepage", site.root)
    yield _text(dataset, ns.VOID + "uriSpace", manifest.base_iri)
    yield _link(dataset, ns.VOID + "sparqlEndpoint", f"{site.root}sparql")
    yield _text(dataset, ns.VOID + "uriRegexPattern", f"^{manifest.base_iri}")
    yield _link(dataset, ns.VOID + "openSearchDescription", f"{site.root}opensearch.xml")
    if site.licence:
        yield _link(dataset, ns.LICENSE, site.licence)
    for vocabulary in _VOCABULARIES:
        yield _link(dataset, ns.VOID + "vocabulary", vocabulary)
    for known in GRAPH_FORMATS:
        yield _link(dataset, ns.VOID + "feature", known.rdf_format.iri)
    yield _number(dataset, ns.VOID + "triples", manifest.triples)
    yield from _of_partitions(dataset, manifest, partitions)
    yield from _linksets(dataset, manifest.linksets)
    yield from _services(dataset, site)
    for distribution in site.distributions:
        yield from _distribution(dataset, distribution, site.licence)
    yield from _provenance(dataset, manifest)


def _in_words(manifest: SnapshotManifest) -> str:
    counted = ", ".join(f"{count:,} of class {name}" for name, count in manifest.counts.items())
    return f"{manifest.triples:,} statements about scholarly works and what they have to do with: {counted}."


def _of_partitions(dataset: str, manifest: SnapshotManifest, partitions: Partitions | None) -> Iterator[Triple]:
    if partitions is None:
        for name, count in manifest.counts.items():
            yield from _class(dataset, ns.KG + name, Class(count))
        return
    yield _number(dataset, ns.VOID + "entities", partitions.subjects)
    yield _number(dataset, ns.VOID + "distinctSubjects", partitions.subjects)
    yield _number(dataset, ns.VOID + "classes", len(partitions.classes))
    yield _number(dataset, ns.VOID + "properties", len(partitions.properties))
    for iri, of_class in sorted(partitions.classes.items()):
        yield from _class(dataset, iri, of_class)
        for example in of_class.examples[:1]:
            if example.startswith(manifest.base_iri) and iri.startswith(ns.KG):
                yield _link(dataset, ns.VOID + "exampleResource", example)
    for iri, used in sorted(partitions.properties.items()):
        yield from _property(dataset, iri, used)


def _class(dataset: str, iri: str, of_class: Class) -> Iterator[Triple]:
    part = f"{dataset}#class-{_digest(iri)}"
    yield _link(dataset, ns.VOID + "classPartition", part)
    yield _link(part, ns.VOID + "class", iri)
    yield _number(part, ns.VOID + "entities", of_class.entities)
    for example in of_class.examples:
        yield _link(part, ns.VOID + "exampleResource", example)
    for name, used in sorted(of_class.properties.items()):
        yield from _property(part, name, used)


def _property(dataset: str, iri: str, used: Property) -> Iterator[Triple]:
    part = f"{dataset}{'-' if '#' in dataset else '#'}property-{_digest(iri)}"
    yield _link(dataset, ns.VOID + "propertyPartition", part)
    yield _link(part, ns.VOID + "property", iri)
    yield _number(part, ns.VOID + "triples", used.triples)
    yield _number(part, ns.VOID + "distinctSubjects", used.subjects)


def _linksets(dataset: str, linksets: Mapping[str, int]) -> Iterator[Triple]:
    for target, links in linksets.items():
        linkset = f"{dataset}#links-to-{urlsplit(target).netloc}"
        yield _link(dataset, ns.VOID + "subset", linkset)
        yield _link(linkset, ns.TYPE, ns.VOID + "Linkset")
        yield _link(linkset, ns.VOID + "linkPredicate", ns.SAME_AS)
        yield _link(linkset, ns.VOID + "subjectsTarget", dataset)
        yield _link(linkset, ns.VOID + "objectsTarget", f"{dataset}#target-{urlsplit(target).netloc}")
        yield _text(f"{dataset}#target-{urlsplit(target).netloc}", ns.VOID + "uriSpace", target)
        yield _link(f"{dataset}#target-{urlsplit(target).netloc}", ns.TYPE, ns.VOID + "Dataset")
        yield _number(linkset, ns.VOID + "triples", links)


def _services(dataset: str, site: Site) -> Iterator[Triple]:
    for name, title, description in (
        ("sparql", "SPARQL 1.1 endpoint", "sparql"),
        ("reconcile", "Reconciliation Service API 0.2", "reconcile"),
        ("openapi.json", "The HTTP interface", "openapi.json"),
    ):
        service = f"{site.root}{name}#service"
        yield _link(service, ns.TYPE, ns.DCAT + "DataService")
        yield _text(service, ns.TITLE, title, "en")
        yield _link(service, ns.DCAT + "endpointURL", f"{site.root}{name.removesuffix('openapi.json')}")
        yield _link(service, ns.DCAT + "endpointDescription", f"{site.root}{description}")
        yield _link(service, ns.DCAT + "servesDataset", dataset)


def _distribution(dataset: str, file: Distribution, licence: str | None) -> Iterator[Triple]:
    subject = f"{file.address}#distribution"
    yield _link(dataset, ns.DCAT + "distribution", subject)
    yield _link(dataset, ns.VOID + "dataDump", file.address)
    yield _link(subject, ns.TYPE, ns.DCAT + "Distribution")
    yield _text(subject, ns.TITLE, file.title, "en")
    yield _link(subject, ns.DCAT + "downloadURL", file.address)
    yield _link(subject, ns.DCAT + "accessURL", file.address)
    yield _link(subject, ns.DCAT + "mediaType", _MEDIA_TYPES + file.media_type)
    if file.compression:
        yield _link(subject, ns.DCAT + "compressFormat", _MEDIA_TYPES + file.compression)
    if file.size is not None:
        yield _typed(subject, ns.DCAT + "byteSize", str(file.size), "nonNegativeInteger")
    if file.sha256:
        checksum = f"{subject}-sha256"
        yield _link(subject, ns.SPDX + "checksum", checksum)
        yield _link(checksum, ns.TYPE, ns.SPDX + "Checksum")
        yield _link(checksum, ns.SPDX + "algorithm", ns.SPDX + "checksumAlgorithm_sha256")
        yield _typed(checksum, ns.SPDX + "checksumValue", file.sha256, "hexBinary")
    if licence:
        yield _link(subject, ns.LICENSE, licence)


def _provenance(dataset: str, manifest: SnapshotManifest) -> Iterator[Triple]:
    """The snapshot was made by this program from datasets, each of which it made from files."""
    building, program = f"{dataset}#building", f"{dataset}#program"
    yield _link(dataset, ns.PROV + "wasGeneratedBy", building)
    yield _link(building, ns.TYPE, ns.PROV + "Activity")
    yield _typed(building, ns.PROV + "endedAtTime", manifest.created, "dateTime")
    yield _link(building, ns.PROV + "wasAssociatedWith", program)
    yield _link(program, ns.TYPE, ns.PROV + "SoftwareAgent")
    yield _text(program, ns.NAME, "paperkg")
    yield _text(program, ns.SCHEMA + "softwareVersion", __version__)
    yield _link(program, ns.RDFS + "seeAlso", _SOFTWARE)
    naming = Naming(manifest.base_iri)
    for loaded in manifest.datasets:
        # What comes with the program is no dataset that the graph describes.
        part = f"{dataset}#vocabulary" if loaded.source == "built-in" else naming.dataset(loaded.name)
        yield _link(dataset, ns.VOID + "subset", part)
        yield _link(dataset, ns.DERIVED_FROM, part)
        yield _link(building, ns.PROV + "used", part)
        yield from _source(part, loaded)


def _source(part: str, loaded: DatasetSummary) -> Iterator[Triple]:
    mapping = f"{part}-mapping" if "#" in part else f"{part}#mapping"
    yield _link(part, ns.TYPE, ns.VOID + "Dataset")
    yield _link(part, ns.TYPE, ns.PROV + "Entity")
    yield _text(part, ns.TITLE, loaded.name)
    if licence := licence_of(loaded.source):
        yield _link(part, ns.LICENSE, licence)
    if loaded.statements:
        yield _number(part, ns.VOID + "triples", loaded.statements)
    yield _link(part, ns.PROV + "wasGeneratedBy", mapping)
    yield _link(mapping, ns.TYPE, ns.PROV + "Activity")
    yield _text(mapping, ns.RDFS + "label", f"{loaded.source} {loaded.source_version}".strip())
    if loaded.retrieved:
        yield _typed(part, ns.RETRIEVED, loaded.retrieved, "date")
    for file in loaded.files:
        subject = f"urn:sha256:{file.sha256}"
        yield _link(mapping, ns.PROV + "used", subject)
        yield _link(part, ns.DERIVED_FROM, subject)
        yield _link(subject, ns.TYPE, ns.PROV + "Entity")
        yield _text(subject, ns.RDFS + "label", file.name)
        yield _typed(subject, ns.DCAT + "byteSize", str(file.size), "nonNegativeInteger")


def _digest(iri: str) -> str:
    """A fragment for an IRI: its own last word, and what tells it from others of that word."""
    word = "".join(
        letter for letter in iri.rpartition("#")[2].rpartition("/")[2] if letter.isascii() and letter.isalnum()
    )
    return f"{word}-{hashlib.sha256(iri.encode()).hexdigest()[:8]}"


def sorted_triples(triples: Iterable[Triple]) -> list[Triple]:
    """Each once, those of one subject together, in the order in which subjects come first."""
    order: dict[str, int] = {}
    for triple in (found := list(dict.fromkeys(triples))):
        order.setdefault(str(triple.subject), len(order))
    return sorted(found, key=lambda triple: order[str(triple.subject)])


def _number(subject: str, predicate: str, number: int) -> Triple:
    return _typed(subject, predicate, str(number), "integer")


def _typed(subject: str, predicate: str, value: str, datatype: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), Literal(value, datatype=NamedNode(ns.XSD + datatype)))


def _text(subject: str, predicate: str, text: str, language: str | None = None) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), Literal(text, language=language))


def _link(subject: str, predicate: str, target: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), NamedNode(target))
