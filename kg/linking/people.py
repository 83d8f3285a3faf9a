"""People as what is compared shows them: appearances on papers, what tells of them, and who may be called how."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from kg.linking.names import compatible, family_words, reading_keys

_ASKED = 8  # so many things are looked for among the people of a block one by one, then all are counted


class Appearance(msgspec.Struct, array_like=True, frozen=True):
    """One author on one record of a paper, with what may tell who it is."""

    author: str
    name: str
    keys: tuple[str, ...]
    listed: tuple[str, ...]
    """Quite different names that a record about this person lists."""
    readings: tuple[tuple[str, ...], tuple[str, ...]]
    """The `reading_keys` of the name, as reading names is what takes longest; in order, as all else: of what is encoded
    otherwise every time the order of items would be another, and so what is told of links."""
    has_subjects: bool
    record: str
    paper: str
    year: int | None
    venue: str | None
    coauthors: tuple[str, ...]
    """Folded names."""
    places: tuple[str, ...]
    """Words of affiliations that tell places apart, and institutions."""
    subjects: tuple[str, ...]
    names_of_paper: tuple[str, ...]
    """Identifiers of the paper, and of those it cites."""
    references: tuple[str, ...]


class Named(msgspec.Struct, array_like=True, frozen=True):
    """What an appearance begins with, which is all that is looked at of most, and decoded as far as it is."""

    author: str
    name: str
    keys: msgspec.Raw
    listed: msgspec.Raw
    readings: msgspec.Raw
    has_subjects: bool


_ENCODER = msgspec.msgpack.Encoder()
_APPEARANCE = msgspec.msgpack.Decoder(Appearance)
_NAMED = msgspec.msgpack.Decoder(Named)
_STRINGS = msgspec.msgpack.Decoder(tuple[str, ...])
_READINGS = msgspec.msgpack.Decoder(tuple[frozenset[str], frozenset[str]])
_NONE = msgspec.Raw(_ENCODER.encode(()))


def encoded(appearance: Appearance) -> bytes:
    return _ENCODER.encode(appearance)


class Circle(NamedTuple):
    """Appearances in which one person is likely meant."""

    size: int
    things: frozenset[str]
    """Co-authors, places, and papers that are theirs or cited."""

    @classmethod
    def of(cls, appearance: Appearance) -> Circle:
        return cls(
            1,
            frozenset(
                (
                    *appearance.coauthors,
                    *(f"place {place}" for place in appearance.places),
                    *(f"paper {name}" for name in (*appearance.names_of_paper, *appearance.references)),
                )
            ),
        )

    def touches(self, other: Circle) -> bool:
        return not self.things.isdisjoint(other.things)

    def with_(self, other: Circle) -> Circle:
        return Circle(self.size + other.size, self.things | other.things)


class Person:
    """An author as all appearances under one IRI show them. `items` are these, encoded."""

    def __init__(self, author: str, named: list[tuple[Named, list[bytes]]]) -> None:
        """`named`: what appearances begin with, each with those that begin so."""
        self.author = author
        self.named = named
        self.items = named[0][1] if len(named) == 1 else [item for _, items in named for item in items]
        self.names = sorted({each.name for each, _ in named})
        self.listed = sorted(_all(each.listed for each, _ in named) - set(self.names))
        self.keys = _all(each.keys for each, _ in named)

    # Most people are hardly looked at but for their names.

    @cached_property
    def appearances(self) -> list[Appearance]:
        return list(map(_APPEARANCE.decode, self.items))

    @cached_property
    def text(self) -> bytes:
        """All items, in which it is quickly seen what is in none."""
        return self.items[0] if len(self.items) == 1 else b"".join(self.items)

    @cached_property
    def records(self) -> set[str]:
        return {each.record for each in self.appearances}

    @cached_property
    def paper_names(self) -> set[str]:
        return {name for each in self.appearances for name in each.names_of_paper}

    @cached_property
    def references(self) -> set[str]:
        return {name for each in self.appearances for name in each.references}

    @cached_property
    def coauthors(self) -> Counter[str]:
        return Counter(name for each in self.appearances for name in each.coauthors)

    @cached_property
    def coauthor_words(self) -> dict[str, frozenset[str]]:
        """Of each co-author the words of which one may be the family name."""
        return {name: family_words(name) for name in self.coauthors}

    @cached_property
    def all_coauthor_words(self) -> frozenset[str]:
        return frozenset().union(*self.coauthor_words.values())

    @cached_property
    def places(self) -> set[str]:
        return {place for each in self.appearances for place in each.places}

    @cached_property
    def subjects(self) -> set[str]:
        return {subject for each in self.appearances for subject in each.subjects}

    @cached_property
    def venues(self) -> set[str]:
        return {each.venue for each in self.appearances if each.venue}

    @cached_property
    def years(self) -> list[int]:
        return [each.year for each in self.appearances if each.year]

    @cached_property
    def circles(self) -> list[Circle]:
        """Appearances that have co-authors, places or citations in common, one after the other. Of a name that many
        bear each may be somebody else."""
        found: list[Circle] = []
        for appearance in self.appearances:
            circle = Circle.of(appearance)
            apart = [other for other in found if not circle.touches(other)]
            for other in found:
                if circle.touches(other):
                    circle = circle.with_(other)
            found = [*apart, circle]
        return found

    @property
    def readings(self) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
        """The `reading_keys` of all names."""
        yield from map(_READINGS.decode, {each.name: each.readings for each, _ in self.named}.values())
        yield from map(reading_keys, self.listed)

    @property
    def all_names(self) -> list[str]:
        return [*self.names, *self.listed]

    @property
    def is_identified(self) -> bool:
        return bool(self.keys)


def _all(texts: Iterable[msgspec.Raw]) -> set[str]:
    """Most appearances have none."""
    return {text for some in texts if some != _NONE for text in _STRINGS.decode(some)}


def people_of(items: Iterable[bytes]) -> list[Person]:
    """The people of a block, in the order of their IRIs."""
    found: defaultdict[str, list[tuple[Named, list[bytes]]]] = defaultdict(list)
    head, alike = b"", list[bytes]()
    for item in items:
        # In order, as blocks are, most begin as the one before does.
        if not head or not item.startswith(head):
            named = _NAMED.decode(item)
            head, alike = item[:1] + _ENCODER.encode(named)[1:], []
            found[named.author].append((named, alike))
        alike.append(item)
    return [Person(author, found[author]) for author in sorted(found)]


class Frequencies:
    """Of how many people something is true. What few ask for is not counted of all."""

    def __init__(self, people: Sequence[Person], of: Callable[[Person], Collection[str]]) -> None:
        self._people = people
        self._of = of
        self._asked: dict[str, int] = {}

    def __getitem__(self, thing: str) -> int:
        found = self._asked.get(thing)
        if found is None:
            if len(self._asked) >= _ASKED:
                return self._all[thing]
            needle = _ENCODER.encode(thing)  # as it stands in an item of whoever it is true of
            found = self._asked[thing] = sum(
                thing in self._of(person) for person in self._people if needle in person.text
            )
        return found

    @cached_property
    def _all(self) -> Counter[str]:
        return Counter(thing for person in self._people for thing in self._of(person))


class Bearers:
    """People by what of their names is looked at first, so that those whose names cannot agree are never compared."""

    def __init__(self, people: list[Person]) -> None:
        self._people = people
        self._usual: defaultdict[str, set[int]] = defaultdict(set)
        self._turned: defaultdict[str, set[int]] = defaultdict(set)
        self._families: defaultdict[str, set[int]] = defaultdict(set)
        for number, person in enumerate(people):
            for usual, turned in person.readings:
                for key in usual:
                    self._usual[key].add(number)
                    self._families[key.rpartition(" ")[2]].add(number)
                for key in turned:
                    self._turned[key].add(number)
                    self._families[key.rpartition(" ")[2]].add(number)
        self._of_names: dict[str, frozenset[int]] = {}

    def maybe(self, names: Iterable[str]) -> set[int]:
        """People with a name that may agree with one of these."""
        found: set[int] = set()
        none: set[int] = set()
        for usual, turned in map(reading_keys, names):
            for key in usual | turned:
                given, _, family = key.rpartition(" ")
                if given:
                    found |= self._usual.get(key, none) | self._usual.get(f" {family}", none)
                    found |= self._turned.get(f" {family}", none)
                else:
                    found |= self._families.get(family, none)
            for key in usual:
                found |= self._turned.get(key, none)
        return found

    def of(self, name: str) -> frozenset[int]:
        """People who may be called so."""
        found = self._of_names.get(name)
        if found is None:
            found = self._of_names[name] = frozenset(
                number
                for number in self.maybe((name,))
                if any(compatible(other, name) >= 0.5 for other in looked_at(self._people[number].names))
            )
        return found


def looked_at(names: list[str]) -> list[str]:
    """Of the names of a person those that make them a bearer of a name."""
    return names[:3]
