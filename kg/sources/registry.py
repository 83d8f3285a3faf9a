"""The registry of sources."""

from __future__ import annotations

from kg.errors import UsageError
from kg.sources import (
    arxiv,
    bibtex,
    concepts,
    crossref,
    csl_json,
    dblp,
    mlanthology,
    openalex,
    opencitations,
    profile_page,
    rdf,
    ris,
    ror,
    semanticscholar,
)
from kg.sources.contract import Source

_MODULES = (
    openalex,
    crossref,
    dblp,
    arxiv,
    semanticscholar,
    mlanthology,
    opencitations,
    bibtex,
    ris,
    csl_json,
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
