"""The engine that maps on this machine: the processes that a load maps with, but no database."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from kg.errors import StoreError, UsageError
from kg.mapping.chunks import mapping_chunks
from kg.pipeline.datasets import Dataset, LoadReport, Options
from kg.pipeline.inputs import find_inputs, spooled
from kg.pipeline.partitions import (
    MANIFEST,
    Partition,
    Partitioning,
    decoded_manifest,
    decoded_partition,
    gathered,
    partition_count,
    remove_other_partitions,
    scattered,
    write_manifest,
    write_partition,
)
from kg.processes import end_with_parent, keep_memory
from kg.progress import Progress, silent
from kg.segments import SegmentStore, compressed
from kg.sources import Source
from kg.store import StoreFolder

_RUNS = ".runs"
# Fewer statements are written before processes have started.
_WORTH_PROCESSES = 200_000


def map_here(
    folder: Path,
    base_iri: str,
    source: Source,
    datasets: dict[str, list[Path]],
    options: Options,
    partitions: int | None = None,
    progress: Progress = silent,
) -> list[LoadReport]:
    """Map each dataset from its files and folders into `folder`: segments, and their statements in partitions.

    What was mapped before an error or an end by force is kept, and not mapped again.
    """
    store = StoreFolder(folder, base_iri)
    check_output(store)
    with ExitStack() as stack:
        files = {
            name: [spooled(path, stack) for path in find_inputs(source, given)] for name, given in datasets.items()
        }
        stack.enter_context(store.alone(wait=False))
        mapped = [Dataset(store, source, name, found, options) for name, found in files.items()]
        for dataset in mapped:
            with mapping_chunks(source, dataset.mapping, dataset.size, options.jobs) as mapping:
                for _ in dataset.statements(mapping, progress):
                    pass
            dataset.write_manifest()
        store.segments.put_in_force({dataset.name: dataset.segment for dataset in mapped})
        _partition(folder, base_iri, partitions, options.jobs, progress)
        store.segments.remove_unused(datasets)
    return [dataset.report for dataset in mapped]


def check_output(store: StoreFolder) -> None:
    """UsageError if the folder is a store with a graph of its own."""
    if (store.folder / "primary.json").exists():
        raise UsageError(f"{store.folder} is a store; load into it, or give another folder", store.folder)
    store.check()


def _partition(folder: Path, base_iri: str, count: int | None, jobs: int | None, progress: Progress) -> None:
    """Write the partitions that there are not yet, then the manifest."""
    segments = SegmentStore(folder)
    in_force = segments.catalogue()
    manifests = [segments.manifest(*pair) for pair in in_force.items()]
    statements = sum(manifest.counts.statements for manifest in manifests)
    partitioning = Partitioning(in_force, count or partition_count(statements))
    if is_partitioned(folder, partitioning):
        return
    progress(f"writing {partitioning.count:,} partition{'s' if partitioning.count > 1 else ''}")
    done = {number: made for number in range(partitioning.count) if (made := known(folder, partitioning, number))}
    wanted = frozenset(range(partitioning.count)) - done.keys()
    parts = [(manifest.dataset, part) for manifest in manifests for part in manifest.parts]
    shutil.rmtree(folder / _RUNS, ignore_errors=True)
    (folder / _RUNS).mkdir(parents=True)
    work = _Work(folder, partitioning, wanted)
    with _processes(1 if statements < _WORTH_PROCESSES else jobs) as run:
        for _ in run(partial(_scatter, work), parts):
            pass
        for number, made in run(partial(_gather, work), sorted(wanted)):
            done[number] = made
            progress.detail(f"{len(done):,} of {partitioning.count:,}")
    write_manifest(folder, base_iri, partitioning, done)
    shutil.rmtree(folder / _RUNS)
    remove_other_partitions(folder, partitioning)


def is_partitioned(folder: Path, partitioning: Partitioning) -> bool:
    """Whether a manifest says that these partitions are all there."""
    try:
        manifest = decoded_manifest((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        return False
    same = manifest.segments == partitioning.segments and len(manifest.partitions) == partitioning.count
    return same and all((folder / "triples" / made.name).exists() for made in manifest.partitions)


def known(folder: Path, partitioning: Partitioning, number: int) -> Partition | None:
    """What is known of a partition that was written before, in a run that was interrupted."""
    try:
        made = decoded_partition((folder / partitioning.path(number, ".json")).read_bytes())
        return made if (folder / partitioning.path(number)).stat().st_size == made.size else None
    except (FileNotFoundError, msgspec.DecodeError):
        return None


@dataclass(frozen=True)
class _Work:
    """What the processes know: where, how, and which partitions are still to be written."""

    folder: Path
    partitioning: Partitioning
    wanted: frozenset[int]

    def runs(self, number: int) -> Path:
        return self.folder / _RUNS / f"{number:05}"


def _scatter(work: _Work, part: tuple[str, str]) -> None:
    """Add a part's statements to this process's runs, a file for each partition."""
    statements = SegmentStore(work.folder).statements(*part)
    for number, lines in scattered(statements, work.partitioning.count, work.wanted):
        work.runs(number).mkdir(exist_ok=True)
        with (work.runs(number) / str(os.getpid())).open("ab") as stream:
            stream.write(compressed(lines))


def _gather(work: _Work, number: int) -> tuple[int, Partition]:
    lines = gathered(_unpacked(work.runs(number).glob("*")))
    return number, write_partition(work.folder, work.partitioning, number, lines)


def _unpacked(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as stream:
            reader = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
            yield reader.read()


@contextmanager
def _processes(count: int | None) -> Iterator[Callable[..., Iterable[Any]]]:
    """What runs a function over things, as `map` does, in so many processes; in this one if that is one."""
    if count == 1:
        yield map
        return
    # As for mapping, not by fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count or len(os.sched_getaffinity(0)), mp_context=context, initializer=_start) as pool:
        try:
            yield pool.map
        except BrokenProcessPool as error:
            message = "a process was killed, as a rule for want of memory; map with fewer --jobs or more --partitions"
            raise StoreError(message) from error


def _start() -> None:
    end_with_parent()
    keep_memory()
