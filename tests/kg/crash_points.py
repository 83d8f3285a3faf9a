"""Run as a program: loads a file again and again, killed (SIGKILL) at another file operation each time.

Usage: crash_points.py STORE_BEFORE FILE WORK EVERY [link|remove]. With `remove` FILE is the name of a dataset. Prints a
JSON list, an element a point of death:
{"point": number, "killed": bool, "snapshot": directory of the store it left}.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from kg import pipeline
from kg.linking.linking import Linker
from kg.namespaces import DEFAULT_BASE
from kg.sources import find_source
from kg.store import StoreFolder

EVENTS = ("open", "os.", "shutil.", "fcntl.", "tempfile.")


def run(store: Path, file: Path, point: int, option: str | None) -> None:
    """Load `file`, or remove what it names; die at the `point`-th file operation that Python sees."""
    seen = 0

    def die(event: str, _: tuple[object, ...]) -> None:
        nonlocal seen
        if event.startswith(EVENTS):
            seen += 1
            if seen == point:
                os.kill(os.getpid(), signal.SIGKILL)

    linker = Linker(DEFAULT_BASE, {}, 0.9, 1) if option == "link" else None
    sys.addaudithook(die)
    if option == "remove":
        pipeline.remove(StoreFolder(store), [file.name])
        return
    pipeline.load(StoreFolder(store), find_source("profile-page"), pipeline.name_datasets([file], None), linker=linker)


def main() -> None:
    before, file, work, every = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    option = sys.argv[5] if sys.argv[5:] else None
    results = []
    point, killed = 1, True
    while killed:
        store = work / str(point)
        shutil.copytree(before, store)
        child = os.fork()
        if child == 0:
            run(store, file, point, option)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        results.append({"point": point, "killed": killed, "store": str(store)})
        point += every
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
