"""Taking what `kg map` made into a store: its segments are copied and checked against their checksums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

from kg.errors import SettingError, SourceError, UsageError
from kg.known_schemes import VOCABULARY
from kg.linking.linking import Linker
from kg.pipeline.datasets import LoadReport, Options, check_replaces
from kg.progress import Progress, silent
from kg.segments import CONTENT_ENDINGS, Manifest, SegmentStore
from kg.snapshots import publish
from kg.store import Arriving, StoreFolder


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
    found = [(SegmentStore(folder), manifest) for folder in folders for manifest in _manifests(folder, store.base_iri)]
    manifests = [manifest for _, manifest in found]
    names = [manifest.dataset for manifest in manifests]
    if again := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"dataset {again!r} is in two of these folders; load them one after the other", again)
    with store.segments.in_use(), store.writer() as writer:
        in_force, seconds = store.segments.catalogue(), dict[str, float]()
        for manifest in manifests:
            check_replaces(store.segments, manifest.dataset, manifest.adapter, manifest.inputs, options)
        for mapped, manifest in found:
            progress(f"copying {manifest.dataset}")
            started = monotonic()
            _copy(mapped, manifest, store.segments)
            seconds[manifest.dataset] = monotonic() - started
        arriving = Arriving(
            parts={manifest.dataset: manifest.parts for manifest in manifests},
            segments={manifest.dataset: manifest.segment for manifest in manifests},
            mapped=frozenset(),
            statements=iter(()),
            write_manifests=lambda: None,
        )
        publish(store, writer, writer.build(progress, arriving=arriving, linker=linker), progress)
    store.segments.remove_unused(names)
    return [
        LoadReport(
            each.dataset,
            each.segment,
            in_force.get(each.dataset) == each.segment,
            each.counts,
            seconds=seconds[each.dataset],
        )
        for each in manifests
    ]


def _manifests(folder: Path, base_iri: str) -> Iterator[Manifest]:
    segments = SegmentStore(folder)
    datasets = {name: segment for name, segment in segments.catalogue().items() if name != VOCABULARY}
    if not datasets:
        raise SourceError(folder, "holds nothing that 'kg map' has finished")
    for dataset, segment in datasets.items():
        manifest = segments.manifest(dataset, segment)
        if manifest.base_iri != base_iri:
            raise SettingError(
                f"{folder} names things under {manifest.base_iri}; set KG_BASE_IRI to that or map it anew", base_iri
            )
        yield manifest


def _copy(mapped: SegmentStore, manifest: Manifest, store: SegmentStore) -> None:
    """Copy the parts that are not there yet, then say that the segment is."""
    dataset = manifest.dataset
    for part in manifest.parts:
        if store.part(dataset, part) is not None:
            continue
        known = mapped.part(dataset, part)
        if known is None:
            raise SourceError(mapped.folder / dataset, f"lacks the part {part}; copy the folder again, whole")
        with store.writing(dataset) as writer:
            for ending in CONTENT_ENDINGS:
                path = mapped.path(dataset, part, ending)
                with suppress(FileNotFoundError), path.open("rb") as stream:
                    writer.append(ending, stream)
                if writer.checksum(ending) != known.checksums.get(ending):
                    raise SourceError(path, "is not what was mapped; copy the folder again, whole")
            writer.commit(part, known)
    store.write_manifest(manifest)
