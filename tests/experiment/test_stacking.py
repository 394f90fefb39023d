"""Layers added, removed and opened by the form; what is proposed is what fits."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

import pytest

from multiconv.experiment.link import read, to_query
from multiconv.experiment.stacking import FURTHER, with_added, without_opened
from multiconv.networks.shipped import network


def of(query):
    return read(parse_qsl(query), networks=network)


@pytest.fixture
def edit(client):
    """The query of the link that a form leads to, over that of a link."""

    def sent(start, *fields):
        answer = client.get(f"/edit?{urlencode([('from', start), *fields])}")
        assert answer.status_code == 303, answer.text[-2000:]
        target = answer.headers["Location"]
        assert client.get(target).status_code == 200
        return target.partition("?")[2]

    return sent


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("each", "2.filters=each"),
        ("mean", "2.filters=mean"),
        ("he(1)", "2.filters=he(1)"),
        ("zero", "2.filters=zero"),
        ("max_pool", "2.kind=max_pool"),
        ("avg_pool", "2.kind=avg_pool"),
    ],
)
def test_a_layer_is_added_behind_the_opened_one_and_opened(edit, text, said):
    assert [name for name, _ in FURTHER].count(text) == 1
    assert edit("size=40", ("add", text)) == f"size=40&{said}&layer=2"


def test_a_layer_in_between_moves_those_behind(edit):
    start = "size=60&outputs=4&2.outputs=3&2.w.1.2=soft&1.k=3&layer=2&k=2&range=2"
    asked = start.replace("&1.k=3&layer=2&k=2", "&2.k=2&k=3")
    found = edit(asked, ("add", "mean"))
    # The mean has one map, and kernels of inputs that are no more are gone.
    assert found == "size=60&outputs=4&2.filters=mean&3.outputs=3&1.k=3&3.k=2&layer=2"
    assert edit(found, ("do", "remove")) == "size=60&outputs=4&2.outputs=3&2.k=2&k=3"


def test_removing_the_first_gives_the_next_the_picture(edit):
    assert edit("2.kind=max_pool&3.outputs=2&size=40", ("do", "remove")) == (
        "size=40&kind=max_pool&2.outputs=2"
    )


def test_another_layer_is_opened_and_keeps_the_place(edit):
    start = "size=40&strides=2&2.kind=max_pool&3.filters=each&1.k=2&layer=3&i=5&j=3"
    # Its field's middle lies between two of the first layer's pixels: the later.
    assert edit(start, ("layer", "1")) == (
        "size=40&strides=2x2&2.kind=max_pool&3.filters=each&k=2&i=11&j=7"
    )
    assert edit(start, ("layer", "3")) == start.replace("strides=2", "strides=2x2")


def test_a_network_with_a_layer_more_is_ones_own(edit):
    start = of("network=faces&layer=3&size=200")
    more = with_added(start, "max_pool")
    assert more.network is None
    assert more.layers[:3] == start.layers[:3]
    query = to_query(more)
    assert "filters=faces-conv1" in query
    assert of(query) == more
    less = without_opened(of("network=faces&size=200"))
    assert [layer.bank for layer in less.layers] == [layer.bank for layer in start.layers[:6]]
    assert edit("network=faces&size=200", ("do", "remove"))


@pytest.mark.parametrize(
    ("start", "field", "words"),
    [
        ("size=40&layers=16&layer=16", ("add", "each"), "There are 16 layers"),
        ("size=40", ("add", "conv"), "each, mean"),
        ("size=40", ("do", "remove"), "one layer alone"),
        ("size=40&layers=2", ("layer", "3"), "1 to 2"),
        ("size=1", ("add", "max_pool"), "smallest size"),
    ],
)
def test_what_cannot_be_added_or_removed_is_explained(client, start, field, words):
    answer = client.get(f"/edit?{urlencode([('from', start), field])}")
    assert answer.status_code == 400
    assert words in answer.text


def proposed(client, query):
    page = client.get(f"/?{query}").text
    chosen = re.search(r'<select name="add".*?</select>', page, re.S)
    return re.findall(r'<option value="([^"]+)"', chosen[0]) if chosen else []


def test_only_what_fits_is_proposed(client):
    every = [name for name, _ in FURTHER]
    assert proposed(client, "size=40") == every
    assert proposed(client, "size=1") == [each for each in every if "pool" not in each]
    assert proposed(client, "size=full") == []
    assert proposed(client, "size=30&layers=16&layer=16") == []
    # One map each of 128 is 128 · 128 · 9 multiply-adds a pixel: too much at 512².
    assert "each" not in proposed(client, "size=512&outputs=128")
    assert "mean" in proposed(client, "size=512&outputs=128")


def test_the_page_of_several_layers_opens_and_removes_them(client):
    page = client.get("/?size=40&2.kind=max_pool&layer=2").text
    layers = re.search(r'<select name="layer".*?</select>', page, re.S)[0]
    assert re.findall(r'<option value="(\d)"( selected)?>([^<]*)', layers) == [
        ("1", "", "1: 3 × 3 convolution, 3 to 5"),
        ("2", " selected", "2: 2 × 2 max pooling, 5 maps"),
    ]
    assert 'name="do" value="remove"' in page
    alone = client.get("/?size=40").text
    assert 'name="layer"' not in alone
    assert 'value="remove"' not in alone
