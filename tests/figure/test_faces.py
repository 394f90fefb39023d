"""What the face network finds on the samples, and its boxes by plain loops."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pytest

from multiconv.experiment.link import read
from multiconv.figure import faces as module
from multiconv.figure.faces import faces_of, found_faces
from multiconv.networks.shipped import network


@pytest.fixture
def tracer(app):
    return app.extensions["multiconv"]


def faces(tracer, **more):
    pairs = {"network": "faces", **more}
    return faces_of(tracer.trace(read(pairs.items(), networks=network)), tracer)


def test_the_portrait_has_a_face(tracer):
    """dlib's own detector answers 1.072 at row 10, column 19 of 400 pixels, 8 cells above 0."""
    found = faces(tracer)
    assert found.head == "Above 0: a face here"
    assert found.words == (
        "8 of conv7’s 2209 pixels lie above 0; the highest, +1.07, sets the box, 80 × 80 pixels of "
        "the photo at this size."
    )
    (box,) = found.boxes
    assert (box.row, box.column, box.height, box.width) == (54, 126, 80, 80)


def test_a_single_pixel_above_is_told_as_one_of_them(tracer):
    """The highest score is 1.072 and the next 1.067: a bias lower by 1.069 leaves one."""
    words = faces(tracer, **{"7.bias": "-1.3163"}).words
    assert words.startswith("1 of conv7’s 2209 pixels lies above 0; the highest, 0.00, sets")


@pytest.mark.parametrize("image", ["sample:coffee", "sample:cat"])
def test_where_there_is_none_it_says_so(tracer, image):
    found = faces(tracer, image=image, size="400")
    assert (found.boxes, found.head) == ((), "Nothing above 0: no face")


def test_at_160_it_finds_nothing_and_a_silenced_network_neither(tracer):
    assert faces(tracer, size="160").words.startswith("The highest of conv7’s 289 pixels is −1.2")
    assert faces(tracer, **{"7.off": "0,1,5,36"}).words == (
        "The highest of conv7’s 2209 pixels is −0.22."
    )


@pytest.mark.parametrize(
    ("size", "score", "found_there"),
    [(160, -1.24, False), (256, -1.14, False), (320, -0.55, False), (512, 1.06, True)],
)
def test_at_other_sizes_it_answers_as_was_recorded_of_dlibs_detector(
    tracer, size, score, found_there
):
    """The figures of the network's provenance, of the portrait at single sizes."""
    found = faces(tracer, size=str(size))
    assert bool(found.boxes) == found_there
    last = tracer.outputs_of(
        read({"network": "faces", "size": str(size)}.items(), networks=network), 7
    )
    assert last.max() == pytest.approx(score, abs=0.006)


def test_other_experiments_have_none(tracer):
    trace = tracer.trace(read([("size", "24"), ("layers", "2")]))
    assert faces_of(trace, tracer) is None
    assert faces(tracer, **{"4.strides": "2"}) is None  # its cells stand elsewhere
    assert faces(tracer, **{"7.bias": "1"}).head.startswith("Above 0")


def test_boxes_are_the_highest_that_do_not_overlap():
    random = np.random.default_rng(5)
    for _ in range(5):
        scores = random.normal(-1.2, 1, (20, 24)).astype(np.float32)
        cells = [(float(scores[i, j]), i, j) for i in range(20) for j in range(24)]
        kept = []
        for score, i, j in sorted(cells, key=lambda cell: -cell[0]):
            if score <= 0:
                continue
            squares = {(i + a, j + b) for a in range(10) for b in range(10)}  # of 8 × 8 pixels
            if all(len(squares & other) / len(squares | other) <= 0.338 for _, other in kept):
                kept.append(((8 * i - 26, 8 * j - 26), squares))
        assert [(box.row, box.column) for box in found_faces(scores)] == [at for at, _ in kept]


def test_of_many_boxes_the_highest_are_drawn_and_it_says_so(tracer):
    found = faces(tracer, size="1024", **{"7.bias": "100"})
    count = re.search(r"Of (\d+) boxes the 64 highest are drawn\.$", found.words)
    assert int(count[1]) > len(found.boxes) == 64
    assert found.head == f"Above 0: {count[1]} here"


def test_a_drawing_without_boxes_looks_for_none(client, monkeypatch):
    monkeypatch.setattr(module, "found_faces", lambda _: pytest.fail("boxes were looked for"))
    assert client.get("/stage.svg?network=faces&size=160").status_code == 200


def test_the_page_draws_and_says_it(client):
    text = unescape(client.get("/?network=faces").text)
    assert '<rect class="face" x="126" y="54" width="80" height="80"/>' in text
    assert '<clipPath id="inside"><path d="M0 0H400V400H0Z"/></clipPath>' in text  # no box leaves
    assert "Above 0: a face here" in text
    assert "trained on faces" in text
    assert '<a href="/?network=faces">Faces</a>' in client.get("/").text
    assert client.get("/?network=faces&layer=1").status_code == 200
