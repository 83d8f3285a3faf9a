"""`kg serve`: make sure that there is a graph, then answer until told to stop."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
from contextlib import suppress
from functools import partial

import click

from kg import paths, pipeline
from kg.commands.common import Context, progress_lines
from kg.endpoint.following import Following
from kg.errors import RemoteError, SettingError, StoreBusy, StoreError
from kg.linking.linking import linker_of
from kg.progress import Progress
from kg.queries import load_queries
from kg.settings import Settings, read_settings
from kg.store import StoreFolder
from server import create_app, first_views, queries
from server.dumping import SETTLED, Dumping
from server.http import BACKLOG, HttpServer
from server.state import state_of
from server.supervisor import Supervisor, inherited_listener
from server.warming import Warming

_READY = 2.0  # seconds at most that a service of a large graph begins later, so that its first pages are quick


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on (KG_HOST).")
@click.option("--port", metavar="NUMBER", help="Port to listen on; 0 takes a free one (KG_PORT).")
@click.option("--workers", metavar="NUMBER", help="HTTP processes (KG_WORKERS).")
@click.option("--endpoint", metavar="URL", help="Another store, which holds the graph (KG_ENDPOINT).")
@click.pass_obj
def serve(context: Context, host: str | None, port: str | None, workers: str | None, endpoint: str | None) -> None:
    """Serve the store on the web; an empty store is filled with the seeds first.

    With --endpoint the graph is in another store, and only what is made of it (search index, dumps) is kept here.
    """
    settings = read_settings(store=context.settings.store, host=host, port=port, workers=workers, endpoint=endpoint)
    inherited = inherited_listener()
    if inherited is not None:
        _serve(inherited, settings)
        return
    load_queries(paths.QUERIES, settings.queries)  # a fault in one is told before anything else is done
    listener = _listen(settings)
    with progress_lines() as progress:
        if following := Following.of(settings):
            look(following, progress)
        else:
            prepare(StoreFolder(settings.store, settings.base_iri), settings, progress)
    address, number = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    told = f"paperkg is at http://{shown}:{number}/ (stop it with Ctrl-C)"
    if settings.workers == 1:
        _serve(listener, settings, told)
    else:
        click.echo(told)
        arguments = ["--store", str(settings.store), "serve", "--endpoint", settings.endpoint]
        Supervisor(listener, settings.workers, [*_this_program(), *arguments]).run()


def _serve(listener: socket.socket, settings: Settings, told: str = "") -> None:
    """One HTTP process, from its application to its end; `told` is said when it is ready."""
    _log_to_standard_error(settings.access_log)
    app = create_app(settings)
    state = state_of(app)
    views = Warming(state.snapshots, partial(first_views.render, app), first_at_once=True)
    views.wait(_READY)
    warming = Warming(state.snapshots, partial(queries.warm, state))
    dumping = Dumping(state.settings)
    watching = Warming(state.snapshots, dumping.make, SETTLED)
    try:
        gc.collect()
        gc.freeze()  # what is there now stays: to look through it again and again keeps everybody waiting for 0.2 s
        if told:
            click.echo(told)
        HttpServer(app, listener, settings).run()
    finally:
        dumping.close()
        watching.close()
        state.canned.workers.close()  # so that nothing is prepared any more
        warming.close()
        views.close()
        state.close()


def _this_program() -> list[str]:
    return [sys.executable, "-m", "kg"]


def _log_to_standard_error(with_access: bool) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("waitress").setLevel(logging.ERROR)  # it warns of every request that waits for a thread
    access = logging.getLogger("paperkg.access")
    access.propagate = False
    access.disabled = not with_access
    lines = logging.StreamHandler()
    lines.setFormatter(logging.Formatter("%(message)s"))
    access.handlers = [lines]


def _listen(settings: Settings) -> socket.socket:
    """The listening socket, taken before any work is done, so that a port in use is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise SettingError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror}; give another PORT or KG_PORT",
            settings.port,
        ) from error
    listener.listen(BACKLOG)
    return listener


def look(following: Following, progress: Progress) -> None:
    """See what graph the remote store has. Where it does not answer now, the service begins without it."""
    try:
        following.look(progress)
    except RemoteError as error:
        click.echo(f"kg: {error}", err=True)


def prepare(store: StoreFolder, settings: Settings, progress: Progress) -> None:
    """Fill an empty store with the seeds if that is wanted, and finish what an interrupted load left undone."""
    store.check()
    if store.folder.exists() and not os.access(store.folder, os.W_OK):
        # Locks, results on their way and dumps are files there.
        raise StoreError(f"{store.folder} cannot be written, which serving it takes; serve a copy", store.folder)
    if not store.segments.catalogue():
        if settings.seeds:
            pipeline.load_seeds(store, progress, linker_of(settings) if settings.link else None)
        return
    if pipeline.is_up_to_date(store):
        return
    with suppress(StoreBusy):  # whoever is writing repairs it and publishes when they are done
        pipeline.repair(store, progress, wait=False)
