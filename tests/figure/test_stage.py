"""The figure as a drawing: nothing stands on anything else, and it says what the page says."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest

import multiconv
from multiconv.experiment.link import read
from multiconv.experiment.model import MOST
from multiconv.figure.links import Links
from multiconv.figure.planes import Inline
from multiconv.figure.stage import WIDTH, figure_of, stage_of
from tests.figure.test_channels import trace

SVG = "{http://www.w3.org/2000/svg}"
MONO, SANS = 0.602, 0.62
"""How wide a character of the drawing's faces is, of the type's size, generously for the second."""
QUERIES = [
    "",
    "filters=dlib&strides=2&k=31",
    "outputs=64&k=40",
    "groups=3&outputs=3&k=1&activation=relu&bias=0,0.5,0",
    "kernel=15x15&w.0.0=zero&padding=valid",
    "size=1&kernel=1",
    "off=0,1,2&bias=0.5,0,0,0,0",
    "ranges=each&w.1.0=0,0,0,0,-0.3,0,0,0,0&w.0.0=1000,-1000,1000,0,0,0,0,0,0",
    "range=0.01&w.0.0=123456,-123456,3,4,5,6,7,8,9.8765",
    "kernel=2x5&strides=1x2&padding=1,2,3,4&padding_mode=replicate&dilations=2x3&groups=3&outputs=9"
    "&activation=leaky&off=0,2",
]


def boxes(svg):
    """Left, top, right, bottom of every line of words in the drawing, with its words."""
    found = []

    def walk(element, at, size, mono):
        moved = re.match(r"translate\(([\d.]+) ([\d.]+)\)", element.get("transform", ""))
        at = (at[0] + float(moved[1]), at[1] + float(moved[2])) if moved else at
        size = float(element.get("font-size", size))
        mono = "Mono" in element.get("font-family", "Mono" if mono else "")
        if element.tag == f"{SVG}text":
            width = 0.0
            pieces = [(element, element.text)]
            for part in element:
                pieces += [(part, part.text), (element, part.tail)]
            for part, words in pieces:
                face = part.get("font-family")
                share = MONO if "Mono" in (face or ("Mono" if mono else "")) else SANS
                width += len(words or "") * share * float(part.get("font-size", size))
            x, y = at[0] + float(element.get("x")), at[1] + float(element.get("y"))
            x -= {"middle": width / 2, "end": width}.get(element.get("text-anchor"), 0)
            words = "".join(element.itertext())
            found.append((x, y - 0.75 * size, x + width, y + 0.2 * size, words))
            return
        for child in element:
            walk(child, at, size, mono)

    walk(ElementTree.fromstring(svg), (0, 0), 13, False)  # noqa: S314
    return found


def overlapping(one, other):
    return all(one[at] < other[at + 2] and other[at] < one[at + 2] for at in (0, 1))


def check(svg):
    found = boxes(svg)
    height = float(ElementTree.fromstring(svg).get("height"))  # noqa: S314
    for left, top, right, bottom, words in found:
        assert left >= 0, words
        assert right <= WIDTH, words
        assert 0 <= top < bottom <= height, words
    pairs = [
        (one[4], other[4])
        for at, one in enumerate(found)
        for other in found[at + 1 :]
        if overlapping(one, other)
    ]
    assert not pairs
    return found


@pytest.mark.parametrize("query", QUERIES)
def test_no_words_stand_on_others(client, query):
    check(client.get(f"/stage.svg?{query}").text)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 9])
@pytest.mark.parametrize(("height", "width"), [(20, 30), (30, 20), (1, 40)])
def test_no_words_stand_on_others_whatever_the_inputs(channels, height, width):
    random = np.random.default_rng(channels)
    figure = multiconv.explain(
        random.random((height, width, channels)), 1e4 * random.normal(size=(1, 3, channels, 2))
    )
    found = check(figure.svg)
    pictures = ElementTree.fromstring(figure.svg).findall(f"{SVG}image")  # noqa: S314
    with_rest = channels > MOST + 1
    assert len(pictures) == 2 * min(channels, MOST) + 2 + with_rest
    for picture in pictures:
        x, y, wide, high = (float(picture.get(n)) for n in ("x", "y", "width", "height"))
        for box in found:
            assert not overlapping(box, (x, y, x + wide, y + high)), box


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 9])
def test_everything_stands_in_its_column(channels):
    found = trace(channels)
    stage = stage_of(figure_of(found, Inline(found, found)))
    *rows, output = stage.pictures
    rows = rows[: 2 * min(channels, MOST)]  # the last of many is the rest, which has one picture
    for plane, partial in zip(rows[::2], rows[1::2], strict=True):
        assert plane.x + plane.picture.width < min(square.x for square in stage.squares)
        assert max(square.x + square.side for square in stage.squares) < partial.x
        assert partial.x + partial.picture.width < output.x
    assert all(p.y >= 0 and p.y + p.picture.height < stage.height - 20 for p in stage.pictures)


def test_the_rest_has_its_two_bars_as_on_the_page(client):
    query = "network=faces&layer=4"
    page, drawing = (client.get(f"/{name}?{query}").text for name in ("", "stage.svg"))
    lengths = re.findall(r'<rect class="bar (?:for|against)" width="([\d.]+)"', page)
    assert len(lengths) == 2
    for length in lengths:
        assert f'width="{length}" height="14' in drawing


def test_a_pooling_is_drawn_with_what_it_takes_and_without_a_sum(client):
    drawing = client.get("/stage.svg?layers=2&layer=2&2.kind=max_pool&size=40").text
    assert "the largest of each 2 × 2" in drawing
    assert "Σ" not in drawing
    assert "filter[" not in drawing
    page = client.get("/?layers=2&layer=2&2.kind=max_pool&size=40").text
    assert "Σ</abbr>" not in page
    assert "of 4 values" in page
    assert 'name="on" value="0" checked' in page
    without = client.get("/?layers=2&layer=2&2.kind=max_pool&2.off=0&size=40").text
    assert "input 0 is left out: 0" in without
    assert 'name="on" value="0" checked' not in without


@pytest.mark.parametrize(("side", "numbers"), [(3, True), (15, False)])
def test_large_kernels_have_no_numbers(side, numbers):
    random = np.random.default_rng(0)
    svg = multiconv.explain(random.random((9, 9, 1)), np.ones((side, side, 1, 1))).svg
    assert svg.count('stroke="#979797"') == side**2
    assert (svg.count(">1</tspan>") == side**2) is numbers


def test_the_drawing_says_the_pages_captions(client):
    query = "?size=40&off=1&ranges=each&k=2"
    page, svg = client.get(f"/{query}").text, client.get(f"/stage.svg{query}").text
    page = page.partition("<article")[0]
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page, re.S)
    assert len(captions) == 7
    drawn = [" ".join(box[4].split()) for box in boxes(svg)]
    for caption in captions:
        assert " ".join(unescape(re.sub("<[^>]*>", "", caption)).split()) in drawn


def test_every_map_that_takes_part_has_its_values_and_its_histogram(app):
    asked = read([("size", "24"), ("off", "1"), ("ranges", "each"), ("inputs", "tinted")])
    trace = app.extensions["multiconv"].trace(asked)
    links = Links(asked, "b")
    found = figure_of(trace, links).maps
    assert [one.called for one in found] == [
        "Input channel 0, red",
        "Input channel 1, green",
        "Input channel 2, blue",
        "What red adds",
        "What blue adds",
        "Output channel 0",
    ]
    red = trace.layer.partials[0]
    assert found[3].values == f"{red.min():.2f} … {red.max():.2f}, mean {red.mean():.2f}"
    assert links.histogram(found[0].name, found[0].extent) == "/maps/input-0.svg?size=24&v=b"
    blue = links.histogram(found[4].name, found[4].extent)
    assert blue.startswith("/maps/partial-2.svg?size=24&range=0.")


def test_a_networks_file_says_its_line_of_words_and_its_running_sum(client):
    drawing = client.get("/stage.svg?network=faces").text
    assert re.search(r'47²</tspan><tspan dx="10"[^>]*>· conv7, output 0 · row', drawing)
    assert ">running sum</text>" in drawing
