"""What every keeper of bytes does; and what a folder does so that nothing is lost."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path

import numpy as np
import pytest

from multiconv.errors import NotFound, StoreAway
from multiconv.store.blobs import FolderBlobs, Trials
from multiconv.store.pictures import Store
from tests.hosted.engines import BUCKET

ObjectBlobs = pytest.importorskip(
    "multiconv.store.objects", reason="obstore is not installed: no object store was tried"
).ObjectBlobs


@pytest.fixture(params=["folder", "objects"])
def blobs(request, tmp_path, monkeypatch):
    """A keeper of bytes that has none yet."""
    if request.param == "folder":
        return FolderBlobs(tmp_path)
    for name, text in request.getfixturevalue("bucket").items():
        monkeypatch.setenv(name, text)
    return ObjectBlobs(f"{BUCKET}/{tmp_path.name}")


def test_what_is_there_is_got_told_listed_and_forgotten(blobs):
    assert (blobs.get("one"), blobs.head("one"), blobs.delete("one")) == (None, None, None)
    assert blobs.put_if_absent("one", b"hello")
    assert (blobs.get("one"), blobs.get("one", 2), blobs.get("one", 99)) == (
        *(b"hello", b"he", b"hello"),
    )
    assert blobs.head("one") == next(blobs.listing())
    assert blobs.head("one")[:2] == ("one", 5)
    assert blobs.delete("one") == 5
    assert list(blobs.listing()) == []


def test_what_is_there_is_not_written_anew(blobs):
    assert blobs.put_if_absent("one", b"123456")
    assert not blobs.put_if_absent("one", b"others")
    assert blobs.get("one") == b"123456"


def test_a_listing_is_in_the_order_of_names(blobs):
    names = ["b.npy", "a.pixels", "a.160.pixels", "c.png"]
    for name in names:
        blobs.put_if_absent(name, name.encode())
    assert [kept[:2] for kept in blobs.listing()] == [(name, len(name)) for name in sorted(names)]


def test_it_says_that_it_can_be_written_and_leaves_nothing_whole(blobs):
    assert blobs.is_writable()
    assert all(kept.name.endswith(".part") for kept in blobs.listing())


def test_who_asks_each_second_whether_it_can_be_written_makes_it_write_seldom(blobs, monkeypatch):
    clock, writes, broken = [100.0], [], []
    there, name = (Path, "write_bytes")
    if isinstance(blobs, ObjectBlobs):
        there, name = sys.modules[ObjectBlobs.__module__].obstore, "put"
    real = getattr(there, name)

    def write(*given, **more):
        writes.append(clock[0])
        if broken:
            raise FileNotFoundError("gone")
        return real(*given, **more)

    monkeypatch.setattr(there, name, write)
    blobs.trials = Trials(lambda: clock[0])
    for second in range(12):
        clock[0] = 100.0 + second
        assert blobs.is_writable()
    assert writes == [100.0, 105.0, 110.0]
    # It still looks each time: a folder that is gone, a store that does not answer.
    with monkeypatch.context() as lost:
        if isinstance(blobs, ObjectBlobs):
            lost.setattr(blobs, "_away_until", inf)
        else:
            lost.setattr(blobs, "path", blobs.path / "gone")
        assert not blobs.is_writable()
    # A failure is none that is kept, nor is what went well before it.
    broken.append(True)
    monkeypatch.setattr(os, "open", write)
    with pytest.raises((StoreAway, FileNotFoundError)):
        blobs.put_if_absent("one", b"1")
    monkeypatch.undo()
    monkeypatch.setattr(there, name, write)
    for _ in range(2):
        if isinstance(blobs, ObjectBlobs):
            monkeypatch.setattr(blobs, "_away_until", 0.0)  # it does not ask a while otherwise
        before = len(writes)
        assert not blobs.is_writable()
        assert len(writes) > before
    broken.clear()
    if isinstance(blobs, ObjectBlobs):
        monkeypatch.setattr(blobs, "_away_until", 0.0)
    assert blobs.is_writable()


def test_two_that_put_one_name_at_once_write_it_once(blobs):
    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(lambda _: blobs.put_if_absent("one", b"1" * 1000), range(8)))
    assert blobs.get("one") == b"1" * 1000
    assert any(new)
    if isinstance(blobs, ObjectBlobs):  # in a folder one replaces the other, byte for byte
        assert new.count(True) == 1


def test_a_store_of_pictures_and_filters_lies_in_either(blobs):
    store = Store(blobs, 2**20, forget_after=1e9)
    pixels = np.random.default_rng(1).integers(0, 256, (50, 200, 3), np.uint8)
    name, bank = store.put(pixels), store.put_array(np.ones((3, 3, 3, 2)))
    again = Store(blobs, 2**20, forget_after=1e9)
    assert (again.get(name, None) == pixels).all()
    assert again.get(name, 160).shape == (40, 160, 3)
    assert again.size_of(name) == (50, 200)
    assert (again.get_array(bank) == 1).all()
    again.upkeep.sweep()
    assert again.has(name)
    again.delete(name)
    again.delete_array(bank)
    assert not store.has(name)
    with pytest.raises(NotFound):
        again.get_array(bank)
    assert list(blobs.listing()) == []


def test_the_note_of_a_use_keeps_what_lies_in_an_object_store(blobs):
    if isinstance(blobs, FolderBlobs):
        return
    blobs.put_if_absent("a" * 64 + ".npy", b"1")
    blobs.touch("a" * 64 + ".npy")
    names = [kept.name for kept in blobs.listing()]
    assert names == ["a" * 64 + ".last.used", "a" * 64 + ".npy"]


def test_a_use_is_remembered(tmp_path):
    blobs = FolderBlobs(tmp_path)
    blobs.put_if_absent("one", b"1")
    os.utime(tmp_path / "one", (1e9, 1e9))
    assert blobs.head("one").used == 1e9
    blobs.touch("one")
    blobs.put_if_absent("two", b"2")
    assert abs(blobs.head("one").used - blobs.head("two").used) < 60
    blobs.touch("three")  # gone in the meantime


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_file_then_name_then_folder_are_forced_to_disk(tmp_path, monkeypatch):
    seen = []
    folder = FolderBlobs(tmp_path)
    real = os.fsync

    def watched(number):
        seen.append((Path(f"/proc/self/fd/{number}").readlink().name, (tmp_path / "one").exists()))
        real(number)

    monkeypatch.setattr("os.fsync", watched)
    folder.put_if_absent("one", b"hello")
    assert len(seen) == 2
    assert seen[0][0].endswith(".part")
    assert not seen[0][1]
    assert seen[1] == (tmp_path.name, True)


@pytest.mark.skipif(os.name != "posix", reason="rights are told otherwise here")
def test_a_file_is_its_owners_alone(tmp_path):
    FolderBlobs(tmp_path).put_if_absent("a", b"12")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_no_disk_is_touched_for_what_is_there(tmp_path, monkeypatch):
    blobs = FolderBlobs(tmp_path)
    blobs.put_if_absent("one", b"123456")
    monkeypatch.setattr("os.fsync", lambda _: pytest.fail("it was written"))
    blobs.put_if_absent("one", b"123456")
