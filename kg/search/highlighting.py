"""Where the words that were looked for stand in a text, and which piece of a long text shows most of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from kg.search.words import RUN, printed_word, words_of

_LONGEST = 20_000  # letters of a text that are looked at


@dataclass(frozen=True)
class Fragment:
    """A piece of a text; `is_found`: it is a word that was looked for."""

    text: str
    is_found: bool = False


def highlighted(text: str, terms: Collection[str]) -> list[Fragment]:
    """The text in pieces, which together are the text.

    >>> highlighted("On Élan", {"elan"})
    [Fragment(text='On ', is_found=False), Fragment(text='Élan', is_found=True)]
    >>> [piece.text for piece in highlighted("基于深度学习的", {"深", "度", "学", "习"}) if piece.is_found]
    ['深度学习']
    """
    fragments, end = [], 0
    for match in _found(text, terms):
        fragments += [Fragment(text[end : match.start()]), Fragment(match[0], True)]
        end = match.end()
    fragments.append(Fragment(text[end:]))
    return [fragment for fragment in fragments if fragment.text]


def snippet(text: str, terms: Collection[str], length: int = 240) -> list[Fragment]:
    """About so many letters of the text around the words that were looked for; nothing where none of them stands."""
    text = text[:_LONGEST]
    places = [match.start() for match in _found(text, terms)]
    if not places:
        return []
    # The piece with most of them begins with one; what stands before it is shown a little.
    best = max(places, key=lambda start: (sum(start <= place < start + length for place in places), -start))
    start = 0 if best < length // 3 else _word_begins(text, best - length // 4)
    end = len(text) if start + length >= len(text) else _word_begins(text, start + length)
    piece = ("… " if start else "") + text[start:end].strip() + (" …" if end < len(text) else "")
    return highlighted(piece, terms)


def _found(text: str, terms: Collection[str]) -> list[re.Match[str]]:
    sought = set(terms)
    matches = [
        match for match in printed_word().finditer(text) if (words := words_of(match[0])) and sought.issuperset(words)
    ]
    if letters := "".join(term for term in sought if RUN.fullmatch(term)):
        # One of several alone is in many other words.
        however_typed = letters + unicodedata.normalize("NFD", letters)
        together = re.compile(f"[{however_typed}]{{{min(2, len(letters))},}}")
        matches = [match for match in matches if not RUN.search(match[0])] + list(together.finditer(text))
    return sorted(matches, key=lambda match: match.start())


def _word_begins(text: str, place: int) -> int:
    """Where the next word begins, if there is one near."""
    space = text.find(" ", place, place + 40)
    return place if space < 0 else space + 1
