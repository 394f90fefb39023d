"""The table of layers: the face network's as it is published, and one of one's own counted."""

from __future__ import annotations

import re

import pytest

from multiconv.experiment.link import read
from multiconv.figure.values import layer_table
from multiconv.networks.shipped import network

# What its author's file holds: in and out, kernel, stride, padding, numbers, sees, jump.
PUBLISHED = [
    (3, 16, 5, 2, 0, 1_216, 5, 2),
    (16, 32, 5, 2, 0, 12_832, 13, 4),
    (32, 32, 5, 2, 0, 25_632, 29, 8),
    (32, 45, 5, 1, 2, 36_045, 61, 8),
    (45, 45, 5, 1, 2, 50_670, 93, 8),
    (45, 45, 5, 1, 2, 50_670, 125, 8),
    (45, 1, 9, 1, 4, 3_646, 189, 8),
]


@pytest.fixture
def table(app):
    def found(*pairs):
        return layer_table(app.extensions["multiconv"].trace(read(pairs, networks=network)))

    return found


def test_the_face_networks_table_is_what_is_published_of_it(table):
    found = table(("network", "faces"), ("layer", "4"))
    side, work = 400, 0
    for row, (c_in, c_out, kernel, stride, pad, numbers, sees, jump) in zip(
        found.rows, PUBLISHED, strict=True
    ):
        assert row.takes == f"{side} × {side} × {c_in}"
        side = (side + 2 * pad - kernel) // stride + 1
        assert row.gives == f"{side} × {side} × {c_out}"
        products = side * side * kernel * kernel * c_in * c_out
        assert row.work == f"{products:,}"
        work += products
        assert row.parameters == f"{numbers:,} = {kernel}·{kernel}·{c_in}·{c_out} + {c_out}"
        assert (row.kernel, row.stride) == (f"{kernel} × {kernel}", str(stride))
        assert (row.padding, row.sees, row.jump) == (str(pad), f"{sees} × {sees}", str(jump))
    assert (found.parameters, found.work) == ("180,711", f"{work:,}")
    assert [row.kind for row in found.rows] == ["convolution, then ReLU"] * 6 + ["convolution"]
    assert [row.name for row in found.rows if row.opened] == ["conv4"]


def test_poolings_groups_dilations_and_uneven_padding_are_told(table):
    first, second, third = table(
        *(("size", "65"), ("strides", "2x1"), ("outputs", "6"), ("groups", "3")),
        *(("2.kind", "avg_pool"), ("3.dilations", "2x3"), ("3.kernel", "3x4"), ("layer", "3")),
    ).rows
    assert (first.parameters, first.stride) == ("60 = 3·3·1·6 + 6", "2 × 1")
    assert (second.kind, second.parameters) == ("average pooling", "none")
    assert second.work == f"{16 * 32 * 2 * 2 * 6:,}"
    assert third.kernel == "3 × 4, dilation 2 × 3"
    assert third.padding == "2 × 4 / 5"
    assert third.jump == "4 × 2"
    # Down 3 → 3 + 1·2 → 5 + 4·4; across 3 → 3 + 1·1 → 4 + 9·2.
    assert third.sees == "21 × 22"


def test_the_values_panel_has_the_table_where_there_is_more_than_one_layer(client, table):
    assert table(("size", "24")) is None
    assert "layer-table" not in client.get("/?size=24").text
    text = client.get("/?network=faces").text
    body = re.search(r'<div class="layer-table".*?</table>', text, re.DOTALL)[0]
    assert body.count('<th scope="col">') == 11
    assert body.count('<th scope="row">') == 7
    assert "36,045 = 5·5·32·45 + 45" in body
    assert re.search(r'aria-current="true"><th scope="row">conv7<', body)
