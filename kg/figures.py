"""Figures about a thing: what the graph counts beside what sources report, each with how it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg import namespaces as ns
from kg.pages import RecordEntry, record_entry
from kg.resources import GraphReader

# What the graph itself counts, by the name of the metric that a source may report of the same thing.
_STATED = {"paperCount": ns.PAPER_COUNT, "citationCount": ns.CITED_BY_COUNT, "coauthorCount": ns.COAUTHOR_COUNT}
_LABELS = {
    "paperCount": "Papers",
    "citationCount": "Citations",
    "coauthorCount": "Co-authors",
    "hIndex": "h-index",
    "i10Index": "i10-index",
}
_HOW = {
    "paperCount": "papers of this graph that name it",
    "citationCount": "citations of its papers by papers of this graph",
    "coauthorCount": "other authors of the same papers; papers of more than 500 authors do not count",
    "hIndex": "so many of its papers are cited so many times by papers of this graph",
    "i10Index": "papers that ten or more papers of this graph cite",
}


@dataclass(frozen=True)
class Report:
    """A figure as a source reports it."""

    value: str
    unit: str
    record: RecordEntry | None
    iri: str


@dataclass(frozen=True)
class Metric:
    """A figure: what the graph counts (None: nothing) and `how`, beside what sources report."""

    name: str
    label: str
    computed: int | None
    how: str
    reports: list[Report]


def metrics(reader: GraphReader, iri: str, papers: Sequence[str] | None = None) -> list[Metric]:
    """Every figure that is computed or reported; those that can be compared first.

    `papers` are all that the thing has, where they are at hand: their citations are counted then.
    """
    reports: dict[str, list[Report]] = {}
    labels: dict[str, str] = {}
    reported_metrics = reader.iris(iri, ns.HAS_REPORTED_METRIC)
    reader.expect(reported_metrics)
    for reported in reported_metrics:
        for measured in reader.things(reported, ns.IS_MEASUREMENT_OF):
            name = measured.iri.rpartition("/")[2]
            labels[name] = measured.label
            reports.setdefault(name, []).append(_report(reader, reported))
    computed = {name: reader.integer(iri, predicate) for name, predicate in _STATED.items()}
    computed |= _of_citations(reader, papers or ())
    names = [name for name in _LABELS if computed.get(name) is not None or name in reports]
    names += sorted(set(reports) - set(names))
    return [
        Metric(name, _LABELS.get(name) or labels[name], computed.get(name), _HOW.get(name, ""), reports.get(name, []))
        for name in names
    ]


def _of_citations(reader: GraphReader, papers: Sequence[str]) -> dict[str, int | None]:
    """Nothing where no citation is known: that is not the same as none."""
    reader.expect(papers, (ns.CITED_BY_COUNT,))
    counts = sorted((reader.integer(paper, ns.CITED_BY_COUNT) or 0 for paper in papers), reverse=True)
    if not any(counts):
        return {}
    return {
        "citationCount": sum(counts),
        "hIndex": h_index(counts),
        "i10Index": sum(count >= 10 for count in counts),
    }


def h_index(counts: Sequence[int]) -> int:
    """The largest h such that h papers have h citations or more; `counts` are the citations of each, most first.

    >>> h_index([9, 4, 3, 3, 0]), h_index([]), h_index([1, 1])
    (3, 0, 1)
    """
    return sum(count >= place for place, count in enumerate(counts, 1))


def _report(reader: GraphReader, iri: str) -> Report:
    record = next((record_entry(reader, record) for record in reader.iris(iri, ns.DERIVED_FROM)), None)
    unit = next((unit.removeprefix(ns.UNIT) for unit in reader.iris(iri, ns.HAS_UNIT)), "")
    return Report(reader.text(iri, ns.VALUE) or "", unit, record, iri)
