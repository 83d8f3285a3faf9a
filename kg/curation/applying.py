"""Decisions take effect as by `kg link`: in a process of its own, one at a time for each store, told by a file.

curation.json   what the process does or did
curation.lock   held by it, so that one that died is noticed
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from kg import pipeline
from kg.errors import KGError, StoreBusy
from kg.files import file_lock, write_atomically
from kg.linking.linking import linker_of
from kg.processes import start_module
from kg.progress import Progress
from kg.settings import Settings
from kg.store import StoreFolder

STATE, LOCK = "curation.json", "curation.lock"


class Applying(msgspec.Struct):
    """`step` is the one under way, or where it ended; `snapshot` is what came of it; `problem` why nothing did."""

    state: Literal["never", "running", "done", "failed"] = "never"
    step: str = ""
    since: str = ""
    snapshot: str = ""
    problem: str = ""


def state_of_applying(folder: Path) -> Applying:
    """What the latest process does or did; one that ended without a word has failed."""
    is_held = _is_held(folder)  # before the file is read, which may say by then that it is done
    try:
        found = msgspec.json.decode((folder / STATE).read_bytes(), type=Applying)
    except (OSError, msgspec.DecodeError):
        return Applying()
    if found.state == "running" and not is_held:
        return Applying("failed", found.step, found.since, problem="it was ended; apply again")
    return found


def _is_held(folder: Path) -> bool:
    if not (folder / LOCK).exists():
        return False
    try:
        with file_lock(folder / LOCK, shared=True, wait=False):
            return False
    except StoreBusy:
        return True


def start(settings: Settings) -> None:
    """Begin to apply; the process says in the file how it goes. StoreBusy if one is at it already."""
    values = (settings.store, settings.base_iri, settings.link_threshold, settings.decisions or "")
    descriptor = os.open(settings.store / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy("decisions are being applied already; wait until that is done") from None
        _say(settings.store, Applying("running", "starting", _now()))
        process = start_module(
            "kg.curation",
            *values,
            environment={},
            stdout=subprocess.DEVNULL,
            process_group=0,  # a Ctrl-C in the terminal is for the server
            pass_fds=(descriptor,),  # with it the lock, which ends with the process
        )
    finally:
        os.close(descriptor)
    threading.Thread(target=_attend, args=(process,), name="curation", daemon=True).start()


def _attend(process: subprocess.Popen[bytes]) -> None:
    with process:  # closes its standard input once it has ended, not before
        process.wait()


def apply(settings: Settings) -> None:
    """In the process that `start` began."""
    folder, progress = settings.store, _Told(settings.store)
    try:
        store = StoreFolder(folder, settings.base_iri)
        store.check()
        snapshot = pipeline.link(store, linker_of(settings), progress)
    except KGError as error:
        _say(folder, Applying("failed", progress.step, progress.since, problem=error.message))
        raise
    _say(folder, Applying("done", progress.step, progress.since, snapshot))


class _Told(Progress):
    """Each step goes into the file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.step, self.since = "", _now()

    def __call__(self, step: str) -> None:
        self.step = step
        _say(self._folder, Applying("running", step, self.since))


def _say(folder: Path, applying: Applying) -> None:
    write_atomically(folder / STATE, msgspec.json.encode(applying))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
