"""The end: all that was asked is answered, also as a container's first process and with nothing."""

from __future__ import annotations

import subprocess
import sys

from tests.web.ending import ALONE, ASKED, answers_after, first_inside, in_a_container, launched
from tests.web.server import ROOT, Server


def test_what_was_asked_before_the_end_is_answered(tmp_path):
    command = [sys.executable, "app.py", "--port", "0", "--store", str(tmp_path)]
    with launched(command) as (process, port):
        found = answers_after(process, process.pid, port)
    assert found == [b"HTTP/1.1 200 OK\r\n"] * ASKED
    assert process.returncode == 0


@ALONE
def test_as_a_containers_first_process_it_starts_with_nothing_and_ends_as_well(tmp_path, picture):
    store = tmp_path / "store"
    with launched(in_a_container(store, "--store", str(store))) as (process, port):
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
    command = in_a_container(tmp_path / "store")
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
