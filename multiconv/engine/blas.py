"""One BLAS thread while the engine computes: a threaded product keeps a core spinning after it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

_lock = threading.Lock()
_before: list[int] = []
_inside = 0


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold NumPy's BLAS to one thread, and give back what it had when the last caller leaves.

    threadpoolctl searches the process's libraries once (milliseconds); after that, entering
    costs microseconds, little enough for every call.

    Examples
    --------
    >>> with one_blas_thread():
    ...     all(library["num_threads"] == 1 for library in blas_libraries())
    True
    """
    global _inside
    with _lock:
        if _inside == 0:
            _before[:] = [library.get_num_threads() or 1 for library in _libraries()]
            for library in _libraries():
                library.set_num_threads(1)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                for library, threads in zip(_libraries(), _before, strict=True):
                    library.set_num_threads(threads)


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
