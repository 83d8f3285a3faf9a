"""The edits of a journal in the graph that is built from records: what they say there, under today's names.

An edit speaks of things as they were called when it was made; links may call them otherwise since.
"""

from __future__ import annotations

from collections.abc import Set
from functools import cached_property, partial

import pyoxigraph
from pyoxigraph import DefaultGraph, Quad, RdfFormat

from kg import counted_edits
from kg.counted_edits import Counted
from kg.edits import Journal, Position
from kg.linking.identity import Identity
from kg.linking.merging import renamed
from kg.recounts import Effect

_GRAPH = DefaultGraph()


class GraphEdits:
    """The edits after a position of the journal, which is read when they are asked for. Those of other graphs are made
    with them; nothing else depends on them."""

    def __init__(self, journal: Journal, base_iri: str, since: Position = Position()) -> None:  # noqa: B008 - frozen
        self._journal = journal
        self._base_iri = base_iri
        self._since = since

    @cached_property
    def quads(self) -> list[Quad]:
        """The statements that were added or removed, as they were written."""
        statements = (each.statement for each in self._journal.changes(self._since) if each.is_statement)
        quads = (quad for statement in statements for quad in pyoxigraph.parse(statement, RdfFormat.N_QUADS))
        return [quad for quad in quads if quad.graph_name == _GRAPH]

    @property
    def predicates(self) -> set[str]:
        return {quad.predicate.value for quad in self.quads}

    def speak_by(self, predicates: Set[str]) -> bool:
        """Whether one says something by one of these."""
        return any(quad.predicate.value in predicates for quad in self.quads)

    def called(self, identity: Identity) -> list[Quad]:
        """The statements as they are made where things are called so."""
        return [renamed(quad, identity) for quad in self.quads]

    def are_called_otherwise(self, before: Identity, after: Identity) -> bool:
        """Whether one speaks of a thing that has another name now."""
        return self.called(before) != self.called(after)

    def are_regular(self, database: pyoxigraph.Store, identity: Identity) -> bool:
        """Whether what is derived can follow them, of a graph in which they are made."""
        return counted_edits.are_regular(database, self._base_iri, self.called(identity))

    def bare_things(self, database: pyoxigraph.Store) -> set[str]:
        """Of which one says that it is no paper or no venue: only the rules can tell what becomes of what is said of it
        again."""
        return counted_edits.bare_things(database, self.quads)

    def make(self, database: pyoxigraph.Store, identity: Identity) -> list[Effect]:
        """Make them all, in order; what made a difference, in any graph."""
        rename = partial(renamed, identity=identity)
        changes = self._journal.changes(self._since)
        made = ((change.added, change.apply(database, rename)) for change in changes)
        return [(is_added, quad) for is_added, quad in made if quad is not None]

    def make_and_count(
        self, database: pyoxigraph.Store, identity: Identity, is_regular: bool, most: int | None = None
    ) -> Counted:
        """Make them all, and bring up to date what is derived, as `count_edits` does."""
        make = partial(self.make, database, identity)
        return counted_edits.count_edits(database, self._base_iri, self.called(identity), make, is_regular, most)
