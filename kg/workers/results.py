"""A result, serialised by the native serialisers, and stopped at its caps while it is written.

Solutions never become Python objects: rows are counted in the bytes that pass, by what separates them in each format.
Text inside a value can hold such a mark only in CSV (CR LF) and, as `},{}`, in JSON; it then counts as a row more, so
that a cap holds in any case.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Literal, cast

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    Triple,
    parse_query_results,
    serialize,
)

from kg import formats
from kg.formats import GraphFormat, ResultFormat
from kg.namespaces import PREFIXES
from kg.workers.messages import INLINE

FORMATS: dict[str, GraphFormat | ResultFormat] = {
    known.name: known for known in (*formats.GRAPH_FORMATS, *formats.RESULT_FORMATS)
}


class WrongFormat(Exception):
    """A graph was asked for in a format of solutions, or the other way round."""


class CapReached(Exception):
    """The result is past a cap; `cap` says which."""

    def __init__(self, cap: Literal["rows", "bytes"]) -> None:
        super().__init__(cap)
        self.cap: Literal["rows", "bytes"] = cap


@dataclass(frozen=True)
class Caps:
    """At most this many rows (or triples) and bytes; `truncate`: past them the result is cut, not refused."""

    rows: int
    bytes: int
    truncate: bool


@dataclass(frozen=True)
class _Mark:
    """What separates rows: a pattern that matches in exactly `length` bytes; marks seen + `offset` = rows."""

    pattern: re.Pattern[bytes]
    length: int
    offset: int


_MARKS = {
    # Within a string a quote is escaped; at its end `,` or `}` follows, where a variable's name would begin.
    formats.JSON.name: _Mark(re.compile(rb'\},\{(?="[^,}]|\}[,\]])'), 5, 1),
    formats.XML.name: _Mark(re.compile(rb"<result>"), 8, 0),
    formats.CSV.name: _Mark(re.compile(rb"\r\n"), 2, -1),
    formats.TSV.name: _Mark(re.compile(rb"\n"), 1, -1),
}
_EMPTY_JSON = b"[]}}"


class Spool(io.BytesIO):
    """What takes the result, as the serialisers see it: memory, and a file once the result is longer than INLINE.

    Counts bytes, and rows where it is given a mark.
    """

    def __init__(self, descriptor: int, caps: Caps, mark: _Mark | None = None) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._is_held = True
        self._caps = caps
        self._mark = mark
        self._tail = b""
        self.size = 0
        self.rows = mark.offset if mark else 0

    def write(self, chunk: bytes) -> int:  # type: ignore[override]
        """Raises CapReached, so that the serialiser stops, and OSError when the disk is full."""
        self.size += len(chunk)
        if self._mark:
            self._count(chunk, self._mark)
        if not self._caps.truncate:
            self.check_caps()
        if self._is_held and self.size <= INLINE:
            return super().write(chunk)
        if self._is_held:
            self._is_held = False
            self._write_out(self.getvalue())
        self._write_out(chunk)
        return len(chunk)

    @property
    def body(self) -> bytes | None:
        """The result, unless it is in the file."""
        return self.getvalue() if self._is_held else None

    def _write_out(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def check_caps(self) -> None:
        if self.rows > self._caps.rows:
            raise CapReached("rows")
        if self.size > self._caps.bytes:
            raise CapReached("bytes")

    def _count(self, chunk: bytes, mark: _Mark) -> None:
        """Bytes that may begin a mark are looked at again with the next chunk; a whole mark never is."""
        window = self._tail + chunk
        self.rows += len(mark.pattern.findall(window))
        self._tail = window[max(0, len(window) - mark.length + 1) :]

    @property
    def ends_empty(self) -> bool:
        """JSON without a row has no mark to tell it from JSON with one."""
        return self._tail == _EMPTY_JSON


@dataclass(frozen=True)
class Written:
    """The rows (or triples) of a result, whether there would be more, and the result unless it is in the file."""

    rows: int
    truncated: bool
    body: bytes | None


def write_result(
    result: QuerySolutions | QueryBoolean | QueryTriples | Iterator[Triple],
    format_name: str,
    descriptor: int,
    caps: Caps,
) -> Written:
    """Serialise `result`, a long one into the file. Raises CapReached, WrongFormat, and whatever evaluation raises."""
    chosen = FORMATS[format_name]
    if not isinstance(result, QuerySolutions | QueryBoolean):
        if not isinstance(chosen, GraphFormat):
            raise WrongFormat(f"CONSTRUCT and DESCRIBE give a graph, which {chosen.media_type} cannot hold")
        return _write_triples(result, chosen, descriptor, caps)
    if not isinstance(chosen, ResultFormat):
        raise WrongFormat(f"SELECT and ASK give a query result, which {chosen.media_type} cannot hold")
    if isinstance(result, QueryBoolean):
        spool = Spool(descriptor, caps)
        result.serialize(spool, chosen.results_format)
        return Written(1, False, spool.body)
    if caps.truncate:
        return _write_first_solutions(result, chosen, descriptor, caps)
    spool = Spool(descriptor, caps, _MARKS[chosen.name])
    result.serialize(spool, chosen.results_format)
    return Written(0 if spool.ends_empty else spool.rows, False, spool.body)


class _Cut:
    """Passes items on up to the caps; `truncated` when it held one back. Raises CapReached unless it may cut."""

    def __init__(self, spool: Spool, caps: Caps) -> None:
        self._spool = spool
        self._caps = caps
        self.rows = 0
        self.truncated = False

    def triples(self, items: Iterator[Triple]) -> Iterator[Triple]:
        for item in items:
            if not self._passes():
                return
            yield item

    def lines(self, items: Iterator[QuerySolution]) -> Iterator[bytes]:
        for item in items:
            if not self._passes():
                return
            yield "\t".join("" if term is None else str(term) for term in item).encode() + b"\n"

    def _passes(self) -> bool:
        if self.rows == self._caps.rows or self._spool.size >= self._caps.bytes:
            if not self._caps.truncate:
                raise CapReached("rows" if self.rows == self._caps.rows else "bytes")
            self.truncated = True
            return False
        self.rows += 1
        return True


def _write_triples(triples: Iterator[Triple], chosen: GraphFormat, descriptor: int, caps: Caps) -> Written:
    spool = Spool(descriptor, caps)
    cut = _Cut(spool, caps)
    serialize(cut.triples(triples), spool, chosen.rdf_format, prefixes=PREFIXES)
    return Written(cut.rows, cut.truncated, spool.body)


def _write_first_solutions(solutions: QuerySolutions, chosen: ResultFormat, descriptor: int, caps: Caps) -> Written:
    """Solutions can be serialised natively as a whole only; a part takes the way over TSV, whose terms `str` gives."""
    spool = Spool(descriptor, caps)
    cut = _Cut(spool, caps)
    head = "\t".join(str(variable) for variable in solutions.variables).encode() + b"\n"
    source = _Lines(head, cut.lines(solutions))
    parsed = parse_query_results(cast(IO[bytes], source), QueryResultsFormat.TSV)
    assert isinstance(parsed, QuerySolutions)  # noqa: S101 - TSV with a head is never a boolean
    parsed.serialize(spool, chosen.results_format)
    return Written(cut.rows, cut.truncated, spool.body)


class _Lines(io.RawIOBase):
    """Lines as a file to read from."""

    def __init__(self, head: bytes, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._pending = head

    def read(self, size: int = -1) -> bytes:
        pending = self._pending or next(self._lines, b"")
        self._pending = pending[size:] if size >= 0 else b""
        return pending[:size] if size >= 0 else pending
