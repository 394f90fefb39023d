"""The rows of the working: which channels have one, what their captions say."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from multiconv.figure.planes import Inline
from multiconv.figure.rows import ROW_HEIGHT, TIGHT, value_text
from multiconv.figure.stage import figure_of
from tests.figure.test_channels import trace


def figure(found):
    return figure_of(found, Inline(found, found))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.53846, "+0.538"),
        (-1234.5678, "−1234.57"),
        (886274.812, "+886275"),
        (-23456789.0, "−23456800"),
    ],
)
def test_captions_have_no_more_digits_than_are_sure(value, text):
    assert value_text(value) == text


@pytest.mark.parametrize(("channels", "shown"), [(1, 1), (3, 3), (5, 5), (6, 4), (45, 4)])
def test_four_have_a_row_and_the_rest_is_told(channels, shown):
    found = figure(trace(channels))
    assert len(found.rows) == shown
    assert bool(found.rest) == (channels > shown)


def test_rows_are_the_channels_that_add_most_in_their_order():
    found = trace(6)
    for q, strength in enumerate([1, -9, 0.1, 5, 0.2, 7]):
        found.layer.partials[q][:] = strength
    shown = figure(found)
    assert [row.channel.label for row in shown.rows] == ["0", "1", "3", "5"]
    assert shown.rest.title == "the other 2"


def test_captions_say_why_nothing_is_added(client):
    page = client.get("/?size=40&off=1&groups=3&outputs=3").text
    assert page.count("off: adds nothing") == 1
    assert page.count("another group: nothing") == 1


def test_marks_and_values_are_the_pinned_pixels():
    found = figure(trace(2)).rows[1].partial
    value = trace(2).layer.partials[1][3, 4]
    assert found.caption[1].text == value_text(float(value))
    assert (found.mark.row, found.mark.column) == (3, 4)
    assert np.isfinite(value)


def test_a_row_is_as_high_on_the_page_as_in_the_drawing():
    sheets = (Path(__file__).parents[2] / "static" / "css").glob("*.css")
    heights = re.findall(r"--row: (\d+)px", "".join(sheet.read_text() for sheet in sheets))
    assert sorted(heights) == [str(TIGHT), str(ROW_HEIGHT)]


def test_of_a_pooling_the_winner_is_marked_and_nothing_is_summed(client):
    query = "layers=2&2.kind=max_pool&layer=2&size=24"
    page = client.get(f"/?{query}&i=3&j=4").text
    found = re.search(r'<rect class="winner" x="(\d+)" y="(\d+)"', page)
    column, row = map(int, found.groups())
    plane = np.load(BytesIO(client.get(f"/maps/input-0.npy?{query}").data))
    window = plane[6:8, 8:10]
    assert plane[row, column] == window.max()
    assert (row, column) in {(6, 8), (6, 9), (7, 8), (7, 9)}
    assert "the largest of each 2 × 2" in page
    assert "nothing is summed" in page
    assert 'name="bias.0"' not in page
    assert "max" in page.partition('class="mathematics"')[2][:2000]
    mean = client.get(f"/?{query}&2.kind=avg_pool".replace("2.kind=max_pool&", "")).text
    assert "the mean of each 2 × 2" in mean
    assert 'class="winner"' not in mean
