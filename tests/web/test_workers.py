"""Several workers at one address, as a container has them: bare, killed, and ended."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from multiconv.web import serve, workers
from tests.web.container import built, instructions
from tests.web.ending import ASKED, BWRAP, answers_after, first_inside, launched
from tests.web.server import PATIENCE, ROOT, Server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are read from /proc")
COUNTING = {"MULTICONV_METRICS": "on"}
SOFT = 256
"""Open files that whoever starts the server allows it at first."""


@dataclass
class Hosted(Server):
    """A server with its workers."""

    first: int
    """The process that starts the workers."""
    log: Path

    def workers(self) -> list[int]:
        """The processes that answer, by their numbers."""
        children = Path(f"/proc/{self.first}/task/{self.first}/children").read_text().split()
        found = []
        for pid in children:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(int(pid))
        return found

    def lines(self) -> list[dict[str, object]]:
        """What the log of requests holds."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line[:1] == "{"]

    def counted(self, name: str, **labels: str) -> float:
        """A number of those that all workers count together."""
        told = self.get("/metrics")[1].decode()
        samples = [
            each for family in text_string_to_metric_families(told) for each in family.samples
        ]
        return sum(
            each.value
            for each in samples
            if each.name == name and labels.items() <= each.labels.items()
        )


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """Two workers in what the Dockerfile makes, or as they are where there is no bubblewrap."""
    folder = tmp_path_factory.mktemp("hosted")
    asked = ["--workers", "2", "--port", "0"]
    if BWRAP:
        command = built(folder).started(*asked, **COUNTING)
    else:
        command = [sys.executable, "app.py", "serve", *asked, "--store", str(folder / "store")]
    shell = ["sh", "-c", f'ulimit -Sn {SOFT}; exec "$0" "$@"', *command]
    environment = {**os.environ, **COUNTING, "TMPDIR": str(folder)}
    with (
        (folder / "log").open("w") as log,
        launched(shell, stderr=log, env=environment) as (process, port),
    ):
        first = first_inside(process) if BWRAP else process.pid
        yield Hosted(process, port, first, folder / "log")


def test_two_workers_answer_with_what_a_container_leaves_them(
    hosted: Hosted, picture: Callable[..., bytes]
) -> None:
    assert hosted.get("/readyz") == (200, b"store ok\ndecoder ok\n")
    status, facts = hosted.upload(picture("PNG", 700, 700))
    assert status == 201
    asked = [f"/?image={facts['id']}", "/maps/sum.png?k=1", "/api/experiment", f"/{'x' * 70}"]
    assert [hosted.get(path)[0] for path in asked for _ in range(3)] == [200] * 9 + [404] * 3
    assert len(hosted.workers()) == 2
    assert facts["id"] not in hosted.log.read_text()


def test_the_containers_check_of_health_holds_and_fails(hosted: Hosted) -> None:
    check = json.loads(dict(instructions())["HEALTHCHECK"].partition("CMD ")[2])
    assert check[0] == "python"
    for port, held in ((hosted.port, True), (1, False)):
        command = [sys.executable, *(word.replace("5000", str(port)) for word in check[1:])]
        assert (subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0) == held


def test_each_worker_has_files_for_its_connections(hosted: Hosted) -> None:
    allowed = re.compile(r"Max open files +(\d+) +(\d+)")
    for pid in hosted.workers():
        found = allowed.search(Path(f"/proc/{pid}/limits").read_text())
        assert found is not None
        soft, hard = map(int, found.groups())
        assert soft == hard > SOFT


def test_a_line_is_logged_a_request_without_what_was_asked(hosted: Hosted) -> None:
    assert hosted.get("/maps/sum.npy?size=97&w.0.0=0,0,0,0,1,0,0,0,0")[0] == 200
    line = hosted.lines()[-1]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/maps/<name>.npy", 200)
    assert "size=97" not in hosted.log.read_text()


def test_both_workers_count_together(hosted: Hosted) -> None:
    healthz = {"rule": "/healthz", "method": "GET", "status": "200"}
    before = hosted.counted("multiconv_requests_total", **healthz)
    assert {hosted.get("/healthz?q=typed")[0] for _ in range(40)} == {200}
    assert hosted.counted("multiconv_requests_total", **healthz) == before + 40
    assert hosted.counted("multiconv_request_seconds_count", rule="/healthz") == before + 40
    assert hosted.counted("multiconv_under_way") == hosted.counted("multiconv_waiting") == 0
    files = list(hosted.log.parent.rglob("counter_*.db"))
    assert len(files) == 2
    assert all(b"typed" not in file.read_bytes() for file in files)


def test_a_killed_worker_is_followed_by_another_and_nothing_kept_is_lost(
    hosted: Hosted, picture: Callable[..., bytes]
) -> None:
    status, facts = hosted.upload(picture("PNG", 90, 90))
    assert status == 201
    before, counted = hosted.workers(), hosted.counted("multiconv_requests_total", rule="/images")
    os.kill(before[0], signal.SIGKILL)
    while len(now := hosted.workers()) < 2 or before[0] in now:
        assert hosted.process.poll() is None
    kept = f"/maps/photo.png?image={facts['id']}&size=90"
    assert {hosted.get(kept)[0] for _ in range(9)} == {200}
    assert len(set(before) & set(now)) == 1
    assert hosted.counted("multiconv_requests_total", rule="/images") == counted
    files = {path.stem.rpartition("_")[2] for path in hosted.log.parent.rglob("*.db")}
    assert "0" in files  # what the dead one counted
    assert len(files) <= 3


def test_the_end_answers_all_that_was_asked(hosted: Hosted) -> None:
    """It stands last: the server has ended after it."""
    found = answers_after(hosted.process, hosted.first, hosted.port)
    assert found == [b"HTTP/1.1 200 OK\r\n"] * ASKED
    assert hosted.process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--workers", "0"], "'0' workers: use a number from 1 to 64"),
        (["--workers", "two"], "'two' workers"),
        (["--port", "65536"], "'65536' is no port"),
        (["--host", "192.0.2.1", "--store", "STORE"], "cannot listen on 192.0.2.1, port 5000"),
    ],
)
def test_wrong_arguments_are_told_in_a_line(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        serve.main(["serve", *(str(tmp_path) if w == "STORE" else w for w in arguments)])
    assert stop.value.code == 2
    assert told in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda _: None)
    with pytest.raises(SystemExit) as stop:
        serve.main(["serve"])
    assert stop.value.code == 2
    assert capsys.readouterr().err == (
        "multiconv serve needs an extra: pip install 'multiconv[hosted]'.\n"
    )


def test_without_a_folder_to_count_in_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(**_: str) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(workers, "TemporaryDirectory", none)
    monkeypatch.setattr(workers, "prepare", lambda _: None)
    monkeypatch.setenv("MULTICONV_METRICS", "on")
    with pytest.raises(SystemExit) as stop:
        serve.main(["serve", "--port", "0", "--store", str(tmp_path)])
    assert stop.value.code == 2
    assert "Set TMPDIR to one that can be written" in capsys.readouterr().err


def test_the_usual_server_imports_no_extra() -> None:
    wanted = {"granian", "obstore", "flask_limiter", "valkey", "prometheus_client"}
    assert all(map(importlib.util.find_spec, wanted))
    asked = f"import app, sys; print(sorted({wanted} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.stdout == "[]\n", done.stderr


DEAF = """
import os, signal, socket, sys
from threading import Event, Thread
from multiconv.web.workers import drain_after
heard, over = [], Event()
sock = socket.create_server(("127.0.0.1", 0))
def hear(number, frame):
    heard.append(number)
    if len(heard) == int(sys.argv[1]):
        sock.close()
        over.set()
signal.signal(signal.SIGTERM, hear)
asking = Thread(target=drain_after, args=(lambda: print("another has ended", flush=True),))
asking.start()
over.wait()
asking.join()
print(len(heard), "signals,", signal.alarm(0) > 0)
"""


@pytest.mark.parametrize(
    ("hears", "code", "said"),
    [
        pytest.param(3, 0, "another has ended\n3 signals, True\n", id="late"),
        pytest.param(workers.TIMES + 1, 1, "another has ended\n", id="never"),
    ],
)
def test_a_worker_is_asked_for_its_end_until_it_has_heard(hears, code, said) -> None:
    command = [sys.executable, "-c", DEAF, str(hears)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (code, said), done.stderr
