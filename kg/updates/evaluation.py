"""Operations evaluated one after the other against a database, with their effect, as changes for the journal.

https://www.w3.org/TR/sparql11-update/#updateLanguage
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import msgspec
import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

from kg.edits import Change
from kg.errors import QueryError, ResultTooLarge
from kg.formats import GRAPH_FORMATS
from kg.updates.operations import Manage, Modify, operation, parts
from kg.updates.templates import Solution, Template

Graph = NamedNode | DefaultGraph


class UpdateWrite(msgspec.Struct, frozen=True, tag=True):
    """A SPARQL update; `using` and `using_named` as the protocol gives them, None where it does not."""

    text: str
    base_iri: str | None = None
    using: tuple[str, ...] | None = None
    using_named: tuple[str, ...] | None = None


class GraphWrite(msgspec.Struct, frozen=True, tag=True):
    """A Graph Store write of one graph; `graph` None is the default one.

    `documents` are what is sent, each with the name of its format in kg.formats.
    """

    method: Literal["PUT", "POST", "DELETE"]
    graph: str | None
    documents: tuple[tuple[bytes, str], ...] = ()
    base_iri: str | None = None


Write = UpdateWrite | GraphWrite


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


def evaluate(database: Store, write: Write, limit: int) -> list[Change]:
    """Make a write, all of it or nothing, and return its changes in order.

    Raises SyntaxError (the parser's own), QueryError if an operation fails, ResultTooLarge past `limit` changes.
    """
    effects = Effects(database, limit)
    try:
        if isinstance(write, UpdateWrite):
            _update(effects, write)
        else:
            _write_graph(effects, write)
    except BaseException:
        effects.take_back()
        raise
    return effects.changes()


def _update(effects: Effects, write: UpdateWrite) -> None:
    found = list(parts(write.text))
    for part in found:
        _check_syntax(part.text, write.base_iri)
    for part in found:
        match operation(part):
            case Modify() as modify:
                _modify(effects, modify, write)
            case Manage() as manage:
                _manage(effects, manage, write.base_iri)


def _check_syntax(text: str, base_iri: str | None) -> None:
    """The engine's parser is the judge of what is SPARQL: it has to take the text for an empty database."""
    try:
        Store().update(text, base_iri=base_iri)
    except SyntaxError:
        raise
    except (OSError, RuntimeError, ValueError):
        pass  # it parsed; that a graph is missing or that an address cannot be reached is for later


def _modify(effects: Effects, modify: Modify, write: UpdateWrite) -> None:
    def resolved(iris: Iterable[str]) -> list[NamedNode]:
        return [_named(modify.prologue, iri, write.base_iri) for iri in iris]

    using, using_named = resolved(modify.using), resolved(modify.using_named)
    with_graph = resolved([modify.with_graph])[0] if modify.with_graph else None
    if write.using is not None or write.using_named is not None:
        if modify.using or modify.using_named or modify.with_graph:
            raise QueryError("using-graph-uri cannot be given for an update that has USING or WITH; leave one out")
        using = [NamedNode(iri) for iri in write.using or ()]
        using_named = [NamedNode(iri) for iri in write.using_named or ()]
    delete, insert = (
        Template(modify.prologue, tokens, write.base_iri, with_graph) if tokens is not None else None
        for tokens in (modify.delete, modify.insert)
    )
    removed: dict[Quad, None] = {}
    added: dict[Quad, None] = {}
    has_dataset = bool(using or using_named) or write.using is not None or write.using_named is not None
    dataset = (using, using_named) if has_dataset else ([with_graph], None) if with_graph else (None, None)
    for solution in _solutions(effects.database, modify, write.base_iri, *dataset):
        removed.update(dict.fromkeys(delete.quads(solution)) if delete else {})
        added.update(dict.fromkeys(insert.quads(solution)) if insert else {})
    effects.remove(removed)
    effects.add(added)


def _solutions(
    database: Store,
    modify: Modify,
    base_iri: str | None,
    default_graphs: list[NamedNode] | None,
    named_graphs: list[NamedNode] | None,
) -> Iterator[Solution]:
    if modify.pattern is None:
        yield {}
        return
    text = f"{modify.prologue} SELECT * WHERE {{ {modify.pattern} }}"
    options: dict[str, Any] = {}
    if default_graphs is not None:
        options["default_graph"] = default_graphs
    if named_graphs is not None:
        options["named_graphs"] = named_graphs
    found: Any = database.query(text, base_iri=base_iri, **options)
    names = [variable.value for variable in found.variables]
    for row in found:
        yield {name: term for name, term in zip(names, row, strict=True) if term is not None}


def _manage(effects: Effects, manage: Manage, base_iri: str | None) -> None:
    try:
        _MANAGERS[manage.verb](effects, manage, base_iri)
    except QueryError:
        if not manage.silent:
            raise


def _clear(effects: Effects, manage: Manage, base_iri: str | None) -> None:
    for graph in _targets(effects.database, manage, manage.targets[0], base_iri):
        effects.remove(list(effects.database.quads_for_pattern(None, None, None, graph)))
        if manage.verb == "DROP" and isinstance(graph, NamedNode):
            effects.remove_graph(graph)


def _create(effects: Effects, manage: Manage, base_iri: str | None) -> None:
    graph = _named(manage.prologue, manage.targets[0], base_iri)
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
    raise QueryError("LOAD is not available here; send the document to /store, or use 'kg load'", manage.targets[0])


_MANAGERS: dict[str, Callable[[Effects, Manage, str | None], None]] = {
    "CLEAR": _clear,
    "DROP": _clear,
    "CREATE": _create,
    "ADD": _transfer,
    "COPY": _transfer,
    "MOVE": _transfer,
    "LOAD": _load,
}


def _targets(database: Store, manage: Manage, target: str, base_iri: str | None) -> list[Graph]:
    """The graphs that a target means; QueryError if it is one that is not there."""
    named: list[Graph] = [graph for graph in database.named_graphs() if isinstance(graph, NamedNode)]
    match target.upper():
        case "NAMED":
            return named
        case "ALL":
            return [DefaultGraph(), *named]
    graph = _graph(manage, target, base_iri)
    if isinstance(graph, NamedNode) and not database.contains_named_graph(graph):
        raise QueryError(f"there is no graph {graph}; look at the named graphs, or add SILENT", graph.value)
    return [graph]


def _graph(manage: Manage, target: str, base_iri: str | None) -> Graph:
    return DefaultGraph() if target.upper() == "DEFAULT" else _named(manage.prologue, target, base_iri)


def _named(prologue: str, iri: str, base_iri: str | None) -> NamedNode:
    """An IRI as it is written, with the prologue's prefixes and base; the parser for Turtle resolves it."""
    (quad,) = pyoxigraph.parse(f"{prologue}\n<urn:a> <urn:b> {iri} .", RdfFormat.TURTLE, base_iri=base_iri)
    assert isinstance(quad.object, NamedNode)  # noqa: S101 - the engine's parser lets nothing else through
    return quad.object


def _write_graph(effects: Effects, write: GraphWrite) -> None:
    graph = DefaultGraph() if write.graph is None else NamedNode(write.graph)
    quads = list(_body(write, graph))  # all of it, before anything is changed
    if write.method == "DELETE" and isinstance(graph, NamedNode):
        if not effects.database.contains_named_graph(graph):
            raise QueryError(f"there is no graph {graph}", graph.value)
        effects.remove_graph(graph)
    elif write.method != "POST":
        effects.remove(list(effects.database.quads_for_pattern(None, None, None, graph)))
    if write.method != "DELETE" and isinstance(graph, NamedNode):
        effects.add_graph(graph)
    effects.add(quads)


def _body(write: GraphWrite, graph: Graph) -> Iterator[Quad]:
    """The statements of all documents; SyntaxError if one cannot be read."""
    for body, name in write.documents:
        (rdf_format,) = (item.rdf_format for item in GRAPH_FORMATS if item.name == name)
        parsed = pyoxigraph.parse(body, rdf_format, base_iri=write.base_iri, rename_blank_nodes=True)
        for quad in parsed:
            yield Quad(quad.subject, quad.predicate, quad.object, graph)


def _statement(thing: Quad | NamedNode) -> str:
    if isinstance(thing, NamedNode):
        return f"GRAPH {thing}"
    written = pyoxigraph.serialize([thing], format=RdfFormat.N_QUADS) or b""
    return written.decode().rstrip("\n")
