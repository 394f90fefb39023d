"""Arrays that can be made again, kept while there is room, safe among threads.

It stands alone as the only state that requests share.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable

import numpy as np
from numpy.typing import NDArray

ENTRY_BYTES = 4096
"""What one entry is reckoned to take besides its numbers, so that many small ones are bounded."""


class ArrayCache:
    """The arrays used last, within a number of bytes.

    What is handed out is read-only, since others hold the same array.  Two
    threads that miss the same key at once both make it, and one is kept.  ``room`` is in bytes,
    of the arrays and of `ENTRY_BYTES` for each.  ``hits`` and ``misses`` count what was asked for.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._held = 0
        self.hits = 0
        self.misses = 0
        self._arrays: OrderedDict[Hashable, NDArray[np.generic]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def bytes_held(self) -> int:
        """How many bytes the cache is reckoned to hold."""
        return self._held

    def get(self, key: Hashable, make: Callable[[], NDArray[np.generic]]) -> NDArray[np.generic]:
        """Return the array of that key, made now if it is not there."""
        with self._lock:
            if key in self._arrays:
                self._arrays.move_to_end(key)
                self.hits += 1
                return self._arrays[key]
            self.misses += 1
        made = make()
        made.setflags(write=False)
        size = _reckoned(made)
        with self._lock:
            if key not in self._arrays and size <= self._room:
                self._arrays[key] = made
                self._held += size
                while self._held > self._room:
                    _, dropped = self._arrays.popitem(last=False)
                    self._held -= _reckoned(dropped)
        return made

    def lacks(self, keys: Iterable[Hashable]) -> list[bool]:
        """Return of each key whether its array is not there."""
        with self._lock:
            return [key not in self._arrays for key in keys]

    def drop(self, concerns: Callable[[Hashable], bool]) -> None:
        """Forget every array whose key `concerns` says so of."""
        with self._lock:
            for key in [key for key in self._arrays if concerns(key)]:
                self._held -= _reckoned(self._arrays.pop(key))


def _reckoned(array: NDArray[np.generic]) -> int:
    # A view keeps alive all that it looks into.
    whole = array.base if isinstance(array.base, np.ndarray) else array
    return ENTRY_BYTES + whole.nbytes
