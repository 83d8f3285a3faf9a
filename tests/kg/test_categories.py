"""Short category codes against the arXiv scheme of the project."""

from __future__ import annotations

import pytest

from kg.categories import arxiv_category


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("LG", "cs.LG"),
        ("CL", "cs.CL"),
        ("AI", "cs.AI"),
        ("CR", "cs.CR"),
        ("ML", "stat.ML"),
        ("hep-th", "hep-th"),
        ("mes-hall", "cond-mat.mes-hall"),
    ],
)
def test_a_code_of_one_category_in_force_names_it(code: str, category: str) -> None:
    assert arxiv_category(code) == category


@pytest.mark.parametrize("code", ["CV", "IT", "SY", "GN", "lg", "cs.LG", "XX", "", "cmp-lg"])
def test_an_ambiguous_archived_or_unknown_code_names_none(code: str) -> None:
    assert arxiv_category(code) is None
