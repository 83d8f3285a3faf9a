"""Where a remote store is, and how it is asked."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from kg.errors import SettingError
from kg.settings import Settings


class Endpoint(msgspec.Struct, frozen=True):
    """A SPARQL 1.1 store. Addresses are absolute; those of updates and graphs are empty where it takes none from here.

    `graph` is the named graph that takes the place of the default graph, or empty. `timeout`, in seconds, bounds what
    one page or one answer of ours waits for it.
    """

    query: str
    update: str = ""
    graph_store: str = ""
    graph: str = ""
    dialect: str = "standard"
    user: str = ""
    password: str = ""
    token: str = ""
    timeout: float = 10.0

    @property
    def host(self) -> str:
        """What people are told of it: an address may hold what is nobody's business."""
        return urlsplit(self.query).netloc.rpartition("@")[2]

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.query, self.update, self.graph_store)))

    @property
    def name(self) -> str:
        """The same for the same graph in the same place."""
        return f"{self.query} {self.graph}"


def endpoint_of(settings: Settings) -> Endpoint | None:
    """The store that the settings name, if they name one. SettingError where they contradict each other."""
    if not settings.endpoint:
        return None
    if settings.endpoint_token and settings.endpoint_user:
        raise SettingError("KG_ENDPOINT_TOKEN and KG_ENDPOINT_USER are two ways to say who asks; give one")
    if settings.endpoint_dialect == "virtuoso" and not settings.endpoint_graph:
        raise SettingError(
            "Virtuoso's default graph is all that it holds; say in KG_ENDPOINT_GRAPH which graph is meant, as "
            f"{settings.base_iri}"
        )
    return Endpoint(
        query=settings.endpoint,
        update=settings.endpoint_update,
        graph_store=settings.endpoint_store,
        graph=settings.endpoint_graph,
        dialect=settings.endpoint_dialect,
        user=settings.endpoint_user,
        password=settings.endpoint_password,
        token=settings.endpoint_token,
        timeout=settings.endpoint_timeout,
    )
