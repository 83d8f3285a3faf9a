"""What stores do otherwise than SPARQL 1.1 and its protocols say. Nothing else here knows one store from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Dialect:
    """How a kind of store is asked. The defaults are the standard's."""

    boolean_variable: str = ""
    """ASK is answered as a SELECT with one row, in which this variable is 1 or 0."""
    cut_header: str = ""
    """The header of an answer that was cut at the store's own limit of rows."""
    numeric_booleans: bool = False
    """Boolean literals come back as 1 and 0."""
    graph_parameter: str = "graph"
    """Names the graph in the Graph Store Protocol."""
    sent_at_once: int = 0
    """Statements of one request of the Graph Store Protocol; 0: all of a file."""


DIALECTS: Final[Mapping[str, Dialect]] = {
    "standard": Dialect(),
    "virtuoso": Dialect(
        boolean_variable="__ASK_RETVAL",
        cut_header="X-SPARQL-MaxRows",
        numeric_booleans=True,
        graph_parameter="graph-uri",
        sent_at_once=20_000,  # it takes a document into memory, several times over
    ),
}
