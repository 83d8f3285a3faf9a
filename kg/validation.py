"""Whether a graph is what `ontology/shapes.ttl` says a valid graph is."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph

from kg import paths, shacl
from kg.shacl import Report, Result

__all__ = ["Report", "Result", "validate"]


def validate(store: pyoxigraph.Store, shapes: Path | None = None) -> Report:
    """Check the default graph of a store against the shapes in a file, the project's own if not given.

    Raises DataError if the shapes ask for something that is not supported.
    """
    return shacl.validate(store, shacl.ShapesGraph(shapes or paths.ONTOLOGY / "shapes.ttl"))
