"""What can be asked about: classes and properties with what they mean and how many there are, and the prefixes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from pyoxigraph import BlankNode, NamedNode

from kg import namespaces as ns
from kg.description.partitions import Class, Partitions
from kg.description.partitions import Property as PropertyUsed
from kg.errors import UsageError
from kg.resources import GraphReader, Term
from kg.vocabulary import VocabularyTerm, read_ontology
from server.links import short_name
from server.mcp.tools import Answer, Arguments, Tool, tool
from server.ontology import ONTOLOGY, SHAPES
from server.state import current_partitions, current_snapshot, current_state


class Schema(Arguments, frozen=True):
    of: (
        Annotated[
            str, Meta(max_length=500, description="A class, to have its properties in detail", examples=["Paper"])
        ]
        | None
    ) = None


class Property(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    statements: int | UnsetType = UNSET
    """Left out where it is not counted yet."""
    things: int | UnsetType = UNSET
    """Of how many things it says something."""
    meaning: str = ""
    values: dict[str, int] = {}
    """Datatypes, and beginnings of the IRIs of things, with how many values are such."""


class ClassUsed(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    things: int
    meaning: str = ""
    properties: list[str] = []
    examples: list[str] = []


class Terms(msgspec.Struct, frozen=True):
    """Without `of` all classes and properties; with it one class, and its properties in detail."""

    snapshot: str
    base: str
    statements: int
    prefixes: dict[str, str]
    classes: list[ClassUsed]
    properties: list[Property]


def schema_tool() -> Tool:
    description = (
        "The classes and properties of the graph with their meaning and counts, and the prefixes; read it before "
        "writing SPARQL. With 'of', the properties of one class with what their values are, and examples of its things."
    )
    return tool("schema", "Classes and properties", description, Schema, Terms, _answer)


def _answer(asked: Schema) -> Answer:
    snapshot, state = current_snapshot(), current_state()
    counted = current_partitions() or _expected(snapshot.manifest.counts)
    known = {term.iri: term for group in read_ontology(ONTOLOGY.store).groups for term in group.terms}
    if asked.of is None:
        classes = [_class(iri, counted.classes[iri], known.get(iri)) for iri in _classes(counted)]
        properties = [
            _property(iri, used, known.get(iri))
            for iri, used in sorted(counted.properties.items(), key=lambda each: (-each[1].triples, each[0]))
        ]
    else:
        iri = _full(asked.of, counted)
        of_class = counted.classes[iri]
        classes = [_class(iri, of_class, known.get(iri), of_class.examples)]
        properties = [
            _property(name, used, known.get(name), _named(used.values))
            for name, used in sorted(of_class.properties.items(), key=lambda each: (-each[1].subjects, each[0]))
        ]
    base, statements = state.settings.base_iri, snapshot.manifest.triples
    terms = Terms(snapshot.id, base, statements, ns.PREFIXES, classes, properties)
    return Answer(terms, _in_words(terms))


def _expected(things: dict[str, int]) -> Partitions:
    """What a graph has that is not counted yet: things by class, and the properties that the shapes expect of them."""
    reader = GraphReader(SHAPES.store)
    classes = {ns.KG + name: Class(entities=count) for name, count in things.items()}
    for iri, of_class in classes.items():
        for shape in reader.subjects(ns.SH + "targetClass", iri):
            for constraint in reader.objects(shape, ns.SH + "property"):
                of_class.properties |= {path: PropertyUsed() for path in _paths(constraint)}
    properties = {iri: PropertyUsed() for each in classes.values() for iri in each.properties}
    return Partitions(classes=classes, properties=properties)


def _paths(constraint: Term) -> list[str]:
    """The property that a constraint is about, unless it is about a longer path."""
    if not isinstance(constraint, NamedNode | BlankNode):
        return []
    found = (triple.object for triple in GraphReader(SHAPES.store).triples(constraint, ns.SH + "path"))
    return [path.value for path in found if isinstance(path, NamedNode)]


def _classes(counted: Partitions) -> list[str]:
    """The commonest first."""
    return sorted(counted.classes, key=lambda iri: (-counted.classes[iri].entities, iri))


def _class(iri: str, used: Class, term: VocabularyTerm | None, examples: list[str] | None = None) -> ClassUsed:
    properties = sorted(used.properties, key=lambda name: (-used.properties[name].subjects, name))
    return ClassUsed(
        short_name(iri),
        used.entities,
        _meaning(term),
        [short_name(name) for name in properties if name != ns.TYPE],
        examples or [],
    )


def _property(
    iri: str, used: PropertyUsed, term: VocabularyTerm | None, values: dict[str, int] | None = None
) -> Property:
    """None is counted where nothing is counted yet."""
    return Property(short_name(iri), used.triples or UNSET, used.subjects or UNSET, _meaning(term), values or {})


def _full(text: str, counted: Partitions) -> str:
    """The IRI of the class that is meant: itself, with a prefix, or by the name alone. Raises UsageError."""
    asked = text.strip().casefold()
    for iri in counted.classes:
        if asked in (iri.casefold(), short_name(iri).casefold(), short_name(iri).partition(":")[2].casefold()):
            return iri
    known = ", ".join(map(short_name, counted.classes))
    raise UsageError(f"the graph has no class {text[:100]!r}; it has: {known}", text)


def _meaning(term: VocabularyTerm | None) -> str:
    return term.comment or term.label if term else ""


def _named(values: dict[str, int]) -> dict[str, int]:
    return {short_name(name): count for name, count in sorted(values.items(), key=lambda each: -each[1])[:10]}


def _in_words(terms: Terms) -> str:
    used = {name.partition(":")[0] for each in terms.classes for name in (each.name, *each.properties)}
    used |= {each.name.partition(":")[0] for each in terms.properties}
    lines = [f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in terms.prefixes.items() if prefix in used]
    lines += ["", f"Things are named under {terms.base}; {terms.statements:,} statements.", "", "Classes:"]
    for each in terms.classes:
        lines.append(f"  {each.name}{_counted(each.things)} {each.meaning}".rstrip())
        lines += [f"    {', '.join(each.properties)}"] if each.properties else []
        lines += [f"    for example {example}" for example in each.examples]
    lines += ["", "Properties:"]
    for found in terms.properties:
        values = f" [{', '.join(found.values)}]" if found.values else ""
        lines.append(f"  {found.name}{_counted(found.statements)}{values} {found.meaning}".rstrip())
    return "\n".join(lines)


def _counted(number: int | UnsetType) -> str:
    return "" if number is UNSET else f" ({number:,})"
