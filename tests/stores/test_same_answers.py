"""The exported graph gives the same answers in another paperkg, in Oxigraph's own server, and in Virtuoso."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import NamedNode

from kg import namespaces as ns
from kg import pipeline
from kg.namespaces import DEFAULT_BASE, TYPE
from kg.queries import CannedQuery, bind, load_queries
from kg.records import Author, Authorship, Paper, SourceRecord
from kg.resources import KINDS
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from tests.made_records import made_source
from tests.stores.comparison import Rows, graph, rows, statements
from tests.stores.conftest import Ask, Exported, Refused
from tests.stores.dialects import DIFFERENT

QUERIES = load_queries()
_CLASSES = {kind: class_iri for class_iri, kind in KINDS.items()}
_LOOKED_AT = 300  # things of a class


@pytest.mark.parametrize("name", QUERIES)
def test_a_canned_query_gives_the_same_answer(
    name: str, exported: Exported, ask: Ask, request: pytest.FixtureRequest
) -> None:
    store = request.node.callspec.params["ask"]
    differences = [
        found for values in cases(QUERIES[name], exported.store) if (found := difference(name, values, exported, ask))
    ]
    if (store, name) in DIFFERENT:
        assert differences, f"{store} answers this as well now; take it out of dialects.py"
        pytest.xfail(DIFFERENT[store, name])
    assert not differences, "\n".join(differences)


def cases(query: CannedQuery, store: pyoxigraph.Store) -> Iterator[dict[str, str]]:
    """The defaults, every example, and for each thing that is asked about two that there is much to say of."""
    yield {}
    for parameter in query.parameters:
        yield from ({parameter.name: example} for example in parameter.examples)
    things = {each.name: known(store, each.kind) for each in query.parameters if each.kind in _CLASSES}
    if things:
        yield from (dict(zip(things, chosen, strict=True)) for chosen in zip(*things.values(), strict=False))


def known(store: pyoxigraph.Store, kind: str | None) -> list[str]:
    """The two things of a kind with the most statements among the first."""
    of_class = store.quads_for_pattern(None, NamedNode(TYPE), NamedNode(_CLASSES[kind or ""]))
    sizes = Counter[str]()
    for quad, _ in zip(of_class, range(_LOOKED_AT), strict=False):
        if isinstance(quad.subject, NamedNode):
            sizes[quad.subject.value] = sum(1 for _ in store.quads_for_pattern(None, None, quad.subject))
    return [thing for thing, _ in sizes.most_common(2)]


def difference(name: str, values: dict[str, str], exported: Exported, ask: Ask) -> str:
    """What is otherwise than in the store that the graph was exported from; empty if nothing is."""
    text = bind(QUERIES[name], values, DEFAULT_BASE)
    here = answer_here(text, exported)
    try:
        if isinstance(here, list):
            return _of_rows(here, rows(ask(text, "application/sparql-results+json")), values)
        there = graph(ask(text, "application/n-triples"))
    except Refused as refused:
        return f"{values}: {refused}"
    return "" if here == there else f"{values}: here {list(here - there)[:3]}, there {list(there - here)[:3]}"


@cache
def answer_here(text: str, exported: Exported) -> Rows | set[str]:
    found = exported.store.query(text)
    if isinstance(found, pyoxigraph.QuerySolutions):
        return rows(found.serialize(format=pyoxigraph.QueryResultsFormat.JSON) or b"")
    assert isinstance(found, pyoxigraph.QueryTriples)
    return statements(found)


def _of_rows(here: Rows, there: Rows, values: dict[str, str]) -> str:
    """Every query is ordered, and totally: by an IRI in the end."""
    if here == there:
        return ""
    missing, added = Counter(here) - Counter(there), Counter(there) - Counter(here)
    what = f"here {list(missing)[:3]}, there {list(added)[:3]}" if missing or added else "in another order"
    return f"{values}, {len(here)} rows: {what}"


def test_a_dump_beside_other_records_is_counted_anew(exported: Exported, tmp_path: Path) -> None:
    """Figures of the graph that was exported do not stand beside those of the one that has it now."""
    if exported.name != "seeds":
        pytest.skip("one graph is enough")
    store, record = StoreFolder(tmp_path / "store"), tmp_path / "record"
    record.touch()
    pipeline.load(store, find_source("rdf"), {"dump": [exported.folder / "kg.nt.gz"]})
    more = Paper(
        title="One Paper More",
        source=SourceRecord("more", title="One Paper More"),
        authorships=(Authorship(Author("Evan Hubinger"), 1),),
        author_list_complete=True,
    )
    pipeline.load(store, made_source("more", [more]), {"more": [record]})
    assert _figures(store) == {ns.PAPER_COUNT: ["21"], ns.COAUTHOR_COUNT: ["42"]}
    pipeline.rebuild(store)
    assert _figures(store) == {ns.PAPER_COUNT: ["21"], ns.COAUTHOR_COUNT: ["42"]}


def _figures(store: StoreFolder) -> dict[str, list[str]]:
    graph, author = Snapshots(store.folder).current().store, NamedNode(f"{DEFAULT_BASE}author/evan-hubinger")
    return {
        name: [quad.object.value for quad in graph.quads_for_pattern(author, NamedNode(name), None)]
        for name in (ns.PAPER_COUNT, ns.COAUTHOR_COUNT)
    }
