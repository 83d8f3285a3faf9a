"""The primary store: the database that is written, a build product of the segments, with the statements derived in it.

A step that changes it works on a new one, so that the old one stays whole.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import msgspec
import pyoxigraph
from pyoxigraph import RdfFormat

from kg import derived
from kg.bulk import BlankNodes, bulk_load, bulk_load_apart, taken
from kg.files import write_atomically
from kg.store import Contents, State, StoreFolder

# Bytes of statements for which a process of its own takes longer to start than it saves.
_NOT_APART = 2**24


class Primary:
    """The primary store of a store folder, for whoever has that alone. The database is open only while it is used."""

    def __init__(self, store: StoreFolder) -> None:
        state = store.state()
        self._folder = store.folder
        self._state = store.folder / "primary.json"
        self._name = state.name if state else _new_name()
        self.is_compact = state.is_compact if state else True
        """Whether `compact` would change nothing."""
        self.is_regular = state.is_regular if state else False
        """Whether what is derived can follow edits step by step; settled with the contents."""
        self._open: pyoxigraph.Store | None = None

    @property
    def path(self) -> Path:
        return self._folder / f"primary-{self._name}"

    @property
    def derived(self) -> Path:
        """The file of the derived statements; it may not be there."""
        return self._folder / f"derived-{self._name}.nt.zst"

    def database(self) -> pyoxigraph.Store:
        """The database, opened once until it is released."""
        if self._open is None:
            self._open = pyoxigraph.Store(self.path)
        return self._open

    def release(self) -> None:
        """Let go of the database and stop what it does in the background; whoever needs it opens it again."""
        self._open = None

    def bulk_load(self, statements: Iterator[bytes]) -> None:
        """Add N-Triples while they are made. Raises what making them raises, and StoreError."""
        with BlankNodes(self._folder) as blank_nodes:
            others = blank_nodes.left_out_of(statements)
            first = taken(others, _NOT_APART)
            if sum(map(len, first)) > _NOT_APART:
                self.release()
                bulk_load_apart(self.path, chain(first, others))
            else:
                bulk_load(self.database(), first)
            blank_nodes.add_to(self.database())

    def take_back(self, statements: Iterable[bytes]) -> None:
        """Remove statements, each a line of N-Triples."""
        database = self.database()
        for statement in statements:
            database.remove(next(iter(pyoxigraph.parse(statement, RdfFormat.N_TRIPLES))))

    @contextmanager
    def changing(self, anew: bool) -> Iterator[None]:
        """Work on a new primary store: an empty one, or a checkpoint of the one that counts, which costs nothing.

        On any error nothing has changed. A database that is still open in a stack trace touches its own files only.
        """
        before = self._name, self.is_compact, self.is_regular
        self._remove_leftovers()
        derived_before = self.derived
        database = None if anew else self.database()
        self._name = _new_name()
        if database is not None:
            database.backup(self.path)
        if not anew:
            derived.link(derived_before, self.derived)
        del database
        self.release()
        try:
            yield
        except BaseException:
            self.release()
            self._name, self.is_compact, self.is_regular = before
            self._remove_leftovers()
            raise
        self._remove_leftovers()

    def _remove_leftovers(self) -> None:
        """Remove every primary store but this one."""
        for folder in self._folder.glob("primary-*"):
            if folder != self.path:
                shutil.rmtree(folder, ignore_errors=True)
        for file in self._folder.glob("derived-*"):
            if not file.name.startswith(self.derived.name):
                file.unlink(missing_ok=True)

    def unsettle(self) -> None:
        """Until it is settled again nobody knows what is in it: a crash in between is noticed."""
        self._state.unlink()

    def settle(self, contents: Contents) -> None:
        """Have this be the primary store that counts, with these contents, whatever happens from now on."""
        self.database().flush()
        write_atomically(
            self._state, msgspec.json.encode(State(self._name, contents, self.is_compact, self.is_regular))
        )

    def compact(self, contents: Contents) -> None:
        """Rewrite the files that bulk loading left, over which queries take twice the time. `contents` is what it
        holds; copies that readers have stay as they are."""
        self.database().optimize()
        self.is_compact = True
        self.settle(contents)

    def checkpoint(self, target: Path) -> None:
        """A copy of the database at `target`, by hard links."""
        self.database().backup(target)


def _new_name() -> str:
    """Never that of one before, which may still be open somewhere."""
    return secrets.token_hex(6)
