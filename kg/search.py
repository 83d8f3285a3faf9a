"""The full-text index of a snapshot: papers, authors, institutions, concepts and venues by name, title and abstract."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph
import tantivy
from pyoxigraph import NamedNode, Quad, Variable

from kg.errors import StoreError
from kg.files import link_tree
from kg.namespaces import CREATOR, HAS_AUTHORSHIP, KG

KINDS = ("paper", "author", "institution", "concept", "venue")

_QUERIES = Path(__file__).parent / "index_queries"
_ANALYSER = "words"
_HEAP = 128 * 2**20
_LABEL_BOOST = 3.0
_MAX_WORDS = 32
_NAMES_SHOWN = 3
_PAPERS_OF_AN_AUTHOR = 5000


@dataclass(frozen=True)
class Hit:
    """A thing that was found; `detail` is a line about it (authors and year, papers)."""

    iri: str
    kind: str
    label: str
    detail: str


@dataclass(frozen=True)
class SearchResult:
    """The hits of one page, best first, and how many there are in all."""

    total: int
    hits: list[Hit]


@dataclass
class _Entry:
    label: str = ""
    text: list[str] = field(default_factory=list)
    detail: list[str] = field(default_factory=list)

    def name(self, label: str) -> None:
        """Of several names the least in code point order is shown, whatever the order of loading."""
        self.text.append(label)
        self.label = min(self.label, label) if self.label else label


class Index:
    """A search index, open for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        try:
            self._index = tantivy.Index.open(str(folder))
        except (OSError, ValueError) as error:
            raise StoreError(f"search index {folder} cannot be opened ({error}); run 'kg rebuild'", folder) from error
        self._index.register_tokenizer(_ANALYSER, _analyser())
        self._searcher = self._index.searcher()

    def search(self, text: str, kind: str | None = None, limit: int = 20, offset: int = 0) -> SearchResult:
        """Things that hold every word of `text`, or, if there are none, any of them. `kind` is one of KINDS."""
        words = re.findall(r"\w+", text)[:_MAX_WORDS]
        if not words:
            return SearchResult(0, [])
        result = self._search(words, kind, limit, offset, all_words=True)
        return result if result.total else self._search(words, kind, limit, offset, all_words=False)

    def _search(self, words: list[str], kind: str | None, limit: int, offset: int, all_words: bool) -> SearchResult:
        # The words are quoted, so that nothing of what a client sends is read as query language.
        query, _ = self._index.parse_query_lenient(
            " ".join(f'"{word}"' for word in words),
            ["label", "text"],
            field_boosts={"label": _LABEL_BOOST},
            conjunction_by_default=all_words,
        )
        if kind is not None:
            of_kind = tantivy.Query.term_query(self._index.schema, "kind", kind)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, of_kind)])
        found: Any = self._searcher.search(query, limit=limit, offset=offset)
        documents = (self._searcher.doc(address) for _, address in found.hits)
        return SearchResult(found.count or 0, [_hit(document) for document in documents])


def build(store: pyoxigraph.Store, folder: Path) -> None:
    """Write the index of everything in `store` into the new folder `folder`."""
    folder.mkdir()
    index = tantivy.Index(_schema(), path=str(folder))
    index.register_tokenizer(_ANALYSER, _analyser())
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for document in (*_papers(store), *_named_things(store)):
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def update(store: pyoxigraph.Store, source: Path, folder: Path, things: Iterable[str]) -> None:
    """Write the index `source` into the new folder `folder`, brought up to date for these things."""
    link_tree(source, folder)
    index = tantivy.Index.open(str(folder))
    index.register_tokenizer(_ANALYSER, _analyser())
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for thing in sorted(things):
        writer.delete_documents_by_term("iri", thing)
        for document in (*_papers(store, thing), *_named_things(store, thing)):
            writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def affected_things(store: pyoxigraph.Store, effects: Iterable[tuple[bool, Quad]]) -> set[str]:
    """What the index may say otherwise once these statements were added or removed: subjects, and papers of authors."""
    subjects = {quad.subject for _, quad in effects if isinstance(quad.subject, NamedNode)}
    papers = (
        quad.subject.value
        for subject in subjects
        for property_iri in (CREATOR, HAS_AUTHORSHIP)
        for quad in islice(store.quads_for_pattern(None, NamedNode(property_iri), subject), _PAPERS_OF_AN_AUTHOR)
        if isinstance(quad.subject, NamedNode)
    )
    return {subject.value for subject in subjects} | set(papers)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("iri", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("label", stored=True, tokenizer_name=_ANALYSER)
    builder.add_text_field("text", tokenizer_name=_ANALYSER)
    builder.add_text_field("detail", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _analyser() -> tantivy.TextAnalyzer:
    """Words without case and diacritics, so that 'lukosiute' finds Lukošiūtė."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(80))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .build()
    )


def _hit(document: tantivy.Document) -> Hit:
    return Hit(*(document.get_first(name) or "" for name in ("iri", "kind", "label", "detail")))


def _rows(store: pyoxigraph.Store, name: str, thing: str | None) -> Iterator[dict[str, str]]:
    """The rows of one of the index queries, of one thing or of all, unbound variables left out."""
    only: dict[Variable, Any] = {Variable("thing"): NamedNode(thing)} if thing else {}
    solutions: Any = store.query((_QUERIES / f"{name}.rq").read_text("utf-8"), substitutions=only)
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        yield {name: term.value for name, term in zip(names, solution, strict=True) if term is not None}


def _papers(store: pyoxigraph.Store, thing: str | None = None) -> Iterator[tantivy.Document]:
    names: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for row in _rows(store, "paper_authors", thing):
        names[row["thing"]].append((float(row.get("position", "inf")), row["name"]))
    entries: dict[str, _Entry] = {}
    for row in _rows(store, "papers", thing):
        entry = entries.setdefault(row["thing"], _Entry())
        entry.name(row["label"])
        entry.text.append(row.get("text", ""))
        entry.detail = [row["year"]] if "year" in row else entry.detail
    for paper, entry in entries.items():
        authors = list(dict.fromkeys(name for _, name in sorted(names[paper])))
        shown = ", ".join(authors[:_NAMES_SHOWN]) + (" et al." if len(authors) > _NAMES_SHOWN else "")
        entry.text += authors
        yield _document(paper, "paper", entry, " · ".join(filter(None, (shown, *entry.detail))))


def _named_things(store: pyoxigraph.Store, thing: str | None = None) -> Iterator[tantivy.Document]:
    entries: dict[tuple[str, str], _Entry] = {}
    for row in _rows(store, "named_things", thing):
        kind = row["class"].removeprefix(KG).lower()
        entry = entries.setdefault((row["thing"], kind), _Entry())
        if "label" in row:
            entry.name(row["label"])
        else:
            entry.text.append(row["other"])
        papers = int(row.get("papers", 0))
        entry.detail = [f"{papers:,} paper{'' if papers == 1 else 's'}"]
    for (found, kind), entry in entries.items():
        yield _document(found, kind, entry, " · ".join(entry.detail))


def _document(iri: str, kind: str, entry: _Entry, detail: str) -> tantivy.Document:
    text = " ".join(filter(None, dict.fromkeys(entry.text)))
    return tantivy.Document(iri=iri, kind=kind, label=entry.label, text=text, detail=detail)
