"""Where a query is answered: from the counts of the graph where they say it, else by a worker."""

from __future__ import annotations

import io

from kg import census
from kg.formats import RESULT_FORMATS
from kg.workers import QueryRequest, QueryResult
from server.state import current_partitions, current_snapshot, current_state

_FORMATS = {known.name: known for known in RESULT_FORMATS}


def evaluated(query: QueryRequest) -> QueryResult:
    """The result of a client's query, which ends when the client goes away. Raises what `WorkerPool.run` raises."""
    counted = _counted(query)
    if counted:
        return counted
    state = current_state()
    with state.departures.watching(query):
        return state.workers.run(query)


def _counted(query: QueryRequest) -> QueryResult | None:
    """A remote store may change without our knowing; and what is counted is the default graph."""
    state, chosen = current_state(), _FORMATS.get(query.format)
    asked = census.question(query.text)
    if asked is None or chosen is None or state.following or query.reaches_out:
        return None
    if query.default_graphs is not None or query.named_graphs is not None:
        return None
    rows = asked.answer(current_snapshot().manifest.triples, current_partitions)
    if rows is None or len(rows) > min(state.settings.result_rows, query.most_rows or state.settings.result_rows):
        return None
    body = census.written(asked, rows, chosen)
    if len(body) > state.settings.result_bytes:
        return None
    return QueryResult(io.BytesIO(body), chosen.media_type, len(body), len(rows), truncated=False)
