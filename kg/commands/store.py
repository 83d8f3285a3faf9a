"""Sub-commands that make a store and say what is in it: load, rebuild, info."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from kg import pipeline
from kg.backup import back_up
from kg.commands.common import Context, progress_lines
from kg.errors import UsageError
from kg.pipeline import LoadReport, Options
from kg.settings import read_settings
from kg.sources import SOURCES, find_source

_REASONS_SHOWN = 10


@click.command()
@click.argument("source", required=False)
@click.argument("files", nargs=-1, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--list", "list_sources", is_flag=True, help="List the sources that there are.")
@click.option("--dataset", metavar="NAME", help="Load everything given as one dataset of this name.")
@click.option("--retrieved", metavar="DATE", help="The day the data was retrieved, as 2024-05-31; stated in the graph.")
@click.option("--strict", is_flag=True, help="Stop at the first record that cannot be taken; nothing is loaded.")
@click.option("--replace", is_flag=True, help="Replace a dataset that was loaded from other files.")
@click.option("--update", is_flag=True, help="Put records in the place of those of the same name; the others stay.")
@click.option("--segments", is_flag=True, help="Take what 'kg map' made from the folders named.")
@click.option("--remove", is_flag=True, help="Remove the datasets named instead of loading any.")
@click.option("--link/--no-link", default=None, help="Whether to link what is loaded (default: KG_LINK).")
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Mapping processes; by default one a core.")
@click.option("--endpoint", metavar="URL", help="Bring the graph to this store as well (KG_ENDPOINT).")
@click.option(
    "--rejects", metavar="FILE", type=click.Path(path_type=Path), help="Write what could not be taken, as JSON Lines."
)
@click.pass_obj
def load(
    context: Context,
    source: str | None,
    files: tuple[Path, ...],
    list_sources: bool,
    dataset: str | None,
    retrieved: str | None,
    strict: bool,
    replace: bool,
    update: bool,
    segments: bool,
    remove: bool,
    link: bool | None,
    jobs: int | None,
    endpoint: str | None,
    rejects: Path | None,
) -> None:
    """Load PATH... as SOURCE and publish the graph that results.

    A PATH is a file, compressed or not, a folder, a quoted pattern like 'data/*.gz', or - for standard input. Each is
    a dataset called as it is, unless --dataset makes all of them one. Loading the same again changes nothing, an
    interrupted load continues with the files not yet done, and a newer version of a file takes the older one's place.
    """
    if list_sources:
        for known in SOURCES.values():
            click.echo(f"{known.name:16}{known.description}")
        return
    if replace and update:
        raise UsageError("give --replace or --update: all records are others, or those of the same name")
    linker = context.linker(jobs) if (context.settings.link if link is None else link) else None
    if remove:
        names = [name for name in (dataset, source, *map(str, files)) if name]
        if not names:
            raise UsageError("name the datasets to remove; 'kg info' lists them")
        with progress_lines() as progress:
            pipeline.remove(context.store, names, progress, linker)
        _published(context, endpoint)
        return
    if segments and source:
        if dataset or retrieved or update or strict or rejects:
            raise UsageError("--segments takes datasets as they were mapped; it goes with --replace, --link and --jobs")
        folders = [Path(source), *files]
        with progress_lines() as progress:
            reports = pipeline.take(context.store, folders, Options(replace=replace), progress, linker)
        for report in reports:
            print_report(report)
        _published(context, endpoint)
        return
    if source is None or not files:
        raise UsageError(
            "give a source and at least one file, as in 'kg load profile-page page.txt'; see 'kg load --list'"
        )
    datasets = pipeline.name_datasets(files, dataset)
    options = Options(retrieved, strict, replace, update, rejects, jobs)
    with progress_lines() as progress:
        reports = pipeline.load(context.store, find_source(source), datasets, options, progress, linker)
    for report in reports:
        print_report(report)
    _published(context, endpoint)


def print_report(report: LoadReport) -> None:
    counts = report.counts
    time = "unchanged" if report.unchanged else f"{report.seconds:.1f} s"
    if report.reused and not report.unchanged:
        time += f", {report.reused:,} files as they were"
    click.echo(
        f"{report.dataset}: {counts.read:,} records read, {counts.mapped:,} mapped, {counts.rejected:,} rejected, "
        f"{counts.duplicates:,} duplicates, {counts.statements:,} statements, {time}"
    )
    if counts.faults:
        click.echo(f"  {counts.faults:,} parts of mapped records were left out")
    for reason, count in report.by_reason.most_common(_REASONS_SHOWN):
        click.echo(f"  {count:,} × {reason}")
    if len(report.by_reason) > _REASONS_SHOWN:
        click.echo(f"  and {len(report.by_reason) - _REASONS_SHOWN} more reasons")
    if report.rejects_file:
        click.echo(f"  each of them: {report.rejects_file}")


def _print_snapshot(context: Context) -> None:
    manifest = context.own_snapshot().manifest
    click.echo(f"snapshot {manifest.id}: {manifest.triples:,} triples")


def _published(context: Context, endpoint: str | None) -> None:
    """Tell what the graph is now, and bring it to the other store, if one is named."""
    _print_snapshot(context)
    settings = read_settings(store=context.settings.store, endpoint=endpoint)
    if settings.endpoint:
        with progress_lines() as progress:
            from kg.commands.publish import bring  # what asks over HTTP takes long to import

            click.echo(bring(settings, progress))


@click.command()
@click.pass_obj
def rebuild(context: Context) -> None:
    """Build the store from its segments alone and publish it."""
    with progress_lines() as progress:
        pipeline.rebuild(context.store, progress)
    _print_snapshot(context)


@click.command()
@click.argument("target", metavar="FOLDER", type=click.Path(path_type=Path))
@click.pass_obj
def backup(context: Context, target: Path) -> None:
    """Copy the store to FOLDER, also while it is served. To restore it, serve FOLDER or copy it back."""
    back_up(context.store, target)
    click.echo(f"backed up to {target}")


@click.command()
@click.pass_obj
def info(context: Context) -> None:
    """Datasets, counts, snapshot and disk use of the store."""
    manifest = context.own_snapshot().manifest
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"store      {context.settings.store.resolve()}  ({_disk_use(context.settings.store)})")
    console.print(f"snapshot   {manifest.id}, published {manifest.created}")
    console.print(f"base IRI   {manifest.base_iri}")
    console.print(f"triples    {manifest.triples:,}")
    things = Table("class", "things", box=None, pad_edge=False)
    things.columns[1].justify = "right"
    for name, count in manifest.counts.items():
        things.add_row(name, f"{count:,}")
    datasets = Table("dataset", "source", "records", "rejects", box=None, pad_edge=False)
    for dataset in manifest.datasets:
        datasets.add_row(dataset.name, dataset.source, f"{dataset.records:,}", f"{dataset.rejects:,}")
    for table in (things, datasets):
        console.print()
        console.print(table)


def _disk_use(folder: Path) -> str:
    """Bytes on disk, hard links counted once, as a person reads them."""
    files = {(status.st_dev, status.st_ino): status.st_blocks * 512 for status in _statuses(folder)}
    size = float(sum(files.values()))
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def _statuses(folder: Path) -> Iterator[Any]:
    return (path.stat() for path in folder.rglob("*") if path.is_file())
