"""The partitions of a snapshot: counted while its dump is written, or when they are asked for where it is small."""

from __future__ import annotations

import msgspec

from kg.description.partitions import PARTITIONS, Partitions, partitions
from kg.dumps.kept import dump_folder
from kg.small_graphs import SMALL, sorted_statements
from kg.snapshots import Snapshot


def kept_partitions(snapshot: Snapshot) -> Partitions | None:
    """None as long as they are not counted."""
    try:
        return msgspec.json.decode((dump_folder(snapshot) / PARTITIONS).read_bytes(), type=Partitions)
    except (OSError, msgspec.DecodeError):
        pass
    if snapshot.manifest.triples > SMALL:
        return None
    return partitions(sorted_statements(snapshot.store).splitlines())
