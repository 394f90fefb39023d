"""What a number sees, in words and as a box, against every source pixel perturbed by loops."""

from __future__ import annotations

import json
import re
from html import unescape
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from multiconv.drawing.marks import Mark
from multiconv.experiment.edit import Form, edit_of
from multiconv.experiment.link import read, to_query
from multiconv.figure.links import Links
from multiconv.figure.page import page
from multiconv.figure.sight import place_words, sight_of
from multiconv.imaging.ranges import automatic_range

STACK = [
    ("size", "48"),
    ("strides", "2"),
    ("padding", "valid"),
    ("2.kernel", "5x5"),
    ("layer", "2"),
    ("i", "3"),
    ("j", "9"),
]


@pytest.fixture
def tracer(app):
    return app.extensions["multiconv"]


def sight(tracer, *more):
    trace = tracer.trace(read([pair for pair in STACK if pair[0] not in dict(more)] + [*more]))
    return sight_of(trace)


def test_a_first_layer_has_none(tracer):
    trace = tracer.trace(read([("size", "24")]))
    assert sight_of(trace) is None


def test_the_field_is_worked_by_hand(tracer):
    """Rows 3−2 … 3+2 of layer 1 have windows at 2·1 … 2·5 + 2: rows 2 to 12."""
    found = sight(tracer)
    assert (found.field.row, found.field.height) == (2, 11)
    assert (found.field.column, found.field.width) == (14, 11)
    assert found.words == "what this number sees: 11 × 11 pixels"
    assert found.place == "rows 2 to 12, columns 14 to 24; no padding"
    assert found.holes == ""


def test_padding_is_told_side_by_side(tracer):
    found = sight(tracer, ("i", "0"), ("j", "0"))
    assert found.place == "rows 0 to 6, columns 0 to 6; padding: 4 rows above, 4 columns left"
    assert place_words(Mark(45, 40, 9, 9), (48, 48)) == (
        "rows 45 to 47, columns 40 to 47; padding: 6 rows below, 1 column right"
    )


def test_holes_are_told(tracer):
    found = sight(tracer, ("kernel", "1x1"))
    assert found.holes == (
        "Of these 9 rows and 9 columns, 5 and 5 reach it; strides or dilations skip the others."
    )


def test_the_box_is_what_changes_the_number(tracer):
    """Every source row and column is changed by itself; those that matter span the box."""
    trace = tracer.trace(read(STACK))
    layers, source = trace.experiment.layers, tracer.outputs_of(trace.experiment, 0)

    def value(x):
        from multiconv.engine.conv import conv2d

        for layer in layers:
            x = conv2d(x, np.ones((*layer.kernel_size, x.shape[2], 1)), **layer.how())
        return float(x[3, 9, 0])

    whole = value(source.astype(float))
    rows = []
    for row in range(48):
        other = source.astype(float)
        other[row] += 1
        if value(other) != pytest.approx(whole, abs=1e-6):
            rows.append(row)
    assert rows == list(range(2, 13))


@pytest.mark.parametrize(("row", "column"), [(0, 0), (7, 19), (47, 47), (20, 33)])
def test_a_click_on_the_photograph_chooses_the_pixel_centred_there(tracer, row, column):
    experiment = read(STACK)
    scale = 260 / 48
    form = Form(
        [
            ("from", to_query(experiment)),
            ("at.photo.x", str(int((column + 0.5) * scale))),
            ("at.photo.y", str(int((row + 0.5) * scale))),
        ]
    )
    focus = edit_of(form, tracer.geometry).experiment.focus
    rows, columns = tracer.trace(experiment).layer.geometry.output_size
    centres = [(at, 2 * at + 1) for at in range(max(rows, columns))]
    nearest = [
        min(abs(centre - place) for at, centre in centres[:side])
        for place, side in ((row, rows), (column, columns))
    ]
    assert [abs(2 * focus.i + 1 - row), abs(2 * focus.j + 1 - column)] == nearest


def test_scripts_have_the_numbers_that_move_it(tracer):
    trace = tracer.trace(read(STACK))
    facts = json.loads(page(trace, Links(trace.experiment, "b")).facts)["sight"]
    found = sight(tracer)
    assert facts["first"][0] + 3 * facts["jump"][0] == found.field.row
    assert facts["first"][1] + 9 * facts["jump"][1] == found.field.column
    single = tracer.trace(read([("size", "24")]))
    assert "sight" not in json.loads(page(single, Links(single.experiment, "b")).facts)


def test_the_page_says_it(client):
    text = client.get("/", query_string=dict(STACK)).text
    assert "what this number sees: 11 × 11 pixels" in text
    assert re.search(r'<input type="image" name="at.photo" src="/maps/[^"]+" width="260"', text)
    assert 'id="sight"' not in client.get("/").text


def test_what_counted_is_a_map_and_brightness(client, tracer):
    trace = tracer.trace(read(STACK))
    text = client.get("/", query_string=dict(STACK)).text
    for name in ("influence", "counted"):
        address = unescape(re.search(rf'src="(/maps/{name}.png[^"]*)"', text)[1])
        assert client.get(address).content_type == "image/png"
    numbers = np.load(BytesIO(client.get("/maps/influence.npy", query_string=dict(STACK)).data))
    assert numbers.shape == trace.shapes[0].input_size
    inside = np.zeros(numbers.shape, bool)
    inside[2:13, 14:25] = True
    assert numbers[inside].any()
    assert not numbers[~inside].any()
    with Image.open(
        BytesIO(client.get("/maps/counted.png", query_string=dict(STACK)).data)
    ) as found:
        bright = np.asarray(found.convert("RGB"))
    assert not bright[~inside].any()
    levels = tracer.levels(trace.experiment.source)
    share = np.minimum(np.abs(numbers) / automatic_range((numbers,)), 1)
    assert np.abs(bright - levels * share[..., np.newaxis]).max() <= 1


def test_where_nothing_is_summed_nothing_counted(client):
    query = dict(STACK) | {"if": "apart"}
    assert "What counted" not in client.get("/", query_string=query).text
    assert client.get("/maps/influence.png", query_string=query).status_code == 404


FAR = (
    "kernel=1x1&outputs=128&2.kind=max_pool&2.kernel=15x15&2.strides=1&2.padding=same"
    "&3.filters=mean&3.kernel=15x15&3.dilations=10&3.padding=same&layer=3&size=150"
)


def test_what_is_too_much_to_be_followed_back_is_refused_and_not_on_the_page(client):
    for name in ("influence.png", "counted.png", "influence.npy", "influence.svg"):
        answer = client.get(f"/maps/{name}?{FAR}")
        assert answer.status_code == 413
        assert "multiply-adds" in answer.text
    answer = client.get("/?" + FAR)
    assert answer.status_code == 200
    assert 'id="sight"' in answer.text
    assert "What counted" not in answer.text
