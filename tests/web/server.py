"""A server in a process of its own, to be killed, filled and stared at."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
PATIENCE = 120.0
"""Seconds after which a test takes a server for hung; a busy machine may need many of them."""


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    port: int

    def get(self, path: str, timeout: float = PATIENCE) -> tuple[int, bytes]:
        """Status and body of a GET over a connection of its own."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def upload(self, body: bytes, timeout: float = PATIENCE) -> tuple[int, dict]:
        """Status and facts of an upload."""
        head = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        try:
            kind = "multipart/form-data; boundary=b"
            headers = {"Content-Type": kind, "Accept": "application/json"}
            connection.request("POST", "/images", head + body + b"\r\n--b--\r\n", headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def status(self, name: str) -> int:
        """A number out of Linux's account of the process, such as VmRSS in kB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name + ":")).split()[1])

    def open_files(self) -> int:
        """How many files and connections the process has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


@contextlib.contextmanager
def serving(store: Path, **environment: str) -> Iterator[Server]:
    """Start ``python app.py`` on a free port, with variables; end it with the block."""
    with (store.parent / "server.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py", "--port", "0", "--store", str(store)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, line
        yield Server(process, int(line.split("/")[2].rpartition(":")[2]))
    finally:
        process.kill()
        process.wait(PATIENCE)
        process.stdout.close()
