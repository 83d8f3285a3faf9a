"""What a script draws of an answer: the columns that a query's chart names, each cell a number or a text."""

from __future__ import annotations

from itertools import islice

import msgspec

from kg.queries import CannedQuery, Chart
from kg.resources import whole_number
from server.tables import Cell, ResultTable

_POINTS = 300  # so that a page stays small
_LONGEST = 80  # characters of a label

Value = str | float | None


class Drawing(msgspec.Struct, frozen=True):
    """`rows` have the values of x, y and, where there is one, of color, under their names; `titles` their headings."""

    chart: Chart
    titles: dict[str, str]
    rows: list[dict[str, Value]]

    @property
    def json(self) -> str:
        """As a block of a page may hold it: nothing in it ends the block."""
        return msgspec.json.encode(self).decode().replace("<", "\\u003c")


def drawing(query: CannedQuery, table: ResultTable) -> Drawing | None:
    """Of a table with all columns of the query; None where there is nothing to draw."""
    chart = query.chart
    if chart is None or not table.rows:
        return None
    names = list(query.columns)
    drawn = dict.fromkeys(filter(None, (chart.x, chart.y, chart.color)))
    places = {name: names.index(name) for name in drawn}
    rows = [{name: _value(row[place]) for name, place in places.items()} for row in islice(table.rows, _POINTS)]
    return Drawing(chart, {name: query.columns[name] for name in drawn}, _told_apart(rows, chart))


def _told_apart(rows: list[dict[str, Value]], chart: Chart) -> list[dict[str, Value]]:
    """Rows whose names on the axis of names are different; two people of one name are two bars."""
    axis = next((name for name in (chart.y, chart.x) if any(isinstance(row[name], str) for row in rows)), None)
    if axis is None or chart.color:
        return rows
    seen: dict[Value, int] = {}
    for row in rows:
        times = seen[row[axis]] = seen.get(row[axis], 0) + 1
        if times > 1:
            row[axis] = f"{row[axis]} ({times})"
    return rows


def _value(cell: Cell | None) -> Value:
    if cell is None:
        return None
    if not cell.number:
        return cell.text if len(cell.text) <= _LONGEST else f"{cell.text[: _LONGEST - 1]}…"
    number = whole_number(cell.text)
    return float(cell.text) if number is None else number
