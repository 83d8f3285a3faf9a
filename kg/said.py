"""What a graph says of single things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

_GRAPH = DefaultGraph()

Known = Mapping[str, Sequence[Quad]]
"""By their IRIs, things of which all is known that a graph says of them."""


class Said:
    """The statements of a graph about things: from memory of what is known, else looked up in the database, which takes
    as long as going through some dozens of statements."""

    def __init__(self, database: Store, known: Known | None = None) -> None:
        self._database = database
        self._known = known or {}

    def of(self, thing: NamedNode | BlankNode, predicate: NamedNode | None = None) -> Iterable[Quad]:
        known = self._known.get(thing.value)
        if known is None:
            return self._database.quads_for_pattern(thing, predicate, None, _GRAPH)
        return [quad for quad in known if quad.predicate == predicate] if predicate else known
