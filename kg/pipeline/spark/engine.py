"""The driver: which tasks there are, and what their results make. It holds what is known of parts, never records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path, PurePosixPath
from time import monotonic
from typing import Any, TypeVar

from kg.errors import DataError, SourceError, StoreError
from kg.mapping import Mapping as DatasetMapping
from kg.naming import Naming
from kg.pipeline.datasets import LoadReport, Options, check_mapped, check_replaces, manifest_of, part_id
from kg.pipeline.inputs import find_inputs, is_taken
from kg.pipeline.local import check_output
from kg.pipeline.partitions import (
    MANIFEST,
    Partition,
    Partitioning,
    decoded_manifest,
    partition_count,
    remove_other_partitions,
    write_manifest,
)
from kg.pipeline.spark import tasks
from kg.pipeline.spark.hadoop import Hadoop, HadoopFile, Listed
from kg.pipeline.spark.outputs import Folder, HadoopFolder, Output, part_of
from kg.pipeline.spark.session import spark_context
from kg.pipeline.spark.tasks import Failure, GivenFile, Job, Mapped, Piece, Survey
from kg.progress import Progress, silent
from kg.segments import Part, SegmentStore, segment_id
from kg.sources import Source
from kg.store import StoreFolder

_MOST_SLICES = 10_000
_RECORDS = 1_000_000
"""So many names of records are told apart by one task, in some 100 MB."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def map_on_spark(
    output: str,
    base_iri: str,
    source: Source,
    datasets: Mapping[str, list[str]],
    options: Options,
    partitions: int | None = None,
    progress: Progress = silent,
    master: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> list[LoadReport]:
    """Map each dataset from its files, folders and patterns, here or wherever Hadoop reaches, into `output`."""
    with spark_context(master, settings or {}, options.jobs) as context:
        engine = Engine(context, output, base_iri, progress)
        with engine.output.reading("store.json") as folder:
            check_output(StoreFolder(folder, base_iri))
        with ExitStack() as stack:
            if isinstance(engine.output, Folder):
                stack.enter_context(StoreFolder(engine.output.path, base_iri).alone(wait=False))
            reports = [engine.map(source, name, given, options) for name, given in datasets.items()]
            engine.partition(partitions)
            engine.clean(datasets)
    return reports


class Engine:
    """A cluster, and the folder that is written."""

    def __init__(self, context: Any, output: str, base_iri: str, progress: Progress) -> None:
        self._context = context
        self._base_iri = base_iri
        self._progress = progress
        prefix = "spark.hadoop."
        settings = ((name, value) for name, value in context.getConf().getAll() if name.startswith(prefix))
        self._hadoop = Hadoop(tuple(sorted((name.removeprefix(prefix), value) for name, value in settings)))
        self.output: Output = (
            HadoopFolder(self._hadoop, output) if is_remote(output) else Folder(Path(output).absolute())
        )
        size = context.getConf().get("spark.files.maxPartitionBytes", "128m")
        self._piece = int(context._jvm.org.apache.spark.network.util.JavaUtils.byteStringAsBytes(size))

    def map(self, source: Source, name: str, given: Iterable[str], options: Options) -> LoadReport:
        """Map one dataset, put it in force in the folder."""
        started = monotonic()
        mapping = DatasetMapping(Naming(self._base_iri), name, source.name, source.version, options.retrieved)
        job = Job(source, mapping, self.output)
        files = self._files(source, given)
        self._progress(f"mapping {len(files):,} files to {name}")
        found = self._mapped(job, files)
        self._check_shared(name, found)
        parts = {each.part: each.known for each in sorted(found, key=lambda each: each.known.input.path)}
        reasons = sum((each.reasons for each in found), Counter[str]())
        inputs = [part.input for part in parts.values()]
        segment = segment_id(name, *parts)
        present = self._in_force().get(name)
        if present and present != segment:
            with self.output.reading("datasets.json", f"segments/{name}/{present}.json") as folder:
                check_replaces(SegmentStore(folder), name, source.name, inputs, options)
        manifest = manifest_of(mapping, inputs, parts, self._duplicates(name, parts))
        check_mapped(manifest, reasons)
        with self.output.writing() as folder:
            SegmentStore(folder).folder.joinpath(name).mkdir(parents=True, exist_ok=True)
            SegmentStore(folder).write_manifest(manifest)
        with self.output.writing("datasets.json", "store.json") as folder:
            SegmentStore(folder).put_in_force({name: segment})
            if not isinstance(self.output, Folder):
                with StoreFolder(folder, self._base_iri).alone():
                    pass  # which says what the base IRI is
        report = LoadReport(name, segment, present == segment, manifest.counts, reasons)
        report.seconds, report.reused = monotonic() - started, sum(each.is_known for each in found)
        return report

    def partition(self, count: int | None) -> None:
        """Write the partitions of all that is in the folder, as far as they are not there, then their manifest."""
        in_force = self._in_force()
        names = [f"segments/{dataset}/{segment}.json" for dataset, segment in in_force.items()]
        with self.output.reading(*names) as folder:
            manifests = [SegmentStore(folder).manifest(*pair) for pair in in_force.items()]
        statements = sum(manifest.counts.statements for manifest in manifests)
        partitioning = Partitioning(in_force, count or partition_count(statements))
        if self._is_partitioned(partitioning):
            return
        self._progress(f"writing {partitioning.count:,} partition{'s' if partitioning.count > 1 else ''}")
        known = partial(tasks.known_partition, self.output, partitioning)
        numbers = range(partitioning.count)
        looked_up = map(known, numbers) if isinstance(self.output, Folder) else self._run(known, numbers)
        found = zip(numbers, looked_up, strict=True)
        done: dict[int, Partition] = {number: made for number, made in found if made}
        wanted = sorted(set(range(partitioning.count)) - done.keys())
        places = {number: place for place, number in enumerate(wanted)}
        parts = [(manifest.dataset, part) for manifest in manifests for part in manifest.parts]
        scatter = partial(tasks.scatter, self.output, partitioning, frozenset(wanted))
        output = self.output

        def gather(place: int, pieces: Iterable[tuple[int, bytes]]) -> Iterable[tuple[int, Partition]]:
            yield tasks.gather(output, partitioning, wanted[place], pieces)

        dealt = self._tasks(parts).flatMap(scatter).partitionBy(max(1, len(wanted)), lambda number: places[number])
        if wanted:
            done.update(dealt.mapPartitionsWithIndex(gather).collect())
        with self.output.writing() as folder:
            write_manifest(folder, self._base_iri, partitioning, done)
        if isinstance(self.output, Folder):
            remove_other_partitions(self.output.path, partitioning)
        else:
            for number in range(partitioning.count):
                self.output.remove(partitioning.path(number, ".json"))

    def _in_force(self) -> dict[str, str]:
        """Which segments stand for which datasets."""
        with self.output.reading("datasets.json") as folder:
            return SegmentStore(folder).catalogue()

    def clean(self, datasets: Iterable[str]) -> None:
        """Remove what no segment needs any more."""
        if isinstance(self.output, Folder):
            SegmentStore(self.output.path).remove_unused(datasets)

    def _files(self, source: Source, given: Iterable[str]) -> list[GivenFile]:
        """The files that are meant, the largest first, so that none of them is what all wait for in the end."""
        found: dict[str, GivenFile] = {}
        for address in given:
            if is_remote(address):
                listed = self._listed(address)
                taken = [file for file in listed if file.is_named or is_taken(source, PurePosixPath(file.address))]
                if not taken:
                    endings = ", ".join(source.endings)
                    raise SourceError(address, f"holds no file of a {source.name}: none ends in {endings}")
                for there in taken:
                    file = HadoopFile(self._hadoop, there.address)
                    found[there.address] = GivenFile(file, there.address, there.size)
            else:
                for here in find_inputs(source, [Path(address)]):
                    try:
                        path = here.resolve(strict=True)
                        found[str(path)] = GivenFile(path, str(path), path.stat().st_size)
                    except OSError as error:
                        raise SourceError(here, f"cannot be read: {error.strerror}") from error
        files = sorted(found.values(), key=lambda file: file.address)
        return sorted(self._distinct(files), key=lambda file: (-file.size, file.address))

    def _distinct(self, files: list[GivenFile]) -> list[GivenFile]:
        """Without those that become the same part as another: files of one name and content in several folders."""
        alike = Counter((file.path.name, file.size) for file in files)
        several = [file for file in files if alike[file.path.name, file.size] > 1]
        checksums = dict(zip(several, self._checked(tasks.file_checksum, several), strict=True))
        return list({(file.path.name, checksums.get(file, file.address)): file for file in files}.values())

    def _listed(self, address: str) -> list[Listed]:
        try:
            return self._hadoop.files(address)
        except OSError as error:
            raise SourceError(address, f"cannot be listed: {error.strerror or error}") from error

    def _mapped(self, job: Job, files: list[GivenFile]) -> list[Mapped]:
        """Every file's part. Those that can be cut are mapped in pieces, then the pieces are joined."""
        large = [file for file in files if file.size > self._piece]
        surveys = zip(large, self._checked(partial(tasks.survey, job, size=self._piece), large), strict=True)
        cut = {file: survey for file, survey in surveys if len(survey.slices) > 1}
        pieces = [piece for file, survey in cut.items() for piece in _pieces(job, file, survey)]
        done = {piece.part: part_of(self.output, job.mapping.dataset, piece.part) for piece in pieces}
        missing = [piece for piece in pieces if done[piece.part] is None]
        whole: list[GivenFile | Piece] = [file for file in files if file not in cut]
        results = self._checked(partial(tasks.map_given, job), [*whole, *missing])
        joined: dict[str, list[str]] = {}
        for piece in missing:
            joined.setdefault(piece.part, []).append(piece.name)
        put_together = self._run(partial(tasks.join_pieces, job), list(joined.items()))
        known = [tasks.mapped(job, part, True) for part, present in done.items() if present]
        return [*filter(None, results), *put_together, *known]

    def _checked(self, function: Callable[[Task], Result | Failure], given: list[Task]) -> list[Result]:
        """All results, or the first of the errors."""
        results: list[Result] = []
        for result in self._run(function, given):
            if isinstance(result, Failure):
                raise DataError(result.message)
            results.append(result)
        return results

    def _run(self, function: Callable[[Task], Result], given: Iterable[Task]) -> list[Result]:
        listed = list(given)
        return self._tasks(listed).map(function).collect() if listed else []

    def _tasks(self, given: list[Any]) -> Any:
        return self._context.parallelize(given, max(1, min(len(given), _MOST_SLICES)))

    def _check_shared(self, dataset: str, found: list[Mapped]) -> None:
        """What other machines wrote into folders of their own is lost."""
        if isinstance(self.output, Folder):
            segments = SegmentStore(self.output.path)
            if not all(segments.part(dataset, each.part) for each in found):
                raise StoreError(f"{self.output.path} is not shared by the machines that map: give a folder that is")

    def _duplicates(self, dataset: str, parts: Mapping[str, Part]) -> int:
        """How many records have the name of one before them."""
        listed = [(dataset, part) for part in parts]
        total = sum(part.counts.mapped for part in parts.values())
        count = total // _RECORDS + 1
        dealt = self._tasks(listed).flatMap(partial(tasks.dealt_records, self.output, count=count))
        return int(total - sum(dealt.partitionBy(count, int).mapPartitions(tasks.distinct_records).collect()))

    def _is_partitioned(self, partitioning: Partitioning) -> bool:
        with suppress(FileNotFoundError), self.output.open(MANIFEST) as stream:
            manifest = decoded_manifest(stream.read())
            return manifest.segments == partitioning.segments and len(manifest.partitions) == partitioning.count
        return False


def _pieces(job: Job, file: GivenFile, survey: Survey) -> list[Piece]:
    part = part_id(job.mapping, file.path.name, survey.input.checksum)
    return [Piece(file, survey.input, part, number, each) for number, each in enumerate(survey.slices)]


def is_remote(address: str) -> bool:
    """Whether Hadoop's classes have to be asked for it.

    >>> is_remote("s3a://openalex/data/works"), is_remote("data/works")
    (True, False)
    """
    return "://" in address
