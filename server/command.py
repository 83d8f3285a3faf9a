"""`kg serve`: make sure that there is a graph, then answer until told to stop."""

from __future__ import annotations

import logging
import signal
import socket
from contextlib import suppress
from types import FrameType

import click
import waitress

from kg import pipeline
from kg.commands.common import Context, progress_lines
from kg.errors import SettingError, StoreBusy
from kg.settings import Settings, read_settings
from kg.store import Progress, StoreFolder
from server import create_app
from server.state import state_of

_IDLE_CONNECTIONS = 4096


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on (KG_HOST).")
@click.option("--port", metavar="NUMBER", help="Port to listen on; 0 takes a free one (KG_PORT).")
@click.pass_obj
def serve(context: Context, host: str | None, port: str | None) -> None:
    """Serve the store on the web; an empty store is filled with the seeds first."""
    settings = read_settings(store=context.settings.store, host=host, port=port)
    listener = _listen(settings)
    with progress_lines() as progress:
        prepare(StoreFolder(settings.store, settings.base_iri), settings.seeds, progress)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("waitress").setLevel(logging.ERROR)  # it warns of every request that waits for a thread
    app = create_app(settings)
    server = waitress.create_server(
        app,
        sockets=[listener],
        threads=settings.threads,
        connection_limit=_IDLE_CONNECTIONS,
        asyncore_use_poll=True,
        max_request_body_size=settings.max_body,
        channel_timeout=30,
        ident=None,
    )
    signal.signal(signal.SIGTERM, _stop)
    address, number = listener.getsockname()[:2]
    click.echo(f"paperkg is at http://{address}:{number}/ (stop it with Ctrl-C)")
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        state_of(app).close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


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
    listener.listen(1024)
    return listener


def prepare(store: StoreFolder, seeds: bool, progress: Progress) -> None:
    """Fill an empty store with the seeds if that is wanted, and finish what an interrupted load left undone."""
    store.check()
    if not store.segments.catalogue():
        if seeds:
            pipeline.load_seeds(store, progress)
        return
    if pipeline.is_up_to_date(store):
        return
    with suppress(StoreBusy):  # whoever is writing repairs it and publishes when they are done
        pipeline.repair(store, progress, wait=False)
