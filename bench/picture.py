"""Bars as an SVG, for light and dark pages."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

_ROW, _LEFT, _WIDE, _RIGHT = 20, 190, 430, 80
_LINE = 100  # characters
_STYLE = """
.page { fill: #ffffff } text { font: 12px system-ui, sans-serif; fill: #1f2933 } .head { font-weight: 600 }
.b0 { fill: #2563a8 } .b1 { fill: #7fb0de } .b2 { fill: #c2571a } .b3 { fill: #6b8f3c } .b4 { fill: #8a7aa8 }
@media (prefers-color-scheme: dark) {
  .page { fill: #15191e } text { fill: #e4e7eb } .b0 { fill: #5ea0e6 } .b1 { fill: #2f5f8f } .b2 { fill: #e58a4e }
}
"""


@dataclass(frozen=True)
class Bar:
    """`colour` counts from 0 to 4."""

    name: str
    colour: int
    number: float


@dataclass(frozen=True)
class Group:
    """Bars that are compared with each other."""

    title: str
    bars: Sequence[Bar]


def picture(title: str, groups: Iterable[Group]) -> str:
    """Each group has a scale of its own, from zero."""
    parts, top = [], _ROW
    for group in groups:
        parts.append(_text(8, top, group.title, "head"))
        most = max(bar.number for bar in group.bars)
        for bar in group.bars:
            top += _ROW
            wide = max(1.0, _WIDE * bar.number / most)
            parts.append(_text(_LEFT - 8, top, bar.name, anchor="end"))
            parts.append(
                f'<rect class="b{bar.colour}" x="{_LEFT}" y="{top - 11}" width="{wide:.1f}" height="14" rx="2"/>'
            )
            parts.append(_text(_LEFT + wide + 6, top, f"{bar.number:,g}"))
        top += 2 * _ROW
    for line in textwrap.wrap(f"Shorter is better. {title}", _LINE):
        parts.append(_text(8, top, line))
        top += _ROW
    box = f"0 0 {_LEFT + _WIDE + _RIGHT} {top}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img"><title>{escape(title)}</title>'
        f'<style>{_STYLE}</style><rect class="page" width="100%" height="100%"/>'
        f"{''.join(parts)}</svg>\n"
    )


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
