"""Files that cannot be taken as a whole, and those that can."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import SourceError
from kg.sources import text_lines
from kg.sources.files import SourceFile
from kg.sources.text_lines import read_lines


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"one\ntwo", ["one", "two"]),
        (b"one\r\n\r\ntwo\r\n", ["one", "", "two"]),
        (b"\xef\xbb\xbfone\n", ["one"]),
        ("é\u2028ü\x0cx\n".encode(), ["é\u2028ü\x0cx"]),
    ],
)
def test_lines_end_where_lines_end(tmp_path: Path, content: bytes, lines: list[str]) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(content)
    assert read_lines(SourceFile(page)) == lines


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"text\nmore\0text\n", "line 2: holds NUL bytes"),
        ("text".encode("utf-16"), "line 1: "),
        (b"caf\xc3\xa9\nna\xefve\n", "line 2: is not UTF-8 at byte 9 (0xef)"),
        (b"cut in a character \xc3", "is not UTF-8 at byte 20 (0xc3)"),
    ],
)
def test_a_file_that_is_no_text_is_named_with_the_place(tmp_path: Path, content: bytes, message: str) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(content)
    with pytest.raises(SourceError) as raised:
        read_lines(SourceFile(page))
    assert message in str(raised.value)
    assert str(page) in str(raised.value)
    assert raised.value.exit_code == 1


def test_a_missing_file_and_a_folder_are_source_errors(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.txt"):
        with pytest.raises(SourceError, match="cannot be read"):
            read_lines(SourceFile(path))


def test_a_line_over_the_bound_is_refused_without_reading_the_file(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    with page.open("wb") as stream:
        stream.write(b"first\n")
        stream.write(b"x" * (text_lines.MAX_LINE + 1))
        stream.seek(2**31)
        stream.write(b"\n")
    with pytest.raises(SourceError, match="line 2: the line is longer than 1 MB"):
        read_lines(SourceFile(page))


def test_a_file_over_the_bound_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    line = b"x" * (text_lines.MAX_LINE - 1) + b"\n"
    with page.open("wb") as stream:
        for _ in range(text_lines.MAX_FILE // len(line) + 1):
            stream.write(line)
    with pytest.raises(SourceError, match="is larger than 64 MB"):
        read_lines(SourceFile(page))
