"""`kg reconcile`: a table comes back with what its names mean."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from codecs import BOM_UTF8
from pathlib import Path

import pytest

from kg import pipeline
from kg.records import Concept, Identifier, Institution, Profile, SourceRecord
from kg.store import StoreFolder
from tests.made_records import made_source

HUBINGER = "https://w3id.org/paperkg/author/evan-hubinger"


def kg(store: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "kg", "--store", str(store), "reconcile", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False)


def rows(text: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=delimiter))


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), ("\t", "utf-8-sig"), (";", "utf-16"), (";", "cp1252")]
)
def test_a_table_comes_back_with_its_matches(seeded_store_folder: Path, delimiter: str, encoding: str) -> None:
    table = f'n{delimiter}"who, exactly"\n1{delimiter}"Hubinger, Evan"\n2{delimiter}"Ünknown, Nobody"\n'
    result = kg(seeded_store_folder, "-", "--column", "who, exactly", "--type", "author", given=table.encode(encoding))
    assert result.returncode == 0, result.stderr
    # A spreadsheet, which writes the mark, wants it back to see that this is UTF-8.
    assert result.stdout.startswith(BOM_UTF8) == (encoding != "utf-8")
    first, second = rows(result.stdout, delimiter)
    assert first == {
        "n": "1",
        "who, exactly": "Hubinger, Evan",
        "match": HUBINGER,
        "name": "Evan Hubinger",
        "score": "100",
    }
    assert second["who, exactly"] == "Ünknown, Nobody"
    assert second["match"] == second["name"] == second["score"] == ""
    assert b"1 of 2 rows matched" in result.stderr


def test_other_columns_tell_who_is_meant(seeded_store_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("title,by\nEvan's Paper,Evan Hubinger\n")
    written = tmp_path / "out.csv"
    options = (
        "--column",
        "by",
        "--type",
        "author",
        "--property",
        "paper=title",
        "--least",
        "10",
        "--output",
        str(written),
    )
    assert kg(seeded_store_folder, str(tmp_path / "t.csv"), *options).returncode == 0
    (row,) = rows(written.read_bytes())
    assert row["match"] == HUBINGER
    assert float(row["score"]) < 100


def test_an_address_may_hold_several_organisations(tmp_path: Path) -> None:
    names = {
        "05dxps055": ("Example University", "US", "Springfield"),
        "00f54p054": ("Institute of Made Things", "FR", "Lyon"),
    }
    register = [
        Profile(
            thing=Institution(
                name, (Identifier("ror", ror), Identifier("grid", f"grid.{ror}")), country=country, place=place
            ),
            source=SourceRecord(ror),
        )
        for ror, (name, country, place) in names.items()
    ]
    (tmp_path / "register").touch()
    pipeline.load(StoreFolder(tmp_path / "store"), made_source("register", register), {"r": [tmp_path / "register"]})
    table = b'a\n"Dept. of X, Example Univ., Springfield, USA; Inst. of Made Things, Lyon, France"\nNowhere\n'
    first, second = rows(kg(tmp_path / "store", "-", "--column", "a", "--type", "affiliation", given=table).stdout)
    assert sorted(first["ror"].split()) == sorted(names)
    assert len(first["match"].split()) == len(first["score"].split()) == 2
    assert second["match"] == second["ror"] == ""


def test_concepts_have_the_identifiers_that_they_are_matched_to(tmp_path: Path) -> None:
    matches = ("https://openalex.org/C71924100", "https://semopenalex.org/concept/C71924100")
    item = "http://www.wikidata.org/entity/Q11190"
    medicine = Concept("made", "m", "Medicine", "en", matches=(*matches, item, "https://example.org/medicine"))
    records = [
        Profile(thing=each, source=SourceRecord(each.notation)) for each in (medicine, Concept("made", "l", "Law"))
    ]
    (tmp_path / "made").touch()
    pipeline.load(StoreFolder(tmp_path / "store"), made_source("made", records), {"made": [tmp_path / "made"]})
    table = b"c,w\nmedicine,\nLaw,\nMedicine,Q7748\nQ11190,\n"
    options = ("--column", "c", "--type", "concept", "--property", "wikidata=w")
    found = rows(kg(tmp_path / "store", "-", *options, given=table).stdout)
    assert [(row["name"], row["openalex"], row["wikidata"]) for row in found] == [
        ("Medicine", "C71924100", "Q11190"),
        ("Law", "", ""),
        ("", "", ""),
        ("Medicine", "C71924100", "Q11190"),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--column", "x", "--type", "author"), "there is no column 'x'; there are a, b"),
        (("--column", "a", "--type", "author", "--property", "year"), "--property takes NAME=COLUMN"),
        (("--column", "a", "--type", "affiliation", "--property", "year=b"), "affiliations have no properties"),
        (("--column", "a", "--type", "affiliation"), "load ROR with"),
    ],
)
def test_a_wrong_call_is_told(seeded_store_folder: Path, arguments: tuple[str, ...], message: str) -> None:
    result = kg(seeded_store_folder, "-", *arguments, given=b"a,b\nx,y\n")
    assert result.returncode == 2
    assert message in result.stderr.decode()


def test_no_column_of_the_table_is_lost(seeded_store_folder: Path) -> None:
    """Whatever it is called, and however long its rows are."""
    table = 'id,name,score,id\n7,"Hubinger, Evan",3.5,x\n\n8,Nobody Known,4.5,y,more,and more\n9\n'
    result = kg(seeded_store_folder, "-", "--column", "name", "--type", "author", given=table.encode())
    assert result.returncode == 0, result.stderr
    header, *found = csv.reader(io.StringIO(result.stdout.decode(), newline=""))
    assert header == ["id", "name", "score", "id", "", "", "match", "found name", "found score"]
    assert [row[:6] for row in found] == [
        ["7", "Hubinger, Evan", "3.5", "x", "", ""],
        [""] * 6,
        ["8", "Nobody Known", "4.5", "y", "more", "and more"],
        ["9", "", "", "", "", ""],
    ]
    assert [row[6:] for row in found] == [[HUBINGER, "Evan Hubinger", "100"], *[["", "", ""]] * 3]


def test_a_table_that_came_back_may_be_given_again(seeded_store_folder: Path) -> None:
    """For its other column; no two columns are called alike."""
    table = b"by,name\nEvan Hubinger,Adam Jermyn\n"
    for column in ("by", "name"):
        result = kg(seeded_store_folder, "-", "--column", column, "--type", "author", given=table)
        assert result.returncode == 0, result.stderr
        table = result.stdout
    header, _ = csv.reader(io.StringIO(table.decode(), newline=""))
    assert header[2:] == ["match", "found name", "score", "found match", "found found name", "found score"]


@pytest.mark.parametrize("ending", ["tsv", "TAB"])
def test_names_with_commas_may_be_the_only_column_of_a_tsv(
    seeded_store_folder: Path, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"names.{ending}"
    file.write_text("n\nHubinger, Evan\n")
    result = kg(seeded_store_folder, str(file), "--column", "n", "--type", "author")
    assert result.returncode == 0, result.stderr
    [found] = rows(result.stdout, "\t")
    assert found == {"n": "Hubinger, Evan", "match": HUBINGER, "name": "Evan Hubinger", "score": "100"}


@pytest.mark.parametrize(
    ("options", "table", "message"),
    [
        (("--column", "n"), "n,n\na,b\n", "there are 2 columns 'n'; give each a name"),
        (("--column", "n", "--property", "foo=x"), "n,x\na,b\n", "authors have no property 'foo'; there is orcid"),
        (("--column", "n", "--property", "orcid=y"), "n,x\na,b\n", "there is no column 'y'; there are n, x"),
    ],
)
def test_what_cannot_be_meant_is_said(
    seeded_store_folder: Path, options: tuple[str, ...], table: str, message: str
) -> None:
    result = kg(seeded_store_folder, "-", *options, "--type", "author", given=table.encode())
    assert (result.returncode, result.stdout) == (2, b"")
    assert message in result.stderr.decode()


def test_quotation_marks_of_a_tsv_may_be_letters(seeded_store_folder: Path) -> None:
    """As most programs write it that write TSV; a title that begins with one takes no row with it."""
    lines = ["title\tby", '"Why" it matters\tEvan Hubinger', '"open\tAdam Jermyn', '5" disks\tNobody Known']
    table = "".join(line + "\n" for line in lines).encode()
    result = kg(seeded_store_folder, "-", "--column", "by", "--type", "author", given=table)
    assert result.returncode == 0, result.stderr
    found = result.stdout.decode().splitlines()
    assert ["\t".join(line.split("\t")[:2]) for line in found] == lines
    assert found[1].split("\t")[2:] == [HUBINGER, "Evan Hubinger", "100"]


def test_a_quotation_mark_that_stays_open_is_said(seeded_store_folder: Path) -> None:
    table = b'by,title\nEvan Hubinger,a\nAdam Jermyn,"b\nNobody Known,c\n'
    result = kg(seeded_store_folder, "-", "--column", "by", "--type", "author", given=table)
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"line 3: is no table: a quotation mark that is opened here is not closed" in result.stderr


def test_a_cell_that_is_too_long_is_said_where_it_is(seeded_store_folder: Path) -> None:
    table = b"n\na\n" + b"x" * 200_000 + b"\n"
    result = kg(seeded_store_folder, "-", "--column", "n", "--type", "author", given=table)
    assert result.returncode == 1
    assert b"line 3: is no table: field larger than field limit" in result.stderr
