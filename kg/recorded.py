"""What the records of a store say, from the facts and texts that mapping left of them: what is counted, and the search
index, without asking the graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.facts import Statistics, decoded_facts
from kg.known_schemes import VOCABULARY
from kg.linking.judging import Judgement
from kg.linking.link_statements import LinkStatements
from kg.linking.renaming import Renaming
from kg.naming import Naming
from kg.processes import without_collecting
from kg.search import Chunk, PreparedIndex
from kg.store import StoreFolder
from kg.texts import VERSION as TEXTS_VERSION
from kg.texts import decoded_texts

_SUBJECT = re.compile(rb"^<([^>]*)>", re.MULTILINE)
# Asking the graph for so many things takes as long as asking it for all.
_MANY = 20_000


class Recorded:
    """The records of some parts, (dataset, part), in order, all on disk, and what is one of what they speak of."""

    def __init__(self, store: StoreFolder, parts: Sequence[tuple[str, str]], judgement: Judgement) -> None:
        self._store = store
        self._segments = store.segments
        self._parts = parts
        self._judgement = judgement
        self._identity = judgement.identity
        self._naming = Naming(store.base_iri)
        self._renaming = Renaming(self._naming, judgement.identity)

    @property
    def has_facts(self) -> bool:
        """Whether the facts tell all that counts; those of RDF files that speak of papers do not."""
        return all(known.has_facts for known in (self._segments.part(*part) for part in self._parts) if known)

    def statistics(self) -> Statistics:
        """Everything counted."""
        naming, parts, segments = self._naming, self._parts, self._segments
        statistics = Statistics(
            lambda: ((naming.dataset(part[0]), facts) for part in parts for facts in segments.facts(*part)),
            self._renaming.facts,
            LinkStatements(self._store.base_iri, self._judgement).names_of_papers(),
        )
        with without_collecting():
            statistics.count()
        return statistics

    def index(self, statistics: Statistics) -> PreparedIndex | None:
        """Begin to write the search index; None where that takes as long as asking the graph."""
        if any(version < TEXTS_VERSION for version in map(self._texts_version, self._parts)):
            return None
        vocabulary = b"".join(
            block for part in self._parts if part[0] == VOCABULARY for block in self._segments.statements(*part)
        )
        ask = {match[1].decode() for match in _SUBJECT.finditer(vocabulary)} | statistics.recurring_papers()
        ask.update(thing for thing in self._identity.canonical.values() if "/authorship/" not in thing)
        if len(ask) >= _MANY:
            return None
        return PreparedIndex(self._store.folder / "index.next", self._chunks(), statistics, ask)

    def _texts_version(self, part: tuple[str, str]) -> int:
        first = next(self._segments.texts(*part), None)
        return TEXTS_VERSION if first is None else decoded_texts(first).version

    def _chunks(self) -> Iterator[Chunk]:
        for dataset, part in self._parts:
            both = zip(self._segments.facts(dataset, part), self._segments.texts(dataset, part), strict=True)
            for facts, texts in both:
                renamed_facts = list(self._renaming.facts(iter(decoded_facts(facts))))
                yield Chunk(self._naming.dataset(dataset), renamed_facts, self._renaming.texts(decoded_texts(texts)))
