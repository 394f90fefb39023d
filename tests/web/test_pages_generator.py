"""The pages of a generator, whose input is a hundred numbers, and of transposed layers."""

from __future__ import annotations

import re

import pytest

from multiconv.networks.shipped import CREDITS

EVERYTHING = ("/api/experiment", "/api/probe", "/stage.svg", "/diagram.svg", "/multiconv.npz",
              "/film/sum.gif", "/maps/outputs.png", "/maps/partials.png", "/maps/rest.png",
              "/maps/input-3.png", "/maps/sum.npy", "/maps/output-0.svg")  # fmt: skip


@pytest.mark.parametrize("layer", range(1, 6))
def test_every_layer_has_its_page_without_a_pictures_controls(client, layer):
    answer = client.get(f"/?network=emoji&layer={layer}")
    assert answer.status_code == 200
    for gone in ('name="image"', 'name="size"', 'name="inputs"', 'name="padding_mode"',
                 'name="add"', 'id="own"', 'value="remove"', "at.photo", "window.gif"):  # fmt: skip
        assert gone not in answer.text, gone
    for there in ('name="output_padding"', 'name="strides"', "Apache License 2.0"):
        assert there in answer.text
    links = set(re.findall(r'(?:href|src)="(/[^"#]*)"', answer.text))
    wrong = [link for link in links if "network=emoji" in link and "image=" in link]
    assert not wrong


@pytest.mark.parametrize("path", EVERYTHING)
def test_everything_of_it_can_be_taken_away(client, path):
    for query in ("network=emoji&layer=4", "kind=transposed&strides=2x2&size=24"):
        if path != "/maps/rest.png" or "emoji" in query:
            path = path.replace("input-3", "input-2")
            assert client.get(f"{path}?{query}").status_code == 200


def test_what_needs_a_picture_is_refused_with_words(client):
    for path, status, words in (
        ("/maps/photo.png", 400, "A generator has no picture"),
        ("/maps/input.png", 400, "A generator has no picture"),
        ("/maps/counted.png", 400, "A generator has no picture"),
        ("/film/window.gif", 404, "no film of the window of a transposed layer"),
    ):
        answer = client.get(f"{path}?network=emoji")
        assert answer.status_code == status
        assert words in answer.text
    for path in ("/filters", "/weights"):  # over the first picture
        assert client.get(f"{path}?network=emoji").status_code == 200


def test_mistakes_keep_the_generator(client):
    for query, words in (
        ("network=emoji&z=1F999", "none of the pictures that the generator learned"),
        ("network=emoji&z.3=11", "from −10 to 10"),
        ("network=emoji&image=sample:cat", "takes none"),
    ):
        answer = client.get(f"/?{query}")
        assert answer.status_code == 400
        assert words in answer.text
        assert CREDITS["emoji"].partition("'")[0] in answer.text
    for asked in ("add=max_pool", "do=remove"):
        answer = client.get(f"/edit?from=network%3Demoji&{asked}")
        assert answer.status_code == 400
        assert "layers stay as many as they are" in answer.text


def test_transposed_layers_that_do_not_fit_are_told_with_the_formula(client):
    for query, words in (
        ("kind=transposed&size=8&padding=8", "(n − 1)·s + (k − 1)·d + 1 − before − after + "),
        ("kind=transposed&size=8&padding=8", "(8 − 1)·1 + (3 − 1)·1 + 1 − 8 − 8 + 0 = "),
        ("kind=transposed&output_padding=1x1&padding=1", "Use less than the larger of stride"),
        ("2.kind=transposed&2.padding=64&size=8", "Layer 2 (3 × 3 transposed convolution)"),
    ):
        answer = client.get(f"/?{query}")
        assert answer.status_code == 400
        assert words in answer.text, query


def test_a_pixel_that_no_stamp_reaches_is_the_bias_alone(client):
    query = "kind=transposed&strides=3x3&kernel=1x1&bias=0.25,0,0,0,0&size=20&i=1&j=1"
    assert client.get(f"/?{query}").status_code == 200
    found = client.get(f"/api/probe?{query}").json
    assert found["sum"] == 0.25
    assert all(not channel["subtotal"] for channel in found["channels"])


def test_what_the_article_leads_the_eye_to_is_there(client):
    page = client.get("/?network=emoji").text
    places = set(re.findall(r'data-seen="([^"]+)"', page))
    assert "layers" in places
    assert all(page.count(f' id="{place}"') == 1 for place in places - {"sight"})  # of a photograph


def test_the_article_keeps_no_size_of_a_generators_input(client):
    assert "size=1&amp;" not in client.get("/?network=emoji").text.partition('id="article"')[2]
