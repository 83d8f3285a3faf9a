"""What a script draws of an answer: the columns that a query's chart names, each cell a number or a text."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from kg.queries import CannedQuery, Chart
from kg.resources import whole_number
from server.tables import Cell, ResultTable

_POINTS = 600  # so that a page stays small
_SERIES = 8  # that one still tells apart
_OTHERS = "all others"
_LONGEST = 80  # characters of a label

Value = str | float | None


class Drawing(msgspec.Struct, frozen=True):
    """`rows` have the values of x, y and, where there is one, of color, under their names; `titles` their headings;
    `count` is how many rows of the answer they come from."""

    chart: Chart
    titles: dict[str, str]
    rows: list[dict[str, Value]]
    count: int

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
    rows = [{name: _value(row[place]) for name, place in places.items()} for row in table.rows]
    drawn_rows = _fewer_series(rows, chart, chart.color) if chart.color else _told_apart(rows[:_POINTS], chart)
    return Drawing(chart, {name: query.columns[name] for name in drawn}, drawn_rows[:_POINTS], len(rows))


def _fewer_series(rows: list[dict[str, Value]], chart: Chart, color: str) -> list[dict[str, Value]]:
    """The series with the most, and the sums of the others."""
    sizes: defaultdict[Value, float] = defaultdict(float)
    sums: defaultdict[tuple[Value, Value], float] = defaultdict(float)
    for row in rows:
        sizes[row[color]] += _number(row[chart.y])
    kept = sorted(sizes, key=lambda name: -sizes[name])[:_SERIES]
    for row in rows:
        sums[row[chart.x], row[color] if row[color] in kept else _OTHERS] += _number(row[chart.y])
    places = {name: place for place, name in enumerate([*kept, _OTHERS])}
    ordered = sorted(sums.items(), key=lambda item: places[item[0][1]])
    return [{chart.x: x, color: series, chart.y: total} for (x, series), total in ordered]


def _number(value: Value) -> float:
    return value if isinstance(value, int | float) else 0


def _told_apart(rows: list[dict[str, Value]], chart: Chart) -> list[dict[str, Value]]:
    """Rows whose names on the axis of names are different; two people of one name are two bars."""
    axis = next((name for name in (chart.y, chart.x) if any(isinstance(row[name], str) for row in rows)), None)
    if axis is None:
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
    try:
        return float(cell.text) if number is None else number
    except ValueError:  # the graph may say of any text that it is a number
        return None
