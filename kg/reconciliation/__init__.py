"""From names to things: candidates by the search index, scored by name and by what else is known of them."""

from kg.reconciliation.model import (
    KINDS,
    PROPERTIES,
    Candidate,
    Property,
    PropertyValue,
    Query,
    Value,
    identifiers_of,
    kind_named,
)
from kg.reconciliation.service import Reconciler

__all__ = [
    "KINDS",
    "PROPERTIES",
    "Candidate",
    "Property",
    "PropertyValue",
    "Query",
    "Reconciler",
    "Value",
    "identifiers_of",
    "kind_named",
]
