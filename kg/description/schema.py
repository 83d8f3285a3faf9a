"""The schema of a graph as it is used: which classes lead to which, by which properties, as partitions count them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.description.partitions import Partitions
from kg.resources import KINDS


@dataclass(frozen=True)
class Edge:
    """That things of a class lead to things of another one, by properties with so many statements each, most first."""

    source: str
    target: str
    properties: tuple[tuple[str, int], ...]

    @property
    def statements(self) -> int:
        return sum(count for _, count in self.properties)


def edges(used: Partitions, base_iri: str) -> list[Edge]:
    """Between the graph's own classes, those with the most statements first. A thing is told by its address."""
    classes = {kind: iri for iri, kind in KINDS.items() if iri in used.classes}
    found: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for source in classes.values():
        for name, target, count in _ends(used, source, classes, base_iri):
            found[source, target][name] = found[source, target].get(name, 0) + count
    made = [Edge(*ends, tuple(sorted(by.items(), key=lambda each: (-each[1], each[0])))) for ends, by in found.items()]
    return sorted(made, key=lambda edge: (-edge.statements, edge.source, edge.target))


def _ends(used: Partitions, source: str, classes: Mapping[str, str], base_iri: str) -> Iterator[tuple[str, str, int]]:
    for name, by in used.classes[source].properties.items():
        for address, count in by.values.items():
            kind = address.removeprefix(base_iri).partition("/")[0]
            if address.startswith(base_iri) and kind in classes:
                yield name, classes[kind], count


def domains(used: Partitions) -> dict[str, list[tuple[str, int]]]:
    """By property the classes of which it says something, with the number of their things, most first."""
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for iri, of_class in used.classes.items():
        for name, by in of_class.properties.items():
            found[name].append((iri, by.subjects))
    return {name: sorted(classes, key=lambda each: (-each[1], each[0])) for name, classes in found.items()}
