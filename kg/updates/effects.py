"""Changes made to a database as they come, and remembered."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from kg.edits import Change
from kg.errors import ResultTooLarge


class Effects:
    """Applies changes to a database as they come and remembers them, so that they can be told and taken back."""

    def __init__(self, database: Store, limit: int) -> None:
        self.database = database
        self._limit = limit
        self._changes: list[tuple[bool, Quad | NamedNode]] = []

    def add(self, quads: Iterable[Quad]) -> None:
        for quad in quads:
            if isinstance(quad.graph_name, NamedNode):
                self.add_graph(quad.graph_name)
            if quad not in self.database:
                self._record(True, quad)
                self.database.add(quad)

    def remove(self, quads: Iterable[Quad]) -> None:
        for quad in quads:
            if quad in self.database:
                self._record(False, quad)
                self.database.remove(quad)

    def add_graph(self, graph: NamedNode) -> None:
        if not self.database.contains_named_graph(graph):
            self._record(True, graph)
            self.database.add_graph(graph)

    def remove_graph(self, graph: NamedNode) -> None:
        self.remove(list(self.database.quads_for_pattern(None, None, None, graph)))
        if self.database.contains_named_graph(graph):
            self._record(False, graph)
            self.database.remove_graph(graph)

    def take_back(self) -> None:
        for added, thing in reversed(self._changes):
            if isinstance(thing, NamedNode):
                (self.database.remove_graph if added else self.database.add_graph)(thing)
            else:
                (self.database.remove if added else self.database.add)(thing)
        self._changes.clear()

    def changes(self) -> list[Change]:
        return [Change(added, _statement(thing)) for added, thing in self._changes]

    def _record(self, added: bool, thing: Quad | NamedNode) -> None:
        if len(self._changes) >= self._limit:
            raise ResultTooLarge(
                f"this write changes more than {self._limit:,} statements (KG_RESULT_ROWS); load a dataset instead",
                self._limit,
            )
        self._changes.append((added, thing))


def _statement(thing: Quad | NamedNode) -> str:
    if isinstance(thing, NamedNode):
        return f"GRAPH {thing}"
    written = pyoxigraph.serialize([thing], format=RdfFormat.N_QUADS) or b""
    return written.decode().rstrip("\n")
