"""Reconciling: candidates from the index of a snapshot, scored, with a match where one is clearly meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import unquote

from kg import namespaces as ns
from kg.identifiers import identifier, recognised
from kg.links import called_now
from kg.ntriples import is_iri
from kg.reconciliation.model import KINDS, PROPERTIES, Candidate, Property, Query, Value, identified, identifiers_of
from kg.reconciliation.scoring import identifier_score, name_score, value_score
from kg.resources import GraphReader, Thing
from kg.search import Hit
from kg.snapshots import Snapshot

_LOOKED_AT = 16  # hits of the index
_NAMES = {
    "author": (ns.NAME, ns.ALT_LABEL),
    "paper": (ns.TITLE,),
    "institution": (ns.NAME, ns.ALT_LABEL, ns.NOTATION),
    "concept": (ns.PREF_LABEL, ns.ALT_LABEL, ns.NOTATION),
    "venue": (ns.NAME, ns.ALT_LABEL),
}
_NAMES_READ = 60
_COMPARED = 8  # candidates whose other names and properties are looked at
_FIRST = 4  # of the index, which hold all words where others hold some
_RELATED = 0.3  # a name that agrees less is another, and then an identifier is a mistake
_SURE, _AHEAD = 88, 8
_EXACT, _NEAR = 100, 97
"""What says the name to the letter is meant, if nothing else nearly does."""
_WEIGHT = 0.45
"""Of all properties together, beside the name."""
_IDENTIFYING = frozenset(each.id for of_kind in PROPERTIES.values() for each in of_kind if each.is_identifier)


class Reconciler:
    """Answers about one snapshot. Cheap to make."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._base_iri = snapshot.manifest.base_iri
        self.reader = GraphReader(snapshot.store)

    def reconcile(self, query: Query) -> list[Candidate]:
        """Things that may be meant, best first; one of them is a match at most."""
        if known := self._identified(query):
            return known
        if not query.text.strip():
            return self._by_identifiers(query)
        found = [(name_score(hit.kind, query.text, [hit.label]), hit) for hit in self._hits(query)]
        # Only the likeliest are worth asking for their other names: by the index, which knows them, or by their label.
        likely = {*found[:_FIRST], *sorted(found, key=lambda each: -each[0])[:_COMPARED]}
        named = [
            (max(score, self._by_other_names(query.text, hit)) if score < 1 and (score, hit) in likely else score, hit)
            for score, hit in found
        ]
        named.sort(key=lambda each: (-each[0], each[1].iri))
        sought = {thing.iri for thing in self._identified_by_properties(query)}
        worth = [
            each
            for place, each in enumerate(named)
            if each[0] and (place < max(query.limit, _COMPARED) or each[1].iri in sought)
        ]
        candidates = [self._candidate(name, hit, query) for name, hit in worth]
        candidates = [candidate for candidate in candidates if candidate.score]
        candidates.sort(key=lambda each: (-each.score, -self._papers(each, query), each.thing.iri))
        return with_match(candidates)[: query.limit]

    def _by_other_names(self, asked: str, hit: Hit) -> float:
        if hit.kind == "paper" or hit.label == asked:
            return 0.0
        names = [text for predicate in _NAMES[hit.kind] for text in self.reader.texts(hit.iri, predicate)]
        return name_score(hit.kind, asked, names[:_NAMES_READ])

    def _candidate(self, name: float, hit: Hit, query: Query) -> Candidate:
        thing = Thing(hit.iri, hit.kind, hit.label)
        features = {"name": round(name, 3)}
        score = self._score(name, thing, query, features)
        return Candidate(thing, round(100 * score, 1), False, hit.detail, features)

    def _papers(self, candidate: Candidate, query: Query) -> int:
        """Of two that are called alike the one with more papers is meant more often."""
        if candidate.thing.kind == "paper" or candidate.score < _SURE:
            return 0
        return self.reader.integer(candidate.thing.iri, ns.PAPER_COUNT) or 0

    def _score(self, name: float, thing: Thing, query: Query, features: dict[str, float]) -> float:
        """How well all agrees that is known; 0 where the thing is known by another identifier."""
        known = {each.id: each for each in PROPERTIES.get(thing.kind or "", ())}
        shares: list[float] = []
        identifying: list[float] = []
        for asked in query.properties:
            found = known.get(asked.property)
            if found is None:
                continue
            if found.is_identifier:
                share = identifier_score(found.id, asked.values, identifiers_of(self.reader, thing.iri))
            else:
                share = value_score(asked.values, found.read(self.reader, thing.iri))
            if share is None:
                continue
            features[asked.property] = round(share, 3)
            (identifying if found.is_identifier else shares).append(share)
        if identifying:
            # Another identifier is another thing, whatever it is called.
            agreeing = sum(identifying) / len(identifying)
            if not agreeing:
                return 0.0
            return max(name, 0.99) if agreeing == 1 and name > _RELATED else (0.4 + 0.5 * agreeing) * name
        if not shares:
            return name
        return (1 - _WEIGHT) * name + _WEIGHT * sum(shares) / len(shares)

    def _identified(self, query: Query) -> list[Candidate]:
        """The thing that the query itself identifies."""
        for thing in self.identified(query.text):
            if query.kind in (None, thing.kind):
                return [Candidate(thing, 100.0, True, self.description(thing), {"identifier": 1.0})]
        return []

    def identified(self, text: str) -> Iterator[Thing]:
        """The things that a text as a whole identifies, in any spelling; none for words."""
        for iri in dict.fromkeys(self._meant(text.strip())):
            thing = self.reader.thing(iri)
            if thing.kind in KINDS and self.reader.is_described(iri):
                yield thing

    def _by_identifiers(self, query: Query) -> list[Candidate]:
        candidates = []
        for thing in self._identified_by_properties(query):
            features: dict[str, float] = {}
            score = self._score(1.0, thing, query, features)
            candidates.append(Candidate(thing, round(100 * score, 1), False, self.description(thing), features))
        return with_match(sorted(candidates, key=lambda each: (-each.score, each.thing.iri)))[: query.limit]

    def _identified_by_properties(self, query: Query) -> list[Thing]:
        """Things with an identifier that stands among the properties."""
        known = (
            identifier(asked.property, value)
            for asked in query.properties
            if asked.property in _IDENTIFYING
            for value in asked.values
        )
        found = dict.fromkeys(iri for each in known if each for iri in identified(self.reader, each, query.limit))
        things = map(self.reader.thing, found)
        return [thing for thing in things if thing.kind in KINDS and query.kind in (None, thing.kind)]

    def _meant(self, text: str) -> Iterator[str]:
        if text and not any(character.isspace() for character in text) and (iri := self.iri(text)) is not None:
            yield iri
        for known in recognised(text):
            yield from identified(self.reader, known, 5)

    def iri(self, id: str) -> str | None:
        """The IRI that a client means by an id: itself, or what follows the base; of what was merged into something
        else, or has a stronger identifier now, that thing's."""
        iri = id if id.startswith(self._base_iri) else self._base_iri + id
        kind, _, key = iri.removeprefix(self._base_iri).partition("/")
        if kind not in KINDS or not is_iri(iri):
            return None
        if self.reader.is_described(iri):
            return iri
        return called_now(self._snapshot.store, iri, self._base_iri, unquote(key))

    def id(self, iri: str) -> str:
        return iri.removeprefix(self._base_iri)

    def _hits(self, query: Query) -> list[Hit]:
        """Of many of one name the index may have others than who is identified."""
        hits = self._snapshot.index.candidates(query.text, query.kind, _LOOKED_AT)
        found = {hit.iri for hit in hits}
        others = (thing for thing in self._identified_by_properties(query) if thing.iri not in found)
        return [*(Hit(each.iri, each.kind or "", each.label, self.description(each)) for each in others), *hits]

    def description(self, thing: Thing) -> str:
        """A line that tells a thing from others of its name."""
        read = {
            "author": ("affiliation", "orcid", "paperCount"),
            "paper": ("author", "year", "venue"),
            "institution": ("place", "country", "ror"),
            "concept": ("scheme", "notation"),
            "venue": ("publisher", "issn"),
        }[thing.kind or "concept"]
        parts = []
        for id in read:
            values = self.values(thing, id)
            shown = ", ".join(_shown(value) for value in values[:2]) + (" …" if len(values) > 2 else "")
            if values:
                parts.append(f"{shown} paper{'' if shown == '1' else 's'}" if id == "paperCount" else shown)
        return " · ".join(parts)

    def values(self, thing: Thing, property: str) -> Sequence[Value]:
        found = next((each for each in PROPERTIES.get(thing.kind or "", ()) if each.id == property), None)
        return found.read(self.reader, thing.iri) if found else []

    def suggest(self, prefix: str, kind: str | None, limit: int, offset: int) -> list[Thing]:
        """Things with a word that begins so."""
        hits = self._snapshot.index.beginning(prefix, kind, limit, offset)
        return [Thing(hit.iri, hit.kind, hit.label) for hit in hits]


def with_match(candidates: list[Candidate]) -> list[Candidate]:
    """The same, best first, with the first a match where it is clearly meant."""
    if not candidates:
        return []
    best, *others = (replace(each, is_match=False) for each in candidates)
    second = others[0].score if others else 0.0
    is_clear = (best.score >= _SURE and best.score - second >= _AHEAD) or (best.score == _EXACT and second < _NEAR)
    return [replace(best, is_match=is_clear), *others]


def _shown(value: Value) -> str:
    return value.label if isinstance(value, Thing) else str(value)


def properties_of(kinds: Sequence[str]) -> dict[str, Property]:
    """The properties that things of these kinds have, by id."""
    return {each.id: each for kind in kinds for each in PROPERTIES[kind]}
