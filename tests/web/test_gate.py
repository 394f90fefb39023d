"""Before the app: a refusal is said again without it, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask, Response, request

from multiconv.experiment.model import Experiment
from multiconv.tracing.trace import Trace, Tracer
from multiconv.web import create_app
from multiconv.web.gate import KEPT, REFUSED, Gate
from multiconv.web.log import LOGGER
from multiconv.web.settings import Settings

Told = tuple[str, str, int, int]


class Small:
    """An app with a gate before it, which counts what reaches it."""

    def __init__(self) -> None:
        self.full = True
        self.refuses = True
        self.reached: list[str] = []
        self.told: list[Told] = []
        app = Flask(__name__)
        app.add_url_rule("/sums/<name>", "sums", self._answer, methods=["GET", "POST"])
        app.add_url_rule("/light", "light", self._answer)
        app.wsgi_app = Gate(  # type: ignore[assignment, method-assign]
            app, {"sums"}, lambda: self.full, self._hear
        )
        self.client = app.test_client()

    def _answer(self, **_: str) -> Response:
        self.reached.append(request.path)
        if not self.refuses:
            return Response("right")
        if request.path != "/light":
            request.environ[REFUSED] = True
        body = f"{request.method} busy {request.host} {request.accept_mimetypes.best}"
        return Response(body, 503, {"Retry-After": "1"})

    def _hear(self, rule: str, method: str, status: int, began: float, sent: int) -> None:
        assert began > 0
        self.told.append((rule, method, status, sent))


@pytest.fixture
def small() -> Small:
    """An app that is full, and refuses."""
    return Small()


def test_the_second_is_told_what_the_first_was(small: Small) -> None:
    first, second = (small.client.get(f"/sums/{at}") for at in range(2))
    assert small.reached == ["/sums/0"]
    assert (first.status, first.data) == (second.status, second.data)
    assert list(first.headers) == list(second.headers)
    assert small.told == [("/sums/<name>", "GET", 503, len(first.data))]


ELSE: list[Callable[[Small], object]] = [
    lambda small: small.client.get("/sums/1", headers={"If-None-Match": '"a"'}),
    lambda small: small.client.get("/sums/1", headers={"Accept": "application/json"}),
    lambda small: small.client.get("/sums/1", headers={"Sec-Fetch-Dest": "iframe"}),
    lambda small: small.client.get("/sums/1", base_url="http://other"),
    lambda small: small.client.get("/sums/1", base_url="https://localhost"),
    lambda small: small.client.get("/sums/1", base_url="http://localhost/below"),
    lambda small: small.client.post("/sums/1"),
    lambda small: small.client.head("/sums/1"),
    lambda small: small.client.get("/light"),
]


@pytest.mark.parametrize("ask", ELSE)
def test_who_asks_otherwise_is_answered_by_the_app(
    small: Small, ask: Callable[[Small], object]
) -> None:
    small.client.get("/sums/0")
    ask(small)
    assert len(small.reached) == 2


def test_what_no_route_takes_is_answered_by_the_app(small: Small) -> None:
    small.client.get("/sums/0")
    assert small.client.get("/nothing").status_code == 404
    assert small.client.delete("/sums/0").status_code == 405


def test_while_there_is_room_all_reach_the_app(small: Small) -> None:
    small.client.get("/sums/0")
    small.full = small.refuses = False
    assert small.client.get("/sums/1").data == b"right"


def test_only_a_refusal_is_kept(small: Small) -> None:
    """A turn may come free between the gate and the app."""
    small.refuses = False
    assert small.client.get("/sums/0").data == b"right"
    small.refuses = True
    assert small.client.get("/sums/1").status_code == 503


def test_refusals_to_ever_new_hosts_do_not_pile_up(small: Small) -> None:
    for at in range(KEPT + 1):
        small.client.get("/sums/0", base_url=f"http://{at}.example")
    small.client.get("/sums/0", base_url=f"http://{KEPT}.example")
    assert len(small.reached) == KEPT + 1
    small.client.get("/sums/0", base_url="http://0.example")
    assert len(small.reached) == KEPT + 2


def test_it_is_counted_and_logged_as_any_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Settings(computing=1, waiting=0, metrics=True)
    client = create_app(store_folder=tmp_path, settings=few).test_client()
    found: list[int] = []
    real = Tracer.trace

    def trace(self: Tracer, experiment: Experiment) -> Trace:
        """Ask twice more while this has the only turn."""
        monkeypatch.setattr(Tracer, "trace", real)
        other = client.application.test_client()
        with ThreadPoolExecutor(1) as pool:  # what a request keeps is its thread's own
            found.extend(pool.map(lambda path: other.get(path).status_code, ["/api/probe"] * 2))
        return real(self, experiment)

    monkeypatch.setattr(Tracer, "trace", trace)
    caplog.set_level("INFO", logger=LOGGER.name)
    assert client.get("/api/probe").status_code == 200
    assert found == [503, 503]
    lines = [json.loads(each.getMessage()) for each in caplog.records if each.name == LOGGER.name]
    assert [(line["path"], line["status"]) for line in lines[:2]] == [("/api/probe", 503)] * 2
    assert lines[0]["bytes"] == lines[1]["bytes"]
    told = client.get("/metrics").text
    rule = 'rule="/api/probe",status="503"'
    assert f'multiconv_requests_total{{method="GET",{rule}}} 2.0' in told
