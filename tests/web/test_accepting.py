"""Everybody at the door is let in together, and no more than there is room for."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from multiconv.web.accepting import AT_ONCE, PromptServer
from multiconv.web.serve import HOST, SETTINGS, listener


@contextlib.contextmanager
def arrived(clients: int, **settings: int) -> Iterator[PromptServer]:
    """A server that has not looked yet, with so many at its door."""
    sock = listener(port=0)
    server = PromptServer(None, sock, {**SETTINGS, "threads": 1, **settings})
    with contextlib.ExitStack() as stack:
        for _ in range(clients):
            stack.enter_context(socket.create_connection((HOST, server.effective_port), 10))
        yield server
        server.task_dispatcher.shutdown()
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()


@pytest.mark.parametrize("clients", [0, 1, 20])
def test_one_look_at_the_door_lets_all_in(clients: int) -> None:
    with arrived(clients) as server:
        server.handle_accept()
        assert len(server.active_channels) == clients


def test_a_crowd_comes_in_groups_so_that_those_inside_are_served_between() -> None:
    with arrived(AT_ONCE + 10) as server:
        server.handle_accept()
        assert len(server.active_channels) == AT_ONCE
        server.handle_accept()
        assert len(server.active_channels) == AT_ONCE + 10


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
