"""Two workers behind nginx: asked too much, slowly, and killed while they take pictures."""

from __future__ import annotations

import http.client
import io
import itertools
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from multiconv.web import create_app
from tests.hosted.engines import NGINX, free_port, running
from tests.web.crowd import Crowd
from tests.web.ending import launched, refused
from tests.web.server import HOST, PATIENCE, ROOT, Server

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
BLOCK = ROOT / "multiconv" / "hosting" / "nginx.conf"
FEW = {
    **{"MULTICONV_COMPUTING": "1", "MULTICONV_WAITING": "1"},
    **{"MULTICONV_PROXIES": "1", "MULTICONV_WRITES": "0", "MULTICONV_METRICS": "on"},
}
PLACES, CLIENTS, SLOW = 4, 16, 160
ROOMS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
AROUND = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  {rooms}
  server {{
    listen {host}:{port};
    include {folder}/block.conf;
    client_max_body_size 32m;
    location / {{ proxy_pass http://{host}:{behind}; proxy_set_header Host $http_host; }}
  }}
}}
"""


@dataclass
class Behind(Server):
    """The server as it is seen through nginx."""

    own_port: int

    def workers(self) -> list[int]:
        """The processes that answer, by their numbers."""
        pid = self.process.pid
        found = []
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):  # it has ended since
                continue
            found += [int(child)] if b"spawn_main" in command else []
        return found


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """Two workers with few places, behind nginx."""
    folder, port = tmp_path_factory.mktemp("overload"), free_port()
    command = [sys.executable, "app.py", "serve", "--workers", "2", "--port", "0"]
    command += ["--host", "localhost"]
    command += ["--store", str(folder / "store")]
    with (
        (folder / "log").open("w") as log,
        launched(command, stderr=log, env={**os.environ, **FEW}) as (process, own),
    ):
        rooms = " ".join(f"{room}_temp_path {folder}/{room};" for room in ROOMS)
        said = {"folder": folder, "host": HOST, "port": port, "behind": own, "rooms": rooms}
        (folder / "nginx.conf").write_text(AROUND.format(**said))
        block = BLOCK.read_text().replace("127.0.0.1:5000", f"{HOST}:{own}")
        (folder / "block.conf").write_text(block)
        nginx = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
        with running(nginx, port, folder / "nginx.log"):
            yield Behind(process, port, own)


def asked(port: int, path: str) -> tuple[int, str | None, bytes]:
    """Status, when to come again, and body of an answer below nginx's path."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request("GET", f"/tools/multiconv{path}")
        answer = connection.getresponse()
        return answer.status, answer.headers["Retry-After"], answer.read()
    finally:
        connection.close()


def test_four_times_too_many_are_answered_right_or_told_to_come_again(behind, tmp_path) -> None:
    """How many are answered a second then, tests/benchmarks/capacity.py measures."""
    paths = (f"/maps/sum.npy?size=256&w.0.0={at}e-3,0,0,0,1,0,0,0,0" for at in itertools.count(1))
    found: list[tuple[str, tuple[int, str | None, bytes]]] = []
    with ThreadPoolExecutor(CLIENTS) as pool:
        while len(found) < 3 * CLIENTS or {answer[0] for _, answer in found} != {200, 503}:
            these = list(itertools.islice(paths, CLIENTS))
            found += zip(these, pool.map(lambda path: asked(behind.port, path), these), strict=True)
            assert len(found) < 100 * CLIENTS, "nobody was told to come again"
    assert {again for _, (status, again, _) in found if status == 503} == {"1"}
    alone = create_app(store_folder=tmp_path).test_client()
    for path, (status, _, body) in found[: 3 * CLIENTS]:
        if status == 200:
            right = np.load(io.BytesIO(alone.get(path).data))
            np.testing.assert_array_equal(np.load(io.BytesIO(body)), right)


def test_the_app_itself_says_what_is_too_large_or_none(behind: Behind) -> None:
    for _ in range(5):
        status, facts = behind.upload(bytes(11 * 2**20))
        assert (status, facts["limit"]) == (413, "10 MiB")
        assert Server(behind.process, behind.own_port).upload(bytes(11 * 2**20))[0] == 413
    assert behind.upload(b"none")[0] == 415
    assert asked(behind.port, "/?w.0.0=" + "1," * 8_200)[0] == 414


def test_what_is_counted_is_not_told_outside(behind: Behind) -> None:
    assert asked(behind.port, "/metrics")[0] == 404
    assert Server(behind.process, behind.own_port).get("/metrics")[0] == 200


def test_slow_clients_keep_nobody_out(behind: Behind) -> None:
    assert SLOW > 2 * (PLACES + 8)  # so that whoever held a thread would be noticed
    with Crowd(behind.port, SLOW) as crowd:
        assert crowd.connected == SLOW
        assert {asked(behind.port, "/healthz")[0] for _ in range(40)} == {200}
        while (status := asked(behind.port, "/maps/sum.png?size=97")[0]) != 200:
            assert status == 503


def test_killed_workers_lose_nothing_that_was_acknowledged(behind: Behind, picture) -> None:
    kept: list[str] = []
    over = threading.Event()

    def keep_sending(first: int) -> None:
        for at in itertools.count(first, 3):
            if over.is_set():
                return
            try:
                status, facts = behind.upload(picture("PNG", 20 + at % 90, 20 + at // 90))
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                continue  # nothing was acknowledged
            if status == 201:
                kept.append(facts["id"])

    with ThreadPoolExecutor(3) as pool:
        sending = [pool.submit(keep_sending, first) for first in range(3)]
        for _ in range(2):
            oldest, *_ = before = behind.workers()
            had = len(kept)
            os.kill(oldest, signal.SIGKILL)
            while (
                len(now := behind.workers()) < 2 or set(now) == set(before) or len(kept) < had + 3
            ):
                assert behind.process.poll() is None
                assert not any(each.done() for each in sending)
        over.set()
    assert len(set(kept)) >= 6
    for name in kept:
        assert asked(behind.port, f"/maps/photo.png?image={name}&size=20")[0] == 200


def test_with_the_first_process_the_workers_end_too(behind: Behind) -> None:
    """It stands last: the server has ended after it."""
    assert not refused(behind.own_port)
    behind.kill()
    while not refused(behind.own_port):
        pass
