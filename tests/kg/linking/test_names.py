"""Names of people: which spellings may be one person's."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.linking.names import compatible, folded, name_keys, parsed, reading_keys


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ("José García", "Jose Garcia", 1),
        ("Garcia, Jose", "José García", 1),
        ("J. Smith", "John Smith", 0.6),
        ("J.-L. Picard", "Jean-Luc Picard", 0.5),
        ("JL Picard", "Jean-Luc Picard", 0.5),
        ("Jeanluc Picard", "Jean-Luc Picard", 0.9),
        ("Xiao-Ming Li", "Xiaoming Li", 0.9),
        ("X. M. Li", "Xiaoming Li", 0.5),
        ("Jürgen Müller", "Juergen Mueller", 0.9),
        ("Søren Kierkegaard", "Soren Kierkegaard", 1),
        ("Adam Jermyn", "Adam S. Jermyn", 0.9),
        ("A. S. Jermyn", "Adam Jermyn", 0.5),
        ("Bob Dylan", "Robert Dylan", 0.8),
        ("Ludwig van Beethoven", "Beethoven, Ludwig van", 0.9),
        ("Guy Van den Broeck", "Guy Broeck", 0.9),
        ("Wang Wei", "Wei Wang", 0.5),
        ("WANG Wei", "Wei Wang", 0.5),
        ("Gabriel García Márquez", "Gabriel Márquez", 0.5),
        ("Peter Smith Jr.", "Smith, Peter", 1),
        ("O’Neill, Tip", "Tip O'Neill", 1),
        ("J. Michael Herrmann", "Michael Herrmann", 0.5),
        ("Łukasz Kaiser", "Lukasz Kaiser", 1),
        ("Timothy P. Lillicrap", "Tim Lillicrap", 0.75),
        ("Smith J.A.", "John A. Smith", 0.55),
        ("Van Gogh V", "Vincent van Gogh", 0.6),
        ("Omar El-Sayed", "Omar Elsayed", 0.95),
        ("Omar al Hassan", "Omar Alhassan", 0.95),
        ("W. Gates", "Bill Gates", 0.5),
        ("Alexei Efros", "Alexey Efros", 0.8),
        ("Yurii Nesterov", "Yury Nesterov", 0.8),
        ("Md. Rahman", "Mohammad Rahman", 0.8),
        ("Md. Rahman", "M. Rahman", 0.6),
        ("John Smith MD", "John Smith", 1),
        ("Wei Wang (王伟)", "Wei Wang", 1),
        ("王伟", "王 伟", 1),
        ("王伟", "伟 王", 0.9),
        ("김민수", "민수 김", 0.9),
        ("佐藤 健", "佐藤健", 1),
        ("И. Петров", "Иван Петров", 0.6),
    ],
)
def test_spellings_of_one_name_agree(one: str, other: str, least: float) -> None:
    assert compatible(one, other) >= least
    assert compatible(other, one) == compatible(one, other)
    assert set(name_keys(one)) & set(name_keys(other)) or "J. Michael" in one, "they would never be compared"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wei Wang", "Wen Wang"),
        ("J. Smith", "K. Smith"),
        ("John A. Smith", "John B. Smith"),
        ("Yong Zhang", "Yongjie Zhang"),
        ("Zhen Zhang", "Zheng Zhang"),
        ("David D. Cox", "David Duvenaud"),
        ("Ann Lee", "Ann Leer"),
        ("Jane Smith", "John Smith"),
        ("Made Author1", "Made Author2"),
        ("T. Gates", "Bill Gates"),
        ("Li Wang", "Ly Wang"),
        ("Yuexin Wu", "Yuxin Wu"),
        ("", "John Smith"),
        ("佐藤健", "佐藤健太郎"),
        ("佐藤 健", "佐藤 健太郎"),
        ("王伟", "王伟明"),
        ("王伟", "Wei Wang"),
    ],
)
def test_different_names_do_not(one: str, other: str) -> None:
    assert compatible(one, other) == compatible(other, one) == 0


def test_the_second_half_of_a_hyphened_name_is_not_left_out() -> None:
    assert compatible("Yi-An Ma", "Yi Ma") < compatible("Yi A. Ma", "Yi Ma")


def test_initials_say_less_than_names() -> None:
    assert (
        compatible("J. Smith", "J. Smith")
        < compatible("J. Smith", "John Smith")
        < compatible("John Smith", "John Smith")
    )


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    assert 0 <= compatible(one, other) <= 1
    assert compatible(one, other) == compatible(other, one)
    assert all(name_keys(one)) and isinstance(parsed(other).family, tuple)


def may_agree(one: str, other: str) -> bool:
    (usual, turned), (usual_other, turned_other) = reading_keys(one), reading_keys(other)
    mine, others = usual | turned, usual_other | turned_other
    return (
        not usual.isdisjoint(others)
        or not usual_other.isdisjoint(turned)
        or not of_any(mine).isdisjoint(families(others))
        or not of_any(others).isdisjoint(families(mine))
    )


def of_any(keys: frozenset[str]) -> set[str]:
    return families(key for key in keys if key.startswith(" "))


def families(keys: Iterable[str]) -> set[str]:
    return {key.rpartition(" ")[2] for key in keys}


WORDS = [
    "J.",
    "Jo",
    "JW",
    "Wei",
    "wang",
    "Bob",
    "Robert",
    "Sergei",
    "Sergey",
    "Xiao",
    "ming",
    "Xiaoming",
    "van",
    "M.",
    "Li",
    "El",
    "Sayed",
    "Elsayed",
    "der",
    "Müller",
    "Mueller",
]


PARTS = [*WORDS, "Xiao-ming", "El-Sayed", "Md", "王", "伟明", "김", ",", "-"]


@example("Jo Garcia-Marquez", "Jo Marquez")
@example("de Sa Li Wei, Jo", "Sa Li Wei, Jo")
@example("Jo van der Sayed", "Sayed, Jo")
@example("Jo El-Sayed", "Jo Elsayed")
@example("Jo Mueller", "Jo Müller")
@given(*[st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map(" ".join)] * 2)
def test_names_without_a_common_key_are_not_compatible(one: str, other: str) -> None:
    assert may_agree(one, other) or not compatible(one, other)


def test_most_names_are_not_even_compared() -> None:
    assert not may_agree("Yi Wang", "Wei Wang")
    assert may_agree("Wang Wei", "Wei Wang")


@given(st.text("abcdefgh äöüß-'.,JK", min_size=1, max_size=30))
def test_a_name_agrees_with_itself_however_it_is_written(name: str) -> None:
    if parsed(name).family:
        assert compatible(name, name) == compatible(name, " ".join(name.split())) > 0
        assert set(name_keys(name)) & set(name_keys(folded(name))) or "," in name or name != name.lower()


def test_a_text_that_is_no_name_costs_no_time() -> None:
    assert compatible("a " * 40_000, "b " * 40_000) == 0
    assert len(name_keys("Ö-" * 40_000)) <= 8
