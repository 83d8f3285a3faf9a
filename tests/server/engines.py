"""Where the graph may be that is served: in the service's own store, in Oxigraph's server, in Virtuoso."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bench.peers import Missing
from bench.servers import Oxigraph, Virtuoso
from kg.commands.publish import bring
from kg.progress import silent
from kg.settings import Settings, read_settings

ENGINES = ("embedded", "oxigraph", "virtuoso")

# The tests of canned queries, of resources and of exports, and what else is made of the graph.
ON_EVERY_ENGINE = frozenset(
    {
        "test_query_pages",
        "test_resources",
        "test_conneg_matrix",
        "test_pages",
        "test_pages_of_rich_records",
        "test_signposting",
        "test_links",
        "test_incoming",
        "test_export_routes",
        "test_citations",
        "test_dataset",
        "test_sparql_protocol",
        "test_search_page",
        "test_front_page",
        "test_collaboration",
        "test_hostile_data",
    }
)


class Engine:
    """The service's own store."""

    name = ENGINES[0]

    def settings(self, settings: Settings) -> Settings:
        """Settings of a service over the graph of the store that these name, which is brought to the engine."""
        return settings


class _Remote(Engine, ABC):
    def __init__(self, name: str, factory: pytest.TempPathFactory) -> None:
        self.name = name
        self._factory = factory
        self._running = ExitStack()
        self._graphs: dict[str, Settings] = {}

    def settings(self, settings: Settings) -> Settings:
        known = self._graphs.get(str(settings.store))
        if known is None:
            there = self._place(settings)
            bring(there, silent)
            # Its own folder: nothing of the store that the graph came from is at hand.
            known = self._graphs[str(settings.store)] = replace(there, store=self._factory.mktemp("following"))
        return known

    def close(self) -> None:
        self._running.close()

    @abstractmethod
    def _place(self, settings: Settings) -> Settings:
        """The settings with a place for this graph."""


class _WritableOxigraph(Oxigraph):
    def command(self) -> Sequence[str]:
        return [str(self.program), "serve", "--location", "oxigraph", "--bind", self.place]


class _Oxigraph(_Remote):
    """A server for each graph: its default graph is the whole of it."""

    def _place(self, settings: Settings) -> Settings:
        folder = self._factory.mktemp("oxigraph")
        server = self._running.enter_context(_WritableOxigraph(folder))
        place = f"http://{server.place}"
        return read_settings(
            {},
            **_same(settings),
            endpoint=f"{place}/query",
            endpoint_update=f"{place}/update",
            endpoint_store=f"{place}/store",
        )


class _Virtuoso(_Remote):
    """One server with a named graph for each."""

    def __init__(self, name: str, factory: pytest.TempPathFactory) -> None:
        super().__init__(name, factory)
        self.server = self._running.enter_context(Virtuoso(factory.mktemp("virtuoso"), gigabytes=0.2))

    def _place(self, settings: Settings) -> Settings:
        graph = f"http://graphs.example/{len(self._graphs)}"
        return virtuoso_settings(self.server, settings.store, graph, query_workers=settings.query_workers)


def virtuoso_settings(server: Virtuoso, store: Path, graph: str, **others: object) -> Settings:
    place = f"http://{server.place}"
    return read_settings(
        {},
        **others,
        store=store,
        endpoint=f"{place}/sparql",
        endpoint_update=f"{place}/sparql-auth",
        endpoint_store=f"{place}/sparql-graph-crud-auth",
        endpoint_graph=graph,
        endpoint_dialect="virtuoso",
        endpoint_user="dba",
        endpoint_password="dba",
    )


def _same(settings: Settings) -> dict[str, object]:
    return {"store": settings.store, "query_workers": settings.query_workers}


@contextmanager
def engine_of(name: str, factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Skips where it is not on this machine."""
    if name == ENGINES[0]:
        yield Engine()
        return
    try:
        remote = (_Oxigraph if name == "oxigraph" else _Virtuoso)(name, factory)
    except Missing as missing:
        pytest.skip(f"{missing}; 'make test' installs it")
    try:
        yield remote
    finally:
        remote.close()
