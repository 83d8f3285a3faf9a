"""Of links that cannot all be right the surest stand."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from kg.linking.consistency import CONTRADICTED, consistent
from kg.linking.model import Link


def link(one: str, other: str, confidence: float) -> Link:
    first, second = sorted((one, other))
    return Link(subject=first, object=second, method="m", confidence=confidence)


def apart(*pairs: str) -> Callable[[str, str], bool]:
    return lambda one, other: one + other in pairs or other + one in pairs


def confidences(links: list[Link], *pairs: str) -> dict[str, float]:
    return {each.subject + each.object: each.confidence for each in consistent(links, apart(*pairs))}


def test_the_surer_of_two_that_exclude_each_other_stands() -> None:
    found = confidences([link("s", "a", 0.93), link("s", "b", 0.97)], "ab")
    assert found == {"bs": 0.97, "as": CONTRADICTED}


def test_what_is_said_against_it() -> None:
    *_, doubtful = consistent([link("s", "a", 0.93), link("s", "b", 0.97)], apart("ab"))
    assert [(fact.what, {fact.subject, fact.object}) for fact in doubtful.facts] == [("would make one of", {"a", "b"})]


def test_contradictions_reach_along_chains() -> None:
    links = [link("a", "b", 0.99), link("c", "d", 0.98), link("b", "c", 0.95)]
    assert confidences(links, "ad")["bc"] == CONTRADICTED
    assert confidences(links)["bc"] == 0.95


def test_a_link_within_what_is_one_already_stays() -> None:
    links = [link("a", "b", 0.99), link("b", "c", 0.98), link("a", "c", 0.6)]
    assert confidences(links)["ac"] == 0.6


def test_who_is_less_sure_than_that_stays_so() -> None:
    assert confidences([link("s", "a", 0.3), link("s", "b", 0.97)], "ab")["as"] == 0.3


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.floats(0.6, 1)), max_size=12))
def test_no_two_that_are_apart_are_ever_one(drawn: list[tuple[str, str, float]]) -> None:
    links = [link(*each) for each in drawn if each[0] != each[1]]
    found = list(consistent(links, apart("ab", "cd")))
    assert len(found) == len(links)
    reached = {name: {name} for name in "abcdef"}
    for each in found:
        if not each.facts:
            one = reached[each.subject] | reached[each.object]
            reached.update(dict.fromkeys(one, one))
    assert "b" not in reached["a"] and "d" not in reached["c"]
