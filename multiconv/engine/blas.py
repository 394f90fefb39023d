"""One BLAS thread while the engine computes: a threaded product keeps a core spinning after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

_Set = Callable[[int], object]


class _OneThread:
    """What `one_blas_thread` enters: a class, since a generator would cost as much as it does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before: list[tuple[_Set, int]] = []

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._before = []
            for count, set_to in _counters():
                before = count() or 1
                if before != 1:  # Somebody else may have set it since the first caller came.
                    if self._inside == 0:
                        self._before.append((set_to, before))
                    set_to(1)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                for set_to, count in self._before:
                    set_to(count)


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
def _counters() -> list[tuple[Callable[[], int | None], _Set]]:
    """Return how each BLAS is asked for its number of threads, and how it is given one."""
    # In threadpoolctl 3.8 the thread that set a number first is the only one that may while it
    # lives: a server's other threads would be left with threaded products and not be told.  The
    # function behind it has no such rule, and takes a tenth of the time.
    return [
        (one.get_num_threads, getattr(one, "_real_set_num_threads", one.set_num_threads))
        for one in _libraries()
    ]


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
