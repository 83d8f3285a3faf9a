"""Reading what is linked to without being loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import SourceError
from kg.files import checksum
from kg.linking.authorities import Authorities
from kg.mapping import Mapping
from kg.mapping.chunks import mapping_chunks
from kg.mapping.mapper import VERSION as MAPPING_VERSION
from kg.naming import Naming
from kg.pipeline.inputs import find_inputs
from kg.progress import Progress, silent
from kg.sources import Chunk, Source
from kg.sources.files import SourceFile


def read_authority(
    authorities: Authorities,
    source: Source,
    paths: Iterable[Path],
    base_iri: str,
    progress: Progress = silent,
    jobs: int | None = None,
    name: str | None = None,
    may_be_empty: bool = False,
) -> int:
    """Read files as a source does, and keep what their records mention; how many records there are.

    The authority is called as the source, or by its own `name`. Raises SourceError if a file cannot be taken, or if
    they hold no record and not `may_be_empty`; then what was kept before stays.
    """
    files = find_inputs(source, list(paths))
    described = {"mapping": MAPPING_VERSION, "base": base_iri} | {str(path): checksum(path) for path in files}
    mapping = Mapping(Naming(base_iri), f"authority-{source.name}", source.name, source.version)
    size = sum(path.stat().st_size for path in files)
    records = 0

    def frames() -> Iterator[bytes]:
        nonlocal records
        with mapping_chunks(source, mapping, size, jobs) as mapped:
            for _, chunk in mapped.map(_chunks(source, files)):
                if chunk is not None:
                    records += chunk.counts.mapped
                    progress.detail(f"{records:,} records")
                    yield chunk.mentions
        if not (records or may_be_empty):
            named = ", ".join(path.name for path in files[:3])
            raise SourceError(named, f"no record of a {source.name} could be read")

    progress(f"reading {source.name}")
    authorities.put(name or source.name, described, frames())
    return records


def _chunks(source: Source, files: list[Path]) -> Iterator[tuple[int, Chunk | None]]:
    for number, path in enumerate(files):
        for chunk in source.chunks(SourceFile(path)):
            yield number, chunk
        yield number, None
