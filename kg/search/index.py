"""Searching the full-text index of a snapshot: papers, authors, institutions, concepts and venues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Order, Query

from kg.errors import StoreError
from kg.search.asking import Phrase, narrowed, phrases_of, spellings, text_query, without_years
from kg.search.facets import SHOWN, facets_of
from kg.search.model import Facets, Filters, Hit, SearchResult, Sort
from kg.search.spelling import Spelling
from kg.search.words import ANALYSER, LONGEST_WORD, RUN, analyser, printed, whole_name, words_of

_LONG_WORD = 5
_ENOUGH = 3  # candidates that have every word, so that none with a wrong letter is looked for
_WHOLE_WORD = 3.0  # where a word that goes on scores 1
_LOOKED_THROUGH = 100  # hits, for a word that begins with a letter
_FEW = 3  # hits, so that other spellings are looked for
_NO_FILTERS = Filters()
_ORDERS: dict[Sort, tuple[str, Order]] = {
    "newest": ("date", Order.Desc),
    "oldest": ("date", Order.Asc),
    "title": ("sort_key", Order.Asc),
    "cited": ("weight", Order.Desc),
}


class Index:
    """A search index, open for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        try:
            self._index = tantivy.Index.open(str(folder))
        except (OSError, ValueError) as error:
            raise StoreError(f"search index {folder} cannot be opened ({error}); run 'kg rebuild'", folder) from error
        self._index.register_tokenizer(ANALYSER, analyser())
        self._searcher = self._index.searcher()
        self._schema = self._index.schema
        self._spelling = Spelling(self._schema, self._searcher)

    def search(
        self,
        text: str,
        kind: str | None = None,
        limit: int = 20,
        offset: int = 0,
        *,
        filters: Filters = _NO_FILTERS,
        sort: Sort = "relevance",
        with_facets: bool = False,
        values: int = SHOWN,
        identified: Sequence[str] = (),
    ) -> SearchResult:
        """Things that hold every word of `text`; if there are none, of its words as they may have been meant, or any.

        What stands in quotation marks is looked for as it stands. `kind` is one of KINDS. Without a text everything of
        the kind, or every paper that the `filters` let through, is found: the most recent papers or the things with
        most papers first. What a thing has no value for comes last in an order. Facets have so many `values`.

        `identified` are the IRIs of things that the text identifies, which are found then, whatever they are called.
        """
        phrases = phrases_of(text)
        if not phrases and not kind and not filters:
            return SearchResult(0, [])
        if not phrases and sort == "relevance":
            sort = "newest" if filters or kind == "paper" else "cited"
        words, result = (
            (self._of_iris(identified), SearchResult(0, []))
            if identified
            else self._understood(text, phrases, kind, filters)
        )
        query = narrowed(self._schema, words, kind, filters)
        found = self._sorted(query, sort, limit, offset)
        hits = [_hit(self._searcher.doc(address)) for _, address in found.hits]
        facets = self._facets(query, words, kind, filters, values) if with_facets else None
        return replace(result, total=found.count or 0, hits=hits, facets=facets)

    def _understood(
        self, text: str, phrases: list[Phrase], kind: str | None, filters: Filters
    ) -> tuple[Query | None, SearchResult]:
        """What a text is taken to mean: a query of its words, and a result that says so, without hits."""
        result = SearchResult(0, [], terms=_words_in(phrases))
        if not phrases:
            return None, result
        every = text_query(self._schema, phrases, Occur.Must)
        total = self._total(every, kind, filters)
        other = self._spelling.corrected(text) if total < _FEW else None
        if total:
            if other and self._total(text_query(self._schema, phrases_of(other), Occur.Must), kind, filters) > total:
                return every, replace(result, suggestion=other)
            return every, result
        if other:
            phrases = phrases_of(other)
            every = text_query(self._schema, phrases, Occur.Must)
            result = replace(result, searched=other, terms=_words_in(phrases))
        parts = phrases_of(other or text, in_pairs=True)
        if len(parts) == 1 or (other and self._total(every, kind, filters)):
            return every, result
        # Of "Carette S" the name is worth more than whatever has an S.
        named = [phrase for phrase in parts if not _is_initial(phrase)]
        without_initials = text_query(self._schema, named, Occur.Must)
        if 0 < len(named) < len(parts) and self._total(without_initials, kind, filters):
            return without_initials, replace(result, partly=True)
        return text_query(self._schema, parts, Occur.Should), replace(result, partly=True)

    def _of_iris(self, iris: Sequence[str]) -> Query:
        return Query.boolean_query([(Occur.Should, Query.term_query(self._schema, "iri", iri)) for iri in iris])

    def _total(self, words: Query, kind: str | None, filters: Filters) -> int:
        found: Any = self._searcher.search(narrowed(self._schema, words, kind, filters), limit=1)
        return int(found.count)

    def _sorted(self, query: Query, sort: Sort, limit: int, offset: int) -> Any:
        if sort == "relevance":
            return self._searcher.search(query, limit=limit, offset=offset, weight_by_field="weight")
        field, order = _ORDERS[sort]
        return self._searcher.search(query, limit=limit, offset=offset, order_by_field=field, order=order)

    def _facets(self, query: Query, words: Query | None, kind: str | None, filters: Filters, values: int) -> Facets:
        has_years = without_years(filters) != filters
        of_any_kind = narrowed(self._schema, words, None, filters) if kind else query
        of_any_year = narrowed(self._schema, words, kind, without_years(filters)) if has_years else query
        return facets_of(self._searcher, query, of_any_kind, of_any_year, values)

    def candidates(self, text: str, kind: str | None, limit: int) -> list[Hit]:
        """Things that are called `text` by any of their names, those with most papers first; then those that hold its
        words in what they are called, all of them before most; also where a letter is wrong."""
        words = words_of(text)
        fields = ("label",) if kind == "paper" else ("label", "text")
        terms = [self._term(word, fields) for word in dict.fromkeys(words)]
        whole = Query.term_query(self._schema, "name", whole_name(text))
        found = self._weightiest([(Occur.Must, whole)], kind, limit) if words else []
        found += [hit for hit in self._matching(Occur.Must, terms, kind, limit) if hit not in found]
        if len(found) < (_ENOUGH if len(terms) < _ENOUGH + 1 else 1):
            found += [hit for hit in self._matching(Occur.Should, terms, kind, limit) if hit not in found]
            near = [self._near(word) for word in words if _LONG_WORD <= len(word) <= LONGEST_WORD]
            found += [hit for hit in self._matching(Occur.Should, near, kind, limit) if hit not in found]
        return found[: 2 * limit]

    def beginning(self, prefix: str, kind: str | None, limit: int, offset: int = 0) -> list[Hit]:
        """Things that are called by all words of `prefix`, of which the last may go on."""
        words = words_of(prefix)
        if not words:
            return []
        queries = [self._term(word) for word in words[:-1]]
        queries.append(Query.regex_query(self._schema, "label", words[-1] + ".*"))
        return self._hits([(Occur.Must, query) for query in queries], kind, limit, offset)

    def suggested(self, prefix: str, kind: str, limit: int) -> list[Hit]:
        """Things of a kind that are called by all words of `prefix`, of which the last may go on: those that have it as
        a whole word, and those with most papers or citations, before others; those that are called so by another of
        their names come last. Nothing for a single letter."""
        *before, last = words_of(prefix) or [""]
        if len(last) > 1 or RUN.fullmatch(last):
            found = self._called(before, last, ("label",), kind, limit)
            if kind != "paper" and len(found) < limit:  # the other words of papers are their abstracts
                others = self._called(before, last, ("label", "text"), kind, limit)
                found += [hit for hit in others if hit not in found]
            return found[:limit]
        if not before:
            return []
        clauses = [(Occur.Must, Query.const_score_query(self._term(word), 1.0)) for word in before]
        # Of words that begin with one letter there are too many to look for.
        known = self._weightiest(clauses, kind, _LOOKED_THROUGH)
        return [hit for hit in known if any(word.startswith(last) for word in words_of(hit.label))][:limit]

    def _called(self, before: list[str], last: str, fields: tuple[str, ...], kind: str, limit: int) -> list[Hit]:
        words = [(Occur.Must, Query.const_score_query(self._term(word, fields), 1.0)) for word in before]
        going_on = [(Occur.Should, Query.regex_query(self._schema, field, last + ".*")) for field in fields]
        whole = Query.const_score_query(self._term(last, fields), _WHOLE_WORD)
        clauses = [*words, (Occur.Must, Query.boolean_query(going_on)), (Occur.Should, whole)]
        return self._weightiest(clauses, kind, limit)

    def _weightiest(self, clauses: list[tuple[Occur, Query]], kind: str | None, limit: int) -> list[Hit]:
        query = narrowed(self._schema, Query.boolean_query(clauses), kind, _NO_FILTERS)
        found: Any = self._searcher.search(query, limit=limit, count=False, weight_by_field="weight")
        return [_hit(self._searcher.doc(address)) for _, address in found.hits]

    def _term(self, word: str, fields: tuple[str, ...] = ("label",)) -> Query:
        queries = [Query.term_query(self._schema, field, word) for field in fields]
        return Query.boolean_query([(Occur.Should, query) for query in queries])

    def _near(self, word: str) -> Query:
        return Query.fuzzy_term_query(self._schema, "label", word, distance=1)

    def _matching(self, occur: Occur, queries: list[Query], kind: str | None, limit: int) -> list[Hit]:
        return self._hits([(occur, query) for query in queries], kind, limit) if queries else []

    def _hits(self, clauses: list[tuple[Occur, Query]], kind: str | None, limit: int, offset: int = 0) -> list[Hit]:
        query = narrowed(self._schema, Query.boolean_query(clauses), kind, _NO_FILTERS)
        found: Any = self._searcher.search(query, limit=limit, offset=offset)
        return [_hit(self._searcher.doc(address)) for _, address in found.hits]


def _words_in(phrases: list[Phrase]) -> tuple[str, ...]:
    return tuple(word for phrase in phrases for spelling in spellings(phrase) for word in spelling)


def _is_initial(phrase: Phrase) -> bool:
    return len(phrase) == 1 and len(phrase[0]) == 1 and not RUN.fullmatch(phrase[0])


def _hit(document: tantivy.Document) -> Hit:
    iri, kind, label, detail = (document.get_first(name) or "" for name in ("iri", "kind", "label", "detail"))
    return Hit(iri, kind, printed(label), detail)
