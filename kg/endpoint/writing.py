"""Clients' writes, passed on to the remote store: it makes them, and its answer is the client's."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from pyoxigraph import NamedNode

from kg import formats
from kg.commit import Commit
from kg.edits import Change
from kg.endpoint.following import Following
from kg.endpoint.published import say_changed
from kg.endpoint.store import RemoteStore
from kg.errors import KGError, QueryRefused
from kg.settings import Settings
from kg.updates import GraphWrite, UpdateWrite, Write

_MEDIA_TYPES = {known.name: known.media_type for known in formats.GRAPH_FORMATS}


class RemoteCommitter:
    """Takes the place of `kg.commit.Committer`.

    What is written is there as soon as the store has it; counts and the search index follow when the graph is next
    looked at.
    """

    def __init__(self, settings: Settings, following: Following) -> None:
        self._settings = settings
        self._endpoint = msgspec.structs.replace(following.endpoint, timeout=settings.query_timeout)
        self._store = RemoteStore(self._endpoint)
        self._following = following

    def submit(self, write: Write, on: str | None = None) -> Commit:
        """Make a write, whatever state the store is in by now.

        Raises QueryRefused where the store takes none from here, QueryError, and RemoteError.
        """
        changes = self._update(write) if isinstance(write, UpdateWrite) else self._write(write)
        if self._endpoint.graph_store:
            with suppress(KGError):  # the write itself is made
                say_changed(self._store, self._settings.base_iri)
        self._following.written()
        return Commit("", changes)

    def close(self) -> None:
        self._store.client.close()

    def _update(self, write: UpdateWrite) -> list[Change]:
        if not self._endpoint.update:
            raise QueryRefused("this service takes no updates; its operator enables them by setting KG_ENDPOINT_UPDATE")
        text = f"BASE {NamedNode(write.base_iri)} {write.text}" if write.base_iri else write.text
        self._store.client.update(text, write.using or (), write.using_named or ())
        return []

    def _write(self, write: GraphWrite) -> list[Change]:
        """Of several documents the first replaces the graph, where it is to be replaced, and the others are added."""
        client = self._store.client
        if not self._endpoint.graph_store:
            raise QueryRefused("this service takes no graphs; its operator enables them by setting KG_ENDPOINT_STORE")
        if write.method == "DELETE":
            client.graph("DELETE", write.graph).close()
            return []
        is_new = write.graph is not None and not self._store.contains_named_graph(NamedNode(write.graph))
        method: str = write.method
        for content, format_name in write.documents:
            client.graph(method, write.graph, _MEDIA_TYPES[format_name], content).close()
            method = "POST"
        return [Change(True, f"GRAPH <{write.graph}>")] if is_new else []
