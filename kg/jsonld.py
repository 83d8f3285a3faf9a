"""JSON-LD in the project's shape: plain keys by `ontology/context.jsonld`, one tree from the thing that is described.

https://www.w3.org/TR/json-ld11/. Each node stands whole where it is first reached and by its `id` elsewhere; authors
and authorships come in the order of the paper. What no path from the root reaches stands in `@included`. The document
carries its context, so that it says the same offline; it holds exactly the triples that it was given.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import namespaces as ns
from kg import paths

Node = NamedNode | BlankNode
_XSD_STRING = ns.XSD + "string"
_UNPLACED = 10**9
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")  # what is an integer in JSON as well, and comes back the same
_BOOLEANS = {"true": True, "false": False}


@cache
def context() -> dict[str, Any]:
    """The project's context, as in `ontology/context.jsonld`: the value of `@context`."""
    loaded: dict[str, Any] = json.loads((paths.ONTOLOGY / "context.jsonld").read_text("utf-8"))["@context"]
    return loaded


def framed(triples: Iterable[Triple], iri: str) -> dict[str, Any]:
    """The triples as one JSON-LD document whose root is `iri`."""
    return _Tree(triples).document(NamedNode(iri))


@cache
def _keys() -> dict[str, tuple[str, str | None]]:
    """Property IRI to its key and the type that the context gives its values."""
    keys = {}
    for key, definition in context().items():
        named = definition.get("@id") if isinstance(definition, dict) else definition
        if isinstance(named, str) and not key.startswith("@") and not named.startswith("@"):
            coercion = definition.get("@type") if isinstance(definition, dict) else None
            if not (isinstance(definition, dict) and definition.get("@prefix")):
                keys[_expanded(named)] = key, coercion if coercion in (None, "@id") else _expanded(coercion)
    return keys


def _expanded(name: str) -> str:
    prefix, _, local = name.partition(":")
    return ns.PREFIXES.get(prefix, prefix + ":") + local


class _Tree:
    def __init__(self, triples: Iterable[Triple]) -> None:
        self._statements: defaultdict[Node, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            assert isinstance(triple.subject, NamedNode | BlankNode)  # noqa: S101 - RDF 1.1 subjects
            self._statements[triple.subject][triple.predicate.value].append(triple.object)
        self._placed: set[Node] = set()

    def document(self, root: Node) -> dict[str, Any]:
        tree = {"@context": context(), **self._node(root)}
        rest = [self._node(node) for node in sorted(self._statements, key=str) if node not in self._placed]
        return tree | ({"@included": rest} if rest else {})

    def _node(self, node: Node) -> dict[str, Any]:
        self._placed.add(node)
        written: dict[str, Any] = {"id": node.value if isinstance(node, NamedNode) else str(node)}
        for predicate, values in sorted(self._statements[node].items(), key=lambda item: _rank(item[0])):
            key, coercion = ("type", "@id") if predicate == ns.TYPE else _keys().get(predicate, (predicate, None))
            ordered = sorted(values, key=lambda value: self._order(node, predicate, value))
            items = [self._value(value, key, coercion) for value in ordered]
            written[key] = items if len(items) > 1 or key in _LISTS else items[0]
        return written

    def _order(self, node: Node, predicate: str, value: Any) -> tuple[int, str]:
        """Authorships by position, authors as their authorships; anything else by its text."""
        if predicate == ns.HAS_AUTHORSHIP:
            return self._position(value), str(value)
        if predicate == ns.CREATOR:
            places = [
                self._position(authorship)
                for authorship in self._statements[node].get(ns.HAS_AUTHORSHIP, [])
                if value in self._statements[authorship].get(ns.AUTHORSHIP_AUTHOR, [])
            ]
            return min(places, default=_UNPLACED), str(value)
        return 0, str(value)

    def _position(self, authorship: Any) -> int:
        positions = (
            [value.value for value in self._statements[authorship].get(ns.POSITION, [])]
            if authorship in self._statements
            else []
        )
        return min((int(text) for text in positions if text.isdigit()), default=_UNPLACED)

    def _value(self, value: Any, key: str, coercion: str | None) -> Any:
        if isinstance(value, Literal):
            return _literal(value, coercion)
        if key == "type":
            return _type_name(value)
        if isinstance(value, NamedNode | BlankNode) and value in self._statements and value not in self._placed:
            return self._node(value)
        name = value.value if isinstance(value, NamedNode) else str(value)
        return name if coercion == "@id" else {"id": name}


_LISTS = frozenset({"authors", "authorships", "concepts", "institutions", "affiliations", "sources", "reportedMetrics"})


def _rank(predicate: str) -> tuple[int, str]:
    """Types first, then titles and names, then what the context knows, then the rest."""
    first = (ns.TYPE, ns.TITLE, ns.NAME, ns.PREF_LABEL, ns.CREATOR)
    return (first.index(predicate) if predicate in first else len(first) + (predicate not in _keys()), predicate)


def _type_name(node: NamedNode) -> str:
    key, _ = _keys().get(node.value, (node.value, None))
    return key


def _literal(value: Literal, coercion: str | None) -> Any:
    if value.language:
        return {"@value": value.value, "@language": value.language}
    datatype = value.datatype.value
    if datatype == coercion:
        if datatype == ns.XSD + "integer" and _INTEGER.fullmatch(value.value):
            return int(value.value)
        return _BOOLEANS.get(value.value, value.value) if datatype == ns.XSD + "boolean" else value.value
    if datatype == _XSD_STRING:
        return value.value if coercion is None else {"@value": value.value}
    return {"@value": value.value, "@type": datatype}
