"""`kg export`: the graph, a part of it, or what it says of one thing, as a file; or everything in a folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from itertools import chain
from pathlib import Path
from typing import cast

import click
import pyoxigraph

from kg import paths
from kg.commands.common import Context, output_stream, progress_lines
from kg.dumps.building import Triples, build
from kg.dumps.formats import RDF_FORMATS, Choice, DumpFormat, FileType
from kg.dumps.frames import PlainFile
from kg.dumps.kept import can_be_kept, dump_folder, kept_dump
from kg.errors import DataError, ParameterError, UsageError
from kg.formats import GraphFormat
from kg.ntriples import check_iri
from kg.queries import bind, find_query, load_queries
from kg.resources import GraphReader, describe
from kg.serialisation import serialise
from kg.snapshots import Snapshot

_NAMES = {known.name: known for known in RDF_FORMATS}
# By option: the canned query that makes the part, and its parameter.
_PARTS = {
    "class_name": ("dataset/statements-of-class", "class"),
    "dataset": ("dataset/statements-of-dataset", "dataset"),
    "concept": ("concept/statements-of-concept", "concept"),
}


@click.command()
@click.argument("iri", required=False)
@click.option("--format", "format_name", type=click.Choice(list(_NAMES)), help="Format of the dump [turtle].")
@click.option(
    "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to a file; .zst or .gz packs it."
)
@click.option("--all", "folder", metavar="FOLDER", type=click.Path(path_type=Path), help="All files of a dump.")
@click.option("--files", metavar="EXTENSIONS", help="With --all: which files, as KG_EXPORTS has it.")
@click.option("--class", "class_name", metavar="NAME", help="Only things of a class, with what belongs to them.")
@click.option("--dataset", metavar="NAME", help="Only what a dataset says.")
@click.option("--concept", metavar="IRI", help="Only papers on a concept or a narrower one.")
@click.option("--query", metavar="NAME", help="Only what a canned CONSTRUCT query gives.")
@click.option("--param", "params", metavar="NAME=VALUE", multiple=True, help="A value for a parameter of that query.")
@click.pass_obj
def export(
    context: Context,
    iri: str | None,
    format_name: str | None,
    output: Path | None,
    folder: Path | None,
    files: str | None,
    class_name: str | None,
    dataset: str | None,
    concept: str | None,
    query: str | None,
    params: tuple[str, ...],
) -> None:
    """Write the whole graph, a part of it, or the description of one thing: its IRI, or 'author/evan-hubinger'."""
    asked = {"class_name": class_name, "dataset": dataset, "concept": concept}
    wanted = [(*_PARTS[name], value) for name, value in asked.items() if value is not None]
    if len(wanted) + (iri is not None) + (query is not None) > 1:
        raise UsageError("give one of: an IRI, --class, --dataset, --concept, --query")
    if folder and (output or format_name or iri):
        raise UsageError("--all writes every file into its folder; say with --files which of them are wanted")
    if (params and not query) or (files and not folder):
        raise UsageError("--param goes with --query, and --files with --all")
    values = dict(_parameter(param) for param in params)
    for name, parameter, value in wanted:
        query, values = name, {parameter: value}
    triples = _part(context, query, values) if query else None
    if triples is not None and wanted:
        triples = _some(context, triples, *wanted[0][1:])
    if folder:
        _refuse_stores(context, folder)
        _write_all(context, folder, Choice.parse(files or context.settings.exports or "all"), triples)
        return
    graph_format = _format(format_name, output)
    if iri is not None:
        if not isinstance(graph_format, GraphFormat):
            raise UsageError(f"{graph_format.name} is for the whole graph and parts of it; take another --format", iri)
        description = _description(context, iri, graph_format)
        with output_stream(output) as stream:
            stream.write(description)
        return
    _write_one(context, graph_format, output, triples)


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ParameterError(name, "give it as NAME=VALUE", text)
    return name, value


def _format(name: str | None, output: Path | None) -> DumpFormat:
    """As it is named, else by what the file's name ends in; Turtle where that says nothing."""
    if name:
        return _NAMES[name]
    endings = [ending.removeprefix(".") for ending in (output.suffixes if output else [])]
    if endings and endings[-1] in ("zst", "gz"):
        endings.pop()
    if not endings:
        return _NAMES["turtle"]
    by_extension = {known.extension: known for known in RDF_FORMATS}
    if endings[-1] not in by_extension:
        raise UsageError(
            f"no format is known by .{endings[-1]}, but by .{', .'.join(by_extension)}; name one with --format", output
        )
    return by_extension[endings[-1]]


def _part(context: Context, name: str, values: dict[str, str]) -> Triples:
    """What a canned CONSTRUCT query gives, without the bounds of the service: whoever asks has the machine."""
    found = find_query(load_queries(paths.QUERIES, context.settings.queries), name)
    if found.form not in ("construct", "describe"):
        raise UsageError(f"{found.name} gives rows; run it with 'kg query {found.name}'", name)
    text = bind(found, values, context.settings.base_iri)
    return cast(Triples, context.snapshot().store.query(text))


def _some(context: Context, triples: Triples, parameter: str, value: str) -> Triples:
    """The statements. DataError if there are none: what was asked for is not there, and what is there is said."""
    found = iter(triples)
    first = next(found, None)
    if first is not None:
        return chain([first], found)
    manifest = context.snapshot().manifest
    there = {"class": manifest.counts, "dataset": sorted(dataset.name for dataset in manifest.datasets)}
    told = f"there is {', '.join(there[parameter])}" if parameter in there else "look for it on the search page"
    raise DataError(f"the graph says nothing of a {parameter} {value!r}; {told}", value)


def _refuse_stores(context: Context, folder: Path) -> None:
    """UsageError for a folder in which the files of a store are, beside which nothing else may be written."""
    target = folder.resolve()
    if target.is_relative_to(context.settings.store.resolve()) or (target / "store.json").exists():
        raise UsageError(f"{folder} is a store's own; give --all another folder", folder)


def _write_all(context: Context, folder: Path, choice: Choice, triples: Triples | None) -> None:
    with progress_lines() as progress:
        manifest = build(
            context.snapshot(),
            folder,
            can_be_kept(choice),
            store=context.store,
            triples=triples,
            jobs=os.cpu_count() or 1,
            licence=context.settings.export_licence or None,
            progress=progress,
        )
    for notes in folder.glob(".kg.*.frames"):
        notes.unlink()
    for file in manifest.files:
        click.echo(f"{file.bytes:>14,}  {file.name}")


def _write_one(context: Context, graph_format: DumpFormat, output: Path | None, triples: Triples | None) -> None:
    """In one format: what the snapshot keeps, or else what is built for this alone."""
    ending = output.suffix.removeprefix(".") if output else ""
    wanted = FileType(graph_format, "gz" if ending == "gz" else "zst" if ending == "zst" else "")
    snapshot = context.snapshot()
    name = f"kg.{wanted.kept.extension}"
    known = kept_dump(snapshot)
    if known and known.file(name) and triples is None:
        _copy(dump_folder(snapshot) / name, wanted, output)
        return
    with tempfile.TemporaryDirectory(prefix="paperkg-export-") as folder:
        _build_one(context, snapshot, Path(folder), wanted, triples)
        _copy(Path(folder) / name, wanted, output)


def _build_one(context: Context, snapshot: Snapshot, folder: Path, wanted: FileType, triples: Triples | None) -> None:
    jobs = os.cpu_count() or 1
    build(snapshot, folder, Choice((wanted.kept,), False), store=context.store, triples=triples, jobs=jobs)


def _copy(path: Path, wanted: FileType, output: Path | None) -> None:
    with path.open("rb") if wanted.compression else PlainFile(path) as source, output_stream(output) as stream:
        shutil.copyfileobj(source, stream, 2**20)


def _description(context: Context, iri: str, graph_format: GraphFormat) -> bytes:
    absolute = check_iri(iri if "://" in iri else context.settings.base_iri + iri)
    store: pyoxigraph.Store = context.snapshot().store
    if not GraphReader(store).exists(absolute):
        raise DataError(f"the graph has nothing called {absolute}; look for it by name on the search page", iri)
    return serialise(describe(store, absolute), graph_format)
