"""Links that cannot all be right: "S. Park" is not both "Sang Park" and "Sung Park", however well each would fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from kg.linking.model import Fact, Link

CONTRADICTED = 0.5
"""As sure at most are links that would make one of two that cannot be. A quarter of them are right: worth a look."""


def consistent(links: Iterable[Link], are_apart: Callable[[str, str], bool]) -> Iterator[Link]:
    """The links in falling confidence; those that surer ones speak against are told as doubtful, with the reason.

    `are_apart` says of two things whether they cannot be one, by what is known of them alone.
    """
    clusters: dict[str, list[str]] = {}
    for link in sorted(links, key=lambda link: (-link.confidence, link.subject, link.object)):
        mine, others = (clusters.get(end, [end]) for end in (link.subject, link.object))
        if mine is others:
            yield link
            continue
        against = next(((a, b) for a in mine for b in others if are_apart(a, b)), None)
        if against:
            fact = Fact("would make one of", *(end.rpartition("/")[2] for end in against))
            yield msgspec.structs.replace(
                link, confidence=min(link.confidence, CONTRADICTED), facts=(*link.facts, fact)
            )
        else:
            cluster = mine + others
            clusters.update(dict.fromkeys(cluster, cluster))
            yield link
