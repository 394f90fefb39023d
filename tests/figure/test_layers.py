"""The row of volumes: boxes that open layers, where pixels stay over the photograph, marks."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qsl

import numpy as np
import pytest

from multiconv.experiment.link import read
from multiconv.experiment.model import Experiment, Focus, Layer
from multiconv.figure.layers import change_words, layers_of, over_same_place
from multiconv.figure.links import Links
from multiconv.networks.shipped import network

STACK = {
    "size": "48",
    "strides": "2",
    "padding": "valid",
    "activation": "relu",
    "2.kind": "max_pool",
    "3.outputs": "6",
    "3.k": "4",
    "layer": "2",
    "k": "1",
    "i": "5",
    "j": "2",
}


@pytest.fixture
def tracer(app):
    return app.extensions["multiconv"]


def row(tracer, **more):
    trace = tracer.trace(read((STACK | {k.replace("_", "."): v for k, v in more.items()}).items()))
    return trace, layers_of(trace, Links(trace.experiment, "b"), tracer)


def test_a_single_layer_has_no_row(tracer, client):
    trace = tracer.trace(read([("size", "24")]))
    assert layers_of(trace, Links(trace.experiment, "b"), tracer) is None
    assert 'class="layers"' not in client.get("/").text


def test_every_layer_has_a_box_with_its_shape(tracer):
    _, layers = row(tracer)
    assert [box.name for box in layers.boxes] == ["photo", "conv1", "pool2", "conv3"]
    assert [box.size for box in layers.boxes] == ["48²", "23²", "11²", "11²"]
    assert [box.channels for box in layers.boxes] == [3, 5, 5, 6]
    assert [box.opened for box in layers.boxes] == [False, False, True, False]
    assert [box.k for box in layers.boxes[1:]] == [0, 1, 4]
    assert layers.boxes[3].said == "conv3, 11 × 11 × 6"


def test_a_flat_photograph_has_both_sides(tracer):
    trace = tracer.trace(read((STACK | {"image": "sample:coffee"}).items()))
    layers = layers_of(trace, Links(trace.experiment, "b"), tracer)
    rows, columns, _ = tracer.levels(trace.experiment.source).shape
    assert layers.boxes[0].size == f"{rows} × {columns}"


def test_pixels_keep_their_place_on_the_photograph(tracer):
    """Centres by hand: conv1's is 2i + 1, pool2's between rows 4i + 1 and 4i + 3 of the photo."""
    trace, layers = row(tracer)
    assert trace.pixel == (5, 2)
    assert [box.pixel for box in layers.boxes[1:]] == [(11, 5), (5, 2), (5, 2)]
    assert over_same_place(trace.shapes, 1, (11, 5), 2) in {(5, 2), (5, 3)}


def test_boxes_lead_to_their_layers_with_every_chosen_output(client):
    text = unescape(client.get("/", query_string=STACK).text)
    links = re.findall(r'<a [^>]*href="/\?([^"]*)" data-live-link data-layer="(\d)"', text)
    opened = {}
    for query, n in links:
        experiment = read(pair.split("=") for pair in query.split("&"))
        assert experiment.focus.layer == int(n)
        opened[n] = experiment
        assert [experiment.k_of(at) for at in (1, 2, 3)] == [0, 1, 4]
    assert set(opened) == {"1", "2", "3"}
    assert (opened["1"].focus.i, opened["1"].focus.j) == (11, 5)
    for query, _ in links:
        assert client.get(f"/?{query}").status_code == 200


def test_faces_are_the_chosen_outputs(client, tracer):
    trace, layers = row(tracer)
    for n, box in enumerate(layers.boxes[1:], 1):
        answer = client.get(box.face)
        assert (answer.status_code, answer.content_type) == (200, "image/png")
        plane = np.load(__import__("io").BytesIO(client.get(box.face.replace(".png", ".npy")).data))
        whole = tracer.outputs_of(trace.experiment, n)
        assert plane == pytest.approx(whole[:, :, box.k], abs=2e-6)
    assert client.get(layers.boxes[0].face).data == client.get("/maps/input.png?size=48").data


def test_an_edit_leaves_the_faces_before_it_as_they_were(tracer):
    _, before = row(tracer)
    _, after = row(tracer, w_0_0="zero", layer="1", i="0")
    assert before.boxes[0].face == after.boxes[0].face
    _, later = row(tracer, **{"3_bias": "1,1,1,1,1,1"})
    assert [box.face for box in later.boxes[:3]] == [box.face for box in before.boxes[:3]]
    assert later.boxes[3].face != before.boxes[3].face


@pytest.mark.parametrize(
    ("name", "words"), [("layer-4-0", "no layer 4"), ("layer-3-6", "output 6")]
)
def test_faces_that_are_not_there_are_refused(client, name, words):
    answer = client.get(f"/maps/{name}.png", query_string=STACK)
    assert answer.status_code == 404
    assert words in answer.text


def test_silenced_layers_are_marked_with_a_way_back_and_what_it_came_to(client, tracer):
    trace, layers = row(tracer, **{"3_off": "0,2"})
    assert [box.name for box in layers.changed] == ["conv3"]
    assert layers.changed[0].changed == "inputs 0 and 2 left out"
    now = tracer.outputs_of(trace.experiment, 3)[:, :, 4].max()
    was = tracer.outputs_of(row(tracer)[0].experiment, 3)[:, :, 4].max()
    said = re.findall(r"[+−][\d.]+", layers.end)
    assert [float(text.replace("−", "-")) for text in said] == pytest.approx([was, now], abs=0.006)
    text = unescape(client.get("/", query_string=STACK | {"3.off": "0,2"}).text)
    back = re.search(r'<a href="([^"]*)" data-live-link>undo this layer', text)[1]
    assert "3.off" not in back
    assert "conv3*" in text
    assert "conv3*" not in client.get(back).text


def test_what_changed_is_said():
    own = Layer(inputs=3)
    assert change_words(1, own, own) == ""
    assert change_words(1, Layer(off=(0, 2)), own) == "red and blue left out"
    assert change_words(2, Layer(off=(1,)), own) == "input 1 left out"
    kernels = (((0, 0), "zero"), ((2, 1), "zero"))
    assert change_words(1, Layer(kernels=kernels), own) == "2 kernels changed"
    several = Layer(bias=(1.0,) * 5, strides=(2, 2))
    assert change_words(1, several, own) == "bias and stride changed"


def test_where_nothing_is_summed_there_is_no_end(tracer):
    _, layers = row(tracer, **{"if": "apart", "layer": "3", "k": "4", "2_off": "1"})
    assert layers.end == ""
    assert layers.boxes[2].face.startswith("/maps/layer-2-0.png")
    assert layers.boxes[3].face.startswith("data:")


def test_opening_keeps_the_outputs_of_all_layers():
    layers = (Layer(), Layer(inputs=5, bank="random", outputs=4, bias=(0.0,) * 4))
    found = Experiment(layers=layers, focus=Focus(k=3, layer=2, others=((1, 2),)))
    assert found.opening(1).focus.k == 2
    assert found.opening(1).opening(2).focus.k == 3


def test_the_drawing_has_the_row_above_the_figure(client):
    svg = client.get("/stage.svg", query_string=STACK).text
    for words in ("photo", "conv1", "pool2", "conv3", "output 1", "23²"):
        assert words in svg
    assert "/maps/" not in svg  # needs nothing else
    assert "<a" not in svg
    assert "translate(0 " not in client.get("/stage.svg?size=24").text


def test_layers_that_are_too_much_work_have_no_face(app):
    from multiconv.experiment.model import LIMITS
    from multiconv.tracing.trace import Tracer

    limits = replace(LIMITS, multiply_adds=300_000)
    few = Tracer(app.extensions["multiconv_store"], limits=limits)
    trace = few.trace(read((STACK | {"3.outputs": "64", "3.off": "1"}).items()))
    layers = layers_of(trace, Links(trace.experiment, "b"), few)
    assert layers.boxes[2].face.startswith("/maps/")
    assert layers.boxes[3].face.startswith("data:")
    assert layers.end == ""


@pytest.mark.parametrize(
    "query",
    [
        "network=faces&7.outputs=2&7.k=1",
        "network=faces&7.kind=max_pool&7.k=30",
        "network=faces&2.outputs=8&3.filters=he(1)",
        "network=faces&outputs=4&2.filters=each&2.outputs=32&layer=2",
        "network=faces&4.kernel=3x3&4.padding=valid&layer=5&i=9&j=9",
    ],
)
def test_every_layer_can_be_undone_whatever_became_of_its_neighbours(client, query):
    page = client.get(f"/?size=200&{query}")
    assert page.status_code == 200
    links = re.findall(r'href="([^"]*)" data-live-link>undo this layer', page.text)
    assert links
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


@pytest.mark.parametrize(
    ("layer", "field", "value"),
    [(2, "outputs", "8"), (2, "filters", "each"), (1, "filters", "redness"), (4, "kernel", "3x3")],
)
def test_a_networks_layer_is_edited_in_the_form_and_the_page_comes(client, layer, field, value):
    answer = client.post(
        "/edit",
        data={"from": f"network=faces&size=200&layer={layer}", field: value, "do": "apply"},
    )
    assert client.get(answer.headers["Location"]).status_code == 200


def test_a_generators_row_begins_with_its_numbers_and_ends_in_colour(tracer, client):
    query = "network=emoji&layer=3&k=26&1.k=42&i=5&j=2"
    trace = tracer.trace(read(parse_qsl(query), networks=network))
    layers = layers_of(trace, Links(trace.experiment, "b"), tracer)
    assert layers.grows
    assert [box.size for box in layers.boxes] == ["100", "4²", "8²", "16²", "32²", "64²"]
    assert [box.channels for box in layers.boxes] == [100, 128, 64, 32, 16, 3]
    shows = ["", "map 42", "map 0", "map 26", "map 0", "in colour"]
    assert [box.shows for box in layers.boxes] == shows
    assert [box.is_picture for box in layers.boxes] == [False] * 5 + [True]
    assert layers.boxes[0].said == "z, 100 numbers"
    drawn = layers.drawings["wide"]
    assert drawn.width == 1066
    assert [box.n for box in layers.drawings["narrow"].boxes] == [0, 2, 3, 4]
    # The pinned pixel's field lies on the map before, over where its window is.
    assert drawn.boxes[2].field
    assert drawn.wedge
    page = client.get(f"/?{query}").text
    assert '<a href="#latent">z <small>100</small></a>' in page
    figure = client.get(f"/stage.svg?{query}").text
    assert figure.count("data:image/png") > 10
    assert "/maps/" not in figure
