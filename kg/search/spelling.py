"""Words as they may have been meant, where the index does not hold them."""

from __future__ import annotations

import re
from typing import Any

import tantivy
from rapidfuzz.distance import OSA
from tantivy import Query

from kg.search.words import LONGEST_WORD, printed_word, words_of

_SHORTEST, _LONG = 4, 8  # letters: of words that are mended, and of those in which two may be wrong
_LOOKED_AT = 60  # hits whose labels are looked through for the word
_RARE, _MORE_FREQUENT = 3, 20
"""A word that stands in so few documents may be wrong if another stands in so many times as many."""
_MENDED = 8  # words of one text


class Spelling:
    """Other spellings of words, by those of the index. Bounded work for each text."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    def corrected(self, text: str) -> str | None:
        """The text with its rare and unknown words replaced; None if there is nothing to replace."""
        left = _MENDED

        def replaced(match: re.Match[str]) -> str:
            nonlocal left
            words = words_of(match[0])
            if left == 0 or len(words) != 1 or not _SHORTEST <= len(words[0]) <= LONGEST_WORD:
                return match[0]
            left -= 1
            return self._meant(words[0]) or match[0]

        other = printed_word().sub(replaced, text)
        return other if other != text else None

    def _meant(self, word: str) -> str | None:
        """The most frequent word that differs in a letter, or in two if it is long; None if it is no better."""
        frequency = self._frequency(word)
        if frequency > _RARE or any(letter.isdigit() for letter in word):
            return None
        for distance in (1, 2) if len(word) >= _LONG else (1,):
            counted = {near: self._frequency(near) for near in self._near(word, distance)}
            best = max(counted, key=lambda near: (counted[near], near), default=None)
            if best is not None and counted[best] > _MORE_FREQUENT * frequency:
                return best
        return None

    def _near(self, word: str, distance: int) -> set[str]:
        """Words of labels that are at most so far away."""
        query = Query.fuzzy_term_query(self._schema, "label", word, distance=distance)
        found: Any = self._searcher.search(query, limit=_LOOKED_AT, count=False, weight_by_field="weight")
        labels = (self._searcher.doc(address).get_first("label") or "" for _, address in found.hits)
        words = {near for label in labels for near in words_of(label)}
        return {near for near in words if 0 < OSA.distance(word, near, score_cutoff=distance) <= distance}

    def _frequency(self, word: str) -> int:
        return self._searcher.doc_freq("label", word) + self._searcher.doc_freq("text", word)
