"""What a graph says of its links, and what of that another judgement changes: looking at what differs alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from kg import namespaces as ns
from kg.linking.concerned import renamed_things
from kg.linking.judging import Judgement, link_statements, merged_statement, outside_statements
from kg.linking.model import Judged, ThingMention

_HAS_LINK, _SAME_AS = (f"> <{predicate}> ".encode() for predicate in (ns.HAS_IDENTITY_LINK, ns.SAME_AS))

_Key = tuple[str, ...]
"""The ends of a link and its relation; or a thing, and whether it is one of an authority or merged into another."""


class LinkStatements:
    """The statements of one judgement, lines of N-Triples, by what they follow from."""

    def __init__(self, base_iri: str, judgement: Judgement) -> None:
        self._base_iri = base_iri
        self._own, self._links, self._papers = (f"<{base_iri}{kind}".encode() for kind in ("", "link/", "paper/"))
        self._judgement = judgement
        self.identity = judgement.identity
        self._of: dict[_Key, Judged | ThingMention | str] = {
            (each.link.subject, each.link.object, each.link.relation): each for each in judgement.links
        }
        self._of |= {(thing.thing, "outside"): thing for thing in judgement.outside}
        self._of |= {(thing, "merged"): canonical for thing, canonical in judgement.identity.canonical.items()}

    def changed_to(self, other: LinkStatements) -> tuple[set[bytes], set[bytes]]:
        """The lines that the other judgement has and this one has not, and those that only this one has."""
        # What is said of a link follows from it, from what its ends are called, and from which of them are preprints.
        preprints = self._judgement.preprints ^ other._judgement.preprints
        renamed = renamed_things(self.identity, other.identity) | preprints
        of, others = self._of, other._of
        keys = [key for key, each in of.items() if others.get(key) != each or not renamed.isdisjoint(key)]
        keys += others.keys() - of.keys()
        before, after = self._lines(keys), other._lines(keys)
        come, gone = after - before, before - after
        # Of two links that say the same one may be as it was.
        subjects = {subject_of(line) for line in self.like_records(come | gone)}
        said = other._lines(other._about(subjects) - set(keys)) if subjects else set()
        return come - said, gone - said

    def like_records(self, lines: Iterable[bytes]) -> list[bytes]:
        """Those that a record may state as well: not of links, and not of what is merged."""
        return [
            line
            for line in lines
            if not line.startswith(self._links)
            and _HAS_LINK not in line
            and not line.partition(_SAME_AS)[2].startswith(self._own)
        ]

    def said_of(self, things: Collection[str]) -> list[bytes]:
        """What is said of things, by the names they have, that a record may state as well."""
        return self.like_records(self._lines(self._about(things)))

    def names_of_papers(self) -> dict[str, set[str]]:
        """What papers are called in other graphs by links, and not by their records alone."""
        naming = {key for key in self._of if key[-1] == "outside" or (key[-1] == "same" and self._is_outward(key))}
        found: defaultdict[str, set[str]] = defaultdict(set)
        for line in self.like_records(self._lines(naming)):
            subject, same_as, name = line.partition(_SAME_AS)
            if same_as and line.startswith(self._papers):
                found[subject[1:].decode()].add(name[1:-4].decode())
        return found

    def _is_outward(self, key: _Key) -> bool:
        return not (key[0].startswith(self._base_iri) and key[1].startswith(self._base_iri))

    def _about(self, things: Collection[str]) -> set[_Key]:
        """Those of links and of things of authorities."""
        of = self.identity.of
        return {
            key
            for key in self._of
            if key[-1] != "merged" and any(end in things or of(end) in things for end in key[:2])
        }

    def _lines(self, keys: Iterable[_Key]) -> set[bytes]:
        return {line for key in keys for line in self._text(key).splitlines(keepends=True)}

    def _text(self, key: _Key) -> bytes:
        match self._of.get(key):
            case Judged() as judged:
                return link_statements(self._base_iri, judged, self._judgement)
            case ThingMention() as thing:
                return outside_statements(thing, self.identity)
            case str(canonical):
                return merged_statement(key[0], canonical)
            case None:
                return b""


def subject_of(line: bytes) -> str:
    return line[1 : line.index(b">")].decode()
