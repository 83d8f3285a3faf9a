"""Answers of a remote store as the embedded one would give them. They are parsed natively, and while they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any, cast

import msgspec
import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Triple

from kg.endpoint.client import MOST_OF_ROWS, Answer
from kg.endpoint.dialects import Dialect
from kg.errors import EndpointFault

ROWS = "application/sparql-results+json"
FEWEST_BYTES = "text/csv"
"""Of rows that nobody reads."""
TRIPLES = "application/n-triples"
_GRAPH_FORMATS = {TRIPLES: RdfFormat.N_TRIPLES, "text/plain": RdfFormat.N_TRIPLES, "text/turtle": RdfFormat.TURTLE}
_BOOLEAN = NamedNode("http://www.w3.org/2001/XMLSchema#boolean")
_NUMERIC = {"0": Literal(False), "1": Literal(True)}


def solutions(answer: Answer, host: str) -> QuerySolutions:
    """The rows of a SELECT. Reading on may raise what reading the answer does; so may what follows here."""
    parsed = _parsed(answer, host)
    if not isinstance(parsed, QuerySolutions):
        raise EndpointFault(f"{host} answers yes or no where rows were asked for")
    return parsed


def rows(answer: Answer, host: str) -> list[Any]:
    """All rows of a SELECT, at most MOST_OF_ROWS: nobody knows when a store that answers nonsense ends.

    What reads them has no name here: an error keeps what its frames name, until it is forgotten in whatever thread, and
    the library lets go of what reads in its own thread only.
    """
    answer.most = MOST_OF_ROWS
    try:
        return list(solutions(answer, host))
    except (SyntaxError, ValueError) as error:
        raise nonsense(host, error) from error


def boolean(answer: Answer, host: str, dialect: Dialect) -> QueryBoolean:
    """What an ASK comes to, also where it is told as a row."""
    answer.most = MOST_OF_ROWS
    parsed = _parsed(answer, host)
    if isinstance(parsed, QueryBoolean):
        return parsed
    try:
        names, found = [variable.value for variable in parsed.variables], list[Any](parsed)
    finally:
        del parsed  # as in `rows`
    if names != [dialect.boolean_variable] or len(found) != 1:
        raise EndpointFault(f"{host} answers with rows where yes or no was asked for")
    told = msgspec.json.encode({"head": {}, "boolean": found[0][0].value in ("1", "true")})
    return cast(QueryBoolean, pyoxigraph.parse_query_results(told, QueryResultsFormat.JSON))


def triples(answer: Answer, host: str) -> Iterator[Triple]:
    """The statements of a graph."""
    rdf_format = _GRAPH_FORMATS.get(answer.media_type)
    if rdf_format is None:
        raise _unasked(answer, host, TRIPLES)
    try:
        for quad in pyoxigraph.parse(cast(IO[bytes], answer), rdf_format):
            yield quad.triple
    except (SyntaxError, ValueError) as error:
        raise EndpointFault(f"{host} sends what is no RDF: {error}") from error
    finally:
        answer.close()


def plain(quad: Quad, dialect: Dialect) -> Quad:
    """The statement with its value as everybody else writes it."""
    value = quad.object
    if dialect.numeric_booleans and isinstance(value, Literal) and value.datatype == _BOOLEAN:
        return Quad(quad.subject, quad.predicate, _NUMERIC.get(value.value, value), quad.graph_name)
    return quad


def _parsed(answer: Answer, host: str) -> QuerySolutions | QueryBoolean:
    if answer.media_type not in (ROWS, "application/json"):
        raise _unasked(answer, host, ROWS)
    try:
        return pyoxigraph.parse_query_results(cast(IO[bytes], answer), QueryResultsFormat.JSON)
    except (SyntaxError, ValueError) as error:
        answer.close()
        raise nonsense(host, error) from error


def nonsense(host: str, error: Exception) -> EndpointFault:
    return EndpointFault(f"{host} sends what is no SPARQL result: {error}")


def _unasked(answer: Answer, host: str, wanted: str) -> EndpointFault:
    answer.close()
    return EndpointFault(f"{host} sends {answer.media_type or 'something'} where {wanted} was asked for")
