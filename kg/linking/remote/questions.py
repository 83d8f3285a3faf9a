"""Which things of a graph could be asked about: what is one thing, with all identifiers that are known of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from kg.linking.identity import Identity
from kg.linking.model import AuthorMention, ThingMention, decoded_mentions

Kind = Literal["paper", "author", "institution"]


@dataclass
class Thing:
    """What all records together say of one thing."""

    kind: Kind
    name: str | None = None
    """The title of a paper."""
    keys: set[str] = field(default_factory=set)
    """Identifiers in normal form, 'doi:10.5555/1'."""
    has_unidentified_author: bool = False
    """Of a paper: whether one of its authors has no ORCID."""

    def key(self, *schemes: str) -> str | None:
        """An identifier of the first of these schemes that it has one of; of several always the same one."""
        for scheme in schemes:
            found = [key for key in self.keys if key.startswith(scheme + ":")]
            if found:
                return min(found)
        return None

    def lacks(self, scheme: str) -> bool:
        return self.key(scheme) is None

    def called(self, what: str) -> str | None:
        """A question by its name: 'title:On Things'."""
        return f"{what}:{self.name}" if self.name and len(self.name) <= _LONGEST_NAME else None


# What is longer is hardly a title, and makes addresses that servers refuse.
_LONGEST_NAME = 400


def things_of(mentions: Iterable[bytes], others: Iterable[bytes], identity: Identity) -> list[Thing]:
    """Papers, authors and institutions that these chunks of mentions speak of, each once, with what `others`, those of
    authorities, know of them; without organisations that nothing but a register names: of those there are too many.
    """
    reader = _Reader(identity)
    reader.read(mentions)
    here = reader.named()
    reader.read(others)
    return [reader.thing(iri) for iri in here]


class _Reader:
    """Things as chunk after chunk says more of them."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._found: dict[str, Thing] = {}
        self._authors: defaultdict[str, set[str]] = defaultdict(set)
        self._of_papers = {identity.of(iri) for found in identity.affiliations.values() for iri in found}
        self._mentioned: set[str] = set()
        self._related: set[str] = set()

    def read(self, mentions: Iterable[bytes]) -> None:
        for chunk in map(decoded_mentions, mentions):
            for paper in chunk.papers:
                iri = self._know(paper.paper, "paper", paper.title, paper.keys)
                self._of_papers.add(iri)
                for author in paper.authors:
                    self._authors[iri].add(self._author(author))
            for each in chunk.things:
                if each.kind == "author" or each.kind == "institution":
                    self._thing(each, each.kind)

    def named(self) -> list[str]:
        named = self._of_papers | (self._mentioned - self._related)
        return sorted(named & self._found.keys())

    def thing(self, iri: str) -> Thing:
        thing = self._found[iri]
        thing.has_unidentified_author = any(self._found[author].lacks("orcid") for author in self._authors[iri])
        return thing

    def _author(self, author: AuthorMention) -> str:
        iri = self._identity.authors.get(author.authorship, author.author)
        self._of_papers.update(map(self._identity.of, author.institutions))
        iri = self._know(iri, "author", author.name, author.keys)
        self._of_papers.add(iri)
        return iri

    def _thing(self, mention: ThingMention, kind: Kind) -> None:
        iri = self._know(mention.thing, kind, next(iter(mention.names), None), mention.keys)
        self._related.update(self._identity.of(other) for _, other in mention.relations)
        is_of_register = mention.record is not None and any(key.startswith("ror:") for key in mention.keys)
        if not is_of_register:
            self._mentioned.add(iri)

    def _know(self, iri: str, kind: Kind, name: str | None, keys: Iterable[str]) -> str:
        iri = self._identity.of(iri)
        thing = self._found.setdefault(iri, Thing(kind, name))
        thing.name = thing.name or name
        thing.keys.update(keys)
        return iri
