"""Everybody at the door is let in together, and no more than there is room for."""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from collections.abc import Iterator
from threading import Lock, Thread
from types import SimpleNamespace

import pytest

from multiconv.web.accepting import PromptServer
from multiconv.web.serve import HOST, SETTINGS, listener


class Taken:
    """Waitress's threads, none of which takes anything."""

    def __init__(self, queue: list[object]) -> None:
        self.queue, self.added, self.woken = deque(queue), [], []
        self.lock = Lock()
        self.queue_cv = SimpleNamespace(notify=self.woken.append)
        self.add_task = self.added.append


@contextlib.contextmanager
def arrived(clients: int, **settings: int) -> Iterator[PromptServer]:
    """A server that has not looked yet, with so many at its door."""
    sock = listener(port=0)
    server = PromptServer(None, sock, {**SETTINGS, "threads": 1, **settings})
    with contextlib.ExitStack() as stack:
        for _ in range(clients):
            stack.enter_context(socket.create_connection((HOST, server.effective_port), 10))
        threads = server.task_dispatcher
        yield server
        threads.shutdown()
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()


@pytest.mark.parametrize("clients", [0, 1, 100])
def test_one_look_at_the_door_lets_all_in(clients: int) -> None:
    with arrived(clients) as server:
        server.handle_accept()
        assert len(server.active_channels) == clients


def test_what_arrives_together_is_heard_before_any_of_it_is_worked_on() -> None:
    with arrived(3) as server:
        server.readable()  # a pass begins
        server.handle_accept()
        page, health, film = server.active_channels.values()
        for channel, path in ((page, "/"), (health, "/healthz"), (film, "/film")):
            channel.requests = [SimpleNamespace(path=path)]
        taken = server.task_dispatcher = Taken([page])
        for channel in (page, health, film):
            server.add_task(channel)
        assert list(taken.queue) == [page]
        server.readable()  # the next one does
        assert list(taken.queue) == [health, page, page, film]
        assert taken.woken == [3]
        server.readable()
        assert len(taken.queue) == 4


def test_a_thread_that_finds_another_request_behind_its_own_adds_it_at_once() -> None:
    with arrived(0) as server:
        server.readable()
        taken = server.task_dispatcher = Taken([])
        other = Thread(target=server.add_task, args=("a connection",))
        other.start()
        other.join()
        assert taken.added == ["a connection"]


@pytest.mark.parametrize("request_", [b"WHAT\r\n\r\n", b"GET / HTTP/1.1\r\nHost x\r\n\r\n"])
def test_a_request_that_cannot_be_read_is_answered_so(request_: bytes) -> None:
    with arrived(0) as server, socket.create_connection((HOST, server.effective_port), 10) as asks:
        asks.sendall(request_)
        asks.settimeout(0.01)
        answer = b""
        for _ in range(300):
            server.asyncore.loop(timeout=0.01, map=server._map, count=1)
            with contextlib.suppress(TimeoutError):
                answer = asks.recv(100)
                break
    assert answer.split(b"\r\n")[0].endswith(b" 400 Bad Request")


def test_nobody_is_let_in_past_the_limit() -> None:
    with arrived(20, connection_limit=8) as server:
        server.handle_accept()
        assert len(server._map) == 8  # the server's own two files count, as waitress counts them
        server.handle_accept()
        assert len(server._map) == 8


def test_it_takes_on_waitress_settings_and_its_own_address() -> None:
    with arrived(0) as server:
        assert server.adj.channel_timeout == SETTINGS["channel_timeout"]
        assert server.adj.backlog == SETTINGS["backlog"]
        assert server.socket.getsockname() == (HOST, int(server.effective_port))
