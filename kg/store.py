"""The primary store: a build product of the segments, owned by one writer at a time and open only while it writes.

store.json      format and base IRI of the store folder
writer.lock     who writes holds it
primary/        the RocksDB database
primary.json    what is in it; absent while it is being changed, so that a crash is noticed and repaired
derived.nt.zst  the derived statements in it (see ontology/derived)
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pyoxigraph
import zstandard
from pyoxigraph import Quad, RdfFormat

from kg import paths
from kg.edits import Journal, Position
from kg.errors import SettingError, StoreError
from kg.files import checksum, file_lock, write_atomically
from kg.namespaces import DEFAULT_BASE
from kg.segments import Manifest, SegmentStore, segment_id

STORE_VERSION = 1
VOCABULARY = "vocabulary"

_SCHEMES = paths.ONTOLOGY / "concepts.ttl"

# The schemes are written under the default base IRI; the ontology keeps its namespace whatever the base is.
_DEFAULT_THING = re.compile(f"<{re.escape(DEFAULT_BASE)}(?!ontology#)")

Progress = Callable[[str], None]


class _Identity(msgspec.Struct, frozen=True):
    version: int
    base_iri: str


class Contents(msgspec.Struct, frozen=True):
    """What the primary store holds: segments by dataset, edits up to a commit, derived statements."""

    segments: dict[str, str]
    edits: Position
    rules: str
    """Digest of the rules for derived statements."""
    derived_from: Position
    """The edits that the derived statements know of; a small write leaves them as they are."""

    @property
    def digest(self) -> str:
        parts = (sorted(self.segments.items()), self.edits, self.rules, self.derived_from)
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:12]


class StoreFolder:
    """A store on disk. Reading what it says of itself needs no lock; `writer()` gives the right to change it."""

    def __init__(self, folder: Path, base_iri: str = DEFAULT_BASE) -> None:
        self.folder = folder
        self.base_iri = base_iri
        self.segments = SegmentStore(folder)
        self.journal = Journal(folder)

    def check(self) -> None:
        """SettingError if the folder was made under another base IRI, StoreError if it is of a later version."""
        path = self.folder / "store.json"
        try:
            identity = msgspec.json.decode(path.read_bytes(), type=_Identity)
        except FileNotFoundError:
            return
        except msgspec.DecodeError as error:
            raise StoreError(f"{path} is damaged ({error}); is {self.folder} a paperkg store?", path) from error
        if identity.version != STORE_VERSION:
            raise StoreError(f"{self.folder} has store version {identity.version}; this paperkg reads {STORE_VERSION}")
        if identity.base_iri != self.base_iri:
            raise SettingError(
                f"{self.folder} names things under {identity.base_iri}; set KG_BASE_IRI to that or take another store",
                self.base_iri,
            )

    @contextmanager
    def writer(self, wait: bool = True) -> Iterator[Writer]:
        """The one writer of the store, waiting for its turn (StoreBusy at once if `wait` is false)."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be made a store: {error.strerror}", self.folder) from error
        with file_lock(self.folder / "writer.lock", wait=wait):
            self.check()
            if not (self.folder / "store.json").exists():
                identity = _Identity(STORE_VERSION, self.base_iri)
                write_atomically(self.folder / "store.json", msgspec.json.encode(identity))
            writer = Writer(self)
            try:
                yield writer
            finally:
                writer.close()

    def contents(self) -> Contents | None:
        """What the primary store holds; None if there is none or it was left half changed."""
        try:
            return msgspec.json.decode((self.folder / "primary.json").read_bytes(), type=Contents)
        except (FileNotFoundError, msgspec.DecodeError):
            return None


class Writer:
    """What only the holder of the writer's lock may do."""

    def __init__(self, store: StoreFolder) -> None:
        self._store = store
        self._primary = store.folder / "primary"
        self._state = store.folder / "primary.json"
        self._derived = store.folder / "derived.nt.zst"
        self._open: pyoxigraph.Store | None = None

    def close(self) -> None:
        """Let go of the database; the next writer opens it."""
        self._open = None

    def database(self) -> pyoxigraph.Store:
        """The primary store, opened once while the lock is held."""
        if self._open is None:
            self._open = pyoxigraph.Store(self._primary)
        return self._open

    def build(self, progress: Progress, from_nothing: bool = False) -> Contents:
        """Bring the primary store to what the catalogue and the journal say, with the least work.

        Repairs what a crash left, and derives the statistics anew if anything changed.
        """
        self._ensure_vocabulary()
        wanted = wanted_contents(self._store)
        present = None if from_nothing else self._store.contents()
        if present == wanted:
            return wanted
        self._state.unlink(missing_ok=True)
        if present is None or not present.segments.items() <= wanted.segments.items():
            self.close()
            shutil.rmtree(self._primary, ignore_errors=True)
            self._derived.unlink(missing_ok=True)
            present = Contents({}, Position(), "", Position())
        database = self.database()
        self._remove_derived(database)
        new = [dataset for dataset in wanted.segments if dataset not in present.segments]
        for dataset in new:
            progress(f"loading {dataset}")
            with self._store.segments.reading(dataset, wanted.segments[dataset]) as stream:
                database.bulk_load(stream, RdfFormat.N_TRIPLES)
        # What a person removed stays removed, also where a new segment states it again.
        self._apply_edits(database, Position() if new else present.edits)
        progress("deriving statistics")
        self._derive(database)
        self._finish(database, wanted)
        return wanted

    def apply_edits(self) -> tuple[Contents, list[tuple[bool, Quad]]]:
        """Bring a primary store that is whole to the end of the journal, and nothing else.

        Returns what it holds then, and the statements that were added (True) or removed (False) by that.
        """
        present = self._store.contents()
        if present is None:
            raise StoreError(f"{self._primary} is not whole; run 'kg rebuild'", self._primary)
        self._state.unlink()
        database = self.database()
        effects = self._apply_edits(database, present.edits)
        contents = msgspec.structs.replace(present, edits=self._store.journal.end(present.edits))
        self._finish(database, contents)
        return contents, effects

    def _apply_edits(self, database: pyoxigraph.Store, start: Position) -> list[tuple[bool, Quad]]:
        applied = ((change.added, change.apply(database)) for change in self._store.journal.changes(start))
        return [(added, quad) for added, quad in applied if quad is not None]

    def _finish(self, database: pyoxigraph.Store, contents: Contents) -> None:
        database.flush()
        write_atomically(self._state, msgspec.json.encode(contents))

    def checkpoint(self, target: Path) -> None:
        """A copy of the primary store at `target`, by hard links."""
        self.database().backup(target)

    def _ensure_vocabulary(self) -> None:
        """The concept schemes that come with paperkg are a dataset like any other."""
        segments, base_iri = self._store.segments, self._store.base_iri
        segment = _vocabulary_segment(base_iri)
        if segments.catalogue().get(VOCABULARY) == segment:
            return
        with segments.writing(VOCABULARY) as writer:
            triples = pyoxigraph.parse(path=_SCHEMES, format=RdfFormat.TURTLE)
            text = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
            writer.write(_DEFAULT_THING.sub(f"<{base_iri}", text.decode()).splitlines(keepends=True))
            writer.commit(
                Manifest(
                    dataset=VOCABULARY,
                    segment=segment,
                    adapter="built-in",
                    adapter_version="1",
                    base_iri=base_iri,
                    statements=writer.statements,
                )
            )
        segments.put_in_force({VOCABULARY: segment})

    def _remove_derived(self, database: pyoxigraph.Store) -> None:
        if not self._derived.exists():
            return
        with self._derived.open("rb") as compressed:
            stream = zstandard.ZstdDecompressor().stream_reader(compressed)
            for quad in pyoxigraph.parse(stream, format=RdfFormat.N_TRIPLES):
                database.remove(quad)
        self._derived.unlink()

    def _derive(self, database: pyoxigraph.Store) -> None:
        """Run every rule over the asserted statements, then add what all of them say."""
        partial = self._derived.with_suffix(".partial")
        with partial.open("wb") as raw, zstandard.ZstdCompressor().stream_writer(raw) as compressed:
            for rule in _derivation_rules():
                results = database.query(rule.read_text("utf-8"))
                assert isinstance(results, pyoxigraph.QueryTriples)  # noqa: S101 - the rules are CONSTRUCT queries
                results.serialize(compressed, RdfFormat.N_TRIPLES)
        partial.replace(self._derived)
        with self._derived.open("rb") as compressed_file:
            database.bulk_load(zstandard.ZstdDecompressor().stream_reader(compressed_file), RdfFormat.N_TRIPLES)


def wanted_contents(store: StoreFolder) -> Contents:
    """What the primary store has to hold by the catalogue and the journal, with this version's schemes and rules."""
    segments = store.segments.catalogue() | {VOCABULARY: _vocabulary_segment(store.base_iri)}
    present = store.contents()
    edits = store.journal.end(present.edits if present else Position())
    return Contents(dict(sorted(segments.items())), edits, _derivation_digest(), edits)


def _vocabulary_segment(base_iri: str) -> str:
    return segment_id(VOCABULARY, checksum(_SCHEMES), base_iri)


def _derivation_rules() -> list[Path]:
    return sorted((paths.ONTOLOGY / "derived").glob("*.rq"))


def _derivation_digest() -> str:
    return segment_id(*(f"{rule.name} {checksum(rule)}" for rule in _derivation_rules()))
