"""Opening the store that is read, wherever it is; and telling a remote one from one on disk.

What asks over HTTP is imported for remote stores alone: it takes longer to import than most of what else commands need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pyoxigraph

from kg.endpoint.address import Endpoint

if TYPE_CHECKING:
    from kg.endpoint.store import RemoteStore


def remote(store: object) -> RemoteStore | None:
    """The store, if it is a remote one."""
    if isinstance(store, pyoxigraph.Store):
        return None
    from kg.endpoint.store import RemoteStore

    return store if isinstance(store, RemoteStore) else None


def open_store(path: str, endpoint: Endpoint | None = None) -> pyoxigraph.Store:
    """The store to read: that of a snapshot on disk or, in its place, a remote one. OSError."""
    if endpoint:
        from kg.endpoint.store import RemoteStore

        return cast(pyoxigraph.Store, RemoteStore(endpoint))
    try:
        return pyoxigraph.Store.read_only(path)
    except RuntimeError as error:  # what the database calls corruption
        raise OSError(str(error)) from error
