"""Which concepts of the loaded schemes a paper speaks of: their labels, looked for in its title and its abstract.

A label is found in the plural and in other capitals, with other accents and hyphens, and where it is long, by the
acronym that the text itself introduces for it. What is an acronym in the scheme has to stand there in its own capitals,
and not where the text says that these letters mean something else.

The automaton is that of Aho and Corasick (1975, https://doi.org/10.1145/360825.360855); of labels that overlap the
longest counts, so that "deep reinforcement learning" is not also "reinforcement learning".
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import ahocorasick

from kg.linking.model import Fact, Link, ThingMention

VERSION = "3"
"""Changes when the same text gives other concepts."""

METHOD = "label-in-text"
_MOST = 8
"""Concepts of one paper, the surest; a text of a thousand words names a hundred."""
_LEAST = 0.5
_LONGEST_TEXT = 20_000

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_END = re.compile(r"""["')\]’”]*[.!?]["')\]’”]*\s""")  # of a sentence, after a word that is no "St."
_QUALIFIED = re.compile(r"(.*\S)\s*\(([^()]+)\)")
_ACRONYM = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[A-Z0-9][A-Za-z0-9-]{1,7}")
_INTRODUCED = re.compile(r"\(\s*(?P<letters>[A-Z][A-Za-z0-9-]{1,9}?)(?:s|’s|'s)?\s*[);,]")


class Word(NamedTuple):
    """A word of a text: as printed, as it is compared, where it begins, and whether a sentence ends with it."""

    printed: str
    plain: str
    start: int
    ends: bool


class _Label(NamedTuple):
    """A label of a concept of a scheme, of `words` words. `acronym`: the capitals in which it has to stand. `among`:
    words of which one has to stand in the same text, as "(psychology)" asks. `is_shared`: another concept of the scheme
    has it too."""

    concept: str
    scheme: str
    text: str
    words: int
    is_preferred: bool
    acronym: str | None
    among: frozenset[str]
    is_shared: bool


class _Found(NamedTuple):
    """Where a concept was found: how often in the title and in the abstract, and how it is printed there first."""

    label: _Label
    title: list[str]
    abstract: list[str]


class ConceptFinder:
    """Finds concepts in texts. `concepts` are all that schemes say; what has no label is not found."""

    def __init__(self, concepts: Iterable[ThingMention]) -> None:
        by_words: defaultdict[str, list[_Label]] = defaultdict(list)
        for concept, text, is_preferred in _labels(concepts):
            label, words = _label(concept, text, is_preferred)
            if words:
                by_words[_pattern(words)].append(label)
        self._automaton = ahocorasick.Automaton()
        for pattern, labels in by_words.items():
            self._automaton.add_word(pattern, (len(pattern), _told_apart(labels)))
        self.is_empty = not by_words
        self._automaton.make_automaton()

    def links(self, paper: str, title: str | None, abstract: str | None) -> list[Link]:
        """That the paper has the concept as its subject, the surest first."""
        if self.is_empty:
            return []
        found = self._found(title or "", (abstract or "")[:_LONGEST_TEXT])
        links = [_link(paper, each) for each in found if _confidence(each) >= _LEAST]
        return sorted(links, key=lambda link: (-link.confidence, link.object))[:_MOST]

    def _found(self, title: str, abstract: str) -> list[_Found]:
        texts = (words_of(title), words_of(abstract))
        standing = {word.plain for words in texts for word in words}
        introduced = _introduced(title, texts[0]) | _introduced(abstract, texts[1])
        meant = {_pattern([word.plain for word in words]): letters for letters, words in introduced.items()}
        found: dict[str, _Found] = {}
        for place, words in enumerate(texts):
            for pattern, labels, printed in self._matches(words):
                for label in labels:
                    if label.among and not label.among & standing:
                        continue
                    if label.acronym and not _is_meant(label, printed, introduced, self._automaton):
                        continue
                    each = found.setdefault(label.concept, _Found(label, [], []))
                    (each.title, each.abstract)[place].append(printed)
                    if letters := meant.get(pattern):
                        _add_acronyms(each, letters, texts)
        return list(found.values())

    def _matches(self, words: list[Word]) -> Iterator[tuple[str, list[_Label], str]]:
        """Labels that do not overlap, the longest where several begin, with how each is printed."""
        starts: dict[int, int] = {}
        length = 0
        for number, word in enumerate(words):
            starts[length] = number
            length += len(word.plain) + 2
        text = _pattern([word.plain for word in words])
        for end, (size, labels) in self._automaton.iter_long(text) if text else ():
            first = starts.get(end - size + 1)
            if first is not None:
                pattern = text[end - size + 1 : end + 1]
                matched = words[first : first + pattern.count("  ") + 1]
                if not any(word.ends for word in matched[:-1]):  # "… information. Theory …"
                    yield pattern, labels, " ".join(word.printed for word in matched)


def words_of(text: str) -> list[Word]:
    """
    >>> [word.plain for word in words_of("Bayesian Neural-Networks’ theories")]
    ['bayesian', 'neural', 'network', 'theory']
    """
    return [
        Word(match[0], _plain(match[0]), match.start(), len(match[0]) > 2 and bool(_END.match(text, match.end())))
        for match in _WORD.finditer(text)
    ]


@lru_cache(2**17)
def _plain(word: str) -> str:
    """Without accents, capitals and the English plural. Wrong singulars do no harm: labels get the same ones."""
    if not word.isascii():
        word = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
    word = word.casefold().replace("’", "'").removesuffix("'s")
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes", "zes")) else word[:-1]


def _pattern(words: Iterable[str]) -> str:
    """Every word between blanks of its own, so that matches begin and end with words, and neighbours share nothing."""
    return "".join(f" {word} " for word in words)


def _labels(concepts: Iterable[ThingMention]) -> Iterator[tuple[ThingMention, str, bool]]:
    """Every label of every concept once, preferred ones first."""
    said: set[tuple[str, str]] = set()
    for concept in concepts:
        for place, name in enumerate(concept.names):
            if (concept.thing, name) not in said:
                said.add((concept.thing, name))
                yield concept, name, place == 0


def _label(concept: ThingMention, text: str, is_preferred: bool) -> tuple[_Label, list[str]]:
    """A label and its words, without what only tells it from others of its name, as in "Stress (linguistics)"."""
    qualified = _QUALIFIED.fullmatch(text)
    name = qualified[1] if qualified else text
    among = frozenset(word.plain for word in words_of(qualified[2])) if qualified else frozenset()
    words = [word.plain for word in words_of(name)]
    acronym = name if _ACRONYM.fullmatch(name) and len(words) == 1 else None
    scheme = concept.keys[0].partition(":")[0] if concept.keys else ""
    return _Label(concept.thing, scheme, text, len(words), is_preferred, acronym, among, is_shared=False), words


def _told_apart(labels: list[_Label]) -> list[_Label]:
    """Labels of the same words: of one concept the best, of several concepts of a scheme marked as shared."""
    best: dict[str, _Label] = {}
    for label in labels:
        other = best.get(label.concept)
        if other is None or (label.is_preferred, not label.among) > (other.is_preferred, not other.among):
            best[label.concept] = label
    bearers: defaultdict[str, int] = defaultdict(int)
    for label in best.values():
        bearers[label.scheme] += not label.among
    return [label._replace(is_shared=bearers[label.scheme] > 1) for label in best.values()]


def _introduced(text: str, words: list[Word]) -> dict[str, list[Word]]:
    """Acronyms that a text introduces, with the words that they stand for: "support vector machines (SVMs)".

    The letters have to be found in the words from the last to the first, and the first letter at the beginning of a
    word (Schwartz and Hearst 2003, https://doi.org/10.1142/9789812776303_0042).
    """
    found: dict[str, list[Word]] = {}
    for match in _INTRODUCED.finditer(text):
        letters = match["letters"]
        before = [word for word in words if word.start < match.start()]
        longest = min(len(letters) + 5, 2 * len(letters))
        for length in range(1, min(longest, len(before)) + 1):
            candidate = before[-length:]
            if candidate[0].printed.removesuffix("s") == letters:
                break  # it was used before
            if _stand_for(letters, candidate):
                found.setdefault(letters, candidate)
                break
    return found


def _stand_for(letters: str, words: list[Word]) -> bool:
    text = " ".join(word.printed for word in words).casefold()
    wanted = [letter for letter in letters.casefold() if letter.isalnum()]
    place = len(text)
    for number, letter in reversed(list(enumerate(wanted))):
        place = text.rfind(letter, 0, place)
        while number == 0 and place > 0 and text[place - 1].isalnum():
            place = text.rfind(letter, 0, place)
        if place < 0:
            return False
    return place == 0


def _is_meant(
    label: _Label, printed: str, introduced: Mapping[str, list[Word]], automaton: ahocorasick.Automaton
) -> bool:
    """Whether these letters are the acronym, and mean this concept as far as the text says what they mean."""
    if label.acronym is None or printed.removesuffix("s") != label.acronym.removesuffix("s"):
        return False
    words = introduced.get(label.acronym)
    if words is None:
        return True
    pattern = _pattern(word.plain for word in words)
    return pattern in automaton and any(label.concept == other.concept for other in automaton.get(pattern)[1])


def _add_acronyms(found: _Found, letters: str, texts: tuple[list[Word], list[Word]]) -> None:
    """Count where the acronym stands for the label; once, however often the label itself is found."""
    forms = {letters, letters + "s"}
    for places, words in zip((found.title, found.abstract), texts, strict=True):
        if not forms.intersection(places):
            places += [word.printed for word in words if word.printed in forms]


def _confidence(found: _Found) -> float:
    """The share of such findings where the paper is about the concept.

    Set by what OpenAlex says of the papers whose concepts it knows, and by reading; see bench/concepts.py.
    """
    label, times = found.label, len(found.title) + len(found.abstract)
    if label.words > 1:
        sure = (0.93 if times == 1 else 0.95) if found.title else (0.6, 0.75, 0.9)[min(times, 3) - 1]
    elif found.title:
        # "Population", "architecture", "energy": one word has as many meanings as there are fields.
        sure = (0.7, 0.75, 0.8)[min(times, 3) - 1]
    else:
        sure = (0.4, 0.55, 0.6)[min(times, 3) - 1]
    if label.words == 1 and (label.acronym or not label.is_preferred):
        sure = min(sure, 0.7)
    if label.among:
        sure = min(sure, 0.7)
    if label.is_shared:
        sure *= 0.6
    return round(sure, 2)


def _link(paper: str, found: _Found) -> Link:
    facts = [Fact("label", found.label.text, found.label.text)]
    for place, printed in (("in the title", found.title), ("in the abstract", found.abstract)):
        if printed:
            times = f", {len(printed)} times" if len(printed) > 1 else ""
            said = f"{printed[0]}{times}"
            facts.append(Fact(place, said, said))
    return Link(
        subject=paper,
        object=found.label.concept,
        relation="subject",
        method=METHOD,
        confidence=_confidence(found),
        facts=tuple(facts),
    )
