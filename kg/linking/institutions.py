"""Organisations that are one: by an identifier that both carry, or by a name that the identified one alone bears.

Organisations known by name alone, or by a weaker identifier, are linked to those that a register describes. Where
several bear the name, each is a candidate, and none is sure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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

    def __init__(self, things: Iterable[ThingMention], full_names: Mapping[str, str] | None = None) -> None:
        """`full_names` of short codes, as a source is known to mean them."""
        self.things: dict[str, ThingMention] = {}
        self._named: defaultdict[str, set[str]] = defaultdict(set)
        self._short: defaultdict[str, set[str]] = defaultdict(set)
        self._full_names = full_names or {}
        for thing in things:
            if thing.kind == "institution" and thing.record is not None and thing.status != "withdrawn":
                self._add(thing)

    def _add(self, thing: ThingMention) -> None:
        self.things[thing.thing] = thing
        for name in thing.names:
            for spelling in {name, name.partition("(")[0]}:
                if key := name_key(spelling):
                    self._named[key].add(thing.thing)
                    if short := _without_kind(key):
                        self._short[short].add(thing.thing)
        for acronym in thing.acronyms:
            self._short[name_key(acronym)].add(thing.thing)

    def match_name(self, name: str, code: str | None = None, country: str | None = None) -> list[Match]:
        """The organisations that a name, or the short code that a source prints for it, may mean; surest first."""
        meant = self._full_names.get(code or name, name)
        key = name_key(meant)
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
            found.append(Match(iri, confidence, key, (Fact("name", meant, thing.names[0]),)))
        return found


def institution_links(things: Iterable[ThingMention], full_names: Mapping[str, str] | None = None) -> Iterator[Link]:
    """Links between organisations, each pair once: 'shared-identifier', then 'institution-name'."""
    organisations = [thing for thing in things if thing.kind == "institution"]
    linked: set[tuple[str, str]] = set()
    for link in (*_by_identifier(organisations), *_by_name(organisations, full_names)):
        pair = link.subject, link.object
        if pair not in linked:
            linked.add(pair)
            yield link


def _by_identifier(things: Iterable[ThingMention]) -> Iterator[Link]:
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


def _by_name(things: Iterable[ThingMention], full_names: Mapping[str, str] | None) -> Iterator[Link]:
    register = Register(things, full_names)
    described = register.things
    for thing in {thing.thing: thing for thing in things}.values():
        if thing.thing in described:
            continue
        for match in register.match_name(thing.names[0], thing.thing.rpartition("/")[2], thing.country):
            found = described[match.institution]
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


def _without_kind(key: str) -> str:
    """What a university is called for short: its one other word, or its campus; '' where there is no such."""
    words = [word for word in key.split() if word != "university"]
    if len(words) == 1:
        return words[0]
    return words[-1] if key.startswith("university california ") else ""
