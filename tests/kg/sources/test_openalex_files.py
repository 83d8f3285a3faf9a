"""OpenAlex's files: the ways in which its records come, and what damage to one of them costs."""

from __future__ import annotations

import bz2
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import SourceError
from kg.records import Paper, Profile, Reading
from kg.sources.contract import Chunk
from kg.sources.openalex import SOURCE
from kg.sources.values import clean

HERE = Path(__file__).parent / "data" / "openalex"
WORKS = (HERE / "works.jsonl").read_bytes()
ENTITIES = (HERE / "entities.jsonl").read_bytes()
RECORDS: list[dict[str, Any]] = [json.loads(line) for line in (WORKS + ENTITIES).splitlines()]
REAL = Path(__file__).parents[4] / "shared" / "data" / "openalex"
BASE = "https://openalex.org/"


def readings(data: bytes, kind: str = "lines") -> list[Reading]:
    return list(SOURCE.readings(Chunk("file", 1, data, kind)))


def read(path: Path, data: bytes) -> list[Reading]:
    path.write_bytes(data)
    return list(SOURCE.read(path))


BOTH = readings(WORKS)


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, zstandard.compress])
def test_lines_plain_or_compressed(tmp_path: Path, compress: Any) -> None:
    """Under the names that the snapshot gives its parts, which have no ending of their own."""
    assert "" in SOURCE.endings
    assert read(tmp_path / "part_000", compress(WORKS)) == BOTH


@pytest.mark.parametrize("indent", [None, 2, 0])
@pytest.mark.parametrize("end", ["", "\n\n\n"])
def test_a_page_of_the_api_and_its_records_one_by_one(tmp_path: Path, indent: int | None, end: str) -> None:
    page = {"meta": {"count": 2, "next_cursor": None}, "results": RECORDS[:2], "group_by": []}
    assert read(tmp_path / "page.json", (json.dumps(page, indent=indent) + end).encode()) == BOTH
    assert read(tmp_path / "list.json", (json.dumps(RECORDS[:2], indent=indent) + end).encode()) == BOTH
    one = read(tmp_path / "one.json", (json.dumps(RECORDS[1], indent=indent) + end).encode())
    assert one == BOTH[1:]


def test_a_byte_order_mark_is_no_data(tmp_path: Path) -> None:
    assert read(tmp_path / "works.jsonl", b"\xef\xbb\xbf" + WORKS) == BOTH
    assert read(tmp_path / "one.json", b"\xef\xbb\xbf" + WORKS.splitlines()[0]) == BOTH[:1]


def test_pages_one_a_line() -> None:
    page = json.dumps({"meta": {}, "results": RECORDS[:2]}).encode()
    assert readings(page + b"\n" + page) == BOTH * 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n \n",
        b'{"meta": {"count": 2, "next_cursor": null}, "results": [], "group_by": []}\n\n',
        b'{"entries": [{"url": "s3://openalex/data/works/part_000.gz", "meta": {"record_count": 2}}]}',
    ],
)
def test_files_without_records_are_no_fault(tmp_path: Path, data: bytes) -> None:
    """Empty files, the last page of a search, the manifest of a snapshot."""
    assert read(tmp_path / "file.json", data) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"error": "Pagination error."}', "neither a record of OpenAlex nor a page of them"),
        (b'{"results": 5}', "neither a record of OpenAlex nor a page of them"),
        (b'{"id": null}', "neither a record of OpenAlex nor a page of them"),
        (b"5", "not JSON of a record or a page"),
        (b"<html>", "not JSON of a record or a page"),
        (b'{"meta": {}, "results": [', "not JSON of a record or a page"),
        (b"[" * 100_000, "not JSON of a record or a page"),
        (b'{"id": "https://openalex.org/W1", "title": "a', "not a work"),
        (b'{"id": "https://openalex.org/A1", "x": ' + b"[" * 100_000, "not JSON of a record or a page"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["lines", "document"])
def test_what_is_nothing_of_openalex(data: bytes, reason: str, kind: str) -> None:
    (reading,) = readings(data, kind)
    assert not reading.records
    assert [(reject.number, reject.reason, reject.is_partial) for reject in reading.rejects] == [(1, reason, False)]


def test_a_bad_line_costs_nothing_but_itself(tmp_path: Path) -> None:
    first, second = WORKS.splitlines(keepends=True)
    for damaged in (second[:70] + b"\n", b'\xff\xfe{"id\n', b"\x00\n", b'{"id": [[[\n'):
        found = read(tmp_path / "works.jsonl", first + damaged + second)
        assert [found[0], found[2]] == BOTH
        assert [(each.number, each.is_partial) for each in found[1].rejects] == [(2, False)]
        found = read(tmp_path / "works.jsonl", damaged + first + second)
        assert found[1:] == BOTH
        assert [(each.number, each.is_partial) for each in found[0].rejects] == [(1, False)]


def test_a_bad_record_of_a_page_costs_nothing_but_itself() -> None:
    first, second = WORKS.splitlines()
    for damaged in (b"7", b'{"id": 7}', b'{"title": "x"}'):
        found = readings(b'{"results": [' + first + b"," + damaged + b"," + second + b"]}", "document")
        assert [found[0], found[2]] == BOTH
        assert [(each.number, each.is_partial) for each in found[1].rejects] == [(2, False)]


def test_a_file_that_was_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    found = read(tmp_path / "works.jsonl", WORKS[:-40])
    assert found[0] == BOTH[0]
    assert found[1].rejects[0].reason == "not a work"
    with pytest.raises(SourceError, match="cut off"):
        read(tmp_path / "works.jsonl.gz", gzip.compress(WORKS)[:-40])


@pytest.mark.parametrize(
    ("title", "expected", "reason"),
    [
        (b'"a\xffb"', "a\ufffdb", "bytes that are not UTF-8"),
        (rb'"a\ud800b"', "a\ufffdb", "half of a character"),
        (rb'"\\ud800 \udc00 \ud83d\ude00"', "\\ud800 \ufffd 😀", "half of a character"),
        (b'"a\x01b"', "ab", "not quite JSON"),
        (b"NaN", None, "not quite JSON"),
        (b"1" * 10_000, None, "not quite JSON"),
        (b"17", None, "not of the type that belongs there"),
        (b'{"a": 1e999}', None, "not of the type that belongs there"),
    ],
)
@pytest.mark.parametrize("is_page", [False, True])
def test_a_bad_value_costs_nothing_but_itself(title: bytes, expected: str | None, reason: str, is_page: bool) -> None:
    data = b'{"id": "https://openalex.org/W1", "type": "article", "title": ' + title + b"}"
    (reading,) = readings(b'{"results": [' + data + b"]}" if is_page else data)
    (paper,) = reading.records
    assert isinstance(paper, Paper)
    assert (paper.title, paper.type) == (expected, "article")
    assert [(each.reason, each.is_partial) for each in reading.rejects] == [(reason, True)]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_value_of_any_other_type_costs_nothing_but_itself(data: st.DataObject) -> None:
    """Somewhere in a record anything may stand: it is still one record, and still the same one."""
    record = json.loads(json.dumps(data.draw(st.sampled_from(RECORDS))))
    id_ = record.pop("id")
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(list(_members(record))))
        holder[key] = data.draw(ANYTHING)
    (reading,) = readings(json.dumps({"id": id_} | record).encode())
    name = id_.removeprefix(BASE)
    if reading.records:
        (own,) = reading.records
        assert isinstance(own, Paper | Profile)
        assert own.source.record_id == name
        hash(own)
    else:
        # A thing without a name; hardly any of the values can make a work nothing.
        assert [each.reason for each in reading.rejects] == ["has no name"]
    assert all(each.record == name for each in reading.rejects)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400) | st.just(""),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def _members(holder: Any) -> Iterator[tuple[Any, Any]]:
    members = holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ()
    for key, value in members:
        yield holder, key
        yield from _members(value)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_are_nothing_is_raised(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([WORKS, ENTITIES, b'{"results": [' + WORKS.replace(b"\n", b",") + b"1]}"]))
    for _ in range(data.draw(st.integers(1, 5))):
        place, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 30))
        whole = whole[:place] + data.draw(st.binary(max_size=8) | st.sampled_from(SPLINTERS)) + whole[place + length :]
    for kind in ("lines", "document"):
        for reading in readings(whole, kind):
            assert reading.records or any(not reject.is_partial for reject in reading.rejects)


SPLINTERS = [
    b"\x00",
    b"\xff",
    rb"\ud800",
    rb"\udc00",
    b"{",
    b"[" * 5000,
    b"]",
    b'"',
    b"\n",
    b"1e999",
    b"9" * 5000,
    b"NaN",
]


@pytest.mark.skipif(not REAL.is_dir(), reason="the records that OpenAlex published are not beside the checkout")
@pytest.mark.parametrize(
    ("pattern", "count", "whole", "partial"),
    [
        ("works-2023.jsonl.gz", 3665, {}, {"issn": 36, "orcid": 11}),
        ("works-2026.jsonl", 202, {}, {}),
        ("entities/*.json", 10, {("A5317838346", "deleted in the source"): 1}, {}),
        ("api-pages/*.json", 5, {}, {}),
    ],
)
def test_real_records(pattern: str, count: int, whole: dict[tuple[str, str], int], partial: dict[str, int]) -> None:
    found = [reading for path in sorted(REAL.glob(pattern)) for reading in SOURCE.read(path)]
    rejects = [reject for reading in found for reject in reading.rejects]
    assert len(found) == count
    assert sum(not reading.records for reading in found) == sum(whole.values())
    assert Counter((each.record, each.reason) for each in rejects if not each.is_partial) == whole
    assert Counter(each.field for each in rejects if each.is_partial) == partial


@pytest.mark.skipif(not REAL.is_dir(), reason="the records that OpenAlex published are not beside the checkout")
def test_real_works_say_what_their_json_says() -> None:
    """Against the records themselves, by other means than the adapter's."""
    works = [json.loads(line) for line in gzip.decompress((REAL / "works-2023.jsonl.gz").read_bytes()).splitlines()]
    for work, reading in zip(works, SOURCE.read(REAL / "works-2023.jsonl.gz"), strict=True):
        (paper,) = reading.records
        assert isinstance(paper, Paper)
        assert paper.source.record_id == work["id"].removeprefix(BASE)
        assert [each.position for each in paper.authorships] == list(range(1, len(work["authorships"]) + 1))
        assert [f"{BASE}{each.value}" for each in paper.references] == work["referenced_works"]
        assert (paper.title is None) == (work["title"] is None)
        words = {place: word for word, found in (work["abstract_inverted_index"] or {}).items() for place in found}
        assert paper.abstract == clean(" ".join(words[place] for place in sorted(words)))
        assert str(paper.metrics[0].value) == str(work["cited_by_count"])
        assert paper.is_retracted == work["is_retracted"]
        sure = [each for each in work["concepts"] if float(each["score"]) >= 0.3]
        assert [each.label for each in paper.concepts] == [" ".join(each["display_name"].split()) for each in sure]
