"""Means, ratios and what failed, from figures to a table and a picture."""

from __future__ import annotations

import re

from bench.picture import Bar, Group, picture
from bench.report import as_markdown, as_text, ratio, shared_questions


def contender(warm: dict[str, float], **more: object) -> dict[str, object]:
    times = {key: [taken / 2, taken] for key, taken in warm.items()}
    plain = {
        "version": "1.0",
        "disk": 10**6,
        "memory": 10**6,
        "not answered": {},
        "different": [],
        "together": {},
        "deaths": 0,
    }
    return plain | {"cold": times, "warm": times, "processor": times} | more


ASKED = {
    "graph": {
        "statements": 1000,
        "papers": 10,
        "loaded": {},
        "missing": {"Virtuoso": "not here"},
        "paperkg seconds": 3,
    },
    "rounds": 5,
    "patience": 20,
    "clients": 8,
    "soon": 1,
    "contenders": {
        "paperkg": contender({"canned: a/a": 0.001, "canned: b/b": 0.001, "ad hoc: c/c": 1}),
        "paperkg, no cache": contender({"canned: a/a": 0.01, "canned: b/b": 0.01, "ad hoc: c/c": 1}),
        "Oxigraph": contender({"canned: a/a": 0.01, "canned: b/b": 0.1, "base: b/b": 1.0, "ad hoc: c/c": 2}),
        "rdflib-endpoint": contender(
            {"canned: a/a": 0.5}, **{"not answered": {"canned: b/b": 0}, "different": ["canned: a/a"]}
        ),
    },
}
RESULTS = {"date": "2026-11-21", "commit": "abc", "machine": "2 cores", "asked": [ASKED], "failed": {"ingest": "a <b>"}}


def test_ratios_are_geometric_over_what_all_answer() -> None:
    assert shared_questions(ASKED, "canned") == ["canned: a/a", "canned: b/b"]
    assert round(ratio(ASKED, "canned", "Oxigraph", "paperkg") or 0, 6) == round(1000**0.5, 6)
    assert round(ratio(ASKED, "canned", "Oxigraph", "paperkg, no cache", base=True) or 0, 6) == 10
    assert ratio(ASKED, "canned", "Virtuoso", "paperkg") is None


def test_who_answers_less_is_told_with_how_many() -> None:
    table = as_markdown(RESULTS)
    assert "| 2 canned queries, warm, ms | 1 | 10 | 31.6 | 500 (1 of 2) |" in table
    assert "| … over base statements alone, ms | – | – | 100 | 500 (1 of 2) |" in table


def test_losses_failures_and_who_is_missing_are_named() -> None:
    for told in (as_markdown(RESULTS), as_text(RESULTS)):
        assert "rdflib-endpoint did not answer: canned: b/b (no answer within 20 s)." in told
        assert "rdflib-endpoint answers otherwise: canned: a/a." in told
        assert "Virtuoso, with 1,000 statements: not here." in told
        assert "The part ingest failed: a <b>" in told


def test_a_picture_has_a_bar_for_each_figure_and_names_as_text() -> None:
    drawn = picture("t", [Group("<script>alert(1)</script>", [Bar('a"&', 0, 1), Bar("b", 4, 4)])])
    widths = [float(width) for width in re.findall(r'<rect class="b[0-9]" [^>]* width="([0-9.]+)"', drawn)]
    assert widths[1] == 4 * widths[0]
    assert "<script>" not in drawn
