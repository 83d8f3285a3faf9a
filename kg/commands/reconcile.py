"""`kg reconcile`: a column of names to identifiers."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from kg.commands.common import Context, output_stream, progress_lines
from kg.errors import SourceError, UsageError
from kg.linking.affiliations import Gazetteer
from kg.linking.linking import papers_and_things
from kg.namespaces import IDENTIFIER
from kg.reconciliation import KINDS, PropertyValue, Query, Reconciler
from kg.resources import Thing
from kg.store import StoreFolder, wanted_contents

_AFFILIATION = "affiliation"
_SHOWN_EVERY = 100
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
    snapshot = context.snapshot()
    reconciler = Reconciler(snapshot)
    with _opened(file) as stream, progress_lines() as progress:
        reader = _table(stream, column)
        header = list(reader.fieldnames or ())
        for wanted in (column, *columns.values()):
            if wanted not in header:
                raise UsageError(f"there is no column {wanted!r}; there are {', '.join(header) or 'none'}", wanted)
        progress("reconciling")
        find = _finder(context, reconciler, kind, columns, least)
        rows: list[dict[str, str]] = []
        try:
            for row in reader:
                rows.append(row | _added(reconciler, find(row, row.get(column) or "")))
                if len(rows) % _SHOWN_EVERY == 0:
                    progress.detail(f"{len(rows):,} rows")
        except csv.Error as error:
            raise SourceError(file, f"is no table: {error}", reader.line_num) from error
    added = dict.fromkeys(key for row in rows for key in row if key not in header and key is not None)
    with output_stream(output) as binary:
        _write(
            binary, rows, header, ["match", "name", "score", *sorted(added.keys() - {"match", "name", "score"})], reader
        )
    matched = sum(bool(row["match"]) for row in rows)
    click.echo(f"{matched:,} of {len(rows):,} rows matched", err=True)


def _property(text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    if not equals or not name or not column:
        raise UsageError(f"--property takes NAME=COLUMN, not {text!r}", text)
    return name, column


@contextmanager
def _opened(file: Path) -> Iterator[IO[str]]:
    """The text of a file, or of standard input, whatever mark stands at its beginning."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise SourceError(file, f"cannot be read: {error.strerror}") from error
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    yield io.StringIO(text, newline="")


def _table(stream: IO[str], column: str) -> csv.DictReader[str]:
    """By the delimiter that makes a header with the column, else by the most frequent one."""
    headers = {
        delimiter: next(csv.reader(stream, delimiter=delimiter), []) for delimiter in ",;\t" if not stream.seek(0)
    }
    delimiter = max(headers, key=lambda each: (column in headers[each], len(headers[each])))
    stream.seek(0)
    return csv.DictReader(stream, delimiter=delimiter, restkey="", restval="")


def _write(
    binary: IO[bytes], rows: list[dict[str, str]], header: list[str], added: list[str], reader: csv.DictReader[str]
) -> None:
    text = io.TextIOWrapper(binary, encoding="utf-8", newline="", write_through=True)
    delimiter = reader.reader.dialect.delimiter
    writer = csv.DictWriter(
        text, [*header, *added], delimiter=delimiter, restval="", extrasaction="ignore", lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
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
        for text in reconciler.reader.texts(thing.iri, IDENTIFIER):
            scheme, _, value = text.partition(":")
            if scheme not in _NO_COLUMNS:
                row[scheme] = f"{row[scheme]} {value}" if scheme in row else value
    return row
