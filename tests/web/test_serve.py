"""The start of the server, seen from outside: what it prints, answers and connects to."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from multiconv.web import serve
from multiconv.web.settings import Settings
from tests.web.crowd import Crowd
from tests.web.server import PATIENCE, Server, serving

ROOT = Path(__file__).resolve().parents[2]
# Runs main() and prints every event by which a process would reach another machine.
WATCHED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
EVENTS = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}
def watch(event, given):
    # waitress lets the system parse its default address; a number needs no look-up.
    if event in EVENTS and given[0] != "0.0.0.0":
        print("REACHES OUT", event, given, flush=True)
sys.addaudithook(watch)
from multiconv.web import serve
serve.PORT = int(os.environ.get("FIRST_PORT", serve.PORT))
serve.main(sys.argv[1:])
"""


@pytest.fixture
def busy() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server((serve.HOST, 0)) as sock:
        yield sock.getsockname()[1]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has heard worse."""
    with serving(tmp_path_factory.mktemp("running") / "store") as server:
        yield server


def started(*arguments: str, store: Path, **environment: str) -> subprocess.Popen[str]:
    """A server process with its output in a pipe."""
    return subprocess.Popen(
        [sys.executable, "-c", WATCHED, *arguments, "--store", str(store)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def stopped(process: subprocess.Popen[str]) -> str:
    """End a server as Ctrl+C does and return what it printed since."""
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE)
    return said


def test_takes_the_next_port_says_so_serves_and_reaches_nobody(busy: int, tmp_path: Path) -> None:
    process = started(store=tmp_path, FIRST_PORT=str(busy))
    assert process.stdout is not None
    said = [process.stdout.readline(), process.stdout.readline()]
    assert said[0].startswith(f"Port {busy} is busy; taking ")
    port = int(said[0].removesuffix(".\n").rpartition(" ")[2])
    assert busy < port < busy + serve.PORTS_TRIED
    assert said[1].startswith(f"multiconv is at http://127.0.0.1:{port}/ ")
    with urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as answer:
        assert answer.status == 200
        assert "Server" not in answer.headers
    lines = [json.loads(line) for line in stopped(process).splitlines()]
    assert [(line["path"], line["status"]) for line in lines] == [("/", 200)]
    assert process.returncode == 0


def test_a_port_that_was_asked_for_and_is_busy_is_an_error(
    busy: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        serve.main(["--port", str(busy), "--store", str(tmp_path)])
    assert stop.value.code == 2
    assert f"cannot listen on 127.0.0.1, port {busy}: Address already in use" in (
        capsys.readouterr().err
    )


def test_a_store_that_cannot_be_written_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SystemExit) as stop:
        serve.main(["--store", str(tmp_path / "file" / "store")])
    assert stop.value.code == 2
    assert capsys.readouterr().err == (
        f"Uploads cannot be kept in {tmp_path / 'file' / 'store'}: Not a directory. "
        "Name a folder that can be written, by --store or MULTICONV_STORE.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--port", "65536"], "'65536' is no port: use a number from 0 to 65535"),
        (["--port", "1_0"], "'1_0' is no port"),
        (["--host", "192.0.2.1", "--store", "STORE"], "cannot listen on 192.0.2.1, port 5000"),
        (["--debug"], "unrecognized arguments: --debug"),
    ],
)
def test_wrong_arguments_are_told_in_a_line(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        serve.main([str(tmp_path) if word == "STORE" else word for word in arguments])
    assert stop.value.code == 2
    assert told in capsys.readouterr().err


def test_listener_takes_the_next_port(busy: int) -> None:
    with serve.listener(port=busy) as sock:
        assert sock.getsockname()[1] > busy
        assert serve.address(sock) == f"http://127.0.0.1:{sock.getsockname()[1]}/"


def test_listener_gives_up_at_the_last_port() -> None:
    with serve.listener(port=65535), pytest.raises(OSError, match="in use"):
        serve.listener(port=65535)


def test_an_upload_that_is_too_large_is_answered_by_the_app(tmp_path: Path) -> None:
    process = started("--port", "0", store=tmp_path)
    assert process.stdout is not None
    address = process.stdout.readline().split()[3]
    head = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    body = head + bytes(11 * 2**20) + b"\r\n--b--\r\n"
    connection = http.client.HTTPConnection(address.split("/")[2], timeout=PATIENCE)
    try:
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        connection.request("POST", "/images", body, kind)
        answer = connection.getresponse()
        assert answer.status == 413
        assert "10 MiB" in answer.read().decode()
    finally:
        connection.close()
        stopped(process)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_flask_run_finds_the_factory() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "FLASK_APP"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "routes"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "/healthz" in done.stdout


TURNS = """
import sys
from multiconv.web import serve
serve.run = lambda *_, **__: print(sys.getswitchinterval() < 1e-3)
print(sys.getswitchinterval() < 1e-3)
serve.main(["--port", "0", "--store", sys.argv[1]])
"""


def test_threads_of_one_process_take_short_turns(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TURNS, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "False\nTrue\n", done.stderr


CLIENTS, ARRIVING = 150, 600
assert 2 * serve.threads(Settings()) < CLIENTS  # so that who held a thread would be noticed


def test_slow_and_dripping_clients_do_not_hold_the_server(tmp_path: Path) -> None:
    """How soon it answers, tests/benchmarks/slow.py measures, among 900."""
    with serving(tmp_path / "store") as server, Crowd(server.port, CLIENTS) as crowd:
        assert crowd.connected == CLIENTS
        assert {server.get("/healthz")[0] for _ in range(60)} == {200}
        assert server.get("/maps/sum.png")[0] == 200


def test_health_is_told_while_a_crowd_arrives(tmp_path: Path) -> None:
    with serving(tmp_path / "store") as server, Crowd(server.port, ARRIVING) as crowd:
        assert server.get("/healthz")[0] == 200
        assert crowd.connected == ARRIVING


@pytest.mark.parametrize("length", [100_000, 1_000_000])
def test_a_long_address_is_told_and_the_server_goes_on(running: Server, length: int) -> None:
    assert running.get("/?w.0.0=" + "1," * (length // 2))[0] in {414, 431}
    assert running.get("/?w.0.0=" + "1," * 10_000)[0] == 414
    assert running.get("/healthz")[0] == 200


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /?a=\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /maps/\xff.png HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n",
        b'GET / HTTP/1.1\r\nHost: "><script>\r\n\r\n',
        b"GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /images HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /images HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /images HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data\r\n"
        b"Content-Length: 3\r\n\r\nabc",
    ],
)
def test_requests_that_are_none_are_no_fault_of_the_servers(
    running: Server, request_: bytes
) -> None:
    with socket.create_connection((serve.HOST, running.port), timeout=PATIENCE) as sock:
        sock.sendall(request_)
        sock.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    status = answer.split(b" ", 2)[1] if answer else b"closed"
    assert status in {b"200", b"303", b"400", b"404", b"405", b"411", b"413", b"415", b"closed"}
    assert b"<script>\r" not in answer
    assert running.get("/healthz")[0] == 200
