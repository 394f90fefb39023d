"""A waitress server for crowds: it lets in all who wait, and hears them all before it works."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from threading import get_ident
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

FIRST = "/healthz"
"""Asked by whoever decides whether the server is to be ended, so that it waits for nobody."""


class PromptServer(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """Waitress on one listening socket.

    Waitress's loop takes one connection, then looks at all that it has: of n
    that arrive at once the last waits for n passes of up to n looks each.  And
    it gives each request to the threads as it is read, who from then on
    compete with the loop for the interpreter: the one read last waits for much
    of everybody's work.  Here a pass takes all who wait; what it reads is
    given to the threads when all is read.

    Parameters
    ----------
    app : WSGI application
    sock : socket.socket
        Bound and listening; the server closes it.
    settings : mapping
        Waitress's adjustments.

    Examples
    --------
    >>> from multiconv.web.serve import listener
    >>> server = PromptServer(None, listener(port=0), {"threads": 1})
    >>> server.effective_host
    '127.0.0.1'
    >>> server.task_dispatcher.shutdown()
    True
    >>> server.close()
    """

    def __init__(self, app: Any, sock: socket.socket, settings: Mapping[str, Any]) -> None:
        self._loop = 0
        self._first: list[HTTPChannel] = []
        self._heard: list[HTTPChannel] = []
        where = sock.family, sock.type, sock.proto, sock.getsockname()
        given = Adjustments(sockets=[sock], **settings)
        super().__init__(app, _sock=sock, adj=given, sockinfo=where, bind_socket=False)

    def handle_accept(self) -> None:
        """Take those who wait at the door, up to the limit of connections."""
        there = -1
        while there < len(self._map) < self.adj.connection_limit:
            there = len(self._map)
            super().handle_accept()  # which changes nothing if nobody waits any more

    def add_task(self, task: HTTPChannel) -> None:
        """Note that a connection has a request: for when the loop has read all of them."""
        if get_ident() != self._loop:  # a thread found another request behind its own
            super().add_task(task)
        else:
            path = getattr(task.requests[0], "path", None)  # one that cannot be read has none
            (self._first if path == FIRST else self._heard).append(task)

    def readable(self) -> bool:
        """Tell whether there is room for more connections; the loop asks as a pass begins."""
        self._loop = get_ident()
        if self._first or self._heard:
            self._hand_over()
        return bool(super().readable())

    def _hand_over(self) -> None:
        threads = self.task_dispatcher
        with threads.lock:
            threads.queue.extendleft(self._first)
            threads.queue.extend(self._heard)
            threads.queue_cv.notify(len(self._first) + len(self._heard))
        self._first, self._heard = [], []
