"""Documents of the index, and those made from the texts that mapping left."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import tantivy

from kg.facts import PaperFacts, Statistics
from kg.resources import untitled
from kg.search.words import composed, sort_key, whole_name
from kg.texts import PaperText, Texts, ThingText

_NAMES_SHOWN = 3
_SHORT = 40  # letters of a title; the words of a longer one are enough to find it by


@dataclass(frozen=True)
class Chunk:
    """What the records of one chunk of a dataset say, by the names in force; facts and texts of papers one for one."""

    dataset: str
    facts: list[PaperFacts]
    texts: Texts


@dataclass
class Entry:
    """What is known of a paper or a thing while its document is put together."""

    best: tuple[bool, str] | None = None
    names: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    """What else is said of it in words."""
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
        self.names.append(label)
        found = (not (language or "en").lower().startswith("en"), label)
        self.best = min(self.best, found) if self.best else found


def of_texts(chunks: Iterable[Chunk], statistics: Statistics, left_out: Container[str]) -> Iterator[tantivy.Document]:
    """Documents of what the records of a graph say, chunk by chunk; `statistics` were counted from the same records.

    Papers that are `left_out` have to be asked of the graph: those that several records describe. Things are put
    together from all that name them. A paper is found by the names that its record gives its authors; one that is asked
    of the graph is found by all their names.
    """
    things: dict[str, tuple[str, Entry]] = {}
    for chunk in chunks:
        for facts, paper in zip(chunk.facts, chunk.texts.papers, strict=True):
            if paper.paper not in left_out:
                yield _paper(paper, facts, chunk.dataset, statistics.cited_by[paper.paper])
        for thing in chunk.texts.things:
            _add(things, thing)
    for iri, (kind, entry) in things.items():
        if iri not in left_out:
            count_papers(entry, statistics.papers_of[iri])
            yield document(iri, kind, entry, entry.detail[0])


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
    entry = Entry(text=[paper.abstract or "", *names, *year], weight=cited_by)
    entry.name(paper.title or untitled(paper.paper))
    entry.filters = {name: list(dict.fromkeys(values)) for name, values in filters.items()}
    add_plain_filters(entry, paper.date, paper.has_code)
    return document(paper.paper, "paper", entry, credited(names, year))


def add_plain_filters(entry: Entry, date: int | None, has_code: bool) -> None:
    """What is not known is left out, so that it comes last in every order."""
    if date is not None:
        entry.filters["date"] = date
    if has_code:
        entry.filters["code"] = True


def _add(things: dict[str, tuple[str, Entry]], thing: ThingText) -> None:
    _, entry = things.setdefault(thing.thing, (thing.kind, Entry()))
    for label in thing.labels:
        entry.name(label)
    entry.names += thing.others


def credited(names: list[str], detail: list[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN]) + (" et al." if len(names) > _NAMES_SHOWN else "")
    return " · ".join(filter(None, (shown, *detail)))


def count_papers(entry: Entry, papers: int) -> None:
    entry.weight = papers
    entry.detail = [f"{papers:,} paper{'' if papers == 1 else 's'}"]


def document(iri: str, kind: str, entry: Entry, detail: str) -> tantivy.Document:
    text = " ".join(filter(None, dict.fromkeys([*entry.text, *entry.names])))
    names = (name for name in entry.names if kind != "paper" or len(name) <= _SHORT)
    filters = {name: list(values) if isinstance(values, set) else values for name, values in entry.filters.items()}
    return tantivy.Document(
        iri=iri,
        kind=kind,
        label=composed(entry.label),
        name=sorted({key for name in names if (key := whole_name(name))}),
        text=composed(text),
        detail=detail,
        sort_key=sort_key(entry.label),
        weight=entry.weight,
        **filters,
    )
