"""What whoever runs the server may set: variables of the environment, read once, as one value.

It stands alone because the server's start, its turns, its headers and its store read it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from flask import Config

from multiconv.errors import InvalidValue
from multiconv.experiment.model import LIMITS
from multiconv.experiment.numbers import misread, whole

PREFIX = "MULTICONV"
DAY = 86_400
CORES = 64
"""More computations at once than any machine here has cores are a mistake."""

OBJECTS = {"s3", "gs", "az"}
"""Kinds of object stores, as their addresses begin: Amazon's and its like, Google's, Azure's."""

_NAME = re.compile(r"\.?[^\s/:,@]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+/?|/")
_ORIGIN = re.compile(r"https?://(?:\*\.)?[A-Za-z0-9.-]+(?::[0-9]{1,5})?")


def _names(text: str, variable: str) -> tuple[str, ...]:
    return _listed(text, variable, _NAME, "a host’s name", "a.example, b.example")


def _origins(text: str, variable: str) -> tuple[str, ...]:
    return _listed(text, variable, _ORIGIN, "where a page comes from", "https://lms.example")


def _listed(
    text: str, variable: str, form: re.Pattern[str], what: str, example: str
) -> tuple[str, ...]:
    found = tuple(part for each in text.split(",") if (part := each.strip()))
    for part in found:
        if not form.fullmatch(part):
            remedy = f"Write such as {example}, with commas between several."
            raise misread(variable, part, f"is not {what}", remedy)
    return found


def place_of(text: str, variable: str) -> str:
    """Return a folder, or the address of an object store."""
    kind, _, rest = text.partition(":")
    known = kind in OBJECTS
    if (known or "://" in text) and not (known and rest.startswith("//") and rest[2:]):
        remedy = "Write a folder, s3://bucket/prefix, gs://bucket/prefix or az://account/container."
        raise misread(variable, text, "is no store known here", remedy)
    return text


def _valkey(text: str, variable: str) -> str:
    if not text.startswith(("valkey://", "valkeys://")):
        raise misread(variable, text, "is no Valkey", "Write such as valkey://host:6379.")
    return text


def _path(text: str, variable: str) -> str:
    if not _PATH.fullmatch(text):
        raise misread(variable, text, "is no path", "Write such as /tools/multiconv.")
    return text.rstrip("/")


def _gib(text: str, variable: str) -> int:
    """Return the bytes of a number of GiB, which may have decimals."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 1e-3 <= found <= 1e6:
        raise misread(variable, text, "is no size", "Write GiB as a number, such as 2 or 0.5.")
    return round(found * 2**30)


def _number(lowest: int, highest: int) -> Callable[[str, str], int]:
    return lambda text, variable: whole(text, variable, lowest, highest)


def _days(text: str, variable: str) -> int:
    """Return the seconds of a number of days."""
    return whole(text, variable, 0, 36_500) * DAY


def _switch(text: str, variable: str) -> bool:
    if text not in {"on", "off"}:
        raise misread(variable, text, "is neither", "Write on or off.")
    return text == "on"


def _setting(usual: Any, name: str, read: Callable[[str, str], Any]) -> Any:
    return field(default=usual, metadata={"name": name, "read": read})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, each row a variable; README's table has them in words."""

    store: str = _setting("", "STORE", place_of)
    store_bytes: int = _setting(LIMITS.store_bytes, "STORE_GIB", _gib)
    forget_after: int = _setting(0, "FORGET_DAYS", _days)
    hosts: tuple[str, ...] = _setting((), "HOSTS", _names)
    embedders: tuple[str, ...] = _setting((), "EMBED", _origins)
    writes: int | None = _setting(None, "WRITES", _number(0, 1_000_000))
    limits_store: str = _setting("", "LIMITS_STORE", _valkey)
    proxies: int = _setting(0, "PROXIES", _number(0, 9))
    prefix: str = _setting("", "PREFIX", _path)
    computing: int = _setting(2, "COMPUTING", _number(1, CORES))
    waiting: int = _setting(60, "WAITING", _number(0, 1000))
    preview: bool = _setting(True, "PREVIEW", _switch)
    metrics: bool = _setting(False, "METRICS", _switch)

    @property
    def objects(self) -> str:
        """The address of the object store in which uploads are kept; nothing if in a folder."""
        return self.store if "://" in self.store else ""

    @property
    def place(self) -> str:
        """Where uploads are kept: the address of an object store, or a folder."""
        return self.objects or str(self.folder)

    @property
    def folder(self) -> Path:
        """The folder in which uploads are kept: the user's data folder unless told otherwise."""
        if self.store:
            return Path(self.store)
        try:
            base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        except RuntimeError:  # neither HOME nor an entry in the list of users
            raise InvalidValue(
                "There is no home folder to keep uploads in.",
                f"Set {PREFIX}_STORE to a folder that can be written.",
                field=variable("store"),
            ) from None
        return Path(base) / "multiconv"


_READERS: Mapping[str, tuple[str, Callable[[str, str], Any]]] = {
    each.name: (f"{PREFIX}_{each.metadata['name']}", each.metadata["read"])
    for each in fields(Settings)
}


def variable(name: str) -> str:
    """Return the variable that a setting is read from."""
    return _READERS[name][0]


def unread() -> list[str]:
    """Return a sentence for each variable that is named like a setting and is none.

    It is no error, since Kubernetes sets some of its own, named by a service.
    """
    before = f"{PREFIX}_"
    known = [called.removeprefix(before) for called, _ in _READERS.values()]
    names = sorted(name.removeprefix(before) for name in os.environ if name.startswith(before))
    told = []
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 1)
            guess = f": is {before}{near[0]} meant?" if near else "."
            told.append(f"{before}{name} is no setting{guess}")
    return told


def settings_from_environment() -> Settings:
    """Return the settings; one that cannot be used is an error that names its variable.

    A variable that is set to nothing is as one that is not set.
    """
    found = Config("")
    found.from_prefixed_env(PREFIX, loads=str)
    said = {
        name: read(text, called)
        for name, (called, read) in _READERS.items()
        if (text := str(found.get(called.removeprefix(f"{PREFIX}_"), "")).strip())
    }
    return Settings(**said)
