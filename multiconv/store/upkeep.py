"""How much a store holds, and what of it is too old: listed now and then, and never by a write."""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from itertools import groupby
from threading import Lock, Thread

from multiconv.store.blobs import UNFINISHED, USED, Blobs, Kept, full

LOGGER = logging.getLogger("multiconv.store")

HOUR = 3600.0
"""Seconds after which what is unfinished, or a copy of nothing, is nobody's work under way."""
EVERY = 300.0
"""Seconds between two listings, at least; a slow one is not repeated for 200 times as long."""
SHARE = 10
"""Parts of the age at which things are forgotten that pass before a use is noted again."""
NOTED = 10_000
"""Ids of which the last use is remembered, so that it is not noted at each request."""

_ID = re.compile(r"[0-9a-f]{64}")


def _id_in(kept: Kept) -> str:
    return kept.name.partition(".")[0]


def _is_whole(kept: Kept) -> bool:
    """Tell picture or bank from its copy, from what is unfinished, and from the note of its use."""
    return kept.name.count(".") == 1


class Upkeep:
    """The bytes in a store, at most so many, and what is to be forgotten, by its last use.

    Other processes' writes are counted at the next listing.  ``forget_after`` is in seconds; 0 is
    never.
    """

    def __init__(self, blobs: Blobs, most_bytes: int, forget_after: float = 0.0) -> None:
        self._blobs = blobs
        self._most_bytes = most_bytes
        self._forget_after = forget_after
        self._bytes = self._since = 0
        self._next = 0.0
        self._is_listing = False
        self._uses: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def take(self, size: int) -> None:
        """Count bytes that are about to be written, or raise `StoreFull`."""
        with self._lock:  # so that two uploads cannot both take the last of the room
            if self._bytes + size <= self._most_bytes:
                self._add(size)
                return
            self._next = 0.0  # another process may have made room
        raise full(f"{self._most_bytes / 2**30:.3g} GiB")

    def give_back(self, size: int) -> None:
        """Count bytes as gone, or never written."""
        with self._lock:
            self._add(-size)

    def _add(self, size: int) -> None:
        self._bytes += size
        self._since += size

    def note_use(self, name: str) -> None:
        """Remember that bytes were used, where that counts; in the blobs only now and then."""
        if not self._forget_after:
            return
        now = time.monotonic()
        with self._lock:
            last = self._uses.get(name)
            if last is not None and now - last < self._forget_after / SHARE:
                return
            self._uses[name] = now
            while len(self._uses) > NOTED:
                self._uses.popitem(last=False)
        self._blobs.touch(name)

    def begin_if_due(self) -> None:
        """List the store in the background, if the last time is long enough ago."""
        with self._lock:
            if self._is_listing or time.monotonic() < self._next:
                return
            self._is_listing = True
            self._next = time.monotonic() + EVERY
        Thread(target=self._sweep_or_say, name="upkeep", daemon=True).start()

    def sweep(self) -> None:
        """Count all bytes, and remove what is forgotten or was left unfinished long ago."""
        begun = time.monotonic()
        with self._lock:
            self._since, self._next = 0, begun + EVERY
        total = 0
        for name, group in groupby(self._blobs.listing(), key=_id_in):
            found = list(group)
            total += sum(kept.size for kept in found)
            gone = found if self._is_forgotten(name, found) else _leftovers(name, found)
            total -= sum(self._blobs.delete(kept.name) or 0 for kept in gone)
        with self._lock:  # what was written in the meantime may be counted twice till next time
            self._bytes = total + self._since
            self._next = max(self._next, begun + 200 * (time.monotonic() - begun))

    def _sweep_or_say(self) -> None:
        try:
            self.sweep()
        except Exception as error:  # out of reach, perhaps; there is a next time
            LOGGER.warning("The store could not be listed: %s", type(error).__name__)
        finally:
            self._is_listing = False

    def _is_forgotten(self, name: str, found: list[Kept]) -> bool:
        """Tell whether nobody used an id for so long; asked again, since listings take time."""
        # A use is noted late by a tenth of the age, so that nothing goes too early.
        age = self._forget_after * (1 + 1 / SHARE)
        if not age or not _ID.fullmatch(name) or not _all_before(found, time.time() - age):
            return False
        heads = map(self._blobs.head, {*(kept.name for kept in found), name + USED})
        return _all_before([kept for kept in heads if kept], time.time() - age)


def _all_before(found: list[Kept], when: float) -> bool:
    return all(kept.used < when for kept in found)


def _leftovers(name: str, found: list[Kept]) -> list[Kept]:
    """Return what stands for nothing, and has for an hour."""
    stands = any(map(_is_whole, found)) or not _ID.fullmatch(name)
    return [
        kept
        for kept in found
        if (kept.name.endswith(UNFINISHED) or not stands) and kept.used < time.time() - HOUR
    ]
