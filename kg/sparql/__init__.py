"""SPARQL as text: tokens, what a request would do, and parameters bound by token. Iterative, linear, never evaluates.

https://www.w3.org/TR/sparql12-query/#grammar
"""

from kg.sparql.binding import bind, clause_number, replace_iris
from kg.sparql.inspection import (
    Inspection,
    has_dataset_clause,
    inspect,
    nesting_depth,
    operation_kind,
    remote_addresses,
)
from kg.sparql.lexer import Kind, Token, tokens, without_escapes

__all__ = [
    "Inspection",
    "Kind",
    "Token",
    "bind",
    "clause_number",
    "has_dataset_clause",
    "inspect",
    "nesting_depth",
    "operation_kind",
    "remote_addresses",
    "replace_iris",
    "tokens",
    "without_escapes",
]
