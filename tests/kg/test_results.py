"""Rows are counted in the bytes of a result, however it is cut into pieces on its way."""

from __future__ import annotations

import tempfile

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import formats
from kg.workers.results import _MARKS, Caps, Spool

# Pieces that resemble what separates rows, and anything else that a literal may hold.
_TEXTS = st.lists(
    st.sampled_from(["}},{", "},{", '"', "{", "}", "[", "]", ",", "<result>", "\n", "\t", "\\", "x", ":[{", "é"]),
    max_size=8,
).map("".join) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
_TERMS = st.none() | _TEXTS.filter(lambda text: "},{}" not in text)
_NO_CAPS = Caps(10**9, 10**9, truncate=False)


def _serialised(rows: list[tuple[str | None, str | None]], result_format: formats.ResultFormat) -> bytes:
    def term(text: str | None) -> str:
        return "UNDEF" if text is None else str(pyoxigraph.Literal(text))

    values = " ".join(f"({term(first)} {term(second)})" for first, second in rows)
    solutions = pyoxigraph.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    return solutions.serialize(format=result_format.results_format) or b""


@pytest.mark.parametrize("result_format", [formats.JSON, formats.XML, formats.TSV], ids=lambda known: known.name)
@given(rows=st.lists(st.tuples(_TERMS, _TERMS), max_size=8), cuts=st.lists(st.integers(1, 40), min_size=1))
def test_rows_are_counted_exactly(
    result_format: formats.ResultFormat, rows: list[tuple[str | None, str | None]], cuts: list[int]
) -> None:
    data = _serialised(rows, result_format)
    with tempfile.TemporaryFile() as file:
        spool = Spool(file.fileno(), _NO_CAPS, _MARKS[result_format.name])
        position = 0
        while position < len(data):
            step = cuts[position % len(cuts)]
            spool.write(data[position : position + step])
            position += step
        assert (0 if spool.ends_empty else spool.rows) == len(rows)
        file.seek(0)
        assert (file.read() if spool.body is None else spool.body) == data
