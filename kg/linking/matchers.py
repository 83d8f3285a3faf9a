"""The matchers that are used, and what else finds links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.linking.authors import AuthorMatcher
from kg.linking.model import Link, Matcher, ThingMention
from kg.linking.papers import PaperMatcher

MATCHERS: tuple[Matcher, ...] = (PaperMatcher(), AuthorMatcher())


def thing_links(things: Iterable[ThingMention]) -> Iterator[Link]:
    """Links between institutions, venues and concepts."""
    yield from ()
