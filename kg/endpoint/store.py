"""A remote store as readers of a snapshot see it: the part of `pyoxigraph.Store` that they use, over HTTP.

Asking takes a round trip, so what a reader is about to ask of many things is best announced (`expect`): it is then
fetched at once. Within one `reading` nothing is asked twice.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import IO, Any, cast

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, Variable

from kg import sparql
from kg.endpoint.address import Endpoint
from kg.endpoint.client import DEADLINE, Client
from kg.endpoint.results import FEWEST_BYTES, ROWS, TRIPLES, boolean, plain, rows, solutions, triples
from kg.errors import EndpointFault, ResultTooLarge

Node = NamedNode | BlankNode | Literal | Triple
Graph = NamedNode | BlankNode | DefaultGraph

_FIRST_PAGE, _PAGE = 1_001, 20_000
_AT_ONCE = 100  # things that are asked about in one query
_ALIVE = "ASK {}"
_CERTAIN = 10_000  # rows that are asked for to see whether the store gives them
_PING = 2.0  # seconds in which the question of least work is answered
_DEFAULT = DefaultGraph()
_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_KEPT = 200_000  # statements of one reading

_Key = tuple[str, str | None]
MARKER = "/published"
"""The end of the IRI of the graph that says what a graph is; see kg/endpoint/published.py."""
_TO = "to "  # before the property by which things point to one
_Known = dict[_Key, tuple[Quad, ...]]
_KNOWN: ContextVar[_Known | None] = ContextVar("_KNOWN", default=None)


@contextmanager
def reading(seconds: float) -> Iterator[None]:
    """What is read within this is asked once, and all of it together has so many seconds."""
    deadline, known = DEADLINE.set(time.monotonic() + seconds), _KNOWN.set({})
    try:
        yield
    finally:
        DEADLINE.reset(deadline)
        _KNOWN.reset(known)


class RemoteStore:
    """Reads one graph of a store. Safe to share between threads.

    Blank nodes have no name that could be asked for, so nothing is found about them. What is more than `_FIRST_PAGE` is
    read page by page, in the order that the store has: one that changes meanwhile may repeat or leave out a statement.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.client = Client(endpoint)
        self._host = self.client.host
        self._dialect = self.client.dialect
        self._never_cut = 0
        """The store is known to give so many statements."""

    def check(self) -> None:
        """Raise EndpointDown, EndpointSlow or EndpointFault if the store does not answer now."""
        self.client.check(self._look)

    def quads_for_pattern(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object: Node | None,
        graph_name: Graph | None = _DEFAULT,
    ) -> Iterator[Quad]:
        """The statements of a graph that match; any graph is the default one."""
        terms: tuple[Node | None, ...] = (subject, predicate, object)
        if any(isinstance(term, BlankNode | Triple) for term in terms) or isinstance(graph_name, BlankNode):
            return iter(())
        known = self._recall(subject, predicate, object) if graph_name in (None, _DEFAULT) else None
        return iter(known) if known is not None else self._asked(terms, graph_name)

    def expect(self, subjects: Iterable[Any], predicates: Collection[str] = ()) -> None:
        """Fetch all statements of these subjects, or those with one of the predicates, unless they are here."""
        known = self._room()
        if known is None:
            return
        wanted = [each for each in dict.fromkeys(subjects) if isinstance(each, NamedNode)]
        wanted = [each for each in wanted if not _has(known, str(each), predicates)]
        for some in _batches(wanted):
            self._fetch(some, [NamedNode(name) for name in predicates], known)

    def expect_pointing(self, predicate: str, objects: Iterable[Any]) -> None:
        """Fetch what points to these things by a property."""
        known = self._room()
        if known is None:
            return
        wanted = [each for each in dict.fromkeys(objects) if (str(each), _TO + predicate) not in known]
        for some in _batches(wanted):
            text = f"SELECT ?s ?o {{ VALUES ?o {{ {_listed(some)} }} ?s {NamedNode(predicate)} ?o }} LIMIT {_PAGE}"
            rows = list(self._rows(text))
            if len(rows) < _PAGE:
                found: dict[_Key, list[Quad]] = {(str(each), _TO + predicate): [] for each in some}
                for subject, value in rows:
                    found[str(value), _TO + predicate].append(Quad(subject, NamedNode(predicate), value))
                known.update((key, tuple(quads)) for key, quads in found.items())

    def query(
        self,
        text: str,
        base_iri: str | None = None,
        default_graph: Sequence[NamedNode] | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
        substitutions: Mapping[Variable, Node] | None = None,
        in_pages: bool = True,
    ) -> Any:
        """The answer to a query, as pyoxigraph has it; of CONSTRUCT and DESCRIBE an iterator of triples.

        `in_pages`: what is past the rows that the store gives at once is asked for after them, which no query with a
        LIMIT needs; without it that is ResultTooLarge.
        """
        if substitutions:
            text = sparql.bind(text, {variable.value: str(term) for variable, term in substitutions.items()})
        found = sparql.inspect(text, base_iri)
        if base_iri is not None:
            text = f"BASE {NamedNode(base_iri)} {text}"
        default = None if default_graph is None else [graph.value for graph in default_graph]
        named = None if named_graphs is None else [graph.value for graph in named_graphs]
        if found.has_dataset_clause and default is None and named is None:
            default = []  # what it says itself stands
        is_graph = found.kind in ("construct", "describe")
        answer = self.client.query(text, TRIPLES if is_graph else ROWS, default, named)
        if answer.cut is not None and not in_pages:
            answer.close()
            raise ResultTooLarge(f"{self._host} gives no more than {answer.cut:,} rows of one result", answer.cut)
        if is_graph:
            return self._whole(triples(answer, self._host))
        if found.kind == "ask":
            return boolean(answer, self._host, self._dialect)
        rows = solutions(answer, self._host)
        return _Pages(self, text, rows, answer.cut) if in_pages else rows

    def contains_named_graph(self, graph_name: NamedNode) -> bool:
        return next(self._asked((None, None, None), graph_name), None) is not None

    def named_graphs(self) -> Iterator[NamedNode]:
        """The other graphs; none where the graph is one of many, of which the others are not ours."""
        if self.client.endpoint.graph:
            return
        for row in self._rows("SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o } }", True):
            if isinstance(row[0], NamedNode) and not row[0].value.endswith(MARKER):
                yield row[0]

    def dump(
        self,
        output: IO[bytes] | None = None,
        format: RdfFormat = RdfFormat.N_TRIPLES,
        *,
        from_graph: Graph = _DEFAULT,
    ) -> bytes | None:
        """All statements of a graph, written out while they arrive; returned where there is no `output`."""
        return pyoxigraph.serialize(self._statements(from_graph), cast(Any, output), format)

    def copied(self, folder: str) -> pyoxigraph.Store:
        """The graph as it is now, in a store of its own in this folder."""
        copy = pyoxigraph.Store(folder)
        copy.bulk_extend(Quad(each.subject, each.predicate, each.object) for each in self._statements(_DEFAULT))
        return copy

    def _statements(self, graph: Graph) -> Iterator[Triple]:
        """Within a request as long as that may take, else as long as it takes."""
        name = graph.value if isinstance(graph, NamedNode) else None
        if self.client.endpoint.graph_store:
            answer = self.client.graph("GET", name, TRIPLES, timeout=UNHURRIED)
        else:
            answer = self.client.query(_ALL, TRIPLES, None if name is None else [name], timeout=UNHURRIED)
        for triple in self._whole(triples(answer, self._host)):
            yield plain(Quad(triple.subject, triple.predicate, triple.object), self._dialect).triple

    def _whole(self, found: Iterable[Triple]) -> Iterator[Triple]:
        """The statements of a graph; ResultTooLarge behind the last one if the store has kept others back."""
        count = 0
        for triple in found:
            count += 1
            yield triple
        if self._dialect.cut_header and count > self._never_cut:
            self._check_cut(count)

    def _check_cut(self, count: int) -> None:
        """Of rows the store says that it has cut them, of statements nothing; it gives one more of those."""
        asked = max(count, _CERTAIN)
        # As many rows as there may be, of however few statements.
        text = f"SELECT (1 AS ?row) {{ ?s ?p ?o . ?a ?b ?c }} LIMIT {asked}"
        with self.client.query(text, FEWEST_BYTES) as answer:
            cut = answer.cut
        self._never_cut = asked if cut is None else cut - 1
        if cut is not None and count in (cut, cut + 1):
            raise ResultTooLarge(f"{self._host} gives no more than {cut:,} statements of one result", cut)

    def _look(self) -> None:
        with self.client.query(_ALIVE, ROWS, timeout=_PING) as answer:
            boolean(answer, self._host, self._dialect)

    def _room(self) -> _Known | None:
        """What is known within this reading; None outside of one, and when it is enough."""
        known = _KNOWN.get()
        return None if known is None or sum(map(len, known.values())) > _KEPT else known

    def _recall(self, subject: Node | None, predicate: NamedNode | None, value: Node | None) -> list[Quad] | None:
        """What is known already; None if it has to be asked."""
        known = _KNOWN.get()
        if known is None:
            return None
        if subject is None:
            pointing = known.get((str(value), _TO + predicate.value)) if predicate and value else None
            return None if pointing is None else list(pointing)
        of_subject = known.get((str(subject), None))
        found = of_subject if of_subject is not None else known.get((str(subject), predicate and predicate.value))
        if found is None:
            return None
        return [
            quad
            for quad in found
            if (predicate is None or quad.predicate == predicate) and (value is None or quad.object == value)
        ]

    def _asked(self, terms: tuple[Node | None, ...], graph: Graph | None) -> Iterator[Quad]:
        """Page by page: most readers want no more than the first."""
        text, read, size = _pattern(terms, graph), 0, _FIRST_PAGE
        while True:
            rows = self._rows(f"{text} LIMIT {size} OFFSET {read}", isinstance(graph, NamedNode))
            page = [self._quad(terms, row) for row in rows]
            if not read and len(page) < size:
                self._keep(terms, graph, page)
            yield from page
            if len(page) < size:
                return
            read, size = read + size, _PAGE

    def _keep(self, terms: tuple[Node | None, ...], graph: Graph | None, found: list[Quad]) -> None:
        known, (subject, predicate, value) = _KNOWN.get(), terms
        if known is not None and subject is not None and value is None and graph in (None, _DEFAULT):
            known[str(subject), predicate.value if isinstance(predicate, NamedNode) else None] = tuple(found)

    def _quad(self, terms: tuple[Node | None, ...], row: Any) -> Quad:
        rest = iter(row)
        subject, predicate, value = (cast(Any, next(rest) if term is None else term) for term in terms)
        return plain(Quad(subject, predicate, value), self._dialect)

    def _fetch(self, subjects: list[NamedNode], predicates: list[NamedNode], known: _Known) -> None:
        rows = list(self._rows(f"SELECT ?s ?p ?o {{ {_of_many(subjects, predicates)} }} LIMIT {_PAGE}"))
        if len(rows) == _PAGE:
            return  # some have so much to them that each is better asked for what is wanted
        found: dict[_Key, list[Quad]] = {
            (str(subject), predicate.value if predicate else None): []
            for subject in subjects
            for predicate in (predicates or (None,))
        }
        for row in rows:
            quad = plain(Quad(*row), self._dialect)
            found[str(quad.subject), quad.predicate.value if predicates else None].append(quad)
        known.update((key, tuple(quads)) for key, quads in found.items())

    def _rows(self, text: str, names_graphs: bool = False) -> Iterator[Any]:
        """The rows of a query of ours, whole before the first is given: a reader may stop anywhere.

        Where a graph stands for the default one, no graph has a name, unless the query `names_graphs`.
        """
        with self.client.query(text, ROWS, () if names_graphs else None) as answer:
            if answer.cut is not None:
                raise EndpointFault(f"{self._host} gives no more than {answer.cut:,} rows of one result", answer.cut)
            found = rows(answer, self._host)
        self.client.heard()
        return iter(found)


class _Pages:
    """The rows of a query past what the store gives at once."""

    def __init__(self, store: RemoteStore, text: str, rows: Any, cut: int | None) -> None:
        self._store, self._text, self._rows, self._cut = store, text, rows, cut
        self.variables = rows.variables

    def __iter__(self) -> Iterator[Any]:
        rows, cut, read = self._rows, self._cut, 0
        while True:
            got = 0
            for row in rows:
                got += 1
                yield row
            if cut is None or got < cut:
                return
            read += got
            answer = self._store.client.query(f"{self._text} LIMIT {cut} OFFSET {read}", ROWS, timeout=UNHURRIED)
            rows = solutions(answer, self._store.client.host)


UNHURRIED = 3600.0
"""Seconds for what goes through a whole graph, of which nobody waits for an answer."""


def _pattern(terms: tuple[Node | None, ...], graph: Graph | None) -> str:
    """Terms are written by the library that has checked them."""
    names = ("?s", "?p", "?o")
    asked = [name for name, term in zip(names, terms, strict=True) if term is None]
    pattern = " ".join(name if term is None else str(term) for name, term in zip(names, terms, strict=True))
    if isinstance(graph, NamedNode):
        pattern = f"GRAPH {graph} {{ {pattern} }}"
    # Something has to be projected, also where everything is given.
    return f"SELECT {' '.join(asked) or '(1 AS ?there)'} {{ {pattern} }}"


def _batches(nodes: list[NamedNode]) -> Iterator[list[NamedNode]]:
    return (nodes[start : start + _AT_ONCE] for start in range(0, len(nodes), _AT_ONCE))


def _listed(nodes: Iterable[NamedNode]) -> str:
    return " ".join(map(str, nodes))


def _of_many(subjects: list[NamedNode], predicates: list[NamedNode]) -> str:
    """A branch for each predicate: two lists of values, or filters, take stores up to a hundred times as long."""
    values = f"VALUES ?s {{ {_listed(subjects)} }}"
    branches = (f"{{ {values} ?s {each} ?o BIND({each} AS ?p) }}" for each in predicates)
    return " UNION ".join(branches) or f"{values} ?s ?p ?o"


def _has(known: _Known, subject: str, predicates: Collection[str]) -> bool:
    return (subject, None) in known or (bool(predicates) and all((subject, name) in known for name in predicates))
