"""Operations evaluated one after the other against a database, with their effect, as changes for the journal.

https://www.w3.org/TR/sparql11-update/#updateLanguage
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec
import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from kg.edits import Change
from kg.errors import QueryError, QuerySyntaxError
from kg.formats import GRAPH_FORMATS
from kg.sparql import Kind
from kg.updates.effects import Effects
from kg.updates.management import Graph, manage_graphs, named_node
from kg.updates.operations import Manage, Modify, Operation, Part, operation, parts
from kg.updates.templates import Solution, Template


class UpdateWrite(msgspec.Struct, frozen=True, tag=True):
    """A SPARQL update; `using` and `using_named` as the protocol gives them, None where it does not."""

    text: str
    base_iri: str | None = None
    using: tuple[str, ...] | None = None
    using_named: tuple[str, ...] | None = None
    reaches_out: bool = False
    """It has SERVICE or LOAD, whose addresses have been checked."""


class GraphWrite(msgspec.Struct, frozen=True, tag=True):
    """A Graph Store write of one graph; `graph` None is the default one.

    `documents` are what is sent, each with the name of its format in kg.formats.
    """

    method: Literal["PUT", "POST", "DELETE"]
    graph: str | None
    documents: tuple[tuple[bytes, str], ...] = ()
    base_iri: str | None = None


Write = UpdateWrite | GraphWrite


def evaluate(database: Store, write: Write, limit: int) -> list[Change]:
    """Make a write, all of it or nothing, and return its changes in order.

    Raises SyntaxError (the parser's own) and QuerySyntaxError, QueryError if an operation fails, ResultTooLarge past
    `limit` changes.
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
        if part.tokens[0].value.upper() != "LOAD":  # it is read when it is made, so that its address is asked once
            _check_syntax(part, write.base_iri)
    operations = [operation(part) for part in found]
    _check_labels(operations)
    for made in operations:
        match made:
            case Modify() as modify:
                _modify(effects, modify, write)
            case Manage() as manage:
                manage_graphs(effects, manage, write.base_iri)


def _check_syntax(part: Part, base_iri: str | None) -> None:
    """The engine's parser is the judge of what is SPARQL: it has to take the text; a SERVICE in it is not asked yet."""
    try:
        Store().update(part.without_effect, base_iri=base_iri)
    except SyntaxError:
        Store().update(part.text, base_iri=base_iri)  # the same error, with its place in the client's text
        raise
    except RuntimeError:
        pass  # it was read, and the first operation failed as it should


def _check_labels(operations: Iterable[Operation]) -> None:
    """A blank node of one INSERT DATA is not that of another: SPARQL forbids to give both the same label."""
    seen: set[str] = set()
    for made in operations:
        if isinstance(made, Modify) and made.insert and made.pattern is None:
            labels = {token.value for token in made.insert if token.kind is Kind.BLANK_NODE}
            for label in labels & seen:
                raise QuerySyntaxError(f"{label} stands in two INSERT DATA; call it otherwise in one of them")
            seen |= labels


def _modify(effects: Effects, modify: Modify, write: UpdateWrite) -> None:
    def resolved(iris: Iterable[str]) -> list[NamedNode]:
        return [named_node(modify.prologue, iri, write.base_iri) for iri in iris]

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
