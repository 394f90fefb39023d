"""The end: all that was asked is answered, also as a container's first process and with nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.server import HOST, PATIENCE, ROOT, Server

BWRAP = shutil.which("bwrap")
ASKED = 25
ALONE = pytest.mark.skipif(BWRAP is None, reason="bubblewrap is not installed: no container")


@contextlib.contextmanager
def launched(command: list[str], **options) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server and its port; killed at the block's end if it is still there."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )
    try:
        said = process.stdout.readline()
        assert "http://" in said, said + process.stderr.read()
        yield process, int(said.split("/")[2].rpartition(":")[2])
    finally:
        process.kill()
        process.communicate()


def in_a_container(store: Path) -> list[str]:
    """Start as process 1 of a user without name and home; the store alone can be written."""
    store.mkdir(mode=0o777)
    bare = [str(BWRAP), "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    alone = ["--unshare-pid", "--as-pid-1", "--die-with-parent"]
    user = ["--unshare-user", "--uid", "4711", "--gid", "4711", "--clearenv"]
    python = ["--setenv", "PYTHONPATH", str(ROOT), sys.executable, "app.py", "--port", "0"]
    writable = ["--bind", str(store), str(store)]
    return [*bare, *writable, *alone, *user, *python, "--store", str(store)]


def first_inside(process: subprocess.Popen[str]) -> int:
    """The process that is the first in a container, by its number outside."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(children[0])


def refused(port: int) -> bool:
    """Whether nobody new is let in."""
    try:
        socket.create_connection((HOST, port), PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


def answers_after(process: subprocess.Popen[str], pid: int, port: int) -> list[bytes]:
    """First lines of the answers to requests that were half sent when the end was asked for."""
    asked = [socket.create_connection((HOST, port), PATIENCE) for _ in range(ASKED)]
    for at, sock in enumerate(asked):
        sock.sendall(f"GET /maps/sum.png?size=96&k={at % 5} HTTP/1.1\r\nHost: a\r\n".encode())
    os.kill(pid, signal.SIGTERM)
    while not refused(port):
        assert process.poll() is None
    for sock in asked:
        sock.sendall(b"\r\n")
    found = []
    for sock in asked:
        with sock, sock.makefile("rb") as answer:
            found.append(answer.readline())
            length = next(
                int(line.split(b":")[1]) for line in answer if line.startswith(b"Content-Length")
            )
            while answer.readline().strip():
                pass
            assert len(answer.read(length)) == length
    process.wait(PATIENCE)
    return found


def test_what_was_asked_before_the_end_is_answered(tmp_path):
    command = [sys.executable, "app.py", "--port", "0", "--store", str(tmp_path)]
    with launched(command) as (process, port):
        found = answers_after(process, process.pid, port)
    assert found == [b"HTTP/1.1 200 OK\r\n"] * ASKED
    assert process.returncode == 0


@ALONE
def test_as_a_containers_first_process_it_starts_with_nothing_and_ends_as_well(tmp_path, picture):
    with launched(in_a_container(tmp_path / "store")) as (process, port):
        server = Server(process, port)
        assert server.get("/readyz") == (200, b"store ok\ndecoder ok\n")
        noise = picture("PNG", 700, 700)  # more than is held in memory while it arrives
        assert len(noise) > 2**20
        status, facts = server.upload(noise)
        assert status == 201
        assert server.get(f"/?image={facts['id']}")[0] == 200
        found = answers_after(process, first_inside(process), port)
    assert found == [b"HTTP/1.1 200 OK\r\n"] * ASKED
    assert process.returncode == 0


@ALONE
def test_without_a_home_or_a_store_it_says_what_it_needs(tmp_path):
    command = in_a_container(tmp_path / "store")[:-2]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == (
        "There is no home folder to keep uploads in. "
        "Set MULTICONV_STORE to a folder that can be written.\n"
    )


def test_readiness_is_told_under_any_name_and_fails_with_the_store(client, app, monkeypatch):
    assert client.get("/readyz").text == "store ok\ndecoder ok\n"
    monkeypatch.setattr(app.extensions["multiconv_store"], "is_writable", lambda: False)
    answer = client.get("/readyz", headers={"Host": "10.0.0.7"})
    assert (answer.status_code, answer.text) == (503, "store fails\ndecoder ok\n")
