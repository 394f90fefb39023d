"""How many pictures and filters one address may write a minute, so that one does not take all.

Flask-Limiter counts, in this process or in Valkey for many; where nothing is bounded it is not
imported.  It stands alone as all that is particular to it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from flask import Flask, current_app, request

from multiconv.errors import InvalidValue, TooMany
from multiconv.web.settings import Settings, variable

PICTURES, OTHERS = "pictures", "filters or deletions"
TIMES = {PICTURES: 1, OTHERS: 5}
"""What is written, with how many times as many of it as of pictures: a long link's filters are
stored as they are edited."""

_COUNTS = "multiconv_writes"
_STORAGE: dict[str, str | int] = {"socket_connect_timeout": 1, "socket_timeout": 1}
"""Seconds that a request waits for Valkey before it is let through."""


def count_write(what: str) -> None:
    """Count what is about to be written for the address that sent it; or raise `TooMany`."""
    count = current_app.extensions.get(_COUNTS, {}).get(what)
    if count:
        count()


def _sender() -> str:
    """Return the address a request is from; of IPv6 the network that one household has."""
    try:
        address = _address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return f"{address.exploded[:19]}::/64"
    return str(address)


def _address(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError:  # some proxies add the port
        return ip_address(urlsplit(f"//{text}").hostname or "")


def register(app: Flask, settings: Settings) -> None:
    """Bound what one address writes, if anything is to be bounded."""
    if not settings.writes:
        return
    if find_spec("flask_limiter") is None:
        raise InvalidValue(
            "To bound what one address writes an extra is needed.",
            f"Run pip install 'multiconv[hosted]', or set {variable('writes')}=0.",
            field=variable("writes"),
        )
    app.extensions[_COUNTS] = _counters(app, settings.writes, settings.limits_store)


def _counters(app: Flask, writes: int, place: str) -> dict[str, Callable[[], None]]:
    """Return what counts a write of each kind, for the request that is being answered."""
    from flask_limiter import Limiter, RateLimitExceeded

    # Without a handler of its own nobody would read that its Valkey is away, or misspelt.
    logging.getLogger("flask-limiter").handlers = [logging.StreamHandler()]

    limiter = Limiter(
        _sender,
        app=app,
        key_prefix="multiconv",
        storage_uri=place or "memory://",
        storage_options=_STORAGE if place else {},
        strategy="moving-window",
        # Without its Valkey each process counts by itself, and without that nothing is refused.
        in_memory_fallback_enabled=True,
        swallow_errors=True,
    )

    def counter(what: str) -> Callable[[], None]:
        most = writes * TIMES[what]

        def passed() -> None:
            """Be counted when called."""

        passed.__qualname__ = f"passed.{what}"  # by which the limiter tells the two apart
        counted = limiter.shared_limit(f"{most} per minute", scope=what)(passed)

        def count() -> None:
            try:
                counted()
            except RateLimitExceeded as error:
                raise TooMany(
                    f"More than {most} {what} a minute came from your network’s address.",
                    "Wait a minute and send it again: nothing that you typed is lost.",
                    limit=f"{most} a minute",
                ) from error

        return count

    return {what: counter(what) for what in TIMES}
