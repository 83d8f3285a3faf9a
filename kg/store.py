"""A store folder: what is in it, and who may change it. `kg.writer` changes it.

store.json        format and base IRI of the store folder
writer.lock       who writes holds it
primary-<name>/   the RocksDB database; a build that changes it works on a new one, so that the old one stays whole
derived-<name>.nt.zst  the derived statements in it (see ontology/derived)
primary.json      which of them counts and what is in it; absent while an edit is applied, so that a crash is noticed
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import msgspec

from kg import derived
from kg.edits import Journal, Position
from kg.errors import SettingError, StoreError
from kg.files import file_lock, write_atomically
from kg.known_schemes import VOCABULARY, vocabulary_segment
from kg.linking.linking import LinkFolder
from kg.namespaces import DEFAULT_BASE
from kg.segments import SegmentStore

STORE_VERSION = 3


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
    """The edits that the derived statements know of; some writes leave them as they are."""
    links: str = ""
    """The links by which things are one."""

    @property
    def digest(self) -> str:
        parts = (sorted(self.segments.items()), self.edits, self.rules, self.derived_from, self.links)
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:12]


class State(msgspec.Struct, frozen=True):
    """The primary store that counts: its name, what it holds, whether its files are as good to read as they get, and
    whether what is derived can follow edits step by step (kg/counted_edits.py)."""

    name: str
    contents: Contents
    is_compact: bool = True
    is_regular: bool = False


class StoreFolder:
    """A store on disk. Reading what it says of itself needs no lock; `alone` gives the right to change it."""

    def __init__(self, folder: Path, base_iri: str = DEFAULT_BASE) -> None:
        self.folder = folder
        self.base_iri = base_iri
        self.segments = SegmentStore(folder)
        self.links = LinkFolder(folder)
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
    def alone(self, wait: bool = True) -> Iterator[None]:
        """The right to change the store, waiting for its turn (StoreBusy at once if `wait` is false)."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be made a store: {error.strerror}", self.folder) from error
        with file_lock(self.folder / "writer.lock", wait=wait):
            self.check()
            if not (self.folder / "store.json").exists():
                identity = _Identity(STORE_VERSION, self.base_iri)
                write_atomically(self.folder / "store.json", msgspec.json.encode(identity))
            yield

    def contents(self) -> Contents | None:
        """What the primary store holds; None if there is none or it was left half changed."""
        state = self.state()
        return state.contents if state else None

    def state(self) -> State | None:
        """Which primary store counts, with its contents; None as in `contents`."""
        try:
            return msgspec.json.decode((self.folder / "primary.json").read_bytes(), type=State)
        except (FileNotFoundError, msgspec.DecodeError):
            return None


def wanted_contents(
    store: StoreFolder, arriving: Mapping[str, str] = MappingProxyType({}), from_nothing: bool = False
) -> Contents:
    """What the primary store has to hold by the catalogue and the journal, with this version's schemes and rules.

    `arriving` segments stand for their datasets in place of those in the catalogue. `from_nothing`: whatever it holds
    now, so that the journal need not be the one that it was built from.
    """
    segments = store.segments.catalogue() | dict(arriving) | {VOCABULARY: vocabulary_segment(store.base_iri)}
    present = None if from_nothing else store.contents()
    edits = store.journal.end(present.edits if present else Position())
    return Contents(dict(sorted(segments.items())), edits, derived.rules_digest(), edits, store.links.in_force())
