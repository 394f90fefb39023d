"""Each address of an experiment is what the link says, written once."""

import io
import re
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image

from multiconv.experiment.link import read
from multiconv.experiment.model import Experiment, Limits
from multiconv.figure import links as module
from multiconv.figure.links import Links, page_link
from multiconv.imaging.samples import SAMPLES


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("outputs", "1")],
        [("outputs", "12"), ("k", "7"), ("i", "3"), ("j", "4"), ("range", "2")],
        [("image", "sample:cat"), ("w.1.0", "zero"), ("bias", "1,0,0,0,0"), ("off", "2")],
    ],
)
def test_a_channels_page_is_its_experiments(pairs):
    experiment = read(pairs)
    links = Links(experiment, "b")
    for k in range(experiment.layer.outputs):
        there = read([*(pair for pair in pairs if pair[0] != "k"), ("k", str(k))])
        assert links.channel(k) == page_link(there)


def test_addresses_have_their_query():
    links = Links(read([("size", "40"), ("i", "2"), ("j", "2"), ("k", "1")]), "b")
    assert links.at("/") == "/?size=40&k=1&i=2&j=2"
    assert links.at("/maps/sum.png", "paper=1") == "/maps/sum.png?size=40&k=1&i=2&j=2&paper=1"
    assert links.whole("/x", "paper=1") == "/x?size=full&k=1&i=2&j=2&paper=1"
    assert links.sample("sample:cat") == "/?image=sample:cat&size=40&k=1"
    assert links.thumbnail("sample:cat") == "/maps/input.png?image=sample:cat&size=72&v=b"
    assert links.source == "size=40"
    assert links.map("input-0", 1.0) == "/maps/input-0.png?size=40&v=b"
    assert links.map("partial-0", 2.0) == "/maps/partial-0.png?size=40&k=1&range=2&v=b"
    assert Links(Experiment(), "b").at("/") == "/"


def test_samples_keep_the_filters_and_bring_their_own_pixel(client):
    asked = read([("image", "sample:cat"), ("strides", "2x2"), ("i", "3"), ("j", "4")])
    links = Links(asked, "b")
    page = client.get(links.at("/")).text
    bar = page[page.index('class="samples"') : page.index("</nav>")].replace("&amp;", "&")
    found = re.findall(r'<a href="([^"]*)"( aria-current="true")? title="([^"]*)"><img src="', bar)
    offered = {name: sample for name, sample in SAMPLES.items() if sample.offered}
    assert [title for _, _, title in found] == [sample.title for sample in offered.values()]
    assert [title for _, chosen, title in found if chosen] == [SAMPLES["cat"].title]
    assert [address for address, *_ in found] == [
        links.sample(f"sample:{name}") for name in offered
    ]
    assert all("strides=2" in address and "i=3" not in address for address, *_ in found)
    assert bar.count('src="/maps/input.png?') == len(offered)


def shown(client, page, name):
    """Return a map's picture as the page shows it, and its address."""
    address = re.search(rf'<input[^>]* src="(/maps/{name}\.png[^"]*)"', page)[1]
    address = address.replace("&amp;", "&")
    picture = Image.open(io.BytesIO(client.get(address).data)).convert("RGBA")
    return np.asarray(picture).astype(int), address


@pytest.mark.parametrize(
    "query",
    [
        "2.filters=each",
        "2.filters=each&outputs=6&rows=0,1",
        "2.kind=max_pool&2.kernel=1x1&2.strides=1x1",
        "2.filters=each&range=0.4",
    ],
)
def test_what_stands_on_both_sides_of_the_star_has_the_same_colours(client, query):
    """What an identity adds is its input, number by number."""
    page = client.get(f"/?size=48&activation=relu&{query}&layer=2").text
    given, _ = shown(client, page, "input-0")
    added, _ = shown(client, page, "partial-0")
    assert (given[..., 3] > 0).any()
    np.testing.assert_array_equal(given, added)


@pytest.mark.parametrize(
    ("changed", "end"), [("7.filters=zero", 0.3), ("range=0.4", 0.4), ("", 3.0)]
)
def test_an_input_map_has_the_range_that_the_page_says(client, changed, end):
    page = client.get(f"/?network=faces&size=200&rows=0,1&{changed}").text
    assert f"inputs ±{end:g}" in page
    picture, address = shown(client, page, "input-0")
    numbers = np.load(io.BytesIO(client.get(address.replace(".png", ".npy")).data))
    # Colour on clear ground: about as opaque as the number is large.
    np.testing.assert_allclose(picture[..., 3], 255 * np.minimum(numbers / end, 1), atol=6)


def test_a_sheet_is_the_same_whatever_is_chosen_and_of_the_opened_layer():
    query = "outputs=4&2.outputs=9&layer=2&inputs=tinted"
    addresses = set()
    for pair in ("k=0", "k=8", "i=3&j=4", "range=3"):
        asked = read(parse_qsl(f"{query}&{pair}"), limits=Limits(layers=2))
        addresses.add(Links(asked, "b").sheet(2.0))
    assert addresses == {"/maps/outputs.png?outputs=4&2.outputs=9&layer=2&range=2&v=b"}


def test_a_histogram_has_no_tint():
    links = Links(read([("inputs", "tinted")]), "b")
    assert links.map("input-0", 1.0) == "/maps/input-0.png?inputs=tinted&v=b"
    assert links.histogram("input-0", 1.0) == "/maps/input-0.svg?v=b"


def test_a_page_writes_each_query_once(client, monkeypatch):
    client.get("/")  # the article's links are written once for a picture
    written, true = [], module.to_query
    monkeypatch.setattr(module, "to_query", lambda asked: written.append(asked) or true(asked))
    page = client.get("/").text
    addresses = len(re.findall(r'(?:href|src)="/(?!static)', page))
    assert len(set(map(repr, written))) == len(written) < addresses / 4
