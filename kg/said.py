"""What a graph says of single things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

_GRAPH = DefaultGraph()

Arrived = Mapping[str, Sequence[Quad]]
"""By their IRIs, things of which a graph said nothing before some statements came, and all that it says of them now."""


class Said:
    """The statements of a graph about things, looked up in the database; not those about things that have just come,
    all of which are known: a look-up takes as long as going through some dozens of statements."""

    def __init__(self, database: Store, arrived: Arrived | None = None) -> None:
        self._database = database
        self._arrived = arrived or {}

    def of(self, thing: NamedNode | BlankNode, predicate: NamedNode | None = None) -> Iterable[Quad]:
        known = self._arrived.get(thing.value)
        if known is None:
            return self._database.quads_for_pattern(thing, predicate, None, _GRAPH)
        return [quad for quad in known if quad.predicate == predicate] if predicate else known

    def is_new(self, thing: str) -> bool:
        return thing in self._arrived
