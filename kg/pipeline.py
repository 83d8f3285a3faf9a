"""From source files to a published snapshot: read, map, write the segment, build, publish."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from kg import mapping, paths
from kg.errors import SourceError, TermError, UsageError
from kg.files import checksum, write_atomically
from kg.mapping import Mapping
from kg.naming import Naming
from kg.records import Record, Reject
from kg.segments import Input, Manifest, SegmentWriter, dataset_name, segment_id
from kg.snapshots import current_manifest, publish
from kg.sources import Source, find_source
from kg.store import VOCABULARY, Progress, StoreFolder, wanted_contents

# Changes when the same record maps to other statements, so that segments are mapped again.
MAPPING_VERSION = "1"

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class Options:
    """How a dataset is loaded. `replace`: it may take the place of a dataset that was read from other files."""

    retrieved: str | None = None
    strict: bool = False
    replace: bool = False
    rejects: Path | None = None


@dataclass
class LoadReport:
    """What became of one dataset. A reject is a record, or a part of one, that could not be taken."""

    dataset: str
    segment: str
    unchanged: bool = False
    mapped: int = 0
    rejected: int = 0
    statements: int = 0
    by_reason: Counter[str] = field(default_factory=Counter)
    rejects_file: Path | None = None


def silent(_: str) -> None:
    """A progress report that nobody reads."""


def load(
    store: StoreFolder,
    source: Source,
    datasets: dict[str, list[Path]],
    options: Options | None = None,
    progress: Progress = silent,
) -> list[LoadReport]:
    """Load each dataset from its files and publish the graph that results, all of them or, on any error, none.

    Raises SourceError if a file cannot be taken, UsageError if a dataset of that name came from elsewhere.
    """
    options = options or Options()
    if options.retrieved is not None and not _DATE.fullmatch(options.retrieved):
        raise UsageError(f"--retrieved takes a date like 2024-05-31, not {options.retrieved!r}", options.retrieved)
    store.check()
    with store.segments.in_use():
        reports = [_map_dataset(store, source, name, files, options, progress) for name, files in datasets.items()]
        with store.writer() as writer:
            store.segments.put_in_force({report.dataset: report.segment for report in reports})
            publish(store, writer, writer.build(progress), progress)
    store.segments.remove_unused()
    return reports


def load_seeds(store: StoreFolder, progress: Progress = silent) -> list[LoadReport]:
    """Load the profile pages that come with paperkg, each as a dataset of its own."""
    pages = sorted(paths.SEEDS.glob("*.txt"))
    return load(store, find_source("profile-page"), name_datasets(pages, None), progress=progress)


def rebuild(store: StoreFolder, progress: Progress = silent) -> str:
    """Build the store from its segments alone and publish it; the new snapshot's id."""
    with store.segments.in_use(), store.writer() as writer:
        return publish(store, writer, writer.build(progress, from_nothing=True), progress, anew=True)


def is_up_to_date(store: StoreFolder) -> bool:
    """Whether the snapshot in force holds what the catalogue says. Needs no lock and opens no database."""
    published = current_manifest(store.folder)
    return published is not None and published.contents == wanted_contents(store).digest


def is_whole(store: StoreFolder) -> bool:
    """Whether the primary store and the snapshot in force hold every segment and edit; statistics may lag behind."""
    present, wanted, published = store.contents(), wanted_contents(store), current_manifest(store.folder)
    if present is None or published is None or published.contents != present.digest:
        return False
    return msgspec.structs.replace(present, derived_from=wanted.derived_from) == wanted


def repair(store: StoreFolder, progress: Progress = silent, wait: bool = True) -> None:
    """Finish what an interrupted load left undone. StoreBusy if another process writes and `wait` is false."""
    with store.segments.in_use(), store.writer(wait) as writer:
        publish(store, writer, writer.build(progress), progress)


def name_datasets(files: Iterable[Path], dataset: str | None) -> dict[str, list[Path]]:
    """Which files make which dataset: all of them the one named, or each one its own, called as the file is.

    >>> name_datasets([Path("a/Page 1.txt"), Path("b.txt")], None)
    {'page-1': [PosixPath('a/Page 1.txt')], 'b': [PosixPath('b.txt')]}
    """
    named: dict[str, list[Path]] = {}
    for file in files:
        name = dataset_name(dataset if dataset is not None else file.stem)
        if dataset is None and name in named:
            raise UsageError(
                f"{named[name][0]} and {file} would both be dataset {name!r}; load them with --dataset", name
            )
        if name == VOCABULARY:
            raise UsageError(f"{VOCABULARY!r} is the name of the built-in schemes; give another with --dataset", name)
        named.setdefault(name, []).append(file)
    return named


def _map_dataset(
    store: StoreFolder, source: Source, dataset: str, files: list[Path], options: Options, progress: Progress
) -> LoadReport:
    inputs = tuple(sorted((_input(file) for file in files), key=lambda item: item.path))
    names = [f"{Path(item.path).name} {item.checksum}" for item in inputs]
    segment = segment_id(source.name, source.version, MAPPING_VERSION, store.base_iri, options.retrieved, *names)
    report = LoadReport(dataset, segment)
    _check_replaces(store, dataset, source, inputs, options)
    if store.segments.exists(dataset, segment) and not options.strict:
        manifest = store.segments.manifest(dataset, segment)
        report.unchanged = store.segments.catalogue().get(dataset) == segment
        report.mapped, report.rejected, report.statements = manifest.records, manifest.rejects, manifest.statements
    else:
        progress(f"reading {dataset}")
        context = Mapping(Naming(store.base_iri), dataset, source.name, source.version, options.retrieved)
        with store.segments.writing(dataset) as writer:
            writer.write(mapping.dataset_lines(context))
            _map_files(source, files, context, writer, report, options)
            report.statements = writer.statements
            writer.commit(
                Manifest(
                    dataset=dataset,
                    segment=segment,
                    adapter=source.name,
                    adapter_version=source.version,
                    base_iri=store.base_iri,
                    retrieved=options.retrieved,
                    inputs=inputs,
                    records=report.mapped,
                    rejects=report.rejected,
                    statements=report.statements,
                )
            )
    _report_rejects(store, report, options)
    return report


def _map_files(
    source: Source, files: list[Path], context: Mapping, writer: SegmentWriter, report: LoadReport, options: Options
) -> None:
    for file in files:
        for item in _read(source, file, context):
            if isinstance(item, Reject):
                if options.strict:
                    raise SourceError(file, f"{item.field}: {item.reason}", item.line)
                report.rejected += 1
                writer.reject(item)
            else:
                report.mapped += 1
                writer.write(item)
    if not report.mapped:
        raise SourceError(", ".join(map(str, files)), f"no record of a {source.name} could be read")


def _read(source: Source, file: Path, context: Mapping) -> Iterator[list[str] | Reject]:
    """The lines of each record; a record that has no valid statements is a reject like any other."""
    for number, item in enumerate(source.read(file), start=1):
        if isinstance(item, Reject):
            yield item
        else:
            yield _lines_or_reject(item, context, file, number)


def _lines_or_reject(record: Record, context: Mapping, file: Path, number: int) -> list[str] | Reject:
    try:
        return list(mapping.lines(record, context))
    except TermError as error:
        return Reject(file.name, number, record.source.record_id, error.message)


def _report_rejects(store: StoreFolder, report: LoadReport, options: Options) -> None:
    path = store.segments.rejects_path(report.dataset, report.segment)
    content = path.read_bytes()
    for line in content.splitlines():
        reject = msgspec.json.decode(line, type=Reject)
        report.by_reason[f"{reject.field}: {reject.reason}"] += 1
    report.rejects_file = path if content else None
    if options.rejects is not None:
        write_atomically(options.rejects, content)
        report.rejects_file = options.rejects if content else None


def _check_replaces(
    store: StoreFolder, dataset: str, source: Source, inputs: tuple[Input, ...], options: Options
) -> None:
    """A dataset of the same name from other files is not replaced by accident."""
    present = store.segments.catalogue().get(dataset)
    if present is None or options.replace:
        return
    manifest = store.segments.manifest(dataset, present)
    same_files = [item.path for item in manifest.inputs] == [item.path for item in inputs]
    same_content = sorted(item.checksum for item in manifest.inputs) == sorted(item.checksum for item in inputs)
    if manifest.adapter != source.name or not (same_files or same_content):
        came_from = ", ".join(item.path for item in manifest.inputs)
        raise UsageError(
            f"dataset {dataset!r} was loaded from {came_from}; give another name with --dataset, or --replace it",
            dataset,
        )


def _input(file: Path) -> Input:
    try:
        return Input(str(file.resolve()), checksum(file), file.stat().st_size)
    except OSError as error:
        raise SourceError(file, f"cannot be read: {error.strerror}") from error
