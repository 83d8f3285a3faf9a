"""The picture of a schema: classes in columns by the steps from the one that leads to most others, edges between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.description.schema import Edge

WIDTH, HEIGHT = 190, 52  # of a box
_APART, _ABOVE = 350, 40  # between columns, between boxes of one
_MARGIN = 20
_BESIDE = 170  # for edges within the last column


@dataclass(frozen=True)
class Box:
    iri: str
    x: int
    y: int


@dataclass(frozen=True)
class Arrow:
    """An edge, its curve, and where its words stand."""

    edge: Edge
    path: str
    x: float
    y: float
    anchor: str = "middle"


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def picture(classes: Sequence[str], edges: Sequence[Edge]) -> Picture:
    """Classes that nothing leads to or from are left out."""
    linked = [iri for iri in classes if any(iri in (edge.source, edge.target) for edge in edges)]
    columns = _columns(linked, edges)
    height = max((len(column) for column in columns), default=0) * (HEIGHT + _ABOVE) + _MARGIN
    places = {
        iri: Box(iri, _MARGIN + number * (WIDTH + _APART), _top(row, len(column), height))
        for number, column in enumerate(columns)
        for row, iri in enumerate(column)
    }
    width = 2 * _MARGIN + len(columns) * (WIDTH + _APART) - _APART + _BESIDE
    arrows = tuple(_arrow(edge, places[edge.source], places[edge.target]) for edge in edges)
    return Picture(width, height, tuple(places.values()), arrows)


def _columns(classes: Sequence[str], edges: Sequence[Edge]) -> list[list[str]]:
    """From the class that leads to the most others, by the number of steps; in the order of who leads to them."""
    columns: list[list[str]] = []
    left = list(classes)
    while left:
        first = max(left, key=lambda iri: len({edge.target for edge in edges if edge.source == iri} & {*left}))
        wave, distance = [first], 0
        while wave:
            left = [iri for iri in left if iri not in wave]
            if distance == len(columns):
                columns.append([])
            columns[distance] += wave
            wave, distance = _reached(wave, left, edges), distance + 1
    return [_neighbours_together(column, edges) for column in columns]


def _reached(wave: Sequence[str], left: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    ends = [pair for edge in edges for pair in ((edge.source, edge.target), (edge.target, edge.source))]
    return [iri for iri in left if any(near in wave and far == iri for near, far in ends)]


def _neighbours_together(column: list[str], edges: Sequence[Edge]) -> list[str]:
    """What leads to each other within a column stands together, so that few edges cross."""
    ordered: list[str] = []
    for first in column:
        following = [first]
        while following:
            iri = following.pop(0)
            if iri not in ordered:
                ordered.append(iri)
                following += [edge.target for edge in edges if edge.source == iri and edge.target in column]
    return ordered


def _top(row: int, rows: int, height: int) -> int:
    return round(_MARGIN / 2 + (row + 0.5) * (height - _MARGIN) / rows - HEIGHT / 2)


def _arrow(edge: Edge, one: Box, other: Box) -> Arrow:
    y1, y2 = one.y + HEIGHT / 2, other.y + HEIGHT / 2
    if one is other:  # a small loop at the upper right corner
        x, y = one.x + WIDTH, one.y + 8
        path = f"M{x - 24} {one.y}C{x - 24} {y - 34} {x + 34} {y - 30} {x + 5} {y + 4}"
        return Arrow(edge, path, x + 16, y - 12, "start")
    if one.x == other.x:  # round the right side
        x, bow = one.x + WIDTH, 20 + abs(y2 - y1) / 4
        y1, y2 = (y1 + 8, y2 - 8) if y2 > y1 else (y1 - 8, y2 + 8)
        path = f"M{x} {y1:.0f}C{x + bow:.0f} {y1:.0f} {x + bow:.0f} {y2:.0f} {x + 5} {y2:.0f}"
        return Arrow(edge, path, x + bow * 0.75 + 3, (y1 + y2) / 2 + (4 if y2 > y1 else -6), "start")
    is_forward = one.x < other.x
    x1, x2 = (one.x + WIDTH, other.x - 5) if is_forward else (one.x, other.x + WIDTH + 5)
    y1, y2 = (y1, y2) if is_forward else (y1 + 10, y2 + 10)  # beside an arrow that comes from there
    middle = (x1 + x2) / 2
    path = f"M{x1} {y1:.0f}C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {x2} {y2:.0f}"
    # Words stand near the farther column, whose ends fewer edges share.
    share = 0.72 if is_forward else 0.28
    return Arrow(edge, path, x1 + (x2 - x1) * share, y1 + (y2 - y1) * _eased(share) + (-4 if is_forward else 10))


def _eased(share: float) -> float:
    """How far down such a curve is, where it is so far to the side; near enough."""
    return share * share * (3 - 2 * share)
