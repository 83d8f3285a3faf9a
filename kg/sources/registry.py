"""The registry of sources and the small contract that an adapter fulfils."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import UsageError
from kg.records import Record, Reject
from kg.sources.profile_page import VERSION as PROFILE_PAGE_VERSION
from kg.sources.profile_page import read as read_profile_page


@dataclass(frozen=True)
class Source:
    """A format that `kg load` takes. `read` streams a file's records and rejects in the order of the file and raises
    SourceError if the file as a whole cannot be taken; `version` changes when its output for the same file does."""

    name: str
    version: str
    description: str
    read: Callable[[Path], Iterator[Record | Reject]]


SOURCES = {
    source.name: source
    for source in (
        Source(
            "profile-page",
            PROFILE_PAGE_VERSION,
            "profile pages of a paper index, as plain text",
            read_profile_page,
        ),
    )
}


def find_source(name: str) -> Source:
    """The source of that name; UsageError with the list if there is none."""
    try:
        return SOURCES[name]
    except KeyError:
        known = ", ".join(sorted(SOURCES))
        raise UsageError(f"no source is called {name!r}; there are: {known}", name) from None
