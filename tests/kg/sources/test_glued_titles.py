"""Titles and first authors that run together: examples, real lines, and lines nobody should have to split."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.sources.glued_titles import split_title

BENCH = Path(__file__).parents[3] / "bench" / "glued_titles.py"


@pytest.mark.parametrize(
    ("title", "people"),
    [
        ("Attention Is Cheap", "Ada Lovelace"),
        ("Scaling Laws for RL", "Monte Carlo Smith, Ana Maria López"),
        ("Can a Model Tell?", "Adam S. Jermyn, Wei Chen, Grace Hopper"),
        ("On Graphs, Trees, and Forests", "Alan Turing, Emmy Noether, Kurt Gödel"),
        ("Robust Policies for GPT-4", "Jean-Luc Martin, Yi-Hsuan Wu"),
        ("Probably approximately correct learning", "Christian van der Berg"),
        ("Kernels in practice", "J. Michael Johnson, A. Rupam Mahmood"),
        ("Learning to Play (Well)", "Maria Garcia, Chen Li, Yoshua Miller"),
        ("Generalisation in TensorFlow", "David Müller, Peter Novák"),
    ],
)
def test_title_and_names_are_told_apart(title: str, people: str) -> None:
    assert split_title(title + people) == (title, people)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "Learning Deep Representations of Graphs",
        "Ada Lovelace, Alan Turing",
        "We study how models learn, and we show that they learn better with more data.",
        "?!, 12, --",
        "Deep LearningAda Lovelace" * 100,
    ],
)
def test_a_line_without_title_or_names_is_not_split(text: str) -> None:
    assert split_title(text) is None


@given(st.text(max_size=200) | st.from_regex(r"([A-Za-z.-]{1,8}(, | )){0,12}[A-Za-z]{1,30}", fullmatch=True))
def test_a_split_never_loses_text(text: str) -> None:
    found = split_title(text)
    assert found is None or (found[0] + found[1] == text and all(found))


def test_real_lines_are_split_rightly(shared: Path) -> None:
    """On the half of the papers in which no word was counted."""
    data = shared / "data" / "mlanthology"
    command = [sys.executable, str(BENCH), "--json", "--lines", "500", "--data", str(data)]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert result["lines"] == 500
    assert result["accuracy"] >= 0.98
