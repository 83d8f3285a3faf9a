"""What a client's text would do: short ones are looked at here, long ones where nobody waits for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from kg.errors import QueryRefused
from kg.formats import JSON
from kg.sparql import Inspection, inspect
from kg.workers import QueryRequest
from server.state import current_snapshot, current_state

# Characters; at its worst the lexer takes 5 µs for one, in which no other thread of this process gets on.
_SHORT = 4096

# Functions whose value is another each time.
_CHANCE = re.compile(r"\b(now|rand|uuid|struuid|bnode)\b", re.IGNORECASE)

_inspected_lately = lru_cache(512)(inspect)


def inspected(text: str, base_iri: str, timeout: float | None = None) -> Inspection:
    """What `kg.sparql.inspect` tells of a query or an update. Raises what the query workers raise."""
    if len(text) <= _SHORT:
        return _inspected_lately(text, base_iri)
    state = current_state()
    request = QueryRequest(current_snapshot().store_path, text, JSON.name, base_iri, timeout=timeout)
    with state.departures.watching(request):
        return state.workers.inspect(request)


def refuse_remote(inspection: Inspection, counts: Callable[[str], bool] = bool) -> bool:
    """Whether the text would reach addresses that count, all of them allowed; QueryRefused if one is not."""
    allowed = current_state().settings.service_allow
    addresses = list(filter(counts, inspection.remote_addresses))
    for address in addresses:
        if address not in allowed:
            raise QueryRefused(
                f"this would reach {address}, which the operator has not allowed (KG_SERVICE_ALLOW); take that out",
                address,
            )
    return bool(addresses)


def lasts(text: str) -> bool:
    """Whether the same query has the same result as long as the snapshot is in force."""
    return "\\" not in text and not _CHANCE.search(text)
