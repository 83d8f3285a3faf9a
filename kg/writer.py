"""Writing a store: bringing its primary store to what the segments, the links and the journal say."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

import msgspec

from kg import derived
from kg.bulk import taken
from kg.edits import Position
from kg.errors import StoreError
from kg.facts import DERIVED_PREDICATES, RELEVANT_PREDICATES
from kg.graph_edits import GraphEdits
from kg.increments import Newcomers, Plan
from kg.known_schemes import VOCABULARY, ensure_vocabulary
from kg.linking.gathering import mentioned_parts
from kg.linking.identity import Identity
from kg.linking.judging import Judgement
from kg.linking.judging import statements as said_of_links
from kg.linking.linking import Linker
from kg.linking.merging import attribute, merge
from kg.linking.model import decoded_mentions
from kg.linking.records import RecordIndex
from kg.primary import Primary
from kg.processes import without_collecting
from kg.progress import Progress
from kg.recorded import Recorded
from kg.recounts import Effect
from kg.said import Known
from kg.search import PreparedIndex
from kg.segments import compressed
from kg.store import Contents, StoreFolder, wanted_contents

_LINKS_AT_ONCE = 2000
# Statements that are few enough to be held in memory, in bytes; and the part of all records that may be looked at one
# by one: with more of them concerned, a graph is built as quickly from nothing.
_FEW = 2**27
_FEW_OF = 4
_AT_LEAST = 1000
# With so many statements compacting takes seconds, which readers need not wait for. Bulk loading leaves a file of each
# index for every million; with more files than this, whatever looks things up takes longer than compacting: merging,
# counting, reading.
_LARGE, _TOO_LARGE = 1_000_000, 15_000_000
# Papers of which edits are counted where a graph is built, in place of asking the rules of all.
_MANY_EDITED = 100_000
_COUNTING = RELEVANT_PREDICATES | DERIVED_PREDICATES


class _MoreIsApart(Exception):
    """Things that were one are not any more, which only the segments can tell."""


@dataclass
class _Derivation:
    """What is learned while statements are streamed."""

    judgement: Judgement = field(default_factory=Judgement)


@dataclass(frozen=True)
class Step:
    """From which contents the primary store was brought to others: what was said of newcomers, and by which effects:
    other statements that were added (True) and removed (False). Of `known` things all is known that is said of them."""

    since: Contents
    newcomers: Newcomers
    effects: list[Effect]
    known: Known


class Edited(NamedTuple):
    """What a primary store holds after edits, what they added (True) and removed (False), and what is derived otherwise
    by that."""

    contents: Contents
    effects: list[Effect]
    derived: list[Effect]


@dataclass(frozen=True)
class Arriving:
    """Datasets that are being mapped while they are loaded.

    `statements` maps: when it is exhausted, every part is on disk, and `write_manifests` can say so.
    """

    parts: Mapping[str, tuple[str, ...]]
    """By dataset, all that the new segments consist of."""
    segments: Mapping[str, str]
    mapped: frozenset[tuple[str, str]]
    """Those dataset's parts that `statements` holds; the others are on disk already."""
    statements: Iterator[bytes]
    write_manifests: Callable[[], None]


@contextmanager
def writing(store: StoreFolder, wait: bool = True) -> Iterator[Writer]:
    """The one writer of a store; waits for its turn (StoreBusy at once if `wait` is false)."""
    with store.alone(wait):
        writer = Writer(store)
        try:
            yield writer
        finally:
            writer.close()


class Writer:
    """What only whoever has a store alone may do."""

    def __init__(self, store: StoreFolder) -> None:
        self._store = store
        self.primary = Primary(store)
        self.index: PreparedIndex | None = None
        """The search index of what was built, where it could be prepared."""
        self.step: Step | None = None
        """What was done to bring the primary store to what it holds, where that was little."""
        self.counted: list[Effect] = []
        """What is derived otherwise in a graph that was built, by its edits."""
        self._edits = self._edits_since(Position())

    def close(self) -> None:
        """Let go of everything; the next writer opens it."""
        self.primary.release()
        self.step = None
        self._discard_index()

    def _discard_index(self) -> None:
        if self.index:
            self.index.discard()
            self.index = None

    def build(
        self,
        progress: Progress,
        from_nothing: bool = False,
        arriving: Arriving | None = None,
        linker: Linker | None = None,
    ) -> Contents:
        """Bring the primary store to what the catalogue and the journal say, with the least work.

        `arriving` datasets come into force with it, and the links that a `linker` finds. Repairs what a crash left, and
        derives the statistics anew if anything changed. On any error the primary store and the catalogue are as they
        were.
        """
        ensure_vocabulary(self._store.segments, self._store.base_iri)
        self._edits = self._edits_since(Position())
        wanted = wanted_contents(self._store, arriving.segments if arriving else {}, from_nothing)
        if linker:
            wanted = msgspec.structs.replace(wanted, links=linker.id_of(wanted.segments))
        present = None if from_nothing else self._store.contents()
        if present == wanted and not (arriving and arriving.mapped):
            if arriving:
                self._store.segments.put_in_force(arriving.segments)
            return wanted
        step = self._step_to(wanted, present, arriving, linker, progress) if present else arriving
        if isinstance(step, Step):
            self.step = step
            return wanted
        try:
            self._bring_to(wanted, present, step, linker, progress)
        except _MoreIsApart:
            self._bring_to(wanted, None, _arrived(step), linker, progress)
        return wanted

    def _step_to(
        self,
        wanted: Contents,
        present: Contents,
        arriving: Arriving | None,
        linker: Linker | None,
        progress: Progress,
    ) -> Step | Arriving | None:
        """Bring the primary store to what is wanted by changing what is concerned. Where that is much, or cannot be
        told, nothing is done, and what still arrives is returned."""
        present_parts, wanted_parts = self._present_parts(present), self._parts(wanted, arriving)
        if not (present_parts and present_parts <= wanted_parts and self.primary.derived.exists()):
            return arriving
        if present.rules != wanted.rules:
            return arriving  # of everything something else is derived
        before = self._store.links.read(present.links)
        if before is None or not self._all_have_facts(present_parts):
            return arriving
        if not self._follows_edits(present, before.identity):
            return arriving
        arrived, new_parts = list[bytes](), wanted_parts - present_parts
        if arriving:
            arrived = taken(arriving.statements, _FEW)
            if sum(map(len, arrived)) > _FEW:
                return replace(arriving, statements=chain(arrived, arriving.statements))
            arriving.write_manifests()
        mapped = arriving.mapped if arriving else frozenset()
        arrived += taken(self._load_parts(None, sorted(new_parts - mapped), progress), _FEW)
        bare = self._edits.bare_things(self.primary.database())
        if sum(map(len, arrived)) > _FEW or not self._all_have_facts(new_parts) or _are_named(bare, arrived):
            return _arrived(arriving)
        after = self._links(wanted, linker, progress)
        identities = before.identity, after.identity
        if self._edits.are_called_otherwise(*identities) or _are_merged(bare, *identities):
            return _arrived(arriving)
        with closing(self._record_index()) as index:
            index.know((part for part in wanted_parts if part[0] != VOCABULARY), progress)
            plan = Plan(index, self._store.base_iri, (before, after), arrived, new_parts, self._edits.predicates)
            del arrived
            if not plan.read(max(len(index) // _FEW_OF, _AT_LEAST)):
                return _arrived(arriving)
            progress("changing the graph")
            with self.primary.changing(anew=False):
                database = self.primary.database()
                made = plan.apply(database, partial(self._edits.make, database, after.identity))
                derived.change(self.primary.derived, made.gone, made.come)
                self.primary.is_regular = True
                self._put_in_force(wanted, arriving)
                self.primary.settle(wanted)
        return Step(present, made.newcomers, made.effects, made.known)

    def know_records(self, contents: Contents, progress: Progress) -> None:
        """Read which records speak of which things, so that the next ones can be added without reading all of them. A
        step has read that already, and what cannot be read or written now is when it is needed."""
        parts = [part for part in self._parts(contents, None) if part[0] != VOCABULARY]
        if self.step is None and self._all_have_facts(parts):
            with closing(self._record_index()) as index, suppress(OSError, sqlite3.Error, StoreError):
                index.know(parts, progress)

    def _record_index(self) -> RecordIndex:
        return RecordIndex(self._store.links.folder / "records.sqlite", self._store.segments, self._store.base_iri)

    def _edits_since(self, position: Position) -> GraphEdits:
        return GraphEdits(self._store.journal, self._store.base_iri, position)

    def _follows_edits(self, present: Contents, identity: Identity) -> bool:
        """Whether what is derived knows of all edits, and can follow what comes beside them."""
        is_counted = not self._edits_since(present.derived_from).speak_by(_COUNTING)
        return is_counted and self._edits.are_regular(self.primary.database(), identity)

    def _put_in_force(self, wanted: Contents, arriving: Arriving | None) -> None:
        if arriving:
            self._store.segments.put_in_force(arriving.segments)
        if wanted.links != self._store.links.in_force():
            self._store.links.put_in_force(wanted.links)

    def _all_have_facts(self, parts: Iterable[tuple[str, str]]) -> bool:
        found = (self._store.segments.part(*part) for part in parts)
        return all(part.has_facts for part in found if part)

    def _bring_to(
        self,
        wanted: Contents,
        present: Contents | None,
        arriving: Arriving | None,
        linker: Linker | None,
        progress: Progress,
    ) -> None:
        wanted_parts = self._parts(wanted, arriving)
        present_parts = self._present_parts(present)
        if present is None or not present_parts <= wanted_parts or not self.primary.derived.exists():
            present, present_parts = None, set()
        elif self.primary.is_regular and self._edits.speak_by(RELEVANT_PREDICATES):
            # Counts are those of the records, and what edits change of them: that is told of a graph without edits.
            present, present_parts = None, set()
        mapped = arriving.mapped if arriving else frozenset()
        with self.primary.changing(anew=not present_parts):
            statements = self._load_parts(arriving, sorted(wanted_parts - present_parts - mapped), progress)
            self._load_and_derive(wanted, present, statements, linker, progress)
            if not present_parts:
                count = self._statements(wanted)
                self.primary.is_compact = not _LARGE <= count < _TOO_LARGE
                if count < _LARGE:
                    self.primary.database().optimize()
            identity = (self._store.links.read(wanted.links) or Judgement()).identity
            self.primary.is_regular = self._all_have_facts(wanted_parts) and self._edits.are_regular(
                self.primary.database(), identity
            )
            self._put_in_force(wanted, arriving)
            self.primary.settle(wanted)

    def _present_parts(self, present: Contents | None) -> set[tuple[str, str]]:
        """What need not be loaded. Nothing if there is a segment that is not known any more: then all is built anew."""
        try:
            return self._parts(present, None) if present else set()
        except StoreError:
            return set()

    def _parts(self, contents: Contents, arriving: Arriving | None) -> set[tuple[str, str]]:
        """Which parts make these contents, as (dataset, part)."""
        coming = arriving.parts if arriving else {}
        segments = self._store.segments
        return {
            (dataset, part)
            for dataset, segment in contents.segments.items()
            for part in (coming.get(dataset) or segments.manifest(dataset, segment).parts)
        }

    def _statements(self, contents: Contents) -> int:
        """How many statements the records make, those that several make counted each time."""
        manifest = self._store.segments.manifest
        return sum(manifest(*segment).counts.statements for segment in contents.segments.items())

    def parts(self, contents: Contents) -> list[tuple[str, str]]:
        """The parts of these contents, as (dataset, part), in order."""
        return sorted(self._parts(contents, None))

    def _load_parts(
        self, arriving: Arriving | None, parts: list[tuple[str, str]], progress: Progress
    ) -> Iterator[bytes]:
        if arriving:
            yield from arriving.statements
            arriving.write_manifests()
        for dataset in sorted({dataset for dataset, _ in parts}):
            progress(f"loading {dataset}")
            for part in (part for of, part in parts if of == dataset):
                yield from self._store.segments.statements(dataset, part)

    def _load_and_derive(
        self,
        wanted: Contents,
        present: Contents | None,
        statements: Iterator[bytes],
        linker: Linker | None,
        progress: Progress,
    ) -> None:
        """Load the statements, make one what is one, apply the edits, derive."""
        stale = derived.statements(self.primary.derived)
        if present and self._edits.speak_by(RELEVANT_PREDICATES):
            self.primary.take_back(stale)
            self._bulk_load(statements, wanted, present, progress)
            judgement = self._judgement(wanted, present, linker, progress)
            self._merge(wanted, judgement, progress)
            self._edits.make(self.primary.database(), judgement.identity)
            self._derive_by_rules(judgement, progress)
            return
        derivation = _Derivation()
        statements = self._with_derived(wanted, present, statements, stale, linker, derivation, progress)
        self._bulk_load(statements, wanted, present, progress)
        self.primary.take_back(stale)
        self._merge(wanted, derivation.judgement, progress)
        if not (self._edit(derivation.judgement.identity) and self.primary.derived.exists()):
            self._derive_by_rules(derivation.judgement, progress)

    def _edit(self, identity: Identity) -> bool:
        """Make all edits in a graph of records, as a person did after the last build: what a source states again stays
        removed. False if what is derived cannot follow, and is taken back."""
        database = self.primary.database()
        if not self._edits.speak_by(RELEVANT_PREDICATES) or not self.primary.derived.exists():
            self._edits.make(database, identity)
            return True
        counted = self._edits.make_and_count(database, identity, is_regular=True, most=_MANY_EDITED)
        if counted.derived is None:
            self.primary.take_back(derived.statements(self.primary.derived))
            self._discard_index()
            return False
        derived.change(self.primary.derived, *counted.changed_lines(), at_once=True)
        self.counted = counted.derived
        return True

    def _derive_by_rules(self, judgement: Judgement, progress: Progress) -> None:
        progress("deriving statistics")
        database = self.primary.database()
        edit = partial(self._edits.make, database, judgement.identity)
        derived.derive_by_rules(self.primary.derived, database, self._said_of_links(judgement), edit)

    def _bulk_load(
        self, statements: Iterator[bytes], wanted: Contents, present: Contents | None, progress: Progress
    ) -> None:
        self.primary.bulk_load(statements)
        if present is None and self._statements(wanted) >= _TOO_LARGE:
            progress("compacting")
            self.primary.database().optimize()

    def _judgement(
        self, wanted: Contents, present: Contents | None, linker: Linker | None, progress: Progress
    ) -> Judgement:
        """What is one; every part is on disk. `_MoreIsApart` if that takes back what was made one before."""
        judgement = self._links(wanted, linker, progress)
        before = self._store.links.read(present.links) if present else Judgement()
        if before is None or not judgement.identity.coarsens(before.identity):
            raise _MoreIsApart
        return judgement

    def _links(self, wanted: Contents, linker: Linker | None, progress: Progress) -> Judgement:
        links = self._store.links
        judgement = links.read(wanted.links)
        if judgement is None and linker:
            progress("linking")
            with without_collecting():
                parts = mentioned_parts(self._store.segments, self.parts(wanted))
                judgement = linker.link(links, wanted.links, parts)
        if judgement is None:
            raise StoreError(f"{links.path(wanted.links)} is missing or damaged; run 'kg link'", wanted.links)
        return judgement

    def _mentions(self, contents: Contents) -> Iterator[bytes]:
        for part in self.parts(contents):
            yield from self._store.segments.mentions(*part)

    def _merge(self, contents: Contents, judgement: Judgement, progress: Progress) -> None:
        """Make one what is one."""
        database, identity = self.primary.database(), judgement.identity
        if identity.canonical:
            progress("merging")
            merge(database, identity, self._store.base_iri)
        if identity.authors:
            mentions = (decoded_mentions(chunk).papers for chunk in self._mentions(contents))
            attribute(database, identity, chain.from_iterable(mentions))

    def _with_derived(
        self,
        wanted: Contents,
        present: Contents | None,
        statements: Iterator[bytes],
        stale: set[bytes],
        linker: Linker | None,
        derivation: _Derivation,
        progress: Progress,
    ) -> Iterator[bytes]:
        """The statements, then those about links and those derived from the facts of all parts, if not there yet.

        `stale` is left with those that are there and should not be. Where a part has no facts nothing is derived.
        """
        yield from statements
        derivation.judgement = judgement = self._judgement(wanted, present, linker, progress)
        self.primary.derived.unlink(missing_ok=True)
        recorded = Recorded(self._store, self.parts(wanted), judgement)
        if not recorded.has_facts:
            return
        progress("deriving statistics")
        statistics = recorded.statistics()
        self.index = recorded.index(statistics)
        with derived.replacing(self.primary.derived) as stream:
            for block in chain(self._said_of_links(judgement), statistics.statements()):
                stream.write(compressed(block))
                if stale:
                    lines = set(block.splitlines(keepends=True))
                    block = b"".join(lines - stale)
                    stale -= lines
                yield block

    def _said_of_links(self, judgement: Judgement) -> Iterator[bytes]:
        statements = said_of_links(self._store.base_iri, judgement)
        while batch := b"".join(islice(statements, _LINKS_AT_ONCE)):
            yield batch

    def apply_edits(self) -> Edited:
        """Bring a primary store that is whole to the end of the journal, and what is derived with it where that can be
        told by what changes."""
        present = self._store.contents()
        if present is None:
            raise StoreError(f"{self.primary.path} is not whole; run 'kg rebuild'", self.primary.path)
        self.primary.unsettle()
        database = self.primary.database()
        identity = (self._store.links.read(present.links) or Judgement()).identity
        can_follow = self.primary.is_regular and present.derived_from == present.edits
        counted = self._edits_since(present.edits).make_and_count(database, identity, can_follow)
        contents = msgspec.structs.replace(present, edits=self._store.journal.end(present.edits))
        if counted.derived is not None:
            contents = msgspec.structs.replace(contents, derived_from=contents.edits)
            derived.change(self.primary.derived, *counted.changed_lines(), at_once=True)
        self.primary.is_regular = counted.derived is not None
        self.primary.settle(contents)
        return Edited(contents, counted.edited, counted.derived or [])


def _are_named(things: Iterable[str], arrived: Collection[bytes]) -> bool:
    return any(f"<{thing}>".encode() in block for thing in things for block in arrived)


def _are_merged(things: Set[str], before: Identity, after: Identity) -> bool:
    """Whether something is one with one of these that was not, or is no more."""
    differing = before.canonical.items() ^ after.canonical.items() if things else ()
    return any(called in things for _, called in differing)


def _arrived(arriving: Arriving | None) -> Arriving | None:
    """What arrives once all of it is on disk."""
    return replace(arriving, statements=iter(()), mapped=frozenset()) if arriving else None
