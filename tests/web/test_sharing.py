"""Share offers an address that others can open, where the server knows one, and says where not."""

from __future__ import annotations

import socket

import pytest
from flask import Flask
from flask.testing import FlaskClient

from multiconv.web.sharing import NETWORK, is_own, network_address

ALONE = "This address is of this machine alone."
NEAR = "others there can open it"


def panel(client: FlaskClient, host: str) -> str:
    text = client.get("/?k=1", headers={"Host": host}).text
    return text[text.index('id="share"') : text.index('id="export"')]


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "localhost", "[::1]:5000", "a.localhost:80"])
def test_a_machines_own_address_is_said_to_be_its_alone(client: FlaskClient, host: str) -> None:
    said = panel(client, host)
    assert ALONE in said
    assert "open anywhere" not in said
    assert f'value="http://{host.removesuffix(":80")}/?k=1"' in said


def test_where_it_listens_in_its_network_the_address_there_is_offered(app: Flask) -> None:
    app.config[NETWORK] = "http://192.168.1.5:5000"
    said = panel(app.test_client(), "127.0.0.1:5000")
    assert 'value="http://192.168.1.5:5000/?k=1" data-origin="http://192.168.1.5:5000"' in said
    assert NEAR in said
    assert ALONE not in said
    app.config[NETWORK] = ""


@pytest.mark.parametrize("host", ["conv.example", "192.168.1.5:5000"])
def test_an_address_that_others_used_is_offered_as_it_is(client: FlaskClient, host: str) -> None:
    said = panel(client, host)
    assert f'value="http://{host}/?k=1"' in said
    assert "link-words" not in said
    assert "Samples open anywhere" in said


def test_a_host_that_is_no_name_is_not_repeated(client: FlaskClient) -> None:
    assert 'value="/?k=1"' in panel(client, 'a"onload="x')


def test_a_network_address_is_of_this_machine_and_only_where_it_listens() -> None:
    assert network_address("127.0.0.1", 5000) == network_address("192.168.1.5", 5000) == ""
    found = network_address("0.0.0.0", 5000)  # noqa: S104 - asked about, not listened on
    if found:  # a machine without a network has none
        name = found.removeprefix("http://").removesuffix(":5000").strip("[]")
        assert not is_own(name)
        with socket.create_server((name, 0), family=socket.AF_INET6 if ":" in name else 2):
            pass  # it is this machine's
