"""Focus nodes: what a shape is about. https://www.w3.org/TR/shacl/#targets"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode

from kg import namespaces as ns
from kg.errors import DataError
from kg.shacl.data import DataGraph
from kg.shacl.graph import ShapesGraph, Term
from kg.shacl.paths import Path, Step, fresh

_CLASSES = (NamedNode(ns.RDFS + "Class"), NamedNode(ns.OWL + "Class"))


@dataclass(frozen=True)
class Focus:
    """A set of nodes, as a graph pattern and as a test of one node."""

    pattern: Callable[[str], str]
    contains: Callable[[Term], bool]
    size: int
    """About how many."""
    is_distinct: bool
    """Whether the pattern finds each node once."""


def targets(shapes: ShapesGraph, data: DataGraph, shape: Term) -> Focus | None:
    """The focus nodes that a shape names; None if it names none and is there for other shapes to refer to."""
    found = [_class(data, each) for each in shapes.objects(shape, ns.SH + "targetClass")]
    if isinstance(shape, NamedNode) and any(each in _CLASSES for each in shapes.objects(shape, ns.TYPE)):
        found.append(_class(data, shape))
    if nodes := shapes.objects(shape, ns.SH + "targetNode"):
        found.append(_nodes(nodes))
    found += [_end(data, each, inverse=True) for each in shapes.objects(shape, ns.SH + "targetSubjectsOf")]
    found += [_end(data, each, inverse=False) for each in shapes.objects(shape, ns.SH + "targetObjectsOf")]
    if len(found) > 1:
        return Focus(
            pattern=lambda node: "{ " + " } UNION { ".join(each.pattern(node) for each in found) + " }",
            contains=lambda node: any(each.contains(node) for each in found),
            size=sum(each.size for each in found),
            is_distinct=False,
        )
    return found[0] if found else None


def values_of(data: DataGraph, focus: Focus, path: Path) -> Focus:
    """The nodes to which the path leads from the nodes of a focus."""

    def pattern(node: str) -> str:
        start = fresh()
        return f"{{ {focus.pattern(start)} }} {{ {path.pattern(start, node)} }}"

    return Focus(
        pattern=pattern,
        contains=lambda node: any(focus.contains(source) for source in path.sources(data.store, node)),
        size=min(focus.size, 1) and data.uses(path.predicates),
        is_distinct=False,
    )


def _class(data: DataGraph, class_: Term) -> Focus:
    if not isinstance(class_, NamedNode):
        raise DataError(f"the target class {class_} is no IRI", str(class_))
    has_type = data.has_type(class_)
    return Focus(has_type.pattern, has_type.of, data.instances(class_), is_distinct=len(has_type.classes) == 1)


def _nodes(nodes: list[Term]) -> Focus:
    for node in nodes:
        if isinstance(node, BlankNode):
            raise DataError(f"the target node {node} is a blank node, which is in no other graph", str(node))
    listed = " ".join(map(str, nodes))
    return Focus(lambda node: f"VALUES {node} {{ {listed} }}", set(nodes).__contains__, len(nodes), is_distinct=True)


def _end(data: DataGraph, predicate: Term, inverse: bool) -> Focus:
    """The objects of a predicate, or its subjects."""
    if not isinstance(predicate, NamedNode):
        raise DataError(f"the target {predicate} is no predicate", str(predicate))
    step = Step(predicate, inverse)
    return Focus(
        pattern=lambda node: step.pattern(fresh(), node),
        contains=lambda node: next(step.sources(data.store, node), None) is not None,
        size=data.uses([predicate.value]),
        is_distinct=False,
    )
