"""The result of a query for an agent: as many rows as it can read, as data and as text, and where all of them are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
import pyoxigraph
from msgspec import UNSET, UnsetType
from pyoxigraph import Literal, QueryBoolean, QuerySolutions, Triple

from kg import namespaces as ns
from kg.formats import JSON, N_TRIPLES, TURTLE, GraphFormat, ResultFormat
from kg.serialisation import serialise
from kg.workers import QueryResult
from server.mcp.tools import Answer
from server.state import current_snapshot, current_state

MOST_ROWS = 1000
_MOST_TEXT = 40_000  # characters of all cells, about ten thousand tokens
_LONGEST_CELL = 4_000
_SAFE_INTEGER = 2**53
_INTEGERS = {ns.XSD + name for name in ("integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger")}
_FRACTIONS = {ns.XSD + name for name in ("decimal", "double", "float")}

Cell = str | int | float | bool


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    label: str | None = None


class Result(msgspec.Struct, frozen=True):
    """Rows, the answer of an ASK, or statements as Turtle; `snapshot` is the version of the graph that gave them."""

    snapshot: str
    truncated: bool
    """Whether there are more than are given; `address` has them all."""
    address: str | UnsetType = UNSET
    parameters: dict[str, str] | UnsetType = UNSET
    """What was asked with, defaults too."""
    columns: list[Column] | UnsetType = UNSET
    rows: list[dict[str, Cell]] | UnsetType = UNSET
    """By the names of the columns, without those that have no value. Things are IRIs."""
    total: int | UnsetType = UNSET
    """How many rows or statements there are, given or not; where they are very many, at least."""
    boolean: bool | UnsetType = UNSET
    graph: str | UnsetType = UNSET


def format_of(form: str) -> GraphFormat | ResultFormat:
    """In what the result of a query of that form is asked of the workers."""
    return N_TRIPLES if form in ("construct", "describe") else JSON


def answered(
    result: QueryResult, form: str, address: str | None, limit: int, headings: Mapping[str, str] | None = None
) -> Answer:
    """What a query gave, up to `limit` rows or statements. `headings` are the labels of columns."""
    where: str | UnsetType = address or UNSET
    with result.body as body:
        if format_of(form) is N_TRIPLES:
            triples = (quad.triple for quad in pyoxigraph.parse(body, format=N_TRIPLES.rdf_format))
            return _statements(triples, result, where, limit)
        parsed = pyoxigraph.parse_query_results(body, format=JSON.results_format)
        if isinstance(parsed, QueryBoolean):
            found = Result(current_snapshot().id, False, where, boolean=bool(parsed))
            return Answer(found, "yes" if parsed else "no")
        return _table(parsed, result, where, limit, headings or {})


def _table(
    solutions: QuerySolutions, result: QueryResult, address: str | UnsetType, limit: int, headings: Mapping[str, str]
) -> Answer:
    names = [variable.value for variable in solutions.variables]
    all_rows = (
        {name: cell(term) for name, term in zip(names, row, strict=True) if term is not None} for row in solutions
    )
    rows = list(islice(_readable(all_rows), limit))
    found = Result(
        current_snapshot().id,
        truncated=result.truncated or len(rows) < result.rows,
        address=address,
        columns=[Column(name, headings.get(name)) for name in names],
        rows=rows,
        total=result.rows,
    )
    lines = ["\t".join(names), *("\t".join(_shown(row.get(name, "")) for name in names) for row in rows)]
    return Answer(found, "\n".join([*lines, "", _count(found, result, len(rows), "row")]))


def _statements(triples: Iterable[Triple], result: QueryResult, address: str | UnsetType, limit: int) -> Answer:
    sizes = 0
    given: list[Triple] = []
    for triple in islice(triples, limit):
        sizes += len(str(triple))
        if sizes > _MOST_TEXT and given:
            break
        given.append(triple)
    text = serialise(given, TURTLE).decode()
    truncated = result.truncated or len(given) < result.rows
    found = Result(current_snapshot().id, truncated, address, total=result.rows, graph=text)
    return Answer(found, f"{text}\n{_count(found, result, len(given), 'statement')}")


def _readable(rows: Iterable[dict[str, Cell]]) -> Iterator[dict[str, Cell]]:
    """As many as an agent reads at once; one in any case."""
    size = 0
    for row in rows:
        size += sum(len(name) + len(str(value)) for name, value in row.items())
        if size > _MOST_TEXT and size > _LONGEST_CELL * len(row):
            return
        yield row


def cell(term: Any) -> Cell:
    """A term as JSON has it: numbers and truth values as such, all else as text, long ones cut."""
    if not isinstance(term, Literal):
        return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)
    datatype = term.datatype.value
    try:
        if datatype in _INTEGERS and abs(number := int(term.value)) < _SAFE_INTEGER:
            return int(term.value) if number else 0
        if datatype in _FRACTIONS and abs(fraction := float(term.value)) < float("inf"):
            return fraction
    except ValueError:
        pass
    if datatype == ns.XSD + "boolean" and term.value in ("true", "false"):
        return term.value == "true"
    return cut(term.value)


def cut(text: str, longest: int = _LONGEST_CELL) -> str:
    return text if len(text) <= longest else f"{text[:longest]} …"


def _shown(value: Cell) -> str:
    """On one line; things without the base, as every tool takes them."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return " ".join(text.removeprefix(current_state().settings.base_iri).split())


def _count(found: Result, result: QueryResult, given: int, what: str) -> str:
    counted = f"{given} {what}{'' if given == 1 else 's'}"
    if found.truncated:
        counted += f" of {result.rows:,}{' and more' if result.truncated else ''}; ask for fewer or narrower ones"
    return f"{counted}. The whole result: {found.address}" if found.address else f"{counted}."
