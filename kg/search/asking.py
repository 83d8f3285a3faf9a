"""What is asked as a query of the index. Nothing that a client sends is read as query language."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice, pairwise

import tantivy
from tantivy import FieldType, Occur, Query

from kg.search.model import Filters
from kg.search.schema import LINKS
from kg.search.words import MAX_WORDS, RUN, words_of

_LABEL_BOOST = 3.0
_YEAR = 10_000  # of date numbers
_LAST_YEAR = 9_999
_PARTS = re.compile(r'"([^"]*)"|([^"]+)')
# A word and its number, which are written as one, with a hyphen, or apart: COVID-19, GPT4.
_NUMBERED = re.compile(r"(?<!\w)([^\W\d_]+-\d+)(?!\w)")
_WITH_NUMBER = re.compile(r"([^\W\d_]+)(\d+)")

Phrase = tuple[str, ...]


def phrases_of(text: str, in_pairs: bool = False) -> list[Phrase]:
    """What has to be found: each word, and what stands in quotation marks as it stands; so do letters that are words,
    or, `in_pairs`, each two of them, which are what most words of Chinese have; and a word with its number.

    >>> phrases_of('Smith "neural networks" GPT-4'), phrases_of("深度学习"), phrases_of("深度学", in_pairs=True)
    ([('smith',), ('neural', 'networks'), ('gpt', '4')], [('深', '度', '学', '习')], [('深', '度'), ('度', '学')])
    """
    found: list[Phrase] = []
    for quoted, other in _PARTS.findall(text):
        if quoted:
            found += [tuple(words_of(quoted))]
        for place, piece in enumerate(RUN.split(other)):
            words = words_of(piece)
            is_run = place % 2 == 1
            if is_run and in_pairs and len(words) > 1:
                found += pairwise(words)
            elif is_run:
                found += [tuple(words)]
            else:
                for number, part in enumerate(_NUMBERED.split(piece)):
                    words = words_of(part)
                    found += [tuple(words)] if number % 2 == 1 else [(word,) for word in words]
    return list(dict.fromkeys(islice(filter(None, found), MAX_WORDS)))


def text_query(schema: tantivy.Schema, phrases: list[Phrase], occur: Occur) -> Query:
    return Query.boolean_query([(occur, _phrase_query(schema, phrase)) for phrase in phrases])


def _phrase_query(schema: tantivy.Schema, phrase: Phrase) -> Query:
    label, text = (_in_field(schema, name, phrase) for name in ("label", "text"))
    return Query.boolean_query([(Occur.Should, Query.boost_query(label, _LABEL_BOOST)), (Occur.Should, text)])


def _in_field(schema: tantivy.Schema, name: str, phrase: Phrase) -> Query:
    ways = [
        Query.term_query(schema, name, way[0]) if len(way) == 1 else Query.phrase_query(schema, name, list(way))
        for way in spellings(phrase)
    ]
    return ways[0] if len(ways) == 1 else Query.boolean_query([(Occur.Should, way) for way in ways])


def spellings(phrase: Phrase) -> list[Phrase]:
    """The ways in which what is looked for may be written.

    >>> spellings(("covid19",)), spellings(("covid", "19"))
    ([('covid19',), ('covid', '19')], [('covid', '19'), ('covid19',)])
    """
    if len(phrase) == 1 and (match := _WITH_NUMBER.fullmatch(phrase[0])):
        return [phrase, match.groups()]
    together = "".join(phrase)
    return (
        [phrase, (together,)]
        if len(phrase) == 2 and _WITH_NUMBER.fullmatch(together) and phrase[0].isalpha()
        else [phrase]
    )


def narrowed(schema: tantivy.Schema, query: Query | None, kind: str | None, filters: Filters) -> Query:
    """What a query finds (all, if there is none), of one kind and let through by the filters."""
    clauses = [_term(schema, "kind", kind)] if kind else []
    for name in LINKS:
        if value := getattr(filters, name):
            clauses.append(_term(schema, name, value))
    for iri in filters.beside:
        clauses.append(Query.boolean_query([(Occur.Should, _term(schema, name, iri)) for name in LINKS]))
    if filters.with_code:
        clauses.append(_term(schema, "code", True))
    if filters.year_from is not None or filters.year_to is not None:
        clauses.append(_of_years(schema, filters))
    required = [(Occur.Must, Query.const_score_query(clause, 0.0)) for clause in clauses]
    return Query.boolean_query([(Occur.Must, query or Query.all_query()), *required])


def _term(schema: tantivy.Schema, name: str, value: str | bool) -> Query:
    return Query.term_query(schema, name, value)


def _of_years(schema: tantivy.Schema, filters: Filters) -> Query:
    first = 0 if filters.year_from is None else filters.year_from
    last = _LAST_YEAR if filters.year_to is None else filters.year_to
    if first > _LAST_YEAR or last < 0:
        return Query.empty_query()
    return Query.range_query(
        schema, "date", FieldType.Integer, max(0, first) * _YEAR, (min(_LAST_YEAR, last) + 1) * _YEAR - 1
    )


def without_years(filters: Filters) -> Filters:
    return replace(filters, year_from=None, year_to=None)
