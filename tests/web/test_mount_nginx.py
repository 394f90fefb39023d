"""Behind a real nginx, with TLS and below a path: README's own block, included as it is."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosted.engines import NGINX, OPENSSL, await_port, free_port
from tests.hosted.topology import certified
from tests.web.server import HOST, PATIENCE, serving

ROOT = Path(__file__).resolve().parents[2]
BLOCK = ROOT / "multiconv" / "hosting" / "nginx.conf"
AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  {rooms}
  server {{
    listen {host}:{port} ssl;
    ssl_certificate {folder}/own.pem;
    ssl_certificate_key {folder}/own.key;
    include {folder}/block.conf;
    location /bare/ {{ proxy_pass http://{host}:{behind}/; }}
  }}
}}
"""
ROOMS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def test_the_readme_has_the_block_that_is_run() -> None:
    assert BLOCK.read_text() in (ROOT / "README.md").read_text(encoding="utf-8")


class Outside:
    """A browser's side of the proxy."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        self.origin = f"https://127.0.0.1:{port}"
        self._port = port
        self._trust = trust

    def ask(self, path: str, body: bytes | None = None, method: str = "", **headers: str):
        """Status, headers and text of an answer."""
        asked = http.client.HTTPSConnection(HOST, self._port, timeout=PATIENCE, context=self._trust)
        try:
            asked.request(method or ("POST" if body else "GET"), path, body, headers)
            answer = asked.getresponse()
            return answer.status, answer.headers, answer.read().decode(errors="replace")
        finally:
            asked.close()

    def upload(self, path: str, body: bytes, **headers: str):
        """The same of an upload from a page of this origin, by a browser that says only that."""
        head = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        kind = "multipart/form-data; boundary=b"
        said = {"Content-Type": kind, "Origin": self.origin, "Accept": "application/json"}
        return self.ask(path, head + body + b"\r\n--b--\r\n", **(said | headers))


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """The app behind nginx."""
    if not (NGINX and OPENSSL):
        pytest.skip("nginx or openssl is not installed: nothing was asked through a real proxy")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    trust = certified(folder)
    with serving(folder / "store", MULTICONV_PROXIES="1") as server:
        said = {"folder": folder, "host": HOST, "port": port, "behind": server.port}
        rooms = "".join(f"{room}_temp_path {folder}/{room};\n" for room in ROOMS)
        (folder / "nginx.conf").write_text(AROUND.format(rooms=rooms, **said))
        (folder / "block.conf").write_text(
            BLOCK.read_text().replace("127.0.0.1:5000", f"{HOST}:{server.port}")
        )
        command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
        nginx = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            await_port(port, nginx)
            yield Outside(port, trust)
        finally:
            nginx.terminate()
            nginx.wait(PATIENCE)


def test_pages_and_programs_say_where_they_are_from_outside(outside: Outside) -> None:
    status, headers, page = outside.ask("/tools/multiconv/?k=1")
    assert status == 200
    assert f'value="{outside.origin}/tools/multiconv/?k=1"' in page
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert (
        f"{outside.origin}/tools/multiconv/?k=1"
        in outside.ask("/tools/multiconv/code/pytorch.py?k=1")[2]
    )
    style = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    assert outside.ask(style)[0] == 200
    assert outside.ask("/tools/multiconv")[0] in {301, 308}
    moved = outside.ask("/tools/multiconv/edit?k=1&do=apply")
    assert moved[0] == 303
    assert moved[1]["Location"].startswith("/tools/multiconv/?")


def test_a_picture_goes_in_and_out(outside: Outside, picture) -> None:
    status, headers, body = outside.upload("/tools/multiconv/images?k=1", picture())
    assert status == 201
    link, name = headers["Location"], json.loads(body)["id"]
    assert link.startswith("/tools/multiconv/?image=")
    assert outside.ask(link)[0] == 200
    at = f"/tools/multiconv/images/{name}"
    assert outside.ask(at, method="DELETE", Origin=outside.origin)[0] == 200
    assert outside.ask(link)[0] == 404


def test_the_app_itself_says_what_is_too_large_or_too_long(outside: Outside) -> None:
    status, _, body = outside.upload("/tools/multiconv/images", bytes(11 * 2**20))
    assert status == 413
    assert "10 MiB" in body
    long = "w.0.0=" + "1," * 8_000
    assert outside.ask(f"/tools/multiconv/api/experiment?{long}")[0] == 400  # read, and refused
    assert outside.ask(f"/tools/multiconv/api/experiment?{long}1,1,1,1,{'1,' * 500}")[0] == 414


def test_a_proxy_that_says_nothing_is_told_what_it_should(outside: Outside, picture) -> None:
    status, _, body = outside.upload("/bare/images", picture())
    assert status == 403
    assert "X-Forwarded-Host" in body
    assert "MULTICONV_PROXIES=1" in body
    same = {"Sec-Fetch-Site": "same-origin"}
    assert outside.upload("/bare/images", picture(), **same)[0] == 201
