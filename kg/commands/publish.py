"""`kg publish`: the graph brought into another store, where a service with --endpoint answers from it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
from pyoxigraph import DefaultGraph

from kg.commands.common import Context, progress_lines
from kg.dumps.reading import dumped, unpacked
from kg.endpoint.address import Endpoint, endpoint_of
from kg.endpoint.sending import VirtuosoLoader, send
from kg.errors import UsageError
from kg.ntriples import whole_lines
from kg.pipeline.partitions import FOLDER, MANIFEST, Partition, PartitionManifest, decoded_manifest
from kg.progress import Progress
from kg.segments import segment_id
from kg.settings import Settings, read_settings
from kg.snapshots import SnapshotManifest, Snapshots


@click.command()
@click.argument(
    "mapped", metavar="[FOLDER]", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False)
)
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
def publish(
    context: Context,
    mapped: Path | None,
    endpoint: str | None,
    virtuoso: str | None,
    folder: Path | None,
    seen_as: str,
) -> None:
    """Bring the graph of KG_STORE into another store, in place of the one there; or what 'kg map' wrote into FOLDER.

    By the Graph Store Protocol (KG_ENDPOINT_STORE), or with --virtuoso by Virtuoso's own loader, which is many times as
    fast. Services that answer from that store go on with what they have until all is there.
    """
    settings = read_settings(store=context.settings.store, endpoint=endpoint)
    loader = VirtuosoLoader(virtuoso, (folder or Path()).resolve(), seen_as) if virtuoso else None
    if (folder or seen_as) and not loader:
        raise UsageError("--folder and --seen-as are for --virtuoso")
    with progress_lines() as progress:
        click.echo(bring(settings, progress, loader, mapped))


def bring(
    settings: Settings, progress: Progress, loader: VirtuosoLoader | None = None, mapped: Path | None = None
) -> str:
    """Bring the graph of the settings' store, or mapped partitions, to their endpoint; what became of it.

    UsageError where the settings name none.
    """
    endpoint = endpoint_of(settings)
    if endpoint is None:
        raise UsageError("say which store to publish to, with --endpoint or KG_ENDPOINT")
    lines: Iterator[bytes]
    if mapped:
        manifest = _mapped_manifest(mapped)
        lines = (block for each in _partitions(mapped) for block in whole_lines(unpacked(mapped / FOLDER / each.name)))
        what = f"what was mapped into {mapped}"
    else:
        snapshot = Snapshots(settings.store).current()
        manifest, lines = snapshot.manifest, whole_lines(dumped(snapshot.store, DefaultGraph()))
        what = f"snapshot {snapshot.id}"
    send(endpoint, lines, manifest, loader, progress)
    return f"{what} is at {_place(endpoint)}: {manifest.triples:,} triples"


def _partitions(mapped: Path) -> tuple[Partition, ...]:
    return _read(mapped).partitions


def _mapped_manifest(mapped: Path) -> SnapshotManifest:
    """Of partitions as a snapshot's; their things are counted where they are when they are there."""
    found = _read(mapped)
    named = segment_id(*(name for pair in sorted(found.segments.items()) for name in pair))[:12]
    return SnapshotManifest(
        id=f"mapped-{named}",
        contents=named,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        base_iri=found.base_iri,
        triples=found.statements,
        counts={},
        datasets=(),
    )


def _read(mapped: Path) -> PartitionManifest:
    try:
        return decoded_manifest((mapped / MANIFEST).read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"{mapped} has no {MANIFEST} of 'kg map'; was it finished?", mapped) from error


def _place(endpoint: Endpoint) -> str:
    return f"{endpoint.host}, graph {endpoint.graph}" if endpoint.graph else endpoint.host
