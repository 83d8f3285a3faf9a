"""Publishing: what the primary store holds becomes the snapshot in force."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat

from kg import namespaces as ns
from kg import search
from kg.changes.remembering import remember
from kg.edits import Change
from kg.errors import StoreError
from kg.files import link_tree
from kg.gone import remember_edited, remember_left
from kg.progress import Progress, silent
from kg.recounts import Effect
from kg.segments import Manifest
from kg.small_graphs import SMALL, sorted_statements
from kg.snapshots import (
    DatasetSummary,
    FileSummary,
    Snapshot,
    SnapshotManifest,
    current_manifest,
    new_folder,
    put_in_force,
    remove_old,
)
from kg.statistics import GraphCounts, count_graph
from kg.store import Contents, StoreFolder
from kg.writer import Edited, Step, Writer

_FILES = 100  # of a dataset that a snapshot names
# So many edits are not looked up one by one.
_MANY_CHANGES = 20_000
# What the search index does not say of a thing; and the things that it knows.
_NOT_INDEXED = frozenset((ns.HAS_IDENTITY_LINK, ns.COAUTHOR_COUNT, ns.SAME_AS, ns.IDENTIFIER, ns.IDENTITY_BASIS))
_AUTHORSHIP = NamedNode(ns.HAS_AUTHORSHIP)
_INDEXED = re.compile(rf"/({'|'.join(search.KINDS)})/[^#]*$")


def publish(store: StoreFolder, writer: Writer, contents: Contents, progress: Progress, anew: bool = False) -> str:
    """Make what the primary store holds the snapshot in force; its id. Does nothing if it is in force already.

    A large graph that was just loaded is published twice: as soon as it can be read, and once it is compacted.
    """
    current = current_manifest(store.folder)
    if current is None or anew or not current.is_of(contents):
        current = _publish(store, writer, contents, current, progress, anew)
    elif current.unindexed != ():
        publish_index(store, writer)
        current = current_manifest(store.folder) or current
    remove_old(store.folder)
    return current.id if writer.primary.is_compact else _publish_compacted(store, writer, contents, current, progress)


def _publish(
    store: StoreFolder,
    writer: Writer,
    contents: Contents,
    current: SnapshotManifest | None,
    progress: Progress,
    anew: bool,
) -> SnapshotManifest:
    progress("publishing")
    if current and current.index != search.VERSION:
        progress(
            "making the search index anew, for this version writes another one; of a large graph that takes minutes"
        )
    with _preparing(store, writer, contents) as work:
        # The primary store would go on to compact what its next opening compacts as well.
        writer.primary.release()
        database = pyoxigraph.Store.read_only(str(work / "store"))
        progress("indexing")
        step = None if anew else writer.step
        if current and step and _renew(store, current, step, database, work / "index"):
            counts = current.graph_counts.after(step.effects, store.base_iri, step.newcomers.quads)
        else:
            step = None
            # The database counts without Python's lock, while the index is written.
            with ThreadPoolExecutor(1) as beside:
                counting = beside.submit(count_graph, database, store.base_iri)
                _build_index(store, writer, database, work / "index")
                counts = counting.result()
        if current:
            before = {summary.name: summary.segment for summary in current.datasets}
            remember_left(store.folder, store.segments, before, contents.segments, database)
        new = sorted_statements(database).splitlines() if counts.triples <= SMALL else None
        old = _statements_if_few(store.folder, current) if new is not None else None
        compared = (old, new) if old is not None and new is not None else None
        manifest = _put_in_force(store, contents, work, counts)
        if step:
            remember(store.folder, manifest, current, compared, step.effects, step.newcomers.quads)
        else:
            remember(store.folder, manifest, current, compared)
    return manifest


def _publish_compacted(
    store: StoreFolder, writer: Writer, contents: Contents, current: SnapshotManifest, progress: Progress
) -> str:
    """Compact the primary store and publish it once more; all else is as in the `current` snapshot."""
    progress("published; compacting, after which queries take half the time")
    writer.primary.compact(contents)
    with _preparing(store, writer, contents) as work:
        link_tree(store.folder / "snapshots" / current.id / "index", work / "index")
        return _put_in_force(store, contents, work, current.graph_counts, current.unindexed).id


def _renew(store: StoreFolder, current: SnapshotManifest, step: Step, database: pyoxigraph.Store, folder: Path) -> bool:
    """Whether the search index of the snapshot in force could be brought up to date after a step from it."""
    if not current.is_of(step.since) or current.unindexed is None:
        return False
    things = _to_be_indexed(database, step).union(current.unindexed)
    search.update(database, store.folder / "snapshots" / current.id / "index", folder, things, step.known)
    return True


def _to_be_indexed(database: pyoxigraph.Store, step: Step) -> set[str]:
    """Things of which the search index may say something else; papers of authors that are only counted otherwise are
    not among them."""
    things, got = set(step.newcomers.things), set[str]()
    for _, quad in step.effects:
        predicate = quad.predicate.value
        if predicate not in _NOT_INDEXED and isinstance(quad.subject, NamedNode):
            things.add(quad.subject.value)
        # The paper of an authorship that it has just got is there already.
        if predicate == ns.HAS_AUTHORSHIP and isinstance(quad.object, NamedNode):
            got.add(quad.object.value)
    for authorship in [thing for thing in things - got - step.newcomers.things if "/authorship/" in thing]:
        quads = database.quads_for_pattern(None, _AUTHORSHIP, NamedNode(authorship), DefaultGraph())
        things.update(quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode))
    return {thing for thing in things if _INDEXED.search(thing)}


def publish_edits(store: StoreFolder, writer: Writer, edited: Edited) -> str:
    """Publish a few edits in the time that they take: counts follow the effects, the search index stays as it is."""
    current = current_manifest(store.folder)
    if current is None:
        return publish(store, writer, edited.contents, silent)
    effects = [*edited.effects, *edited.derived]
    with _preparing(store, writer, edited.contents) as work:
        link_tree(store.folder / "snapshots" / current.id / "index", work / "index")
        counts = current.graph_counts.after(effects, store.base_iri)
        remember_edited(store.folder, edited.effects)
        things = _edited_things(writer.primary.database(), edited).union(current.unindexed or ())
        unindexed = None if current.unindexed is None or len(things) > _MANY_CHANGES else tuple(sorted(things))
        manifest = _put_in_force(store, edited.contents, work, counts, unindexed)
        remember(store.folder, manifest, current, effects=effects)
    return work.name.removeprefix(".")


def _edited_things(database: pyoxigraph.Store, edited: Edited) -> set[str]:
    """Things of which the search index may say something else after edits."""
    return search.affected_things(database, edited.effects) | _counted_things(edited.derived)


def _counted_things(effects: Iterable[Effect]) -> set[str]:
    """What is counted otherwise by these effects, and indexed."""
    things = {quad.subject.value for _, quad in effects if isinstance(quad.subject, NamedNode)}
    return {thing for thing in things if _INDEXED.search(thing)}


def publish_index(store: StoreFolder, writer: Writer) -> None:
    """Publish the snapshot in force once more, with its search index brought up to date."""
    current, contents = current_manifest(store.folder), store.contents()
    if current is None or contents is None or not current.is_of(contents):
        return  # something else is about to be published, with an index of its own
    with _preparing(store, writer, contents) as work:
        database = pyoxigraph.Store.read_only(str(work / "store"))
        if current.unindexed is None:
            search.build(database, work / "index")
        else:
            index = store.folder / "snapshots" / current.id / "index"
            search.update(database, index, work / "index", current.unindexed)
        _put_in_force(store, contents, work, current.graph_counts)


def _build_index(store: StoreFolder, writer: Writer, database: pyoxigraph.Store, folder: Path) -> None:
    """The index that was prepared while the graph was loaded, with what was edited; else one of the whole graph."""
    changes = list(islice(store.journal.changes(), _MANY_CHANGES))
    if writer.index is None or len(changes) == _MANY_CHANGES:
        search.build(database, folder)
        return
    things = search.affected_things(database, _quads(changes)) | _counted_things(writer.counted)
    writer.index.complete(database, folder, things)


def _quads(changes: Iterable[Change]) -> Iterator[Effect]:
    for change in changes:
        if change.is_statement:
            for quad in pyoxigraph.parse(change.statement, RdfFormat.N_QUADS):
                yield change.added, quad


@contextmanager
def _preparing(store: StoreFolder, writer: Writer, contents: Contents) -> Iterator[Path]:
    """A folder, out of sight of readers, with a checkpoint of the primary store, named for the snapshot it becomes."""
    work = new_folder(store.folder, contents.digest)
    writer.primary.checkpoint(work / "store")
    yield work


def _statements_if_few(store_folder: Path, current: SnapshotManifest | None) -> list[bytes] | None:
    """What the snapshot in force states, if comparing takes no time that anybody would notice."""
    if current is None or current.triples > SMALL:
        return None
    try:
        return sorted_statements(Snapshot(store_folder / "snapshots" / current.id).store).splitlines()
    except (OSError, StoreError):
        return None


def _put_in_force(
    store: StoreFolder, contents: Contents, work: Path, counts: GraphCounts, unindexed: tuple[str, ...] | None = ()
) -> SnapshotManifest:
    """`unindexed` are the things that the search index does not know as they are."""
    snapshot_id = work.name.removeprefix(".")
    manifest = _describe(store, contents, snapshot_id, counts, unindexed)
    put_in_force(store.folder, work, manifest)
    return manifest


def _describe(
    store: StoreFolder, contents: Contents, snapshot_id: str, counts: GraphCounts, unindexed: tuple[str, ...] | None
) -> SnapshotManifest:
    manifests = [store.segments.manifest(dataset, segment) for dataset, segment in sorted(contents.segments.items())]
    return SnapshotManifest(
        id=snapshot_id,
        contents=contents.digest,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        base_iri=store.base_iri,
        triples=counts.triples,
        counts=counts.by_class,
        datasets=tuple(_summary(manifest) for manifest in manifests),
        linksets=counts.linksets,
        index=search.VERSION,
        unindexed=unindexed,
    )


def _summary(manifest: Manifest) -> DatasetSummary:
    counts = manifest.counts
    return DatasetSummary(
        manifest.dataset,
        manifest.segment,
        manifest.adapter,
        counts.mapped,
        counts.rejected + counts.faults,
        counts.statements,
        manifest.adapter_version,
        manifest.retrieved,
        tuple(FileSummary(Path(each.path).name, each.checksum, each.size) for each in manifest.inputs[:_FILES]),
    )
