"""Constraints as queries over the whole graph, one each. https://www.w3.org/TR/shacl/#validation-definition"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg import namespaces as ns
from kg.errors import DataError
from kg.shacl.conditions import Conditions, exists, is_true, leads_to, named, not_before, whole_number
from kg.shacl.data import DataGraph
from kg.shacl.graph import Term
from kg.shacl.paths import Path, Step
from kg.shacl.report import Result
from kg.shacl.shapes import OF_A_PROPERTY, OF_A_VALUE, OF_THE_VALUES, Shape, read_shape
from kg.shacl.sparql import SparqlCheck, sparql_checks
from kg.shacl.targets import Focus, targets, values_of

# A look at one node costs about as much as going over so many triples of a predicate.
_TRIPLES_A_LOOK = 4


@dataclass(frozen=True)
class Check:
    """A constraint of a shape. Rows of the query have `this`, and may have `value` and `path`."""

    shape: Shape
    component: str
    query: str
    focus: Focus
    finds_others: bool
    """Whether the query finds nodes that are not in focus as well."""
    has_value: bool = True
    default_message: str = ""

    @property
    def sort_key(self) -> tuple[str, ...]:
        return (self.shape.name, *(message.value for message in self.shape.messages), str(self.shape.node))

    def results(self, data: DataGraph) -> Iterator[Result]:
        if self.focus.size == 0:
            return
        messages = self.shape.messages or (Literal(self.default_message),)
        for row in data.rows(self.query):
            this = row["this"]
            if self.finds_others and not self.focus.contains(this):
                continue
            path = row.get("path") or (self.shape.path and self.shape.path.node)
            value = row.get("value", this) if self.has_value else None
            yield Result(
                severity=self.shape.severity,
                focus=str(this),
                path=_path_text(row.get("path"), self.shape.path),
                value=None if value is None else str(value),
                message=messages[0].value,
                shape=self.shape.name,
                component=self.component,
                source=str(self.shape.node),
                path_node=str(path) if path else None,
                messages=tuple(map(str, messages)),
            )


def _path_text(found: Term | None, path: Path | None) -> str | None:
    return str(found) if found is not None else None if path is None else str(path)


def shape_checks(conditions: Conditions, node: Term) -> Iterator[Check | SparqlCheck]:
    """The checks of a shape with a target. One without is compiled with those that refer to it."""
    focus = targets(conditions.shapes, conditions.data, node)
    if focus is not None:
        shape = read_shape(conditions.shapes, node, str(getattr(node, "value", node)))
        yield from _Compiler(conditions.within(node), shape, focus).checks()


@dataclass(frozen=True)
class _Compiler:
    conditions: Conditions
    shape: Shape
    focus: Focus

    def checks(self) -> Iterator[Check | SparqlCheck]:
        shape = self.shape
        if shape.is_deactivated:
            return
        for name in (*OF_A_VALUE, *OF_THE_VALUES, *OF_A_PROPERTY):
            for parameter in shape.parameters.get(name, ()):
                query, finds_others = self._query(name, parameter)
                yield Check(
                    shape=shape,
                    component=f"{ns.SH}{name[0].upper()}{name[1:]}ConstraintComponent",
                    query=query,
                    focus=self.focus,
                    finds_others=finds_others,
                    has_value=name not in ("minCount", "maxCount", "hasValue", "uniqueLang"),
                    default_message=f"sh:{name} {parameter} is not met.",
                )
        yield from sparql_checks(self.conditions.shapes, shape, self.focus)
        path, data = shape.path, self.conditions.data
        focus = self.focus if path is None else values_of(data, self.focus, path)
        for parameter in shape.parameters.get("property", ()):
            inner = read_shape(self.conditions.shapes, parameter, shape.name)
            if inner.path is None:
                raise DataError(f"sh:property {parameter} of {shape.node} has no path", str(parameter))
            yield from _Compiler(self.conditions.within(parameter), inner, focus).checks()

    def _query(self, name: str, parameter: Term) -> tuple[str, bool]:
        """The query, and whether it finds nodes that are not in focus as well."""
        if name in OF_A_VALUE:
            return self._of_value(name, parameter)
        match name:
            case "minCount":
                return self._min_count(whole_number(parameter, name)), False
            case "maxCount":
                return self._max_count(whole_number(parameter, name))
            case "uniqueLang":
                return self._unique_lang(parameter)
            case "hasValue":
                condition = self.conditions.of_values(self.shape, name, parameter, "?this")
                return f"SELECT DISTINCT ?this {{ {self._targets} FILTER({condition}) }}", False
            case "closed":
                return self._closed(parameter), False
            case _:
                return self._pairs(name, named(parameter, name)), False

    @property
    def _targets(self) -> str:
        return f"{{ {self.focus.pattern('?this')} }}"

    @property
    def _values(self) -> str:
        """A pattern for the value nodes of all nodes in focus; without a path these are the nodes."""
        path = self.shape.path
        return "BIND(?this AS ?value)" if path is None else f"{{ {path.pattern('?this', '?value')} }}"

    def _from_targets(self, path: Path) -> bool:
        """Whether there are so few nodes in focus that it is quicker to look at each than to go over the triples."""
        return self.focus.size * _TRIPLES_A_LOOK < self.conditions.data.uses(path.predicates)

    def _of_value(self, name: str, parameter: Term) -> tuple[str, bool]:
        path = self.shape.path
        value = "?this" if path is None else "?value"
        few = path is not None and self._from_targets(path)
        condition = self.conditions.of_value(self.shape, name, parameter, value)
        rest = f"FILTER({condition})"
        if name == "class" and not few:
            # The instances as a set, in memory: ten times as quick as a look for each value, in no order.
            rest = f"MINUS {{ {self.conditions.data.has_type(named(parameter, name)).pattern(value)} }}"
        if path is None:
            return f"SELECT {self._distinct(True)} ?this {{ {self._targets} {rest} }}", False
        start = self._targets if few else ""
        distinct = self._distinct(path.is_step, few)
        return f"SELECT {distinct} ?this ?value {{ {start} {path.pattern('?this', '?value')} {rest} }}", not few

    def _distinct(self, is_step: bool, from_targets: bool = True) -> str:
        return "" if is_step and (self.focus.is_distinct or not from_targets) else "DISTINCT"

    def _min_count(self, number: int) -> str:
        path = self._path
        if number == 0:
            return "SELECT ?this { FILTER(false) }"
        if number == 1 and self._from_targets(path):
            rest = f"FILTER(!{path.exists('?this', '?value')})"
        elif number == 1:
            rest = f"MINUS {{ {path.pattern('?this', '?value')} }}"
        else:
            rest = f"MINUS {{ {self._counted('', f'>= {number}')} }}"
        return f"SELECT {self._distinct(True)} ?this {{ {self._targets} {rest} }}"

    def _max_count(self, number: int) -> tuple[str, bool]:
        few = self._from_targets(self._path)
        return self._counted(self._targets if few else "", f"> {number}"), not few

    @property
    def _path(self) -> Path:
        assert self.shape.path is not None  # noqa: S101 - only a property shape has such parameters
        return self.shape.path

    def _counted(self, start: str, condition: str) -> str:
        """Nodes by the number of their values."""
        path = self._path
        what = "*" if path.is_step and (self.focus.is_distinct or not start) else "DISTINCT ?value"
        values = path.pattern("?this", "?value")
        return f"SELECT ?this {{ {start} {values} }} GROUP BY ?this HAVING(COUNT({what}) {condition})"

    def _unique_lang(self, parameter: Term) -> tuple[str, bool]:
        if not is_true(parameter):
            return "SELECT ?this { FILTER(false) }", False
        values = self._path.pattern("?this", "?value")
        language = 'FILTER(isLITERAL(?value)) BIND(LCASE(LANG(?value)) AS ?language) FILTER(?language != "")'
        return (
            f"SELECT ?this {{ {values} {language} }} GROUP BY ?this ?language HAVING(COUNT(DISTINCT ?value) > 1)",
            True,
        )

    def _closed(self, parameter: Term) -> str:
        if not is_true(parameter):
            return "SELECT ?this { FILTER(false) }"
        node = "?this" if self.shape.path is None else "?node"
        values = "" if self.shape.path is None else self.shape.path.pattern("?this", node)
        others = self.conditions.others(self.shape, node, "?path", "?value")
        return f"SELECT DISTINCT ?this ?path ?value {{ {self._targets} {values} {others} }}"

    def _pairs(self, name: str, other: NamedNode) -> str:
        """https://www.w3.org/TR/shacl/#core-components-property-pairs"""
        path = self.shape.path
        step = Path(other, ((Step(other),),))
        found = f"SELECT DISTINCT ?this ?value {{ {self._targets} "
        match name:
            case "equals":
                one_way = f"{{ {self._targets} {self._values} FILTER(!{step.exists('?this', '?value')}) }}"
                back = f"FILTER(!{leads_to(path, '?this', '?value')})"
                reverse = f"{{ {self._targets} {step.pattern('?this', '?value')} {back} }}"
                return f"SELECT DISTINCT ?this ?value {{ {one_way} UNION {reverse} }}"
            case "disjoint":
                return f"{found} {self._values} FILTER({step.exists('?this', '?value')}) }}"
            case _:
                condition = exists(step, "?this", "?other", not_before(name, "?value", "?other"))
                return f"{found} {self._values} FILTER({condition}) }}"
