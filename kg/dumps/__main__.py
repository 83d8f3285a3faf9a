"""`python -m kg.dumps SNAPSHOT STORE BASE_IRI EXPORTS LICENCE`: the dump that a snapshot keeps.

It gives way to others as clients' queries do. It ends with the process that started it, and when another snapshot comes
into force.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path

from kg.changes.history import History
from kg.dumps.formats import Choice
from kg.dumps.kept import dump_folder, kept
from kg.endpoint.address import endpoint_of
from kg.errors import KGError, StoreError
from kg.formats import N_TRIPLES
from kg.processes import end_with_parent
from kg.settings import read_settings
from kg.snapshots import Snapshot, current_manifest
from kg.store import StoreFolder
from kg.validation import keep, kept_findings, validate
from kg.workers.handle import NICENESS


class Superseded(StoreError):
    """Nobody needs the dump any more."""


def main(snapshot_id: str, store: str, base_iri: str, exports: str, licence: str) -> int:
    end_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that what is unfinished is removed
    os.nice(NICENESS)
    folder = Path(store)

    def check() -> None:
        current = current_manifest(folder)
        if current is None or current.id != snapshot_id:
            raise Superseded("another snapshot has come into force", snapshot_id)

    try:
        snapshot = Snapshot(folder / "snapshots" / snapshot_id, endpoint_of(read_settings()))
        kept(
            snapshot,
            Choice.parse(exports),
            StoreFolder(folder, base_iri),
            jobs=os.cpu_count() or 1,
            licence=licence or None,
            check=check,
        )
        check()
        canonical = dump_folder(snapshot) / f"kg.{N_TRIPLES.extension}.zst"
        if canonical.exists():
            History(folder).compare_dump(snapshot_id, canonical)
        check()
        if kept_findings(snapshot) is None:
            keep(snapshot, validate(snapshot.store))
    except (Superseded, FileNotFoundError):
        return 0
    except (KGError, OSError) as error:
        logging.getLogger(__name__).error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:6]))
