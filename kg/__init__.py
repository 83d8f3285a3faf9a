"""paperkg: scholarly records as a small RDF knowledge graph, stored, queried and published."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    # Every process that a load starts would look it up, for a tenth of the time that it takes to start.
    if name != "__version__":
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("paperkg")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0+unknown"
