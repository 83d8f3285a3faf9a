"""Which things of a graph could be asked about: what is one thing, with all identifiers that are known of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from kg.linking.identity import Identity
from kg.linking.model import decoded_mentions

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
    authorities, know of them."""
    found: dict[str, Thing] = {}
    authors: defaultdict[str, set[str]] = defaultdict(set)

    def know(iri: str, kind: Kind, name: str | None, keys: Iterable[str]) -> str:
        iri = identity.of(iri)
        thing = found.setdefault(iri, Thing(kind, name))
        thing.name = thing.name or name
        thing.keys.update(keys)
        return iri

    def read(chunks: Iterable[bytes]) -> None:
        for chunk in map(decoded_mentions, chunks):
            for paper in chunk.papers:
                iri = know(paper.paper, "paper", paper.title, paper.keys)
                for author in paper.authors:
                    whose = identity.authors.get(author.authorship, author.author)
                    authors[iri].add(know(whose, "author", author.name, author.keys))
            for each in chunk.things:
                if each.kind == "author" or each.kind == "institution":
                    know(each.thing, each.kind, next(iter(each.names), None), each.keys)

    read(mentions)
    here = sorted(found)
    read(others)
    for iri in authors:
        found[iri].has_unidentified_author = any(found[author].lacks("orcid") for author in authors[iri])
    return [found[iri] for iri in here]
