"""Banks of filters taken in by script, and found by every link that names them."""

import io
import json
import re
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest

from multiconv.experiment.link import read
from multiconv.networks.shipped import network

BANK = np.random.default_rng(1).normal(size=(3, 5, 3, 2)).round(3)


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def link_in(client, url):
    """The experiment of a page's address, with the banks of the app's store."""
    banks = client.application.extensions["multiconv_store"].get_array
    return read(parse_qsl(url.partition("?")[2]), banks, networks=network)


def test_json_and_npy_give_one_bank(client):
    answers = [
        client.post("/filters", data=json.dumps(BANK.tolist())),
        client.post("/filters", data=npy(BANK)),
        client.post("/filters", data=npy(np.asfortranarray(BANK))),
    ]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    told = answers[0].get_json()
    assert (told["kernel"], told["outputs"]) == ([3, 5], 2)
    assert answers[0].headers["Location"] == told["url"] == f"/?filters={told['id']}"


def test_a_stored_bank_is_what_its_link_shows(client):
    name = client.post("/filters", data=npy(BANK)).get_json()["id"]
    facts = client.get(f"/api/experiment?filters={name}&size=32").get_json()
    assert facts["filters_shape"] == [3, 5, 3, 2]
    assert facts["query"] == f"size=32&filters={name}"
    probe = client.get(f"/api/probe?filters={name}&size=32&k=1").get_json()
    for q, channel in enumerate(probe["channels"]):
        assert channel["kernel"] == BANK[:, :, q, 1].tolist()
    page = client.get(f"/?filters={name}&size=32")
    assert page.status_code == 200
    assert "A stored bank" in page.text


def test_a_bank_is_there_after_a_restart(client, folder):
    from multiconv.web import create_app

    name = client.post("/filters", data=npy(BANK)).get_json()["id"]
    again = create_app(store_folder=folder).test_client()
    assert again.get(f"/api/experiment?filters={name}&size=32").status_code == 200


def test_an_unknown_bank_is_not_found(client):
    answer = client.get("/api/experiment?filters=" + "ab" * 32)
    assert answer.status_code == 404
    assert answer.get_json()["field"] == "filters"


def lying(shape, dtype="<f8"):
    head = (
        repr({"descr": dtype, "fortran_order": False, "shape": shape}).encode().ljust(117) + b"\n"
    )
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + b"\0" * 64


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "no array of numbers"),
        (b"{}", "more than rows of numbers"),
        (b'"soft"', "more than rows of numbers"),
        (b"[[[[1], [2], [true]]]]x", "no array"),
        (b"[[[[1], [2], [null]]]]", "more than rows"),
        (b"[[[[1], [2, 3], [4]]]]", "no array"),
        (b"[" * 100_000, "no array"),
        (npy(np.zeros((1, 1, 129, 1))), "over 128 channels"),
        (b"[1, 2, 3]", "shape is (3,)"),
        (b"[[[[1], [NaN], [3]]]]", "not finite"),
        (b"[[[[1], [1e999], [3]]]]", "not finite"),
        (b"[[[[1], [1e7], [3]]]]", "too large"),
        (npy(np.zeros((16, 1, 3, 1))), "kernels to 15 × 15"),
        (npy(np.zeros((1, 1, 3, 129))), "128 outputs at most"),
        (npy(np.array([[[["a"]] * 3]])), "<U1"),
        (npy(np.zeros((1, 1, 3, 1), complex)), "complex128"),
        (npy(np.zeros((1, 1, 3, 1), object), allow_pickle=True), "object"),
        (lying((10**9, 15, 3, 64)), "shape is (1000000000"),
        (lying((15, 15, 3, 64)), "ends too early"),
        (lying("(1,"), "cannot be read"),
        (
            b"\x93NUMPY\x01\x00" + (9001).to_bytes(2, "little") + b"(" * 9000 + b"\n",
            "cannot be read",
        ),
        (b"\x93NUMPY\x09\x00", "cannot be read"),
        (b"\x93NUMPY", "cannot be read"),
    ],
)
def test_what_is_no_bank_is_explained(client, body, told):
    answer = client.post("/filters", data=body, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert told in answer.get_json()["detail"]
    assert answer.get_json()["field"] == "filters"


def test_a_body_that_is_too_large_is_refused(client):
    answer = client.post("/filters", data=b" " * (4 * 2**20 + 1))
    assert answer.status_code == 413


def test_a_links_kernels_are_stored_and_the_rest_of_the_link_stays(client):
    link = "size=32&strides=2x2&outputs=3&filters=depthwise&w.2.1=soft&bias=1,0,0&k=1&j=3"
    before = client.get(f"/api/experiment?{link}").get_json()
    answer = client.post("/filters", json={"query": link})
    assert answer.status_code == 201
    told = answer.get_json()
    assert told["url"] == answer.headers["Location"]
    after = client.get("/api/experiment" + told["url"].removeprefix("/")).get_json()
    assert after["query"] == (
        f"size=32&strides=2x2&groups=3&filters={told['id']}&bias=1,0,0&k=1&j=3"
    )
    for fact in ("filters_shape", "output_shape", "k", "pixel", "range"):
        assert after[fact] == before[fact]
    for name in ("partial-1", "output-1"):
        maps = [
            next(found["npy"] for found in facts["maps"] if found["name"] == name)
            for facts in (before, after)
        ]
        assert client.get(maps[0]).data == client.get(maps[1]).data


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"query": "w.0.9=soft"}, 400, "output channel of w.0.9"),
        ({"query": "filters=" + "ab" * 32}, 404, "no filters"),
        ({"query": 5}, 400, "more than rows of numbers"),
        ({"query": "k=0", "more": 1}, 400, "more than rows of numbers"),
        ({"query": "w.0.0=" + "0," * 40_000}, 400, "more than rows of numbers"),
    ],
)
def test_what_is_no_link_is_explained(client, body, status, told):
    answer = client.post("/filters", json=body, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert told in answer.get_json()["detail"]


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 4), (45, 1), (128, 128)])
def test_a_bank_of_any_layer_is_kept_and_opened(client, inputs, outputs):
    sent = np.random.default_rng(5).normal(size=(5, 5, inputs, outputs)).astype(np.float32)
    answer = client.post("/filters", data=npy(sent))
    assert (answer.status_code, answer.json["kernel"]) == (201, [5, 5])
    there = link_in(client, answer.json["url"])
    assert there.layer.inputs == inputs
    assert np.array_equal(there.layer.filters(), sent)
    assert client.get(f"{answer.json['url']}&size=24").status_code == 200


def test_a_bank_too_large_to_keep_is_refused(client):
    body, json = npy(np.zeros((15, 15, 64, 80), np.int8)), {"Accept": "application/json"}
    answer = client.post("/filters", data=body, headers=json)
    assert (answer.status_code, answer.json["field"]) == (413, "filters")


def test_a_long_link_of_a_network_stores_the_kernels_of_its_longest_layer(client):
    rng = np.random.default_rng(6)
    changed = {
        f"5.w.{q}.{k}.{di}.2": f"{rng.normal():.6f}"
        for q in range(45)
        for k in (0, 7)
        for di in (0, 4)
    } | {"7.w.0.0.4.4": "0.5", "5.off": "3"}
    query = urlencode({"network": "faces", "layer": "2", **changed})
    answer = client.post("/filters", json={"query": query})
    there, asked = link_in(client, answer.json["url"]), link_in(client, f"/?{query}")
    found = dict(parse_qsl(answer.json["url"].partition("?")[2]))
    assert found == {
        "network": "faces",
        "5.filters": answer.json["id"],
        "5.off": "3",
        "7.w.0.0.4.4": "0.5",
        "layer": "2",
    }
    for n in range(7):
        assert np.array_equal(there.layers[n].all_kernels(), asked.layers[n].all_kernels())
    page = client.get(answer.json["url"] + "&size=120").text
    assert "trained on faces" in page


# --- Deleting --------------------------------------------------------------------------------


def stored(client, bank=BANK):
    return client.post("/filters", data=npy(bank)).get_json()["id"]


def test_a_script_deletes_a_bank_once(client, folder):
    name = stored(client)
    query = f"filters={name}&size=32"
    assert client.get(f"/maps/sum.png?{query}").status_code == 200
    answer = client.delete(f"/filters/{name}")
    assert (answer.status_code, answer.json) == (200, {"deleted": name})
    assert list(folder.iterdir()) == []
    for address in ("/maps/sum.png", "/", f"/?target={name}:0&{query}"):
        told = client.get(f"{address}?{query}" if "?" not in address else address)
        assert told.status_code == 404
    assert "They may have been deleted" in client.get(f"/?{query}").text
    again = client.delete(f"/filters/{name}")
    assert (again.status_code, again.json["field"]) == (404, "filters")


def test_a_form_deletes_a_bank_and_keeps_the_picture(client, uploaded):
    name = stored(client)
    page = client.get(f"/?image={uploaded}&size=32&k=1&filters={name}&w.0.1=sobel-x").text
    action = re.search(r'<form action="(/filters/[^"]*)" method="post"', page)[1]
    answer = client.post(action.replace("&amp;", "&"))
    there = f"/?image={uploaded}&size=32&k=1"
    assert (answer.status_code, answer.headers["Location"]) == (303, there)
    assert client.get(there).status_code == 200
    assert 'action="/filters/' not in client.get(there).text


def test_where_the_rest_does_not_stand_without_a_bank_the_picture_does(client):
    name = stored(client, np.ones((3, 3, 3, 12)))
    answer = client.post(f"/filters/{name}/delete?size=32&filters={name}&k=11")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?size=32")


def test_of_several_banks_each_can_be_deleted_a_target_too(client):
    one, two, three = (stored(client, np.full((3, 3, 3, 3), n)) for n in (1, 2, 3))
    page = client.get(f"/?size=32&filters={one}&2.filters={two}").text
    assert page.count("Delete them from the server") == 2
    assert "(2 of 2)" in page
    learning = f"/?size=32&filters={one}&target={three}:0"
    assert client.get(learning).text.count("Delete them from the server") == 2
    client.delete(f"/filters/{three}")
    assert client.get(learning).status_code == 404
    assert "Delete them" not in client.get("/?network=faces&layer=1").text


@pytest.mark.parametrize("name", ["A" * 64, "a" * 63, "..", "%2e%2e", "..%2fx", "%00", "learned"])
def test_a_name_that_is_no_banks_deletes_nothing(client, folder, name):
    stored(client)
    before = sorted(folder.iterdir())
    assert client.delete(f"/filters/{name}").status_code in {404, 405}
    assert client.post(f"/filters/{name}/delete").status_code == 404
    assert sorted(folder.iterdir()) == before


def test_a_picture_is_no_bank_and_a_bank_no_picture(client, uploaded):
    assert client.delete(f"/filters/{uploaded}").status_code == 404
    assert client.delete(f"/images/{stored(client)}").status_code == 404


def test_what_is_made_of_a_bank_is_kept_by_no_cache_that_others_share(client, app):
    name, build = stored(client), app.config["BUILD"]
    for query, holds in (
        (f"size=32&filters={name}", "private"),
        (f"size=32&target={name}:0", "private"),
        (f"size=32&amp;filters={name}", "private"),
        ("size=32&filters=redness", "public"),
    ):
        told = client.get(f"/maps/sum.png?v={build}&{query}")
        assert told.headers["Cache-Control"].startswith(holds), query
