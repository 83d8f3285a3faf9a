"""The registry of sources."""

from __future__ import annotations

from kg.errors import UsageError
from kg.sources import (
    arxiv,
    concepts,
    crossref,
    mlanthology,
    openalex,
    opencitations,
    profile_page,
    rdf,
    ror,
    semanticscholar,
)
from kg.sources.contract import Source

_MODULES = (
    openalex,
    crossref,
    arxiv,
    semanticscholar,
    mlanthology,
    opencitations,
    ror,
    concepts,
    rdf,
    profile_page,
)
SOURCES: dict[str, Source] = {module.SOURCE.name: module.SOURCE for module in _MODULES}


def find_source(name: str) -> Source:
    """The source of that name; UsageError with the list if there is none."""
    try:
        return SOURCES[name]
    except KeyError:
        known = ", ".join(sorted(SOURCES))
        raise UsageError(f"no source is called {name!r}; there are: {known}", name) from None
