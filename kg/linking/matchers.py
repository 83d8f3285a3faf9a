"""The matchers that are used."""

from __future__ import annotations

from kg.linking.authors import AuthorMatcher
from kg.linking.model import Matcher
from kg.linking.papers import PaperMatcher

MATCHERS: tuple[Matcher, ...] = (PaperMatcher(), AuthorMatcher())
VERSION = "1"
"""Of all rules that are no matchers; changes when they find other links."""
