"""What sub-commands share: the settings in force, progress, where output goes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.status import Status

from kg.endpoint.address import endpoint_of
from kg.errors import NotReadYet, UsageError
from kg.linking.decisions import Decisions
from kg.linking.linking import Linker, decisions_of, linker_of
from kg.progress import Progress
from kg.settings import Settings
from kg.snapshots import Snapshot, Snapshots
from kg.store import StoreFolder


@dataclass(frozen=True)
class Context:
    """What every sub-command gets: the settings in force and whether to show tracebacks."""

    settings: Settings
    debug: bool

    @property
    def store(self) -> StoreFolder:
        return StoreFolder(self.settings.store, self.settings.base_iri)

    @property
    def decisions(self) -> Decisions:
        return decisions_of(self.settings)

    def linker(self, jobs: int | None = None) -> Linker:
        """Links by the decisions and the threshold in force."""
        return linker_of(self.settings, jobs)

    def own_snapshot(self) -> Snapshot:
        """The snapshot in force of the store itself, whatever else holds its graph. NoSnapshot."""
        self.store.check()
        return Snapshots(self.settings.store).current()

    def snapshot(self) -> Snapshot:
        """The snapshot in force. NoSnapshot if nothing was loaded, RemoteError if a remote store does not answer."""
        endpoint = endpoint_of(self.settings)
        if endpoint is None:
            return self.own_snapshot()
        from kg.endpoint.following import Following  # what asks over HTTP takes long to import

        following = Following(self.settings, endpoint)
        snapshots = Snapshots(following.folder, endpoint)
        try:
            return following.current(snapshots)
        except NotReadYet:
            with progress_lines() as progress:
                following.look(progress)
            return following.current(snapshots)


class _Terminal(Progress):
    """In place, the step with how far it is."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._step = ""

    def __call__(self, step: str) -> None:
        self._step = step
        self._status.update(f"{step} …")

    def detail(self, text: str) -> None:
        self._status.update(f"{self._step}: {text}")


class _Lines(Progress):
    """A line a step."""

    def __call__(self, step: str) -> None:
        with suppress(OSError):  # nobody reads it any more, which is no reason to stop
            click.echo(f"kg: {step}", err=True)


@contextmanager
def progress_lines() -> Iterator[Progress]:
    """Says what is being done: in place on a terminal, else a line a step, on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    with console.status("") as status:
        yield _Terminal(status)


@contextmanager
def output_stream(path: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or the file at `path`."""
    if path is None:
        yield sys.stdout.buffer
        return
    try:
        with path.open("wb") as stream:
            yield stream
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", path) from error
