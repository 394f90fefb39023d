"""Room, and what is swept: only what is old, and never by a write."""

import os
from threading import Event

import numpy as np
import pytest

from multiconv.errors import NotFound, StoreFull
from multiconv.store import upkeep
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.store.upkeep import HOUR

DAY = 86_400.0


def noise(seed, height=30, width=40):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def age(folder, seconds, pattern="*"):
    """Let files seem so much older."""
    for path in folder.glob(pattern):
        when = path.stat().st_mtime - seconds
        os.utime(path, (when, when))


class Watched(FolderBlobs):
    """A folder that counts its listings."""

    listings = 0

    def listing(self):
        self.listings += 1
        return super().listing()


def test_no_write_lists_the_store(tmp_path):
    blobs = Watched(tmp_path)
    store = Store(blobs, 2**24)
    store.upkeep.sweep()
    for seed in range(3):
        store.put(noise(seed))
        store.put_array(np.ones((1, 1, 3, seed + 1)))
    store.delete(store.put(noise(0)))
    assert blobs.listings == 1


def test_all_bytes_count_those_of_others_after_the_next_listing(tmp_path):
    first, second = (Store(FolderBlobs(tmp_path), 9_000) for _ in range(2))
    first.put(noise(1))
    second.upkeep.sweep()
    with pytest.raises(StoreFull) as caught:
        second.put(noise(2))
    assert caught.value.limit == "8.38e-06 GiB"
    name = first.put(noise(1))
    first.delete(name)
    second.upkeep.sweep()
    second.delete(second.put(noise(2)))
    second.put(noise(3))  # what was deleted, put in vain or there already counts no more
    second.put(noise(3))
    with pytest.raises(StoreFull):
        second.put(noise(4))


def test_what_is_there_already_needs_no_room(tmp_path):
    store = Store(FolderBlobs(tmp_path), 1_000)
    bank = np.ones((1, 1, 3, 90))
    with pytest.raises(StoreFull):
        store.put_array(bank)
    bank = bank[..., :30]
    name = store.put_array(bank)
    assert store.put_array(bank) == name
    with pytest.raises(StoreFull):
        store.put_array(bank + 1)


def test_it_is_listed_by_one_at_a_time_however_often_there_is_no_room(tmp_path, monkeypatch):
    begun, go_on, listings = Event(), Event(), []

    class Slow(FolderBlobs):
        """A folder whose listing takes until the test says so."""

        def listing(self):
            listings.append(1)
            begun.set()
            assert go_on.wait(60)
            return iter([])

    store = Store(Slow(tmp_path), 10)
    store.upkeep.begin_if_due()
    assert begun.wait(60)
    with pytest.raises(StoreFull):
        store.put_array(np.ones(9))  # which asks for another listing
    with monkeypatch.context() as during:
        during.setattr(upkeep, "Thread", lambda **_: pytest.fail("a second listing began"))
        store.upkeep.begin_if_due()
    go_on.set()
    assert listings == [1]


def test_only_what_is_old_is_swept(tmp_path):
    store = Store(FolderBlobs(tmp_path), 2**24)
    name = store.put(noise(1))
    kept = names(tmp_path)
    left = [f"{name}.pixels.0123.part", "trial.0123.part", f"{'a' * 64}.160.pixels"]
    for each in [*left, "notes.txt", "a.b.c"]:  # the last two are nobody's business
        (tmp_path / each).write_bytes(b"half")
    store.upkeep.sweep()
    assert set(left) < set(names(tmp_path))
    age(tmp_path, HOUR - 60)
    store.upkeep.sweep()
    assert set(left) < set(names(tmp_path))
    age(tmp_path, 120)
    store.upkeep.sweep()
    assert names(tmp_path) == sorted([*kept, "notes.txt", "a.b.c"])


def test_nothing_is_forgotten_unless_asked_for(tmp_path):
    store = Store(FolderBlobs(tmp_path), 2**24)
    name = store.put(noise(1))
    age(tmp_path, 10_000 * DAY)
    store.upkeep.sweep()
    assert store.has(name)


def test_what_nobody_used_for_so_long_is_forgotten(tmp_path):
    def opened():  # as another process, which has noted no use yet
        return Store(FolderBlobs(tmp_path), 2**24, forget_after=30 * DAY)

    store = opened()
    picture, bank = store.put(noise(1)), store.put_array(np.ones((1, 1, 3, 1)))
    other = store.put(noise(2))
    (tmp_path / "notes.txt").write_bytes(b"mine")
    age(tmp_path, 25 * DAY)
    store = opened()
    assert store.size_of(picture) == (30, 40)  # used, and so is the bank
    assert store.has_array(bank)
    age(tmp_path, 9 * DAY)
    store = opened()
    store.upkeep.sweep()
    assert store.has(picture)
    assert not store.has(other)
    assert (store.get_array(bank) == 1).all()
    assert "notes.txt" in names(tmp_path)
    age(tmp_path, 34 * DAY)
    store.upkeep.sweep()
    assert names(tmp_path) == ["notes.txt"]
    with pytest.raises(NotFound, match="deleted"):
        store.get(picture, 160)
    with pytest.raises(NotFound, match="deleted"):
        store.get_array(bank)


def test_a_use_during_a_listing_keeps_it(tmp_path):
    class Late(FolderBlobs):
        """A folder whose pictures are used right after they were listed."""

        def listing(self):
            found = list(super().listing())
            for kept in found:
                self.touch(kept.name)
            return iter(found)

    store = Store(Late(tmp_path), 2**24, forget_after=DAY)
    name = store.put(noise(1))
    age(tmp_path, 9 * DAY)
    store.upkeep.sweep()
    assert store.has(name)


def test_a_use_is_noted_now_and_then_not_at_each_request(tmp_path, monkeypatch):
    touched = []
    monkeypatch.setattr(FolderBlobs, "touch", lambda _, name: touched.append(name))
    store = Store(FolderBlobs(tmp_path), 2**24, forget_after=DAY)
    name = store.put(noise(1))
    for _ in range(5):
        store.once().size_of(name)
    assert touched == [f"{name}.pixels"]


def test_it_is_listed_in_the_background_and_a_fault_of_it_is_a_line(tmp_path, monkeypatch):
    begun, told, words = Event(), Event(), []

    class Lost(FolderBlobs):
        """A folder that was taken away."""

        def listing(self):
            begun.set()
            raise FileNotFoundError(self.path)

    def warning(*told_of):
        words.append(told_of)
        told.set()

    monkeypatch.setattr(upkeep.LOGGER, "warning", warning)
    store = Store(Lost(tmp_path), 2**24)
    store.upkeep.begin_if_due()
    assert begun.wait(60)
    assert told.wait(60)
    begun.clear()
    store.upkeep.begin_if_due()  # not yet again
    assert not begun.is_set()
    assert words == [("The store could not be listed: %s", "FileNotFoundError")]
