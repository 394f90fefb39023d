"""A waitress server that lets in all who wait at its door, not one at a time."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

AT_ONCE = 64
"""So many connections are taken before those that are there have their turn again."""


class PromptServer(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """Waitress on one listening socket.

    Waitress takes one connection, then looks at all that it has: with n
    arriving at once the last one waits for n passes of up to n looks each.

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
        where = sock.family, sock.type, sock.proto, sock.getsockname()
        given = Adjustments(sockets=[sock], **settings)
        super().__init__(app, _sock=sock, adj=given, sockinfo=where, bind_socket=False)

    def handle_accept(self) -> None:
        """Take those who wait, up to the limit of connections."""
        for _ in range(AT_ONCE):
            there = len(self._map)
            if there >= self.adj.connection_limit:
                return
            super().handle_accept()
            if len(self._map) == there:  # nobody waits any more
                return
