"""The data graph: the default graph of a store, how much is in it, and its classes. https://www.w3.org/TR/shacl/#data-graph"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Triple

from kg import namespaces as ns
from kg.shacl.datatypes import FUNCTIONS
from kg.shacl.graph import Term

_TYPE = NamedNode(ns.TYPE)
_SUBCLASS = NamedNode(ns.RDFS + "subClassOf")


@dataclass(frozen=True)
class DataGraph:
    store: pyoxigraph.Store

    def rows(self, query: str) -> Iterator[dict[str, Term]]:
        """The solutions of a SELECT query, as they come; unbound variables and triple terms are left out."""
        solutions: Any = self.store.query(query, custom_functions=FUNCTIONS)
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            pairs = zip(names, solution, strict=True)
            yield {name: term for name, term in pairs if term is not None and not isinstance(term, Triple)}

    @cached_property
    def _uses(self) -> dict[str, int]:
        return self._counts("SELECT ?name (COUNT(*) AS ?count) { ?subject ?name ?object } GROUP BY ?name")

    @cached_property
    def _instances(self) -> dict[str, int]:
        return self._counts(f"SELECT ?name (COUNT(*) AS ?count) {{ ?subject {_TYPE} ?name }} GROUP BY ?name")

    def _counts(self, query: str) -> dict[str, int]:
        return {row["name"].value: int(row["count"].value) for row in self.rows(query)}

    def uses(self, predicates: list[str]) -> int:
        """The number of triples with one of these predicates."""
        return sum(self._uses.get(predicate, 0) for predicate in predicates)

    def instances(self, class_: NamedNode) -> int:
        """The number of instances; of several subclasses of it, an instance counts for each."""
        return sum(self._instances.get(each.value, 0) for each in self.subclasses(class_))

    def subclasses(self, class_: NamedNode) -> tuple[NamedNode, ...]:
        """The class and those that the data graph puts under it."""
        found, todo = {class_}, [class_]
        while todo:
            for quad in self.store.quads_for_pattern(None, _SUBCLASS, todo.pop(), DefaultGraph()):
                if isinstance(quad.subject, NamedNode) and quad.subject not in found:
                    found.add(quad.subject)
                    todo.append(quad.subject)
        return (class_, *sorted(found - {class_}, key=str))

    def has_type(self, class_: NamedNode) -> HasType:
        return HasType(self, self.subclasses(class_))

    def holds(self, subject: Term | None, predicate: NamedNode, object_: Term | None) -> bool:
        if isinstance(subject, pyoxigraph.Literal):
            return False
        quads = self.store.quads_for_pattern(subject, predicate, object_, DefaultGraph())
        return next(quads, None) is not None


@dataclass(frozen=True)
class HasType:
    """Being an instance of a class or of its subclasses."""

    data: DataGraph
    classes: tuple[NamedNode, ...]

    def pattern(self, node: str) -> str:
        if len(self.classes) == 1:
            return f"{node} {_TYPE} {self.classes[0]} ."
        variable = "?class"
        return f"VALUES {variable} {{ {' '.join(map(str, self.classes))} }} {node} {_TYPE} {variable} ."

    def expression(self, node: str) -> str:
        return "(" + " || ".join(f"EXISTS {{ {node} {_TYPE} {each} }}" for each in self.classes) + ")"

    def of(self, node: Term) -> bool:
        return any(self.data.holds(node, _TYPE, each) for each in self.classes)
