"""What statistics and the search index know of records, with the canonical names of what is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from kg.facts import PaperFacts
from kg.linking.identity import Identity
from kg.naming import Naming
from kg.texts import Texts, decoded_texts, encoded_texts


class Renaming:
    """Gives facts their canonical names."""

    def __init__(self, naming: Naming, identity: Identity) -> None:
        self._naming = naming
        self._identity = identity

    def facts(self, facts: Iterator[PaperFacts]) -> Iterator[PaperFacts]:
        if not self._identity.canonical:
            return facts
        return map(self._renamed, facts)

    def _renamed(self, facts: PaperFacts) -> PaperFacts:
        of = self._identity.of
        facts.authors = self._authors(facts)
        facts.paper = of(facts.paper)
        facts.subjects = [of(subject) for subject in facts.subjects]
        facts.venue = of(facts.venue) if facts.venue else None
        facts.institutions = [of(institution) for institution in facts.institutions]
        return facts

    def _authors(self, facts: PaperFacts) -> list[str]:
        if not self._identity.authors:
            return [self._identity.of(author) for author in facts.authors]
        seen: Counter[str] = Counter()
        found = []
        for author in facts.authors:
            seen[author] += 1
            authorship = self._naming.authorship(facts.paper, author, seen[author])
            found.append(self._identity.authors.get(authorship) or self._identity.of(author))
        return found


def renamed_texts(content: bytes, identity: Identity) -> bytes:
    """Texts with the canonical names of what they are about."""
    if not identity.canonical:
        return content
    texts = decoded_texts(content)
    for paper in texts.papers:
        paper.paper = identity.of(paper.paper)
    things = [msgspec.structs.replace(text, thing=identity.of(text.thing)) for text in texts.things]
    return encoded_texts(Texts(texts.papers, things))
