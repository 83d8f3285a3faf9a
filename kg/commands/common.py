"""What sub-commands share: the settings in force, progress, where output goes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click
from rich.console import Console

from kg.errors import UsageError
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

    def snapshot(self) -> Snapshot:
        """The snapshot in force; NoSnapshot if nothing was loaded yet."""
        self.store.check()
        return Snapshots(self.settings.store).current()


@contextmanager
def progress_lines() -> Iterator[Callable[[str], None]]:
    """A function that says what is being done: in place on a terminal, else a line a step, on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: click.echo(f"kg: {step}", err=True)
        return
    with console.status("") as status:
        yield lambda step: status.update(f"{step} …")


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
