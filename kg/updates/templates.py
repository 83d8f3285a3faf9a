"""The quads of a template: read as TriG, with a name of our own in the place of each variable.

https://www.w3.org/TR/sparql11-query/#rQuadPattern
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple

from kg.sparql import Kind, Token
from kg.updates.operations import closing, written

Term = NamedNode | BlankNode | Literal | Triple
Solution = Mapping[str, Term]


class Template:
    """Quads with places for variables; `quads` fills them. `default` is where triples outside GRAPH blocks belong."""

    def __init__(self, prologue: str, tokens: list[Token], base_iri: str | None, default: NamedNode | None) -> None:
        self._names: dict[str, str] = {}
        # A name that nobody can have used: what a client wrote is never taken for a place.
        self._place = f"urn:uuid:{uuid.uuid4()}:"
        self._default = default or DefaultGraph()
        text = "\n".join((prologue, *self._blocks(tokens)))
        self._quads = list(pyoxigraph.parse(text, RdfFormat.TRIG, base_iri=base_iri, rename_blank_nodes=True))

    def quads(self, solution: Solution) -> Iterator[Quad]:
        """The quads for one solution; those that an unbound or misplaced value makes impossible are left out."""
        blank_nodes: dict[str, BlankNode] = {}
        for quad in self._quads:
            subject = self._filled(quad.subject, solution, blank_nodes)
            predicate = self._filled(quad.predicate, solution, blank_nodes)
            term = self._filled(quad.object, solution, blank_nodes)
            graph = self._default if quad.graph_name == DefaultGraph() else self._filled(quad.graph_name, solution, {})
            if (
                isinstance(subject, NamedNode | BlankNode)
                and isinstance(predicate, NamedNode)
                and term is not None
                and isinstance(graph, NamedNode | BlankNode | DefaultGraph)
            ):
                yield Quad(subject, predicate, term, graph)

    def _filled(self, term: Term, solution: Solution, blank_nodes: dict[str, BlankNode]) -> Term | None:
        """The term with variables replaced; blank nodes are new ones for each solution. None if a value is missing."""
        if isinstance(term, NamedNode) and term.value.startswith(self._place):
            return solution.get(self._names[term.value])
        if isinstance(term, BlankNode):
            return blank_nodes.setdefault(term.value, BlankNode())
        if isinstance(term, Triple):
            parts = [self._filled(part, solution, blank_nodes) for part in (term.subject, term.predicate, term.object)]
            subject, predicate, inner = parts
            if isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode) and inner is not None:
                return Triple(subject, predicate, inner)
            return None
        return term

    def _blocks(self, tokens: list[Token]) -> Iterator[str]:
        """TriG blocks: one for each run of triples, one for each GRAPH. Dots between blocks are SPARQL's alone."""
        run: list[Token] = []
        position = 0
        while position < len(tokens):
            if tokens[position].kind is Kind.NAME and tokens[position].value.upper() == "GRAPH":
                yield f"{{ {written(run, self._form)} }}"
                run = []
                end = closing(tokens, position + 2)
                yield written(tokens[position : end + 1], self._form)
                position = end + 1
                if position < len(tokens) and tokens[position].value == ".":
                    position += 1
            else:
                run.append(tokens[position])
                position += 1
        yield f"{{ {written(run, self._form)} }}"

    def _form(self, token: Token) -> str:
        if token.kind is not Kind.VAR:
            return token.value
        place = f"{self._place}{token.value[1:].encode().hex()}"
        self._names[place] = token.value[1:]
        return f"<{place}>"
