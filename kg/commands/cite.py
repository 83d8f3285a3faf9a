"""The sub-command that writes references."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from kg.citations import CITABLE_KINDS, CITATION_FORMATS, Options, citations, papers_of
from kg.commands.common import Context, output_stream
from kg.errors import DataError, UsageError
from kg.ntriples import check_iri
from kg.resources import GraphReader


@click.command()
@click.argument("things", metavar="THING...", nargs=-1, required=True)
@click.option(
    "--format",
    "format_name",
    type=click.Choice([known.name for known in CITATION_FORMATS]),
    default=CITATION_FORMATS[0].name,
    show_default=True,
    help="Format of the references.",
)
@click.option("--abstracts", is_flag=True, help="With the abstracts.")
@click.option("--ascii", "ascii_only", is_flag=True, help="BibTeX with TeX for what is not ASCII.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to a file.")
@click.pass_obj
def cite(
    context: Context, things: tuple[str, ...], format_name: str, abstracts: bool, ascii_only: bool, output: Path | None
) -> None:
    """Write papers as references, and the papers of authors, institutions, venues and concepts."""
    (citation_format,) = (known for known in CITATION_FORMATS if known.name == format_name)
    reader = GraphReader(context.snapshot().store)
    papers = dict.fromkeys(paper for each in things for paper in _papers(reader, each, context.settings.base_iri))
    text = citation_format.write(citations(reader, papers, abstracts), Options(abstracts, ascii_only))
    with output_stream(output) as stream:
        stream.write(text.encode())


def _papers(reader: GraphReader, name: str, base_iri: str) -> Iterable[str]:
    """All papers of the thing, however many they are."""
    iri = check_iri(name if "://" in name else base_iri + name)
    if not reader.is_described(iri):
        raise DataError(f"the graph has nothing called {iri}; look for it by name on the search page", name)
    kind = reader.thing(iri).kind
    if kind not in CITABLE_KINDS:
        kinds = ", ".join(CITABLE_KINDS)
        raise UsageError(f"{name} is no paper and has none; name a thing of one of these kinds: {kinds}", name)
    return papers_of(reader, iri, kind, page=None).papers
