"""Turns: so many at once, a few waiting, the rest told to return; the light answers never wait."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, quote

import pytest

from multiconv.errors import Busy
from multiconv.tracing.trace import Tracer
from multiconv.web import turns
from multiconv.web.serve import threads
from multiconv.web.settings import Settings
from multiconv.web.turns import Turns, computing_turns, large_turns, uploading_turns
from tests.web.server import PATIENCE


def test_never_more_than_so_many_at_once():
    places, both, inside, most = Turns(2, 100, PATIENCE), threading.Barrier(2), [], []
    lock = threading.Lock()

    def work(at):
        places.take()
        with lock:
            inside.append(at)
            most.append(len(inside))
        both.wait(PATIENCE)  # for another who is inside
        with lock:
            inside.remove(at)
        places.give_back()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(60)))
    assert max(most) == 2


def test_who_may_wait_has_no_turn_before_one_is_given_back():
    places = Turns(2, 1, 0.0)
    places.take()
    places.take()
    with pytest.raises(Busy, match="All 2 places"):
        places.take()
    places.give_back()
    places.take()


def test_who_finds_the_queue_full_is_told_at_once():
    places = Turns(1, 0, 60.0)
    places.take()
    with pytest.raises(Busy, match="1 places"):
        places.take()
    places.give_back()
    places.take()


def test_who_waits_too_long_is_told_and_leaves_the_queue():
    places = Turns(1, 1, 0.01)
    places.take()
    for _ in range(3):
        with pytest.raises(Busy):
            places.take()
    places.give_back()
    places.take()


def test_the_server_has_threads_left_when_all_turns_are_taken():
    # Large ones wait in the queue of the others.
    for settings in (Settings(), Settings(computing=8, waiting=200)):
        computing = computing_turns(settings).threads
        assert large_turns().threads < computing
        assert computing + uploading_turns().threads < threads(settings)


@pytest.fixture
def taken(monkeypatch):
    """Semaphores, by how many places there are, each let go of when one of them is taken.

    To be asked for before the app.  Who waits in it is patient, however busy the machine is.
    """
    found = {}

    class Places(threading.BoundedSemaphore):
        def __init__(self, places):
            super().__init__(places)
            self.taken = found.setdefault(places, threading.Semaphore(0))

        def acquire(self, **how):
            there = super().acquire(**how)
            if there:
                self.taken.release()
            return there

    begin = Turns.__init__
    monkeypatch.setattr(turns, "BoundedSemaphore", Places)
    monkeypatch.setattr(
        Turns,
        "__init__",
        lambda self, at_once, waiting, _, *told: begin(self, at_once, waiting, PATIENCE, *told),
    )
    return found


@pytest.fixture
def stuck(taken, app, monkeypatch):
    """Requests that hold every place until the test ends."""
    go_on = threading.Event()
    real = Tracer.trace

    def slow(self, experiment):
        go_on.wait(PATIENCE)
        return real(self, experiment)

    monkeypatch.setattr(Tracer, "trace", slow)
    places = computing_turns(Settings()).threads
    with ThreadPoolExecutor(places) as pool:
        asked = [pool.submit(app.test_client().get, "/api/probe") for _ in range(places)]
        for _ in range(places):
            assert taken[places].acquire(timeout=PATIENCE)
        yield asked
        go_on.set()


@pytest.mark.usefixtures("stuck")
def test_beyond_it_503_with_retry_after_while_healthz_answers(client):
    for path in ("/api/probe", "/", "/maps/sum.png", "/diagram.svg", "/edit", "/code/jax.py"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert answer.headers["Cache-Control"] == "no-store"
        again = client.get(path)  # which the gate says
        assert (again.data, list(again.headers)) == (answer.data, list(answer.headers))
    known = {"If-None-Match": '"that it has"'}  # who may have the answer asks the app
    assert client.get("/api/probe", headers=known).status_code == 503
    told = client.get("/api/probe").json
    assert "Try again" in told["remedy"]
    assert told["limit"] == "2 at once"
    for path in ("/healthz", "/limits", "/robots.txt", "/openapi.json"):
        assert client.get(path).status_code == 200


def test_turns_come_back_after_mistakes(client):
    for _ in range(30):
        assert client.get("/api/probe?k=99").status_code == 400
        assert client.get("/maps/nosuch.png").status_code == 404
        assert client.options("/api/probe").status_code == 200
    assert client.get("/api/probe").status_code == 200


def test_turns_come_back_after_a_fault(client, monkeypatch):
    monkeypatch.setattr(Tracer, "trace", lambda *_: 1 / 0)
    for _ in range(30):
        assert client.get("/api/probe").status_code == 500
    monkeypatch.undo()
    assert client.get("/api/probe").status_code == 200


def test_every_endpoint_that_takes_turns_is_there(app):
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert known >= turns.COMPUTING | turns.UPLOADING


@pytest.fixture
def large(uploaded, monkeypatch):
    """The link of a picture that counts as large."""
    monkeypatch.setattr(turns, "LARGE", 24 * 30 - 1)
    return f"image={uploaded}&size=full"


@pytest.fixture
def busy(taken, app, large, monkeypatch):
    """One large picture under way and as many waiting as may, until the test ends."""
    go_on, begun, inside = threading.Event(), threading.Semaphore(0), []
    real = Tracer.trace

    def slow(self, experiment):
        if experiment.source.size is None:
            inside.append(experiment)
            begun.release()
            go_on.wait(PATIENCE)
        return real(self, experiment)

    monkeypatch.setattr(Tracer, "trace", slow)
    places = large_turns().threads
    with ThreadPoolExecutor(places) as pool:
        asked = [pool.submit(app.test_client().get, f"/api/probe?{large}") for _ in range(places)]
        for _ in range(places):
            assert taken[places].acquire(timeout=PATIENCE)
        assert begun.acquire(timeout=PATIENCE)
        yield inside
        go_on.set()
        answers = [answer.result(timeout=PATIENCE) for answer in asked]
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.usefixtures("taken")
def test_large_pictures_take_turns_and_hold_up_no_other(client, busy, large):
    for path in ("/api/probe?", "/maps/sum.png?", "/?", "/edit?from=" + quote(large) + "&"):
        answer = client.get(path + large)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    posted = client.post("/api/planes", data={"maps": "sum", **dict(parse_qsl(large))})
    assert posted.status_code == 503
    assert len(busy) == 1
    for path in ("/healthz", "/api/probe", "/maps/sum.png", "/multiconv.npz?size=40"):
        assert client.get(path).status_code == 200


def test_what_counts_as_large(app, large, uploaded):
    cases = {
        f"/?{large}": True,
        f"/?image={uploaded}&size=160": False,
        f"/?image={uploaded}": False,
        "/?size=full&image=" + "0" * 64: False,
        "/?size=full&image=../x": False,
        f"/edit?from={quote(large)}": True,
        f"/edit?from={quote(large)}&size=160": False,
    }
    for path, expected in cases.items():
        with app.test_request_context(path):
            assert turns.asks_for_large() is expected, path
