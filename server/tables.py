"""Query results as a page shows them: a table of cells with links and labels, cut at a number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Triple

from kg.dates import readable_value
from kg.namespaces import XSD
from kg.resources import GraphReader, whole_number
from server.links import address, is_resource, short_name
from server.state import current_snapshot

# So that a page stays small; the formats have all of it.
ROWS_SHOWN = 250
_LONGEST_TEXT = 400

_NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")}


@dataclass(frozen=True)
class Cell:
    """A term as a reader sees it; `address` None: no link. `language` is that of the text, if it has one.

    `share`, from 0 to 1, is the length of the bar that stands beside a number.
    """

    text: str
    address: str | None = None
    language: str | None = None
    number: bool = False
    share: float | None = None


@dataclass(frozen=True)
class ResultTable:
    """Rows of cells, None where a variable is unbound; `cut`: there are more rows than these."""

    columns: list[str]
    rows: list[list[Cell | None]]
    cut: bool

    @property
    def number_columns(self) -> set[int]:
        """The places of the columns that hold numbers."""
        return {place for row in self.rows for place, cell in enumerate(row) if cell and cell.number}


def result_table(
    results: QuerySolutions | QueryBoolean, headings: Mapping[str, str] | None = None, most: int = ROWS_SHOWN
) -> ResultTable:
    """The first rows of a SELECT, under `headings` by variable; the yes or no of an ASK is a table of one cell."""
    if isinstance(results, QueryBoolean):
        return ResultTable(["answer"], [[Cell("yes" if results else "no")]], cut=False)
    names = [variable.value for variable in results.variables]
    return _table([(headings or {}).get(name, name) for name in names], results, most)


def triples_table(triples: Iterable[Triple | Quad]) -> ResultTable:
    """The first statements of a CONSTRUCT or DESCRIBE."""
    return _table(["subject", "predicate", "object"], ((t.subject, t.predicate, t.object) for t in triples))


def with_bars(table: ResultTable, column: str) -> ResultTable:
    """The table with bars beside the counts of a column, as long as they are high."""
    if column not in table.columns:
        return table
    place = table.columns.index(column)
    highest = max((_count(row[place]) for row in table.rows), default=0)
    if not highest:
        return table
    rows = [[*row[:place], _barred(row[place], highest), *row[place + 1 :]] for row in table.rows]
    return ResultTable(table.columns, rows, table.cut)


def _count(cell: Cell | None) -> int:
    return max(0, whole_number(cell.text) or 0) if cell and cell.number else 0


def _barred(cell: Cell | None, highest: int) -> Cell | None:
    return replace(cell, share=_count(cell) / highest) if cell and cell.number else cell


def _table(columns: list[str], rows: Iterable[Iterable[Any]], most: int = ROWS_SHOWN) -> ResultTable:
    reader = GraphReader(current_snapshot().store)
    remaining = iter(rows)
    shown = [[None if term is None else _cell(reader, term) for term in row] for row in islice(remaining, most)]
    return ResultTable(columns, shown, cut=next(remaining, None) is not None)


def shortened(table: ResultTable) -> ResultTable:
    """No more rows than are shown."""
    return replace(table, rows=table.rows[:ROWS_SHOWN], cut=table.cut or len(table.rows) > ROWS_SHOWN)


def without_repeats(table: ResultTable) -> ResultTable:
    """For reading: without columns that say in every row what the label of a link in that row says already."""
    repeats = {
        column
        for column in range(len(table.columns))
        if any(row[column] for row in table.rows)
        and all(row[column] is None or _repeats_a_link(row, row[column]) for row in table.rows)
    }

    def kept(row: list[Any]) -> list[Any]:
        return [item for column, item in enumerate(row) if column not in repeats]

    return ResultTable(kept(table.columns), [kept(row) for row in table.rows], table.cut)


def _repeats_a_link(row: list[Cell | None], cell: Cell | None) -> bool:
    labels = {other.text for other in row if other and other.address}
    return cell is not None and cell.address is None and cell.text in labels


def _cell(reader: GraphReader, term: Any) -> Cell:
    if isinstance(term, NamedNode):
        label = reader.thing(term.value).label if is_resource(term.value) else short_name(term.value)
        return Cell(_cut(label), address(term.value))
    if isinstance(term, Literal):
        datatype = term.datatype.value
        return Cell(_cut(readable_value(term.value, datatype)), language=term.language, number=datatype in _NUMBERS)
    return Cell(str(term))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
