"""Organisations, and which of those that records describe are meant by names: of what other records call an
organisation, and in what is printed as an affiliation.

What names were found to mean is kept. It follows from the organisations that may be found by them, so only of names by
which others may be found now, or those otherwise described, is it asked again, and these alone are gone through.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import msgspec
import zstandard

from kg.files import write_atomically
from kg.linking.affiliations import Gazetteer, Match, address_words, is_short, keys_in_addresses, name_key
from kg.linking.institutions import Register, identifier_links, name_links, short_key
from kg.linking.model import Fact, Link, ThingMention

_ENCODER = msgspec.msgpack.Encoder()


class _Described(msgspec.Struct, array_like=True, frozen=True):
    """A digest of what is said of an organisation, and all `name_key`s that it may be found by."""

    digest: bytes
    keys: list[str]


class _Kept(msgspec.Struct):
    """What was found among the organisations that were described then, by their IRIs."""

    described: dict[str, _Described] = {}
    named: dict[bytes, tuple[str, list[Link]]] = {}
    """By the digest of what is said of an organisation that none describes: by which key it was looked for, and the
    links."""
    printed: dict[str, list[Match]] = {}
    """By what is printed."""


class KeptOrganisations:
    """What names of organisations were found to mean, in one file. It only saves work."""

    def __init__(self, path: Path, version: str) -> None:
        """`version` is that of the rules."""
        self._path = path
        self._version = f"1 {version}"

    def read(self) -> _Kept:
        try:
            content = zstandard.ZstdDecompressor().decompress(self._path.read_bytes())
            version, kept = msgspec.msgpack.decode(content, type=tuple[str, _Kept])
        except (OSError, zstandard.ZstdError, msgspec.DecodeError):
            return _Kept()
        return kept if version == self._version else _Kept()

    def write(self, kept: _Kept) -> None:
        content = msgspec.msgpack.encode((self._version, kept))
        write_atomically(self._path, zstandard.ZstdCompressor(level=1, write_checksum=True).compress(content))


class Organisations:
    """The organisations among some things.

    >>> things = [ThingMention("https://x/1", "institution", ("Institute of Examples",), record="r")]
    >>> Organisations(things).meant_by(["Inst. of Examples, Paris"])["Inst. of Examples, Paris"][0].institution
    'https://x/1'
    """

    def __init__(
        self,
        things: Iterable[ThingMention],
        full_names: Mapping[str, str] | None = None,
        kept: KeptOrganisations | None = None,
    ) -> None:
        """`full_names` of short codes, as a source is known to mean them."""
        self._things = [thing for thing in things if thing.kind == "institution"]
        self._full_names = full_names or {}
        self._mentions: defaultdict[str, list[ThingMention]] = defaultdict(list)
        for thing in self._things:
            if thing.record is not None and thing.status != "withdrawn":
                self._mentions[thing.thing].append(thing)
        self._kept = kept
        self._before = kept.read() if kept else _Kept()
        self._now = _Kept(dict(self._described()))
        before, now = self._before.described, self._now.described
        changed = {thing for thing in before.keys() | now.keys() if before.get(thing) != now.get(thing)}
        self._changed = {key for thing in changed for of in (before, now) if thing in of for key in of[thing].keys}

    def _described(self) -> Iterator[tuple[str, _Described]]:
        before = self._before.described
        for thing, mentions in self._mentions.items():
            digest = _digest(mentions)
            known = before.get(thing)
            if known is None or known.digest != digest:
                keys = set(chain.from_iterable(map(keys_in_addresses, mentions)))
                known = _Described(digest, sorted(keys.union(map(short_key, keys)) - {""}))
            yield thing, known

    def name_of(self, institution: str) -> str:
        """What one that records describe is called."""
        return self._mentions[institution][-1].names[0]

    def links(self) -> Iterator[Link]:
        """Links between organisations, each pair once: 'shared-identifier', then 'institution-name'."""
        linked: set[tuple[str, str]] = set()
        for link in (*identifier_links(self._things), *self._links_by_name()):
            pair = link.subject, link.object
            if pair not in linked:
                linked.add(pair)
                yield link

    def _links_by_name(self) -> Iterator[Link]:
        unknown: list[tuple[bytes, str, ThingMention]] = []
        for thing in {thing.thing: thing for thing in self._things if thing.thing not in self._mentions}.values():
            meant = self._meant(thing)
            digest = _digest((thing, meant))
            known = self._before.named.get(digest)
            if known and known[0] not in self._changed:
                self._now.named[digest] = known
            else:
                unknown.append((digest, meant, thing))
        keys = {digest: name_key(meant) for digest, meant, _ in unknown}
        register = Register(self._found_by(set(keys.values()).intersection) if unknown else ())
        for digest, meant, thing in unknown:
            self._now.named[digest] = (keys[digest], list(name_links(thing, meant, register)))
        for _, links in self._now.named.values():
            yield from links

    def _meant(self, thing: ThingMention) -> str:
        return self._full_names.get(thing.thing.rpartition("/")[2], thing.names[0])

    def meant_by(self, printed: Iterable[str]) -> Mapping[str, list[Match]]:
        """The organisations that each of these affiliations names, surest first."""
        known, changed = self._before.printed, _Names(self._changed)
        found = self._now.printed
        unknown: list[str] = []
        for raw in dict.fromkeys(printed):
            if raw in known and not (changed and changed.may_stand_in(raw)):
                found[raw] = known[raw]
            else:
                unknown.append(raw)
        if unknown:
            words = set[str]().union(*map(_words, unknown))
            described = list(self._found_by(lambda keys: any(words.issuperset(key.split()) for key in keys)))
            gazetteer, register = Gazetteer(described), Register(described)
            for raw in unknown:
                found[raw] = gazetteer.match(raw) or (register.match_name(raw) if is_short(raw) else [])
        return found

    def _found_by(self, is_asked: Callable[[list[str]], object]) -> Iterator[ThingMention]:
        """What is said of organisations that may be found by some keys."""
        for thing, described in self._now.described.items():
            if is_asked(described.keys):
                yield from self._mentions[thing]

    def keep(self) -> None:
        """What was asked for since they are known, in place of what was kept before."""
        if self._kept and self._now != self._before:
            self._kept.write(self._now)


class _Names:
    """Names, to be looked for in many texts."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._by_word: defaultdict[str, list[list[str]]] = defaultdict(list)
        for key in keys:
            if words := key.split():
                self._by_word[words[0]].append(words)

    def __len__(self) -> int:
        return len(self._by_word)

    def may_stand_in(self, raw: str) -> bool:
        words = _words(raw)
        return any(words.issuperset(name) for word in words for name in self._by_word.get(word, ()))


def _words(raw: str) -> set[str]:
    """Those of all names that may be found in a text."""
    return {*address_words(raw), *(name_key(raw).split() if is_short(raw) else ())}


def affiliation_links(printed: Sequence[tuple[str, str]], organisations: Organisations) -> Iterator[Link]:
    """Of authorships whose records print an affiliation and identify no organisation, each with what is printed: those
    that the text names."""
    meant = organisations.meant_by(raw for _, raw in printed)
    for authorship, raw in printed:
        for match in meant[raw]:
            fact = Fact("affiliation", raw[:300], organisations.name_of(match.institution))
            yield Link(
                subject=authorship,
                object=match.institution,
                relation="affiliation",
                method="affiliation",
                confidence=match.confidence,
                facts=(fact, *match.facts[1:]),
            )


def _digest(said: object) -> bytes:
    return hashlib.blake2b(_ENCODER.encode(said), digest_size=16).digest()
