"""Real papers as references, read again: python bench/citations.py STORE [--papers 2000].

Papers of a store, chosen at random, are written in each format and read by the project's source of that format. Prints
how many were read, how many rejects there were, and by field how many came back otherwise, with the first of them.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import NamedNode

from kg import namespaces as ns
from kg.citations import CITATION_FORMATS, CSL_JSON, Citation, Options, citations
from kg.records import Paper
from kg.resources import GraphReader
from kg.snapshots import Snapshots
from kg.sources import bibtex, csl_json, ris
from kg.sources.contract import Chunk

SOURCES = {source.name: source for source in (bibtex.SOURCE, ris.SOURCE, csl_json.SOURCE)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("store", type=Path)
    arguments.add_argument("--papers", type=int, default=2000)
    options = arguments.parse_args()
    store = Snapshots(options.store).current().store
    quads = store.quads_for_pattern(None, NamedNode(ns.TYPE), NamedNode(ns.PAPER), None)
    names = sorted(quad.subject.value for quad in quads)
    chosen = random.Random(7).sample(names, min(options.papers, len(names)))
    written = citations(GraphReader(store), chosen, abstracts=True)
    for citation_format in CITATION_FORMATS:
        text = citation_format.write(written, Options(abstracts=True))
        chunk = Chunk("references", 1, text.encode(), "document" if citation_format is CSL_JSON else "")
        readings = list(SOURCES[citation_format.name].readings(chunk))
        rejects = sum(len(reading.rejects) for reading in readings)
        print(f"{citation_format.name}: {len(written)} written, {len(readings)} read, {rejects} rejects")
        compare(written, [record for each in readings for record in each.records if isinstance(record, Paper)])


def compare(written: list[Citation], found: list[Paper]) -> None:
    changed: Counter[str] = Counter()
    first: dict[str, str] = {}
    for before, after in zip(written, found, strict=True):
        for name, one, other in fields(before, after):
            if one != other:
                changed[name] += 1
                first.setdefault(name, f"{one!r:.100} became {other!r:.100}")
    for name, count in changed.most_common():
        print(f"  {name} of {count}: {first[name]}")


def fields(before: Citation, after: Paper) -> Iterator[tuple[str, object, object]]:
    authors = [authorship.author.name for authorship in after.authorships]
    yield "title", before.title, after.title
    yield "authors", [author.name for author in before.authors], authors
    yield "abstract", before.abstract, after.abstract
    yield "date", before.date, after.date
    yield "venue", before.container, after.venue.name if after.venue else None
    yield "publisher", before.publisher, after.publisher.name if after.publisher else None
    yield "volume", before.volume, after.volume
    yield "issue", before.issue, after.issue
    yield "pages", before.pages, after.pages
    yield "type", before.type, after.type
    yield "DOI", before.identifier("doi"), next((i.value for i in after.identifiers if i.scheme == "doi"), None)


if __name__ == "__main__":
    main()
