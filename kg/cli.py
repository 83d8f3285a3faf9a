"""The `kg` command. Exit codes: 0 done, 1 the data is at fault, 2 the call is at fault."""

from __future__ import annotations

import atexit
import gc
import os
import select
import sys
from importlib import import_module
from typing import Any

import click

import kg
from kg.errors import KGError
from kg.settings import TABLE, read_settings

# Where each is; imported when it is asked for, because most of the program is behind them.
_COMMANDS = {
    "backup": "store:backup",
    "cite": "cite:cite",
    "export": "export:export",
    "info": "store:info",
    "link": "link:link",
    "load": "store:load",
    "map": "map:map_",
    "publish": "publish:publish",
    "query": "graph:query",
    "rebuild": "store:rebuild",
    "reconcile": "reconcile:reconcile",
    "validate": "graph:validate",
}


def _nobody_reads() -> bool:
    """Whether who read what is printed has enough, as in 'kg link list | head'; another pipe may be the broken one."""
    output = select.poll()
    output.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in output.poll(0))


class _Group(click.Group):
    """Errors become one line and an exit code; packages may add commands (the server adds `serve`)."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KGError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"kg: {error}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:  # a full disk, a folder that may not be written
            if isinstance(error, BrokenPipeError) and _nobody_reads():
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                ctx.exit(1)
            if ctx.params.get("debug"):
                raise
            where = f": {error.filename}" if error.filename else ""
            click.echo(f"kg: {error.strerror or error}{where}", err=True)
            ctx.exit(1)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*_COMMANDS, *(entry.name for entry in _added_commands())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command: click.Command | None = None
        if cmd_name in _COMMANDS:
            module, _, name = _COMMANDS[cmd_name].partition(":")
            command = getattr(import_module(f"kg.commands.{module}"), name)
        else:
            for entry in _added_commands():
                if entry.name == cmd_name:
                    command = entry.load()
        return command

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Settings (environment variables)"):
            formatter.write_dl([(setting.variable, f"{setting.help} [{setting.default}]") for setting in TABLE])


def _added_commands() -> Any:
    from importlib.metadata import entry_points  # takes longer than all else that is imported here

    return entry_points(group="kg.commands")


def _print_version(ctx: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        click.echo(f"kg, version {kg.__version__}")
        ctx.exit()


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.option("--store", "store_folder", metavar="FOLDER", help="Folder of the store (KG_STORE).")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def main(ctx: click.Context, store_folder: str | None, debug: bool) -> None:
    """Scholarly records as a knowledge graph: load, query, validate, export, serve."""
    from kg.commands.common import Context  # as late as the commands

    atexit.register(gc.freeze)  # else Python looks for cycles in all that there is before it ends
    ctx.obj = Context(read_settings(store=store_folder), debug)
