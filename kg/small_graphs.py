"""Graphs so small that what takes minutes for others is done at once: compared, dumped, counted, validated."""

from __future__ import annotations

from typing import cast

import pyoxigraph
from pyoxigraph import DefaultGraph, RdfFormat

SMALL = 50_000
"""Statements of a graph that is gone through in a second or two."""


def sorted_statements(store: pyoxigraph.Store) -> bytes:
    """The default graph as the store states it, in canonical N-Triples and in byte order."""
    text = cast(bytes, store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()))
    return b"".join(sorted(text.splitlines(keepends=True)))
