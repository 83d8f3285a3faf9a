"""Files that are damaged or meant to do harm cost a clear error and little memory; the store stays as it was."""

from __future__ import annotations

import gzip
import io
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from kg import pipeline
from kg.errors import SourceError
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder

GOOD = b'{"bibtex_key": "good", "title": "Good", "authors": [], "year": "2020"}\n'
LINES = b"".join(GOOD.replace(b"good", b"good%d" % number) for number in range(20_000))
MEMORY = 1_200 * 2**20


def load(store: Path, file: Path) -> None:
    pipeline.load(StoreFolder(store), find_source("mlanthology"), {"data": [file]})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "good.jsonl").write_bytes(GOOD)
    pipeline.load(StoreFolder(folder / "store"), find_source("mlanthology"), {"good": [folder / "good.jsonl"]})
    return folder / "store"


@pytest.fixture
def unchanged(store: Path) -> Iterator[Path]:
    def state() -> tuple[str, str, bytes]:
        graph = sorted_statements(Snapshots(store).current().store)
        return (store / "current").read_text(), (store / "datasets.json").read_text(), graph

    before = state()
    yield store
    assert state() == before


def zeros(size: int, compress: Callable[[io.BytesIO], Any]) -> bytes:
    """So many zeros, compressed."""
    target = io.BytesIO()
    with compress(target) as stream:
        for _ in range(size // 2**20):
            stream.write(bytes(2**20))
    return target.getvalue()


BOMBS = {
    "bomb.jsonl.gz": lambda: zeros(2**30, lambda target: gzip.GzipFile(fileobj=target, mode="wb")),
    "bomb.jsonl.zst": lambda: zeros(
        2**30, lambda target: zstandard.ZstdCompressor(level=19).stream_writer(target, closefd=False)
    ),
    "blank-lines.jsonl.gz": lambda: gzip.compress(b"\n" * (300 * 2**20), 9) * 20,
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_inflates_beyond_measure_is_refused(unchanged: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(BOMBS[name]())
    refused(unchanged, tmp_path / name, r"times as large as its compressed form|line is longer|larger than 512 MB")


def test_a_line_of_a_gigabyte_is_refused(unchanged: Path, tmp_path: Path) -> None:
    with (tmp_path / "line.jsonl").open("wb") as stream:
        stream.write(GOOD + b'{"title": "')
        stream.truncate(2**30)
    refused(unchanged, tmp_path / "line.jsonl", "line is longer than 64 MB")


def refused(store: Path, file: Path, message: str) -> None:
    """`kg load` says so in one line, with its memory bounded by the system."""
    command = [sys.executable, "-m", "kg", "--store", store, "load", "mlanthology", file, "--jobs", "1"]
    run = subprocess.run(
        command,
        capture_output=True,
        check=False,
        timeout=300,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
    )
    (last,) = run.stderr.decode().splitlines()[-1:]
    assert run.returncode == 1, last
    assert any(part in last for part in message.split("|")), last


def test_a_stream_that_is_cut_or_flipped_anywhere_is_refused(unchanged: Path, tmp_path: Path) -> None:
    chance = random.Random(5)
    packed = {"gz": gzip.compress(LINES), "zst": zstandard.ZstdCompressor(write_checksum=True).compress(LINES)}
    for number in range(12):
        ending = ("gz", "zst")[number % 2]
        content = bytearray(packed[ending])
        place = chance.randrange(40, len(content) - 8)
        damage = "cut off|damaged|no record"
        if number % 4 < 2:
            del content[place:]
        else:
            content[place] ^= 1 << chance.randrange(8)
            damage += "|not a paper"
        file = tmp_path / f"{number}.jsonl.{ending}"
        file.write_bytes(bytes(content))
        with pytest.raises(SourceError, match=damage):
            load(unchanged, file)


@pytest.mark.parametrize(
    ("source", "name", "content", "message"),
    [
        ("arxiv", "xxe.xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type"),
        (
            "rdf",
            "xxe.rdf",
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
            "entities",
        ),
        ("rdf", "empty.ttl", b"", "no record of a rdf"),
        ("openalex", "empty.jsonl", b"", "no record of a openalex"),
        ("openalex", "nested.json", b"[" * 100_000, "no record of a openalex"),
        ("mlanthology", "binary.jsonl", bytes(range(256)) * 100, "no record of a mlanthology"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_refused(
    unchanged: Path, tmp_path: Path, source: str, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=message) as caught:
        pipeline.load(StoreFolder(unchanged), find_source(source), {"data": [tmp_path / name]})
    assert "\n" not in str(caught.value) and "passwd" not in str(caught.value).replace(name, "")
