"""Organisations that are one: by an identifier that both carry, or by a name that the identified one alone bears.

Organisations known by name alone, or by a weaker identifier, are linked to those that a register describes. Where
several bear the name, each is a candidate, and none is sure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from kg.linking.affiliations import Match, name_key
from kg.linking.model import Fact, Link, ThingMention

# Strongest first. A funder's identifier of Crossref stands in the records of several organisations at times.
_SCHEMES = ("ror", "openalex", "wikidata", "grid", "isni", "crossref-funder")
_SHARED = 0.99
_FULL_NAME = 0.95
_CONTRADICTED = 0.5
_SHORT = 0.7
_AMBIGUOUS = 0.5
_NAMESAKES = 20
"""A name that more bear tells nothing."""


class Register:
    """The organisations that records describe, by their full names and their short ones.

    >>> register = Register([ThingMention("https://x/1", "institution", ("Institute of Examples",), record="r")])
    >>> [(match.institution, match.confidence) for match in register.match_name("The Inst. of Examples")]
    [('https://x/1', 0.95)]
    """

    def __init__(self, things: Iterable[ThingMention]) -> None:
        self.things: dict[str, ThingMention] = {}
        self._named: defaultdict[str, set[str]] = defaultdict(set)
        self._short: defaultdict[str, set[str]] = defaultdict(set)
        for thing in things:
            if thing.kind == "institution" and thing.record is not None and thing.status != "withdrawn":
                self._add(thing)

    def _add(self, thing: ThingMention) -> None:
        self.things[thing.thing] = thing
        for name in thing.names:
            for spelling in {name, name.partition("(")[0]}:
                if key := name_key(spelling):
                    self._named[key].add(thing.thing)
                    if short := short_key(key):
                        self._short[short].add(thing.thing)
        for acronym in thing.acronyms:
            self._short[name_key(acronym)].add(thing.thing)

    def match_name(self, name: str, country: str | None = None) -> list[Match]:
        """The organisations that a name may mean, surest first."""
        key = name_key(name)
        bearers, sure = self._named.get(key, set()), _FULL_NAME
        # One word is seldom a whole name: "Stanford" may be a town, a person, a company.
        if " " not in key:
            bearers, sure = bearers | self._short.get(key, set()), _SHORT
        active = {iri for iri in bearers if self.things[iri].status != "inactive"}
        here = {iri for iri in active if country is not None and self.things[iri].country == country}
        bearers = here or active or bearers
        if not key or len(bearers) > _NAMESAKES:
            return []
        found = []
        for iri in sorted(bearers):
            thing = self.things[iri]
            confidence = sure if len(bearers) == 1 else _AMBIGUOUS
            if country is not None and thing.country not in (None, country):
                confidence = min(confidence, _CONTRADICTED)
            found.append(Match(iri, confidence, key, (Fact("name", name, thing.names[0]),)))
        return found


def identifier_links(things: Iterable[ThingMention]) -> Iterator[Link]:
    """Links between organisations by what identifies them."""
    bearers: defaultdict[str, dict[str, ThingMention]] = defaultdict(dict)
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for thing in things:
        keys[thing.thing].update(thing.keys)
        for key in thing.keys:
            bearers[key].setdefault(thing.thing, thing)
    shared = sorted(key for key, found in bearers.items() if len(found) > 1)
    for number, scheme in enumerate(_SCHEMES):
        for key in shared:
            if not key.startswith(scheme + ":"):
                continue
            for one, other in combinations(sorted(bearers[key].values(), key=lambda thing: thing.thing), 2):
                # A hospital and its trust may share an ISNI: the stronger register tells them apart.
                if not _told_apart(keys[one.thing], keys[other.thing], _SCHEMES[:number]):
                    yield _link(one, other, "shared-identifier", _SHARED, Fact("identifier", key, key))


def name_links(thing: ThingMention, meant: str, register: Register) -> Iterator[Link]:
    """Links of an organisation that no record describes to those that have the name that is meant."""
    for match in register.match_name(meant, thing.country):
        found = register.things[match.institution]
        if not _told_apart(thing.keys, found.keys):
            fact = Fact("name", thing.names[0], found.names[0])
            yield _link(thing, found, "institution-name", match.confidence, fact)


def _told_apart(one: Iterable[str], other: Iterable[str], schemes: Iterable[str] = _SCHEMES) -> bool:
    """Whether both have identifiers of one of the schemes, and none of it in common."""
    for scheme in schemes:
        ones, others = ({key for key in keys if key.startswith(scheme + ":")} for keys in (one, other))
        if ones and others and not ones & others:
            return True
    return False


def _link(one: ThingMention, other: ThingMention, method: str, confidence: float, fact: Fact) -> Link:
    if other.thing < one.thing:
        one, other, fact = other, one, Fact(fact.what, fact.object, fact.subject)
    return Link(subject=one.thing, object=other.thing, method=method, confidence=confidence, facts=(fact,))


def short_key(key: str) -> str:
    """What a university is called for short: its one other word, or its campus; '' where there is no such."""
    words = [word for word in key.split() if word != "university"]
    if len(words) == 1:
        return words[0]
    return words[-1] if key.startswith("university california ") else ""
