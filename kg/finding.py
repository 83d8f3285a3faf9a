"""Finding things by what a person types: words, or an identifier of a thing in any of its spellings."""

from __future__ import annotations

from dataclasses import replace

from kg.identifiers import is_identifier, recognised
from kg.reconciliation import Reconciler
from kg.search import Filters, Hit, SearchResult, Sort
from kg.snapshots import Snapshot

_NO_FILTERS = Filters()


def find(
    snapshot: Snapshot,
    text: str,
    kind: str | None = None,
    limit: int = 20,
    offset: int = 0,
    *,
    filters: Filters = _NO_FILTERS,
    sort: Sort = "relevance",
    with_facets: bool = False,
) -> SearchResult:
    """As `Index.search`; of a DOI, an ORCID or the like what it identifies, and never what has some of its digits."""
    identified = _identified(snapshot, text)
    is_unknown = not identified and is_identifier(text)
    result = snapshot.index.search(
        _as_mentioned(text) if is_unknown else text,
        kind,
        limit,
        offset,
        filters=filters,
        sort=sort,
        with_facets=with_facets,
        identified=identified,
    )
    return replace(result, searched=None, suggestion=None) if is_unknown else result


def suggest(snapshot: Snapshot, text: str, kind: str, limit: int) -> list[Hit]:
    """As `Index.suggested`; of an identifier what it identifies."""
    if known := _identified(snapshot, text):
        return snapshot.index.search(text, kind, limit, identified=known).hits
    return [] if is_identifier(text) else snapshot.index.suggested(text, kind, limit)


def _as_mentioned(text: str) -> str:
    """Who mentions an identifier says what it is; a number alone is anything."""
    known = recognised(text)[0]
    return f'"{known.scheme}:{known.value}"'


def _identified(snapshot: Snapshot, text: str) -> list[str]:
    return [thing.iri for thing in Reconciler(snapshot).identified(text)]
