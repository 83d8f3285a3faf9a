"""The full-text index of a snapshot: papers, authors, institutions, concepts and venues by name, title and abstract."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from kg.errors import StoreError

KINDS = ("paper", "author", "institution", "concept", "venue")

ANALYSER = "words"
_LABEL_BOOST = 3.0
_MAX_WORDS = 32
_LONGEST, _LONGEST_WORD = 1000, 80
_LONG_WORD = 5
_ENOUGH = 3  # candidates that have every word, so that none with a wrong letter is looked for
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"})


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


class Index:
    """A search index, open for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        try:
            self._index = tantivy.Index.open(str(folder))
        except (OSError, ValueError) as error:
            raise StoreError(f"search index {folder} cannot be opened ({error}); run 'kg rebuild'", folder) from error
        self._index.register_tokenizer(ANALYSER, analyser())
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

    def candidates(self, text: str, kind: str | None, limit: int) -> list[Hit]:
        """Things that hold most words of `text` in what they are called, best first; also where a letter is wrong."""
        words = [word for word in re.findall(r"\w+", _plain(text)) if len(word) <= _LONGEST_WORD][:_MAX_WORDS]
        fields = ("label",) if kind == "paper" else ("label", "text")
        terms = [self._term(word, fields) for word in dict.fromkeys(words)]
        found = self._matching(tantivy.Occur.Must, terms, kind, limit)
        if len(found) < (_ENOUGH if len(terms) < _ENOUGH + 1 else 1):
            found += [hit for hit in self._matching(tantivy.Occur.Should, terms, kind, limit) if hit not in found]
            near = [self._near(word) for word in words if len(word) >= _LONG_WORD]
            found += [hit for hit in self._matching(tantivy.Occur.Should, near, kind, limit) if hit not in found]
        return found[: 2 * limit]

    def beginning(self, prefix: str, kind: str | None, limit: int, offset: int = 0) -> list[Hit]:
        """Things that are called by all words of `prefix`, of which the last may go on."""
        words = [word for word in re.findall(r"\w+", _plain(prefix)) if len(word) <= _LONGEST_WORD][:_MAX_WORDS]
        if not words:
            return []
        queries = [self._term(word) for word in words[:-1]]
        queries.append(tantivy.Query.regex_query(self._index.schema, "label", words[-1] + ".*"))
        return self._hits([(tantivy.Occur.Must, query) for query in queries], kind, limit, offset)

    def _term(self, word: str, fields: tuple[str, ...] = ("label",)) -> tantivy.Query:
        queries = [tantivy.Query.term_query(self._index.schema, field, word) for field in fields]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])

    def _near(self, word: str) -> tantivy.Query:
        return tantivy.Query.fuzzy_term_query(self._index.schema, "label", word, distance=1)

    def _matching(self, occur: tantivy.Occur, queries: list[tantivy.Query], kind: str | None, limit: int) -> list[Hit]:
        return self._hits([(occur, query) for query in queries], kind, limit) if queries else []

    def _hits(
        self, clauses: list[tuple[tantivy.Occur, tantivy.Query]], kind: str | None, limit: int, offset: int = 0
    ) -> list[Hit]:
        query = tantivy.Query.boolean_query(clauses)
        if kind is not None:
            of_kind = tantivy.Query.term_query(self._index.schema, "kind", kind)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, of_kind)])
        found: Any = self._searcher.search(query, limit=limit, offset=offset)
        return [_hit(self._searcher.doc(address)) for _, address in found.hits]


def _plain(text: str) -> str:
    """As the analyser makes words plain."""
    decomposed = unicodedata.normalize("NFKD", text[:_LONGEST].lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_LETTERS)


def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("iri", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("label", stored=True, tokenizer_name=ANALYSER)
    builder.add_text_field("text", tokenizer_name=ANALYSER)
    builder.add_text_field("detail", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def analyser() -> tantivy.TextAnalyzer:
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
