"""The result cache stays within its bound and keeps what was used last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.cache import CachedResult, ResultCache


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 60))))
def test_it_never_holds_more_than_its_limit_and_knows_what_it_holds(puts: list[tuple[str, int]]) -> None:
    cache = ResultCache(100)
    for key, size in puts:
        cache.put(key, CachedResult(b"x" * size, 1))
        assert cache.size <= 100
        held = {name: result for name in "abcdef" if (result := cache.get(name))}
        assert cache.size == sum(len(result.body) for result in held.values())
        assert held[key].body == b"x" * size


def test_what_was_used_last_is_kept() -> None:
    cache = ResultCache(30)
    for key in "abc":
        cache.put(key, CachedResult(b"x" * 10, 1))
    assert cache.get("a")
    cache.put("d", CachedResult(b"x" * 10, 1))
    assert cache.get("b") is None
    assert cache.get("a") and cache.get("c") and cache.get("d")
    assert (cache.hits, cache.misses) == (4, 1)


def test_one_result_cannot_push_everything_out() -> None:
    assert ResultCache(1600).takes(100)
    assert not ResultCache(1600).takes(101)
    assert not ResultCache(0).takes(0)
