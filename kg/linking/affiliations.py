"""Which organisations an affiliation names: raw strings as they are printed, against the names of a gazetteer.

Every name that stands in a string is a candidate. How sure it is follows from how it stands there (as a whole part of
the address or within one), how much its words say, and whether country and town agree. Of a name within a longer one
only the longer is taken; where several organisations bear a name, the address decides or nobody does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import ahocorasick  # type: ignore[import-not-found, unused-ignore]
import msgspec

from kg.linking.model import Fact, ThingMention
from kg.linking.names import folded_text
from kg.linking.places import countries

_LONGEST = 2000
_SHORT = 40  # characters of a name for short
_LEAST = 0.4  # a match that is less sure is not worth a look
_SHORTEST, _SHORTEST_UNSPACED = 5, 4  # letters of a name of one word; in Han or Hangul each says more
_NOT_WORD = re.compile(r"[\W_]+")
_PART = re.compile(r"[,;|()\[\]•\n]|\s[-–—]\s|\.\s+(?=[A-Z])")
# What is written for each word, in other languages too: a record that has "Universität X" says "University of X".
_SPELLINGS = {
    "university": "univ universty universitiy univeristy universtity universite universitat universidad universita"
    " universidade universiteit universitet universitetet universitesi universitas uniwersytet universitate univerzita"
    " univerzity universitario universitaria",
    "institute": "inst instit institut instituto istituto instytut",
    "hospital": "hosp hospitals hosps hopital hospitalet ospedale ospitale krankenhaus sjukhus szpital ziekenhuis",
    "center": "ctr centre cent cntr zentrum centro centrum",
    "medical": "med medisch medizinische medica",
    "national": "natl nat nacional nazionale nationale",
    "academy": "acad akademie academie academia accademia",
    "sciences": "sci science scienze ciencias wissenschaften",
    "technology": "technol tech",
    "research": "res",
    "college": "coll",
    "school": "sch ecole escola escuela scuola",
    "laboratory": "lab labs laboratories",
    "foundation": "fdn fundacion fundacao fondazione",
    "saint": "st",
    "technical": "technische tecnica technion technique",
    "polytechnic": "polytechnique politecnico politecnica",
}
_EXPANDED = {spelling: word for word, spellings in _SPELLINGS.items() for spelling in spellings.split()}
# Numbers and marks that lead to a footnote, glued to the first word.
_FOOTNOTE = re.compile(r"^[\d*†‡§¶#]+(?=[A-Z])|#[RN]#")
_SMALL_WORDS = """
the of and for at in on a an de la le les l d del della delle dei degli di do da dos das du des der die das den und fur
zu zur et y e i en van studi degli
"""
_SMALL = frozenset(_SMALL_WORDS.split()) | {"gmbh", "ggmbh", "inc", "ltd", "llc", "corp"}
_KIND_WORDS = """
university institute college hospital klinikum clinic clinica klinik school center foundation laboratory council agency
ministry museum observatory polytechnic hochschule academy sciences technology medical corporation company society
association trust department organization organisation authority board
"""
_HOSPITALS = frozenset(("hospital", "uniklinik", "universitatsklinikum", "klinikum", "affiliated", "nhs"))
_KIND = frozenset(_KIND_WORDS.split())
# A name of these alone names everything.
_GENERIC_WORDS = """
university hospital medical center clinic school college institute national research sciences technology laboratory
medicine department ministry health public education general central regional state city county district royal
international american european business engineering nursing pharmacy dentistry law arts surgery physics chemistry
biology psychology psychiatry neurology pediatrics orthopedics rehabilitation cancer heart children womens service
services care group foundation society association academy faculty division unit program office agency council board
pathology physiology pharmacology physik fisica physique biotechnology radiology behavioral microbiology immunology
biochemistry genetics epidemiology oncology neuroscience neurosciences pathologisches computer environmental social
company corporation limited inc ltd gmbh
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())


class Match(msgspec.Struct, frozen=True):
    """An organisation that an affiliation names, by which of its words, and how sure that is."""

    institution: str
    """IRI."""
    confidence: float
    text: str
    """The name that was found, as it is compared."""
    facts: tuple[Fact, ...] = ()


class _Institution(msgspec.Struct, frozen=True):
    iri: str
    name: str
    country: str | None
    place: str
    is_active: bool
    relatives: frozenset[str]
    kinds: frozenset[str]


class _Found(msgspec.Struct, frozen=True):
    """A name in a string: which, from and to which word, and whether it fills a part of the address."""

    key: str
    start: int
    end: int
    fills: bool
    begins: bool
    is_acronym: bool


@lru_cache(100_000)
def name_key(name: str) -> str:
    """The words of a name that count, spelled out.

    >>> name_key("The Univ. of Washington"), name_key("Université de Genève")
    ('university washington', 'university geneve')
    """
    return " ".join(_words(name))


def _words(text: str) -> list[str]:
    words = _NOT_WORD.sub(" ", folded_text(text[:_LONGEST]).replace("'s", "s").replace("’s", "s")).split()
    return [_EXPANDED.get(word, word) for word in words if word not in _SMALL]


class Gazetteer:
    """The names of organisations, to be found in texts. Made once, it may be sent to other processes."""

    def __init__(self, things: Iterable[ThingMention]) -> None:
        self._institutions: dict[str, _Institution] = {}
        self._named: defaultdict[str, set[str]] = defaultdict(set)
        self._beside_town: defaultdict[str, set[str]] = defaultdict(set)
        """Names that end in the town, without it: they are meant where the address names the town."""
        self._turned: defaultdict[str, set[str]] = defaultdict(set)
        """Names by their words in alphabetical order: the parts of a name may stand in any."""
        self._acronyms: defaultdict[str, set[str]] = defaultdict(set)
        for thing in things:
            # What other records only name has no address, and so nothing that could speak against it.
            if thing.kind == "institution" and thing.status != "withdrawn" and thing.record is not None:
                self._add(thing)
        self._automaton = self._build()

    def __len__(self) -> int:
        return len(self._institutions)

    def name_of(self, institution: str) -> str:
        return self._institutions[institution].name

    def _add(self, thing: ThingMention) -> None:
        self._institutions[thing.thing] = _Institution(
            thing.thing,
            thing.names[0],
            thing.country,
            name_key(thing.place or ""),
            thing.status != "inactive",
            frozenset(iri for _, iri in thing.relations),
            frozenset(thing.kinds),
        )
        for name in thing.names:
            # Some have the country behind the name, in brackets.
            for spelling in {name, name.partition("(")[0]}:
                key = name_key(spelling)
                if key == self._institutions[thing.thing].place:
                    continue  # that of a town is no name to find an organisation by
                if _says_something(key):
                    self._named[key].add(thing.thing)
                    self._add_without_town(thing.thing, key)
                    if key.count(" ") >= 2:
                        self._turned[" ".join(sorted(key.split()))].add(key)
                elif spelling.isupper() and 3 <= len(spelling) <= 8:
                    self._acronyms[spelling].add(thing.thing)
        for acronym in thing.acronyms:
            if 3 <= len(acronym) <= 10:
                self._acronyms[acronym].add(thing.thing)

    def _add_without_town(self, iri: str, key: str) -> None:
        town = self._institutions[iri].place
        bare = key.removesuffix(" " + town) if town else key
        if bare != key and " " in bare and _says_something(bare):
            self._beside_town[bare].add(iri)

    def _build(self) -> ahocorasick.Automaton:
        automaton = ahocorasick.Automaton()
        for key in self._named.keys() | self._beside_town.keys():
            automaton.add_word(f" {key} ", key)
        automaton.make_automaton()
        return automaton

    def match(self, raw: str, country: str | None = None) -> list[Match]:
        """The organisations that `raw` names, surest first; `country`, ISO 3166-1, if it is known otherwise."""
        address = _Address(raw, country)
        found = _longest([*self._names_in(address), *self._turned_in(address), *self._acronyms_in(address)])
        best: dict[str, Match] = {}
        for name in found:
            for match in self._matches(name, address):
                other = best.get(match.institution)
                if other is None or match.confidence > other.confidence:
                    best[match.institution] = match
        return sorted(best.values(), key=lambda match: (-match.confidence, match.institution))

    def _names_in(self, address: _Address) -> Iterator[_Found]:
        if not self._automaton:
            return
        text = " " + " ".join(address.words) + " "
        starts = _offsets(address.words)
        for end, key in self._automaton.iter(text):
            start = end - len(key) - 1
            first = starts[start]
            last = first + key.count(" ") + 1
            begins, ends = first in address.borders, last in address.borders
            crosses = any(border in address.borders for border in range(first + 1, last))
            # "Brown University, Providence" is no University of Providence.
            if not crosses or (begins and ends):
                yield _Found(key, first, last, begins and ends, begins, False)

    def _turned_in(self, address: _Address) -> Iterator[_Found]:
        borders = sorted(address.borders)
        for first, last in pairwise(borders):
            for key in sorted(self._turned.get(" ".join(sorted(address.words[first:last])), ())):
                yield _Found(key, first, last, True, True, False)

    def _acronyms_in(self, address: _Address) -> Iterator[_Found]:
        for place, word in enumerate(address.printed):
            if word in self._acronyms:
                fills = place in address.borders and place + 1 in address.borders
                yield _Found(word, place, place + 1, fills, fills, True)

    def _matches(self, found: _Found, address: _Address) -> Iterator[Match]:
        bearers = self._bearers_of(found, address)
        if not bearers:
            return
        agreeing = [(address.agreement(each), each) for each in bearers]
        agreeing = _preferred(agreeing, found.key)
        most = max(agreement for agreement, _ in agreeing)
        rivals = sum(agreement == most for agreement, _ in agreeing)
        for agreement, institution in agreeing:
            confidence = self._confidence(
                found, address, agreement, len(bearers), rivals if agreement == most else 99, institution
            )
            if confidence >= _LEAST:
                facts = [Fact("name", found.key, institution.name)]
                if agreement & 2:
                    facts.append(Fact("place", institution.place, institution.place))
                if agreement & 1:
                    facts.append(Fact("country", institution.country or "", institution.country or ""))
                yield Match(institution.iri, round(confidence, 2), found.key, tuple(facts))

    def _bearers_of(self, found: _Found, address: _Address) -> list[_Institution]:
        """Of organisations that are no more none, where one that is bears the same name."""
        if found.is_acronym:
            return [self._institutions[iri] for iri in sorted(self._acronyms[found.key])]
        named = [self._institutions[iri] for iri in sorted(self._named.get(found.key, ()))]
        beside = [self._institutions[iri] for iri in sorted(self._beside_town.get(found.key, ()))]
        beside = [each for each in beside if each not in named and address.agreement(each) & 2 == 2]
        bearers = [each for each in beside if address.agreement(each) > 0] or named
        return [each for each in bearers if each.is_active] or bearers

    def _confidence(
        self,
        found: _Found,
        address: _Address,
        agreement: int,
        bearers: int,
        rivals: int,
        institution: _Institution,
    ) -> float:
        """`agreement`: 1 for the country, 2 for the town; negative if they disagree."""
        if found.is_acronym:
            base = 0.55 if bearers == 1 else 0.35
            base += 0.25 * bool(agreement & 2) + 0.15 * bool(agreement & 1) if agreement > 0 else 0
            return min(base, 0.9 if found.fills else 0.85) if agreement >= 0 and rivals == 1 else 0.0
        words = found.key.split()
        is_long = len(words) >= 3
        has_kind = not _KIND.isdisjoint(words)
        if found.fills:
            base = 0.93 if has_kind or is_long else 0.86 if len(words) == 2 else 0.84
            if len(words) == 1 and "company" in institution.kinds:
                base = 0.89
        elif has_kind and len(words) >= 2:
            base = 0.91 if found.begins or is_long else 0.89
        else:
            base = 0.8 if is_long else 0.5
        if not found.fills and address.is_of_hospital(found):
            return 0.7  # the hospital of a university is an organisation of its own
        if not agreement and name_key(institution.name) != found.key:
            base -= 0.05
        if agreement < 0:
            base -= 0.45
        elif agreement:
            base += 0.03 + (0.04 if agreement & 2 else 0)
        if rivals > 1:
            base = min(base, 0.6 if rivals < 4 else 0.4)
        elif bearers > 1 and not agreement & 2:
            base -= 0.05
        if not institution.is_active:
            base -= 0.05
        return max(0.0, min(base, 0.99))


def keys_in_addresses(thing: ThingMention) -> Iterator[str]:
    """Of an organisation all keys of names of which every word stands where it is found, and perhaps more."""
    town = name_key(thing.place or "")
    for name in thing.names:
        for spelling in {name, name.partition("(")[0]}:
            key = name_key(spelling)
            yield key
            if town:
                yield key.removesuffix(" " + town)
    yield from map(name_key, thing.acronyms)


def address_words(raw: str) -> list[str]:
    """The words of a text in which names are found."""
    return _Address(raw, None).words


class _Address:
    """A raw string as words, with where its parts begin and end, and the countries that it names."""

    def __init__(self, raw: str, country: str | None) -> None:
        raw = raw[:_LONGEST]
        self.words: list[str] = []
        self.printed: list[str] = []
        self.borders = {0}
        for part in _PART.split(raw.replace("#R##N#", "; ").replace("#N#", "; ")):
            for piece in _FOOTNOTE.sub(" ", part.strip()).split():
                words = _words(piece)
                self.words += words
                self.printed += [piece.strip(".,:;()")] * len(words)
            self.borders.add(len(self.words))
        self._countries = countries(raw) | ({country} if country else frozenset())
        self._text = " " + " ".join(self.words) + " "

    def is_of_hospital(self, found: _Found) -> bool:
        """Whether the name stands within that of a hospital: before the word, or after "hospital of"."""
        ends = [border for border in self.borders if border >= found.end]
        begins = [border for border in self.borders if border <= found.start]
        around = self.words[max(begins, default=0) : found.start] + self.words[found.end : min(ends, default=found.end)]
        return not _HOSPITALS.isdisjoint(around) and _HOSPITALS.isdisjoint(found.key.split())

    def agreement(self, institution: _Institution) -> int:
        """Whether country (1) and town (2) of an organisation stand here; -1: another country does."""
        town = 2 if institution.place and f" {institution.place} " in self._text else 0
        if not self._countries or not institution.country:
            return town
        if institution.country in self._countries:
            return town + 1
        return -1


def _preferred(agreeing: list[tuple[int, _Institution]], key: str) -> list[tuple[int, _Institution]]:
    """Of several that agree alike the one that is called so first of all, else the one that teaches: parts of a
    university may bear its name among theirs."""
    most = max(agreement for agreement, _ in agreeing)
    rivals = [each for agreement, each in agreeing if agreement == most]
    related = frozenset().union(*(each.relatives for each in rivals))
    for better in ([e for e in rivals if name_key(e.name) == key], [e for e in rivals if "education" in e.kinds]):
        if len(better) == 1 < len(rivals) and better[0].iri in related:
            return [(most, better[0])]
    return agreeing


def _says_something(key: str) -> bool:
    words = key.split()
    if not words or all(word in _GENERIC or word.isdigit() for word in words):
        return False
    return len(words) > 1 or len(key) >= (_SHORTEST if key.isascii() else _SHORTEST_UNSPACED)


def _offsets(words: Sequence[str]) -> dict[int, int]:
    """The number of the word that begins at each place of the words joined with spaces, one before them."""
    found, place = {}, 0
    for number, word in enumerate(words):
        found[place] = number
        place += len(word) + 1
    return found


def _longest(found: list[_Found]) -> list[_Found]:
    """Without names within longer ones, and without those that begin within another."""
    found.sort(key=lambda each: (-(each.end - each.start), each.start, each.is_acronym))
    kept: list[_Found] = []
    for each in found:
        if not any(other.start < each.end and each.start < other.end and other.key != each.key for other in kept):
            kept.append(each)
    return kept


def is_short(raw: str) -> bool:
    """Whether a text is a word or two, as "berkeley": where these name nothing in full, they may for short."""
    return len(raw) <= _SHORT and 1 <= len(_words(raw)) <= 2


def match_many(gazetteer: Gazetteer, strings: Iterable[str]) -> list[list[Match]]:
    """The matches of each of some distinct strings, in their order."""
    return [gazetteer.match(raw) for raw in strings]
