"""Validation of a data graph against a shapes graph. https://www.w3.org/TR/shacl/#validation-definition"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pyoxigraph

from kg.shacl.checks import Check, shape_checks
from kg.shacl.conditions import Conditions
from kg.shacl.data import DataGraph
from kg.shacl.graph import ShapesGraph
from kg.shacl.report import Report, Result
from kg.shacl.shapes import SEVERITIES, check_vocabulary, shape_nodes
from kg.shacl.sparql import SparqlCheck


def validate(store: pyoxigraph.Store, shapes: ShapesGraph) -> Report:
    """Check the default graph of a store. RDF 1.2 triple terms, which SHACL does not know, are passed over.

    Raises DataError if the shapes ask for something that is not supported, whether or not it is in the graph.
    """
    data = DataGraph(store)
    return Report(_results(data, _checks(shapes, data)), shapes)


def _checks(shapes: ShapesGraph, data: DataGraph) -> list[Check | SparqlCheck]:
    """All of them, before the first is made."""
    check_vocabulary(shapes)
    conditions = Conditions(shapes, data)
    checks = chain.from_iterable(shape_checks(conditions, node) for node in shape_nodes(shapes))
    return sorted(checks, key=lambda check: (SEVERITIES.index(check.shape.severity), check.sort_key))


def _results(data: DataGraph, checks: list[Check | SparqlCheck]) -> Iterator[Result]:
    for check in checks:
        yield from check.results(data)
