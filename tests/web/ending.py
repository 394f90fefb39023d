"""A server at its end: asked much just before, also as a container's first process."""

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

from tests.web.server import HOST, PATIENCE, ROOT

BWRAP = shutil.which("bwrap")
ASKED = 25
ALONE = pytest.mark.skipif(BWRAP is None, reason="bubblewrap is not installed: no container")


@contextlib.contextmanager
def launched(command: list[str], **options) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server and its port; killed with all that it started at the block's end."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True, **options
    )
    try:
        said = process.stdout.readline()
        assert "http://" in said, said
        yield process, int(said.split("/")[2].rpartition(":")[2])
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def in_a_container(store: Path, *arguments: str) -> list[str]:
    """A command as process 1 of a user without name and home; the store alone can be written."""
    store.mkdir(mode=0o777)
    bare = [str(BWRAP), "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    alone = ["--unshare-pid", "--as-pid-1", "--die-with-parent"]
    user = ["--unshare-user", "--uid", "4711", "--gid", "4711", "--clearenv"]
    python = ["--setenv", "PYTHONPATH", str(ROOT), sys.executable, "app.py", *arguments]
    writable = ["--bind", str(store), str(store)]
    return [*bare, *writable, *alone, *user, *python, "--port", "0"]


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
    except ConnectionResetError:  # it came in the moment of closing
        return False
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
                int(line.split(b":")[1])
                for line in answer
                if line.lower().startswith(b"content-length")
            )
            while answer.readline().strip():
                pass
            assert len(answer.read(length)) == length
    process.wait(PATIENCE)
    return found
