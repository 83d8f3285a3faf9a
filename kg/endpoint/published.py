"""What a remote store says of the graph that it holds: the manifest, beside it in a graph of its own."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

import msgspec
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from kg.endpoint.client import Client
from kg.endpoint.results import ROWS, TRIPLES, rows
from kg.endpoint.store import MARKER, RemoteStore
from kg.errors import EndpointFault, QueryError
from kg.namespaces import RDF
from kg.snapshots import SnapshotManifest

_CHANGED = "+"
_VALUE = NamedNode(RDF + "value")
_COUNT = "SELECT (COUNT(*) AS ?count) { ?s ?p ?o }"


@dataclass(frozen=True)
class Published:
    """The graph of a remote store as it is now. `manifest` is None where nobody has said what it is.

    `contents` is another one when the graph is another one.
    """

    contents: str
    manifest: SnapshotManifest | None

    @property
    def is_being_sent(self) -> bool:
        """Whether it is not whole yet."""
        return self.manifest is not None and not self.manifest.id

    @property
    def is_as_published(self) -> bool:
        """Whether nobody has written to it since."""
        return self.manifest is not None and _CHANGED not in self.manifest.id


def marker(client: Client, base_iri: str) -> NamedNode:
    """The graph that the manifest is in, and what it is the manifest of."""
    return NamedNode((client.endpoint.graph or base_iri).rstrip("/") + MARKER)


def published(store: RemoteStore, base_iri: str) -> Published:
    """What there is. Where it does not say, the statements are counted: a graph of as many counts as the same."""
    graph, host = marker(store.client, base_iri), store.client.host
    try:
        text = f"SELECT ?value {{ GRAPH {graph} {{ {graph} {_VALUE} ?value }} }}"
        with store.client.query(text, ROWS, default_graphs=()) as answer:
            told = [row[0] for row in rows(answer, host)]
        said = min((term.value for term in told if isinstance(term, Literal)), default=None)
        if said is not None:
            manifest = msgspec.json.decode(said, type=SnapshotManifest)
            return Published(_digest(store, said), manifest)
    except (SyntaxError, ValueError, msgspec.DecodeError) as error:
        raise EndpointFault(f"{host} has no manifest in {graph.value} that can be read: {error}") from error
    except QueryError:
        pass  # a store without named graphs
    with store.client.query(_COUNT, ROWS) as answer:
        count = next((row[0].value for row in rows(answer, host)), "0")
    return Published(_digest(store, count), None)


def publish(client: Client, base_iri: str, manifest: SnapshotManifest, is_being_sent: bool = False) -> None:
    """Have the store say what its graph is; `is_being_sent` as long as it is not whole."""
    said = msgspec.structs.replace(manifest, id="") if is_being_sent else manifest
    graph = marker(client, base_iri)
    statement = Triple(graph, _VALUE, Literal(msgspec.json.encode(said).decode()))
    body = serialize([statement], format=RdfFormat.N_TRIPLES)
    client.graph("PUT", graph.value, TRIPLES, body).close()


def say_changed(store: RemoteStore, base_iri: str) -> None:
    """Have the store say that its graph is not any more what was published."""
    manifest = published(store, base_iri).manifest
    if manifest is not None and manifest.id:
        changed = f"{manifest.id.partition(_CHANGED)[0]}{_CHANGED}{secrets.token_hex(6)}"
        publish(store.client, base_iri, msgspec.structs.replace(manifest, id=changed))


def _digest(store: RemoteStore, text: str) -> str:
    return hashlib.sha256(f"{store.client.endpoint.name} {text}".encode()).hexdigest()[:12]
