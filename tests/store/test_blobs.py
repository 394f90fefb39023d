"""What every keeper of bytes does; and what a folder does so that nothing is lost."""

import os
import sys
from pathlib import Path

import pytest

from multiconv.store.blobs import FolderBlobs


@pytest.fixture(params=["folder"])
def blobs(tmp_path):
    return FolderBlobs(tmp_path)


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
