"""A folder of files that are there wholly or not at all."""

import os
import sys
from pathlib import Path

import pytest

from multiconv.errors import StoreFull
from multiconv.store.blobs import DurableFolder


def test_the_bound_is_on_all_files_together(tmp_path):
    folder = DurableFolder(tmp_path, 10)
    folder.write("one", b"123456")
    folder.write("two", b"1234")
    with pytest.raises(StoreFull):
        folder.write("three", b"1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_file_then_name_then_folder_are_forced_to_disk(tmp_path, monkeypatch):
    seen = []
    folder = DurableFolder(tmp_path, 100)
    real = os.fsync

    def watched(number):
        seen.append((Path(f"/proc/self/fd/{number}").readlink().name, (tmp_path / "one").exists()))
        real(number)

    monkeypatch.setattr("os.fsync", watched)
    folder.write("one", b"hello")
    assert len(seen) == 2
    assert seen[0][0].endswith(".part")
    assert not seen[0][1]
    assert seen[1] == (tmp_path.name, True)
