"""Work space that each thread keeps, and one BLAS thread while the engine computes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # no types

_LINE = 64  # Bytes of a cache line, with which work space begins.
_MOST = 2**22  # Bytes: what is larger is not kept.

_own = threading.local()


def scratch(name: str, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Return this thread's array of that name, its contents left from the last use.

    Fresh pages cost more than the convolution in them.
    """
    memories: dict[str, NDArray[Any]] = _own.__dict__.setdefault("memories", {})
    size = prod(shape) * np.dtype(dtype).itemsize
    memory = memories.get(name)
    if memory is None or memory.size < size:
        memory = np.empty(size + _LINE, np.uint8)
        memory = memory[-memory.ctypes.data % _LINE :][:size]
        if size <= _MOST:
            memories[name] = memory
    return np.ndarray(shape, dtype, memory)


def lines(width: int) -> int:
    """Return at least so many numbers that fill an odd number of cache lines.

    Rows so far apart do not drive each other out of the L1 cache.
    """
    return (-(-width // 16) | 1) * 16


_Set = Callable[[int], object]
_Counter = tuple[Callable[[], int | None], _Set]
_Before = list[tuple[_Set, int]]


class _OneBlasThread:
    """Hold NumPy's BLAS to one thread, and give back what it had when the last caller leaves.

    A threaded product keeps a core spinning after it.  threadpoolctl searches the process's
    libraries once (milliseconds); after that, entering costs microseconds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before: _Before = []

    def __enter__(self) -> None:
        shared, own = counters()
        with self._lock:  # Somebody else may have set a number since the first caller came.
            before = _set_to_one(shared)
            if self._inside == 0:
                self._before = before
            self._inside += 1
        if own:
            _own.__dict__.setdefault("before", []).append(_set_to_one(own))

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                _give_back(self._before)
        if counters()[1]:
            _give_back(_own.before.pop())


one_blas_thread = _OneBlasThread()


@cache
def unpacked_products() -> int:
    """Return up to how many multiply-adds BLAS takes both factors of a product as they lie.

    OpenBLAS does so on processors with AVX-512 (its file sgemm_small_kernel_permit_skylakex.c), and
    else packs them first, which takes long beside the product where one has few columns.
    """
    found = ThreadpoolController().select(internal_api="openblas").info()
    names = {str(one.get("architecture")).lower() for one in found}
    return 10**6 if names & {"skylakex", "cooperlake", "sapphirerapids"} else 0


@cache
def counters() -> tuple[list[_Counter], list[_Counter]]:
    """Return how each BLAS is asked for its number of threads and given one.

    Those whose number is the process's come first, then those built on OpenMP, where every thread
    has a number of its own.
    """
    shared: list[_Counter] = []
    own: list[_Counter] = []
    for one in ThreadpoolController().select(user_api="blas").lib_controllers:
        mine = getattr(one, "threading_layer", None) == "openmp"
        (own if mine else shared).append((one.get_num_threads, _setter(one)))
    return shared, own


def _setter(library: Any) -> _Set:
    release = getattr(library, "clear_controlling_thread", None)
    if release is None:
        return library.set_num_threads  # type: ignore[no-any-return]

    def set_to(number: int) -> None:
        # Since threadpoolctl 3.8 the thread that set a number first is the only one that may while
        # it lives: a server's other threads would be left with threaded products, untold.
        release(force=True)
        library.set_num_threads(number)
        release()

    return set_to


def _set_to_one(counted: list[_Counter]) -> _Before:
    before = []
    for count, set_to in counted:
        number = count() or 1
        if number != 1:
            before.append((set_to, number))
            set_to(1)
    return before


def _give_back(before: _Before) -> None:
    for set_to, number in before:
        set_to(number)
