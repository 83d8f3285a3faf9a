"""Servers over one graph are asked in turn, in small: everything is answered, and answers that differ are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import asking, graphs
from bench.asking import Contender, measure, parse
from bench.graphs import Graph, prepare
from bench.peers import Missing
from bench.questions import CANNED, Question, questions
from bench.report import as_markdown, as_text, ratio
from bench.servers import Oxigraph
from kg.queries import load_queries
from kg.snapshots import Snapshots


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The seeds, with Oxigraph as the only peer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graphs, "PEERS", {"Oxigraph": Oxigraph})
        try:
            return prepare(tmp_path_factory.mktemp("graph"), None)
        except Missing as missing:
            pytest.skip(str(missing))


@pytest.fixture(scope="module")
def found(graph: Graph) -> dict[str, object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "await_rest", lambda servers: None)
        patch.setattr(asking, "_TIMES", 1)
        patch.setattr(graphs, "PEERS", {"Oxigraph": Oxigraph})
        return list(measure(graph, parse([str(graph.folder), "--rounds", "1", "--together", "2"])))[-1]


def test_every_question_is_answered_alike(found: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
    for name, figures in found["contenders"].items():
        assert not figures["not answered"], name
        assert not figures["different"], name
    everything = len(load_queries()) + 20
    assert len(found["contenders"]["paperkg"]["warm"]) == everything
    assert len(found["contenders"]["Oxigraph"]["warm"]) == everything + 12


def test_the_figures_are_a_table(found: dict[str, object]) -> None:
    results = {"date": "2026-11-21", "commit": "abc", "machine": "2 cores", "asked": [found]}
    table = as_markdown(results)
    assert "| 39 canned queries, warm, ms |" in table
    assert "medians of 1 rounds" in table
    assert "2 clients, each asks all ad hoc ones" in table
    assert "39 canned queries, warm, ms" in as_text(results)
    assert (ratio(found, CANNED, "Oxigraph", "paperkg") or 0) > 0


def test_another_answer_is_named(graph: Graph) -> None:
    known = {question.key: question for question in questions(Snapshots(graph.store).current().store)}
    one, other = known["base: venue/venue-papers-per-year"], known["canned: venue/venue-papers-per-year"]
    reference, contender = Contender(Oxigraph(graph.folder), 1), Contender(Oxigraph(graph.folder), 1)
    reference.normal = {other.key: rows(other, "2020")}
    contender.normal = {one.key: rows(one, "2020")}
    assert contender.different(reference) == []
    contender.normal = {one.key: rows(one, "2021")}
    assert contender.different(reference) == [one.key]


def rows(question: Question, *years: str) -> object:
    bindings = ",".join(f'{{"year":{{"type":"literal","value":"{year}"}}}}' for year in years)
    return question.normal(f'{{"head":{{"vars":["year"]}},"results":{{"bindings":[{bindings}]}}}}'.encode())


def test_order_counts_where_a_question_asks_for_one(graph: Graph) -> None:
    known = {question.key: question for question in questions(Snapshots(graph.store).current().store)}
    ordered, any_order = known["canned: venue/venue-papers-per-year"], known["ad hoc: aggregate/papers-per-year"]
    assert rows(ordered, "2020", "2021") != rows(ordered, "2021", "2020")
    assert rows(any_order, "2020", "2021") == rows(any_order, "2021", "2020")
    assert rows(any_order, "2020", "2020") != rows(any_order, "2020")


def test_what_a_base_question_asks_is_what_the_canned_one_asks() -> None:
    base, canned = load_queries(Path(asking.__file__).parent / "base"), load_queries()
    for name, query in base.items():
        assert set(query.columns) == set(canned[name].columns)
        assert [each.name for each in query.parameters] == [each.name for each in canned[name].parameters]
        assert "Count>" not in query.text and "kg:paperCount" not in query.text and "YearlyCount" not in query.text
