"""Counting hits by what they have."""

from __future__ import annotations

from typing import Any

import tantivy

from kg.ntriples import is_iri
from kg.search.model import KINDS, Facets
from kg.search.schema import LINKS

SHOWN = 12
_YEAR = 10_000  # of date numbers
_MOST_YEARS = 200


def facets_of(
    searcher: tantivy.Searcher,
    found: tantivy.Query,
    of_any_kind: tantivy.Query,
    of_any_year: tantivy.Query,
    values: int,
) -> Facets:
    """Counts of what is `found`, by so many `values`; of kinds and years among what is found without the filter."""
    aggregations: dict[str, Any] = {name: {"terms": {"field": name, "size": values}} for name in LINKS}
    aggregations["code"] = {"terms": {"field": "code"}}
    by_year = {"date": {"histogram": {"field": "date", "interval": _YEAR, "min_doc_count": 1}}}
    by_kind = {"kind": {"terms": {"field": "kind", "size": len(KINDS)}}}
    # Each request goes through the hits once.
    if of_any_year is found:
        aggregations |= by_year
    if of_any_kind is found:
        aggregations |= by_kind
    counted: Any = searcher.aggregate(found, aggregations)
    if "date" not in aggregations:
        counted |= searcher.aggregate(of_any_year, by_year)
    if "kind" not in aggregations:
        counted |= searcher.aggregate(of_any_kind, by_kind)
    years = {int(bucket["key"]) // _YEAR: bucket["doc_count"] for bucket in counted["date"]["buckets"]}
    return Facets(
        kinds=_counts(counted["kind"]),
        years=dict(sorted(years.items(), reverse=True)[:_MOST_YEARS]),
        with_code=sum(_counts(counted["code"]).values()),
        **{name: _named(_counts(counted[name])) for name in LINKS},
    )


def _named(counts: dict[str, int]) -> dict[str, int]:
    """Without what has no IRI: the author of a paper may be a text, or a node without a name."""
    return {name: count for name, count in counts.items() if is_iri(name)}


def _counts(counted: Any) -> dict[str, int]:
    buckets = [(bucket["key"], bucket["doc_count"]) for bucket in counted["buckets"]]
    return dict(sorted(buckets, key=lambda bucket: (-bucket[1], bucket[0])))
