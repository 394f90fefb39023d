"""What the tests in the browser and the screenshots share: server, Chromium, watch on pages."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Route,
    WebError,
)

ROOT = Path(__file__).resolve().parents[2]
PAGES = re.compile(r"//[^/]+/(\?|$)")
"""The page's own addresses: its answer takes an edit's canvases away, maybe between two looks."""
PROBE = "robots.txt"
"""What no page of a test needs."""
ROUTED = """async (name) => {
    for (let n = 0; n < 1000; n += 1) {
        if ((await (await fetch(`/${name}`)).text()) === "routed") return true;
    }
    return false;
}"""
LATE = """(late) => {
    const { setTimeout: timer, fetch: ask, scheduler } = window;
    const wait = () => new Promise((over) => timer(over, late));
    window.setTimeout = (work, ms = 0, ...rest) => timer(work, ms + late, ...rest);
    window.fetch = (...all) => wait().then(() => ask(...all)).finally(wait);
    const post = scheduler.postTask.bind(scheduler);
    scheduler.postTask = (work, how) => post(work, { ...how, delay: late });
}"""
"""What a page does later comes so many ms later still: it finds tests that take it for quick."""
PATIENCE_MS = 60_000
"""After which what a test waits for is taken not to come; a busy machine may need much of it."""
# Without windows it takes half the processor's time, and is what Playwright starts by itself.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages of one context share a process, blank ones too, which need not start with each of them.
    "--process-per-site",
    "--renderer-process-limit=1",
    # No name is looked up and no other machine asked, whatever a page wants.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def chromium_on_path() -> str | None:
    """The system's Chromium, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def launched(playwright: Playwright) -> Browser | None:
    """A headless Chromium, the system's before Playwright's own; None where neither is."""
    executable = chromium_on_path()
    if executable is None and not Path(playwright.chromium.executable_path).exists():
        return None
    return playwright.chromium.launch(executable_path=executable, args=list(FLAGS))


@contextlib.contextmanager
def serving(store: Path, **environment: str) -> Iterator[str]:
    """Start ``python app.py`` on a free port; yield its address without the closing slash."""
    log = store / "server.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "app.py", "--port", "0", "--store", str(store / "uploads")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "default", **environment},
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"http://[^\s/]+", said)
        if found is None:
            process.wait(60)
            raise RuntimeError(f"the server did not start: {said}{log.read_text()}")
        yield found[0]
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


class Contexts:
    """Contexts that one test after another has to itself, empty but for the files it was sent.

    Styles and scripts under one build's name come once so, and not with every test.  An idle page
    stays in each, and with it the process that shows its pages, which need not start again.
    """

    def __init__(self, browser: Browser, server: str) -> None:
        self.browser = browser
        self.server = server
        self.free: dict[tuple[bool, ...], list[BrowserContext]] = {}
        self.kinds: dict[BrowserContext, tuple[bool, ...]] = {}
        self.idle: set[Page] = set()

    def take(
        self, dark: bool, javascript: bool, touch: bool, still: bool
    ) -> tuple[BrowserContext, Page]:
        """Return a context of a kind, and a blank page in it; nothing is stored there."""
        kind = dark, javascript, touch, still
        free = self.free.setdefault(kind, [])
        if free:
            context = free.pop()
            page = context.new_page()
            context.clear_cookies()
            session = context.new_cdp_session(page)
            session.send(
                "Storage.clearDataForOrigin", {"origin": self.server, "storageTypes": "all"}
            )
            session.detach()
            return context, page
        context = self.browser.new_context(
            base_url=self.server,
            viewport={"width": 1440, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            has_touch=touch,
            reduced_motion="reduce" if still else "no-preference",
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MS)
        late = os.environ.get("MULTICONV_LATE")
        if late and javascript:
            context.add_init_script(f"({LATE})({int(late)})")
        self.kinds[context] = kind
        idle = context.new_page()
        idle.goto(f"/{PROBE}")
        self.idle.add(idle)
        return context, context.new_page()

    def give_back(self, context: BrowserContext) -> None:
        """Take a context back, and close its pages but the idle one."""
        for page in context.pages:
            if page not in self.idle:
                page.close()
        self.free[self.kinds[context]].append(context)


@dataclass
class Watch:
    """What went wrong in the pages of a test: console errors, CSP violations, foreign hosts.

    A test that means to meet an error page says so first: ``watch.forgive("422")``.
    """

    host: str
    faults: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)
    followed: list[BrowserContext] = field(default_factory=list)

    def forgive(self, words: str) -> None:
        """Let pass every fault that has `words` in it."""
        self.forgiven.append(words)

    def unforgiven(self) -> list[str]:
        """The faults that no test asked for."""
        return [fault for fault in self.faults if not any(w in fault for w in self.forgiven)]

    def follow(self, context: BrowserContext) -> None:
        """Note the faults of every page of `context`.

        Requests are watched and not intercepted: that would switch the cache off and cost time.
        """
        self.followed.append(context)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def leave(self) -> None:
        """Follow none of the contexts any more."""
        for context in self.followed:
            context.remove_listener("request", self._request)
            context.remove_listener("console", self._console)
            context.remove_listener("weberror", self._error)
        self.followed.clear()

    def _error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self.host:
            self.faults.append(f"request to another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")


def settle(page: Page) -> None:
    """Wait until pictures and fonts of the page are there."""
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.fonts.ready.then(() => null)")


def frames(page: Page) -> None:
    """Wait until what has happened so far is drawn: for the second frame from now.

    Without scripts nothing comes later, and nobody would be told of a frame.
    """
    for _ in range(2 * page.locator("html.js").count()):
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done(null)))")


def due(page: Page, ms: int) -> None:
    """Wait until the page's timers that are due so soon have fired, however busy the machine."""
    page.evaluate("ms => new Promise((done) => setTimeout(() => done(null), ms))", ms)


def routed(page: Page, place: str | re.Pattern[str], work: Callable[[Route], object]) -> None:
    """Let `work` have the page's requests to a place, from the next one on.

    A page that is loaded already hears of the first such route a moment late: a request before that
    goes by it, and no event tells of it.
    """
    page.route(place, work)
    page.route(f"**/{PROBE}", lambda route: route.fulfill(body="routed"))
    for frame in page.frames:
        if frame.url.startswith("http"):
            assert frame.evaluate(ROUTED, PROBE), "no request of the page goes by its routes"
    page.unroute(f"**/{PROBE}")


class Held:
    """Requests to some places, answered only when they are let go."""

    def __init__(self, page: Page, *places: str | re.Pattern[str]) -> None:
        self.page = page
        self.waiting: list[Route] = []
        self.asked = 0
        self.open = False
        for place in places:
            routed(page, place, self.hold)

    def hold(self, route: Route) -> None:
        self.asked += 1
        if self.open:
            route.continue_()
        else:
            self.waiting.append(route)

    def let_go_first(self) -> None:
        """Answer the one that has waited longest, which may still be on its way."""
        for _ in range(PATIENCE_MS // 20):
            if self.waiting:
                break
            due(self.page, 20)
        self.waiting.pop(0).continue_()

    def let_go(self, *, answered: bool = True) -> None:
        self.open = True
        for route in self.waiting:
            (route.continue_ if answered else route.abort)()
