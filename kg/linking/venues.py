"""Venues that are one: by an identifier that both carry, where their names do not contradict it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from rapidfuzz import fuzz

from kg.linking.affiliations import name_key
from kg.linking.model import Fact, Link, ThingMention

_ALIKE = 60  # of 100
_BEARERS = 20
"""What more carry identifies nobody."""


def venue_links(things: Iterable[ThingMention]) -> Iterator[Link]:
    """Each pair once. One ISSN on two names that are nothing alike is a mistake, or a journal that changed its name."""
    bearers: defaultdict[str, dict[str, ThingMention]] = defaultdict(dict)
    for thing in things:
        if thing.kind == "venue":
            for key in thing.keys:
                bearers[key].setdefault(thing.thing, thing)
    linked: set[tuple[str, str]] = set()
    for key in sorted(bearers):
        if not 1 < len(bearers[key]) <= _BEARERS:
            continue
        for one, other in combinations(sorted(bearers[key].values(), key=lambda thing: thing.thing), 2):
            if (one.thing, other.thing) not in linked:
                linked.add((one.thing, other.thing))
                facts = (Fact("identifier", key, key), Fact("name", one.names[0], other.names[0]))
                confidence = 0.98 if _are_alike(one, other) else 0.7
                yield Link(
                    subject=one.thing,
                    object=other.thing,
                    method="shared-identifier",
                    confidence=confidence,
                    facts=facts,
                )


def _are_alike(one: ThingMention, other: ThingMention) -> bool:
    keys = [[name_key(name) for name in thing.names] for thing in (one, other)]
    return any(fuzz.token_set_ratio(mine, others) >= _ALIKE for mine in keys[0] for others in keys[1])
