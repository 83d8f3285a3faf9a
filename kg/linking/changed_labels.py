"""In which texts other concepts may be found than before, told sooner than by looking for all of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import ahocorasick

from kg.linking.text_words import folded

_BETWEEN = re.compile(r"[^\w'’]+|_+")
_ENDING = re.compile(r"(?:y|ies|e?s)?['\n]")


class ChangedLabels:
    """Labels that have come, gone or changed, by the `pattern` of their words. What is found in a text follows from the
    labels that stand in it, and from no others."""

    def __init__(self, patterns: Iterable[str]) -> None:
        by_longest: defaultdict[str, list[list[str]]] = defaultdict(list)
        for words in patterns:
            *others, longest = sorted(map(_stem, words.split()), key=len)
            by_longest[longest].append(others)
        self._automaton = ahocorasick.Automaton()
        for stem, others_of in by_longest.items():
            for beginning in _beginnings(stem):
                self._automaton.add_word(beginning, others_of)
        self._automaton.make_automaton()

    def may_stand_in(self, title: str | None, abstract: str | None) -> bool:
        """Never False where one of them does."""
        if not len(self._automaton):
            return False
        text = folded(_BETWEEN.sub("\n", f" {title or ''} {abstract or ''} "))
        return any(
            all(any(beginning in text for beginning in _beginnings(stem)) for stem in others)
            for end, others_of in self._automaton.iter(text)
            if _ENDING.match(text, end + 1)
            for others in others_of
        )


def _stem(plain: str) -> str:
    """How every word begins, but for accents and capitals, that is `plain` without its plural."""
    return plain[:-1] if plain.endswith("y") and len(plain) > 2 else plain


def _beginnings(stem: str) -> tuple[str, str]:
    """A word begins after what is between two, or after an apostrophe if that is not within it."""
    return f"\n{stem}", f"'{stem}"
