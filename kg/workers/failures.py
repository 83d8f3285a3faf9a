"""What a worker reports, as an error for whoever asked."""

from __future__ import annotations

from kg.errors import (
    EndpointDown,
    EndpointFault,
    EndpointSlow,
    KGError,
    QueryError,
    QueryMemory,
    QuerySyntaxError,
    ResultTooLarge,
    StoreError,
)
from kg.settings import Settings
from kg.workers.messages import Failed

_SHOWN = 16  # characters of the query on either side of a syntax error


def failure(failed: Failed, text: str, settings: Settings) -> KGError:
    """What a worker reports, as an error for the client; `text` is the query or update."""
    advice = "add a LIMIT, ask with truncate=true, or take a dump of the whole graph from /export"
    match failed.reason:
        case "syntax":
            return _syntax_error(failed, text)
        case "rows":
            rows = settings.result_rows
            return ResultTooLarge(f"the result has more than {rows:,} rows (KG_RESULT_ROWS); {advice}", rows)
        case "bytes":
            size = settings.result_bytes
            return ResultTooLarge(f"the result has more than {size:,} bytes (KG_RESULT_BYTES); {advice}", size)
        case "changes":
            return ResultTooLarge(failed.message)
        case "memory":
            return QueryMemory("the query needs more memory than it may take; match less, or aggregate over less")
        case "disk":
            return QueryMemory("there is no room for the result now; ask for less, or try again later")
        case "store":
            return StoreError(f"a query worker cannot read the snapshot ({failed.message}); run 'kg rebuild'")
        case "refused":
            return ResultTooLarge(f"{failed.message}; {advice}")
        case "down":
            return EndpointDown(failed.message)
        case "slow":
            return EndpointSlow(failed.message)
        case "fault":
            return EndpointFault(failed.message)
        case "evaluation":
            return QueryError(f"the query cannot be evaluated: {failed.message}")


def _syntax_error(failed: Failed, text: str) -> QuerySyntaxError:
    """With what stands near the place: for an undeclared prefix that says more than what was expected there."""
    if not failed.line or not failed.column:
        return QuerySyntaxError(f"the query is not SPARQL: {failed.message}")
    line = text.split("\n")[failed.line - 1]
    near = line[max(0, failed.column - 1 - _SHOWN) : failed.column - 1 + _SHOWN].strip()
    where = f"line {failed.line}, column {failed.column}, near {near!r}"
    return QuerySyntaxError(f"the query is not SPARQL ({where}): {failed.message}", failed.line, failed.column)
