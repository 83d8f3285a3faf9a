"""Queries of shapes, put so that the store answers them quickly. https://www.w3.org/TR/shacl/#sparql-constraints

The store evaluates `FILTER NOT EXISTS` for each row, and a join within it without regard to what is bound: all triples
of a predicate, for each row. `MINUS` is evaluated once. For a group of triple patterns they say the same.
"""

from __future__ import annotations

import re
from typing import Final

# Of triple patterns alone: no group, no filter or other call, no text.
_NEGATION: Final = re.compile(r"FILTER\s+NOT\s+EXISTS\s*(\{[^{}()\[\]\"'#]*\})", re.IGNORECASE)
_THIS: Final = re.compile(r"[$?]this\b")
_STRINGS: Final = re.compile(r'"[^"\\\n{}]*"')
_OPAQUE: Final = re.compile(r"[\"'#]|\b(?:OPTIONAL|UNION|MINUS|VALUES|GRAPH|SERVICE)\b", re.IGNORECASE)
_CALL: Final = re.compile(r"\([^()]*\)")


def with_minus(select: str) -> str:
    """The query with MINUS in place of FILTER NOT EXISTS, where both surely say the same; else as it is.

    >>> with_minus("SELECT $this ?value { $this ex:a ?value FILTER NOT EXISTS { $this ex:b/ex:c ?value } }")
    'SELECT $this ?value { $this ex:a ?value MINUS { $this ex:b/ex:c ?value } }'
    """
    negations = _NEGATION.findall(select)
    rest = _NEGATION.sub("", select)
    start, end = rest.find("{"), rest.rfind("}")
    group = rest[start + 1 : end]
    if not negations or _OPAQUE.search(_STRINGS.sub("", rest)) or not _is_flat(group):
        return select
    # In front of it all there must be something that binds $this: MINUS takes nothing from rows that share no variable.
    if not all(_THIS.search(negation) for negation in negations) or not _THIS.search(_outside_calls(group)):
        return select
    return f"{rest[:end].rstrip()} {' '.join(f'MINUS {negation}' for negation in negations)} {rest[end:]}"


def _is_flat(group: str) -> bool:
    return "{" not in group and "}" not in group


def _outside_calls(group: str) -> str:
    while (shorter := _CALL.sub("", group)) != group:
        group = shorter
    return group
