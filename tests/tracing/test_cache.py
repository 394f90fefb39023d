"""The bound on the cache's bytes, its order, its threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from multiconv.tracing.cache import ENTRY_BYTES, ArrayCache


def test_never_holds_more_than_its_room():
    cache = ArrayCache(10 * (ENTRY_BYTES + 8000))
    for at in range(100):
        cache.get(at, lambda: np.zeros(1000))
        assert cache.bytes_held <= 10 * (ENTRY_BYTES + 8000)
    assert cache.bytes_held == 10 * (ENTRY_BYTES + 8000)


def test_the_least_recently_used_goes_first():
    cache = ArrayCache(2 * (ENTRY_BYTES + 8))
    made = []

    def get(key):
        cache.get(key, lambda: made.append(key) or np.zeros(1))

    for key in "abacabc":
        get(key)
    # a, b are made; a is used again, so c pushes b out; then b pushes c, and c pushes a.
    assert made == ["a", "b", "c", "b", "c"]


def test_many_tiny_arrays_are_bounded_too():
    cache = ArrayCache(100 * ENTRY_BYTES)
    for at in range(10_000):
        cache.get(at, lambda: np.zeros(0))
    assert len(cache._arrays) == 100


def test_an_array_larger_than_the_room_is_made_and_not_kept():
    cache = ArrayCache(ENTRY_BYTES)
    assert cache.get("large", lambda: np.zeros(10)).shape == (10,)
    assert cache.bytes_held == 0


def test_a_view_counts_as_all_that_it_keeps_alive():
    cache = ArrayCache(2**20)
    cache.get("view", lambda: np.zeros(10_000)[:1])
    assert cache.bytes_held == ENTRY_BYTES + 80_000


def test_dropping_makes_room():
    cache = ArrayCache(2**20)
    for at in range(4):
        cache.get(("levels", at), lambda: np.zeros(1))
    cache.drop(lambda key: key[1] % 2 == 0)
    assert cache.bytes_held == 2 * (ENTRY_BYTES + 8)


def test_threads_leave_the_count_right():
    cache = ArrayCache(20 * (ENTRY_BYTES + 80))

    def use(at):
        found = cache.get(at % 37, lambda: np.full(10, at % 37))
        assert (found == at % 37).all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(5000)))
    assert cache.bytes_held == 20 * (ENTRY_BYTES + 80)
