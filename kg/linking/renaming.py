"""What statistics and the search index know of records, with the canonical names of what is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from kg.facts import PaperFacts
from kg.linking.identity import Identity
from kg.naming import Naming
from kg.texts import Texts


class Renaming:
    """Gives facts their canonical names."""

    def __init__(self, naming: Naming, identity: Identity) -> None:
        self._naming = naming
        self._identity = identity

    def facts(self, facts: Iterator[PaperFacts]) -> Iterator[PaperFacts]:
        if not (self._identity.canonical or self._identity.affiliations or self._identity.subjects):
            return facts
        return map(self._renamed, facts)

    def _renamed(self, facts: PaperFacts) -> PaperFacts:
        of = self._identity.of
        authors = facts.authors
        facts.authors = self._authors(facts)
        if self._identity.affiliations:
            facts.institutions = [*facts.institutions, *self._affiliations(facts.paper, authors)]
        facts.paper = of(facts.paper)
        facts.subjects = [*map(of, facts.subjects), *self._identity.subjects.get(facts.paper, ())]
        facts.venue = of(facts.venue) if facts.venue else None
        facts.institutions = [of(institution) for institution in facts.institutions]
        return facts

    def _affiliations(self, paper: str, authors: list[str]) -> Iterator[str]:
        for authorship in self._authorships(paper, authors):
            yield from self._identity.affiliations.get(authorship, ())

    def _authorships(self, paper: str, authors: list[str]) -> Iterator[str]:
        seen: Counter[str] = Counter()
        for author in authors:
            seen[author] += 1
            yield self._naming.authorship(paper, author, seen[author])

    def _authors(self, facts: PaperFacts) -> list[str]:
        if not self._identity.authors:
            return [self._identity.of(author) for author in facts.authors]
        authorships = self._authorships(facts.paper, facts.authors)
        return [
            self._identity.authors.get(authorship) or self._identity.of(author)
            for authorship, author in zip(authorships, facts.authors, strict=True)
        ]

    def texts(self, texts: Texts) -> Texts:
        """Texts with the canonical names of what they are about."""
        if not self._identity.canonical:
            return texts
        for paper in texts.papers:
            paper.paper = self._identity.of(paper.paper)
        things = [msgspec.structs.replace(text, thing=self._identity.of(text.thing)) for text in texts.things]
        return Texts(texts.papers, things)
