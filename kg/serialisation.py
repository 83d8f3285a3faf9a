"""Statements as text in any format, with the project's prefixes where the format has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Triple

from kg.formats import GraphFormat
from kg.namespaces import PREFIXES


def serialise(triples: Iterable[Triple], graph_format: GraphFormat) -> bytes:
    """The statements in that format; of the prefixes only those that they use."""
    statements = list(triples)
    used = set(_iris(statements))
    prefixes = {
        prefix: namespace for prefix, namespace in PREFIXES.items() if any(iri.startswith(namespace) for iri in used)
    }
    text = pyoxigraph.serialize(statements, format=graph_format.rdf_format, prefixes=prefixes)
    assert text is not None  # noqa: S101 - without an output the text is returned
    return text


def _iris(triples: Iterable[Triple]) -> Iterator[str]:
    for triple in triples:
        for term in triple:
            if isinstance(term, NamedNode):
                yield term.value
            elif isinstance(term, Literal):
                yield term.datatype.value
