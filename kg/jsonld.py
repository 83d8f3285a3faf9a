"""The description of one thing as JSON-LD with plain keys: no statement lost, none invented.

The nesting is made here, so that every statement has its place: what the thing leads to stands where it is named, what
leads to the thing under the reverse keys of its kind's frame, all else under `@included`. PyLD picks the keys.
https://www.w3.org/TR/json-ld11-api/#compaction-algorithms
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NoReturn

import msgspec
from pyld import jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import namespaces as ns
from kg import paths

Node = dict[str, Any]
"""A node object of expanded JSON-LD."""

_DEPTH = 8
_LEAF = 8
_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,14}")


def context() -> dict[str, Any]:
    """The terms of the project's JSON-LD context, in the order of its file."""
    return dict(_terms())


def framed(
    triples: Iterable[Triple], iri: str, kind: str | None = None, context_iri: str | None = None
) -> dict[str, Any]:
    """One JSON-LD document that says exactly `triples`, with the thing `iri` at its top.

    `kind` names the frame (`ontology/frames`), where it has one. The document carries the terms that it uses, so that
    it is read offline, or refers to the context at `context_iri`. Triple terms, which JSON-LD has not, are left out.
    """
    nodes = _nodes(triples)
    nodes.setdefault(iri, {"@id": iri})  # other things may point to one that has no statements of its own
    _put_authors_in_order(nodes)
    # PyLD drops a top node of which nothing is said.
    return _document({"id": iri} | _compacted(_Nesting(nodes).tree(iri, _reverse_predicates(kind))), context_iri)


def graph(triples: Iterable[Triple]) -> dict[str, Any]:
    """One JSON-LD document that says exactly `triples`, whatever they are about: under `@graph` what nothing leads to,
    with what it leads to nested as in `framed`."""
    nodes = _nodes(triples)
    _put_authors_in_order(nodes)
    return _document(_compacted(_Nesting(nodes).trees(), is_graph=True), None)


class _Processor(jsonld.JsonLdProcessor):  # type: ignore[misc]
    """PyLD, which would look through all terms for every IRI of a thing, three times where it is named. No term of the
    context is a prefix and documents have neither a base nor a vocabulary, so what no term stands for stays as it is.
    """

    def _compact_iri(
        self, active_ctx: Any, iri: Any, value: Any = None, vocab: bool = False, *more: Any, **kw: Any
    ) -> Any:
        is_iri = isinstance(iri, str) and not iri.startswith("@")
        if is_iri and not (vocab and iri in self._get_inverse_context(active_ctx)):
            return iri
        return super()._compact_iri(active_ctx, iri, value, vocab, *more, **kw)


def _compacted(tree: Node | list[Node], is_graph: bool = False) -> Node:
    # The tree is expanded JSON-LD already.
    options = {"documentLoader": _refuse, "base": "", "graph": is_graph, "skipExpansion": True}
    compacted = _Processor().compact(tree, {"@context": _terms()}, options)
    return {key: value for key, value in compacted.items() if key != "@context"}


def _document(compacted: Node, context_iri: str | None) -> dict[str, Any]:
    used: set[str] = set()
    document = _arranged(compacted, used)
    embedded = {key: term for key, term in _terms().items() if key in used or key == "@version"}
    return {"@context": context_iri or embedded} | document


@cache
def _terms() -> dict[str, Any]:
    document = msgspec.json.decode((paths.ONTOLOGY / "context.jsonld").read_bytes(), type=dict[str, dict[str, Any]])
    return document["@context"]


@cache
def _reverse_predicates(kind: str | None) -> tuple[str, ...]:
    """The properties that lead to a thing of this kind and are shown with it."""
    path = paths.ONTOLOGY / "frames" / f"{kind}.jsonld"
    if kind is None or not path.is_file():
        return ()
    keys = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    terms = (_terms()[key] for key in keys if not key.startswith("@"))
    return tuple(term["@reverse"] for term in terms if "@reverse" in term)


def _refuse(url: str, options: object) -> NoReturn:
    raise jsonld.JsonLdError(f"{url} is not loaded: documents are made offline", "paperkg.Offline")


def _nodes(triples: Iterable[Triple]) -> dict[str, Node]:
    """Flat expanded node objects by their identifiers, values in the order given."""
    nodes: dict[str, Node] = {}
    for triple in dict.fromkeys(triples):
        if isinstance(triple.subject, Triple) or isinstance(triple.object, Triple):
            continue
        name = _identifier(triple.subject)
        node = nodes.setdefault(name, {"@id": name})
        if triple.predicate.value == ns.TYPE and not isinstance(triple.object, Literal):
            node.setdefault("@type", []).append(_identifier(triple.object))
        else:
            node.setdefault(triple.predicate.value, []).append(_value(triple.object))
    return nodes


def _identifier(term: NamedNode | BlankNode) -> str:
    return term.value if isinstance(term, NamedNode) else f"_:{term.value}"


def _value(term: NamedNode | BlankNode | Literal) -> Node:
    """A reference or a value object. Numbers and truth values are native where JSON has the same spelling for them."""
    if not isinstance(term, Literal):
        return {"@id": _identifier(term)}
    if term.language is not None:
        direction = {"@direction": term.direction.value} if term.direction else {}
        return {"@value": term.value, "@language": term.language, **direction}
    match term.datatype.value.removeprefix(ns.XSD):
        case "string":
            return {"@value": term.value}
        case "boolean" if term.value in ("true", "false"):
            return {"@value": term.value == "true"}
        case "integer" if _WHOLE_NUMBER.fullmatch(term.value):
            return {"@value": int(term.value)}
    return {"@value": term.value, "@type": term.datatype.value}


def _put_authors_in_order(nodes: dict[str, Node]) -> None:
    """Authorships and authors of a paper stand by position, then those without one."""
    places: dict[str, tuple[float, str]] = {}
    for name, node in nodes.items():
        numbers = [value["@value"] for value in node.get(ns.POSITION, []) if type(value.get("@value")) is int]
        if ns.AUTHORSHIP_AUTHOR in node:
            places[name] = (min(numbers, default=float("inf")), name)

    def place(reference: Node) -> tuple[float, str]:
        name = reference.get("@id", "")
        return places.get(name, (float("inf"), name))

    for node in [node for node in nodes.values() if ns.HAS_AUTHORSHIP in node]:
        node[ns.HAS_AUTHORSHIP].sort(key=place)
        authorships = (nodes.get(reference.get("@id", ""), {}) for reference in node[ns.HAS_AUTHORSHIP])
        authors = [author.get("@id") for found in authorships for author in found.get(ns.AUTHORSHIP_AUTHOR, [])]
        order = {author: number for number, author in reversed(list(enumerate(authors)))}
        node.get(ns.CREATOR, []).sort(key=lambda reference: order.get(reference.get("@id"), len(order)))


class _Nesting:
    """Places each node once, as near to the top as it goes; small ones without links wherever they are named."""

    def __init__(self, nodes: dict[str, Node]) -> None:
        self._nodes = nodes
        self._placed: set[str] = set()

    def tree(self, root: str, reverse: tuple[str, ...]) -> Node:
        top = self._placed_under(root)
        for predicate in reverse:
            pointing = [
                name for name in self._nodes if name not in self._placed and self._unlink(name, predicate, root)
            ]
            if pointing:
                top.setdefault("@reverse", {})[predicate] = [self._placed_under(name) for name in pointing]
        rest = [self._placed_under(name) for name in self._nodes if name not in self._placed]
        return top | ({"@included": rest} if rest else {})

    def trees(self) -> list[Node]:
        named = {value.get("@id") for node in self._nodes.values() for found in _properties(node) for value in found}
        first = [self._placed_under(name) for name in self._nodes if name not in named and name not in self._placed]
        return first + [self._placed_under(name) for name in self._nodes if name not in self._placed]

    def _unlink(self, name: str, predicate: str, root: str) -> bool:
        """Whether the node led to `root`; it does not any more, since the reverse key says it."""
        node, reference = self._nodes[name], {"@id": root}
        values = node.get(predicate, [])
        if reference not in values:
            return False
        values.remove(reference)
        if not values:
            del node[predicate]
        return True

    def _placed_under(self, name: str) -> Node:
        """The node with all that it leads to and that has no place yet, breadth first."""
        self._placed.add(name)
        top = self._copy(name)
        waiting = deque([(top, 1)])
        while waiting:
            node, depth = waiting.popleft()
            for values in _properties(node):
                for index, value in enumerate(values):
                    target = value.get("@id")
                    if target not in self._nodes:
                        continue
                    if depth <= _DEPTH and target not in self._placed:
                        self._placed.add(target)
                        values[index] = self._copy(target)
                        waiting.append((values[index], depth + 1))
                    elif target != name and self._is_leaf(target):
                        values[index] = self._copy(target)
        return top

    def _copy(self, name: str) -> Node:
        return {key: list(found) if key != "@id" else found for key, found in self._nodes[name].items()}

    def _is_leaf(self, name: str) -> bool:
        values = [value for found in _properties(self._nodes[name]) for value in found]
        return len(values) <= _LEAF and all("@id" not in value for value in values)


def _properties(node: Node) -> Iterator[list[Node]]:
    return (values for key, values in node.items() if not key.startswith("@"))


def _arranged(node: Node, used: set[str]) -> Node:
    """The compacted node with its keys in the order of the context; the terms in it are added to `used`."""
    terms = _terms()
    order = {key: number for number, key in enumerate(terms)}
    arranged: Node = {}
    for key in sorted(node, key=lambda key: (order.get(key, len(order)), key)):
        used.add(key)
        value = node[key]
        if key == "type":
            used.update([value] if isinstance(value, str) else value)
        if isinstance(value, dict):
            value = _arranged(value, used)
        elif isinstance(value, list):
            value = [_arranged(item, used) if isinstance(item, dict) else item for item in value]
        arranged[key] = value
    return _with_orcid(arranged, used)


def _with_orcid(node: Node, used: set[str]) -> Node:
    """The ORCID of an author apart, for who reads plain JSON; to JSON-LD the key says nothing, as it does not add to
    `identifiers`."""
    known = node.get("identifiers", [])
    spelled = [text for text in ([known] if isinstance(known, str) else known) if isinstance(text, str)]
    found = next((text.removeprefix("orcid:") for text in spelled if text.startswith("orcid:")), None)
    if not found or node.get("type") != "Author":
        return node
    used.add("orcid")
    return node | {"orcid": f"https://orcid.org/{found}"}
