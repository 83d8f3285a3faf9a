"""Shapes as the shapes graph describes them; what is not understood is refused. https://www.w3.org/TR/shacl/#shapes"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from kg import namespaces as ns
from kg.errors import DataError
from kg.shacl.graph import ShapesGraph, Term, short
from kg.shacl.paths import Path, read_path

TARGETS: Final = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
SEVERITIES: Final = ("Violation", "Warning", "Info")

# Constraints of each value node alone, and of the value nodes together.
OF_A_VALUE: Final = (
    *("class", "datatype", "nodeKind", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive"),
    *("minLength", "maxLength", "pattern", "languageIn", "in", "not", "and", "or", "xone", "node"),
)
OF_THE_VALUES: Final = ("hasValue", "equals", "disjoint", "closed")
OF_A_PROPERTY: Final = ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals")
_ONCE: Final = frozenset(
    "datatype nodeKind minExclusive minInclusive maxExclusive maxInclusive minLength maxLength pattern flags "  # noqa: SIM905 - reads better
    "languageIn in closed ignoredProperties minCount maxCount uniqueLang path severity "
    "deactivated".split()
)
_DESCRIPTIVE: Final = ("name", "description", "order", "group", "defaultValue")
_GENERAL: Final = ("property", "sparql", "severity", "message", "deactivated", "flags", "ignoredProperties")
_OF_A_SHAPE: Final = frozenset((*TARGETS, *OF_A_VALUE, *OF_THE_VALUES, *_DESCRIPTIVE, *_GENERAL))
_ELSEWHERE: Final = ("select", "prefixes", "declare", "prefix", "namespace", "inversePath", "alternativePath")
_KNOWN: Final = _OF_A_SHAPE | {*OF_A_PROPERTY, *_ELSEWHERE, "path"}


@dataclass(frozen=True)
class Shape:
    """A node shape, or with a path a property shape. `parameters` are by local name, in SHACL's namespace."""

    node: Term
    name: str
    """Its IRI, or that of the shape that it is a part of."""
    path: Path | None
    severity: str
    messages: tuple[Literal, ...]
    is_deactivated: bool
    parameters: dict[str, list[Term]]

    def parameter(self, name: str) -> Term | None:
        values = self.parameters.get(name)
        return values[0] if values else None


def check_vocabulary(shapes: ShapesGraph) -> None:
    """Raises DataError if the graph has anything of SHACL's, wherever it may be, that is not supported here."""
    for subject in shapes.subjects_at_all():
        for predicate in shapes.predicates(subject):
            if predicate.startswith(ns.SH) and predicate.removeprefix(ns.SH) not in _KNOWN:
                raise DataError(f"the shapes use {short(predicate)}, which is not supported, at {subject}", predicate)
        for class_ in shapes.objects(subject, ns.TYPE):
            if class_ in (NamedNode(ns.SH + "ConstraintComponent"), NamedNode(ns.SH + "Function")):
                raise DataError(f"the shapes declare {subject}, and own components are not supported", str(subject))


def read_shape(shapes: ShapesGraph, node: Term, above: str) -> Shape:
    """The shape at a node; `above` is the IRI of the shape that it is a part of, for where it has none."""
    if isinstance(node, Literal):
        raise DataError(f"{node} is no shape", str(node))
    path = shapes.value(node, ns.SH + "path")
    allowed = _OF_A_SHAPE | ({*OF_A_PROPERTY, "path"} if path is not None else set())
    parameters: dict[str, list[Term]] = {}
    for predicate in shapes.predicates(node):
        if not predicate.startswith(ns.SH):
            continue
        local_name = predicate.removeprefix(ns.SH)
        values = shapes.objects(node, predicate)
        if local_name not in allowed:
            kind = "a node shape" if path is None else "a property shape"
            raise DataError(f"{kind} has no {short(predicate)}: {node}", predicate)
        if local_name in _ONCE and len(values) > 1:
            raise DataError(f"{node} has more than one {short(predicate)}; one is allowed", str(node))
        parameters[local_name] = values
    return Shape(
        node=node,
        name=node.value if isinstance(node, NamedNode) else above,
        path=None if path is None else read_path(shapes, path),
        severity=_severity(shapes, node),
        messages=messages(shapes, node),
        is_deactivated=shapes.value(node, ns.SH + "deactivated") == Literal(True),
        parameters=parameters,
    )


def shape_nodes(shapes: ShapesGraph) -> list[Term]:
    """All subjects that have a parameter of shapes or are typed as shapes."""
    kinds = {NamedNode(ns.SH + "NodeShape"), NamedNode(ns.SH + "PropertyShape")}
    parameters = {
        ns.SH + name for name in (*TARGETS, *OF_A_VALUE, *OF_THE_VALUES, *OF_A_PROPERTY, "property", "sparql")
    }
    found = {
        node
        for node in shapes.subjects_at_all()
        if not parameters.isdisjoint(shapes.predicates(node)) or not kinds.isdisjoint(shapes.objects(node, ns.TYPE))
    }
    return sorted(found, key=lambda node: (isinstance(node, BlankNode), str(node)))


def messages(shapes: ShapesGraph, node: Term) -> tuple[Literal, ...]:
    """The messages of a shape or a constraint, English first."""
    found = [each for each in shapes.objects(node, ns.SH + "message") if isinstance(each, Literal)]
    return tuple(sorted(found, key=lambda each: ((each.language or "") not in ("en", ""), str(each))))


def _severity(shapes: ShapesGraph, node: Term) -> str:
    value = shapes.value(node, ns.SH + "severity")
    severity = "Violation" if value is None else str(getattr(value, "value", value)).removeprefix(ns.SH)
    if severity not in SEVERITIES:
        raise DataError(f"the severity {value} of {node} is none of SHACL's three", str(value))
    return severity
