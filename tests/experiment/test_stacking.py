"""Layers added, removed and opened by the form; what is proposed is what fits."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.link import read, to_query
from multiconv.experiment.stacking import (
    FURTHER,
    TURNED,
    turned_around,
    with_added,
    without_opened,
)
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
        ("transposed", "2.kind=transposed&2.strides=2x2&2.filters=twice"),
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
    more = with_added(start, "max_pool", start.network.shapes((200, 160))[2])
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


def turnable(rng):
    """The query of a layer by chance that sums, and the size of what it is given."""
    kind = rng.choice(["conv", "transposed"])
    high, wide, down, across = rng.integers(1, [5, 5, 4, 4])
    groups = int(rng.choice([1, 3]))
    said = {
        "kind": kind,
        "kernel": f"{high}x{wide}",
        "strides": f"{down}x{across}",
        "padding": rng.choice(["same", "valid", "1", "0,1,1,0"]),
        "dilations": f"{rng.integers(1, 3)}x{rng.integers(1, 3)}",
        "groups": groups,
        "outputs": groups * int(rng.integers(1, 4)),
        "filters": rng.choice(["he(3)", "redness", "each"]),
        "activation": "relu",
        "off": rng.integers(0, 3),
    }
    if kind == "transposed" and said["padding"] != "same":
        said["output_padding"] = f"{rng.integers(0, down)}x{rng.integers(0, across)}"
    return urlencode(said), tuple(map(int, rng.integers(5, 12, 2)))


def test_a_layer_turned_around_is_its_gradient_in_pytorch_and_keeps_the_adjoint_law():
    torch = pytest.importorskip("torch")
    rng, tried, kinds = np.random.default_rng(17), 0, set()
    while tried < 60:
        query, size = turnable(rng)
        experiment = of(query)
        layer = replace(experiment.layer, activation="identity")
        try:
            shape = layer.geometry(size)
        except InvalidValue:
            continue  # these sizes do not fit each other
        turned = turned_around(layer, shape)
        x, y = rng.normal(size=(*size, 3)), rng.normal(size=(*shape.output_size, layer.outputs))
        back = turned.passage(y).output()
        assert back.shape == x.shape
        put_out = layer.passage(x).output()
        assert np.vdot(put_out, y) == pytest.approx(np.vdot(x, back), abs=1e-9)

        given = torch.tensor(x.transpose(2, 0, 1)[None], requires_grad=True)
        (top, bottom), (left, right) = shape.pads
        how = {"stride": shape.strides, "dilation": shape.dilations, "groups": layer.groups}
        if layer.transposed:
            blocks = np.split(layer.all_kernels(), layer.groups, axis=3)
            members = 3 // layer.groups
            iohw = np.concatenate(
                [each[:, :, g * members : (g + 1) * members] for g, each in enumerate(blocks)], 2
            )
            iohw[:, :, list(layer.off)] = 0
            iohw = torch.tensor(iohw.transpose(2, 3, 0, 1).copy())
            whole = torch.nn.functional.conv_transpose2d(given, iohw, **how)
            whole = torch.nn.functional.pad(whole, (0, 16, 0, 16))
            high, wide = shape.output_size
            out = whole[..., top : top + high, left : left + wide]
        else:
            padded = torch.nn.functional.pad(given, (left, right, top, bottom))
            oihw = torch.tensor(layer.filters_used().transpose(3, 2, 0, 1).copy())
            out = torch.nn.functional.conv2d(padded, oihw, **how)
        out.backward(torch.tensor(y.transpose(2, 0, 1)[None].copy()))
        assert np.allclose(back, given.grad[0].numpy().transpose(1, 2, 0), atol=1e-9)

        more = with_added(experiment, TURNED, shape)
        assert more.layer == turned
        assert of(to_query(more)) == more
        kinds.add((layer.kind, layer.groups, turned.output_padding != (0, 0)))
        tried += 1
    assert len(kinds) >= 6


def test_a_layer_is_turned_around_by_the_form_and_told(client, edit):
    found = edit("size=31&strides=2&padding=valid&outputs=2", ("add", TURNED))
    link, _, told = found.partition("&told=")
    assert told == "turned"
    assert "2.kind=transposed&" in link
    assert "2.output_padding" not in link  # 31 is 2 · 14 + 3: no row is left over
    page = client.get(f"/?{found}").text
    assert "It is the adjoint" in page
    assert "2.output_padding=1x1" in edit(
        "size=32&strides=2&padding=valid&outputs=2", ("add", TURNED)
    )


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("size=40&padding_mode=reflect", "padding_mode is reflect"),
        ("size=40&2.kind=max_pool&layer=2", "is a pooling"),
        ("size=20&kind=transposed&padding=1&dilations=4&output_padding=3", "output padding"),
        ("network=emoji", "stay as many"),
    ],
)
def test_what_cannot_be_turned_around_is_explained_and_not_proposed(client, start, words):
    answer = client.get(f"/edit?{urlencode([('from', start), ('add', TURNED)])}")
    assert answer.status_code == 400
    assert words in answer.text
    assert TURNED not in proposed(client, start)


def test_the_form_has_every_field_of_a_transposed_layer(client, edit):
    start = "size=20&kind=transposed&filters=twice&strides=2"
    page = client.get(f"/?{start}").text
    for name in ("kernel", "strides", "padding", "dilations", "output_padding", "groups",
                 "outputs", "filters", "activation"):  # fmt: skip
        assert re.search(rf'name="{name}(\.other)?"', page), name
    assert '<option value="twice" selected' in page
    assert 'name="padding_mode"' not in page
    assert edit(start, ("padding", "1"), ("output_padding", "1x0")) == (
        "size=20&kind=transposed&strides=2x2&padding=1&output_padding=1x0&filters=twice&range=1"
    )


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
