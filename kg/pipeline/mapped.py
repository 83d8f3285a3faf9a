"""Taking what `kg map` made into a store: its segments are copied and checked against their checksums."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic

import zstandard

from kg.errors import SettingError, SourceError, UsageError
from kg.known_schemes import VOCABULARY
from kg.linking.linking import Linker
from kg.ntriples import whole_lines
from kg.pipeline.datasets import LoadReport, Options, check_replaces
from kg.pipeline.partitions import FOLDER, MANIFEST, PartitionManifest, decoded_manifest
from kg.progress import Progress, silent
from kg.publishing import publish
from kg.segments import CONTENT_ENDINGS, Manifest, SegmentStore
from kg.store import StoreFolder
from kg.writer import Arriving, writing

_BLOCK = 2**20
_AGAIN = "copy the folder again, whole, or map with --replace what it was made of"


def take(
    store: StoreFolder,
    folders: Iterable[Path],
    options: Options | None = None,
    progress: Progress = silent,
    linker: Linker | None = None,
) -> list[LoadReport]:
    """Load the datasets of these folders and publish the graph that results, all or, on any error, none.

    Raises SourceError if a folder is not what was mapped, UsageError if a dataset of that name came from elsewhere.
    """
    options = options or Options()
    store.check()
    mapped = [MappedFolder(folder, store.base_iri) for folder in folders]
    manifests = [manifest for each in mapped for manifest in each.manifests]
    names = [manifest.dataset for manifest in manifests]
    if again := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"dataset {again!r} is in two of these folders; load them one after the other", again)
    with store.segments.in_use(), writing(store) as writer:
        for manifest in manifests:
            check_replaces(store.segments, manifest.dataset, manifest.adapter, manifest.inputs, options)
        in_force = store.segments.catalogue()
        reports = [
            LoadReport(each.dataset, each.segment, in_force.get(each.dataset) == each.segment, each.counts)
            for each in manifests
        ]
        started = monotonic()
        new = [each for each in mapped if each.is_new_to(store.segments) and each.partitions]
        for each in mapped:
            progress(f"copying {each.folder}")
            each.copy(store.segments, options.replace)
        arriving = Arriving(
            parts={manifest.dataset: manifest.parts for manifest in manifests},
            segments={manifest.dataset: manifest.segment for manifest in manifests},
            mapped=frozenset(part for each in new for part in each.parts()),
            statements=chain.from_iterable(each.statements(progress) for each in new),
            write_manifests=lambda: None,
        )
        contents = writer.build(progress, arriving=arriving, linker=linker)
        publish(store, writer, contents, progress)
        if linker:
            writer.know_records(contents, progress)
    store.segments.remove_unused(names)
    for report in reports:
        report.seconds = monotonic() - started
    return reports


class MappedFolder:
    """What `kg map` has finished."""

    def __init__(self, folder: Path, base_iri: str) -> None:
        self.folder = folder
        self._segments = SegmentStore(folder)
        in_force = {name: segment for name, segment in self._segments.catalogue().items() if name != VOCABULARY}
        if not in_force:
            raise SourceError(folder, "holds nothing that 'kg map' has finished")
        self.manifests: list[Manifest] = [self._segments.manifest(*pair) for pair in in_force.items()]
        self.partitions = self._partitions(in_force)
        for base in {manifest.base_iri for manifest in self.manifests} - {base_iri}:
            raise SettingError(f"{folder} names things under {base}; set KG_BASE_IRI to that or map it anew", base_iri)

    def parts(self) -> Iterator[tuple[str, str]]:
        return ((manifest.dataset, part) for manifest in self.manifests for part in manifest.parts)

    def is_new_to(self, store: SegmentStore) -> bool:
        """Whether nothing of it is there."""
        return all(store.part(*part) is None for part in self.parts())

    def copy(self, store: SegmentStore, replace: bool = False) -> None:
        """Copy the parts that are not there yet, or `replace` those that are damaged, then say that the segments are
        there."""
        for dataset, part in self.parts():
            if store.part(dataset, part) is None or (replace and not store.is_whole(dataset, part)):
                self._copy_part(store, dataset, part)
        for manifest in self.manifests:
            store.write_manifest(manifest)

    def _copy_part(self, store: SegmentStore, dataset: str, part: str) -> None:
        known = self._segments.part(dataset, part)
        if known is None:
            raise SourceError(self._segments.folder / dataset, f"lacks the part {part}; {_AGAIN}")
        with store.writing(dataset) as writer:
            for ending in CONTENT_ENDINGS:
                path = self._segments.path(dataset, part, ending)
                with suppress(FileNotFoundError), path.open("rb") as stream:
                    writer.append(ending, stream)
                if writer.checksum(ending) != known.checksums.get(ending):
                    raise _damaged(path)
            writer.commit(part, known)

    def statements(self, progress: Progress) -> Iterator[bytes]:
        """What the partitions hold. Of segments every part says all that its records say of things, again and again."""
        assert self.partitions is not None  # noqa: S101 - the caller has seen to it
        progress(f"loading {self.folder}")
        for known in self.partitions.partitions:
            path = self.folder / FOLDER / known.name
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                content = b""
            if hashlib.sha256(content).hexdigest() != known.sha256:
                raise _damaged(path)
            reader = zstandard.ZstdDecompressor().stream_reader(content)
            yield from whole_lines(iter(partial(reader.read, _BLOCK), b""))

    def _partitions(self, in_force: dict[str, str]) -> PartitionManifest | None:
        """None where they are not of these segments: then the segments are read."""
        with suppress(FileNotFoundError):
            manifest = decoded_manifest((self.folder / MANIFEST).read_bytes())
            return manifest if manifest.segments == in_force else None
        return None


def _damaged(path: Path) -> SourceError:
    return SourceError(path, f"is not what was mapped; {_AGAIN}")
