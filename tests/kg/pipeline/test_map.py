"""Mapping without a store: what is written, how it goes on, and that a store which takes it is the same."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path
from unittest.mock import patch

import pytest
import zstandard
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kg import pipeline
from kg.cli import main
from kg.errors import SettingError, SourceError, UsageError
from kg.linking.linking import linker_of
from kg.namespaces import DEFAULT_BASE
from kg.pipeline import LoadReport, Options
from kg.pipeline import partitions as partitioning
from kg.pipeline.local import map_here
from kg.pipeline.partitions import PartitionManifest, decoded_manifest, gathered, scattered
from kg.segments import CONTENT_ENDINGS, SegmentStore
from kg.settings import read_settings
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from tests.kg.pipeline.papers import lines, paper, volume

MLANTHOLOGY = find_source("mlanthology")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three files, with a record that recurs, one that cannot be taken, and papers that are one."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "volume.json").write_bytes(volume(*(paper(number) for number in range(40))))
    (folder / "legacy.jsonl").write_bytes(lines(*(paper(number) for number in range(30, 60)), {"title": ""}))
    again = (paper(number, bibtex_key=f"again{number}", doi="") for number in range(5))
    (folder / "more.jsonl.gz").write_bytes(gzip.compress(lines(*again)))
    return folder


def mapped(
    folder: Path, *paths: Path, dataset: str = "papers", partitions: int | None = 3, **options: object
) -> LoadReport:
    chosen = Options(**options)  # type: ignore[arg-type]
    (report,) = map_here(folder, DEFAULT_BASE, MLANTHOLOGY, {dataset: list(paths)}, chosen, partitions)
    return report


def manifest(folder: Path) -> PartitionManifest:
    return decoded_manifest((folder / "manifest.json").read_bytes())


def partitions(folder: Path) -> list[list[bytes]]:
    """The lines of each partition."""
    files = [folder / "triples" / partition.name for partition in manifest(folder).partitions]
    assert sorted(files) == sorted((folder / "triples").glob("*.nt.zst"))
    return [unpacked(path).splitlines() for path in files]


def unpacked(path: Path) -> bytes:
    with path.open("rb") as stream:
        return zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True).read()


def said(folder: Path) -> set[bytes]:
    """What the segments state."""
    return {
        line
        for path in folder.glob("segments/*/*.nt.zst")
        for line in unpacked(path).splitlines()
        if not line.startswith(b"#")
    }


def test_each_statement_stands_once_in_sorted_partitions_by_subject(data: Path, tmp_path: Path) -> None:
    report = mapped(tmp_path / "out", data)
    assert (report.counts.read, report.counts.mapped, report.counts.rejected, report.counts.duplicates) == (
        76,
        65,
        1,
        10,
    )
    found = partitions(tmp_path / "out")
    assert len(found) == 3
    assert all(lines == sorted(set(lines)) and lines for lines in found)
    everything = [line for lines in found for line in lines]
    assert len(everything) == len(set(everything)) == manifest(tmp_path / "out").statements
    assert set(everything) == said(tmp_path / "out")
    subjects = [{line.split(b" ")[0] for line in lines} for lines in found]
    assert sum(map(len, subjects)) == len(set.union(*subjects))


def test_the_checksums_are_those_of_the_files(data: Path, tmp_path: Path) -> None:
    mapped(tmp_path / "out", data)
    folder = tmp_path / "out" / "triples"
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.nt.zst")}
    for known in manifest(tmp_path / "out").partitions:
        assert (sums[known.name], (folder / known.name).stat().st_size) == (known.sha256, known.size)


def test_a_store_that_takes_it_is_that_of_the_files(data: Path, tmp_path: Path) -> None:
    """With its links, and it knows the files."""
    mapped(tmp_path / "out", data)
    stores = [StoreFolder(tmp_path / name) for name in ("taken", "loaded")]
    linkers = [linker_of(read_settings({}, store=store.folder)) for store in stores]
    pipeline.take(stores[0], [tmp_path / "out"], linker=linkers[0])
    pipeline.load(stores[1], MLANTHOLOGY, {"papers": [data]}, linker=linkers[1])
    first, second = (sorted_statements(Snapshots(store.folder).current().store) for store in stores)
    assert first == second
    assert b"/link/" in first
    (report,) = pipeline.load(stores[0], MLANTHOLOGY, {"papers": [data]}, linker=linkers[0])
    assert report.unchanged


def test_others_may_read_what_was_mapped(data: Path, tmp_path: Path) -> None:
    """As far as they may read any file that is made here: what loads it elsewhere is often another user."""
    (tmp_path / "plain").touch()
    mapped(tmp_path / "mapped", data)
    files = [path for path in (tmp_path / "mapped").rglob("*") if path.is_file()]
    assert files
    assert {path.stat().st_mode & 0o444 for path in files} == {(tmp_path / "plain").stat().st_mode & 0o444}


def test_a_store_that_is_linked_takes_what_is_longer_than_a_block(data: Path, tmp_path: Path) -> None:
    long = [paper(number, abstract=f"{number} " * 50_000) for number in range(100, 120)]
    (tmp_path / "long.jsonl").write_bytes(lines(*long))
    mapped(tmp_path / "out", tmp_path / "long.jsonl", dataset="long", partitions=1)
    stores = [StoreFolder(tmp_path / name) for name in ("taken", "loaded")]
    linkers = [linker_of(read_settings({}, store=store.folder)) for store in stores]
    for store, linker in zip(stores, linkers, strict=True):
        pipeline.load(store, MLANTHOLOGY, {"papers": [data]}, linker=linker)
    pipeline.take(stores[0], [tmp_path / "out"], linker=linkers[0])
    pipeline.load(stores[1], MLANTHOLOGY, {"long": [tmp_path / "long.jsonl"]}, linker=linkers[1])
    first, second = (sorted_statements(Snapshots(store.folder).current().store) for store in stores)
    assert first == second


def test_taking_it_again_changes_nothing_and_a_newer_version_takes_its_place(data: Path, tmp_path: Path) -> None:
    mapped(tmp_path / "out", data)
    store = StoreFolder(tmp_path / "store")
    (report,) = pipeline.take(store, [tmp_path / "out"])
    assert not report.unchanged and report.counts.mapped == 65
    snapshot = Snapshots(store.folder).current().manifest.id
    assert pipeline.take(store, [tmp_path / "out"])[0].unchanged
    assert Snapshots(store.folder).current().manifest.id == snapshot
    (data / "volume.json").write_bytes(volume(paper(0, title="Another Title")))
    mapped(tmp_path / "out", data)
    there = {path: path.stat().st_ino for path in store.folder.glob("segments/papers/*.nt.zst")}
    pipeline.take(store, [tmp_path / "out"])
    assert sum(path.exists() and path.stat().st_ino == before for path, before in there.items()) == 2
    assert b"Another Title" in sorted_statements(Snapshots(store.folder).current().store)
    mapped(tmp_path / "other", data / "legacy.jsonl")
    with pytest.raises(UsageError, match="was loaded from"):
        pipeline.take(store, [tmp_path / "other"])
    pipeline.take(store, [tmp_path / "other"], Options(replace=True))
    assert b"Another Title" not in sorted_statements(Snapshots(store.folder).current().store)


@pytest.mark.parametrize("ending", CONTENT_ENDINGS)
def test_what_was_damaged_is_not_taken(data: Path, tmp_path: Path, ending: str) -> None:
    mapped(tmp_path / "out", data)
    path = next(path for path in sorted((tmp_path / "out").glob(f"segments/papers/*{ending}")))
    path.write_bytes(path.read_bytes()[:-1] or b"x")
    store = StoreFolder(tmp_path / "store")
    with pytest.raises(SourceError, match="is not what was mapped; copy the folder again"):
        pipeline.take(store, [tmp_path / "out"])
    assert not store.segments.catalogue()


def test_a_partition_that_was_damaged_is_not_loaded(data: Path, tmp_path: Path) -> None:
    mapped(tmp_path / "out", data)
    path = tmp_path / "out" / "triples" / manifest(tmp_path / "out").partitions[1].name
    path.write_bytes(path.read_bytes()[:-1])
    store = StoreFolder(tmp_path / "store")
    with pytest.raises(SourceError, match="is not what was mapped; copy the folder again"):
        pipeline.take(store, [tmp_path / "out"])
    assert "papers" not in store.segments.catalogue()


@pytest.mark.parametrize("are_there", [True, False], ids=["partitions", "segments alone"])
def test_a_folder_without_partitions_is_taken_as_well(data: Path, tmp_path: Path, are_there: bool) -> None:
    mapped(tmp_path / "out", data)
    if not are_there:
        (tmp_path / "out" / "manifest.json").unlink()
    pipeline.take(StoreFolder(tmp_path / "taken"), [tmp_path / "out"])
    pipeline.load(StoreFolder(tmp_path / "loaded"), MLANTHOLOGY, {"papers": [data]})
    taken, loaded = (Snapshots(tmp_path / name).current().store for name in ("taken", "loaded"))
    assert sorted_statements(taken) == sorted_statements(loaded)


def test_partitions_of_what_stood_there_before_are_not_loaded(data: Path, tmp_path: Path) -> None:
    """As a run leaves them that was ended between the two."""
    mapped(tmp_path / "out", data)
    shutil.copytree(tmp_path / "out", tmp_path / "before")
    (data / "volume.json").write_bytes(volume(paper(0, title="Another Title")))
    mapped(tmp_path / "out", data)
    shutil.rmtree(tmp_path / "out" / "triples")
    shutil.copytree(tmp_path / "before" / "triples", tmp_path / "out" / "triples")
    shutil.copy(tmp_path / "before" / "manifest.json", tmp_path / "out")
    pipeline.take(StoreFolder(tmp_path / "store"), [tmp_path / "out"])
    assert b"Another Title" in sorted_statements(Snapshots(tmp_path / "store").current().store)


def test_what_lacks_a_part_or_everything_is_not_taken(data: Path, tmp_path: Path) -> None:
    mapped(tmp_path / "out", data)
    next((tmp_path / "out").glob("segments/papers/*.part.json")).unlink()
    with pytest.raises(SourceError, match="lacks the part"):
        pipeline.take(StoreFolder(tmp_path / "store"), [tmp_path / "out"])
    with pytest.raises(SourceError, match="nothing that 'kg map' has finished"):
        pipeline.take(StoreFolder(tmp_path / "store"), [tmp_path])


def test_things_are_named_under_one_base(data: Path, tmp_path: Path) -> None:
    mapped(tmp_path / "out", data)
    with pytest.raises(SettingError, match="names things under"):
        pipeline.take(StoreFolder(tmp_path / "store", "https://example.org/"), [tmp_path / "out"])


def test_a_run_that_was_interrupted_goes_on(data: Path, tmp_path: Path) -> None:
    """Parts and partitions that are done stay as they are, others are made; the result is the same."""
    mapped(tmp_path / "whole", data)
    mapped(tmp_path / "out", data)
    out = tmp_path / "out"
    (out / "manifest.json").unlink()
    for partition in manifest(tmp_path / "whole").partitions[1:]:
        known = {"name": partition.name, "sha256": partition.sha256, "size": partition.size}
        known["statements"] = partition.statements
        (out / "triples" / partition.name).with_suffix("").with_suffix(".json").write_text(json.dumps(known))
    (out / "triples" / manifest(tmp_path / "whole").partitions[0].name).unlink()
    lost = sorted(out.glob("segments/papers/*.part.json"))[0]
    lost.unlink()
    kept = {path: path.stat().st_mtime_ns for path in out.rglob("*.nt.zst") if lost.name[:20] not in path.name}
    assert len(kept) == 4
    assert mapped(out, data).reused == 2
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert contents(out) == contents(tmp_path / "whole")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def test_a_partition_that_was_cut_off_is_written_again(data: Path, tmp_path: Path) -> None:
    mapped(tmp_path / "whole", data)
    mapped(tmp_path / "out", data)
    known = manifest(tmp_path / "whole").partitions[1]
    path = tmp_path / "out" / "triples" / known.name
    path.with_suffix("").with_suffix(".json").write_text(
        json.dumps({"name": known.name, "sha256": known.sha256, "size": known.size, "statements": known.statements})
    )
    path.write_bytes(path.read_bytes()[:100])
    (tmp_path / "out" / "manifest.json").unlink()
    mapped(tmp_path / "out", data)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_datasets_are_added_to_a_folder(data: Path, tmp_path: Path) -> None:
    mapped(tmp_path / "out", data / "volume.json", dataset="first")
    before = said(tmp_path / "out")
    mapped(tmp_path / "out", data / "legacy.jsonl", dataset="second")
    found = partitions(tmp_path / "out")  # which looks that none of those before is left
    assert {line for lines in found for line in lines} == said(tmp_path / "out") > before
    assert (
        set(manifest(tmp_path / "out").segments)
        == {"first", "second"}
        == set(SegmentStore(tmp_path / "out").catalogue())
    )


def test_blank_nodes_are_not_torn_apart(tmp_path: Path) -> None:
    (tmp_path / "blank.ttl").write_text(
        "@prefix e: <https://example.org/> .\n"
        + "".join(f'e:a{number} e:knows [ e:name "n{number}" ; e:knows [ e:name "m" ] ] .\n' for number in range(50))
        + "".join(f"e:b{number} e:knows e:a{number} .\n" for number in range(50))
    )
    datasets = {"blank": [tmp_path / "blank.ttl"]}
    map_here(tmp_path / "out", DEFAULT_BASE, find_source("rdf"), datasets, Options(), partitions=4)
    found = partitions(tmp_path / "out")
    assert [any(b"_:" in line for line in lines) for lines in found] == [True, False, False, False]
    assert sum(b"_:" in line for line in found[0]) == 200


def test_a_store_is_not_written_over(data: Path, tmp_path: Path) -> None:
    pipeline.load(StoreFolder(tmp_path / "store"), MLANTHOLOGY, {"papers": [data]})
    with pytest.raises(UsageError, match="is a store; load into it"):
        mapped(tmp_path / "store", data)


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3), st.text('xyz\\" _:', max_size=6))),
    st.integers(1, 5),
    st.integers(1, 200),
)
def test_however_statements_come_their_partitions_are_the_same(
    found: list[tuple[str, int, str]], count: int, cut: int
) -> None:
    texts = [text.replace("\\", "\\\\").replace('"', '\\"') for *_, text in found]
    statements = [f'<e:{s}> <e:p{p}> "{text}" .' for (s, p, _), text in zip(found, texts, strict=True)]
    content = "".join(f"{line}\n" for line in statements).encode()
    blocks = [content[start : start + cut] for start in range(0, len(content), cut)]
    everything = frozenset(range(count))
    with patch.object(partitioning, "_AT_ONCE", 40):  # about a statement, so that pieces are many
        pieces = list(scattered(blocks, count, everything))
        alone = [piece for _, piece in scattered(blocks, count, frozenset([0]))]
    dealt = {number: gathered(piece for of, piece in pieces if of == number) for number in everything}
    assert all(lines == sorted(set(lines)) for lines in dealt.values())
    assert sorted(chain.from_iterable(dealt.values())) == sorted(line.encode() for line in set(statements))
    assert gathered(alone) == dealt[0]
    at_once = list(scattered([content], count, everything))
    assert dealt == {number: gathered(piece for of, piece in at_once if of == number) for number in everything}


def test_the_command(data: Path, tmp_path: Path) -> None:
    out, store = str(tmp_path / "out"), str(tmp_path / "store")
    result = CliRunner().invoke(main, ["map", "mlanthology", str(data), "-o", out])
    assert result.exit_code == 0, result.output
    assert "data: 76 records read, 65 mapped, 1 rejected, 10 duplicates" in result.output
    again = CliRunner().invoke(main, ["map", "mlanthology", str(data), "-o", out])
    assert "unchanged" in again.output
    taken = CliRunner().invoke(main, ["--store", store, "load", "--segments", out])
    assert taken.exit_code == 0 and "data: 76 records read" in taken.output, taken.output
    assert Snapshots(Path(store)).current().manifest.counts["Paper"] == 65


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["map", "mlanthology", "hdfs:///papers", "-o", "out"], "reached by --engine spark only"),
        (["map", "mlanthology", "papers.json", "-o", "s3a://bucket/out"], "reached by --engine spark only"),
        (["map", "mlanthology", "x", "-o", "out", "--retrieved", "May"], "takes a date"),
        (["map", "nothing", "x", "-o", "out"], "no source is called"),
        (["map", "mlanthology", "x", "-o", "out", "--engine", "spark", "--conf", "memory"], "takes NAME=VALUE"),
        (["load", "--segments", "out", "--dataset", "x"], "goes with --replace, --link and --jobs"),
    ],
)
def test_calls_that_are_at_fault(arguments: list[str], message: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--store", str(tmp_path), *arguments])
    assert (result.exit_code, message in result.output) == (2, True), result.output


def test_the_documented_commands_give_the_graph_that_they_say(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    block = re.search(r"```sh\n(kg map .*?)```", (root / "docs" / "mapping.md").read_text("utf-8"), re.S)
    assert block
    (tmp_path / "seeds").symlink_to(root / "seeds")
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    subprocess.run(["bash", "-ec", block[1]], cwd=tmp_path, env={"PATH": path}, check=True)
    seeds = {"pages": [root / "seeds"]}
    pipeline.load(StoreFolder(tmp_path / "loaded"), find_source("profile-page"), seeds, linker=None)
    pipeline.take(StoreFolder(tmp_path / "taken"), [tmp_path / "mapped"], linker=None)
    taken, loaded = (Snapshots(tmp_path / name).current().store for name in ("taken", "loaded"))
    assert sorted_statements(taken) == sorted_statements(loaded)
    assert Snapshots(tmp_path / "copy").current().manifest.counts["Paper"] == 23
