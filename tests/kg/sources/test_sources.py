"""What holds for every source: nothing raises, every record is accounted for, real files are read."""

from __future__ import annotations

import gzip
import importlib
import pkgutil
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg.sources
from kg.errors import SourceError
from kg.mapping import Mapper, Mapping
from kg.naming import Naming
from kg.records import Reading
from kg.sources import SOURCES
from kg.sources.contract import Chunk
from kg.sources.files import SourceFile
from tests.kg.sources.samples import SAMPLES

IDS = [f"{source}-{name}" for source, name, _ in SAMPLES]
# Where the real records of a source lie, and the share of its records that may be rejected.
REAL = {
    "openalex": "openalex",
    "crossref": "crossref",
    "arxiv": "arxiv",
    "semanticscholar": "semanticscholar",
    "opencitations": "opencitations",
    "ror": "ror",
    "concepts": "schemes",
    "rdf": "dblp-rdf",
    "mlanthology": "mlanthology/legacy",
    "dblp": "dblp-bibtex",
    "bibtex": "bibtex",
}


def check(reading: Reading, mapper: Mapper) -> None:
    assert reading.records or any(not reject.is_partial for reject in reading.rejects)
    for reject in reading.rejects:
        assert reject.file and reject.number >= 1 and reject.field and reject.reason and len(reject.excerpt) <= 80
    for record in reading.records:
        assert mapper.map(record).content


def mapper_of(source: str) -> Mapper:
    return Mapper(Mapping(Naming("https://example.org/"), "data", source, "1"))


def chunks_of(folder: Path, name: str, source: str, content: bytes) -> list[Chunk]:
    file = folder / name
    file.write_bytes(content)
    return list(SOURCES[source].chunks(SourceFile(file)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@pytest.mark.parametrize(("source", "name", "content"), SAMPLES, ids=IDS)
@given(chance=st.randoms(use_true_random=False), damages=st.integers(0, 40))
@settings(max_examples=60)
def test_whatever_a_file_holds_nothing_raises(
    folder: Path, source: str, name: str, content: bytes, chance: random.Random, damages: int
) -> None:
    damaged = bytearray(content)
    for _ in range(damages):
        place = chance.randrange(len(damaged))
        damaged[place : place + chance.randint(0, 3)] = bytes(
            chance.choice(b'\x00"{}[]\\<>&,:0x\xff\xc3n1') for _ in range(chance.randint(0, 3))
        )
    try:
        chunks = chunks_of(folder, name, source, bytes(damaged))
    except SourceError as error:
        assert "\n" not in str(error)
        return
    mapper = mapper_of(source)
    for chunk in chunks:
        for reading in SOURCES[source].readings(chunk):
            check(reading, mapper)


@pytest.mark.parametrize(("source", "name", "content"), SAMPLES, ids=IDS)
def test_a_compressed_stream_that_was_cut_is_an_error(folder: Path, source: str, name: str, content: bytes) -> None:
    with pytest.raises(SourceError, match="cut off"):
        chunks_of(folder, f"{name}.gz", source, gzip.compress(content)[:-9])


@pytest.mark.parametrize(("source", "path"), REAL.items())
def test_real_records_are_read(shared: Path, source: str, path: str) -> None:
    mapper = mapper_of(source)
    endings = tuple(f"{ending}{packed}" for ending in SOURCES[source].endings for packed in ("", ".gz"))
    read = rejected = 0
    for file in sorted((shared / "data" / path).rglob("*")):
        if file.is_file() and file.name.endswith(endings):
            for number, reading in enumerate(SOURCES[source].read(file)):
                read += 1
                rejected += not reading.records
                if number % 20 == 0:
                    check(reading, mapper)
    assert read > 0
    assert rejected <= read * 0.005


def test_every_source_is_registered_by_its_name() -> None:
    assert {name: source.name for name, source in SOURCES.items()} == {name: name for name in SOURCES}
    modules = (module.name for module in pkgutil.iter_modules(kg.sources.__path__, "kg.sources."))
    found = {source.name for name in modules if (source := getattr(importlib.import_module(name), "SOURCE", None))}
    assert found == set(SOURCES)
