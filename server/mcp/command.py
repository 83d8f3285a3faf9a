"""`kg mcp`: the graph for an agent on this machine."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import click

from kg.commands.common import Context
from kg.errors import UsageError


@click.command()
@click.pass_obj
def mcp(context: Context) -> None:
    """Serve the store to an agent over standard input and output (Model Context Protocol)."""
    if find_spec("mcp") is None:
        raise UsageError("kg mcp needs the SDK of the protocol; add it by: pip install 'paperkg[mcp]'")
    context.store.check()
    from server.mcp.stdio import serve

    serve(replace(context.settings, write_token=""))  # an agent only reads
