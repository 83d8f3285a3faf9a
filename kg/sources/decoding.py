"""JSON into typed structs, losing as little as can be: what is not of its type is taken out, and the rest is kept."""

from __future__ import annotations

import json
import re
from itertools import takewhile
from typing import Any, TypeVar

import msgspec

from kg.sources.faults import Fault

Shape = TypeVar("Shape")

BROKEN = (msgspec.MsgspecError, ValueError, RecursionError)
"""What is raised for JSON of which nothing can be made: cut off, nested without end, no object."""

# Each repair reads the record again, so fewer are made where that takes long.
_REPAIRS, _FEWEST_REPAIRS, _REPAIRED = 200, 20, 2**24
_ALIKE = 20
_PATH = re.compile(r" - at `\$(.*)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_DIGITS = 300
# Halves of a character that stands outside the first plane; a pair of them is one, and anything else escaped is passed.
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)


def decoded(decoder: msgspec.json.Decoder[Shape], data: bytes) -> tuple[Shape, tuple[Fault, ...]]:
    """What the data says, and what of it could not be taken. One of BROKEN if it is no such object at all."""
    try:
        return decoder.decode(data), ()
    except (msgspec.DecodeError, ValueError):
        return _repaired(decoder, data)


def _repaired(decoder: msgspec.json.Decoder[Shape], data: bytes) -> tuple[Shape, tuple[Fault, ...]]:
    """Read with more patience; then one value after another becomes null until the rest fits. Slow, and rare."""
    content, faults = _content(data)
    for _ in range(max(_FEWEST_REPAIRS, min(_REPAIRS, _REPAIRED // len(data)))):
        try:
            shape = decoder.decode(msgspec.json.encode(content))
        except msgspec.ValidationError as error:
            faults.append(_nulled(content, error, faults))
        else:
            return shape, tuple(faults) or (Fault("record", "not quite JSON"),)
    raise msgspec.ValidationError("hardly anything is of the type that belongs there")


def _content(data: bytes) -> tuple[Any, list[Fault]]:
    """What JSON holds that need not be strict: raw control characters, NaN, numbers without bounds."""
    faults = []
    text = data.decode(errors="replace")
    if text.encode() != data:
        faults.append(Fault("record", "bytes that are not UTF-8"))
    whole = _ESCAPE.sub(lambda match: b"\\ufffd" if match[1] else match[0], text.encode())
    if whole != text.encode():
        faults.append(Fault("record", "half of a character"))
    return json.loads(whole, parse_int=_integer, strict=False), faults


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) < _DIGITS else None


def _nulled(content: Any, error: msgspec.ValidationError, before: list[Fault]) -> Fault:
    """Puts null where the error points to; for a list in which it points again and again, in place of the list."""
    path = _PATH.search(str(error))
    steps = _steps(path[1]) if path else []
    if not steps:
        raise error
    field = ".".join(step for step in steps if isinstance(step, str))
    if sum(fault.field == field for fault in before) >= _ALIKE:
        steps = list(takewhile(lambda step: isinstance(step, str), steps))
        field = ".".join(str(step) for step in steps)
    for step in steps[:-1]:
        content = content[step]
    value, content[steps[-1]] = content[steps[-1]], None
    return Fault(field, "not of the type that belongs there", msgspec.json.encode(value)[:80].decode(errors="ignore"))


def _steps(path: str) -> list[str | int]:
    """Names and places; a member that the error does not name ends them, so that the whole object goes."""
    steps: list[str | int] = []
    for name, place in _STEP.findall(path):
        if place == "...":
            break
        steps.append(int(place) if place else name)
    return steps
