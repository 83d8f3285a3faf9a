"""Building the index of a snapshot, and bringing one up to date."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pyoxigraph
import tantivy
from pyoxigraph import NamedNode, Quad

from kg.facts import Statistics
from kg.files import link_tree
from kg.namespaces import CREATOR, DERIVED_FROM, HAS_AUTHORSHIP
from kg.said import Known
from kg.search.documents import Chunk, of_texts
from kg.search.graph import Lookups, of_graph
from kg.search.schema import schema
from kg.search.words import ANALYSER, analyser

_HEAP = 256 * 2**20
_PAPERS_OF_AN_AUTHOR = 5000


def build(store: pyoxigraph.Store, folder: Path) -> None:
    """Write the index of everything in `store` into the new folder `folder`."""
    _write(folder, of_graph(store))


class PreparedIndex:
    """An index that is being written, in a thread, from the texts of all records while their graph is still loaded.

    The `statistics` were counted from the same records. Of the things to `ask` for the texts do not tell all:
    `complete` asks the graph.
    """

    def __init__(self, folder: Path, chunks: Iterable[Chunk], statistics: Statistics, ask: set[str]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        self._ask = ask
        self._writer = _new_writer(folder)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="index")
        self._written = self._thread.submit(self._write_all, of_texts(chunks, statistics, ask))

    def _write_all(self, documents: Iterable[tantivy.Document]) -> None:
        self._write(documents)
        self._writer.commit()  # takes seconds, while the database still sorts

    def _write(self, documents: Iterable[tantivy.Document]) -> None:
        for document in documents:
            self._writer.add_document(document)

    def complete(self, store: pyoxigraph.Store, target: Path, things: Iterable[str]) -> None:
        """Add what only the graph tells, also of these `things`, and move the index to `target`."""
        self._written.result()
        _replace(self._writer, store, self._ask.union(things))
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._thread.shutdown()
        self._folder.rename(target)

    def discard(self) -> None:
        """Leave nothing; after `complete` there is nothing to leave."""
        self._written.cancel()
        self._thread.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)


def _write(folder: Path, documents: Iterable[tantivy.Document]) -> None:
    writer = _new_writer(folder)
    for document in documents:
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _new_writer(folder: Path) -> tantivy.IndexWriter:
    folder.mkdir()
    index = tantivy.Index(schema(), path=str(folder))
    index.register_tokenizer(ANALYSER, analyser())
    return index.writer(heap_size=_HEAP, num_threads=2)


def update(
    store: pyoxigraph.Store, source: Path, folder: Path, things: Iterable[str], known: Known | None = None
) -> None:
    """Write the index `source` into the new folder `folder`, brought up to date for these things, of some of which
    may be known what the graph says."""
    link_tree(source, folder)
    index = tantivy.Index.open(str(folder))
    index.register_tokenizer(ANALYSER, analyser())
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    _replace(writer, store, things, known)
    writer.commit()
    writer.wait_merging_threads()


def _replace(
    writer: tantivy.IndexWriter, store: pyoxigraph.Store, things: Iterable[str], known: Known | None = None
) -> None:
    lookups = Lookups(store, known)
    for thing in sorted(things):
        writer.delete_documents_by_term("iri", thing)
        for document in lookups.documents(thing):
            writer.add_document(document)


def affected_things(store: pyoxigraph.Store, effects: Iterable[tuple[bool, Quad]]) -> set[str]:
    """What the index may say otherwise once these statements were added or removed: subjects, and papers of authors,
    authorships and source records."""
    subjects = {quad.subject for _, quad in effects if isinstance(quad.subject, NamedNode)}
    papers = (
        quad.subject.value
        for subject in subjects
        for property_iri in (CREATOR, HAS_AUTHORSHIP, DERIVED_FROM)
        for quad in islice(store.quads_for_pattern(None, NamedNode(property_iri), subject), _PAPERS_OF_AN_AUTHOR)
        if isinstance(quad.subject, NamedNode)
    )
    return {subject.value for subject in subjects} | set(papers)
