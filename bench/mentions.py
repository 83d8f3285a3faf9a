"""Mentions of papers and things as matchers get them, straight from source files, for benches of matching."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.linking.model import PaperMention, ThingMention
from kg.mapping import Mapped, Mapper, Mapping
from kg.namespaces import DEFAULT_BASE
from kg.naming import Naming
from kg.pipeline.inputs import find_inputs
from kg.sources import find_source
from kg.sources.files import SourceFile

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def mapped(source: str, *paths: Path, dataset: str | None = None) -> Iterator[Mapped]:
    """What each record becomes."""
    adapter = find_source(source)
    mapper = Mapper(Mapping(Naming(DEFAULT_BASE), dataset or source, source, adapter.version))
    for path in find_inputs(adapter, list(paths)):
        for chunk in adapter.chunks(SourceFile(path)):
            for reading in adapter.readings(chunk):
                yield from map(mapper.map, reading.records)


def mentions(
    source: str, *paths: Path, dataset: str | None = None
) -> Iterator[tuple[PaperMention | None, tuple[ThingMention, ...]]]:
    """What each record mentions: its paper, if it is about one, and the things it names."""
    found = mapped(source, *paths, dataset=dataset)
    return ((each.paper.mention if each.paper else None, each.mentioned) for each in found)


def papers(source: str, *paths: Path, dataset: str | None = None) -> Iterator[PaperMention]:
    return (paper for paper, _ in mentions(source, *paths, dataset=dataset) if paper is not None)


def things(source: str, *paths: Path, dataset: str | None = None) -> Iterable[ThingMention]:
    """Each thing once, as the records that are about it say it."""
    return list(dict.fromkeys(thing for _, found in mentions(source, *paths, dataset=dataset) for thing in found))
