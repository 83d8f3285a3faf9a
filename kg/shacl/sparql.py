"""Constraints written in SPARQL, each asked once for all nodes. https://www.w3.org/TR/shacl/#sparql-constraints"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph
from pyoxigraph import Literal, NamedNode, QuerySolutions

from kg import namespaces as ns
from kg.errors import DataError
from kg.shacl.data import DataGraph
from kg.shacl.graph import ShapesGraph, Term, short
from kg.shacl.negation import with_minus
from kg.shacl.report import Result
from kg.shacl.shapes import Shape, messages
from kg.shacl.targets import Focus

_PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")
_PATH: Final = re.compile(r"\$PATH\b")
_SHAPES_VARIABLES: Final = re.compile(r"\$(?:shapesGraph|currentShape)\b")
_REMOTE: Final = re.compile(r"\bSERVICE\b", re.IGNORECASE)
_ALLOWED: Final = frozenset(("select", "prefixes", "message", "deactivated"))


@dataclass(frozen=True)
class SparqlCheck:
    """A SELECT query of a shape, for its focus nodes as a whole: those are joined to what it finds for any node."""

    shape: Shape
    constraint: Term
    focus: Focus
    query: str
    messages: tuple[Literal, ...]

    @property
    def sort_key(self) -> tuple[str, ...]:
        return (self.shape.name, *(message.value for message in self.messages), str(self.constraint))

    def results(self, data: DataGraph) -> Iterator[Result]:
        if self.focus.size == 0:
            return
        shape = self.shape
        for row in data.rows(self.query):
            if "this" not in row or "failure" in row:
                raise DataError(f"the query of {self.constraint} failed", str(self.constraint))
            this, path = row["this"], row.get("path")
            path_node = path if isinstance(path, NamedNode) else shape.path and shape.path.node
            told = [_filled(message, row) for message in self.messages]
            value = row.get("value", this if shape.path is None else None)
            yield Result(
                severity=shape.severity,
                focus=str(this),
                path=str(path) if isinstance(path, NamedNode) else None if shape.path is None else str(shape.path),
                value=None if value is None else str(value),
                message=told[0].value,
                shape=shape.name,
                component=ns.SH + "SPARQLConstraintComponent",
                source=str(shape.node),
                path_node=str(path_node) if path_node else None,
                constraint=str(self.constraint),
                messages=tuple(map(str, told)),
            )


def _filled(message: Literal, row: dict[str, Term]) -> Literal:
    """The message with what was found in place of '{?name}'."""

    def found(match: re.Match[str]) -> str:
        term = row.get(match[1])
        return match[0] if term is None else str(getattr(term, "value", term))

    return Literal(_PLACEHOLDER.sub(found, message.value), language=message.language)


def sparql_checks(shapes: ShapesGraph, shape: Shape, focus: Focus) -> Iterator[SparqlCheck]:
    for constraint in shape.parameters.get("sparql", ()):
        for predicate in shapes.predicates(constraint):
            if predicate.startswith(ns.SH) and predicate.removeprefix(ns.SH) not in _ALLOWED:
                raise DataError(f"{short(predicate)} is not supported in a constraint, at {constraint}", predicate)
        if shapes.value(constraint, ns.SH + "deactivated") == Literal(True):
            continue
        yield SparqlCheck(
            shape=shape,
            constraint=constraint,
            focus=focus,
            query=_query(shapes, shape, constraint, focus),
            messages=messages(shapes, constraint) or shape.messages or (Literal("A SPARQL constraint is not met."),),
        )


def _query(shapes: ShapesGraph, shape: Shape, constraint: Term, focus: Focus) -> str:
    select = shapes.value(constraint, ns.SH + "select")
    if not isinstance(select, Literal):
        raise DataError(f"the constraint {constraint} has no sh:select", str(constraint))
    text = select.value
    if shape.path is not None:
        text = _PATH.sub(lambda _: f"({shape.path})", text)
    for pattern in (_PATH, _SHAPES_VARIABLES, _REMOTE):
        if unknown := pattern.search(text):
            raise DataError(f"the query of {constraint} uses {unknown[0]}, which is not supported", text)
    prefixes = " ".join(
        f"PREFIX {_text(shapes, declared, 'prefix')}: <{_text(shapes, declared, 'namespace')}>"
        for source in shapes.objects(constraint, ns.SH + "prefixes")
        for declared in shapes.objects(source, ns.SH + "declare")
    )
    query = f"{prefixes} SELECT * {{ {{ {focus.pattern('?this')} }} {{ {with_minus(text)} }} }}"
    try:
        alone = pyoxigraph.Store().query(f"{prefixes} {text}")
        pyoxigraph.Store().query(query)
    except SyntaxError as error:
        raise DataError(f"the query of {constraint} cannot be read: {error}", text) from error
    if not isinstance(alone, QuerySolutions) or "this" not in [variable.value for variable in alone.variables]:
        raise DataError(f"the query of {constraint} does not select $this", text)
    return query


def _text(shapes: ShapesGraph, node: Term, name: str) -> str:
    value = shapes.value(node, ns.SH + name)
    if not isinstance(value, Literal):
        raise DataError(f"a declaration of a prefix has no sh:{name}: {node}", str(node))
    return value.value
