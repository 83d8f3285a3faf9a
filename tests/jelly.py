"""Jelly read by another's program."""

from __future__ import annotations

import io
from typing import Any

from pyjelly.integrations.generic import generic_sink as terms
from pyjelly.integrations.generic.parse import parse_jelly_flat
from pyoxigraph import BlankNode, Literal, NamedNode, Triple


def jelly_triples(document: bytes) -> list[Triple]:
    read = (map(_term, triple) for triple in parse_jelly_flat(io.BytesIO(document)))
    return [Triple(subject, predicate, term) for subject, predicate, term in read]


def _term(term: object) -> Any:
    match term:
        case terms.IRI():
            return NamedNode(term._iri)
        case terms.BlankNode():
            return BlankNode(term._identifier)
        case terms.Literal():
            datatype = NamedNode(term._datatype) if term._datatype else None
            return Literal(term._lex, language=term._langtag, datatype=datatype)
    raise AssertionError(term)
