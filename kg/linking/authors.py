"""Which authors are one person: names that agree, and evidence beside the name.

An author known by name alone is everybody of that printed name; what is compared here are authors under different
IRIs. The evidence adds up as in a court of log-odds: how much the names say, given how many others bear such names,
and what the papers have in common. The weights were set by hand on OpenAlex authorships whose ORCIDs were hidden
(bench/author_identity.py prints what they give).
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations

from kg.linking.common_names import is_common_family
from kg.linking.consistency import CONTRADICTED, consistent
from kg.linking.identity import TELLING
from kg.linking.model import AuthorMention, Fact, Link, PaperMention
from kg.linking.names import compatible, folded, name_keys, parsed, reading_keys, unspaced
from kg.linking.people import Appearance, Bearers, Frequencies, Person, encoded, looked_at, people_of

_MOST_COAUTHORS = 60
_MOST_SUBJECTS, _MOST_REFERENCES = 20, 80
_MOST_PAIRS = 400_000  # of one block, so that the commonest names cost minutes and no more
# Log-odds that two names which agree so well are one person's, if nobody else here has such a name.
_NAMES_SAY = ((0.95, 2.4), (0.9, 1.9), (0.8, 1.0), (0.58, -0.6), (0.0, -1.2))
# Log-odds less if the family name is one of the world's commonest, and what is left of what a co-author of such a name
# says.
_COMMON_NAME, _COMMON_COAUTHOR = 1.6, 0.6
_NOT_WORD = re.compile(r"[^a-z0-9]+")
# What most addresses have in common says nothing.
_COMMON_WORDS = """
of the and for de la di da del des du et und der university universite universitat universidad universita department
dept school institute faculty college center centre research laboratory lab science sciences technology national
division engineering medical hospital medicine email com edu org usa china uk
"""
_COMMON = frozenset(_COMMON_WORDS.split())


class AuthorMatcher:
    """Authors whose names may be one person's, by family name and first initial."""

    name = "authors"
    version = "13"

    def items(self, paper: PaperMention) -> Iterator[tuple[str, bytes]]:
        names = [folded(author.name) for author in paper.authors]
        for place, author in enumerate(paper.authors):
            item = encoded(_appearance(paper, author, names, place))
            for key in dict.fromkeys(key for name in (author.name, *author.listed) for key in name_keys(name)):
                yield key, item
            for key in author.keys:
                yield key, item

    def links(self, block: Sequence[bytes]) -> Iterator[Link]:
        people = people_of(block)
        if len(people) > 1:
            bearers = Bearers(people)
            yield from _links(_Block(people, bearers), _pairs(people, bearers))

    def links_of_more(self, block: Sequence[bytes], new: Collection[bytes], before: Iterable[Link]) -> Iterator[Link]:
        """What comes makes pairs that were there less sure: somebody else is called so, has those co-authors, is at
        that place. So who comes is compared with all others, and of those that were there who was linked with each
        other; and who has a subject in common, which says the more, the more others have none of it."""
        people = people_of(block)
        if len(people) > 1:
            grown = _Grown(people, set(new))
            bearers = Bearers(people)
            pairs = list(_pairs(people, bearers) if grown.may_be_surer else grown.pairs(bearers, before))
            if pairs:
                yield from _links(_Block(people, bearers), pairs)


def _links(block: _Block, pairs: Iterable[tuple[int, int]]) -> Iterator[Link]:
    """The links of these pairs, all of a block that may be linked."""
    by_author = {person.author: person for person in block.people}
    found = (block.compare(one, other) for one, other in pairs)
    yield from consistent(filter(None, found), lambda one, other: _cannot_be_one(by_author[one], by_author[other]))


def _appearance(paper: PaperMention, author: AuthorMention, names: list[str], place: int) -> Appearance:
    usual, turned = reading_keys(author.name)
    near = sorted(range(len(names)), key=lambda other: abs(other - place))[1 : _MOST_COAUTHORS + 1]
    return Appearance(
        author.author,
        author.name[:200],
        author.keys,
        author.listed,
        (tuple(sorted(usual)), tuple(sorted(turned))),
        bool(paper.subjects),
        paper.record,
        paper.paper,
        paper.year,
        paper.venue,
        tuple(sorted({names[other] for other in near})),
        tuple(sorted({*author.institutions, *_place_words(author.affiliations)})),
        paper.subjects[:_MOST_SUBJECTS],
        paper.keys,
        paper.references[:_MOST_REFERENCES],
    )


def _place_words(affiliations: Iterable[str]) -> set[str]:
    words = {word for text in affiliations for word in _NOT_WORD.split(folded(text)) if len(word) > 2}
    return words - _COMMON


def _pairs(people: list[Person], bearers: Bearers) -> Iterator[tuple[int, int]]:
    """Those whose names may agree, or who have an identifier in common; where they are too many, those that share a
    co-author or an identifier."""
    pairs = {pair for numbers in _identified(people).values() for pair in combinations(numbers, 2)}
    for number, person in enumerate(people):
        pairs.update((number, other) for other in bearers.maybe(person.all_names) if other > number)
    if len(pairs) > _MOST_PAIRS:
        sharing: defaultdict[str, list[int]] = defaultdict(list)
        for number, person in enumerate(people):
            for thing in (*person.coauthors, *person.keys):
                sharing[thing].append(number)
        pairs &= {pair for numbers in sharing.values() if len(numbers) < 200 for pair in combinations(numbers, 2)}
    yield from sorted(pairs)[:_MOST_PAIRS]


def _identified(people: list[Person]) -> dict[str, list[int]]:
    """People by their identifiers."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, person in enumerate(people):
        for key in person.keys:
            found[key].append(number)
    return found


class _Grown:
    """The people of a block to which some appearances have come."""

    def __init__(self, people: list[Person], new: set[bytes]) -> None:
        self._people = people
        self._new = new
        self._come = [number for number, person in enumerate(people) if not new.isdisjoint(person.items)]

    @property
    def may_be_surer(self) -> bool:
        """Whether any two who were there may be surer now to be one, or it is not told at once which pairs count."""
        if len(self._people) * (len(self._people) - 1) // 2 > _MOST_PAIRS:
            return True
        return any(
            not set(self._looked_at_before(self._people[number])) <= set(looked_at(self._people[number].names))
            for number in self._come
        )

    def _looked_at_before(self, person: Person) -> list[str]:
        return looked_at(sorted({named.name for named, items in person.named if not self._new.issuperset(items)}))

    def pairs(self, bearers: Bearers, before: Iterable[Link]) -> Iterator[tuple[int, int]]:
        """Those of who has come, those of links `before`, and those that share a subject."""
        numbers = {person.author: number for number, person in enumerate(self._people)}
        pairs = {(numbers[link.subject], numbers[link.object]) for link in before}
        pairs.update(self._of_subjects(bearers))
        identified = _identified(self._people)
        for number in self._come:
            person = self._people[number]
            others = bearers.maybe(person.all_names).union(*(identified[key] for key in person.keys))
            pairs.update((min(number, other), max(number, other)) for other in others if other != number)
        yield from sorted(pairs)

    def _of_subjects(self, bearers: Bearers) -> Iterator[tuple[int, int]]:
        people = self._people
        some = {number for number, person in enumerate(people) if any(named.has_subjects for named, _ in person.named)}
        for number in some if len(some) > 1 else ():
            for other in bearers.maybe(people[number].all_names) & some:
                if other > number and not people[number].subjects.isdisjoint(people[other].subjects):
                    yield number, other


class _Block:
    """People whose names may be one person's, and how much the names alone say among them."""

    def __init__(self, people: list[Person], bearers: Bearers) -> None:
        self.people = people
        self._bearers = bearers
        self._coauthors = Frequencies(people, lambda person: person.coauthors)
        self._places = Frequencies(people, lambda person: person.places)
        self._subjects = Frequencies(people, lambda person: person.subjects)

    def compare(self, number: int, another: int) -> Link | None:
        one, other = self.people[number], self.people[another]
        shared = sorted(one.keys & other.keys)
        if shared:
            return _link(one, other, "shared-identifier", 0.99, [Fact("identifier", key, key) for key in shared[:3]])
        agreement = _names_agree(one, other)
        if not agreement or _are_told_apart(one, other):
            return None
        facts = [Fact("name", one.names[0], other.names[0])]
        variant = _listed_variant(one, other)
        rivals = len(self._bearers.of(variant.subject if variant else one.names[0]) - {number, another})
        is_common = _is_common(one.names[0])
        odds = _prior(agreement, rivals, is_common) + self._evidence(one, other, facts)
        if odds < 0 or (variant and len(facts) == 1):
            return None  # lists hold names of other people too, and are no reason alone
        if variant:
            facts.append(variant)
        confidence = _confidence(odds)
        if is_common:
            confidence = min(confidence, max(CONTRADICTED, 1 - max(_unlike(one, other), _unlike(other, one))))
        return _link(one, other, "name-and-evidence" if len(facts) > 1 else "name", confidence, facts)

    def _evidence(self, one: Person, other: Person, facts: list[Fact]) -> float:
        odds = 0.0
        common = [name for name in one.coauthors if name in other.coauthors]
        near = common or _same_people(one, other)
        if near:
            odds += min(6.0, sum(self._says(name) for name in near[:4]))
            facts.append(Fact("co-authors in common", _listed(near), _listed(near)))
        places = one.places & other.places
        if places:
            weight = math.fsum(1.3 / math.log2(1 + self._places[place]) for place in places)
            odds += min(3.2, weight)
            facts.append(Fact("affiliation", _listed(sorted(places)), _listed(sorted(places))))
        elif one.places and other.places:
            odds -= 0.8
        odds += self._of_field(one, other, facts)
        cited = (one.references & other.paper_names) | (other.references & one.paper_names)
        if cited:
            odds += 2.2
            facts.append(Fact("cites the other's paper", _listed(sorted(cited)), _listed(sorted(cited))))
        if one.years and other.years:
            gap = max(min(one.years) - max(other.years), min(other.years) - max(one.years), 0)
            odds -= 0.08 * max(gap - 4, 0)
        return odds

    def _says(self, coauthor: str) -> float:
        """How much it says to have written with somebody of this name."""
        weight = 3.2 / math.log2(1 + self._coauthors[coauthor])
        return weight * _COMMON_COAUTHOR if _is_common(coauthor) else weight

    def _of_field(self, one: Person, other: Person, facts: list[Fact]) -> float:
        odds = 0.0
        if venues := one.venues & other.venues:
            odds += 0.9
            facts.append(Fact("venue", _listed(sorted(venues)), _listed(sorted(venues))))
        subjects = one.subjects & other.subjects
        if subjects:
            size = len(self.people)
            weight = math.fsum(math.log((size + 1) / self._subjects[subject]) for subject in subjects)
            odds += min(2.0, 0.35 * weight)
            facts.append(Fact("subjects in common", str(len(subjects)), str(len(subjects))))
        elif one.subjects and other.subjects:
            odds -= 1.5
        return odds


def _prior(agreement: float, rivals: int, is_common: bool) -> float:
    """What the names say: full ones much, the fewer others here and elsewhere may be called so; initials little."""
    base = next(odds for least, odds in _NAMES_SAY if agreement >= least)
    return base - 0.9 * math.log1p(rivals) - (_COMMON_NAME if is_common else 0.0)


def _unlike(one: Person, other: Person) -> float:
    """The share of the papers of somebody who is known by name alone that have nothing to do with the other's."""
    if one.is_identified or len(one.items) == 1:
        return 0.0
    apart = sum(circle.size for circle in one.circles if not any(map(circle.touches, other.circles)))
    return apart / len(one.items)


def _is_common(name: str) -> bool:
    """Whether very many people in the world have this family name. Those in Han or Hangul are all taken for such."""
    if unspaced(name):
        return True
    family = parsed(name).family
    return bool(family) and all(map(is_common_family, family))


def _confidence(odds: float) -> float:
    """The share of links of such odds that are right: evidence that is not independent counts for less than its sum.

    Fitted by logistic regression on OpenAlex authorships (bench/author_identity.py, four ways to print the names).
    """
    return 1 / (1 + math.exp(-(0.37 * min(odds, 8.0) + 1.38)))


def _names_agree(one: Person, other: Person) -> float:
    """As the printed name of either that agrees least with any of the other's; or, where none agrees, as the names of
    one with those that are listed for the other, whose printed ones need not agree then."""
    agreement = _printed_agree(one, other)
    if agreement or not (one.listed or other.listed):
        return agreement
    return max(_as_called(one.names, other.listed), _as_called(other.names, one.listed))


def _printed_agree(one: Person, other: Person) -> float:
    agreement = _as_called(one.names, other.names)
    return agreement and min(agreement, _as_called(other.names, one.names))


def _as_called(names: list[str], others: list[str]) -> float:
    """How well the name that does so least agrees with any of these others."""
    return min(max((compatible(name, other) for other in others), default=0.0) for name in names[:20])


def _listed_variant(one: Person, other: Person) -> Fact | None:
    """The names by which they agree, if those printed do not and one that is listed does."""
    if not (one.listed or other.listed) or _printed_agree(one, other):
        return None
    if _as_called(one.names, other.listed):
        return Fact("listed name", one.names[0], _most_alike(one.names[0], other.listed))
    return Fact("listed name", _most_alike(other.names[0], one.listed), other.names[0]) if one.listed else None


def _most_alike(name: str, listed: list[str]) -> str:
    return max(listed, key=lambda each: (compatible(name, each), each))


def _cannot_be_one(one: Person, other: Person) -> bool:
    if one.keys & other.keys:
        return False
    return not _names_agree(one, other) or _are_told_apart(one, other)


def _are_told_apart(one: Person, other: Person) -> bool:
    """By the identifiers of a source, or because one record has both as authors."""
    if one.records & other.records:
        return True
    for scheme in TELLING["author"]:
        mine = {key for key in one.keys if key.startswith(scheme + ":")}
        others = {key for key in other.keys if key.startswith(scheme + ":")}
        if mine and others and mine.isdisjoint(others):
            return True
    return False


def _same_people(one: Person, another: Person) -> list[str]:
    """Co-authors of the one who may stand under another spelling among those of the other."""
    common = one.all_coauthor_words & another.all_coauthor_words
    if not common:
        return []  # as of most; no name had to be read
    some, others = (
        [name for name, words in person.coauthor_words.items() if not common.isdisjoint(words)]
        for person in (one, another)
    )
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for name in others:
        for key in name_keys(name):
            by_key[key].append(name)
    return [
        name
        for name in sorted(some)
        if any(compatible(name, other) >= 0.5 for key in name_keys(name) for other in by_key.get(key, ()))
    ]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name.rpartition("/")[2] for name in names[:3]) + (
        f" and {len(names) - 3} more" if len(names) > 3 else ""
    )


def _link(one: Person, other: Person, method: str, confidence: float, facts: list[Fact]) -> Link:
    return Link(
        subject=one.author,
        object=other.author,
        method=method,
        confidence=round(confidence, 2),
        facts=tuple(facts),
    )
