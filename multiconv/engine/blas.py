"""One BLAS thread while the engine computes: a threaded product keeps a core spinning after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # no types

_Set = Callable[[int], object]
_Counter = tuple[Callable[[], int | None], _Set]
_Before = list[tuple[_Set, int]]


class _OneThread:
    """What `one_blas_thread` enters: a class, since a generator would cost as much as it does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before: _Before = []
        self._own = threading.local()

    def __enter__(self) -> None:
        shared, own = _counters()
        with self._lock:  # Somebody else may have set a number since the first caller came.
            before = _set_to_one(shared)
            if self._inside == 0:
                self._before = before
            self._inside += 1
        if own:
            self._own.__dict__.setdefault("before", []).append(_set_to_one(own))

    def __exit__(self, *_: object) -> None:
        own = _counters()[1]
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                _give_back(self._before)
        if own:
            _give_back(self._own.before.pop())


def _set_to_one(counters: list[_Counter]) -> _Before:
    before = []
    for count, set_to in counters:
        number = count() or 1
        if number != 1:
            before.append((set_to, number))
            set_to(1)
    return before


def _give_back(before: _Before) -> None:
    for set_to, number in before:
        set_to(number)


_one_thread = _OneThread()


def one_blas_thread() -> _OneThread:
    """Hold NumPy's BLAS to one thread, and give back what it had when the last caller leaves.

    threadpoolctl searches the process's libraries once (milliseconds); after that, entering
    costs microseconds, little enough for every call.

    Examples
    --------
    >>> with one_blas_thread():
    ...     all(library["num_threads"] == 1 for library in blas_libraries())
    True
    """
    return _one_thread


@cache
def _counters() -> tuple[list[_Counter], list[_Counter]]:
    """Return how each BLAS is asked for its number of threads and given one.

    Those whose number is the process's come first, then those built on OpenMP, where every thread
    has a number of its own.
    """
    shared: list[_Counter] = []
    own: list[_Counter] = []
    for one in _libraries():
        # In threadpoolctl 3.8 the thread that set a number first is the only one that may while it
        # lives: a server's other threads would be left with threaded products and not be told.
        # The function behind it has no such rule, and takes a tenth of the time.
        set_to = getattr(one, "_real_set_num_threads", one.set_num_threads)
        mine = getattr(one, "threading_layer", None) == "openmp"
        (own if mine else shared).append((one.get_num_threads, set_to))
    return shared, own


@cache
def _libraries() -> list[Any]:
    found: list[Any] = ThreadpoolController().select(user_api="blas").lib_controllers
    return found


def blas_libraries() -> list[dict[str, Any]]:
    """Return what threadpoolctl says of each BLAS held: version, architecture, threads.

    Examples
    --------
    >>> {"num_threads", "version"} <= set(blas_libraries()[0])
    True
    """
    return [library.info() for library in _libraries()]
