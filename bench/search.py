"""Searching a store: the index alone, with facets, as a page over HTTP, and SQLite's FTS5 over the same texts.

    python bench/search.py --store STORE [--queries 300] [--rounds 3] [--no-peer]

Queries are made of the store's own papers and authors: words of titles, names, whole titles, and each of these with
letters that two fingers mixed up; each knows what is meant. Nothing is cached. Contenders take turns in one thread,
whose processor time tells more than the clock where the machine has other things to do.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kg.search import Filters, Index, build
from kg.search.documents import of_graph
from kg.search.words import words_of
from kg.settings import read_settings
from kg.snapshots import Snapshot, Snapshots
from server import create_app

SHOWN = 20


@dataclass(frozen=True)
class Query:
    kind: str
    text: str
    meant: str
    """The label of what is meant."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true", help="without FTS5, whose index takes a minute to make")
    options = parser.parse_args()
    snapshot = Snapshots(options.store).current()
    queries = list(made_queries(snapshot.index, options.queries, random.Random(1)))
    with tempfile.TemporaryDirectory(prefix="paperkg-bench-") as work:
        app = create_app(read_settings({}, store=options.store, cache_bytes=0, query_workers=1))
        client = app.test_client()
        contenders: dict[str, Callable[[str], object]] = {
            "index with facets": lambda text: snapshot.index.search(text, limit=SHOWN, with_facets=True),
            "page": lambda text: client.get("/search", query_string={"q": text}).data,
            "suggestions": lambda text: client.get("/search/suggest", query_string={"q": text}).data,
        }
        finders: dict[str, Callable[[str], list[str]]] = {"index": lambda text: labels(snapshot.index, text)}
        if not options.no_peer:
            finders["FTS5"] = Fts5(Path(work) / "fts5.sqlite", snapshot, Path(work) / "index").search
        measure(contenders | finders, queries, options.rounds)
        recall(finders, queries)
        lists(snapshot.index)
        app.extensions["paperkg"].close()


def made_queries(index: Index, count: int, chance: random.Random) -> list[Query]:
    """As many of each kind, from papers and authors all over the index."""
    every = []
    papers = index.search("", "paper").total
    for _ in range(count // 6):
        (paper,) = index.search("", "paper", 1, chance.randrange(min(papers, 10_000)), sort="title").hits
        (author,) = index.search("", "author", 1, chance.randrange(1000), sort="cited").hits
        words = words_of(paper.label)
        if len(words) < 3:
            continue
        some = " ".join(chance.sample(words, 3))
        for kind, text, meant in (
            ("words", some, paper.label),
            ("title", paper.label[:200], paper.label),
            ("name", author.label, author.label),
        ):
            every.append(Query(kind, text, meant))
            every.append(Query(f"{kind}, mistyped", mistyped(text, chance), meant))
    return every


def mistyped(text: str, chance: random.Random) -> str:
    """Two neighbouring letters of the longest word change places."""
    word = max(text.split(), key=len)
    if len(word) < 4:
        return text
    place = chance.randrange(1, len(word) - 2)
    wrong = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return text.replace(word, wrong, 1)


def labels(index: Index, text: str) -> list[str]:
    return [hit.label for hit in index.search(text, limit=SHOWN).hits]


class Fts5:
    """The same texts in SQLite, with its own ranking: all words, or else any."""

    def __init__(self, path: Path, snapshot: Snapshot, ours: Path) -> None:
        documents = [document.to_dict() for document in of_graph(snapshot.store)]
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.execute(
            "CREATE VIRTUAL TABLE things USING fts5(label, text, tokenize='unicode61 remove_diacritics 2')"
        )
        started = time.process_time()
        rows = ((document["label"][0], document["text"][0]) for document in documents)
        self._database.executemany("INSERT INTO things VALUES (?, ?)", rows)
        self._database.commit()
        print(f"FTS5: {time.process_time() - started:.1f} s to index, {path.stat().st_size / 1e6:,.0f} MB")
        del documents
        started = time.process_time()
        build(snapshot.store, ours)
        size = sum(file.stat().st_size for file in ours.iterdir())
        print(f"index: {time.process_time() - started:.1f} s to ask the graph and index, {size / 1e6:,.0f} MB")

    def search(self, text: str) -> list[str]:
        """With the number of all hits, as a page needs it."""
        words = [f'"{word}"' for word in words_of(text)]
        return self._matching(" ".join(words)) or self._matching(" OR ".join(words))

    def _matching(self, question: str) -> list[str]:
        self._database.execute("SELECT count(*) FROM things WHERE things MATCH ?", (question,)).fetchone()
        found = self._database.execute(
            "SELECT label FROM things WHERE things MATCH ? ORDER BY bm25(things, 3.0, 1.0) LIMIT ?", (question, SHOWN)
        )
        return [label for (label,) in found]


def measure(contenders: dict[str, Callable[[str], object]], queries: list[Query], rounds: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in contenders}
    waited: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for query in queries:
            for name, search in contenders.items():
                clock, worked = time.perf_counter(), time.thread_time()
                search(query.text)
                if turn:  # the first is to warm up
                    times[name].append(1000 * (time.thread_time() - worked))
                    waited[name].append(1000 * (time.perf_counter() - clock))
    print(f"{len(queries)} queries, {rounds} times; milliseconds of a processor, and by the clock:")
    for name, measured in times.items():
        high = statistics.quantiles(measured, n=20)[-1]
        print(
            f"  {name:18} median {statistics.median(measured):6.2f}   p95 {high:6.2f}   worst {max(measured):7.2f}"
            f"   clock: median {statistics.median(waited[name]):6.2f}"
        )


def recall(contenders: dict[str, Callable[[str], list[str]]], queries: list[Query]) -> None:
    print(f"what is meant is among the first {SHOWN}, and the first:")
    for kind in dict.fromkeys(query.kind for query in queries):
        asked = [query for query in queries if query.kind == kind]
        for name, search in contenders.items():
            places = [
                found.index(query.meant) if query.meant in (found := search(query.text)) else -1 for query in asked
            ]
            shown, first = (sum(test) / len(asked) for test in ((p >= 0 for p in places), (p == 0 for p in places)))
            print(f"  {kind:16} {name:6} {shown:6.1%} {first:6.1%}")


def lists(index: Index) -> None:
    """Pages of the papers of the largest venue, which is what the page of a venue asks."""
    (venue,) = index.search("", "venue", 1, sort="cited").hits
    for offset in (0, 10_000):
        times = []
        for _ in range(50):
            started = time.perf_counter()
            found = index.search("", filters=Filters(venue=venue.iri), sort="newest", limit=SHOWN, offset=offset)
            times.append(1000 * (time.perf_counter() - started))
        print(
            f"papers of {venue.label} ({found.total:,}), from the {offset + 1:,}th: {statistics.median(times):.2f} ms"
        )


if __name__ == "__main__":
    main()
