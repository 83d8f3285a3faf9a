"""What is drawn of an answer: the columns of the chart, few series, names told apart."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from kg.queries import Chart, load_queries
from server.charts import drawing
from server.tables import Cell, ResultTable

QUERY = load_queries()["concept/papers-per-year"]
RANKING = load_queries()["author/author-coauthors"]


def number(value: object) -> Cell:
    return Cell(str(value), number=True)


def test_many_series_become_the_largest_and_the_others() -> None:
    rows = [
        [number(year), Cell("…", f"/concept/{series}"), Cell(f"Series {series}"), number(series)]
        for year in (2020, 2021)
        for series in range(1, 13)
    ]
    found = drawing(QUERY, ResultTable(list(QUERY.columns.values()), rows, cut=False))
    assert found is not None
    series = {row["label"] for row in found.rows}
    assert series == {*(f"Series {number}" for number in range(5, 13)), "all others"}
    assert {row["papers"] for row in found.rows if row["label"] == "all others"} == {1 + 2 + 3 + 4}
    assert sum(row["papers"] for row in found.rows) == 2 * sum(range(1, 13))  # type: ignore[misc]


def test_two_people_of_one_name_are_two_bars() -> None:
    rows = [[Cell("…", f"/author/{key}"), Cell("B. Li"), number(3)] for key in ("a", "b")]
    found = drawing(RANKING, ResultTable(list(RANKING.columns.values()), rows, cut=False))
    assert found is not None
    assert [row["name"] for row in found.rows] == ["B. Li", "B. Li (2)"]


def test_values_are_numbers_texts_or_nothing() -> None:
    values = [number("0.5"), number("7"), number("INF"), Cell("x" * 3000), None, number("abc")]
    rows = [[None, Cell(f"{place}"), value] for place, value in enumerate(values)]
    found = drawing(RANKING, ResultTable(list(RANKING.columns.values()), rows, cut=False))
    assert found is not None
    told = [row["papers"] for row in msgspec.json.decode(found.json)["rows"]]
    assert told[:3] == [0.5, 7, None] and len(told[3]) == 80 and told[4:] == [None, None]


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawing(RANKING, ResultTable([], [], cut=False)) is None
    assert drawing(replace(RANKING, chart=None), ResultTable([], [[number(1)]], cut=False)) is None
    assert RANKING.chart == Chart("bar", "papers", "name", None)


def test_the_others_come_last() -> None:
    rows = [[number(2020), Cell("…"), Cell(f"Series {size}"), number(size)] for size in range(1, 13)]
    found = drawing(QUERY, ResultTable(list(QUERY.columns.values()), rows, cut=False))
    assert found is not None
    assert [row["label"] for row in found.rows][::8] == ["Series 12", "all others"]
