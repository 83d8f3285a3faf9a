"""Loading: everything at once, in streams, all of it or nothing; and what can be asked of a store as a whole."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from kg import paths
from kg.edits import Position
from kg.errors import UsageError
from kg.known_schemes import VOCABULARY
from kg.linking.linking import Linker
from kg.mapping.chunks import mapping_chunks
from kg.pipeline.datasets import Dataset, LoadReport, Options
from kg.pipeline.inputs import find_inputs, name_datasets, spooled
from kg.processes import without_collecting
from kg.progress import Progress, silent
from kg.publishing import publish
from kg.snapshots import current_manifest
from kg.sources import Source, find_source
from kg.store import StoreFolder, wanted_contents
from kg.writer import Arriving, Writer, writing

_log = logging.getLogger(__name__)


def load(
    store: StoreFolder,
    source: Source,
    datasets: dict[str, list[Path]],
    options: Options | None = None,
    progress: Progress = silent,
    linker: Linker | None = None,
) -> list[LoadReport]:
    """Load each dataset from its files and folders and publish the graph that results, all or, on any error, none.

    With a `linker` what the records speak of is linked anew; without one the links that are in force stay.

    Raises SourceError if a file cannot be taken, UsageError if a dataset of that name came from elsewhere. What was
    mapped before an error or an end by force is kept, and not mapped again.
    """
    options = options or Options()
    store.check()
    with ExitStack() as stack:
        files = {
            name: [spooled(path, stack) for path in find_inputs(source, given)] for name, given in datasets.items()
        }
        if options.rejects is not None:
            options.rejects.write_bytes(b"")
        writer = stack.enter_context(_writing(store))
        loaded = [Dataset(store, source, name, found, options) for name, found in files.items()]
        for dataset in loaded:
            if options.update and dataset.name in store.segments.catalogue():
                _update(dataset, options, progress)
            if dataset.report.unchanged and not dataset.missing:
                dataset.write_manifest()
        contents = writer.build(progress, arriving=_arriving(loaded, options, progress), linker=linker)
        publish(store, writer, contents, progress)
        if linker:
            writer.know_records(contents, progress)
    store.segments.remove_unused(datasets)
    return [dataset.report for dataset in loaded]


@contextmanager
def _writing(store: StoreFolder, wait: bool = True) -> Iterator[Writer]:
    """The one writer; no segment is removed meanwhile, and no cycles looked for among millions of objects."""
    with without_collecting(), store.segments.in_use(), writing(store, wait) as writer:
        yield writer


def _update(dataset: Dataset, options: Options, progress: Progress) -> None:
    """Map the newer records first: only then it is known which older ones they take the place of."""
    for _ in _statements([dataset], options, progress):
        pass
    progress(f"updating {dataset.name}")
    dataset.supersede()


def _arriving(datasets: list[Dataset], options: Options, progress: Progress) -> Arriving:
    return Arriving(
        parts={dataset.name: dataset.parts for dataset in datasets},
        segments={dataset.name: dataset.segment for dataset in datasets},
        mapped=frozenset((dataset.name, file.part) for dataset in datasets for file in dataset.missing),
        statements=_statements(datasets, options, progress),
        write_manifests=lambda: _write_manifests(datasets),
    )


def _write_manifests(datasets: list[Dataset]) -> None:
    for dataset in datasets:
        dataset.write_manifest()


def _statements(datasets: list[Dataset], options: Options, progress: Progress) -> Iterator[bytes]:
    for dataset in datasets:
        with mapping_chunks(dataset.source, dataset.mapping, dataset.size, options.jobs) as mapping:
            yield from dataset.statements(mapping, progress)


def link(store: StoreFolder, linker: Linker, progress: Progress = silent) -> str:
    """Link everything that is loaded and publish the graph that results; the new snapshot's id."""
    with _writing(store) as writer:
        contents = writer.build(progress, linker=linker)
        snapshot = publish(store, writer, contents, progress)
        writer.know_records(contents, progress)
    return snapshot


def remove(store: StoreFolder, names: Iterable[str], progress: Progress = silent, linker: Linker | None = None) -> str:
    """Remove datasets and publish the graph without them; the new snapshot's id. UsageError where there is none."""
    store.check()
    removed = list(names)
    present = (store.segments.catalogue().keys() | _published(store)) - {VOCABULARY}
    for name in removed:
        if name not in present:
            there = ", ".join(sorted(present)) or "none at all"
            raise UsageError(f"there is no dataset {name!r} to remove; there is {there}", name)
    with _writing(store) as writer:
        store.segments.put_in_force(dict.fromkeys(removed))
        snapshot = publish(store, writer, writer.build(progress, linker=linker), progress)
    store.segments.remove_unused(removed)
    return snapshot


def _published(store: StoreFolder) -> set[str]:
    """The datasets that readers see: where removing one was interrupted, the catalogue may not have it any more."""
    manifest = current_manifest(store.folder)
    return {dataset.name for dataset in manifest.datasets} if manifest else set()


def load_seeds(store: StoreFolder, progress: Progress = silent, linker: Linker | None = None) -> list[LoadReport]:
    """Load the profile pages that come with paperkg, each as a dataset of its own."""
    pages = sorted(paths.SEEDS.glob("*.txt"))
    return load(store, find_source("profile-page"), name_datasets(pages, None), None, progress, linker)


def rebuild(store: StoreFolder, progress: Progress = silent) -> str:
    """Build the store from its segments alone and publish it; the new snapshot's id."""
    with _writing(store) as writer:
        present = store.contents()
        end = store.journal.cut_unfinished(present.edits if present else Position())
        if end is not None:
            _log.warning("edits.log was cut off: its last whole entry ends at byte %d, the rest is lost", end.offset)
        return publish(store, writer, writer.build(progress, from_nothing=True), progress, anew=True)


def is_up_to_date(store: StoreFolder) -> bool:
    """Whether the snapshot in force holds what the catalogue says, as well as it can. Opens no database."""
    state, published = store.state(), current_manifest(store.folder)
    is_compact = state is None or state.is_compact
    is_published = published is not None and published.is_of(wanted_contents(store)) and published.unindexed == ()
    return is_published and is_compact


def is_whole(store: StoreFolder) -> bool:
    """Whether the primary store and the snapshot in force hold every segment and edit; statistics may lag behind."""
    present, wanted, published = store.contents(), wanted_contents(store), current_manifest(store.folder)
    if present is None or published is None or not published.is_of(present):
        return False
    return msgspec.structs.replace(present, derived_from=wanted.derived_from) == wanted


def repair(store: StoreFolder, progress: Progress = silent, wait: bool = True) -> None:
    """Finish what an interrupted load left undone. StoreBusy if another process writes and `wait` is false."""
    with _writing(store, wait) as writer:
        publish(store, writer, writer.build(progress), progress)
