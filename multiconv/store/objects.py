"""Bytes in an object store (S3, Google's, Azure's), for servers on several machines.

It alone imports obstore, and is imported where a setting asks for it.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import from_url

from multiconv.errors import InvalidValue, StoreAway
from multiconv.experiment.numbers import misread
from multiconv.store.blobs import UNFINISHED, USED, Kept, Trials

LOGGER = logging.getLogger("multiconv.store")

TRIAL = f"trial{UNFINISHED}"
"""The object that is made to see whether one can be."""
PAUSE = 1.0
"""Seconds after a failure in which nothing is asked, so that no queue of requests waits for it."""

ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT")
"""Variables that say where an S3 is that is not Amazon's."""

METADATA = "169.254.169.254"
"""Where a machine of Amazon's or Google's is asked for keys if none are set."""
REASONS = (
    r"<Code>(\w+)</Code>",
    r'(?:message|error): "([^"\\]+)"',
    r"error: (Invalid\w+)\(",
    r"status code: (\d{3} [A-Za-z ]+)",
)
"""What a store or the network said, in the words of an error; never an object's name."""

NOWHERE = {"NoSuchBucket", "ContainerNotFound"}
"""What stores say where it is not an object that is missing but all of them."""

_Answer = TypeVar("_Answer")


class ObjectBlobs:
    """Objects below an address such as ``s3://bucket/prefix``; many servers may share it.

    Credentials and endpoint come from the environment, as each kind of store names them.  What is
    out of reach is `StoreAway`, within seconds.
    """

    def __init__(self, address: str) -> None:
        _check_endpoints()
        try:
            self._store = from_url(
                address,
                client_options={"allow_http": True, "connect_timeout": "2s", "timeout": "15s"},
                retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
            )
        except (BaseError, ValueError) as error:
            raise InvalidValue(
                f"The store “{address}” cannot be used: {str(error).splitlines()[0]}.",
                "Write such as s3://bucket/prefix, gs://bucket/prefix or az://account/container, "
                "and set what it asks for in the environment.",
                field="store",
            ) from error
        self._away_until = 0.0
        self.trials = Trials()

    def put_if_absent(self, name: str, body: bytes) -> bool:
        """Make an object, unless it is there already: the store itself decides who was first."""

        def put() -> bool:
            try:
                obstore.put(self._store, name, body, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

        return self._ask(put)

    def get(self, name: str, most: int = -1) -> bytes | None:
        """Return an object's bytes, or so many of its beginning; None if it is not there."""

        def get() -> bytes | None:
            try:
                if most < 0:
                    return bytes(obstore.get(self._store, name).bytes())
                return bytes(obstore.get_range(self._store, name, start=0, end=most))
            except FileNotFoundError as error:
                if reason(error) in NOWHERE:
                    raise
                return None

        return self._ask(get)

    def head(self, name: str) -> Kept | None:
        """Return an object's size and when it was written; None if it is not there."""

        def head() -> Kept | None:
            try:
                told = obstore.head(self._store, name)
            except FileNotFoundError:
                return None
            return Kept(name, told["size"], told["last_modified"].timestamp())

        return self._ask(head)

    def delete(self, name: str) -> int | None:
        """Remove an object; of two that remove it at once both may hear that it was there."""
        told = self.head(name)
        if told is None:
            return None

        def delete() -> None:
            with suppress(FileNotFoundError):  # some stores say so, some do not
                obstore.delete(self._store, name)

        self._ask(delete)
        return told.size

    def touch(self, name: str) -> None:
        """Write the note of an id's last use anew, since an object's time cannot be set."""
        with suppress(StoreAway):
            self._write(name.partition(".")[0] + USED)

    def listing(self) -> Iterator[Kept]:
        """Yield all objects; every store lists them in the order of their names."""
        pages = obstore.list(self._store)
        while page := self._ask(lambda: next(pages, None)):
            for told in page:
                if "/" not in told["path"]:
                    yield Kept(told["path"], told["size"], told["last_modified"].timestamp())

    def is_writable(self) -> bool:
        """Return whether an object can be made here: tried, since rights alone do not say so."""
        return self.trials.hold(self._makes_an_object, self._answers)

    def _makes_an_object(self) -> bool:
        try:
            self._write(TRIAL)
        except StoreAway:
            return False
        return True

    def _answers(self) -> bool:
        try:
            self.head(TRIAL)
        except StoreAway:
            return False
        return True

    def _write(self, name: str) -> None:
        """Make an object of one byte, new or anew."""
        self._ask(lambda: obstore.put(self._store, name, b"1", use_multipart=False))

    def _ask(self, what: Callable[[], _Answer]) -> _Answer:
        """Return what the store answers, or raise `StoreAway`."""
        if time.monotonic() < self._away_until:
            raise _away()
        try:
            return what()
        except (BaseError, FileNotFoundError) as error:
            self._away_until = time.monotonic() + PAUSE
            self.trials.fail()
            LOGGER.warning("The store does not answer as it should: %s", reason(error))
            raise _away() from error


def reason(error: Exception) -> str:
    """Return why a store failed in a few words, such as NoSuchBucket or Connection refused."""
    text = str(error)
    if METADATA in text:
        return "no keys are set"
    found = filter(None, (re.search(each, text) for each in REASONS))
    return next((each[1] for each in found), type(error).__name__)


def _check_endpoints() -> None:
    """Refuse an address without its beginning, of which obstore would panic."""
    for name in ENDPOINTS:
        text = os.environ.get(name, "")
        if text and not text.startswith(("http://", "https://")):
            raise misread(name, text, "is no address", "Write such as https://s3.example:9000.")


def _away() -> StoreAway:
    return StoreAway(
        "The store of pictures and filters cannot be reached.",
        "Nothing is lost: try again in a few seconds.",
    )
