"""Query results as a page shows them: a table of cells with links and labels, cut at a number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Triple

from kg.dates import readable_value
from kg.namespaces import XSD
from kg.resources import GraphReader
from server.links import address, is_resource, short_name
from server.state import current_snapshot

ROWS_SHOWN = 500

_NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")}


@dataclass(frozen=True)
class Cell:
    """A term as a reader sees it; `address` None: no link. `language` is that of the text, if it has one."""

    text: str
    address: str | None = None
    language: str | None = None
    number: bool = False


@dataclass(frozen=True)
class ResultTable:
    """Rows of cells, None where a variable is unbound; `cut`: there are more rows than these."""

    columns: list[str]
    rows: list[list[Cell | None]]
    cut: bool


def result_table(results: QuerySolutions | QueryBoolean, headings: Mapping[str, str] | None = None) -> ResultTable:
    """The first rows of a SELECT; the yes or no of an ASK is a table of one cell. `headings` by variable."""
    if isinstance(results, QueryBoolean):
        return ResultTable(["answer"], [[Cell("yes" if results else "no")]], cut=False)
    names = [variable.value for variable in results.variables]
    return _table([(headings or {}).get(name, name) for name in names], results)


def triples_table(triples: Iterable[Triple | Quad]) -> ResultTable:
    """The first statements of a CONSTRUCT or DESCRIBE."""
    return _table(["subject", "predicate", "object"], ((t.subject, t.predicate, t.object) for t in triples))


def _table(columns: list[str], rows: Iterable[Iterable[Any]]) -> ResultTable:
    reader = GraphReader(current_snapshot().store)
    remaining = iter(rows)
    shown = [[None if term is None else _cell(reader, term) for term in row] for row in islice(remaining, ROWS_SHOWN)]
    return ResultTable(columns, shown, cut=next(remaining, None) is not None)


def _cell(reader: GraphReader, term: Any) -> Cell:
    if isinstance(term, NamedNode):
        label = reader.thing(term.value).label if is_resource(term.value) else short_name(term.value)
        return Cell(label, address(term.value))
    if isinstance(term, Literal):
        datatype = term.datatype.value
        return Cell(readable_value(term.value, datatype), language=term.language, number=datatype in _NUMBERS)
    return Cell(str(term))
