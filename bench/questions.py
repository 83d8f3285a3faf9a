"""What the servers are asked: the canned queries, twenty others (bench/adhoc), and those of the canned queries that use
derived statistics once more over base statements alone (bench/base), as somebody would ask who has no such statistics.

Values are the defaults where the graph has them, else the thing of that kind to which the most statements point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pyoxigraph
from pyoxigraph import NamedNode

from kg import namespaces as ns
from kg import sparql
from kg.formats import JSON, N_TRIPLES
from kg.namespaces import DEFAULT_BASE
from kg.ntriples import iri
from kg.queries import CannedQuery, bind, load_queries, thing_iri
from kg.resources import KINDS
from tests.stores.comparison import graph, rows

CANNED, AD_HOC, BASE = "canned", "ad hoc", "base"
_HERE = Path(__file__).parent
_CLASSES = {kind: class_iri for class_iri, kind in KINDS.items()}
_HUBS = """
SELECT ?thing WHERE { ?thing a ?class . ?any ?property ?thing FILTER (isIRI(?thing)) }
GROUP BY ?thing ORDER BY DESC(COUNT(*)) ?thing LIMIT 2
"""


@dataclass(frozen=True)
class Question:
    """A question with its values: as SPARQL, and, of the canned ones, as what the query's own address is given."""

    name: str
    group: str
    form: str
    text: str
    values: Mapping[str, str]

    @property
    def key(self) -> str:
        return f"{self.group}: {self.name}"

    @property
    def media_type(self) -> str:
        return N_TRIPLES.media_type if self.form in ("construct", "describe") else JSON.media_type

    @property
    def is_ordered(self) -> bool:
        """Whether the whole answer is in an order; such queries here are ordered totally."""
        return "ORDER BY" in self.text.rpartition("}")[2]

    def normal(self, answer: bytes) -> object:
        """The answer in a form that is equal for equal answers; None where every store answers in its own way."""
        match self.form:
            case "describe":
                return None
            case "construct":
                return graph(answer)
            case "ask":
                return msgspec.json.decode(answer).get("boolean", "no boolean")
            case _:
                found = rows(answer)
                return found if self.is_ordered else sorted(found)


def size(form: str, normal: Any) -> int:
    """Rows or statements of an answer."""
    return len(normal) if form in ("select", "construct") else 1


def questions(store: pyoxigraph.Store) -> list[Question]:
    """Everything that is asked of a graph."""
    values = _Values(store)
    found = []
    for group, queries in (
        (CANNED, load_queries()),
        (AD_HOC, load_queries(_HERE / "adhoc")),
        (BASE, load_queries(_HERE / "base")),
    ):
        for query in queries.values():
            chosen = values.of(query)
            text = _without_front_matter(bind(query, chosen, DEFAULT_BASE))
            found.append(Question(query.name, group, query.form, text, chosen))
    return found


def _without_front_matter(text: str) -> str:
    """Nobody else reads it, and Virtuoso takes an ASK behind a remark for a SELECT."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("#+"))


class _Values:
    """Values for the parameters of queries, of which the graph knows something."""

    def __init__(self, store: pyoxigraph.Store) -> None:
        self._store = store
        self._hubs = cache(self._find_hubs)

    def of(self, query: CannedQuery) -> dict[str, str]:
        return dict(self._chosen(query))

    def _chosen(self, query: CannedQuery) -> Iterator[tuple[str, str]]:
        used: set[str] = set()
        for parameter in query.parameters:
            if parameter.kind in _CLASSES and not self._is_known(thing_iri(parameter, parameter.default, DEFAULT_BASE)):
                value = next((hub for hub in self._hubs(parameter.kind) if hub not in used), None)
                if value:
                    used.add(value)
                    yield parameter.name, value
            elif parameter.type == "string" and parameter.name == "name":
                yield parameter.name, self._name()

    def _is_known(self, iri: str) -> bool:
        return any(self._store.quads_for_pattern(NamedNode(iri), None, None))

    def _find_hubs(self, kind: str) -> list[str]:
        found: Any = self._store.query(sparql.bind(_HUBS, {"class": iri(_CLASSES[kind])}))
        return [solution["thing"].value for solution in found]

    def _name(self) -> str:
        """Of the author to whom the most statements point."""
        hub = NamedNode(self._hubs("author")[0])
        return min(quad.object.value for quad in self._store.quads_for_pattern(hub, NamedNode(ns.NAME), None))
