"""The index of records: which speak of a thing, and what they state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kg.linking.records import Part, RecordIndex
from kg.namespaces import DEFAULT_BASE as B
from kg.segments import Counts, Input, SegmentStore, compressed, compressed_records
from kg.segments import Part as PartOfSegment

ANN, BOB, ONE, TWO = (f"{B}{thing}" for thing in ("author/ann", "author/bob", "paper/1", "paper/2"))
FIRST = f'<{ONE}> <p> <{ANN}> .\n<{ONE}> <p> "# no mark" .\n'.encode()
SECOND = f"<{TWO}> <p> <{BOB}> .\n".encode()
THIRD = f'<{TWO}> <p> <{ANN}> .\n<{ANN}> <p> "{"long " * 200_000}" .\n'.encode()


def marked(number: int, statements: bytes) -> bytes:
    return f"#{number:016x}\n".encode() + statements


@pytest.fixture
def segments(tmp_path: Path) -> SegmentStore:
    """Two parts; the first of a head without records and of two frames."""
    store = SegmentStore(tmp_path)
    head = f"<{B}dataset/d> <p> <{ANN}> .\n".encode()
    write(store, "a", head, marked(1, FIRST) + marked(2, SECOND), marked(3, THIRD))
    write(store, "b", marked(2, FIRST))
    return store


def write(store: SegmentStore, part: str, *frames: bytes) -> None:
    with store.writing("d") as writer:
        for frame in frames:
            writer.statements(compressed(frame))
        writer.commit(part, PartOfSegment(input=Input("x", "x", 1), counts=Counts()))


@pytest.fixture
def index(segments: SegmentStore, tmp_path: Path) -> Iterator[RecordIndex]:
    with closing(RecordIndex(tmp_path / "links" / "records.sqlite", segments, B)) as found:
        yield found


PARTS: list[Part] = [("d", "a"), ("d", "b")]


def stated(index: RecordIndex, *things: str) -> list[bytes]:
    return sorted(statements for _, statements in index.statements(index.places(things)))


def test_records_are_found_by_the_things_that_they_speak_of(index: RecordIndex) -> None:
    index.know(PARTS)
    assert len(index) == 4
    assert stated(index, BOB) == [SECOND]
    assert stated(index, ANN) == sorted([FIRST, FIRST, THIRD])
    assert stated(index, ONE, TWO) == sorted([FIRST, FIRST, SECOND, THIRD])
    assert stated(index, f"{B}author/nobody") == []
    assert {place.part for place in index.places([ONE])} == set(PARTS)


def test_of_whom_others_speak(index: RecordIndex) -> None:
    index.know(PARTS)
    things = {ANN, BOB, ONE, TWO, f"{B}author/nobody"}
    assert index.others_speak_of(things, but=()) == {ANN, BOB, ONE, TWO}
    assert index.others_speak_of(things, but=PARTS[:1]) == {ANN, ONE}
    assert index.others_speak_of(things, but=PARTS) == set()


def test_papers_beside_a_thing(segments: SegmentStore, index: RecordIndex) -> None:
    index.know(PARTS)
    assert index.papers_beside([BOB, ANN]) == {BOB: {TWO}, ANN: {ONE, TWO}}
    assert index.papers_beside([f"{B}author/nobody"]) == {}
    assert [index.things_beside(thing) for thing in (BOB, ANN, f"{B}author/nobody")] == [2, 6, 0]
    # A record that is about one paper and mentions another; one about two papers; one about none.
    write(segments, "c", marked(1, FIRST + f"<{ONE}> <p> <{TWO}> .\n<{BOB}> <p> <{TWO}> .\n".encode()))
    index.know([PARTS[1], ("d", "c")])
    assert index.papers_beside([BOB]) == {BOB: {ONE}}
    write(segments, "d", marked(1, FIRST + SECOND), marked(2, f"<{ANN}> <p> <{BOB}> .\n".encode()))
    index.know([("d", "d")])
    assert index.papers_beside([BOB]) == {BOB: None}
    write(segments, "e", marked(2, f"<{ANN}> <p> <{BOB}> .\n".encode()))
    index.know([("d", "e")])
    assert index.papers_beside([BOB]) == {BOB: set()}


def test_a_record_is_read_again_without_many_others(tmp_path: Path) -> None:
    """And however it is packed, it is in one frame."""
    segments = SegmentStore(tmp_path)
    records = [marked(number, f'<{B}paper/{number}> <p> "{"x" * 40_000}" .\n'.encode()) for number in range(40)]
    packed = compressed_records(iter(records))
    with segments.writing("d") as writer:
        writer.statements(packed)
        writer.commit("a", PartOfSegment(input=Input("x", "x", 1), counts=Counts()))
    assert b"".join(segments.statements("d", "a")) == b"".join(records)
    with closing(RecordIndex(tmp_path / "links" / "records.sqlite", segments, B)) as found:
        found.know([("d", "a")])
        places = found.places(f"{B}paper/{number}" for number in range(40))
    assert len(places) == 40
    assert len({place.frame for place in places}) == 6, "seven records of 40 kB make a frame"
    assert compressed_records([]) == b""


def test_parts_come_and_go(index: RecordIndex) -> None:
    index.know(PARTS[1:])
    assert stated(index, ANN) == [FIRST]
    index.know(PARTS)
    assert len(stated(index, ANN)) == 3
    index.know(PARTS[:1])
    assert stated(index, ANN) == sorted([FIRST, THIRD])
    index.know(PARTS[1:])
    assert (stated(index, ANN), len(index)) == ([FIRST], 1)


def test_a_file_that_is_not_as_it_was_left_is_made_anew(
    index: RecordIndex, segments: SegmentStore, tmp_path: Path
) -> None:
    index.know(PARTS)
    index.close()
    path = tmp_path / "links" / "records.sqlite"
    whole = path.read_bytes()
    place = whole.rindex(b"\x01")
    for content in (b"", b"rubbish", whole[:5000], whole[:place] + b"\x02" + whole[place + 1 :]):
        path.write_bytes(content)
        with closing(RecordIndex(path, segments, B)) as again:
            again.know(PARTS)
            assert (len(stated(again, ANN)), len(again)) == (3, 4)
    with closing(RecordIndex(path, segments, "https://elsewhere.example/")) as other:
        other.know(PARTS)
        assert (stated(other, ANN), len(other)) == ([], 4), "what is named otherwise is read again"
