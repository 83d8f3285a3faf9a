"""Canned queries: a `.rq` file is SPARQL with what people and programs need to know about it in `#+` lines above it.

docs/queries.md describes such a file; `load_queries` reads a folder of them, `bind` puts checked values in.
"""

from kg.queries.catalogue import find_query, load_queries
from kg.queries.files import read_query
from kg.queries.model import CannedQuery, Chart, Parameter
from kg.queries.skeleton import write_skeleton
from kg.queries.values import bind, thing_iri

__all__ = [
    "CannedQuery",
    "Chart",
    "Parameter",
    "bind",
    "find_query",
    "load_queries",
    "read_query",
    "thing_iri",
    "write_skeleton",
]
