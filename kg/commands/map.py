"""`kg map`: records to segments and N-Triples, without a store, here or on Spark."""

from __future__ import annotations

from pathlib import Path

import click

from kg import pipeline
from kg.commands.common import Context, progress_lines
from kg.commands.store import print_report
from kg.errors import UsageError
from kg.pipeline import LoadReport, Options
from kg.pipeline.local import map_here
from kg.progress import Progress
from kg.sources import find_source


@click.command("map")
@click.argument("source")
@click.argument("addresses", nargs=-1, metavar="PATH...", required=True)
@click.option("-o", "--output", metavar="DIR", required=True, help="The folder that is written, or an address of one.")
@click.option("--engine", type=click.Choice(("local", "spark")), default="local", help="What maps; local by default.")
@click.option("--dataset", metavar="NAME", help="Map everything given as one dataset of this name.")
@click.option("--retrieved", metavar="DATE", help="The day the data was retrieved, as 2024-05-31; stated in the graph.")
@click.option("--replace", is_flag=True, help="Replace a dataset in DIR that was mapped from other files.")
@click.option("--partitions", metavar="N", type=click.IntRange(1), help="Files of N-Triples; by default as needed.")
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Mapping processes here; by default one a core.")
@click.option("--master", metavar="ADDRESS", help="The Spark cluster, as spark://host:7077 or yarn; by default here.")
@click.option("--conf", metavar="NAME=VALUE", multiple=True, help="A setting of Spark; may be given several times.")
@click.pass_obj
def map_(
    context: Context,
    source: str,
    addresses: tuple[str, ...],
    output: str,
    engine: str,
    dataset: str | None,
    retrieved: str | None,
    replace: bool,
    partitions: int | None,
    jobs: int | None,
    master: str | None,
    conf: tuple[str, ...],
) -> None:
    """Map the records of PATH... as SOURCE to N-Triples in DIR, without a store.

    'kg load --segments DIR' takes them into a store, any other store loads DIR/triples. Mapping again continues with
    the files that were not done. With --engine spark a PATH may be hdfs://… or s3a://….
    """
    given = {Path(address): address for address in addresses}
    named = pipeline.name_datasets(given, dataset)
    datasets = {name: [given[path] for path in paths] for name, paths in named.items()}
    options = Options(retrieved, replace=replace, jobs=jobs)
    with progress_lines() as progress:
        if engine == "spark":
            from kg.pipeline.spark.engine import map_on_spark  # PySpark is an extra

            reports = map_on_spark(
                output,
                context.settings.base_iri,
                find_source(source),
                datasets,
                options,
                partitions,
                progress,
                master,
                _settings(conf),
            )
        else:
            reports = _map_here(context, source, datasets, output, options, partitions, progress)
    for report in reports:
        print_report(report)


def _map_here(
    context: Context,
    source: str,
    datasets: dict[str, list[str]],
    output: str,
    options: Options,
    partitions: int | None,
    progress: Progress,
) -> list[LoadReport]:
    for address in (output, *(address for given in datasets.values() for address in given)):
        if "://" in address:
            raise UsageError(f"{address} is reached by --engine spark only", address)
    paths = {name: [Path(address) for address in given] for name, given in datasets.items()}
    return map_here(Path(output), context.settings.base_iri, find_source(source), paths, options, partitions, progress)


def _settings(given: tuple[str, ...]) -> dict[str, str]:
    for setting in given:
        if "=" not in setting:
            raise UsageError(f"--conf takes NAME=VALUE, as spark.executor.memory=4g, not {setting!r}", setting)
    return {name: value for name, _, value in (setting.partition("=") for setting in given)}
