"""Which concepts of the loaded schemes a paper speaks of: their labels, looked for in its title and its abstract.

A label is found in the plural and in other capitals, with other accents and hyphens, and where it is long, by the
acronym that the text itself introduces for it. What is an acronym in the scheme has to stand there in its own capitals,
and not where the text says that these letters mean something else.

The automaton is that of Aho and Corasick (1975, https://doi.org/10.1145/360825.360855); of labels that overlap the
longest counts, so that "deep reinforcement learning" is not also "reinforcement learning".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

import ahocorasick

from kg.linking.model import Fact, Link, ThingMention
from kg.linking.text_words import Words, pattern

VERSION = "4"
"""Changes when the same text gives other concepts."""

METHOD = "label-in-text"
MOST = 8
"""Concepts of one paper, the surest; a text of a thousand words names a hundred."""
_LEAST = 0.5
_LONGEST_TEXT = 20_000

_QUALIFIED = re.compile(r"(.*\S)\s*\(([^()]+)\)")
_ACRONYM = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[A-Z0-9][A-Za-z0-9-]{1,7}")
_INTRODUCED = re.compile(r"\(\s*(?P<letters>[A-Z][A-Za-z0-9-]{1,9}?)(?:s|’s|'s)?\s*[);,]")


class Label(NamedTuple):
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

    label: Label
    title: list[str]
    abstract: list[str]


Labels = dict[str, list[Label]]
"""All labels that are looked for, by their words."""

Spans = dict[tuple[int, int], list[Label]]
"""Labels in a pattern, by where they begin and end."""


def labels_of(concepts: Iterable[ThingMention]) -> Labels:
    """`concepts` are all that schemes say; what has no label is not found."""
    by_words: defaultdict[str, list[Label]] = defaultdict(list)
    for concept, text, is_preferred in _labels(concepts):
        label, words = _label(concept, text, is_preferred)
        if words and all(words):  # nothing is left of a vowel mark that stands alone
            by_words[pattern(words)].append(label)
    return {words: _told_apart(labels) for words, labels in by_words.items()}


class TextWords(NamedTuple):
    """The words of a title and of an abstract, and both as patterns."""

    title: Words
    abstract: Words
    patterns: tuple[str, str]

    @property
    def both(self) -> tuple[Words, Words]:
        return self.title, self.abstract


def words_of(title: str | None, abstract: str | None, patterns: tuple[str, str] | None = None) -> TextWords:
    """What is looked through of a text; the `patterns` of it if they are known."""
    both = Words(title or ""), Words((abstract or "")[:_LONGEST_TEXT])
    return TextWords(*both, patterns or (pattern(both[0].plain), pattern(both[1].plain)))


class ConceptFinder:
    """Finds concepts in texts by these labels."""

    def __init__(self, labels: Labels) -> None:
        self._automaton = ahocorasick.Automaton()
        for words, of_words in labels.items():
            self._automaton.add_word(words, (len(words), of_words))
        self._automaton.make_automaton()

    def links(self, paper: str, title: str | None, abstract: str | None) -> list[Link]:
        """That the paper has the concept as its subject, the surest first."""
        return surest(self.links_in(paper, words_of(title, abstract)))

    def links_in(
        self, paper: str, words: TextWords, spans: Sequence[Spans] | None = None, only: Collection[str] | None = None
    ) -> Iterator[Link]:
        """All of them, or those to some concepts: what is found of one does not follow from others. `spans`: those of
        the title and of the abstract if they are known."""
        spans = spans or list(map(self.spans, words.patterns))
        return (_link(paper, each) for each in self._found(words, spans, only) if _confidence(each) >= _LEAST)

    def spans(self, text: str) -> Spans:
        """Of labels in a pattern those that do not overlap, the first, and of several that begin there the longest."""
        if not self._automaton:
            return {}
        # The automaton's own `iter_long` overlooks labels behind what others begin with.
        found = [(end + 1 - size, -end - 1, labels) for end, (size, labels) in self._automaton.iter(text)]
        found.sort(key=itemgetter(0, 1))
        spans: Spans = {}
        free = 0
        for start, end, labels in found:
            if start >= free:
                free = -end
                spans[start, free] = labels
        return spans

    def _found(self, texts: TextWords, spans: Sequence[Spans], only: Collection[str] | None) -> list[_Found]:
        matches = [
            list(_matches(words, text, of_text, only))
            for words, text, of_text in zip(texts.both, texts.patterns, spans, strict=True)
        ]
        if not any(matches):
            return []
        introduced = _introduced(texts.title) | _introduced(texts.abstract)
        meant = {words: letters for letters, words in introduced.items()}
        found: dict[str, _Found] = {}
        for place, of_text in enumerate(matches):
            for words, labels, printed in of_text:
                for label in labels:
                    if label.among and not any(f" {word} " in text for word in label.among for text in texts.patterns):
                        continue
                    if label.acronym and not _is_meant(label, printed, introduced, self._automaton):
                        continue
                    each = found.setdefault(label.concept, _Found(label, [], []))
                    (each.title, each.abstract)[place].append(printed)
                    if letters := meant.get(words):
                        _add_acronyms(each, letters, texts.both)
        return list(found.values())


def _matches(
    words: Words, text: str, spans: Spans, only: Collection[str] | None
) -> Iterator[tuple[str, list[Label], str]]:
    """Labels in a text, with how each is printed."""
    for (start, end), labels in spans.items():
        if only is not None:
            labels = [label for label in labels if label.concept in only]
            if not labels:
                continue
        found = text[start:end]
        first = text.count(" ", 0, start) // 2
        last = first + found.count(" ") // 2 - 1
        if not any(map(words.ends_sentence, range(first, last))):  # "… information. Theory …"
            yield found, labels, " ".join(words.printed[first : last + 1])


def surest(links: Iterable[Link]) -> list[Link]:
    """Those of one paper that are kept."""
    return sorted(links, key=lambda link: (-link.confidence, link.object))[:MOST]


def may_be_found(words: TextWords, standing: Sequence[Iterable[tuple[str, Iterable[Label]]]]) -> bool:
    """Whether a concept may be linked to of which these labels, and no others, stand in the title and in the abstract;
    given by their words, as often as they do. Never False where one is: what else the text says makes it less sure."""
    labels, times = defaultdict[str, set[Label]](set), defaultdict[str, list[int]](lambda: [0, 0])
    initials = set[str]()
    for place, of_text in enumerate(standing):
        for of_words, some in of_text:
            initials.add(of_words[1])
            for label in some:
                labels[label.concept].add(label)
                times[label.concept][place] += 1
    if any(_sure(label, *times[concept]) >= _LEAST for concept, of in labels.items() for label in of):
        return True
    # The acronym that the text introduces for a label is counted as well, and begins as the label does.
    introduced = (match["letters"] for text in words.both for match in _INTRODUCED.finditer(text.text))
    return any(letters[0].casefold() in initials for letters in introduced)


def _labels(concepts: Iterable[ThingMention]) -> Iterator[tuple[ThingMention, str, bool]]:
    """Every label of every concept once, preferred ones first."""
    said: set[tuple[str, str]] = set()
    for concept in concepts:
        for place, name in enumerate(concept.names):
            if (concept.thing, name) not in said:
                said.add((concept.thing, name))
                yield concept, name, place == 0


def _label(concept: ThingMention, text: str, is_preferred: bool) -> tuple[Label, list[str]]:
    """A label and its words, without what only tells it from others of its name, as in "Stress (linguistics)"."""
    qualified = _QUALIFIED.fullmatch(text)
    name = qualified[1] if qualified else text
    among = frozenset(Words(qualified[2]).plain) if qualified else frozenset()
    words = Words(name).plain
    acronym = name if _ACRONYM.fullmatch(name) and len(words) == 1 else None
    scheme = concept.keys[0].partition(":")[0] if concept.keys else ""
    return Label(concept.thing, scheme, text, len(words), is_preferred, acronym, among, is_shared=False), words


def _told_apart(labels: list[Label]) -> list[Label]:
    """Labels of the same words: of one concept the best, of several concepts of a scheme marked as shared."""
    best: dict[str, Label] = {}
    for label in labels:
        other = best.get(label.concept)
        if other is None or (label.is_preferred, not label.among) > (other.is_preferred, not other.among):
            best[label.concept] = label
    bearers: defaultdict[str, int] = defaultdict(int)
    for label in best.values():
        bearers[label.scheme] += not label.among
    return [label._replace(is_shared=bearers[label.scheme] > 1) for label in best.values()]


def _introduced(words: Words) -> dict[str, str]:
    """Acronyms that a text introduces, with the words that they stand for: "support vector machines (SVMs)".

    The letters have to be found in the words from the last to the first, and the first letter at the beginning of a
    word (Schwartz and Hearst 2003, https://doi.org/10.1142/9789812776303_0042).
    """
    found: dict[str, str] = {}
    for match in _INTRODUCED.finditer(words.text):
        letters, end = match["letters"], words.before(match.start())
        longest = min(len(letters) + 5, 2 * len(letters))
        for first in range(end - 1, max(end - longest, 0) - 1, -1):
            if words.printed[first].removesuffix("s") == letters:
                break  # it was used before
            if _stand_for(letters, words.printed[first:end]):
                found.setdefault(letters, words.pattern(first, end))
                break
    return found


def _stand_for(letters: str, printed: list[str]) -> bool:
    text = " ".join(printed).casefold()
    wanted = [letter for letter in letters.casefold() if letter.isalnum()]
    place = len(text)
    for number, letter in reversed(list(enumerate(wanted))):
        place = text.rfind(letter, 0, place)
        while number == 0 and place > 0 and text[place - 1].isalnum():
            place = text.rfind(letter, 0, place)
        if place < 0:
            return False
    return place == 0


def _is_meant(label: Label, printed: str, introduced: Mapping[str, str], automaton: ahocorasick.Automaton) -> bool:
    """Whether these letters are the acronym, and mean this concept as far as the text says what they mean."""
    if label.acronym is None or printed.removesuffix("s") != label.acronym.removesuffix("s"):
        return False
    words = introduced.get(label.acronym)
    if words is None:
        return True
    return words in automaton and any(label.concept == other.concept for other in automaton.get(words)[1])


def _add_acronyms(found: _Found, letters: str, texts: tuple[Words, Words]) -> None:
    """Count where the acronym stands for the label; once, however often the label itself is found."""
    forms = {letters, letters + "s"}
    for places, words in zip((found.title, found.abstract), texts, strict=True):
        if not forms.intersection(places):
            places += [printed for printed in words.printed if printed in forms]


def _confidence(found: _Found) -> float:
    return _sure(found.label, len(found.title), len(found.abstract))


def _sure(label: Label, in_title: int, in_abstract: int) -> float:
    """The share of such findings where the paper is about the concept; never less where it is found once more.

    Set by what OpenAlex says of the papers whose concepts it knows, and by reading; see bench/concepts.py.
    """
    times = in_title + in_abstract
    if label.words > 1:
        sure = (0.93 if times == 1 else 0.95) if in_title else (0.6, 0.75, 0.9)[min(times, 3) - 1]
    elif in_title:
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
