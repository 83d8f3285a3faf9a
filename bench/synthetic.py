"""A store of made-up papers, the same for everyone, so large that a careless query does not come to an end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from kg import pipeline
from kg.records import Author, Authorship, Concept, Identifier, Institution, Paper, PartialDate, Reading, SourceRecord
from kg.sources import Chunk, Source
from kg.sources.files import SourceFile
from kg.store import StoreFolder

_WORDS = "graph language model attention sparse learning causal inference retrieval robust scalable query index".split()  # noqa: SIM905 - reads better
_INSTITUTIONS = 200
_AT_A_TIME = 20_000
_CONCEPTS = ("cs.AI", "cs.CL", "cs.CR", "cs.LG", "stat.ML")


def make_store(folder: Path, papers: int) -> Path:
    """A store with so many papers in `folder`, some 40 triples each; nothing is done where there is one already."""
    records = folder / f"{papers}-papers"
    if not records.exists():
        folder.mkdir(parents=True, exist_ok=True)
        records.write_text(str(papers), "utf-8")
        source = Source("synthetic", "1", "papers made up here", _chunks, _readings, (".txt",))
        pipeline.load(StoreFolder(folder / "store"), source, {"synthetic": [records]})
    return folder / "store"


def _chunks(file: SourceFile) -> Iterator[Chunk]:
    count = int(file.path.read_text("utf-8"))
    for start in range(0, count, _AT_A_TIME):
        yield Chunk(file.name, start + 1, f"{count} {start} {min(start + _AT_A_TIME, count)}".encode())


def _readings(chunk: Chunk) -> Iterator[Reading]:
    count, start, end = map(int, chunk.data.split())
    return (Reading((paper,)) for paper in islice(made_up_papers(count), start, end))


def made_up_papers(count: int) -> Iterator[Paper]:
    chance = random.Random(11)
    people = [Author(f"Author {number}") for number in range(max(4, count // 4))]
    places = [Institution(f"Institution {number}") for number in range(_INSTITUTIONS)]
    for number in range(count):
        doi = Identifier("doi", f"10.1000/{number}")
        yield Paper(
            title=f"{' '.join(chance.sample(_WORDS, 6)).capitalize()} {number}",
            source=SourceRecord(record_id=doi.value, locator=f"record {number}"),
            identifiers=(doi,),
            authorships=tuple(
                Authorship(author, position, affiliations=(chance.choice(places),))
                for position, author in enumerate(chance.sample(people, 3), start=1)
            ),
            author_list_complete=True,
            abstract=" ".join(chance.choices(_WORDS, k=60)),
            date=PartialDate(chance.randint(1990, 2024)),
            primary_concept=Concept("arxiv", chance.choice(_CONCEPTS)),
        )
