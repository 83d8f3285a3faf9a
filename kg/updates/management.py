"""Graph management, and LOAD. https://www.w3.org/TR/sparql11-update/#graphManagement"""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

from kg.errors import QueryError
from kg.updates.effects import Effects
from kg.updates.operations import Manage

Graph = NamedNode | DefaultGraph


def manage_graphs(effects: Effects, manage: Manage, base_iri: str | None) -> None:
    """Do the operation; QueryError if it fails and is not told to be silent about that."""
    try:
        _MANAGERS[manage.verb](effects, manage, base_iri)
    except QueryError:
        if not manage.silent:
            raise


def _clear(effects: Effects, manage: Manage, base_iri: str | None) -> None:
    """Remove the statements of the graphs. One that is not there has none: the W3C's protocol tests clear such."""
    for graph in _meant(effects.database, manage, manage.targets[0], base_iri):
        effects.remove(list(effects.database.quads_for_pattern(None, None, None, graph)))


def _drop(effects: Effects, manage: Manage, base_iri: str | None) -> None:
    for graph in _targets(effects.database, manage, manage.targets[0], base_iri):
        if isinstance(graph, NamedNode):
            effects.remove_graph(graph)
        else:
            effects.remove(list(effects.database.quads_for_pattern(None, None, None, graph)))


def _create(effects: Effects, manage: Manage, base_iri: str | None) -> None:
    graph = named_node(manage.prologue, manage.targets[0], base_iri)
    if effects.database.contains_named_graph(graph):
        raise QueryError(f"graph {graph} exists already; drop it first, or CREATE SILENT", graph.value)
    effects.add_graph(graph)


def _transfer(effects: Effects, manage: Manage, base_iri: str | None) -> None:
    """ADD, COPY and MOVE. From a graph to itself nothing happens."""
    (source,) = _targets(effects.database, manage, manage.targets[0], base_iri)
    target = _graph(manage, manage.targets[1], base_iri)
    if source == target:
        return
    quads = list(effects.database.quads_for_pattern(None, None, None, source))
    if manage.verb != "ADD":
        effects.remove(list(effects.database.quads_for_pattern(None, None, None, target)))
    if isinstance(target, NamedNode):
        effects.add_graph(target)
    effects.add(Quad(quad.subject, quad.predicate, quad.object, target) for quad in quads)
    if manage.verb == "MOVE":
        effects.remove(quads)
        if isinstance(source, NamedNode):
            effects.remove_graph(source)


def _load(effects: Effects, manage: Manage, base_iri: str | None) -> None:
    """The engine fetches and reads the document, into an empty database; a worker that may not reach it says so."""
    fetched = Store()
    try:
        fetched.update(manage.text, base_iri=base_iri)
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(f"the document cannot be loaded: {error}", manage.targets) from error
    effects.add(fetched)


_MANAGERS: dict[str, Callable[[Effects, Manage, str | None], None]] = {
    "CLEAR": _clear,
    "DROP": _drop,
    "CREATE": _create,
    "ADD": _transfer,
    "COPY": _transfer,
    "MOVE": _transfer,
    "LOAD": _load,
}


def _targets(database: Store, manage: Manage, target: str, base_iri: str | None) -> list[Graph]:
    """The graphs that a target means; QueryError if it is one that is not there."""
    graphs = _meant(database, manage, target, base_iri)
    for graph in graphs:
        if isinstance(graph, NamedNode) and not database.contains_named_graph(graph):
            raise QueryError(f"there is no graph {graph}; look at the named graphs, or add SILENT", graph.value)
    return graphs


def _meant(database: Store, manage: Manage, target: str, base_iri: str | None) -> list[Graph]:
    """The graphs that a target means, the one that it names whether it is there or not."""
    named: list[Graph] = [graph for graph in database.named_graphs() if isinstance(graph, NamedNode)]
    match target.upper():
        case "NAMED":
            return named
        case "ALL":
            return [DefaultGraph(), *named]
    return [_graph(manage, target, base_iri)]


def _graph(manage: Manage, target: str, base_iri: str | None) -> Graph:
    return DefaultGraph() if target.upper() == "DEFAULT" else named_node(manage.prologue, target, base_iri)


def named_node(prologue: str, iri: str, base_iri: str | None) -> NamedNode:
    """An IRI as it is written, with the prologue's prefixes and base; the parser for Turtle resolves it."""
    (quad,) = pyoxigraph.parse(f"{prologue}\n<urn:a> <urn:b> {iri} .", RdfFormat.TURTLE, base_iri=base_iri)
    assert isinstance(quad.object, NamedNode)  # noqa: S101 - the engine's parser lets nothing else through
    return quad.object
