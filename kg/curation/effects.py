"""What accepting a link would do, told before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from kg import namespaces as ns
from kg.curation.queue import Waiting
from kg.curation.sides import papers_of
from kg.linking.identity import Clusters
from kg.resources import GraphReader

_COUNTED = 1000  # papers of either side


@dataclass(frozen=True)
class Merge:
    """That two things become one: called `into`, with so many papers; `redirects` are what leads there from then on.

    `papers` is of both together, and at least so many where `is_exact` is false; `of_each` are those of either side.
    `against` are schemes of identifiers that tell the two apart, with those of either side.
    """

    into: str
    redirects: list[str]
    papers: int
    of_each: tuple[int, int]
    is_exact: bool
    against: list[tuple[str, list[str], list[str]]]


def merge_of(reader: GraphReader, waiting: Waiting, base_iri: str) -> Merge | None:
    """None for a link that makes nothing one: of a version, an affiliation, a subject, a match."""
    one, other = waiting.one, waiting.other
    if waiting.link.relation != "same" or not (one.startswith(base_iri) and other.startswith(base_iri)):
        return None
    # The less is the stronger: what things of all these identifiers are called.
    into, merged = sorted((one, other), key=Clusters(base_iri).strength)
    before = [name for name in reader.iris(merged, ns.SAME_AS) if name.startswith(base_iri)]
    papers = [set(papers_of(reader, waiting.kind, side, _COUNTED)) for side in (one, other)]
    return Merge(
        into,
        [merged, *(name for name in before if name != into)],
        len(papers[0] | papers[1]),
        (len(papers[0]), len(papers[1])),
        all(len(found) < _COUNTED for found in papers),
        _against(reader, one, other),
    )


def _against(reader: GraphReader, one: str, other: str) -> list[tuple[str, list[str], list[str]]]:
    mine, others = _by_scheme(reader, one), _by_scheme(reader, other)
    shared = sorted(mine.keys() & others.keys())
    return [(name, mine[name], others[name]) for name in shared if not {*mine[name]} & {*others[name]}]


def _by_scheme(reader: GraphReader, iri: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in reader.texts(iri, ns.IDENTIFIER):
        scheme, colon, value = text.partition(":")
        if colon:
            found.setdefault(scheme, []).append(value)
    return found
