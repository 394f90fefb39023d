"""The folder store: what is acknowledged stays, what is not is nowhere."""

import errno
import os
import signal
import subprocess
import sys
import threading
from hashlib import sha256

import numpy as np
import pytest

from multiconv.errors import NotFound, StoreFull
from multiconv.experiment.model import LIMITS
from multiconv.imaging import packed
from multiconv.imaging.png import png_rgb
from multiconv.imaging.resize import resized
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store, id_of


def opened(folder, most_bytes=LIMITS.store_bytes):
    store = Store(FolderBlobs(folder), most_bytes)
    store.upkeep.sweep()
    return store


@pytest.fixture
def store(tmp_path):
    return opened(tmp_path / "store")


def noise(seed, height=30, width=40):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def files(store):
    return sorted(path.name for path in store._blobs.path.iterdir())


@pytest.mark.parametrize("shape", [(30, 40), (1, 1), (400, 300), (1, 500)])
def test_what_is_put_is_got_bit_for_bit(store, shape):
    pixels = noise(1, *shape)
    name = store.put(pixels)
    assert (store.get(name, None) == pixels).all()
    for size in (1, 100, 160, 200, 1000):
        assert (store.get(name, size) == resized(pixels, size)).all()
    assert store.size_of(name) == shape
    assert store.has(name)


def test_the_id_is_of_shape_and_values_alone(store):
    pixels = noise(2, 6, 4)
    name = store.put(pixels)
    assert name == sha256(b"|u1 (6, 4, 3)\n" + pixels.tobytes()).hexdigest()
    assert store.put(pixels[::-1][::-1]) == name
    assert store.put(pixels.reshape(4, 6, 3)) != name


def test_another_process_finds_it(store):
    name = store.put(noise(3))
    again = opened(store._blobs.path)
    assert (again.get(name, None) == noise(3)).all()


def test_a_lost_or_spoilt_working_copy_is_made_again(store):
    pixels = noise(4, 300, 200)
    name = store.put(pixels)
    copy = store._blobs.path / f"{name}.160.pixels"
    for spoil in (lambda: copy.write_bytes(b"spoilt"), copy.unlink):
        spoil()
        assert (store.get(name, 160) == resized(pixels, 160)).all()


def test_pictures_that_the_first_version_wrote_as_png_are_still_there(tmp_path):
    pixels = noise(4, 300, 200)
    name = id_of(pixels)
    (tmp_path / f"{name}.png").write_bytes(png_rgb(pixels))
    (tmp_path / f"{name}.160.png").write_bytes(png_rgb(resized(pixels, 160)))
    store = opened(tmp_path)
    assert store.has(name)
    assert store.size_of(name) == (300, 200)
    for size in (None, 160, 40):
        assert (store.get(name, size) == resized(pixels, size)).all()
    assert store.put(pixels) == name
    assert len(files(store)) == 2
    store.delete(name)
    assert files(store) == []


MALFORMED = [
    "",
    "0" * 63,
    "0" * 65,
    "A" * 64,
    "g" * 64,
    "../" + "0" * 61,
    "0" * 64 + "\n",
    "0" * 32 + "\0" + "0" * 31,
    "%2f" + "0" * 61,
    "٠" * 64,
    "sample:portrait",
]


@pytest.mark.parametrize("name", [*MALFORMED, "0" * 64])
def test_unknown_and_malformed_ids_are_not_found(store, name, tmp_path):
    (tmp_path / ("0" * 61 + ".pixels")).write_bytes(b"outside")
    assert not store.has(name)
    for use in (
        lambda: store.get(name, 160),
        lambda: store.get(name, None),
        lambda: store.size_of(name),
        lambda: store.delete(name),
    ):
        with pytest.raises(NotFound) as caught:
            use()
        assert caught.value.field == "image"
        assert caught.value.remedy
    for use in (store.get_array, store.delete_array):
        with pytest.raises(NotFound) as caught:
            use(name)
        assert caught.value.field == "filters"


def test_only_ids_reach_the_file_system(store, monkeypatch):
    def touched(*_):
        raise AssertionError

    monkeypatch.setattr("pathlib.Path.open", touched)
    monkeypatch.setattr("pathlib.Path.exists", touched)
    monkeypatch.setattr("pathlib.Path.read_bytes", touched)
    monkeypatch.setattr("pathlib.Path.unlink", touched)
    for name in MALFORMED:
        assert not store.has(name)
        for use in (store.get, store.get_array, store.size_of, store.delete, store.delete_array):
            with pytest.raises(NotFound):
                use(*(name, 160)[: 2 if use == store.get else 1])


def test_a_deleted_picture_is_gone_and_may_come_back(store):
    name = store.put(noise(5))
    store.delete(name)
    assert files(store) == []
    assert not store.has(name)
    with pytest.raises(NotFound):
        store.get(name, 160)
    assert store.put(noise(5)) == name
    assert store.has(name)


def test_a_full_store_is_told_and_nothing_else_is_lost(tmp_path):
    first, second = noise(6), noise(7)
    store = opened(tmp_path, 12_000)
    name = store.put(first)
    before = files(store)
    with pytest.raises(StoreFull) as caught:
        store.put(second)
    assert "room" in caught.value.problem
    assert caught.value.limit == "1.12e-05 GiB"
    assert caught.value.field == "image"
    assert files(store) == before
    assert (store.get(name, None) == first).all()
    store.delete(name)
    assert store.has(store.put(second))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_leaves_no_trace(store, monkeypatch, number):
    def full(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreFull):
        store.put(noise(8))
    monkeypatch.undo()
    assert files(store) == []
    assert store.has(store.put(noise(8)))


def test_other_faults_of_the_disk_are_not_called_full(store, monkeypatch):
    def broken(_):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="broken"):
        store.put(noise(9))
    assert files(store) == []


def test_another_process_that_starts_sweeps_nothing_under_way(store, monkeypatch):
    real, calls = os.fsync, []

    def swept(number):
        calls.append(number)
        real(number)
        if len(calls) == 1:
            opened(store._blobs.path)

    monkeypatch.setattr("os.fsync", swept)
    name = store.put(noise(11))
    assert (store.get(name, None) == noise(11)).all()


def together(*actions):
    errors = []

    def run(action):
        try:
            action()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_the_same_picture_put_at_once(store):
    names = []
    assert together(*[lambda: names.append(store.put(noise(12, 200, 200)))] * 8) == []
    assert len(set(names)) == 1
    assert (store.get(names[0], None) == noise(12, 200, 200)).all()
    assert len(files(store)) == 2


def test_deletion_under_readers(store):
    pixels = noise(13, 200, 200)
    name = store.put(pixels)
    stop = threading.Event()
    wrong = []

    def read():
        while not stop.is_set():
            for size in (None, 160):
                try:
                    if not (store.get(name, size) == resized(pixels, size)).all():
                        wrong.append(size)
                except NotFound:
                    pass

    def churn():
        for _ in range(20):
            store.delete(name)
            store.put(pixels)
        stop.set()

    assert together(read, read, churn) == []
    assert wrong == []
    assert store.has(name)


WRITER = """
import sys
from pathlib import Path
import numpy as np
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
store = Store(FolderBlobs(Path(sys.argv[1])), 2**30)
for seed in range(int(sys.argv[2]), 10**9):
    pixels = np.random.default_rng(seed).integers(0, 256, (150, 200, 3), dtype=np.uint8)
    print(seed, store.put(pixels), flush=True)
"""


def test_what_was_acknowledged_outlives_kill_9(tmp_path):
    """A few kills here; the web's tests do it fifty times through HTTP."""
    acknowledged = {}
    chance = np.random.default_rng(1)
    for start in range(0, 3000, 1000):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(start)],
            stdout=subprocess.PIPE,
            text=True,
        )
        first = [writer.stdout.readline() for _ in range(chance.integers(1, 20))]
        writer.send_signal(signal.SIGKILL)  # while it writes on
        told = [line.split() for line in [*first, *writer.communicate()[0].splitlines()]]
        acknowledged |= {
            name: int(seed) for seed, name in (line for line in told if len(line) == 2)
        }
    for part in tmp_path.glob("*.part"):
        os.utime(part, (0, 0))
    store = opened(tmp_path)
    assert not list(tmp_path.glob("*.part"))
    assert len(acknowledged) >= 3
    for name, seed in acknowledged.items():
        assert (store.get(name, None) == noise(seed, 150, 200)).all()
    whole = [path.stem for path in tmp_path.glob("*.pixels") if "." not in path.stem]
    assert len(whole) >= len(acknowledged)
    for name in whole:
        pixels = store.get(name, None)
        assert sha256(b"|u1 (150, 200, 3)\n" + pixels.tobytes()).hexdigest() == name


@pytest.mark.parametrize("shape", [(3, 3, 3, 5), (1, 1, 3, 1), (15, 15, 64, 2)])
def test_arrays_are_kept_bit_for_bit(store, shape):
    bank = np.random.default_rng(14).normal(size=shape)
    name = store.put_array(bank)
    assert store.get_array(name).tobytes() == bank.tobytes()
    assert store.get_array(name).shape == shape
    assert store.put_array(bank) == name
    assert not store.has(name)
    store.delete_array(name)
    assert files(store) == []
    with pytest.raises(NotFound):
        store.get_array(name)


def test_one_request_asks_once_and_sees_what_it_did_itself(store, monkeypatch):
    pixels, bank = noise(16), np.ones((1, 1, 3, 1))
    asked, real = [], FolderBlobs.get
    monkeypatch.setattr(
        FolderBlobs, "get", lambda self, *how: asked.append(how) or real(self, *how)
    )
    request = store.once()
    name = request.put(pixels)
    assert request.has(name)
    asked.clear()
    for _ in range(3):
        assert request.has(name)
        assert request.size_of(name) == (30, 40)
    stored = request.put_array(bank)
    for _ in range(3):
        assert (request.get_array(stored) == bank).all()
    assert len(asked) == 1
    assert (store.once().get_array(stored) == bank).all()
    assert len(asked) == 1  # it was read lately
    store.once().delete(name)  # another request
    assert request.has(name)
    request = store.once()
    assert not request.has(name)
    request.put(pixels)
    assert request.has(name)
    request.delete(name)
    assert not request.has(name)
    request.delete_array(stored)
    with pytest.raises(NotFound):
        request.get_array(stored)


def test_a_picture_is_packed_once_and_read_again_once(store, monkeypatch):
    """Bounds of work, counted: what it takes in time is a benchmark's."""
    touched = {"differences": 0, "added": 0}
    for name in touched:
        real = getattr(packed, name)

        def counted(pixels, name=name, real=real):
            touched[name] += pixels.size
            return real(pixels)

        monkeypatch.setattr(packed, name, counted)
    pixels, copy = noise(15, 1000, 1200), 3 * 160 * 133
    name = store.put(pixels)
    assert touched["differences"] < 1.07 * pixels.size + 1.07 * copy  # a row of sixteen twice
    assert store.size_of(name) == (1000, 1200)
    store.get(name, 160)
    assert touched["added"] == copy
    store.get(name, None)
    assert touched["added"] == copy + pixels.size
