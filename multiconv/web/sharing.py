"""Where others can open what is shared: the public address, this machine's in its network, none.

It stands alone because the server's start finds the one, and the page says which it is.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from contextlib import suppress
from dataclasses import dataclass

from flask import current_app, request

NETWORK = "NETWORK_ADDRESS"
"""The app's setting with this machine's address in its network, where it listens there."""

_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")
_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}  # nobody's, by RFC


@dataclass(frozen=True, slots=True)
class Shared:
    """The address that a link to be shared begins with, and what is said of it."""

    origin: str
    words: str


def shared() -> Shared:
    """Return where others can open this request's page, as far as the server knows."""
    if not _HOST.fullmatch(request.host):
        return Shared("", "")
    asked = request.host_url.rstrip("/")
    if not is_own(request.host):
        return Shared(asked, "")
    network = current_app.config.get(NETWORK, "")
    if network:
        words = "The address is this machine’s in its network: others there can open it."
        return Shared(network, words)
    return Shared(
        asked,
        "This address is of this machine alone. For others in the same network start the server "
        "with --host 0.0.0.0, and share again.",
    )


def is_own(host: str) -> bool:
    """Tell whether a host's name, perhaps with a port, is what a machine calls itself."""
    name = host.partition("]")[0][1:] if host.startswith("[") else host.partition(":")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    with suppress(ValueError):
        found = ipaddress.ip_address(name)
        return found.is_loopback or found.is_unspecified
    return False


def network_address(host: str, port: int) -> str:
    """Return where this machine is found in its network, if it listens there and has a place."""
    with suppress(ValueError):
        if not ipaddress.ip_address(host).is_unspecified:
            return ""
        for family in _ELSEWHERE:
            found = _own_address(family)
            if found and not is_own(f"[{found}]" if ":" in found else found):
                return f"http://[{found}]:{port}" if ":" in found else f"http://{found}:{port}"
    return ""


def _own_address(family: socket.AddressFamily) -> str:
    """Return the address from which this machine would reach another; nothing is sent there."""
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect((_ELSEWHERE[family], 9))
        return str(sock.getsockname()[0])
    return ""
