"""RIS: records from TY to ER, in the dialects of databases and reference managers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.records import (
    Author,
    Authorship,
    Identifier,
    Institution,
    Location,
    Paper,
    PartialDate,
    Reading,
    SourceRecord,
    Venue,
)
from kg.sources import ris
from kg.sources.contract import Chunk

RECORD = """TY  - JOUR
ID  - Lee2021
A1  - Lee, Ann
AU  - van Dijk, Ludwig
AU  - King, Martin, Jr.
T1  - On <i>Things</i> &
      their making
JO  - Things J.
JF  - Journal of Things
PY  - 2021/03//
DA  - 2021/03/12/
VL  - 12
IS  - 3
SP  - 98
EP  - 104
DO  - https://doi.org/10.5555/THINGS.1
UR  - https://things.example/1
L1  - file:///home/me/1.pdf
L1  - https://things.example/1.pdf
AB  - First.
Second.
KW  - things; made things
KW  - making
SN  - 2050-084X
LA  - en
PB  - Press
AN  - 123
DB  - PubMed
ER  -
"""


def read(path: Path, data: bytes | str) -> list[Reading]:
    file = path / "library.ris"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(ris.SOURCE.read(file))


def papers(readings: list[Reading]) -> list[Paper]:
    return [record for reading in readings for record in reading.records if isinstance(record, Paper)]


PAPER = Paper(
    title="On Things & their making",
    source=SourceRecord("Lee2021", title="On <i>Things</i> & their making", type="JOUR"),
    language="en",
    identifiers=(Identifier("doi", "10.5555/things.1"), Identifier("pmid", "123")),
    type="article",
    authorships=(
        Authorship(Author("Ann Lee", given="Ann", family="Lee"), 1, "Ann Lee"),
        Authorship(Author("Ludwig van Dijk", given="Ludwig", family="van Dijk"), 2, "Ludwig van Dijk"),
        Authorship(Author("Martin King Jr.", given="Martin", family="King"), 3, "Martin King Jr."),
    ),
    abstract="First. Second.",
    date=PartialDate(2021, 3),
    venue=Venue("Journal of Things", (Identifier("issn", "2050-084X"),), "journal"),
    publisher=Institution("Press"),
    volume="12",
    issue="3",
    pages="98-104",
    keywords=("things", "made things", "making"),
    locations=(Location("https://things.example/1"), Location(full_text="https://things.example/1.pdf")),
)


@pytest.mark.parametrize(
    "data",
    [
        RECORD.encode(),
        b"\xef\xbb\xbf" + RECORD.replace("\n", "\r\n").encode(),
        b"exported today\n\n" + RECORD.replace("ER  -", "ER  - ").replace("  - ", "  -").encode(),
    ],
)
def test_a_whole_record(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == [Reading((PAPER,))]


def test_broken_records_cost_no_neighbour(tmp_path: Path) -> None:
    text = (
        "TY  - CONF\nTI  - A\nAU  - Lee, Ann\nAU  - ...\nT2  - Meeting\n"
        "TY  - BOOK\nBT  - B\nAU  - ,\nSN  - 978-3-16-148410-0\nER  -\n"
        "TI  - C\nER  -\nno part of anything\nTY  - JOUR\nER  -\n"
        "TY  - WHAT\nTI  - D\nPY  - 0000\nSN  - 2050-084Y\nDO  - none\nUR  - here\n"
        "LA  - Klingon\nDA  - some day\nM3  - x\nER  - \n"
        "TY  - JOUR\nTI  - Cut"
    )
    readings = read(tmp_path, text)
    a, b, d, cut = papers(readings)
    assert (a.title, a.author_list_complete, a.venue) == ("A", False, Venue("Meeting", (), "conference"))
    assert (b.title, b.identifiers, b.authorships) == ("B", (Identifier("isbn", "9783161484100"),), ())
    assert (d.title, d.type, d.source.type, d.date) == ("D", "other", "WHAT", None)
    assert cut.title == "Cut"
    assert [(each.number, each.field, each.is_partial) for r in readings for each in r.rejects] == [
        *((1, "ER", True), (6, "AU", True)),
        *((11, "record", False), (14, "record", False)),
        *((16, "UR", True), (16, "doi", True), (16, "year", True), (16, "issn", True), (16, "language", True)),
        (26, "ER", True),
    ]
    assert len(readings) == 6


@pytest.mark.parametrize(
    ("lines", "record_id"),
    [
        ("ID  - Lee2021\nDO  - 10.5555/x", "Lee2021"),
        ("ID  - 17\nDO  - 10.5555/X", "doi:10.5555/x"),
        ("ID  - 17\nUR  - https://a.example/1", "https://a.example/1"),
        ("ID  - 17", "T"),
    ],
)
def test_a_number_in_a_library_names_no_record(tmp_path: Path, lines: str, record_id: str) -> None:
    (paper,) = papers(read(tmp_path, f"TY  - JOUR\nTI  - T\n{lines}\nER  - \n"))
    assert paper.source.record_id == record_id


def test_a_preprint(tmp_path: Path) -> None:
    (paper,) = papers(read(tmp_path, "TY  - JOUR\nTI  - T\nJO  - arXiv preprint arXiv:1706.03762\nER  - \n"))
    assert (paper.identifiers, paper.type, paper.venue) == (
        (Identifier("arxiv", "1706.03762"),),
        "preprint",
        Venue("arXiv", (), "repository"),
    )


def test_records_in_many_chunks(tmp_path: Path) -> None:
    text = "".join(f"TY  - JOUR\nTI  - T{n}\nAB  - {'x' * 2000}\nER  - \n\n" for n in range(1500)) + "ER  -\nXX  - y\n"
    readings = read(tmp_path, text)
    assert [paper.title for paper in papers(readings)] == [f"T{n}" for n in range(1500)]
    assert [reject.number for each in readings for reject in each.rejects] == [7502]


@given(st.integers(0, len(RECORD)), st.integers(0, 40), st.binary(max_size=8) | st.sampled_from([b"\nER  -\n", b"\0"]))
def test_damage_is_never_raised(start: int, length: int, put: bytes) -> None:
    data = RECORD.encode()
    damaged = data[:start] + put + data[start + length :] + b"\nTY  - JOUR\nTI  - Last\nER  -\n"
    readings = list(ris.readings(Chunk("x.ris", 1, damaged)))
    assert all(reading.records or reading.rejects for reading in readings)
    assert papers(readings)[-1].title == "Last"


def test_what_databases_write_their_own_way(tmp_path: Path) -> None:
    text = (
        "TY  - CONF\nTI  - A\nAU  - Lee, Ann\nAU  - ATLAS Collaboration,\nC3  - Proceedings of Things\n"
        "PD  - MAR 15\nPY  - 2012\nPU  - Press\nER  -\n"
    )
    (paper,) = papers(read(tmp_path, text))
    assert [each.author for each in paper.authorships] == [
        Author("Ann Lee", (), "Ann", "Lee"),
        Author("ATLAS Collaboration"),
    ]
    assert paper.venue == Venue("Proceedings of Things", (), "conference")
    assert (paper.date, paper.publisher) == (PartialDate(2012, 3, 15), Institution("Press"))
