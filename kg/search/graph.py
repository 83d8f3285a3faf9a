"""Documents of what a graph says: of everything by queries, of single things by look-ups.

Look-ups take a tenth of the time that evaluating the queries takes for one thing; for everything, and for a store that
can only be asked, queries are quicker. Both say the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, TypeGuard

import pyoxigraph
import tantivy
from pyoxigraph import BlankNode, Literal, NamedNode

from kg import namespaces as ns
from kg.ntriples import is_iri
from kg.resources import untitled, whole_number
from kg.said import Known, Objects, Said, Term
from kg.search.documents import Entry, add_plain_filters, count_papers, credited, document

_QUERIES = Path(__file__).parent / "queries"
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_NAMED = {ns.AUTHOR: "author", ns.INSTITUTION: "institution", ns.VENUE: "venue", ns.CONCEPT: "concept"}

_Places = dict[tuple[float, str], list[str]]
"""The names of authors, by where they stand on their paper."""


def of_graph(store: pyoxigraph.Store) -> Iterator[tantivy.Document]:
    """Documents of everything in the graph."""
    yield from _papers(store)
    yield from _named_things(store)


@cache
def _query(name: str) -> str:
    return (_QUERIES / f"{name}.rq").read_text("utf-8")


def _rows(store: pyoxigraph.Store, name: str) -> Iterator[dict[str, str]]:
    """The rows of one of the index queries, unbound variables left out."""
    solutions: Any = store.query(_query(name))
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        yield {name: term.value for name, term in zip(names, solution, strict=True) if _has_value(term)}


def _papers(store: pyoxigraph.Store) -> Iterator[tantivy.Document]:
    places = defaultdict[str, _Places](dict)
    known: dict[str, list[str]] = {}
    for row in _rows(store, "paper_authors"):
        author = row["author"]
        if author not in known:
            known[author] = _names(Said(store), author)
        if known[author]:
            places[row["thing"]].setdefault(_place(row.get("position"), row["authorship"]), []).extend(known[author])
    entries: dict[str, Entry] = {}
    for row in _rows(store, "papers"):
        entry = entries.setdefault(row["thing"], Entry())
        entry.name(row.get("label") or untitled(row["thing"]), row.get("language", ""))
        entry.text.append(row.get("text", ""))
        entry.detail = [min([*entry.detail, row["year"]])] if "year" in row else entry.detail
    for row in _rows(store, "paper_filters"):
        paper = row.pop("thing")
        for name, value in row.items() if paper in entries else ():
            entries[paper].filters.setdefault(name, set()).add(value)
    for paper, entry in entries.items():
        yield _paper(paper, entry, places[paper])


def _paper(paper: str, entry: Entry, places: _Places) -> tantivy.Document:
    """Of what the graph says in letters, numbers are taken; of several years and dates the earliest."""
    found = entry.filters
    entry.weight = _largest(found.pop("citations", ()))
    stated = [number for text in found.pop("date", ()) if (number := _date_number(text)) is not None]
    dates = stated or [number for text in entry.detail if (number := _date_number(text)) is not None]
    has_code = any(text != "false" for text in found.pop("code", ()))
    add_plain_filters(entry, min(dates, default=None), has_code)
    authors = [sorted(names) for _, names in sorted(places.items())]
    entry.text += [*(name for names in authors for name in names), *entry.detail]
    shown = list(dict.fromkeys(names[0] for names in authors))
    return document(paper, "paper", entry, credited(shown, entry.detail))


def _place(position: str | None, authorship: str) -> tuple[float, str]:
    number = whole_number(position)
    return inf if number is None else number, authorship


def _names(graph: Said, author: str) -> list[str]:
    if not is_iri(author):  # edits may say anything
        return []
    return [name.value for name in graph.objects(NamedNode(author), ns.NAME) if isinstance(name, Literal)]


def _date_number(text: str) -> int | None:
    """As `kg.texts.date_number`, of a literal."""
    match = _DATE.fullmatch(text)
    return int("".join(part or "00" for part in match.groups())) if match else None


def _named_things(store: pyoxigraph.Store) -> Iterator[tantivy.Document]:
    entries: dict[tuple[str, str], Entry] = {}
    for row in _rows(store, "named_things"):
        entry = entries.setdefault((row["thing"], _NAMED[row["class"]]), Entry())
        if "label" in row:
            entry.name(row["label"], row.get("language", ""))
        entry.names += [row["other"]] if "other" in row else []
        count_papers(entry, max(entry.weight, _largest([row.get("papers")])))
    for (thing, kind), entry in entries.items():
        yield document(thing, kind, entry, entry.detail[0])


class Lookups:
    """Documents of single things."""

    def __init__(self, store: pyoxigraph.Store, known: Known | None = None) -> None:
        self._all = Said(store, known)
        self._names: dict[Any, list[str]] = {}

    def documents(self, iri: str) -> Iterator[tantivy.Document]:
        """One of a paper or a thing, or none; of what is of several kinds one of each."""
        thing = NamedNode(iri)
        said = self._all.of(thing)
        classes = _values(said[ns.TYPE])
        if ns.PAPER in classes:
            yield self._paper(iri, said)
        labels, others = [*said[ns.NAME], *said[ns.PREF_LABEL]], [*said[ns.ALT_LABEL], *said[ns.NOTATION]]
        for kind in (kind for each, kind in _NAMED.items() if each in classes and (labels or others)):
            entry = Entry()
            for label in filter(_has_value, labels):
                entry.name(label.value, _language(label))
            entry.names += _values(others)
            count_papers(entry, _largest(_values(said[ns.PAPER_COUNT])))
            yield document(iri, kind, entry, entry.detail[0])

    def _paper(self, iri: str, said: Objects) -> tantivy.Document:
        entry = Entry(detail=sorted(_values(said[ns.PUBLICATION_YEAR]))[:1])
        for title in said[ns.TITLE] or [Literal("")]:
            entry.name("".join(_values([title])) or untitled(iri), _language(title))
        entry.text += _values(said[ns.ABSTRACT])
        authorships = {each: self._all.of(each) for each in said[ns.HAS_AUTHORSHIP] if _is_node(each)}
        affiliations = [each for of in authorships.values() for each in of[ns.AFFILIATION]]
        records = [each for each in said[ns.DERIVED_FROM] if _is_node(each)]
        found = {
            "author": said[ns.CREATOR],
            "venue": said[ns.IS_PART_OF],
            "concept": said[ns.SUBJECT],
            "institution": [*said[ns.PAPER_INSTITUTION], *affiliations],
            "dataset": [dataset for record in records for dataset in self._datasets(record)],
            "code": [*said[ns.CODE_AVAILABLE], *said[ns.CODE_REPOSITORY]],
            "date": said[ns.ISSUED],
            "citations": said[ns.CITED_BY_COUNT],
        }
        entry.filters = {name: values for name, terms in found.items() if (values := set(_values(terms)))}
        return _paper(iri, entry, self._places(authorships))

    def _places(self, authorships: dict[Any, Objects]) -> _Places:
        places: _Places = {}
        for authorship, said in authorships.items():
            names = [name for author in _values(said[ns.AUTHORSHIP_AUTHOR]) for name in self._names_of(author)]
            positions: list[str | None] = [*_values(said[ns.POSITION])]
            for position in positions or [None]:
                if names:
                    places.setdefault(_place(position, authorship.value), []).extend(names)
        return places

    def _names_of(self, author: str) -> list[str]:
        if author not in self._names:
            self._names[author] = _names(self._all, author)
        return self._names[author]

    def _datasets(self, record: NamedNode | BlankNode) -> list[Term]:
        return self._all.objects(record, ns.RECORD_DATASET)


def _is_node(term: Term) -> TypeGuard[NamedNode | BlankNode]:
    return isinstance(term, NamedNode | BlankNode)


def _has_value(term: Term) -> TypeGuard[NamedNode | BlankNode | Literal]:
    """Edits may say anything, statements about statements too."""
    return isinstance(term, NamedNode | BlankNode | Literal)


def _language(term: Term) -> str:
    return (term.language or "") if isinstance(term, Literal) else ""


def _values(terms: Iterable[Term]) -> list[str]:
    return [term.value for term in terms if _has_value(term)]


def _largest(texts: Iterable[str | None]) -> int:
    return max((whole_number(text) or 0 for text in texts), default=0)
