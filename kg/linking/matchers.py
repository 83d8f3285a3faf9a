"""The matchers that are used, and what else finds links."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator

from kg import paths
from kg.linking.authors import AuthorMatcher
from kg.linking.institutions import institution_links
from kg.linking.model import Link, Matcher, ThingMention
from kg.linking.papers import PaperMatcher
from kg.linking.venues import venue_links

MATCHERS: tuple[Matcher, ...] = (PaperMatcher(), AuthorMatcher())
VERSION = "1"
"""Of all rules that are no matchers; changes when they find other links."""


def thing_links(things: Iterable[ThingMention]) -> Iterator[Link]:
    """Links between institutions, and between venues."""
    things = list(things)
    names = tomllib.loads((paths.ONTOLOGY / "institution-names.toml").read_text("utf-8"))
    yield from institution_links(things, names["profile-page"])
    yield from venue_links(things)
