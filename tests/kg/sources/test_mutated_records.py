"""Records of JSON in which anything stands for anything: nothing raises, and what is read can be mapped."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.mapping import Mapper, Mapping
from kg.naming import Naming
from kg.sources import SOURCES
from kg.sources.contract import Chunk
from tests.kg.sources.samples import ARXIV, CROSSREF, CSL, SEMANTIC_SCHOLAR

RECORDS: dict[str, dict[str, Any]] = {
    "crossref": CROSSREF
    | {"updated-by": [{"type": "retraction", "DOI": "10.5555/why"}], "institution": [{"name": "Rxiv"}]},
    "arxiv": ARXIV | {"authors": "C. -P. Balazs (1), et al. ((1) Kiel)"},
    "csl-json": CSL,
    "semanticscholar": SEMANTIC_SCHOLAR
    | {"authors": [{"authorId": "5", "name": "Ada", "hIndex": 3, "externalIds": {"ORCID": "x"}, "aliases": ["A"]}]},
}
SCALARS = (
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    1e308,
    "",
    " ",
    "\x00",
    "\ud800",
    "<b",
    "$\\",
    "(" * 99,
    "10.5555/\u202e",
    "é" * 999,
)
NESTED = ([], {}, [[]], [None], [{}], {"": ""}, [["", None]], {"date-parts": [[2020, {}]]})
ANYTHING = st.sampled_from((*SCALARS, *NESTED)).map(copy.deepcopy)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a record."""
    places = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, each in places for found in ((*path, key), *paths(each, (*path, key)))]


@pytest.mark.parametrize("source", RECORDS)
@given(data=st.data())
@settings(max_examples=150)
def test_anything_for_anything(source: str, data: st.DataObject) -> None:
    record = copy.deepcopy(RECORDS[source])
    for _ in range(data.draw(st.integers(1, 4))):
        *path, last = data.draw(st.sampled_from(paths(record)))
        holder: Any = record
        for step in path:
            holder = holder[step]
        holder[last] = data.draw(ANYTHING)
    content = json.dumps(record).encode()
    mapper = Mapper(Mapping(Naming("https://example.org/"), "data", source, "1"))
    for kind in ("lines", "document"):
        readings = list(SOURCES[source].readings(Chunk("file", 1, content, kind)))
        assert len(readings) == 1 or kind == "document"
        for reading in readings:
            assert reading.records or any(not reject.is_partial for reject in reading.rejects)
            assert all(reject.reason and len(reject.excerpt) <= 80 for reject in reading.rejects)
            assert all(mapper.map(each).content for each in reading.records)
            assert all(each.source.record_id for each in reading.records)
