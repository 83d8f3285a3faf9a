"""Which thing a reader means who typed a name, a key or an IRI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from kg.errors import TermError
from kg.finding import find
from kg.identifiers import is_identifier
from kg.links import called_now
from kg.ntriples import check_iri
from kg.resources import GraphReader, Thing
from kg.search import Hit
from server.state import current_snapshot, current_state

_LONGEST = 1000
_CANDIDATES = 8
_SAFE_IN_KEY = "/:@!$&'()*+,;=~%"


@dataclass(frozen=True)
class Picked:
    """What was typed, and the thing that it names; if it names none, things that it may mean."""

    text: str
    thing: Thing | None
    candidates: list[Hit]

    @property
    def key(self) -> str:
        """What to put in an address for the thing: its IRI below the base, or what was typed."""
        base = current_state().settings.base_iri
        return self.thing.iri.removeprefix(base) if self.thing else self.text


def picked(reader: GraphReader, text: str, kinds: Sequence[str]) -> Picked:
    """By `author/evan-hubinger`, by `evan-hubinger` where that is an author, by the IRI; else by a name of only one."""
    text = text.strip()[:_LONGEST]
    for kind in kinds:
        thing = _thing(reader, text, kind)
        if thing:
            return Picked(text, thing, [])
    snapshot = current_snapshot()
    hits = [hit for kind in kinds for hit in find(snapshot, text, kind, _CANDIDATES).hits] if text else []
    called = hits if is_identifier(text) else [hit for hit in hits if hit.label.casefold() == text.casefold()]
    return Picked(text, reader.thing(called[0].iri), []) if len(called) == 1 else Picked(text, None, hits)


def key_of(iri: str) -> str:
    """A thing as addresses name it."""
    return iri.removeprefix(current_state().settings.base_iri)


def _thing(reader: GraphReader, text: str, kind: str) -> Thing | None:
    """The thing of that kind with this key, also where it is called otherwise now."""
    snapshot = current_snapshot()
    base = snapshot.manifest.base_iri
    key = text.removeprefix(base).removeprefix(f"{kind}/")
    if not key:
        return None
    for tail in dict.fromkeys((key, quote(key, safe=_SAFE_IN_KEY))):
        try:
            iri = check_iri(f"{base}{kind}/{tail}")
        except TermError:
            continue
        if not reader.is_described(iri):
            iri = called_now(snapshot.store, iri, base, tail) or iri
        thing = reader.thing(iri)
        if thing.kind == kind:
            return thing
    return None
