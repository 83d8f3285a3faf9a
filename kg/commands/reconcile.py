"""`kg reconcile`: a column of names to identifiers."""

from __future__ import annotations

import csv
import io
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import click

from kg.commands.common import Context, output_stream, progress_lines
from kg.errors import SourceError, UsageError
from kg.linking.affiliations import Gazetteer
from kg.linking.linking import papers_and_things
from kg.reconciliation import KINDS, PROPERTIES, PropertyValue, Query, Reconciler, identifiers_of
from kg.resources import Thing
from kg.store import StoreFolder, wanted_contents

_AFFILIATION = "affiliation"
_SHOWN_EVERY = 100
_ALWAYS_ADDED = ("match", "name", "score")
_UNCLOSED = "unexpected end of data"
"""As the library says it of a quotation mark."""
_TAB_SEPARATED = (".tsv", ".tab")
_NO_COLUMNS = frozenset(("mag", "omid", "corpusid", "mlanthology"))

Found = list[tuple[Thing, float]]


@click.command()
@click.argument("file", metavar="FILE|-", type=click.Path(path_type=Path))
@click.option("--column", metavar="NAME", required=True, help="The column that holds the names.")
@click.option("--type", "kind", type=click.Choice([*KINDS, _AFFILIATION]), required=True, help="What is named there.")
@click.option(
    "--property", "properties", metavar="NAME=COLUMN", multiple=True, help="A property that another column holds."
)
@click.option(
    "--least", type=click.FloatRange(0, 100), help="Take what scores at least so much, not only what is sure."
)
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to a file.")
@click.pass_obj
def reconcile(
    context: Context,
    file: Path,
    column: str,
    kind: str,
    properties: tuple[str, ...],
    least: float | None,
    output: Path | None,
) -> None:
    """Find what the names in a column of FILE (CSV or TSV) mean, and write the table back with what was found.

    Added are `match` (IRIs), `name`, `score`, and a column for each identifier. With the type affiliation the names are
    addresses as they are printed, which may hold several organisations.
    """
    columns = dict(_property(text) for text in properties)
    if kind == _AFFILIATION and columns:
        raise UsageError("affiliations have no properties; leave out --property")
    for name in columns:
        if name not in {each.id for each in PROPERTIES[kind]}:
            there = ", ".join(each.id for each in PROPERTIES[kind])
            raise UsageError(f"{kind}s have no property {name!r}; there is {there}", name)
    reconciler = Reconciler(context.snapshot())
    text, encoding = _text(file)
    table = _Table.read(file, text, column)
    with progress_lines() as progress:
        places = {wanted: table.place(wanted) for wanted in (column, *columns.values())}
        progress("reconciling")
        find = _finder(context, reconciler, kind, columns, least)
        added: list[dict[str, str]] = []
        for row in table.rows:
            named = {wanted: row[place] for wanted, place in places.items()}
            added.append(_added(reconciler, find(named, named[column])))
            if len(added) % _SHOWN_EVERY == 0:
                progress.detail(f"{len(added):,} rows")
    identifiers = sorted({key for row in added for key in row} - set(_ALWAYS_ADDED))
    with output_stream(output) as binary:
        table.write(binary, encoding, [*_ALWAYS_ADDED, *identifiers], added)
    matched = sum(bool(row["match"]) for row in added)
    click.echo(f"{matched:,} of {len(added):,} rows matched", err=True)


def _property(text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    if not equals or not name or not column:
        raise UsageError(f"--property takes NAME=COLUMN, not {text!r}", text)
    return name, column


def _text(file: Path) -> tuple[str, str]:
    """The text of a file, or of standard input, and the encoding that whoever wrote it reads again.

    What is not plain UTF-8 is of a spreadsheet, which takes UTF-8 for another encoding unless a mark says so.
    """
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise SourceError(file, f"cannot be read: {error.strerror}") from error
    mark = next((mark for mark in (BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE) if content.startswith(mark)), b"")
    encoding = "utf-16" if mark in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8-sig"
    try:
        return content.decode(encoding), "utf-8-sig" if mark else "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "utf-8-sig"


def _reader(text: str, delimiter: str, **options: Any) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **options)


def _read(text: str, delimiter: str, **options: Any) -> tuple[list[list[str]], int, str]:
    """Rows, and where there is something wrong the line where that begins, and what it is."""
    reader, rows, line = _reader(text, delimiter, **options), [], 1
    try:
        for row in reader:
            rows.append(row)
            line = reader.line_num + 1
    except csv.Error as error:
        return rows, line, str(error)
    return rows, line, ""


@dataclass
class _Table:
    """A table as it was read; every row has as many cells as the longest."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str
    is_quoted: bool = True
    """Whether quotation marks hold cells together; else they are letters."""

    @classmethod
    def read(cls, file: Path, text: str, column: str) -> _Table:
        """By the delimiter that makes a header with the column, else by the most frequent one."""
        # The first one of those that do as well: what is called TSV may have commas within its only column.
        order = "\t,;" if file.suffix.lower() in _TAB_SEPARATED else ",;\t"
        try:
            headers: dict[str, list[str]] = {delimiter: next(_reader(text, delimiter), []) for delimiter in order}
        except csv.Error as error:
            raise SourceError(file, f"is no table: {error}", 1) from error
        delimiter = max(headers, key=lambda each: (column in headers[each], len(headers[each])))
        rows, line, wrong = _read(text, delimiter, strict=True)
        is_quoted = delimiter != "\t" or not wrong
        if wrong == _UNCLOSED and is_quoted:
            raise SourceError(file, "is no table: a quotation mark that is opened here is not closed", line)
        if wrong:
            rows, line, wrong = _read(text, delimiter, quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE)
        if wrong:
            raise SourceError(file, f"is no table: {wrong}", line)
        width = max(map(len, rows), default=0)
        header, *rows = [row + [""] * (width - len(row)) for row in rows] or [[]]
        return cls(header, rows, delimiter, is_quoted)

    def place(self, column: str) -> int:
        """UsageError if there is no such column, or several."""
        if self.header.count(column) > 1:
            raise UsageError(f"there are {self.header.count(column)} columns {column!r}; give each a name", column)
        if column not in self.header:
            there = ", ".join(filter(None, self.header)) or "none"
            raise UsageError(f"there is no column {column!r}; there are {there}", column)
        return self.header.index(column)

    def _free(self, name: str) -> str:
        """Also where the table is one that came back before."""
        while name in self.header:
            name = f"found {name}"
        return name

    def write(self, binary: IO[bytes], encoding: str, names: list[str], added: list[dict[str, str]]) -> None:
        """With columns added, which do not take the names of those that are there."""
        text = io.TextIOWrapper(binary, encoding=encoding, newline="", write_through=True)
        quotes: Any = {} if self.is_quoted else {"quoting": csv.QUOTE_NONE, "quotechar": None}
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\n", **quotes)
        writer.writerow([*self.header, *map(self._free, names)])
        for row, more in zip(self.rows, added, strict=True):
            writer.writerow([*row, *(" ".join(more.get(name, "").split()) for name in names)])
        text.detach()


def _finder(
    context: Context, reconciler: Reconciler, kind: str, columns: dict[str, str], least: float | None
) -> Callable[[dict[str, str], str], Found]:
    if kind == _AFFILIATION:
        threshold = context.settings.link_threshold if least is None else least / 100
        return _affiliations(context.store, reconciler, threshold)

    def find(row: dict[str, str], name: str) -> Found:
        properties = tuple(PropertyValue(each, (row[column],)) for each, column in columns.items() if row.get(column))
        found = reconciler.reconcile(Query(name, kind, 2, properties)) if name.strip() else []
        best = found[0] if found else None
        is_taken = best and (best.is_match or (least is not None and best.score >= least))
        return [(best.thing, best.score)] if best and is_taken else []

    return find


def _affiliations(store: StoreFolder, reconciler: Reconciler, least: float) -> Callable[[dict[str, str], str], Found]:
    """By the names of all organisations that records are about."""
    contents = store.contents() or wanted_contents(store)
    mentions = (
        chunk
        for dataset, segment in contents.segments.items()
        for part in store.segments.manifest(dataset, segment).parts
        for chunk in store.segments.mentions(dataset, part)
    )
    gazetteer = Gazetteer(papers_and_things(mentions)[1])
    if not len(gazetteer):
        raise UsageError("no organisations are loaded to find affiliations among; load ROR with 'kg load ror FILE'")
    links = store.links.read(contents.links)

    def find(row: dict[str, str], name: str) -> Found:
        matches = (match for match in gazetteer.match(name) if match.confidence >= least)
        named = (
            (links.identity.of(match.institution) if links else match.institution, match.confidence)
            for match in matches
        )
        return [(reconciler.reader.thing(iri), round(100 * confidence, 1)) for iri, confidence in dict(named).items()]

    return find


def _added(reconciler: Reconciler, found: Found) -> dict[str, str]:
    row = {
        "match": " ".join(thing.iri for thing, _ in found),
        "name": "; ".join(thing.label for thing, _ in found),
        "score": " ".join(f"{score:g}" for _, score in found),
    }
    for thing, _ in found:
        for text in identifiers_of(reconciler.reader, thing.iri):
            scheme, _, value = text.partition(":")
            if scheme not in _NO_COLUMNS:
                row[scheme] = f"{row[scheme]} {value}" if scheme in row else value
    return row
