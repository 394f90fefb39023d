"""A Chromium led through its debugging pipe, by no more than the page itself needs.

Playwright watches every request of its pages, for whoever may ask; that is a fifth of the time of
an edit, and nobody who drags a weight has it.  Commands and answers are JSON, each ended by a zero
byte (https://chromedevtools.github.io/devtools-protocol).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.browser.harness import FLAGS

WIDTH, HEIGHT = 1440, 900


@dataclass
class Browser:
    """The two ends of the pipe."""

    commands: int
    answers: int
    asked: int = 0
    rest: bytes = b""

    def send(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        """Send one command, and return its answer; what the browser says unasked is passed over."""
        self.asked += 1
        command: dict[str, Any] = {"id": self.asked, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        while True:
            answer = json.loads(self._line())
            if answer.get("id") == self.asked:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _line(self) -> bytes:
        while b"\0" not in self.rest:
            more = os.read(self.answers, 2**16)
            if not more:
                raise RuntimeError("Chromium has ended.")
            self.rest += more
        line, self.rest = self.rest.split(b"\0", 1)
        return line

    def page(self) -> Page:
        """Open a page of its own, with nothing in its cache."""
        context = self.send("Target.createBrowserContext")["browserContextId"]
        opened = self.send("Target.createTarget", url="about:blank", browserContextId=context)
        target = opened["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, target, session)
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        page.send("Emulation.setDeviceMetricsOverride", **size)
        return page


@dataclass
class Page:
    """One page of the browser."""

    browser: Browser
    target: str
    session: str

    def send(self, method: str, **parameters: Any) -> Any:
        """Send one of this page's commands."""
        return self.browser.send(method, self.session, **parameters)

    def goto(self, address: str) -> None:
        """Open an address, and wait until it and all it needs are there."""
        self.send("Page.navigate", url=address)
        while self.evaluate("() => location.href + document.readyState") != f"{address}complete":
            time.sleep(0.02)

    def evaluate(self, function: str, *given: object) -> Any:
        """Call a JavaScript function in the page; return what it, or its promise, gives."""
        found = self.send(
            "Runtime.evaluate",
            expression=f"({function})({', '.join(map(json.dumps, given))})",
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in found:
            raise RuntimeError(f"{found['exceptionDetails']}")
        return found["result"].get("value")

    def close(self) -> None:
        """Close it."""
        self.browser.send("Target.closeTarget", targetId=self.target)


@contextlib.contextmanager
def chromium(executable: str) -> Iterator[Browser]:
    """Start a headless Chromium with an empty profile; POSIX only, for its two file descriptors."""
    (reads, commands), (answers, writes) = os.pipe(), os.pipe()

    def place() -> None:
        # Copies first: an end may stand where the other is to go.
        mine = os.dup(reads), os.dup(writes)
        os.dup2(mine[0], 3)
        os.dup2(mine[1], 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                executable,
                "--headless",
                "--remote-debugging-pipe",
                f"--user-data-dir={profile}",
                *FLAGS,
            ],
            preexec_fn=place,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(reads)
        os.close(writes)
        browser = Browser(commands, answers)
        try:
            yield browser
        finally:
            with contextlib.suppress(RuntimeError, OSError):
                browser.send("Browser.close")
            process.wait(20)
            os.close(commands)
            os.close(answers)
