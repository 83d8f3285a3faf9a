"""A graph brought into a remote store in place of the one there: by the Graph Store Protocol, or Virtuoso's loader."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import cast

import msgspec
from pyoxigraph import Store

from kg.endpoint.address import Endpoint
from kg.endpoint.published import publish
from kg.endpoint.results import TRIPLES, rows
from kg.endpoint.store import UNHURRIED, RemoteStore
from kg.errors import EndpointFault, UsageError
from kg.progress import Progress, silent
from kg.snapshots import SnapshotManifest
from kg.statistics import count_graph

_PIECE = 2**20
_PACKED = 2_000_000
"""Statements of a file for the store's own loader."""
_COUNT = "SELECT (COUNT(*) AS ?count) { ?s ?p ?o }"

# What fails where the folder may not be read; nothing is loaded by it.
_LISTING = """
ld_dir('{folder}', '*.nt.gz', '{graph}');
DELETE FROM DB.DBA.load_list WHERE ll_file LIKE '{folder}/%';
"""
# Bulk loading, as Virtuoso's manual has it: without a log, and a checkpoint in the end.
_BULK = """
log_enable(3, 1);
SPARQL DEFINE sql:log-enable 3 CLEAR GRAPH <{graph}>;
ld_dir('{folder}', '*.nt.gz', '{graph}');
rdf_loader_run();
checkpoint;
SELECT concat('FAILED ', ll_file, ' ', ll_error) FROM DB.DBA.load_list
  WHERE ll_file LIKE '{folder}/%' AND ll_error IS NOT NULL;
DELETE FROM DB.DBA.load_list WHERE ll_file LIKE '{folder}/%';
"""

Lines = Iterator[bytes]
"""Statements in N-Triples, in pieces that end with a line."""


@dataclass(frozen=True)
class VirtuosoLoader:
    """Virtuoso's bulk loader: where it takes SQL, and a folder that both see and it may read (DirsAllowed)."""

    address: str
    folder: Path
    seen_as: str = ""
    """What the folder is called there, if otherwise."""


def send(
    endpoint: Endpoint,
    lines: Lines,
    manifest: SnapshotManifest,
    loader: VirtuosoLoader | None = None,
    progress: Progress = silent,
) -> None:
    """Replace what the graph is by these statements and have the store say what it is now.

    What is sent is counted there in the end: EndpointFault if it is not all. A service that follows the store goes on
    with what it knew until then.
    """
    if not endpoint.graph_store:
        raise UsageError("say in KG_ENDPOINT_STORE where the store takes graphs (Graph Store Protocol)")
    store = RemoteStore(msgspec.structs.replace(endpoint, timeout=UNHURRIED))
    begin = partial(publish, store.client, manifest.base_iri, manifest, is_being_sent=True)
    progress("sending")
    if loader:
        _load(loader, endpoint, lines, begin, progress)
    else:
        begin()
        _put(store, lines, manifest.triples, progress)
    with store.client.query(_COUNT, "application/sparql-results+json") as answer:
        count = next((int(row[0].value) for row in rows(answer, endpoint.host)), 0)
    if count != manifest.triples:
        raise EndpointFault(f"{endpoint.host} has {count:,} of {manifest.triples:,} statements; send them again", count)
    if not manifest.counts:
        progress("counting")
        counts = count_graph(cast(Store, store), manifest.base_iri)
        manifest = msgspec.structs.replace(manifest, counts=counts.by_class, linksets=counts.linksets)
    publish(store.client, manifest.base_iri, manifest)


def _put(store: RemoteStore, lines: Lines, statements: int, progress: Progress) -> None:
    """The first request empties the graph, the others add to it."""
    method, sent = "PUT", 0
    for part in _parts(lines, store.client.dialect.sent_at_once):
        with tempfile.TemporaryFile() as body:
            sent += _written(body, part)
            store.client.graph(method, None, TRIPLES, body, timeout=UNHURRIED).close()
        method = "POST"
        progress.detail(f"{sent:,} of {statements:,} statements")
    if method == "PUT":
        store.client.graph(method, None, TRIPLES, b"").close()


def _parts(lines: Lines, size: int) -> Iterator[Lines]:
    """All of it, or so many statements at a time."""
    if not size:
        yield lines
        return
    each = (line for piece in lines for line in piece.splitlines(keepends=True))
    while part := list(islice(each, size)):
        yield iter(part)


def _written(file: object, lines: Lines) -> int:
    count = 0
    for piece in lines:
        file.write(piece)  # type: ignore[attr-defined]
        count += piece.count(b"\n")
    return count


def _load(
    loader: VirtuosoLoader, endpoint: Endpoint, lines: Lines, begin: Callable[[], None], progress: Progress
) -> None:
    """Files that Virtuoso reads itself, as many at a time as it has cores; they are removed again. `begin` is called
    before anything changes there."""
    program = shutil.which("isql-vt") or shutil.which("isql")
    if program is None:
        raise UsageError("Virtuoso's isql is not on this machine; install it, or send without --virtuoso")
    with tempfile.TemporaryDirectory(dir=loader.folder, prefix="paperkg-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        for number, part in enumerate(_parts(lines, _PACKED)):
            with gzip.open(folder / f"{number:05}.nt.gz", "wb", compresslevel=1) as packed:
                count = _written(packed, part)
            progress.detail(f"{number * _PACKED + count:,} statements written")
        seen = f"{loader.seen_as or loader.folder}/{folder.name}"
        named = {"folder": _quoted(seen), "graph": _quoted(endpoint.graph)}
        _isql(program, loader, endpoint, _LISTING.format(**named))
        begin()
        progress("loading there")
        said = _isql(program, loader, endpoint, _BULK.format(**named))
    failed = [line for line in said.splitlines() if line.startswith("FAILED ")]
    if failed:
        raise EndpointFault(f"Virtuoso could not load everything: {failed[0][7:300]}")


def _quoted(text: str) -> str:
    """For a string of SQL. Of an IRI nothing is quoted."""
    return text.replace("'", "''")


def _isql(program: str, loader: VirtuosoLoader, endpoint: Endpoint, statements: str) -> str:
    """What Virtuoso answers. A list of processes shows the password meanwhile: the program takes it as an argument."""
    command = [program, loader.address, endpoint.user or "dba", endpoint.password or "dba", "ERRORS=stdout"]
    done = subprocess.run(command, input=statements, capture_output=True, text=True, check=False)
    errors = [line for line in done.stdout.splitlines() if line.startswith("*** Error")]
    if done.returncode or errors:
        told = (errors or [done.stderr.strip() or done.stdout.strip()])[0]
        raise EndpointFault(f"Virtuoso's isql fails: {told[:300]}")
    return done.stdout
