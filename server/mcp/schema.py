"""What can be asked about: classes and properties with what they mean and how many there are, and the prefixes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kg import namespaces as ns
from kg.description.kept import kept_partitions
from kg.description.partitions import Class, Partitions
from kg.errors import UsageError
from kg.vocabulary import VocabularyTerm, read_ontology
from server.links import short_name
from server.mcp.tools import Answer, Arguments, Tool, tool
from server.ontology import ONTOLOGY
from server.state import current_snapshot, current_state


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
    things: int | UnsetType = UNSET
    """Of how many things it says something."""
    meaning: str = ""
    values: dict[str, int] = {}
    """Datatypes, and beginnings of the IRIs of things, with how many values are such."""


class ClassUsed(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    things: int | UnsetType = UNSET
    """Left out where it is not counted yet."""
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
    counted = state.partitions.get(snapshot, lambda: kept_partitions(snapshot)) or Partitions()
    known = {term.iri: term for group in read_ontology(ONTOLOGY.store).groups for term in group.terms}
    if asked.of is None:
        classes = [
            _class(iri, counted.classes.get(iri), known.get(iri)) for iri in _classes(counted, snapshot.manifest.counts)
        ]
        properties = [
            Property(short_name(iri), used.triples, used.subjects, _meaning(known.get(iri)))
            for iri, used in sorted(counted.properties.items(), key=lambda each: -each[1].triples)
        ]
    else:
        iri = _full(asked.of, counted)
        of_class = counted.classes.get(iri) or Class()
        classes = [_class(iri, of_class, known.get(iri), of_class.examples)]
        properties = [
            Property(short_name(name), used.triples, used.subjects, _meaning(known.get(name)), _named(used.values))
            for name, used in sorted(of_class.properties.items(), key=lambda each: -each[1].subjects)
        ]
    base, statements = state.settings.base_iri, snapshot.manifest.triples
    terms = Terms(snapshot.id, base, statements, ns.PREFIXES, classes, properties)
    return Answer(terms, _in_words(terms))


def _classes(counted: Partitions, things: dict[str, int]) -> list[str]:
    """The commonest first; those of the manifest where nothing else is counted yet."""
    if not counted.classes:
        return [ns.KG + name for name in things]
    return sorted(counted.classes, key=lambda iri: -counted.classes[iri].entities)


def _class(iri: str, used: Class | None, term: VocabularyTerm | None, examples: list[str] | None = None) -> ClassUsed:
    things = current_snapshot().manifest.counts.get(iri.removeprefix(ns.KG), UNSET)
    properties = sorted(used.properties, key=lambda name: -used.properties[name].subjects) if used else []
    return ClassUsed(
        short_name(iri),
        used.entities if used and used.entities else things,
        _meaning(term),
        [short_name(name) for name in properties if name != ns.TYPE],
        examples or [],
    )


def _full(text: str, counted: Partitions) -> str:
    """The IRI of the class that is meant: itself, with a prefix, or by the name alone. Raises UsageError."""
    known = counted.classes or {ns.KG + name: Class() for name in current_snapshot().manifest.counts}
    asked = text.strip().casefold()
    for iri in known:
        if asked in (iri.casefold(), short_name(iri).casefold(), short_name(iri).partition(":")[2].casefold()):
            return iri
    raise UsageError(f"the graph has no class {text[:100]!r}; it has: {', '.join(map(short_name, known))}", text)


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
