"""Whether a graph is what `ontology/shapes.ttl` says a valid graph is, and what was found of a snapshot.

snapshots/<id>/validation/findings.json   what was found, by kind
snapshots/<id>/validation/report.ttl.zst  the SHACL report
"""

from __future__ import annotations

import tempfile
import weakref
from pathlib import Path

import msgspec
import pyoxigraph
import zstandard

from kg import paths, shacl
from kg.endpoint.opening import remote
from kg.files import write_atomically
from kg.shacl import Report, Result
from kg.shacl.report import Kind
from kg.snapshots import Snapshot

__all__ = ["Findings", "Report", "Result", "keep", "kept_findings", "report_path", "validate"]


class Findings(msgspec.Struct, frozen=True):
    """What validation found in a snapshot."""

    conforms: bool
    kinds: tuple[Kind, ...] = ()


def validate(store: pyoxigraph.Store, shapes: Path | None = None) -> Report:
    """Check the default graph of a store against the shapes in a file, the project's own if not given. A remote one is
    copied for that into a temporary folder: to ask it would take millions of round trips.

    Raises DataError if the shapes ask for something that is not supported.
    """
    graph = shacl.ShapesGraph(shapes or paths.ONTOLOGY / "shapes.ttl")
    elsewhere = remote(store)
    if elsewhere is None:
        return shacl.validate(store, graph)
    folder = tempfile.TemporaryDirectory(prefix="paperkg-")
    report = shacl.validate(elsewhere.copied(folder.name), graph)
    weakref.finalize(report, folder.cleanup)
    return report


def keep(snapshot: Snapshot, report: Report) -> Findings:
    """Keep a report with its snapshot, for whoever asks later."""
    folder = report_path(snapshot).parent
    folder.mkdir(exist_ok=True)
    unfinished = folder / ".report"
    with unfinished.open("wb") as raw, zstandard.ZstdCompressor(level=3).stream_writer(raw) as packed:
        report.write(packed)
    unfinished.replace(report_path(snapshot))
    findings = Findings(report.conforms, report.kinds)
    write_atomically(folder / "findings.json", msgspec.json.encode(findings))
    return findings


def kept_findings(snapshot: Snapshot) -> Findings | None:
    """None where the snapshot was not validated yet."""
    try:
        content = (report_path(snapshot).parent / "findings.json").read_bytes()
        return msgspec.json.decode(content, type=Findings)
    except (OSError, msgspec.DecodeError):
        return None


def report_path(snapshot: Snapshot) -> Path:
    """Where the SHACL report of a snapshot is kept: Turtle, packed by zstd."""
    return snapshot.path / "validation" / "report.ttl.zst"
