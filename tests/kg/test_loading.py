"""Loading of real files: folders, patterns, compression, standard input, all cores; resuming, updating, removing."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from kg import pipeline
from kg.changes.history import History
from kg.errors import SourceError, StoreError, UsageError
from kg.linking.linking import linker_of
from kg.pipeline import LoadReport, Options
from kg.progress import Progress
from kg.records import Concept, Profile, SourceRecord
from kg.settings import read_settings
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshots
from kg.sources import Source, find_source
from kg.store import StoreFolder
from tests.kg.pipeline.papers import lines, paper, volume
from tests.made_records import made_source

SOURCE = find_source("mlanthology")


def load(folder: Path, *paths: Path, dataset: str | None = "papers", **options: object) -> list[LoadReport]:
    datasets = pipeline.name_datasets(paths, dataset)
    return pipeline.load(StoreFolder(folder), SOURCE, datasets, Options(**options))  # type: ignore[arg-type]


def dump(folder: Path) -> bytes:
    return sorted_statements(Snapshots(folder).current().store)


def counts(report: LoadReport) -> tuple[int, int, int, int]:
    found = report.counts
    assert found.read == found.mapped + found.rejected + found.duplicates
    return found.read, found.mapped, found.rejected, found.duplicates


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of two files of one format in two layouts."""
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "volume.json").write_bytes(volume(*(paper(number) for number in range(40))))
    (folder / "deep" / "legacy.jsonl").write_bytes(lines(*(paper(number) for number in range(40, 60))))
    (folder / "deep" / "README.md").write_text("not data")
    return folder


def test_a_folder_a_pattern_and_its_files_are_the_same(data: Path, tmp_path: Path) -> None:
    (report,) = load(tmp_path / "folder", data)
    assert counts(report) == (60, 60, 0, 0)
    load(tmp_path / "pattern", data / "**" / "*.json*")
    load(tmp_path / "files", data / "deep" / "legacy.jsonl", data / "volume.json", data / "volume.json")
    assert dump(tmp_path / "folder") == dump(tmp_path / "pattern") == dump(tmp_path / "files")
    assert b"colt-example" in dump(tmp_path / "folder")


def test_a_folder_without_data_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=r"holds no file of a mlanthology: none ends in \.json"):
        load(tmp_path / "store", tmp_path / "empty")


def test_a_pattern_that_matches_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none-\*\.json: no file or folder is called so"):
        load(tmp_path / "store", tmp_path / "none-*.json")


@pytest.mark.parametrize(
    ("ending", "compress"),
    [
        (".gz", gzip.compress),
        (".zst", zstandard.ZstdCompressor().compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
    ],
)
def test_compressed_files_are_read_as_they_are(
    data: Path, tmp_path: Path, ending: str, compress: Callable[[bytes], bytes]
) -> None:
    for file in [*data.rglob("*.json"), *data.rglob("*.jsonl")]:
        file.with_name(file.name + ending).write_bytes(compress(file.read_bytes()))
    load(tmp_path / "plain", data / "volume.json", data / "deep" / "legacy.jsonl")
    for file in [*data.rglob("*.json"), *data.rglob("*.jsonl")]:
        file.unlink()
    load(tmp_path / "compressed", data)
    assert dump(tmp_path / "plain") == dump(tmp_path / "compressed")


def test_processes_give_what_one_gives(data: Path, tmp_path: Path) -> None:
    load(tmp_path / "one", data)
    load(tmp_path / "many", data, jobs=3)
    assert dump(tmp_path / "one") == dump(tmp_path / "many")

    def segments(store: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((tmp_path / store / "segments" / "papers").iterdir())}

    assert segments("one") == segments("many")


def test_standard_input_is_a_file_like_any_other(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg", "--store", tmp_path / "piped", "load", "--no-link", "mlanthology", "-"]
    content = (data / "volume.json").read_bytes()
    nameless = subprocess.run(command, input=content, capture_output=True, check=False)
    assert nameless.returncode == 2 and b"--dataset" in nameless.stderr
    subprocess.run([*command, "--dataset", "papers"], input=gzip.compress(content), check=True, capture_output=True)
    load(tmp_path / "file", data / "volume.json")
    assert dump(tmp_path / "piped") == dump(tmp_path / "file")


def test_every_record_is_accounted_for(tmp_path: Path) -> None:
    file = tmp_path / "papers.jsonl"
    once_more, damaged = paper(3), {"bibtex_key": 7}
    file.write_bytes(
        lines(*(paper(number) for number in range(5)), once_more, damaged)
        + b"not json\n\n"
        + lines(paper(6, year="0000"))
    )
    (report,) = load(tmp_path / "store", file, rejects=tmp_path / "rejects.jsonl")
    assert counts(report) == (9, 6, 2, 1)
    rejects = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_bytes().splitlines()]
    assert [(reject["number"], reject["field"], reject.get("is_partial", False)) for reject in rejects] == [
        (7, "record", False),
        (8, "record", False),
        (10, "year", True),
    ]
    assert all(reject["file"] == "papers.jsonl" and reject["reason"] for reject in rejects)
    with pytest.raises(SourceError, match=r"papers\.jsonl, line 7"):
        load(tmp_path / "strict", file, strict=True)
    assert not (tmp_path / "strict" / "current").exists()


def test_an_interrupted_load_continues_with_the_files_not_yet_done(data: Path, tmp_path: Path) -> None:
    bad = data / "zz-bad.jsonl.gz"
    bad.write_bytes(gzip.compress(lines(*(paper(number) for number in range(60, 70))))[:-20])
    with pytest.raises(SourceError, match="cut off"):
        load(tmp_path / "store", data)
    parts = {path: path.stat().st_mtime_ns for path in (tmp_path / "store" / "segments" / "papers").glob("*.nt.zst")}
    assert len(parts) == 2
    bad.write_bytes(gzip.compress(lines(*(paper(number) for number in range(60, 70)))))
    (report,) = load(tmp_path / "store", data)
    assert (report.reused, counts(report)) == (2, (70, 70, 0, 0))
    assert all(path.stat().st_mtime_ns == written for path, written in parts.items())
    load(tmp_path / "fresh", data)
    assert dump(tmp_path / "store") == dump(tmp_path / "fresh")


def test_a_file_that_did_not_change_is_not_mapped_again(data: Path, tmp_path: Path) -> None:
    load(tmp_path / "store", data)
    (data / "more.jsonl").write_bytes(lines(paper(100)))
    (report,) = load(tmp_path / "store", data)
    assert (report.reused, counts(report)) == (2, (61, 61, 0, 0))
    (report,) = load(tmp_path / "store", data)
    assert report.unchanged and counts(report) == (61, 61, 0, 0)
    load(tmp_path / "fresh", data)
    assert dump(tmp_path / "store") == dump(tmp_path / "fresh")


def part_file(folder: Path, ending: str) -> Path:
    """The larger one of the two parts."""
    return max((folder / "segments" / "papers").glob(f"*{ending}"), key=lambda path: path.stat().st_size)


@pytest.mark.parametrize("ending", [".nt.zst", ".facts.zst", ".texts.zst", ".mentions.zst", ".records"])
@pytest.mark.parametrize("left", [0.7, 0.0])
def test_a_segment_that_was_cut_is_told_and_made_again(data: Path, tmp_path: Path, ending: str, left: float) -> None:
    folder = tmp_path / "store"
    load(folder, data)
    store, before, file = StoreFolder(folder), dump(folder), part_file(folder, ending)
    os.truncate(file, int(file.stat().st_size * left))
    read = {".nt.zst": "statements"}.get(ending, ending.split(".")[1])
    with pytest.raises(StoreError, match=rf"{file.name} is damaged .*load 'papers' again with --replace"):
        list(getattr(store.segments, read)("papers", file.name.partition(".")[0]))
    if ending in (".nt.zst", ".facts.zst"):
        with pytest.raises(StoreError, match="is damaged"):
            pipeline.rebuild(store)
    (report,) = load(folder, data, replace=True)
    assert (report.reused, dump(folder)) == (1, before)
    pipeline.rebuild(store)
    assert dump(folder) == before


def test_a_changed_file_takes_the_place_of_the_older_one(data: Path, tmp_path: Path) -> None:
    load(tmp_path / "store", data)
    (data / "volume.json").write_bytes(volume(*(paper(number, title="Anew") for number in range(40))))
    load(tmp_path / "store", data)
    load(tmp_path / "fresh", data)
    assert dump(tmp_path / "store") == dump(tmp_path / "fresh")
    assert b"An Example of Number 3" not in dump(tmp_path / "store")
    assert b"An Example of Number 45" in dump(tmp_path / "store")


def test_an_update_takes_the_place_of_records_of_the_same_name(data: Path, tmp_path: Path) -> None:
    load(tmp_path / "store", data)
    delta = tmp_path / "delta.jsonl"
    changed = [paper(3, title="Three Anew"), paper(45, title="Forty-five Anew"), paper(200)]
    delta.write_bytes(lines(*changed))
    (report,) = load(tmp_path / "store", delta, update=True)
    assert counts(report) == (61, 61, 0, 0)
    records = {number: paper(number) for number in range(60)}
    records |= {3: changed[0], 45: changed[1], 200: changed[2]}
    whole = tmp_path / "whole.jsonl"
    whole.write_bytes(lines(*records.values()))
    load(tmp_path / "fresh", whole)
    assert dump(tmp_path / "store") == dump(tmp_path / "fresh")
    (report,) = load(tmp_path / "store", delta, update=True)
    assert report.unchanged
    index = Snapshots(tmp_path / "store").current().index
    assert index.search("Three Anew", "paper").hits[0].label == "Three Anew"
    assert index.search("Example Number 3", "paper").hits[0].label != "An Example of Number 3"


@pytest.mark.parametrize("concepts_first", [True, False])
def test_papers_that_stay_keep_their_concepts_when_others_are_updated(tmp_path: Path, concepts_first: bool) -> None:
    """Of a file of several chunks; found in their texts, whose papers are told from those that are superseded."""
    records = [paper(number, abstract="On reinforcement learning. " * 15_000) for number in range(8)]
    changed = paper(3, abstract="On nothing of that.")
    whole, delta, fresh = (tmp_path / f"{name}.jsonl" for name in ("whole", "delta", "fresh"))
    whole.write_bytes(lines(*records))
    delta.write_bytes(lines(changed))
    fresh.write_bytes(lines(*records[:3], changed, *records[4:]))
    concept = Profile(thing=Concept("made", "1", "Reinforcement learning"), source=SourceRecord("concept"))
    (tmp_path / "concept").touch()

    def take(store: StoreFolder, *steps: tuple[Source, str, Path, bool]) -> None:
        for source, dataset, path, update in steps:
            by = linker_of(read_settings({}, store=store.folder))
            pipeline.load(store, source, {dataset: [path]}, Options(update=update), linker=by)

    scheme = (made_source("made", [concept]), "scheme", tmp_path / "concept", False)
    updated = [(SOURCE, "papers", whole, False), (SOURCE, "papers", delta, True)]
    take(StoreFolder(tmp_path / "store"), *([scheme, *updated] if concepts_first else [*updated, scheme]))
    take(StoreFolder(tmp_path / "fresh"), scheme, (SOURCE, "papers", fresh, False))
    assert dump(tmp_path / "store") == dump(tmp_path / "fresh")
    assert dump(tmp_path / "store").count(b"/dc/terms/subject> <https://w3id.org/paperkg/concept/made:1> .") == 7


def test_a_dataset_can_be_removed(data: Path, tmp_path: Path) -> None:
    store = StoreFolder(tmp_path / "store")
    load(tmp_path / "store", data / "volume.json", dataset="one")
    before = dump(tmp_path / "store")
    load(tmp_path / "store", data / "deep", dataset="two")
    assert dump(tmp_path / "store") != before
    pipeline.remove(store, ["two"])
    assert dump(tmp_path / "store") == before
    assert not (tmp_path / "store" / "segments" / "two").exists()
    for name in ("two", "vocabulary"):
        with pytest.raises(UsageError, match="there is one"):
            pipeline.remove(store, [name])


def test_what_stood_there_before_a_failed_load_stands_there_after_it(data: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    load(store, data / "volume.json", dataset="one")
    before, snapshot = dump(store), (store / "current").read_text()
    bad = tmp_path / "bad.jsonl.gz"
    bad.write_bytes(gzip.compress(lines(*(paper(number) for number in range(300, 5000))))[:-100])
    for jobs in (None, 2):
        with pytest.raises(SourceError, match="cut off"):
            load(store, bad, dataset="two", jobs=jobs)
    assert (store / "current").read_text() == snapshot
    load(store, data / "deep", dataset="three")
    pipeline.remove(StoreFolder(store), ["three"])
    assert dump(store) == before


def descendants(process: int) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process:
            yield int(path.parent.name)


def command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def test_a_killed_load_leaves_no_process_and_the_next_one_repairs(data: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    load(store, data / "volume.json", dataset="one")
    before = dump(store)
    big = tmp_path / "big.jsonl"
    big.write_bytes(lines(*(paper(number) for number in range(100, 30_000))))
    command = [sys.executable, "-m", "kg", "--store", store, "load", "mlanthology", big, "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        working: list[int] = []
        while not any("kg.bulk" in command_line(child) for child in working) and process.poll() is None:
            working = list(descendants(process.pid))
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert len(working) >= 3
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in working) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [child for child in working if Path(f"/proc/{child}").exists()]
    assert dump(store) == before
    load(store, data / "deep", dataset="two")
    load(tmp_path / "fresh", data / "volume.json", dataset="one")
    load(tmp_path / "fresh", data / "deep", dataset="two")
    assert dump(store) == dump(tmp_path / "fresh")
    assert len(list(store.glob("primary-*"))) == 1


def test_whatever_fails_while_statements_are_made_fails_the_load(data: Path, tmp_path: Path) -> None:
    """Also where it is what a closed pipe raises, which the database's end of loading raises as well."""

    class Broken(Progress):
        def __call__(self, step: str) -> None:
            if step.startswith("reading"):
                raise BrokenPipeError

    folder = tmp_path / "store"
    with pytest.raises(BrokenPipeError):
        pipeline.load(StoreFolder(folder), SOURCE, {"papers": [data]}, progress=Broken())
    assert StoreFolder(folder).segments.catalogue().keys() <= {"vocabulary"}


def test_a_load_goes_on_when_nobody_reads_its_progress(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg", "--store", str(tmp_path / "store"), "load", "mlanthology", str(data)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stderr
        process.stderr.close()
        assert process.wait(60) == 0
    assert dump(tmp_path / "store")


def test_a_large_graph_can_be_read_before_it_is_compacted(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.writer._LARGE", 1)
    seen = []

    class Watching(Progress):
        def __call__(self, step: str) -> None:
            if "compacting" in step:
                seen.append((Snapshots(folder).current().id, dump(folder)))

    folder = tmp_path / "store"
    store = StoreFolder(folder)
    pipeline.load(store, SOURCE, {"papers": [data]}, progress=Watching())
    after = Snapshots(folder).current()
    assert seen == [(f"000001-{after.manifest.contents}", dump(folder))]
    assert after.id == f"000002-{after.manifest.contents}"
    assert [version.id for version in History(folder).versions(10)] == [seen[0][0]]
    assert after.index.search("", "paper").total == 60
    assert pipeline.is_up_to_date(store)
    pipeline.load(store, SOURCE, {"papers": [data]}, progress=Watching())
    assert Snapshots(folder).current().id == after.id
    assert len(seen) == 1


def test_a_graph_too_large_to_be_read_before_is_compacted_first(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.writer._LARGE", 1)
    monkeypatch.setattr("kg.writer._TOO_LARGE", 2)
    steps = []

    class Watching(Progress):
        def __call__(self, step: str) -> None:
            steps.append(step)

    folder = tmp_path / "store"
    store = StoreFolder(folder)
    pipeline.load(store, SOURCE, {"papers": [data]}, progress=Watching())
    assert Snapshots(folder).current().id.startswith("000001-")
    assert pipeline.is_up_to_date(store)
    assert steps.index("compacting") < steps.index("publishing")
    assert not any("compacting" in step for step in steps[steps.index("publishing") :])


def test_a_graph_that_was_not_compacted_is_so_later(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.writer._LARGE", 1)

    class Killed(Progress):
        def __call__(self, step: str) -> None:
            if "compacting" in step:
                raise KeyboardInterrupt

    folder = tmp_path / "store"
    store = StoreFolder(folder)
    with pytest.raises(KeyboardInterrupt):
        pipeline.load(store, SOURCE, {"papers": [data]}, progress=Killed())
    assert pipeline.is_whole(store)
    assert not pipeline.is_up_to_date(store)
    before = dump(folder)
    pipeline.repair(store)
    assert pipeline.is_up_to_date(store)
    assert dump(folder) == before
