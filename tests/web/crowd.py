"""Many clients who are slow in every way that there is, and the server's health meanwhile."""

from __future__ import annotations

import socket
import threading

from tests.web.server import HOST, PATIENCE

WAYS = (
    b"",  # says nothing
    b"GET /healthz HT",  # drips its request
    b"POST /images HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n",  # drips a picture
    b"GET /maps/sum.npy?size=512 HTTP/1.1\r\nHost: a\r\n\r\n",  # asks for a lot and does not read
)
SECONDS_A_DRIP = 1.0


class Crowd:
    """So many slow clients, connected while the block lasts."""

    def __init__(self, port: int, clients: int) -> None:
        self.port = port
        self._clients = clients
        self._sockets: list[socket.socket] = []
        self._over = threading.Event()
        self._drips = threading.Thread(target=self._drip)

    @property
    def connected(self) -> int:
        """How many are connected."""
        return len(self._sockets)

    def __enter__(self) -> Crowd:
        for at in range(self._clients):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.settimeout(PATIENCE)
            sock.connect((HOST, self.port))
            sock.sendall(WAYS[at % len(WAYS)])
            sock.setblocking(False)
            self._sockets.append(sock)
        self._drips.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._drips.join()
        for sock in self._sockets:
            sock.close()

    def _drip(self) -> None:
        while not self._over.wait(SECONDS_A_DRIP):
            for at, sock in enumerate(self._sockets):
                if at % len(WAYS) in (1, 2):
                    try:
                        sock.send(b"x")
                    except OSError:
                        continue
