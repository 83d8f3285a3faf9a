"""`kg publish`: the graph brought into another store, where a service with --endpoint answers from it."""

from __future__ import annotations

from pathlib import Path

import click
from pyoxigraph import DefaultGraph

from kg.commands.common import Context, progress_lines
from kg.dumps.reading import dumped
from kg.endpoint.address import Endpoint, endpoint_of
from kg.endpoint.sending import VirtuosoLoader, send
from kg.errors import UsageError
from kg.progress import Progress
from kg.settings import Settings, read_settings
from kg.snapshots import Snapshots


@click.command()
@click.option("--endpoint", metavar="URL", help="Where the store answers queries (KG_ENDPOINT).")
@click.option("--virtuoso", metavar="HOST:PORT", help="Have Virtuoso's bulk loader read files; its address for SQL.")
@click.option(
    "--folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="For the files, one that Virtuoso may read (DirsAllowed); the current one if not given.",
)
@click.option("--seen-as", metavar="FOLDER", default="", help="What Virtuoso calls that folder, if otherwise.")
@click.pass_obj
def publish(context: Context, endpoint: str | None, virtuoso: str | None, folder: Path | None, seen_as: str) -> None:
    """Bring the graph of KG_STORE into another store, in place of the one there.

    By the Graph Store Protocol (KG_ENDPOINT_STORE), or with --virtuoso by Virtuoso's own loader, which is many times as
    fast. Services that answer from that store go on with what they have until all is there.
    """
    settings = read_settings(store=context.settings.store, endpoint=endpoint)
    loader = VirtuosoLoader(virtuoso, (folder or Path()).resolve(), seen_as) if virtuoso else None
    if (folder or seen_as) and not loader:
        raise UsageError("--folder and --seen-as are for --virtuoso")
    with progress_lines() as progress:
        click.echo(bring(settings, progress, loader))


def bring(settings: Settings, progress: Progress, loader: VirtuosoLoader | None = None) -> str:
    """Bring the graph of the settings' store to their endpoint; what became of it. UsageError without one."""
    endpoint = endpoint_of(settings)
    if endpoint is None:
        raise UsageError("say which store to publish to, with --endpoint or KG_ENDPOINT")
    snapshot = Snapshots(settings.store).current()
    send(endpoint, dumped(snapshot.store, DefaultGraph()), snapshot.manifest, loader, progress)
    return f"snapshot {snapshot.id} is at {_place(endpoint)}: {snapshot.manifest.triples:,} triples"


def _place(endpoint: Endpoint) -> str:
    return f"{endpoint.host}, graph {endpoint.graph}" if endpoint.graph else endpoint.host
