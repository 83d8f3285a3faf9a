"""What a graph says of single things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

_GRAPH = DefaultGraph()

Term = NamedNode | BlankNode | Literal | Triple


class Objects(dict[str, list[Term]]):
    """What is said of one thing: by the IRI of each predicate its objects, none where nothing is said."""

    def __missing__(self, predicate: str) -> list[Term]:
        return []


Known = Mapping[str, Objects]
"""By their IRIs, things of which all is known that a graph says of them."""


class Said:
    """The statements of a graph about things: from memory of what is known, else looked up in the database, which takes
    as long as going through some dozens of statements."""

    def __init__(self, database: Store, known: Known | None = None) -> None:
        self._database = database
        self._known = known or {}

    def of(self, thing: NamedNode | BlankNode) -> Objects:
        known = self._known.get(thing.value)
        return objects(self._database.quads_for_pattern(thing, None, None, _GRAPH)) if known is None else known

    def objects(self, thing: NamedNode | BlankNode, predicate: str) -> list[Term]:
        known = self._known.get(thing.value)
        if known is not None:
            return known[predicate]
        return [quad.object for quad in self._database.quads_for_pattern(thing, NamedNode(predicate), None, _GRAPH)]


def objects(quads: Iterable[Quad]) -> Objects:
    """Of statements about one thing."""
    found = Objects()
    for quad in quads:
        found.setdefault(quad.predicate.value, []).append(quad.object)
    return found
