"""A server as many people have it: nginx before two processes of two workers over one store."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.hosted.engines import (
    NGINX,
    OPENSSL,
    can_be_taken,
    counts,
    free_port,
    object_store,
    running,
)
from tests.web.ending import launched
from tests.web.server import HOST, PATIENCE, ROOT

BLOCK = ROOT / "multiconv" / "hosting" / "nginx.conf"
PREFIX = "/tools/multiconv"
ROOMS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
ALONE = """
daemon off;
master_process off;
pid {folder}/{name}.pid;
error_log stderr error;
events {{}}
http {{
  access_log off;
  {rooms}
  {inside}
}}
"""
FRONT = """
  proxy_cache_path {folder}/cache keys_zone=shared:1m;
  upstream multiconv {{ {servers} keepalive 8; }}
  server {{
    listen {host}:{port} ssl;
    ssl_certificate {folder}/own.pem;
    ssl_certificate_key {folder}/own.key;
    proxy_cache shared;
    add_header X-Cache $upstream_cache_status always;
    include {folder}/block.conf;
  }}
"""
RELAY = """
  server {{
    listen {host}:{port};
    location / {{ proxy_pass http://{host}:{behind}; client_max_body_size 0; }}
  }}
"""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def facts(self) -> dict[str, object]:
        """The body as JSON."""
        found: dict[str, object] = json.loads(self.body)
        return found


@dataclass
class Door:
    """One way to the server: through nginx, or to a process alone; its connection stays open."""

    port: int
    root: str = ""
    trust: ssl.SSLContext | None = None
    _open: http.client.HTTPConnection | None = None
    _more: list[Door] = field(default_factory=list)

    def ask(self, path: str, body: bytes | None = None, way: str = "", **headers: str) -> Answer:
        """Return what is answered; an error if the connection breaks."""
        if self._open is None:
            self._open = self._connection()
        if not self.trust:  # as a proxy names it to each process
            headers.setdefault("Host", "multiconv.example")
        try:
            self._open.request(way or ("POST" if body else "GET"), self.root + path, body, headers)
            told = self._open.getresponse()
            return Answer(told.status, told.headers, told.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def upload(self, picture: bytes) -> Answer:
        """Return what a script is answered that sends a picture."""
        head = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        said = {"Content-Type": "multipart/form-data; boundary=b", "Accept": "application/json"}
        return self.ask("/images", head + picture + b"\r\n--b--\r\n", **said)

    def again(self) -> Door:
        """Return the same door with a connection of its own."""
        self._more.append(Door(self.port, self.root, self.trust))
        return self._more[-1]

    def close(self) -> None:
        """Close its connection, and those of the same door."""
        for door in self._more:
            door.close()
        if self._open is not None:
            self._open.close()
            self._open = None

    def _connection(self) -> http.client.HTTPConnection:
        if self.trust:
            return http.client.HTTPSConnection(
                HOST, self.port, timeout=PATIENCE, context=self.trust
            )
        return http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)


@dataclass
class Topology:
    """The doors, the processes behind them, and what they stand on."""

    outside: Door
    insides: list[Door]
    processes: list[subprocess.Popen[str]]
    place: str
    folder: Path
    serve: Callable[[int], tuple[subprocess.Popen[str], int]]
    ends: dict[str, contextlib.ExitStack] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def doors(self) -> list[Door]:
        """All doors."""
        return [self.outside, *self.insides]

    def workers(self) -> list[int]:
        """The processes that answer, by their numbers: one of each server, then the others."""
        found = []
        for pid in (process.pid for process in self.processes):
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                with contextlib.suppress(FileNotFoundError):  # it has ended since
                    if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                        found.append(int(child))
        return [*found[::2], *found[1::2]]

    def kill(self, n: int) -> None:
        """Kill the first process of one of the servers; its workers end with it."""
        self.processes[n].kill()
        self.processes[n].wait(PATIENCE)
        while not can_be_taken(self.insides[n].port):
            pass

    def serve_again(self, n: int) -> None:
        """Start a server that was killed where it was."""
        self.processes[n], _ = self.serve(self.insides[n].port)

    def stop(self, name: str) -> None:
        """End Valkey, or the way to the object store."""
        self.ends.pop(name).close()

    def start(self, name: str) -> None:
        """Start it, or start it again."""
        stack = self.ends[name] = contextlib.ExitStack()
        if name == "counts":
            stack.enter_context(counts(self.ports[name]))
        else:
            said = {"port": self.ports[name], "behind": self.ports["objects"]}
            stack.enter_context(nginx(self.folder, "relay", RELAY, **said))


@contextlib.contextmanager
def nginx(folder: Path, name: str, inside: str, port: int, **said: object) -> Iterator[None]:
    """Start nginx with a configuration."""
    rooms = "".join(f"{room}_temp_path {folder}/{name}-{room};\n" for room in ROOMS)
    text = inside.format(folder=folder, host=HOST, port=port, **said)
    path = folder / f"{name}.conf"
    path.write_text(ALONE.format(folder=folder, name=name, rooms=rooms, inside=text))
    command = [str(NGINX), "-p", str(folder), "-c", str(path), "-e", "stderr"]
    with running(command, port, folder / f"{name}.log"):
        yield


def certified(folder: Path) -> ssl.SSLContext:
    """Make a certificate for this machine, signed by itself; who trusts it."""
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", str(folder / "own.key"), "-out", str(folder / "own.pem")]
    named = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([str(OPENSSL), *made, *files, *named], check=True, capture_output=True)
    return ssl.create_default_context(cafile=str(folder / "own.pem"))


@contextlib.contextmanager
def topology(folder: Path, place: str) -> Iterator[Topology]:
    """Start it all over a store, a folder or an object store; and end it with the block."""
    with contextlib.ExitStack() as stack:
        ports = {"counts": free_port(), "relay": free_port()}
        environment = {
            **os.environ,
            "MULTICONV_PROXIES": "1",
            "MULTICONV_STORE": place,
            "MULTICONV_WRITES": "100000",
            "MULTICONV_LIMITS_STORE": f"valkey://{HOST}:{ports['counts']}",
            "TMPDIR": str(folder),
        }
        log = stack.enter_context((folder / "log").open("w"))

        def serve(port: int) -> tuple[subprocess.Popen[str], int]:
            command = [sys.executable, "app.py", "serve", "--workers", "2", "--port", str(port)]
            how = {"stderr": log, "env": environment}
            process, port = stack.enter_context(launched(command, **how))
            stack.callback(lambda: (process.terminate(), process.wait(PATIENCE)))
            return process, port

        found = Topology(Door(0), [], [], place, folder, serve, ports=ports)
        stack.callback(lambda: [end.close() for end in found.ends.values()])
        found.start("counts")
        if "://" in place:
            variables = stack.enter_context(object_store(folder / "moto.log"))
            ports["objects"] = int(variables["AWS_ENDPOINT_URL"].rpartition(":")[2])
            found.start("relay")
            environment |= variables | {"AWS_ENDPOINT_URL": f"http://{HOST}:{ports['relay']}"}
        for _ in range(2):
            process, port = serve(0)
            found.processes.append(process)
            found.insides.append(Door(port))
        trust, port = certified(folder), free_port()
        block = BLOCK.read_text().replace("127.0.0.1:5000", "multiconv")
        (folder / "block.conf").write_text(block)
        servers = " ".join(f"server {HOST}:{door.port} max_fails=0;" for door in found.insides)
        stack.enter_context(nginx(folder, "front", FRONT, port, servers=servers))
        found.outside = Door(port, PREFIX, trust)
        stack.callback(lambda: [door.close() for door in found.doors])
        yield found
