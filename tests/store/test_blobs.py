"""A folder of files that are there wholly or not at all."""

import os
import sys
from pathlib import Path

import pytest

from multiconv.errors import StoreFull
from multiconv.store.blobs import FolderBlobs


def test_the_bound_is_on_all_files_together(tmp_path):
    folder = FolderBlobs(tmp_path, 10)
    folder.put_if_absent("one", b"123456")
    folder.put_if_absent("two", b"1234")
    with pytest.raises(StoreFull):
        folder.put_if_absent("three", b"1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_file_then_name_then_folder_are_forced_to_disk(tmp_path, monkeypatch):
    seen = []
    folder = FolderBlobs(tmp_path, 100)
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


def test_what_is_there_is_got_told_listed_and_forgotten(tmp_path):
    blobs = FolderBlobs(tmp_path, 100)
    assert (blobs.get("one"), blobs.has("one"), blobs.delete("one")) == (None, False, False)
    blobs.put_if_absent("one", b"hello")
    assert (blobs.get("one"), blobs.get("one", 2), blobs.has("one")) == (b"hello", b"he", True)
    assert list(blobs.names()) == ["one"]
    assert blobs.delete("one")
    assert list(blobs.names()) == []


@pytest.mark.skipif(os.name != "posix", reason="rights are told otherwise here")
def test_a_file_is_its_owners_alone(tmp_path):
    FolderBlobs(tmp_path, 100).put_if_absent("a", b"12")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_not_written_anew(tmp_path, monkeypatch):
    blobs = FolderBlobs(tmp_path, 10)
    blobs.put_if_absent("one", b"123456")
    monkeypatch.setattr("os.fsync", lambda _: pytest.fail("it was written"))
    blobs.put_if_absent("one", b"123456")
