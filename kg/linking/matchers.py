"""The matchers that are used, and what else finds links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.linking.model import Link, Matcher, ThingMention

MATCHERS: tuple[Matcher, ...] = ()


def thing_links(things: Iterable[ThingMention]) -> Iterator[Link]:
    """Links between institutions, venues and concepts."""
    yield from ()
