"""The sizes that are offered to be tried, each with its link and where its scores are."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest

from multiconv.experiment.link import read, to_query
from multiconv.figure.links import Links
from multiconv.figure.sizes import trials_of, untried
from multiconv.networks.shipped import network


@pytest.fixture
def tracer(app):
    return app.extensions["multiconv"]


@pytest.fixture
def sent(upload, picture):
    """The id of a picture of one's own: ``sent(height, width)``."""
    return lambda *sides: upload(picture("PNG", *sides), json=True).json["id"]


def trials(tracer, **more):
    pairs = {"network": "faces", **{name.replace("_", "."): text for name, text in more.items()}}
    trace = tracer.trace(read(pairs.items(), networks=network))
    return trials_of(trace, Links(trace.experiment, "b"), tracer)


def test_each_size_is_five_sixths_of_the_one_before_from_the_pictures_own_to_80(tracer):
    found = [each.side for each in trials(tracer)]
    by_hand, side = [], 512.0  # of the portrait
    while side >= 80:
        by_hand.append(round(side))
        side = side * 5 / 6
    assert by_hand == [512, 427, 356, 296, 247, 206, 171, 143, 119, 99, 83]
    assert found == sorted([*by_hand, 400], reverse=True)  # the present one stands among them


def test_a_large_picture_begins_at_752_and_a_small_one_at_its_own_size(tracer, sent):
    large, small = sent(900, 1200), sent(90, 60)
    found = trials(tracer, image=large)
    assert [each.side for each in found][:3] == [752, 627, 522]
    assert found[0].words == "564 × 752"
    assert found[-1].side >= 80
    assert [each.words for each in trials(tracer, image=small)] == ["90 × 60"]


def test_a_picture_larger_than_all_that_is_tried_says_so(tracer, sent, client):
    def said(**more):
        pairs = {"network": "faces", **more}
        return untried(tracer.trace(read(pairs.items(), networks=network)), tracer)

    large = sent(900, 1200)
    assert "752 pixels long, and this picture is 1200: " in said(image=large)
    assert said(image=large) in client.get(f"/?network=faces&image={large}").text
    assert said(image=sent(90, 60), layer="3") == said() == ""


def test_what_is_too_small_for_the_layers_is_not_offered(tracer, sent):
    narrow = sent(400, 40)
    found = trials(tracer, image=narrow, size="400")
    assert [each.words for each in found] == ["400 × 40", "333 × 33"]


def test_its_links_are_canonical_and_its_scores_are_the_networks(tracer, client):
    found = trials(tracer, layer="4", k="3", **{"7_off": "0,1"})
    assert all("7.off=0,1" in each.link and "layer=4" not in each.link for each in found)
    for each in found[1:3]:
        pairs = [tuple(part.split("=", 1)) for part in each.link.partition("?")[2].split("&")]
        experiment = read(pairs, networks=network)
        assert f"/?{to_query(experiment)}" == each.link
        numbers = np.load(io.BytesIO(client.get(each.scores).data))
        np.testing.assert_allclose(numbers, tracer.outputs_of(experiment, 7)[..., 0], atol=1e-5)


def test_the_size_that_is_shown_is_marked_and_others_have_none(tracer, client):
    found = trials(tracer, size="356")
    assert [each.side for each in found if each.current] == [356]
    text = client.get("/?network=faces&size=356").text
    part = re.search(r'<details class="sizes".*?</details>', text, re.DOTALL)[0]
    assert part.count("<li>") == len(found)
    assert part.count("aria-current") == 1
    assert "faces that are under 60 pixels in it are missed" in part
    trace = tracer.trace(read([("size", "48"), ("layers", "2")]))
    assert trials_of(trace, Links(trace.experiment, "b"), tracer) == ()
    assert 'class="sizes"' not in client.get("/").text
