"""Documents of the index: from the texts that mapping left, or from what the graph says of a thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph
import tantivy
from pyoxigraph import NamedNode, Variable

from kg.namespaces import KG
from kg.resources import untitled
from kg.texts import PaperText, ThingText, decoded_texts

_QUERIES = Path(__file__).parent / "queries"
_NAMES_SHOWN = 3


@dataclass
class _Entry:
    best: tuple[bool, str] | None = None
    text: list[str] = field(default_factory=list)
    detail: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.best[1] if self.best else ""

    def name(self, label: str, language: str = "") -> None:
        """Of several names the least in code point order is shown, English and untagged ones before others, whatever
        the order of loading."""
        self.text.append(label)
        found = (not (language or "en").lower().startswith("en"), label)
        self.best = min(self.best, found) if self.best else found


def of_texts(
    texts: Iterable[bytes], papers_of: Mapping[str, int], left_out: Container[str]
) -> Iterator[tantivy.Document]:
    """Documents of what the records of a graph say, chunk by chunk as `encoded_texts` wrote them.

    `papers_of` says how many papers a thing has. Papers that are `left_out` have to be asked of the graph: those that
    several records describe. Things are put together from all that name them. A paper is found by the names that its
    record gives its authors; one that is asked of the graph is found by all their names.
    """
    things: dict[str, tuple[str, _Entry]] = {}
    for chunk in texts:
        found = decoded_texts(chunk)
        for paper in found.papers:
            if paper.paper not in left_out:
                yield _paper(paper)
        for thing in found.things:
            _add(things, thing)
    for iri, (kind, entry) in things.items():
        if iri not in left_out:
            entry.detail = [_papers_counted(papers_of.get(iri, 0))]
            yield _document(iri, kind, entry, entry.detail[0])


def of_graph(store: pyoxigraph.Store, thing: str | None = None) -> Iterator[tantivy.Document]:
    """Documents of everything in the graph, or of one thing."""
    yield from _papers(store, thing)
    yield from _named_things(store, thing)


def _paper(paper: PaperText) -> tantivy.Document:
    names = list(dict.fromkeys(paper.names))
    entry = _Entry(text=[paper.abstract or "", *names])
    entry.name(paper.title or untitled(paper.paper))
    return _document(paper.paper, "paper", entry, _credited(names, [str(paper.year)] if paper.year else []))


def _add(things: dict[str, tuple[str, _Entry]], thing: ThingText) -> None:
    _, entry = things.setdefault(thing.thing, (thing.kind, _Entry()))
    for label in thing.labels:
        entry.name(label)
    entry.text += thing.others


def _credited(names: list[str], detail: list[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN]) + (" et al." if len(names) > _NAMES_SHOWN else "")
    return " · ".join(filter(None, (shown, *detail)))


def _papers_counted(papers: int) -> str:
    return f"{papers:,} paper{'' if papers == 1 else 's'}"


def _rows(store: pyoxigraph.Store, name: str, thing: str | None) -> Iterator[dict[str, str]]:
    """The rows of one of the index queries, of one thing or of all, unbound variables left out."""
    only: dict[Variable, Any] = {Variable("thing"): NamedNode(thing)} if thing else {}
    solutions: Any = store.query((_QUERIES / f"{name}.rq").read_text("utf-8"), substitutions=only)
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        yield {name: term.value for name, term in zip(names, solution, strict=True) if term is not None}


def _papers(store: pyoxigraph.Store, thing: str | None = None) -> Iterator[tantivy.Document]:
    names: defaultdict[str, dict[tuple[float, str], list[str]]] = defaultdict(dict)
    for row in _rows(store, "paper_authors", thing):
        place = (float(row.get("position", "inf")), row["authorship"])
        names[row["thing"]].setdefault(place, []).append(row["name"])
    entries: dict[str, _Entry] = {}
    for row in _rows(store, "papers", thing):
        entry = entries.setdefault(row["thing"], _Entry())
        entry.name(row.get("label") or untitled(row["thing"]), row.get("language", ""))
        entry.text.append(row.get("text", ""))
        entry.detail = [min([*entry.detail, row["year"]])] if "year" in row else entry.detail
    for paper, entry in entries.items():
        authors = [sorted(each) for _, each in sorted(names[paper].items())]
        entry.text += (name for each in authors for name in each)
        shown = list(dict.fromkeys(each[0] for each in authors))
        yield _document(paper, "paper", entry, _credited(shown, entry.detail))


def _named_things(store: pyoxigraph.Store, thing: str | None = None) -> Iterator[tantivy.Document]:
    entries: dict[tuple[str, str], _Entry] = {}
    for row in _rows(store, "named_things", thing):
        kind = row["class"].removeprefix(KG).lower()
        entry = entries.setdefault((row["thing"], kind), _Entry())
        if "label" in row:
            entry.name(row["label"], row.get("language", ""))
        else:
            entry.text.append(row["other"])
        entry.detail = [_papers_counted(int(row.get("papers", 0)))]
    for (found, kind), entry in entries.items():
        yield _document(found, kind, entry, " · ".join(entry.detail))


def _document(iri: str, kind: str, entry: _Entry, detail: str) -> tantivy.Document:
    text = " ".join(filter(None, dict.fromkeys(entry.text)))
    return tantivy.Document(iri=iri, kind=kind, label=entry.label, text=text, detail=detail)
