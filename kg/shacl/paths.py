"""Property paths: predicates, inverses, sequences and alternatives. https://www.w3.org/TR/shacl/#property-paths"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, product

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Triple

from kg import namespaces as ns
from kg.errors import DataError
from kg.shacl.graph import ShapesGraph, Term, short

_fresh = count()


def fresh() -> str:
    """A variable that no other part of any query has."""
    return f"?v{next(_fresh)}"


@dataclass(frozen=True)
class Step:
    """A predicate, followed from subject to object or the other way round."""

    predicate: NamedNode
    inverse: bool = False

    def pattern(self, start: str, end: str) -> str:
        """A triple pattern, as a group; a triple term is no node, so no path leads to it."""
        if self.inverse:
            return f"{end} {self.predicate} {start} ."
        only_nodes = f" FILTER(!isTRIPLE({end}))" if end.startswith("?") else ""
        return f"{start} {self.predicate} {end} .{only_nodes}"

    def sources(self, store: pyoxigraph.Store, end: Term) -> Iterator[Term]:
        """The nodes from which the step leads to `end`."""
        if not self.inverse:
            for quad in store.quads_for_pattern(None, self.predicate, end, DefaultGraph()):
                if not isinstance(quad.subject, Triple):
                    yield quad.subject
        elif isinstance(end, NamedNode | BlankNode):
            for quad in store.quads_for_pattern(end, self.predicate, None, DefaultGraph()):
                if not isinstance(quad.object, Triple):
                    yield quad.object

    def __str__(self) -> str:
        return f"^{self.predicate}" if self.inverse else str(self.predicate)


@dataclass(frozen=True)
class Path:
    """Alternatives, each a sequence of steps; `node` is the path in the shapes graph."""

    node: Term
    sequences: tuple[tuple[Step, ...], ...]

    @property
    def is_step(self) -> bool:
        """Whether it finds no value twice."""
        return len(self.sequences) == 1 and len(self.sequences[0]) == 1

    @property
    def predicates(self) -> list[str]:
        return [step.predicate.value for sequence in self.sequences for step in sequence]

    def pattern(self, start: str, end: str) -> str:
        """A graph pattern for all that the path leads to."""
        return " UNION ".join(
            f"{{ {_chain(sequence, start, end)} }}" if len(self.sequences) > 1 else _chain(sequence, start, end)
            for sequence in self.sequences
        )

    def exists(self, start: str, end: str, condition: str = "true") -> str:
        """An expression: the path leads to an `end` for which the condition holds.

        Each step is an EXISTS within the last one's: the store would join the patterns of one EXISTS without regard
        to what is bound.
        """
        return "(" + " || ".join(_exists(sequence, start, end, condition) for sequence in self.sequences) + ")"

    def sources(self, store: pyoxigraph.Store, end: Term) -> Iterator[Term]:
        for sequence in self.sequences:
            yield from _sources(store, sequence, end)

    def __str__(self) -> str:
        """As SPARQL spells it."""
        return "|".join("/".join(map(str, sequence)) for sequence in self.sequences)


def _chain(sequence: tuple[Step, ...], start: str, end: str) -> str:
    nodes = [start, *(fresh() for _ in sequence[1:]), end]
    return " ".join(step.pattern(nodes[i], nodes[i + 1]) for i, step in enumerate(sequence))


def _exists(sequence: tuple[Step, ...], start: str, end: str, condition: str) -> str:
    first, *rest = sequence
    if rest:
        middle = fresh()
        return f"EXISTS {{ {first.pattern(start, middle)} FILTER({_exists(tuple(rest), middle, end, condition)}) }}"
    return f"EXISTS {{ {first.pattern(start, end)} FILTER({condition}) }}"


def _sources(store: pyoxigraph.Store, sequence: tuple[Step, ...], end: Term) -> Iterator[Term]:
    *first, last = sequence
    for node in last.sources(store, end):
        if first:
            yield from _sources(store, tuple(first), node)
        else:
            yield node


def read_path(shapes: ShapesGraph, node: Term) -> Path:
    """The path that a node of the shapes graph describes. Raises DataError for what is not supported."""
    return Path(node, tuple(_sequences(shapes, node, ())))


def _sequences(shapes: ShapesGraph, node: Term, above: tuple[Term, ...]) -> list[tuple[Step, ...]]:
    if isinstance(node, NamedNode):
        return [(Step(node),)]
    if node in above or not isinstance(node, BlankNode):
        raise DataError(f"{node} is no property path", str(node))
    above = (*above, node)
    if shapes.value(node, ns.RDF + "first") is not None:
        parts = (_sequences(shapes, member, above) for member in shapes.members(node))
        return [tuple(step for part in parts for step in part) for parts in product(*parts)]
    match shapes.predicates(node):
        case [predicate] if predicate == ns.SH + "inversePath":
            return [_inverse(each) for each in _sequences(shapes, _only(shapes, node, predicate), above)]
        case [predicate] if predicate == ns.SH + "alternativePath":
            members = shapes.members(_only(shapes, node, predicate))
            return [sequence for member in members for sequence in _sequences(shapes, member, above)]
        case predicates:
            names = ", ".join(map(short, predicates)) or "nothing"
            raise DataError(f"a property path of {names} is not supported; write out the steps", str(node))


def _only(shapes: ShapesGraph, node: Term, predicate: str) -> Term:
    value = shapes.value(node, predicate)
    assert value is not None  # noqa: S101 - the predicate was just seen
    return value


def _inverse(sequence: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(Step(step.predicate, not step.inverse) for step in reversed(sequence))
