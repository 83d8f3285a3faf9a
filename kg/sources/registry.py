"""The registry of sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import cast

from kg.errors import UsageError
from kg.sources.contract import Source

# Each is SOURCE in the module of its name.
_NAMES = (
    "openalex",
    "crossref",
    "dblp",
    "arxiv",
    "semanticscholar",
    "mlanthology",
    "opencitations",
    "bibtex",
    "ris",
    "csl-json",
    "ror",
    "concepts",
    "rdf",
    "profile-page",
)


class _Sources(Mapping[str, Source]):
    """Imported when they are asked for: processes that map need one of them."""

    def __getitem__(self, name: str) -> Source:
        if name not in _NAMES:
            raise KeyError(name)
        return cast(Source, import_module(f"kg.sources.{name.replace('-', '_')}").SOURCE)

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


SOURCES: Mapping[str, Source] = _Sources()


def find_source(name: str) -> Source:
    """The source of that name; UsageError with the list if there is none."""
    try:
        return SOURCES[name]
    except KeyError:
        known = ", ".join(sorted(SOURCES))
        raise UsageError(f"no source is called {name!r}; there are: {known}", name) from None
