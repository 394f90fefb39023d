"""All outputs on one sheet: the means of the maps that are shown singly."""

import html
import io
import re

import numpy as np
import pytest
from PIL import Image


def indices(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return np.asarray(Image.open(io.BytesIO(answer.data))).astype(float)


@pytest.mark.parametrize(
    "query",
    [
        "outputs=9&size=160&range=2",
        "outputs=12&size=90&range=3&strides=2&padding=1,0,2,3&padding_mode=reflect",
        "filters=depthwise&outputs=9&size=64&range=4&bias=1,0,0,0,0,0,0,0,0",
        "outputs=9&size=40&range=2&off=1",
    ],
)
def test_a_cell_is_the_mean_of_its_map(client, query):
    sheet = indices(client, f"/maps/outputs.png?{query}")
    count = int(re.search(r"outputs=(\d+)", query)[1])
    width = sheet.shape[1] // count
    for k in (0, count - 1):
        values = np.load(io.BytesIO(client.get(f"/maps/output-{k}.npy?{query}").data))
        side = -(-max(values.shape) // 80)
        rows, columns = values.shape[0] // side, values.shape[1] // side
        assert (rows, columns) == (sheet.shape[0], width)
        blocks = values[: rows * side, : columns * side].reshape(rows, side, columns, side)
        extent = float(re.search(r"range=(\d+)", query)[1])
        means = np.clip(blocks.mean(axis=(1, 3)) / extent, -1, 1)
        cell = sheet[:, k * width : (k + 1) * width]
        assert np.abs(cell - (127 + 127 * means)).max() <= 0.51


def test_many_outputs_ask_for_one_picture_more(client):
    page = client.get("/?outputs=64&size=40&k=7").text
    pictures = set(re.findall(r"/maps/[^\"]*", page[page.index('class="volumes"') :]))
    outputs = {address for address in pictures if address.startswith("/maps/output-")}
    assert {address.split(".")[0] for address in outputs} == {"/maps/output-7"}
    (sheet,) = {address for address in pictures if address.startswith("/maps/outputs.png")}
    answer = client.get(html.unescape(sheet))
    assert "immutable" in answer.headers["Cache-Control"]


def test_choosing_another_output_keeps_the_sheet(client):
    addresses = {
        re.search(
            r"/maps/outputs.png[^\"]*", client.get(f"/?outputs=9&size=40&range=2&k={k}").text
        )[0]
        for k in (0, 8)
    }
    assert len(addresses) == 1


def test_few_outputs_have_no_sheet(client):
    assert "outputs.png" not in client.get("/?outputs=8&size=40").text


@pytest.mark.parametrize(
    ("outputs", "expected"), [(1, 0), (5, 0), (8, 0), (9, 9), (16, 16), (64, 64)]
)
def test_the_strip_numbers_every_output_of_many(client, outputs, expected):
    page = client.get(f"/?outputs={outputs}&size=40").text
    strip = re.findall(r'(?s)<nav class="thumbs".*?</nav>', page) or [""]
    found = re.findall(
        r'(?s)<a href="([^"]*)"[^>]*>\s*<svg.*?</svg>(\d+)</a>', strip[0] if strip else ""
    )
    assert [int(k) for _, k in found] == list(range(expected))
    if found:
        assert strip[0].count('aria-current="true"') == 1
        chosen = client.get(found[-1][0].replace("&amp;", "&"))
        assert chosen.status_code == 200
        assert f"output[·,·,{expected - 1}]" in chosen.text


def test_a_generators_three_stand_beside_the_picture_they_make(client):
    query = "network=emoji&k=2&i=40&j=35"
    page = client.get(f"/?{query}").text
    nav = re.search(r'<nav class="thirds".*?</nav>', page, re.DOTALL)[0]
    links = re.findall(r'<a class="(\w+)" href="([^"]*)"[^>]*?( aria-current="true")?>', nav)
    assert [(role, bool(chosen)) for role, _, chosen in links] == [
        ("red", False),
        ("green", False),
        ("blue", True),
    ]
    *maps, made = [html.unescape(each) for each in re.findall(r'<image[^>]*href="([^"]*)"', nav)]
    picture = np.array(Image.open(io.BytesIO(client.get(made).data)))
    for k, (_, link, _) in enumerate(links):
        shown = client.get(html.unescape(link)).text
        assert f'level <span data-value="level">{picture[40, 35, k]}</span> of 255' in shown
        values = np.load(io.BytesIO(client.get(f"/maps/output-{k}.npy?{query}").data))
        assert np.abs((values + 1) * 127.5 - picture[:, :, k]).max() <= 0.501
        assert client.get(maps[k]).status_code == 200
    drawing = client.get(f"/stage.svg?{query}").text
    assert drawing.count('width="64" height="64"/>') == 4
    assert f"level {picture[40, 35, 2]}" in drawing
    for other in ("network=emoji&layer=4", "outputs=3&size=16"):
        assert 'class="thirds"' not in client.get(f"/?{other}").text
