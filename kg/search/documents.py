"""Documents of the index: from the texts that mapping left, or from what the graph says of a thing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

import pyoxigraph
import tantivy
from pyoxigraph import DefaultGraph, Literal, NamedNode, Variable

from kg.facts import PaperFacts, Statistics
from kg.namespaces import KG, NAME, PAPER, TYPE
from kg.ntriples import is_iri
from kg.resources import untitled, whole_number
from kg.search.words import sort_key
from kg.texts import PaperText, Texts, ThingText

_QUERIES = Path(__file__).parent / "queries"
_NAMES_SHOWN = 3
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


@dataclass(frozen=True)
class Chunk:
    """What the records of one chunk of a dataset say, by the names in force; facts and texts of papers one for one."""

    dataset: str
    facts: list[PaperFacts]
    texts: Texts


@dataclass
class _Entry:
    best: tuple[bool, str] | None = None
    text: list[str] = field(default_factory=list)
    detail: list[str] = field(default_factory=list)
    filters: dict[str, Any] = field(default_factory=dict)
    """Values of the fields that a search is narrowed down by."""
    weight: int = 0
    """The papers of a thing; of a paper those that cite it."""

    @property
    def label(self) -> str:
        return self.best[1] if self.best else ""

    def name(self, label: str, language: str = "") -> None:
        """Of several names the least in code point order is shown, English and untagged ones before others, whatever
        the order of loading."""
        self.text.append(label)
        found = (not (language or "en").lower().startswith("en"), label)
        self.best = min(self.best, found) if self.best else found


def of_texts(chunks: Iterable[Chunk], statistics: Statistics, left_out: Container[str]) -> Iterator[tantivy.Document]:
    """Documents of what the records of a graph say, chunk by chunk; `statistics` were counted from the same records.

    Papers that are `left_out` have to be asked of the graph: those that several records describe. Things are put
    together from all that name them. A paper is found by the names that its record gives its authors; one that is asked
    of the graph is found by all their names.
    """
    things: dict[str, tuple[str, _Entry]] = {}
    for chunk in chunks:
        for facts, paper in zip(chunk.facts, chunk.texts.papers, strict=True):
            if paper.paper not in left_out:
                yield _paper(paper, facts, chunk.dataset, statistics.cited_by[paper.paper])
        for thing in chunk.texts.things:
            _add(things, thing)
    for iri, (kind, entry) in things.items():
        if iri not in left_out:
            _count_papers(entry, statistics.papers_of[iri])
            yield _document(iri, kind, entry, entry.detail[0])


def of_graph(store: pyoxigraph.Store, thing: str | None = None) -> Iterator[tantivy.Document]:
    """Documents of everything in the graph, or of one thing."""
    classes = _classes(store, thing) if thing else {PAPER, None}
    if PAPER in classes:
        yield from _papers(store, thing)
    if classes - {PAPER}:
        yield from _named_things(store, thing)


def _classes(store: pyoxigraph.Store, thing: str) -> set[str | None]:
    quads = store.quads_for_pattern(NamedNode(thing), NamedNode(TYPE), None, DefaultGraph())
    return {quad.object.value for quad in quads if isinstance(quad.object, NamedNode)}


def _paper(paper: PaperText, facts: PaperFacts, dataset: str, cited_by: int) -> tantivy.Document:
    names = list(dict.fromkeys(paper.names))
    filters = {
        "author": facts.authors,
        "venue": [facts.venue] if facts.venue else [],
        "concept": facts.subjects,
        "institution": facts.institutions,
        "dataset": [dataset],
    }
    year = [str(paper.year)] if paper.year else []
    entry = _Entry(text=[paper.abstract or "", *names, *year], weight=cited_by)
    entry.name(paper.title or untitled(paper.paper))
    entry.filters = {name: list(dict.fromkeys(values)) for name, values in filters.items()}
    _add_plain_filters(entry, paper.date, paper.has_code)
    return _document(paper.paper, "paper", entry, _credited(names, year))


def _add_plain_filters(entry: _Entry, date: int | None, has_code: bool) -> None:
    """What is not known is left out, so that it comes last in every order."""
    if date is not None:
        entry.filters["date"] = date
    if has_code:
        entry.filters["code"] = True


def _add(things: dict[str, tuple[str, _Entry]], thing: ThingText) -> None:
    _, entry = things.setdefault(thing.thing, (thing.kind, _Entry()))
    for label in thing.labels:
        entry.name(label)
    entry.text += thing.others


def _credited(names: list[str], detail: list[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN]) + (" et al." if len(names) > _NAMES_SHOWN else "")
    return " · ".join(filter(None, (shown, *detail)))


def _count_papers(entry: _Entry, papers: int) -> None:
    entry.weight = papers
    entry.detail = [f"{papers:,} paper{'' if papers == 1 else 's'}"]


@cache
def _query(name: str) -> str:
    return (_QUERIES / f"{name}.rq").read_text("utf-8")


def _rows(store: pyoxigraph.Store, name: str, thing: str | None) -> Iterator[dict[str, str]]:
    """The rows of one of the index queries, of one thing or of all, unbound variables left out."""
    only: dict[Variable, Any] = {Variable("thing"): NamedNode(thing)} if thing else {}
    solutions: Any = store.query(_query(name), substitutions=only)
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        yield {name: term.value for name, term in zip(names, solution, strict=True) if term is not None}


def _papers(store: pyoxigraph.Store, thing: str | None = None) -> Iterator[tantivy.Document]:
    names: defaultdict[str, dict[tuple[float, str], list[str]]] = defaultdict(dict)
    known: dict[str, list[str]] = {}
    for row in _rows(store, "paper_authors", thing):
        position = whole_number(row.get("position"))
        place, author = (inf if position is None else position, row["authorship"]), row["author"]
        if author not in known:
            known[author] = _names(store, author)
        if known[author]:
            names[row["thing"]].setdefault(place, []).extend(known[author])
    entries: dict[str, _Entry] = {}
    for row in _rows(store, "papers", thing):
        entry = entries.setdefault(row["thing"], _Entry())
        entry.name(row.get("label") or untitled(row["thing"]), row.get("language", ""))
        entry.text.append(row.get("text", ""))
        entry.detail = [min([*entry.detail, row["year"]])] if "year" in row else entry.detail
    for row in _rows(store, "paper_filters", thing):
        paper = row.pop("thing")
        for name, value in row.items() if paper in entries else ():
            entries[paper].filters.setdefault(name, set()).add(value)
    for paper, entry in entries.items():
        _take_numbers(entry)
        authors = [sorted(each) for _, each in sorted(names[paper].items())]
        entry.text += [*(name for each in authors for name in each), *entry.detail]
        shown = list(dict.fromkeys(each[0] for each in authors))
        yield _document(paper, "paper", entry, _credited(shown, entry.detail))


def _names(store: pyoxigraph.Store, author: str) -> list[str]:
    if not is_iri(author):  # edits may say anything
        return []
    quads = store.quads_for_pattern(NamedNode(author), NamedNode(NAME), None, DefaultGraph())
    return [quad.object.value for quad in quads if isinstance(quad.object, Literal)]


def _take_numbers(entry: _Entry) -> None:
    """Numbers of what the graph says in letters; of several dates the earliest."""
    found = entry.filters
    entry.weight = max((whole_number(text) or 0 for text in found.pop("citations", ())), default=0)
    stated = [number for text in found.pop("date", ()) if (number := _date_number(text)) is not None]
    dates = stated or [number for text in entry.detail if (number := _date_number(text)) is not None]
    has_code = any(text != "false" for text in found.pop("code", ()))
    _add_plain_filters(entry, min(dates, default=None), has_code)


def _date_number(text: str) -> int | None:
    """As `kg.texts.date_number`, of a literal."""
    match = _DATE.fullmatch(text)
    return int("".join(part or "00" for part in match.groups())) if match else None


def _named_things(store: pyoxigraph.Store, thing: str | None = None) -> Iterator[tantivy.Document]:
    entries: dict[tuple[str, str], _Entry] = {}
    for row in _rows(store, "named_things", thing):
        kind = row["class"].removeprefix(KG).lower()
        entry = entries.setdefault((row["thing"], kind), _Entry())
        if "label" in row:
            entry.name(row["label"], row.get("language", ""))
        else:
            entry.text.append(row["other"])
        _count_papers(entry, whole_number(row.get("papers")) or 0)
    for (found, kind), entry in entries.items():
        yield _document(found, kind, entry, " · ".join(entry.detail))


def _document(iri: str, kind: str, entry: _Entry, detail: str) -> tantivy.Document:
    text = " ".join(filter(None, dict.fromkeys(entry.text)))
    filters = {name: list(values) if isinstance(values, set) else values for name, values in entry.filters.items()}
    return tantivy.Document(
        iri=iri,
        kind=kind,
        label=entry.label,
        text=text,
        detail=detail,
        sort_key=sort_key(entry.label),
        weight=entry.weight,
        **filters,
    )
