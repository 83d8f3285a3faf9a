"""The `kg` command, one function a sub-command. Exit codes: 0 done, 1 the data is at fault, 2 the call is at fault."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, Any, NoReturn

import click
from rich.console import Console
from rich.table import Table

from kg import __version__, pipeline
from kg.errors import KGError, UsageError
from kg.pipeline import LoadReport, Options
from kg.settings import TABLE, Settings, read_settings
from kg.snapshots import Snapshots
from kg.sources import SOURCES, find_source
from kg.store import StoreFolder

_REASONS_SHOWN = 10


@dataclass(frozen=True)
class Context:
    """What every sub-command gets: the settings in force and whether to show tracebacks."""

    settings: Settings
    debug: bool

    @property
    def store(self) -> StoreFolder:
        return StoreFolder(self.settings.store, self.settings.base_iri)


class _Group(click.Group):
    """Errors become one line and an exit code; packages may add commands (the server adds `serve`)."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KGError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"kg: {error}", err=True)
            ctx.exit(error.exit_code)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *(entry.name for entry in _added_commands())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for entry in _added_commands():
            if entry.name == cmd_name:
                command: click.Command = entry.load()
                return command
        return super().get_command(ctx, cmd_name)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Settings (environment variables)"):
            formatter.write_dl([(setting.variable, f"{setting.help} [{setting.default}]") for setting in TABLE])


def _added_commands() -> Any:
    return entry_points(group="kg.commands")


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kg")
@click.option("--store", metavar="FOLDER", help="Folder of the store (KG_STORE).")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def main(ctx: click.Context, store: str | None, debug: bool) -> None:
    """Scholarly records as a knowledge graph: load, query, validate, export, serve."""
    ctx.obj = Context(read_settings(store=store), debug)


@contextmanager
def progress_lines() -> Iterator[Callable[[str], None]]:
    """A function that says what is being done: in place on a terminal, else a line a step, on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: click.echo(f"kg: {step}", err=True)
        return
    with console.status("") as status:
        yield lambda step: status.update(f"{step} …")


@main.command()
@click.argument("source", required=False)
@click.argument("files", nargs=-1, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--list", "list_sources", is_flag=True, help="List the sources that there are.")
@click.option("--dataset", metavar="NAME", help="Load all files as one dataset of this name.")
@click.option("--retrieved", metavar="DATE", help="The day the data was retrieved, as 2024-05-31; stated in the graph.")
@click.option("--strict", is_flag=True, help="Stop at the first record that cannot be taken; nothing is loaded.")
@click.option("--replace", is_flag=True, help="Replace a dataset that was loaded from other files.")
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
    rejects: Path | None,
) -> None:
    """Load PATH... as SOURCE and publish the graph that results. Each file is a dataset called as the file is."""
    if list_sources:
        for known in SOURCES.values():
            click.echo(f"{known.name:16}{known.description}")
        return
    if source is None or not files:
        raise UsageError(
            "give a source and at least one file, as in 'kg load profile-page page.txt'; see 'kg load --list'"
        )
    if rejects is not None and dataset is None and len(files) > 1:
        raise UsageError("--rejects takes one dataset; give --dataset as well, or load the files one by one")
    datasets = pipeline.name_datasets(files, dataset)
    options = Options(retrieved, strict, replace, rejects)
    with progress_lines() as progress:
        reports = pipeline.load(context.store, find_source(source), datasets, options, progress)
    for report in reports:
        _print_report(report)
    _print_snapshot(context)


def _print_report(report: LoadReport) -> None:
    unchanged = ", unchanged" if report.unchanged else ""
    click.echo(
        f"{report.dataset}: {report.read} read, {report.mapped} mapped, {report.rejected} rejected, "
        f"{report.statements:,} statements{unchanged}"
    )
    for reason, count in report.by_reason.most_common(_REASONS_SHOWN):
        click.echo(f"  {count} rejected: {reason}")
    if report.rejects_file:
        click.echo(f"  each of them: {report.rejects_file}")


def _print_snapshot(context: Context) -> None:
    manifest = Snapshots(context.settings.store).current().manifest
    click.echo(f"snapshot {manifest.id}: {manifest.triples:,} triples")


@main.command()
@click.pass_obj
def rebuild(context: Context) -> None:
    """Build the store from its segments alone and publish it."""
    with progress_lines() as progress:
        pipeline.rebuild(context.store, progress)
    _print_snapshot(context)


@main.command()
@click.pass_obj
def info(context: Context) -> None:
    """Datasets, counts, snapshot and disk use of the store."""
    context.store.check()
    manifest = Snapshots(context.settings.store).current().manifest
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


def fail(message: str) -> NoReturn:
    """End the command because the data is at fault."""
    click.echo(f"kg: {message}", err=True)
    sys.exit(1)


@contextmanager
def output_stream(path: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or the file at `path`."""
    if path is None:
        yield sys.stdout.buffer
        return
    try:
        with path.open("wb") as stream:
            yield stream
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", path) from error
