"""What a layer that learns shows, and how one gets there and leaves."""

import io
import re
from html import unescape
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest

from multiconv.experiment.link import read
from multiconv.experiment.model import LAST_STEP

EDGES = "size=48&outputs=1&filters=zero&target=luminance-edges:0"


def text_of(page):
    inside = page[
        page.index('<section class="learning"') : page.index(
            "</section>", page.index('id="course"')
        )
    ]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inside)).split())


def test_the_page_shows_error_gradients_loss_and_rate(client):
    page = client.get(f"/?{EDGES}&steps=29").text
    text = text_of(page)
    told = client.get(f"/api/experiment?{EDGES}&steps=29").json["learning"]
    assert "Learning: brightness edges, left to right" in text
    assert f"{told['steps_to_one_percent']:,} steps to 1 % of the first loss" in text
    assert f"With η = {told['rate']:.3g}, 3 × 3 kernels and padding same" in text
    assert f"{told['condition']:,.0f} times as slowly" in text
    assert f"largest stable {told['stable']:.4g}" in text
    assert f"{100 * told['loss'] / told['first_loss']:.3g} % of the first" in text
    assert "A network is trained on many pictures" in text
    gradients = re.findall(
        r'class="gradient" data-q="(\d)".*?</svg>.*?data-slope-scale.*?>±', page, re.S
    )
    assert gradients == ["0", "1", "2"]
    for q, row in enumerate(re.split(r'<div class="row ', page)[1:]):
        assert f'mc-kernel class="weights columns-3" data-field="w.{q}.0" data-q="{q}"' in row
        assert row.count(f'data-tap="{q}-') == 9  # under its kernel
    assert page.count("data-tap=") == 27
    assert page.index('id="result"') < page.index('class="equation"')
    for name in ("target", "error"):
        (address,) = re.findall(rf'data-scene="{name}"><img src="([^"]+)"', page)
        assert client.get(unescape(address)).status_code == 200
    largest = max(abs(each) for row in told["gradient"] for each in row)
    (shown,) = re.findall(r"data-product-words>[^<]*mean ([^<]+)<", page)
    assert abs(float(shown.replace("−", "-"))) == pytest.approx(largest, rel=0.01)
    assert client.get(unescape(re.findall(r'<a href="(/maps/product[^"]+)"', page)[13])).status_code


def test_every_way_leads_on_and_back(client):
    page = client.get(f"/?{EDGES}&steps=380").text
    found = re.findall(r'<a (?:class="button" )?href="([^"]+)" data-live-link>([^<]+)</a>', page)
    links = {words: address for address, words in found}
    steps = {words: read_of(links[words]).focus.steps for words in ("start", "step", "60 steps")}
    assert steps == {"start": 0, "step": 381, "60 steps": LAST_STEP}
    assert read_of(links["stop learning"]).focus.target is None
    kept = read_of(links["keep these weights"])
    assert kept.focus.target is None
    told = client.get(f"/api/experiment?{EDGES}&steps=380").json["learning"]
    assert abs(kept.layer.kernel(0, 0).ravel() - told["weights"][0]).max() < 1e-5
    for words, address in links.items():
        if "learn" in words or "filter" in words or "rate" in words or "Edges" in words:
            assert client.get(unescape(address)).status_code == 200, words
    assert "learned-" not in page
    assert 'name="w.0.0"' not in page
    assert 'name="bias.0"' not in page


def read_of(address):
    return read(parse_qsl(unescape(address).partition("?")[2]))


def test_a_page_that_learns_nothing_leads_there_and_is_else_as_it_was(client):
    page = client.get("/?size=48").text
    assert 'id="learner"' not in page
    assert 'target=luminance-edges:0">Watch a filter learn</a> <small>gradient' in page
    (line,) = re.findall(r"Watch a filter learn: (.*?)</p>", page)
    assert [unescape(a) for a in re.findall(r'href="([^"]+)"', line)] == [
        "/?size=48&outputs=1&filters=zero&target=luminance-edges:0",
        "/?size=48&outputs=1&filters=zero&target=redness:0",
    ]
    for query in ("network=faces&size=120&image=sample:cat", "network=emoji", "layers=2&size=48"):
        assert "Watch a filter learn:" not in client.get(f"/?{query}").text


def array_of(client, address):
    return np.load(io.BytesIO(client.get(address).data))


def test_ones_own_output_is_kept_as_a_target(client):
    own = (
        "size=48&w.0.0=0,0,0,0,0.5,0,0,0,0&w.1.0=0,0,0,0,-0.25,0,0,0,0&w.2.0=zero&bias=0.5,0,0,0,0"
    )
    page = client.get(f"/?{own}").text
    (line,) = re.findall(r"Watch a filter learn: (.*?)</p>", page)
    link = unescape(re.findall(r'href="([^"]+)"', line)[1])
    there = client.get(link).headers["Location"]
    assert re.fullmatch(r"/\?size=48&outputs=1&filters=zero&target=[0-9a-f]{64}:0", there)
    red, green = (array_of(client, f"/maps/input-{q}.npy?size=48") for q in range(2))
    target = array_of(client, there.replace("/?", "/maps/target.npy?"))
    assert abs(target - (0.5 * red - 0.25 * green)).max() < 1e-6  # its bias is left out
    last = client.get(f"/api/experiment{there[1:]}&steps=400").json["learning"]
    assert last["loss"] < 0.01 * last["first_loss"]
    assert "Learning: output 0 of a stored bank" in text_of(client.get(there).text)
    none = ("network=faces", "network=emoji", "layers=2", "kind=transposed", "groups=3&outputs=6")
    for query in none:
        refused = client.get(f"/learn?{query}", headers={"Accept": "application/json"})
        assert refused.status_code == 400


def test_the_form_goes_to_another_step_rate_and_target(client):
    for field, text, name, value in (
        ("steps", "7", "steps", 7),
        ("rate", "0.25", "rate", 0.25),
        ("target", "red-green-edges:1", "target", None),
    ):
        answer = client.get("/edit?" + urlencode({"from": EDGES, field: text}))
        assert answer.status_code == 303
        focus = read_of(answer.headers["Location"]).focus
        assert value is None or getattr(focus, name) == value
    assert focus.target.bank == "red-green-edges"
    refused = client.get("/edit?" + urlencode({"from": EDGES, "steps": "900"}))
    assert refused.status_code == 400
    assert 'name="steps" inputmode="numeric" value="900" aria-invalid="true"' in refused.text


def test_what_is_told_of_two_alike_and_of_a_rate_too_large(client):
    alike = EDGES.replace("outputs=1", "outputs=2")
    assert "differ by 0." in text_of(client.get(f"/?{alike}&steps=90").text)
    apart = text_of(client.get(f"/?{alike.replace('zero', 'redness')}&steps=90").text)
    assert "Outputs 0 and 1 started apart" in apart
    page = client.get(f"/?{EDGES}&rate=9&steps=400").text
    assert "× the largest stable rate" in page
    assert "a weight would be beyond ±1,000,000" in page
    assert "NaN" not in page
    assert "inf" not in re.findall(r"loss <b[^>]*>([^<]+)<", page)[0]
