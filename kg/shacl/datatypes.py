"""Literals whose text does not fit their datatype. https://www.w3.org/TR/shacl/#DatatypeConstraintComponent"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import namespaces as ns
from kg.errors import DataError

_ILL_FORMED: Final = NamedNode("tag:paperkg,2026:ill-formed")
# What the store can cast is well formed. So are numbers that are only too large for it, and the 29th of February.
_BEYOND_CASTS: Final = {
    "integer": r"[+-]?[0-9]+",
    "decimal": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)",
    "gMonthDay": r"--02-29(Z|[+-][0-9]{2}:[0-9]{2})?",
}
_CAST: Final = frozenset(
    "integer decimal double float boolean date time dateTime gYear gYearMonth gMonthDay gDay gMonth "  # noqa: SIM905 - reads better
    "duration dayTimeDuration yearMonthDuration".split()
)
_REPLACED: Final = {
    "dateTimeStamp": "dateTime",
    **dict.fromkeys(
        "nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger long int short byte "  # noqa: SIM905 - reads better
        "unsignedLong unsignedInt unsignedShort unsignedByte".split(),
        "integer",
    ),
}


def is_not_of(node: str, datatype: NamedNode) -> str:
    """An expression: the node is no well-formed literal of the datatype. DataError for one that the store drops."""
    name = datatype.value.removeprefix(ns.XSD)
    if name in _REPLACED:
        kept = _REPLACED[name]
        raise DataError(f"the store keeps xsd:{name} as xsd:{kept}; ask for that, and for bounds", datatype.value)
    other = f"datatype({node}) != {datatype}"
    if name in _CAST:
        other += f" || (!COALESCE(sameTerm({datatype}({node}), {node}), false) && {_ILL_FORMED}({node}))"
    return f"COALESCE({other}, true)"


def is_ill_formed(text: str, datatype: str) -> bool:
    """Whether a text that the store cannot cast is outside the datatype, an IRI.

    >>> is_ill_formed("99999999999999999999", "http://www.w3.org/2001/XMLSchema#integer")
    False
    >>> is_ill_formed("2023-02-30", "http://www.w3.org/2001/XMLSchema#date")
    True
    """
    form = _BEYOND_CASTS.get(datatype.removeprefix(ns.XSD))
    return form is None or re.fullmatch(form, text) is None


def _ill_formed(term: NamedNode | BlankNode | Literal | Triple) -> Literal:
    return Literal(isinstance(term, Literal) and is_ill_formed(term.value, term.datatype.value))


FUNCTIONS: Final[dict[NamedNode, Callable[..., NamedNode | BlankNode | Literal | Triple | None]]] = {
    _ILL_FORMED: _ill_formed
}
