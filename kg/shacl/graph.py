"""A shapes graph, and what is refused in it. https://www.w3.org/TR/shacl/#shapes-graph"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kg import namespaces as ns
from kg.errors import DataError

Term = NamedNode | BlankNode | Literal


class ShapesGraph:
    """The triples of a file of shapes. Values come in a fixed order; `value` is the only one, or None."""

    def __init__(self, source: Path | str) -> None:
        """`source` is a file, or Turtle. Raises DataError where it cannot be read as RDF."""
        self._store = pyoxigraph.Store()
        try:
            if isinstance(source, Path):
                self._store.load(path=source)
            else:
                self._store.load(source, format=pyoxigraph.RdfFormat.TURTLE)
        except (OSError, SyntaxError, ValueError) as error:
            raise DataError(f"the shapes cannot be read: {error}", str(source)) from error

    def subjects(self, predicate: str, object_: Term | None = None) -> list[Term]:
        found = {_term(quad.subject) for quad in self._quads(None, NamedNode(predicate), object_)}
        return sorted(found, key=str)

    def subjects_at_all(self) -> list[Term]:
        return sorted({_term(quad.subject) for quad in self._quads(None)}, key=str)

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        return sorted((_term(quad.object) for quad in self._quads(subject, NamedNode(predicate))), key=str)

    def value(self, subject: Term, predicate: str) -> Term | None:
        values = self.objects(subject, predicate)
        if len(values) > 1:
            raise DataError(f"{subject} has more than one {short(predicate)}; one is allowed", str(subject))
        return values[0] if values else None

    def predicates(self, subject: Term) -> list[str]:
        return sorted({quad.predicate.value for quad in self._quads(subject)})

    def members(self, head: Term) -> list[Term]:
        """The members of an RDF list."""
        found: list[Term] = []
        seen: set[Term] = set()
        while head != NamedNode(ns.RDF + "nil"):
            first, rest = self.value(head, ns.RDF + "first"), self.value(head, ns.RDF + "rest")
            if first is None or rest is None or head in seen:
                raise DataError(f"{head} is no complete RDF list", str(head))
            seen.add(head)
            found.append(first)
            head = rest
        return found

    def description(self, node: Term, seen: set[Term] | None = None) -> Iterator[Triple]:
        """What the graph says of a blank node and of the blank nodes it refers to."""
        seen = set() if seen is None else seen
        if isinstance(node, BlankNode) and node not in seen:
            seen.add(node)
            for quad in sorted(self._quads(node), key=str):
                yield quad.triple
                yield from self.description(_term(quad.object), seen)

    def _quads(
        self, subject: Term | None, predicate: NamedNode | None = None, object_: Term | None = None
    ) -> Iterator[Quad]:
        if isinstance(subject, Literal):
            return iter(())
        return self._store.quads_for_pattern(subject, predicate, object_)


def _term(term: NamedNode | BlankNode | Literal | Triple) -> Term:
    if isinstance(term, Triple):
        raise DataError("the shapes hold a triple term, which SHACL does not know", str(term))
    return term


def short(iri: str) -> str:
    """An IRI of SHACL as shapes spell it.

    >>> short("http://www.w3.org/ns/shacl#minCount")
    'sh:minCount'
    """
    return "sh:" + iri.removeprefix(ns.SH) if iri.startswith(ns.SH) else f"<{iri}>"
