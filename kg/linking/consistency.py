"""Links that cannot all be right: "S. Park" is not both "Sang Park" and "Sung Park", however well each would fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

import msgspec

from kg.linking.model import Fact, Link

CONTRADICTED = 0.5
"""As sure at most are links that would make one of two that cannot be. A quarter of them are right: worth a look."""


def consistent(links: Iterable[Link], are_apart: Callable[[str, str], bool]) -> Iterator[Link]:
    """The links in falling confidence; those that surer ones speak against, or another one that is as sure, are told as
    doubtful, with the reason.

    `are_apart` says of two things whether they cannot be one, by what is known of them alone.
    """
    clusters: dict[str, list[str]] = {}
    ordered = sorted(links, key=lambda link: (-link.confidence, link.subject, link.object))
    rivals = _rivals(ordered, are_apart)
    for link in ordered:
        if against := rivals.get((link.subject, link.object)):
            yield _contradicted(link, against)
            continue
        mine, others = (clusters.get(end, [end]) for end in (link.subject, link.object))
        if mine is others:
            yield link
            continue
        against = next(((a, b) for a in mine for b in others if are_apart(a, b)), None)
        if against:
            yield _contradicted(link, against)
        else:
            cluster = mine + others
            clusters.update(dict.fromkeys(cluster, cluster))
            yield link


def _rivals(ordered: Iterable[Link], are_apart: Callable[[str, str], bool]) -> dict[tuple[str, str], tuple[str, str]]:
    """Links of one thing to two that cannot be one, of which neither is surer, each with these two."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    of_ends: defaultdict[tuple[str, float], list[tuple[str, Link]]] = defaultdict(list)
    for link in ordered:
        if link.confidence <= CONTRADICTED:
            break
        for end, other in ((link.subject, link.object), (link.object, link.subject)):
            of_ends[end, link.confidence].append((other, link))
    for alike in of_ends.values():
        for (one, its), (other, theirs) in combinations(alike, 2):
            if are_apart(one, other):
                found.setdefault((its.subject, its.object), (one, other))
                found.setdefault((theirs.subject, theirs.object), (other, one))
    return found


def _contradicted(link: Link, against: tuple[str, str]) -> Link:
    fact = Fact("would make one of", *(end.rpartition("/")[2] for end in against))
    return msgspec.structs.replace(link, confidence=min(link.confidence, CONTRADICTED), facts=(*link.facts, fact))
