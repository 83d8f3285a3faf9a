"""The web application: `create_app` wires one blueprint a protocol to the state they share."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
from flask import Flask

from kg import __version__, paths
from kg.commit import Committer
from kg.endpoint.following import Following
from kg.endpoint.writing import RemoteCommitter
from kg.files import checksum
from kg.queries import load_queries
from kg.settings import Settings, read_settings
from kg.snapshots import Snapshots
from kg.store import StoreFolder
from kg.workers import WorkerPool
from server import (
    changes,
    collaboration,
    compare,
    curation,
    dataset,
    documentation,
    editor,
    exports,
    graph_store,
    health,
    incoming,
    observation,
    ontology,
    openapi,
    queries,
    reconcile,
    resources,
    running,
    schema,
    search,
    sparql,
    ui,
    validation,
)
from server.assets import register_assets
from server.cache import ResultCache
from server.canned import CannedAnswers
from server.compiled import compiled_templates
from server.departures import Departures
from server.errors import register_errors
from server.mcp.http import blueprint as mcp_blueprint
from server.metrics import Metrics
from server.observation import register_observation
from server.outside import register_address
from server.security import register_security
from server.state import State, register_reading
from server.writes import register_body_limit

__all__ = ["create_app"]

_PROGRAM = Path(__file__).parent
_BLUEPRINTS = (
    ui.blueprint,
    sparql.blueprint,
    graph_store.blueprint,
    editor.blueprint,
    queries.blueprint,
    search.blueprint,
    ontology.blueprint,
    exports.blueprint,
    dataset.blueprint,
    schema.blueprint,
    changes.blueprint,
    curation.blueprint,
    validation.blueprint,
    reconcile.blueprint,
    openapi.blueprint,
    documentation.blueprint,
    resources.blueprint,
    incoming.blueprint,
    collaboration.blueprint,
    compare.blueprint,
    health.blueprint,
    observation.blueprint,
    running.blueprint,
    mcp_blueprint,
)


class _Application(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view is a coroutine; to look at each that a request goes through takes a tenth of an empty page's time."""
        return func


def create_app(settings: Settings | None = None, queries_folder: Path = paths.QUERIES) -> Flask:
    """The application over the store that the settings name; there need not be a snapshot yet.

    `server.state.state_of(app).close()` ends its worker processes.
    """
    settings = settings or read_settings()
    following = Following.of(settings)
    if following:
        settings = replace(settings, store=following.folder)
    app = _Application(__name__)
    app.config.update(MAX_CONTENT_LENGTH=settings.max_body, MAX_FORM_MEMORY_SIZE=settings.max_body)
    program = _digest(_PROGRAM)
    app.jinja_options = {"undefined": jinja2.StrictUndefined, "bytecode_cache": compiled_templates(program)}
    app.url_map.merge_slashes = False  # a key that begins with a slash is another key
    numbers = itertools.count(1)
    workers = WorkerPool(settings, numbers=numbers)
    canned = CannedAnswers(settings, numbers)
    State(
        settings=settings,
        snapshots=Snapshots(settings.store, following.endpoint if following else None),
        workers=workers,
        canned=canned,
        departures=Departures(workers, canned.workers),
        queries=load_queries(queries_folder, settings.queries),
        committer=_committer(settings, following) if settings.write_token else None,
        build=_build(program, settings.queries),
        cache=ResultCache(settings.cache_bytes),
        metrics=Metrics(),
        following=following,
    ).attach(app)
    if following:
        register_reading(app, settings.endpoint_timeout)
        following.start()
    register_errors(app)
    register_observation(app)
    register_security(app)
    register_body_limit(app)
    register_address(app, settings.address)
    ui.register_templates(app)
    register_assets(app)
    changes.register_versions(app)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _committer(settings: Settings, following: Following | None) -> Committer | RemoteCommitter:
    if following:
        return RemoteCommitter(settings, following)
    return Committer(StoreFolder(settings.store, settings.base_iri), settings)


def _build(program: str, own_queries: Path | None) -> str:
    """A digest of everything beside the graph that a page is made of."""
    return _digest(*filter(None, (paths.ONTOLOGY, paths.QUERIES, own_queries)), beside=program)


def _digest(*folders: Path, beside: str = __version__) -> str:
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    checksums = [checksum(path) for path in files if "__pycache__" not in path.parts]
    return hashlib.sha256("\n".join([beside, *checksums]).encode()).hexdigest()[:12]
