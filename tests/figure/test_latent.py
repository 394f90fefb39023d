"""What a generator starts from: two pictures, their mix, a seed, and where the links lead."""

from __future__ import annotations

import io
import re
import unicodedata
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from PIL import Image

from multiconv.experiment.link import read
from multiconv.figure.latent import SHOWN, emojis, mixing_of
from multiconv.figure.links import Links
from multiconv.networks.shipped import network

QUERY = "network=emoji&z=mix(1F628,1F600,0.3)&layer=3&k=5"


@pytest.fixture
def tracer(app):
    return app.extensions["multiconv"]


def experiment(link):
    return read(parse_qsl(urlsplit(link).query or link), networks=network)


def mixing(tracer, query=QUERY):
    trace = tracer.trace(experiment(query))
    return trace, mixing_of(trace, Links(trace.experiment, "b"))


def test_the_two_pictures_have_their_unicode_names_and_lead_to_others(tracer):
    trace, found = mixing(tracer)
    assert (found.first.name, found.second.name) == ("fearful face", "grinning face")
    assert found.first.name == unicodedata.name("\U0001f628").lower()
    assert (found.share, found.words) == ("0.3", "0.7 A + 0.3 B")
    other = experiment(re.sub("&v=.*", "", found.first.link))
    assert other.source.z.second == 0x1F600
    assert other.source.z.first not in {0x1F628, 0x1F600}
    assert other.focus.layer == 3
    assert other.focus.k == 5
    assert mixing_of(tracer.trace(read([("size", "8")])), Links(read([]), "b")) is None
    assert found.facts["pair"] == ["1F628", "1F600"]
    assert np.allclose(found.facts["values"], trace.experiment.source.z.numbers(), atol=1e-4)


def test_random_numbers_and_changed_ones_are_told(tracer):
    _, found = mixing(tracer, "network=emoji&z=random(7)&z.4=2&z.61=-0.28")
    assert (found.words, found.seed, found.changed) == ("random, seed 7", "7", 2)
    assert (found.index, found.number) == (61, "−0.28")
    assert experiment(found.another_seed).source.z.text == "random(8)"
    assert experiment(found.unchanged).source.z.changes == ()


def test_the_top_bar_has_some_of_its_pictures(tracer):
    trace = tracer.trace(experiment(QUERY))
    found = emojis(trace, Links(trace.experiment, "b"))
    assert [each.point for each in found] == [f"{point:X}" for point in SHOWN]
    assert [each.current for each in found] == [True] + [False] * 5
    assert experiment(found[1].link).source.z.text == found[1].point
    assert emojis(tracer.trace(read([("size", "8")])), Links(read([]), "b")) == ()


def test_the_form_without_scripts_leads_to_the_link_and_says_what_is_wrong(client):
    page = client.get(f"/?{QUERY}").text
    sources = set(map(unescape, re.findall(r'src="(/maps/generated[^"]*)"', page)))
    assert len(sources) == 7  # A is in the bar too
    answer = client.get(next(iter(sources)))
    assert Image.open(io.BytesIO(answer.data)).size == (64, 64)
    at = {"from": QUERY, "mix.index": "17", "mix.number": "1.5"}
    led = client.get("/edit", query_string=at).headers["Location"]
    assert "z.17=1.5" in led
    wrong = client.get("/edit", query_string=at | {"mix.number": "11"})
    assert wrong.status_code == 400
    assert 'value="11"' in wrong.text
    assert 'aria-describedby="mistake-mix.number"' in wrong.text
    assert "network=faces" in page
    assert "learned without an adversary" in page
    form = page[page.index('id="latent"') : page.index('id="layers"')]
    assert "adversary" not in form, "it is said with the output"
    assert "z is 100 numbers, all that this generator is given" in page
    assert '<a href="#z">What is z?</a>' in form
    assert '<a href="#z">' not in client.get(f"/?{QUERY}&embed=1").text


def test_a_changed_generator_tells_how_far_its_picture_moved(client):
    """Of its whole picture, of which every value is beside 1 somewhere, before and after."""
    network = "network=emoji&z=mix(1F628,1F600,0.3)"
    layers = client.get(f"/api/experiment?{network}").json["layers"]
    maps = []
    for query in (network, f"{network}&2.off=0,1,2,3"):
        address = f"/maps/output-{{}}.npy?{query}&layer={len(layers)}"
        pixels = [client.get(address.format(k) + f"&k={k}").data for k in range(3)]
        maps.append(np.stack([np.load(io.BytesIO(each)) for each in pixels]))
    moved = np.abs(maps[1] - maps[0]).mean()
    assert moved > 0.01
    end = f"the picture’s values moved by {moved:.2f} on average"
    assert f'<span class="layer-end">{end}</span>' in client.get(f"/?{network}&2.off=0,1,2,3").text
