"""Sub-commands that read the graph: query, validate."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from pathlib import Path

import click
import pyoxigraph
from rich.console import Console
from rich.table import Table

from kg import paths, sparql
from kg.commands.common import Context, output_stream
from kg.errors import ParameterError, QueryRefused, UsageError
from kg.formats import GRAPH_FORMATS, RESULT_FORMATS
from kg.queries import bind, find_query, load_queries, write_skeleton
from kg.settings import Settings
from kg.validation import keep
from kg.validation import validate as check_graph
from kg.workers import QueryRequest, WorkerPool

_TABLE = "table"
_GRAPH_NAMES = [known.name for known in GRAPH_FORMATS]
_RESULT_NAMES = [known.name for known in RESULT_FORMATS]


@click.command()
@click.argument("query", metavar="NAME|FILE|-")
@click.option(
    "--param", "params", metavar="NAME=VALUE", multiple=True, help="A value for a parameter of a canned query."
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice([_TABLE, *_RESULT_NAMES, *_GRAPH_NAMES]),
    help="How to write the result; a table, or Turtle for a graph, if not given.",
)
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to a file.")
@click.option("--new", is_flag=True, help="Write a first version of a canned query of that name into KG_QUERIES.")
@click.pass_obj
def query(
    context: Context, query: str, params: tuple[str, ...], format_name: str | None, output: Path | None, new: bool
) -> None:
    """Run a canned query by NAME, or the SPARQL query in FILE or on standard input (-)."""
    if new:
        folder = context.settings.queries or Path("queries")
        path = write_skeleton(folder, query)
        click.echo(f"{path} is written; change it, and ask it: KG_QUERIES={folder} kg query {query}")
        return
    text = _query_text(query, params, context.settings)
    inspection = sparql.inspect(text)
    for address in inspection.remote_addresses:
        raise QueryRefused(f"the query would reach {address}; take that out", address)
    if inspection.kind == "update":
        raise UsageError("this is an update; send it to a running service, which keeps it through every rebuild")
    is_graph = inspection.kind in ("construct", "describe")
    chosen = format_name or ("turtle" if is_graph else _TABLE)
    if chosen not in (_GRAPH_NAMES if is_graph else [_TABLE, *_RESULT_NAMES]):
        raise UsageError(f"a {inspection.kind.upper()} query has no {chosen} form", chosen)
    _run(context, text, chosen, output)


def _query_text(query: str, params: tuple[str, ...], settings: Settings) -> str:
    """The SPARQL text: standard input, a file, or a canned query with its parameters."""
    values = dict(_parameter(param) for param in params)
    if query == "-" or Path(query).is_file():
        if values:
            raise UsageError("--param is for canned queries; write the values into the query")
        try:
            return sys.stdin.read() if query == "-" else Path(query).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{query} cannot be read as UTF-8 text: {error}", query) from error
    known = load_queries(paths.QUERIES, settings.queries)
    return bind(find_query(known, query), values, settings.base_iri)


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ParameterError(name, "give it as NAME=VALUE", text)
    return name, value


def _run(context: Context, text: str, format_name: str, output: Path | None) -> None:
    """Evaluate in a worker, as the service does: with its deadline and bounds, and so that Ctrl-C ends it."""
    snapshot = context.snapshot()
    pool = WorkerPool(context.settings, context.settings.store)
    try:
        name = "json" if format_name == _TABLE else format_name
        result = pool.run(QueryRequest(store_path=snapshot.store_path, text=text, format=name))
        with result.body, output_stream(output) as stream:
            if format_name == _TABLE:
                stream.write(_table(result.body.read(), context.settings.base_iri).encode())
            else:
                shutil.copyfileobj(result.body, stream)
    finally:
        pool.close()


def _table(results: bytes, base_iri: str) -> str:
    """SPARQL results as a table for a terminal, own IRIs without their base; `yes` or `no` for ASK."""
    parsed = pyoxigraph.parse_query_results(results, pyoxigraph.QueryResultsFormat.JSON)
    if isinstance(parsed, pyoxigraph.QueryBoolean):
        return "yes\n" if parsed else "no\n"
    table = Table(box=None, pad_edge=False, header_style="bold")
    for variable in parsed.variables:
        table.add_column(variable.value, overflow="fold")
    for row in parsed:
        table.add_row(*(_cell(term, base_iri) for term in row))
    console = Console(highlight=False, markup=False)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _cell(term: object, base_iri: str) -> str:
    if term is None:
        return ""
    if isinstance(term, pyoxigraph.NamedNode):
        return term.value.removeprefix(base_iri)
    return term.value if isinstance(term, pyoxigraph.Literal) else str(term)


@click.command()
@click.option("--report", metavar="FILE", type=click.Path(path_type=Path), help="Write the SHACL report as Turtle.")
@click.pass_obj
def validate(context: Context, report: Path | None) -> None:
    """Check the graph against the shapes; exit code 1 if there are violations."""
    snapshot = context.snapshot()
    found = check_graph(snapshot.store)
    with suppress(OSError):
        keep(snapshot, found)
    for line in found.summary:
        click.echo(line)
    if report is not None:
        with output_stream(report) as stream:
            found.write(stream)
    if not found.conforms:
        sys.exit(1)
