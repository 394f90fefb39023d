"""Uploads to a server that is killed or has no disk left: nothing acknowledged is lost.

``MULTICONV_KILLS=50`` kills the server as often as that; every day it is a few times.
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.web.server import PATIENCE, serving

KILLS = int(os.environ.get("MULTICONV_KILLS", "5"))


def noise(seed, side):
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def id_of(pixels):
    return hashlib.sha256(
        f"{pixels.dtype.str} {pixels.shape}\n".encode() + pixels.tobytes()
    ).hexdigest()


def pixels_of(body):
    return np.asarray(Image.open(io.BytesIO(body)))


def test_what_was_acknowledged_outlives_kill_9(tmp_path):
    store, chance = tmp_path / "store", random.Random(0)  # noqa: S311
    acknowledged, seeds = [], iter(range(100_000))
    for _ in range(KILLS):
        stop, there = threading.Event(), threading.Semaphore(0)
        with serving(store) as server:

            def send(server=server, stop=stop, there=there):
                while not stop.is_set():
                    try:
                        status, facts = server.upload(noise(next(seeds), 200))
                    except Exception:
                        return
                    if status == 201:
                        acknowledged.append(facts["id"])
                        there.release()

            senders = [threading.Thread(target=send) for _ in range(2)]
            for sender in senders:
                sender.start()
            for _ in range(chance.randint(1, 4)):  # and then others are under way
                assert there.acquire(timeout=PATIENCE)
            server.kill()
            stop.set()
            for sender in senders:
                sender.join(PATIENCE)
    assert len(acknowledged) >= KILLS
    for part in store.glob("*.part"):  # swept once it is too old to be under way
        os.utime(part, (0, 0))
    with serving(store) as server:
        assert not list(store.glob("*.part"))
        for name in acknowledged:
            status, body = server.get(f"/maps/input.png?size=full&image={name}")
            assert status == 200
            assert id_of(pixels_of(body)) == name
    print(f"{KILLS} kills, {len(acknowledged)} acknowledged uploads, all served with their hash")


def a_mebibyte(folder):
    """A file system of 1 MiB at a folder, or why there is none."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root may mount a file system of 1 MiB; the disk's bound was not tried"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
    )
    return done.stderr.strip()


def test_a_file_system_of_one_mebibyte(tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    if why := a_mebibyte(store):
        print(why)
        return
    try:
        with serving(store) as server:
            kept = [server.upload(noise(seed, 200)) for seed in range(20)]
            statuses = [status for status, _ in kept]
            assert set(statuses) == {201, 507}
            assert statuses == sorted(statuses)
            full = next(facts for status, facts in kept if status == 507)
            assert full["field"] == "image"
            assert "no room" in full["detail"]
            assert not list(store.glob("*.part"))
            for status, facts in kept:
                if status == 201:
                    status, body = server.get(f"/maps/input.png?size=full&image={facts['id']}")
                    assert (status, id_of(pixels_of(body))) == (200, facts["id"])
            assert server.get("/")[0] == 200
            assert len(list(store.glob("*.pixels"))) == 2 * statuses.count(201)
    finally:
        subprocess.run(["umount", str(store)], check=True)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")
def test_twenty_megapixels_leave_the_server_small(tmp_path):
    with serving(tmp_path / "store") as server:
        server.upload(noise(0, 50))
        server.get("/")
        before = server.status("VmRSS")
        for seed in range(2):
            flat = np.full((4000, 5000, 3), seed, np.uint8)
            file = io.BytesIO()
            Image.fromarray(flat).save(file, "PNG", compress_level=1)
            status, facts = server.upload(file.getvalue())
            assert status in {201, 503}
            if status == 201:
                assert server.get(f"/maps/sum.png?image={facts['id']}&size=200")[0] == 200
        assert server.status("VmRSS") - before < 200_000  # kB
        assert server.status("VmHWM") < 700_000
