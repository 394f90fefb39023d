"""The server's loop, and its end: after SIGTERM it takes no more in and answers what was asked.

It stands alone as all that is particular to waitress's own loop.
"""

from __future__ import annotations

import signal
import socket
import time
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore

PATIENCE = 25.0
"""Seconds that what was asked before the end has for its answers; a container has 30 in all."""
ROUND = 0.1


def run(app: Flask, sock: socket.socket, words: str, **settings: Any) -> None:
    """Say that it begins, and answer on a socket until SIGTERM, or Ctrl+C, which waits for none."""
    ours: dict[int, Any] = {}
    server = create_server(app, map=ours, sockets=[sock], **settings)
    ending: list[int] = []

    def end(number: int, _: object) -> None:
        ending.append(number)
        server.pull_trigger()  # wakes the loop

    signal.signal(signal.SIGTERM, end)
    print(words, flush=True)  # not before an end would be a good one
    try:
        while not ending:
            wasyncore.loop(timeout=1.0, map=ours, use_poll=True, count=1)
        _drain(server, ours)
    except KeyboardInterrupt:
        pass
    server.task_dispatcher.shutdown()


def _drain(server: Any, ours: dict[int, Any]) -> None:
    """Take in who has been let in by the system, nobody after; leave when all are answered."""
    before = -1
    while before < len(ours):
        before = len(ours)
        server.handle_accept()
    server.del_channel(ours)
    server.socket.close()
    latest, quiet = time.monotonic() + PATIENCE, 0
    while quiet < 2 and time.monotonic() < latest:  # what has arrived is read in the first round
        wasyncore.loop(timeout=ROUND, map=ours, use_poll=True, count=1)
        channels = list(server.active_channels.values())
        busy = any(each.requests or each.request or each.total_outbufs_len for each in channels)
        quiet = 0 if busy else quiet + 1
