"""Which classes and properties a graph uses, and how much: counted over its statements in the order of their subjects.

The counts of stretches of subjects add up, so that they can be made wherever the statements pass by.
https://www.w3.org/TR/void/#class-property-partitions
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import msgspec

from kg.namespaces import RDF, TYPE, XSD

# The subject, the predicate, and of the object the address of an IRI or the end of a literal; a class is told in whole.
_ADDRESS = rb"(?:https?|ftp)://[^/>]*/?(?:[A-Za-z_-]+[/#])*|[A-Za-z][A-Za-z0-9+.-]*:"
_LINE = re.compile(rb"(\S+) <([^>]*)> (?:<(" + _ADDRESS + rb")([^>]*)>|(_:)\S+|\".*\"(?:\^\^<([^>]*)>|(@)\S+)?) \.$")
_TYPE_IRI = TYPE.encode()
_EXAMPLES = 3
PARTITIONS = "partitions.json"
"""The file that they are kept in, beside the dump of a snapshot."""


# What is said of a subject, but for the values: predicate, and address, name, blank, datatype, language of each object.
_Manner = tuple[tuple[bytes, ...], ...]


class Property(msgspec.Struct):
    """How a property is used: in so many statements, of so many different subjects; and what its values are.

    `values`: how often they are things under an address, such as "https://doi.org/", or literals of a datatype.
    """

    triples: int = 0
    subjects: int = 0
    values: dict[str, int] = {}

    def add(self, other: Property) -> None:
        self.triples += other.triples
        self.subjects += other.subjects
        for name, count in other.values.items():
            self.values[name] = self.values.get(name, 0) + count


class Class(msgspec.Struct):
    """The things of a class: how many, the first few, and their properties by IRI."""

    entities: int = 0
    examples: list[str] = []
    properties: dict[str, Property] = {}


class Partitions(msgspec.Struct):
    """The classes, and the properties whatever they are properties of, by IRI."""

    triples: int = 0
    subjects: int = 0
    classes: dict[str, Class] = {}
    properties: dict[str, Property] = {}

    def add(self, other: Partitions) -> None:
        """Those of other subjects."""
        self.triples += other.triples
        self.subjects += other.subjects
        _add_all(self.properties, other.properties)
        for iri, theirs in other.classes.items():
            mine = self.classes.setdefault(iri, Class())
            mine.entities += theirs.entities
            mine.examples = sorted({*mine.examples, *theirs.examples})[:_EXAMPLES]
            _add_all(mine.properties, theirs.properties)


def _add_all(mine: dict[str, Property], others: dict[str, Property]) -> None:
    for iri, used in others.items():
        mine.setdefault(iri, Property()).add(used)


def partitions(lines: Iterable[bytes]) -> Partitions:
    """Of statements as N-Triples, each once, those of one subject together.

    Of a million subjects most say the same of themselves but for the values: each manner is counted as one.
    """
    manners: dict[_Manner, list[int]] = {}
    examples: dict[_Manner, list[bytes]] = {}
    matches = (match.groups(b"") for line in lines if (match := _LINE.match(line)))
    for subject, said in groupby(matches, key=itemgetter(0)):
        manner: _Manner = tuple(
            (predicate, address, name if predicate == _TYPE_IRI else b"", blank, datatype, language)
            for _, predicate, address, name, blank, datatype, language in said
        )
        known = manners.get(manner)
        if known is None:
            manners[manner] = [1]
            examples[manner] = [subject]
        else:
            known[0] += 1
            if known[0] <= _EXAMPLES:
                examples[manner].append(subject)
    found = Partitions()
    for known_manner, (subjects,) in manners.items():
        _count(found, known_manner, subjects, examples[known_manner])
    return found


def _count(found: Partitions, manner: _Manner, subjects: int, examples: list[bytes]) -> None:
    """Add so many subjects of which as much is said."""
    used: dict[str, Counter[str]] = {}
    classes: list[str] = []
    for predicate, of_iri, name, blank, datatype, language in manner:
        used.setdefault(predicate.decode(), Counter())[_kind(of_iri, blank, datatype, language)] += subjects
        if predicate == _TYPE_IRI and of_iri:
            classes.append((of_iri + name).decode())
    properties = {iri: Property(values.total(), subjects, dict(values)) for iri, values in used.items()}
    found.triples += sum(each.triples for each in properties.values())
    found.subjects += subjects
    _add_all(found.properties, properties)
    named = [subject[1:-1].decode() for subject in examples if subject.startswith(b"<")]
    for iri in classes:
        of_class = found.classes.setdefault(iri, Class())
        of_class.entities += subjects
        of_class.examples = sorted({*of_class.examples, *named})[:_EXAMPLES]
        _add_all(of_class.properties, properties)


def _kind(of_iri: bytes, blank: bytes, datatype: bytes, language: bytes) -> str:
    """A datatype, or the address under which a thing is named: up to its key, or to the end of its host."""
    if of_iri or blank:
        return (of_iri or blank).decode()
    return datatype.decode() or (RDF + "langString" if language else XSD + "string")


def write_partitions(folder: Path, found: Partitions) -> None:
    (folder / PARTITIONS).write_bytes(msgspec.json.encode(found))
