"""When a node does not conform, as SPARQL expressions. https://www.w3.org/TR/shacl/#core-components

An expression is about a variable, is never an error, and is true where the constraint does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions

from kg import namespaces as ns
from kg.errors import DataError
from kg.shacl.data import DataGraph
from kg.shacl.datatypes import is_not_of
from kg.shacl.graph import ShapesGraph, Term
from kg.shacl.paths import Path, Step, fresh
from kg.shacl.shapes import OF_A_PROPERTY, OF_A_VALUE, OF_THE_VALUES, Shape, read_shape

_MOST_IN_PAIRS: Final = 4
_COMPARISONS: Final = {"minExclusive": ">", "minInclusive": ">=", "maxExclusive": "<", "maxInclusive": "<="}
_KINDS: Final = {
    "IRI": "isIRI({0})",
    "BlankNode": "isBLANK({0})",
    "Literal": "isLITERAL({0})",
    "BlankNodeOrIRI": "(isIRI({0}) || isBLANK({0}))",
    "BlankNodeOrLiteral": "(isLITERAL({0}) || isBLANK({0}))",
    "IRIOrLiteral": "(isIRI({0}) || isLITERAL({0}))",
}


@dataclass(frozen=True)
class Conditions:
    """Expressions for the shapes of a graph over a data graph. `above` are the shapes within which one is looked at."""

    shapes: ShapesGraph
    data: DataGraph
    above: tuple[Term, ...] = ()

    def within(self, node: Term) -> Conditions:
        if node in self.above:
            raise DataError(f"the shape {node} refers to itself, which is not supported", str(node))
        return Conditions(self.shapes, self.data, (*self.above, node))

    def of_value(self, shape: Shape, name: str, parameter: Term, value: str) -> str:
        """For a constraint of each value alone."""
        match name:
            case "class":
                return f"!{self.data.has_type(named(parameter, name)).expression(value)}"
            case "datatype":
                return is_not_of(value, named(parameter, name))
            case "nodeKind":
                return f"!{_kind(parameter).format(value)}"
            case "minLength":
                return f"COALESCE(STRLEN(STR({value})) < {whole_number(parameter, name)}, true)"
            case "maxLength":
                return f"COALESCE(STRLEN(STR({value})) > {whole_number(parameter, name)}, true)"
            case "pattern":
                return f"!COALESCE(REGEX(STR({value}), {_pattern(shape, parameter)}), false)"
            case "languageIn":
                ranges = [constant(each) for each in self.shapes.members(parameter)]
                return f"!COALESCE({_any(f'LANGMATCHES(LANG({value}), {each})' for each in ranges)}, false)"
            case "in":
                return f"!{_any(f'sameTerm({value}, {constant(each)})' for each in self.shapes.members(parameter))}"
        if name in _COMPARISONS:
            return f"!COALESCE({value} {_COMPARISONS[name]} {constant(parameter)}, false)"
        return self._of_shapes(name, parameter, value)

    def _of_shapes(self, name: str, parameter: Term, value: str) -> str:
        if name == "not":
            return f"!{self.fails(parameter, value)}"
        if name == "node":
            return self.fails(parameter, value)
        fails = [self.fails(each, value) for each in self.shapes.members(parameter)]
        match name:
            case "and":
                return _any(fails)
            case "or":
                return "(" + " && ".join(fails or ["true"]) + ")"
            case _:
                return "(" + " + ".join(["0", *(f"IF({each}, 0, 1)" for each in fails)]) + ") != 1"

    def fails(self, node: Term, focus: str) -> str:
        """That a node does not conform to the shape at `node`."""
        inner = self.within(node)
        shape = read_shape(self.shapes, node, "")
        if "sparql" in shape.parameters:
            raise DataError(f"sh:sparql is supported only in shapes with a target, not in {node}", str(node))
        return "false" if shape.is_deactivated else _any(inner._failures(shape, focus))

    def _failures(self, shape: Shape, focus: str) -> Iterator[str]:
        for name in OF_A_VALUE:
            for parameter in shape.parameters.get(name, ()):
                value = focus if shape.path is None else fresh()
                yield exists(shape.path, focus, value, self.of_value(shape, name, parameter, value))
        for parameter in shape.parameters.get("property", ()):
            value = focus if shape.path is None else fresh()
            yield exists(shape.path, focus, value, self.fails(parameter, value))
        for name in (*OF_THE_VALUES, *OF_A_PROPERTY):
            for parameter in shape.parameters.get(name, ()):
                yield self.of_values(shape, name, parameter, focus)

    def of_values(self, shape: Shape, name: str, parameter: Term, focus: str) -> str:
        """For a constraint of all values of a focus node together."""
        path = shape.path
        value = focus if path is None else fresh()
        other = fresh()
        match name:
            case "minCount":
                return f"!{_at_least(path, focus, whole_number(parameter, name))}"
            case "maxCount":
                return _at_least(path, focus, whole_number(parameter, name) + 1)
            case "hasValue":
                return f"!{leads_to(path, focus, constant(parameter))}"
            case "uniqueLang":
                if not is_true(parameter):
                    return "false"
                alike = f"!sameTerm({value}, {other}) && LCASE(LANG({value})) = LCASE(LANG({other}))"
                again = (
                    f'COALESCE(LANG({value}) != "", false) && {exists(path, focus, other, f"COALESCE({alike}, false)")}'
                )
                return exists(path, focus, value, again)
            case "closed":
                if not is_true(parameter):
                    return "false"
                return exists(path, focus, value, f"EXISTS {{ {self.others(shape, value, fresh(), fresh())} }}")
        step = Path(parameter, ((Step(named(parameter, name)),),))
        match name:
            case "equals":
                one_way = exists(path, focus, value, f"!{step.exists(focus, value)}")
                return f"({one_way} || {step.exists(focus, other, f'!{leads_to(path, focus, other)}')})"
            case "disjoint":
                return exists(path, focus, value, step.exists(focus, value))
            case _:
                return exists(path, focus, value, step.exists(focus, other, not_before(name, value, other)))

    def others(self, shape: Shape, focus: str, predicate: str, value: str) -> str:
        """A pattern for what a closed shape does not name. https://www.w3.org/TR/shacl/#ClosedConstraintComponent"""
        ignored = shape.parameter("ignoredProperties")
        allowed = set() if ignored is None else set(self.shapes.members(ignored))
        for each in shape.parameters.get("property", ()):
            path = self.shapes.value(each, ns.SH + "path")
            if isinstance(path, NamedNode):
                allowed.add(path)
        listed = ", ".join(sorted(str(each) for each in allowed))
        is_named = f"{predicate} IN ({listed})" if listed else "false"  # the store takes an empty list for a true one
        return f"{focus} {predicate} {value} . FILTER(!({is_named}) && !isTRIPLE({value}))"


def exists(path: Path | None, focus: str, value: str, condition: str) -> str:
    """The condition, of some value of the path; without a path `value` is the focus node itself."""
    return f"({condition})" if path is None else path.exists(focus, value, condition)


def leads_to(path: Path | None, focus: str, term: str) -> str:
    """That a term is one of the values."""
    return f"sameTerm({focus}, {term})" if path is None else path.exists(focus, term)


def not_before(name: str, value: str, other: str) -> str:
    """That the first does not come before the second."""
    sign = "<" if name == "lessThan" else "<="
    return f"!COALESCE({value} {sign} {other}, false)"


def _at_least(path: Path | None, focus: str, number: int) -> str:
    """That there are so many values, each unlike the others before it."""
    if path is None or number > _MOST_IN_PAIRS:
        raise DataError(f"a count of {number} is supported only in shapes with a target, not within others", number)
    values = [fresh() for _ in range(number)]
    condition = "true"
    for place in reversed(range(number)):
        unlike = [f"!sameTerm({values[place]}, {before})" for before in values[:place]]
        condition = path.exists(focus, values[place], " && ".join([*unlike, condition]))
    return f"({condition})"


def _any(expressions: Iterator[str] | list[str]) -> str:
    return "(" + " || ".join([*expressions] or ["false"]) + ")"


def constant(term: Term) -> str:
    """A term in a query. A blank node would be a variable there."""
    if isinstance(term, BlankNode):
        raise DataError(f"{term}: a blank node cannot be a value that shapes ask for", str(term))
    return str(term)


def named(term: Term, name: str) -> NamedNode:
    if not isinstance(term, NamedNode):
        raise DataError(f"sh:{name} {term}: give an IRI", str(term))
    return term


def whole_number(term: Term, name: str) -> int:
    if not isinstance(term, Literal) or not term.value.isdecimal():
        raise DataError(f"sh:{name} {term}: give a whole number", str(term))
    return int(term.value)


def is_true(term: Term) -> bool:
    return isinstance(term, Literal) and term.value in ("true", "1")


def _kind(term: Term) -> str:
    kind = _KINDS.get(getattr(term, "value", "").removeprefix(ns.SH))
    if kind is None:
        raise DataError(f"sh:nodeKind {term}: there is no such kind", str(term))
    return kind


def _pattern(shape: Shape, parameter: Term) -> str:
    """The regular expression and its flags as arguments of REGEX."""
    flags = shape.parameter("flags")
    arguments = constant(parameter) if flags is None else f"{constant(parameter)}, {constant(flags)}"
    if not _can_match(arguments):
        raise DataError(f"sh:pattern {arguments}: the store cannot read this regular expression", str(parameter))
    return arguments


@cache
def _can_match(arguments: str) -> bool:
    solutions = pyoxigraph.Store().query(f'SELECT (REGEX("", {arguments}) AS ?matches) {{}}')
    assert isinstance(solutions, QuerySolutions)  # noqa: S101 - it is a SELECT
    return next(solutions)[0] is not None
