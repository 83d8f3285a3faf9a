"""The result cache stays within its bound and keeps what was used last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.cache import CachedResult, ResultCache

OF_AN_ENTRY = 512 + len("a")


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 60))))
def test_it_never_holds_more_than_its_limit_and_knows_what_it_holds(puts: list[tuple[str, int]]) -> None:
    cache = ResultCache(2000)
    for key, size in puts:
        cache.put(key, CachedResult(b"x" * size, 1))
        assert cache.size <= 2000
        held = {name: result for name in "abcdef" if (result := cache.get(name))}
        assert cache.size == sum(len(result.body) + OF_AN_ENTRY for result in held.values())
        assert held[key].body == b"x" * size


def test_what_was_used_last_is_kept() -> None:
    cache = ResultCache(3 * (10 + OF_AN_ENTRY))
    for key in "abc":
        cache.put(key, CachedResult(b"x" * 10, 1))
    assert cache.get("a")
    cache.put("d", CachedResult(b"x" * 10, 1))
    assert cache.get("b") is None
    assert cache.get("a") and cache.get("c") and cache.get("d")
    assert (cache.hits, cache.misses) == (4, 1)


def test_small_answers_to_long_questions_are_counted_by_what_they_take() -> None:
    """Else a client that asks ever other questions fills the memory with them."""
    cache = ResultCache(100_000)
    keys = [f"{number:05}" + "q" * 3000 for number in range(200)]
    for key in keys:
        cache.put(key, CachedResult(b"", 0))
    held = [key for key in keys if cache.get(key)]
    assert 10 < len(held) < 100_000 / 3005
    assert held == keys[-len(held) :]


def test_one_result_cannot_push_everything_out() -> None:
    assert ResultCache(1600).takes(100)
    assert not ResultCache(1600).takes(101)
    assert not ResultCache(0).takes(0)
