"""Titles with the first author's name run into them: where does the title end?

The line is read as the words of a title followed by the words of names, once for every place where it may be cut, and
the likeliest reading wins (naive Bayes). How likely a word is in a title, as a given name or in the rest of a name, is
counted in `glued_titles.json`; `bench/glued_titles.py --learn` counted it, in one half of the papers of ML Anthology
(facts compiled from open proceedings), and measures the result on the other half. A word that was not counted is judged
by its letters, by the trigrams of those that were.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import msgspec

_COUNTS = Path(__file__).with_suffix(".json")

_MAX_TEXT = 1_000
_MAX_FIRST_NAME = 40
_MAX_NAME_WORDS = 8

# Natural logarithms of how often a name has so many words; with more it is hardly one.
_WORDS_OF_NAME = {1: -6.2, 2: -0.2, 3: -2.0, 4: -4.2, 5: -6.2, 6: -7.6, 7: -11.5, 8: -13.8}
_MORE_WORDS = -28.0
_PER_INITIAL = -3.0
_EMPTY_NAME = -50.0
# The chance of any character, and the weight of a shorter context in a longer one.
_FLAT = 1 / 60
_SMOOTHING = 4

_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)+|[A-Z]{1,2}")
_WORD = re.compile(r"\S+")
_EDGES = ".,:;!?()[]{}\"“”‘’'`*$"
_HYPHENS = "-‐–/"
_SHAPES = 12


class WordCounts(msgspec.Struct, frozen=True):
    """Counts of one kind of word: the frequent `words`, by their parts; all the others, as `rest`; the `shapes`."""

    words: dict[str, int]
    rest: int
    shapes: dict[str, int]


def word_parts(word: str) -> list[str]:
    """What a word is made of, without case and punctuation at its edges.

    >>> word_parts("(StyleGAN-based)"), word_parts("Jean-Luc"), word_parts("GPT4")
    (['style', 'gan', 'based'], ['jean', 'luc'], ['gpt', '4'])
    """
    parts: list[str] = []
    current = ""
    for character in word.strip(_EDGES):
        starts = current and (
            (current[-1].islower() and character.isupper()) or current[-1].isdigit() != character.isdigit()
        )
        if starts or character in _HYPHENS:
            parts.append(current)
            current = ""
        if character not in _HYPHENS:
            current += character
    parts.append(current)
    return [part.casefold() for part in parts if part]


def word_shape(word: str) -> str:
    """How a word is written.

    >>> [word_shape(word) for word in ("J.-P.", "RL", "Jean-Luc", "learning", "LoRA", "sAdly")]
    ['initials', 'capitals-2', 'hyphenated', 'lower', 'mixed', 'inner']
    """
    if _INITIALS.fullmatch(word):
        return "initials" if "." in word else f"capitals-{len(word)}"
    word = word.strip(_EDGES)
    hyphenated = any(hyphen in word for hyphen in _HYPHENS)
    shapes = (
        ("none", not word),
        ("digits", any(character.isdigit() for character in word)),
        ("lower-hyphenated", word.islower() and hyphenated),
        ("lower", word.islower()),
        ("inner", not word[:1].isupper()),
        ("hyphenated", hyphenated),
        ("upper", word.isupper()),
        ("capitalised", word[1:].islower()),
    )
    return next((shape for shape, holds in shapes if holds), "mixed")


def count_words(words: Iterable[str], keep: int) -> WordCounts:
    """Counts of `words`, in which the `keep` most frequent parts keep their own."""
    parts: Counter[str] = Counter()
    shapes: Counter[str] = Counter()
    for word in words:
        shapes[word_shape(word)] += 1
        if not _INITIALS.fullmatch(word):
            parts.update(word_parts(word))
    kept = dict(sorted(parts.items(), key=lambda item: (-item[1], item[0]))[:keep])
    return WordCounts(dict(sorted(kept.items())), parts.total() - sum(kept.values()), dict(sorted(shapes.items())))


class _WordModel:
    """How likely a word is, among all words of its kind: natural logarithms."""

    def __init__(self, counts: WordCounts) -> None:
        total = sum(counts.words.values()) + counts.rest
        self._words = {word: math.log(count / total) for word, count in counts.words.items()}
        self._unknown = math.log(max(counts.rest, 1) / total)
        occurrences = sum(counts.shapes.values())
        self._unseen_shape = math.log(0.5 / (occurrences + _SHAPES / 2))
        self._shapes = {
            shape: math.log((count + 0.5) / (occurrences + _SHAPES / 2)) for shape, count in counts.shapes.items()
        }
        self._grams: Counter[str] = Counter()
        self._contexts: Counter[str] = Counter()
        for gram in (gram for word in counts.words for gram in _grams(word)):
            self._grams[gram] += 1
            self._contexts[gram[:-1]] += 1
        self._part = lru_cache(maxsize=2**16)(self._score_part)

    def score(self, word: str) -> float:
        shape = self._shapes.get(word_shape(word), self._unseen_shape)
        if _INITIALS.fullmatch(word):
            return shape + _PER_INITIAL * sum(character.isalpha() for character in word)
        return shape + sum(map(self._part, word_parts(word)))

    def _score_part(self, part: str) -> float:
        """Of a counted part its share; of another the share of all others, and its letters one after the other, each
        by the two before it, smoothed by the one before it, by none, and by a flat chance."""
        if part in self._words:
            return self._words[part]
        score, chance = self._unknown, _FLAT
        for gram in _grams(part):
            if len(gram) == 1:
                chance = _FLAT
            chance = (self._grams[gram] + _SMOOTHING * chance) / (self._contexts[gram[:-1]] + _SMOOTHING)
            if len(gram) == 3:
                score += math.log(chance)
        return score


def _grams(word: str) -> Iterator[str]:
    """Of each letter and the end: itself, then with the one and the two before it."""
    padded = f"^^{word}$"
    for end in range(3, len(padded) + 1):
        for length in (1, 2, 3):
            yield padded[end - length : end]


@dataclass(frozen=True)
class _Models:
    title: _WordModel
    given: _WordModel
    family: _WordModel

    def title_score(self, text: str) -> float:
        return sum(self.title.score(word) for word in text.split())

    def name_score(self, name: str) -> float:
        words = name.split()
        if not words:
            return _EMPTY_NAME
        rest = sum(self.family.score(word) for word in words[1:])
        return self.given.score(words[0]) + rest + _WORDS_OF_NAME.get(len(words), _MORE_WORDS)


@cache
def _models() -> _Models:
    counts = msgspec.json.decode(_COUNTS.read_bytes(), type=dict[str, WordCounts])
    return _Models(*(_WordModel(counts[kind]) for kind in ("title", "given", "family")))


def split_title(text: str) -> tuple[str, str] | None:
    """Title and printed authors of a line in which they run together; what is returned, joined, is `text`.

    None if there is no title at its start or no name at its end.

    >>> split_title("Paying Attention to Deep LearningAda Lovelace, Alan Turing")
    ('Paying Attention to Deep Learning', 'Ada Lovelace, Alan Turing')
    """
    if len(text) > _MAX_TEXT:
        return None
    models = _models()
    segments = text.split(", ")
    titles = [models.title_score(segment) for segment in segments]
    names = [models.name_score(segment) for segment in segments]
    # A line that reads better as a title alone, or as names alone, is damaged: better said than guessed at.
    best, place = max(sum(titles), sum(names)), None
    start = len(text) + 2
    for index in range(len(segments) - 1, -1, -1):
        start -= len(segments[index]) + 2
        around = sum(titles[:index]) + sum(names[index + 1 :])
        for position, score in _cuts(models, segments[index]):
            if around + score > best:
                best, place = around + score, start + position
    return None if place is None else (text[:place], text[place:])


def _cuts(models: _Models, segment: str) -> Iterator[tuple[int, float]]:
    """Every place inside a word of `segment` where a name may begin, with the score of both sides."""
    words = [(match.start(), match[0]) for match in _WORD.finditer(segment)]
    before = models.title_score(segment)
    after = 0.0
    for count, (start, word) in enumerate(reversed(words), start=1):
        if count > _MAX_NAME_WORDS:
            break
        before -= models.title.score(word)
        around = before + after + _WORDS_OF_NAME[count]
        for position in range(max(1, len(word) - _MAX_FIRST_NAME), len(word)):
            if word[position].isalpha():
                yield (
                    start + position,
                    around + models.title.score(word[:position]) + models.given.score(word[position:]),
                )
        after += models.family.score(word)
