"""What other labels find in texts than those before: by looking for the concepts that are concerned, and no others."""

from __future__ import annotations

from typing import NamedTuple

import ahocorasick

from kg.linking.concepts import MOST, ConceptFinder, Label, Labels, may_be_found, surest, words_of
from kg.linking.model import Link
from kg.texts import PaperText


class _Changed(NamedTuple):
    """Words of which other labels consist now: the concepts that this concerns, and those of their labels that there
    are now. `may_cover`: these words may stand in the place of others, or no more."""

    words: str
    concepts: frozenset[str]
    labels: list[Label]
    may_cover: bool


class ChangedLabels:
    """Labels that have come, gone or changed. What is found in a text follows from the labels that stand in it, and
    from no others; what is found of one concept, from where its own labels stand and from what overlaps them."""

    def __init__(self, before: Labels, now: Labels, finder: ConceptFinder) -> None:
        """`finder` is that of the labels there are `now`."""
        self._automaton = ahocorasick.Automaton()
        same = set[str]()
        for words in before.keys() | now.keys():
            old, new = set(before.get(words, ())), set(now.get(words, ()))
            same.update(label.concept for label in old & new)
            if old != new:
                concepts = frozenset(label.concept for label in old ^ new)
                labels = [label for label in new if label.concept in concepts]
                # A label of one word is within longer ones, and never in the place of another.
                may_cover = not (old and new) and words.count("  ") > 0
                self._automaton.add_word(words, _Changed(words, concepts, labels, may_cover))
        self._automaton.make_automaton()
        self._with_others = same
        self._before, self._finder = ConceptFinder(before), finder

    def links(self, text: PaperText, patterns: tuple[str, str], links: list[Link]) -> list[Link]:
        """What is found in a text, by the patterns of its title and its abstract and by what was found before."""
        if not self._automaton:
            return links
        changed: list[list[_Changed]] = [[each for _, each in self._automaton.iter(pattern)] for pattern in patterns]
        if not any(changed):
            return links
        concerned = {concept for of_text in changed for each in of_text for concept in each.concepts}
        words = words_of(text.title, text.abstract, patterns)
        may_cover = any(each.may_cover for of_text in changed for each in of_text)
        others = [link for link in links if link.object not in concerned]
        if not may_cover and len(others) == len(links) and concerned.isdisjoint(self._with_others):
            standing = [[(each.words, each.labels) for each in of_text] for of_text in changed]
            if not may_be_found(words, standing):
                return links
        spans = list(map(self._finder.spans, patterns))
        if may_cover:
            for now, before in zip(spans, map(self._before.spans, patterns), strict=True):
                for span in before.keys() ^ now.keys():
                    concerned.update(label.concept for label in before.get(span) or now[span])
            others = [link for link in links if link.object not in concerned]
        if len(others) < len(links) == MOST:  # of others there may be more
            return surest(self._finder.links_in(text.paper, words, spans))
        return surest([*others, *self._finder.links_in(text.paper, words, spans, concerned)])
