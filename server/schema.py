"""Classes and properties as they are used in this graph: a picture, a table, and where to ask for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from flask import Blueprint, Response, render_template, request, url_for
from pyoxigraph import DefaultGraph, Literal, NamedNode, Store
from werkzeug.exceptions import NotFound

from kg import namespaces as ns
from kg import sparql
from kg.description.partitions import Partitions, Property
from kg.description.schema import Edge, domains, edges
from kg.ntriples import iri as n_triples_iri
from kg.resources import GraphReader
from kg.snapshots import Snapshot
from kg.vocabulary import read_ontology
from server.links import is_resource, short_name
from server.negotiation import HTML, PLAIN_JSON, choose, content_type, entity_tag, not_modified, validated
from server.ontology import ONTOLOGY
from server.schema_picture import HEIGHT, WIDTH, picture
from server.state import current_partitions, current_snapshot, current_state

blueprint = Blueprint("schema", __name__)

_QUESTION = (Path(__file__).parent / "schema_property.rq").read_text("utf-8")
_SHOWN_TEXT = 40  # characters of an example
_SHOWN_PROPERTIES = 80  # so that the page of a graph from many sources stays below 100 kB
_DEFAULT = DefaultGraph()


class _Property(msgspec.Struct):
    name: str
    iri: str
    statements: int
    things: int
    values: dict[str, int]


class _Class(msgspec.Struct):
    name: str
    iri: str
    things: int
    examples: list[str]
    properties: list[_Property]


class _Edge(msgspec.Struct, rename={"source": "from", "target": "to"}):
    source: str
    property: str
    target: str
    statements: int


class _Schema(msgspec.Struct):
    """`counted` is false as long as properties are not; then classes have none, and edges are empty."""

    snapshot: str
    counted: bool
    classes: list[_Class]
    edges: list[_Edge]


@dataclass(frozen=True)
class _Example:
    text: str
    iri: str | None


@dataclass(frozen=True)
class _Row:
    """A property in the table: of the class that was chosen, or of all."""

    iri: str
    used: Property
    domains: list[tuple[str, int]]
    example: _Example | None
    question: str


@blueprint.get("/schema")
@blueprint.get("/schema.<extension>")
def schema(extension: str | None = None) -> Response:
    """Counted in the background where the graph is large: the answer changes then without another snapshot."""
    offer, snapshot, state = choose((HTML, PLAIN_JSON), extension), current_snapshot(), current_state()
    used = current_partitions()
    chosen = _chosen(used)
    counted = str(used is not None)
    tag = entity_tag(snapshot.id, state.build, "schema", request.url_root, offer.media_type, counted, chosen or "")
    body = (lambda: _page(snapshot, used, chosen)) if offer is HTML else (lambda: _json(snapshot, used))
    headers = {"Cache-Control": "no-cache", "Vary": "Accept"}
    return not_modified(tag) or validated(Response(body(), content_type=content_type(offer), headers=headers), tag)


def _chosen(used: Partitions | None) -> str | None:
    """The IRI of the class that the address names, with or without a prefix."""
    asked = request.args.get("class")
    if not asked or used is None:
        return None
    for iri in used.classes:
        if asked in (iri, short_name(iri), short_name(iri).partition(":")[2]):
            return iri
    raise NotFound(f"The graph has no class of that name; it has: {', '.join(map(short_name, used.classes))}.")


def _page(snapshot: Snapshot, used: Partitions | None, chosen: str | None) -> str:
    if used is None:
        return render_template("schema.html", used=None, counts=snapshot.manifest.counts)
    classes = sorted(used.classes, key=lambda iri: (-used.classes[iri].entities, iri))
    found = edges(used, current_state().settings.base_iri)
    return render_template(
        "schema.html",
        used=used,
        classes=classes,
        chosen=chosen,
        picture=picture(classes, [edge for edge in found if ns.IDENTITY_LINK not in (edge.source, edge.target)]),
        box=(WIDTH, HEIGHT),
        left_out=max(0, len(used.properties) - _SHOWN_PROPERTIES) if chosen is None else 0,
        rows=list(_rows(snapshot, used, chosen)),
        meanings={term.iri: term.comment for group in read_ontology(ONTOLOGY.store).groups for term in group.terms},
    )


def _rows(snapshot: Snapshot, used: Partitions, chosen: str | None) -> Iterator[_Row]:
    properties: Mapping[str, Property] = used.classes[chosen].properties if chosen else used.properties
    reader, of = GraphReader(snapshot.store), domains(used)
    reader.expect([thing for of_class in used.classes.values() for thing in of_class.examples])
    for iri, by in sorted(properties.items(), key=lambda each: (-each[1].triples, each[0]))[:_SHOWN_PROPERTIES]:
        classes = of.get(iri, [])
        about = chosen or (classes[0][0] if classes else None)
        things = used.classes[about].examples if about else []
        yield _Row(iri, by, classes, _example(reader, snapshot.store, things, iri), _question(about, iri))


def _example(reader: GraphReader, store: Store, things: list[str], name: str) -> _Example | None:
    """A value of the property, of one of these things if they have it, else the first that the store finds."""
    subjects = (*map(NamedNode, things), None)
    found = (quad for subject in subjects for quad in store.quads_for_pattern(subject, NamedNode(name), None, _DEFAULT))
    quad = next(found, None)
    if quad is None:
        return None
    value = quad.object
    if isinstance(value, NamedNode):
        label = reader.thing(value.value).label if is_resource(value.value) else value.value
        return _Example(_short(label), value.value)
    return _Example(_short(value.value if isinstance(value, Literal) else str(value)), None)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_TEXT else f"{text[:_SHOWN_TEXT]}…"


def _question(class_iri: str | None, name: str) -> str:
    """The editor with the query for a property of things of a class."""
    terms = {"property": n_triples_iri(name), "class": n_triples_iri(class_iri or ns.RDFS + "Resource")}
    return url_for("editor.editor", query=sparql.bind(_QUESTION, terms))


def _json(snapshot: Snapshot, used: Partitions | None) -> bytes:
    if used is None:
        counts = snapshot.manifest.counts.items()
        classes = [_Class(short_name(ns.KG + name), ns.KG + name, count, [], []) for name, count in counts]
        return msgspec.json.encode(_Schema(snapshot.id, False, classes, []))
    classes = [
        _Class(
            short_name(iri),
            iri,
            of_class.entities,
            of_class.examples,
            [
                _Property(short_name(name), name, by.triples, by.subjects, by.values)
                for name, by in sorted(of_class.properties.items())
            ],
        )
        for iri, of_class in sorted(used.classes.items(), key=lambda each: (-each[1].entities, each[0]))
    ]
    found = edges(used, current_state().settings.base_iri)
    return msgspec.json.encode(_Schema(snapshot.id, True, classes, [edge for each in found for edge in _flat(each)]))


def _flat(edge: Edge) -> Iterator[_Edge]:
    for name, count in edge.properties:
        yield _Edge(edge.source, name, edge.target, count)
