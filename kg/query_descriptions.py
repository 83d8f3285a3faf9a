"""Canned queries as RDF: what each asks, its text and its parameters, so that a program finds them by asking the graph.

SHACL Advanced Features, https://www.w3.org/TR/shacl-af/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from kg import namespaces as ns
from kg.queries import CannedQuery, Parameter

_FORMS = {
    "select": ("SPARQLSelectExecutable", "select"),
    "ask": ("SPARQLAskExecutable", "ask"),
    "construct": ("SPARQLConstructExecutable", "construct"),
}
_DATATYPES = {"string": ns.XSD + "string", "integer": ns.XSD + "integer", "year": ns.XSD + "integer"}


def without_front_matter(text: str) -> str:
    """The text of a canned query alone, as a person or another endpoint reads it.

    >>> without_front_matter("#+ title = 'One'\\nASK {}\\n")
    'ASK {}'
    """
    return "\n".join(line for line in text.splitlines() if not line.startswith("#+")).strip()


def describe_queries(queries: Iterable[CannedQuery], base_iri: str) -> Iterator[Triple]:
    """The statements about all queries; each is named by its address under `base_iri`, a parameter by a fragment."""
    for query in queries:
        subject = f"{base_iri}queries/{query.name}"
        yield _iri(subject, ns.TYPE, ns.SH + "SPARQLExecutable")
        if query.form in _FORMS:
            executable, text = _FORMS[query.form]
            yield _iri(subject, ns.TYPE, ns.SH + executable)
            yield _text(subject, ns.SH + text, without_front_matter(query.text))
        yield _text(subject, ns.RDFS + "label", query.title)
        yield _text(subject, ns.RDFS + "comment", query.description)
        yield _iri(subject, ns.SCHEMA + "target", f"{base_iri}sparql")
        for order, parameter in enumerate(query.parameters, start=1):
            yield _iri(subject, ns.SH + "parameter", f"{subject}#{parameter.name}-parameter")
            yield from _describe_parameter(subject, parameter, order)


def _describe_parameter(query: str, parameter: Parameter, order: int) -> Iterator[Triple]:
    """The local name of the path is the name of the variable."""
    subject = f"{query}#{parameter.name}-parameter"
    yield _iri(subject, ns.TYPE, ns.SH + "Parameter")
    yield _iri(subject, ns.SH + "path", f"{query}#{parameter.name}")
    yield _text(subject, ns.SH + "name", parameter.label)
    yield _typed(subject, ns.SH + "optional", "true", "boolean")
    yield _typed(subject, ns.SH + "order", str(order), "integer")
    if parameter.help:
        yield _text(subject, ns.SH + "description", parameter.help)
    if parameter.type == "iri":
        yield _iri(subject, ns.SH + "nodeKind", ns.SH + "IRI")
        if parameter.kind:
            thing = ns.RDFS + "Class" if parameter.kind == "class" else ns.KG + parameter.kind.capitalize()
            yield _iri(subject, ns.SH + "class", thing)
    else:
        yield _iri(subject, ns.SH + "datatype", _DATATYPES[parameter.type])
    yield _text(subject, ns.SH + "defaultValue", parameter.default)


def _iri(subject: str, predicate: str, value: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), NamedNode(value))


def _text(subject: str, predicate: str, value: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), Literal(value))


def _typed(subject: str, predicate: str, value: str, datatype: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), Literal(value, datatype=NamedNode(ns.XSD + datatype)))
