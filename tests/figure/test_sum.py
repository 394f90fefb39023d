"""The sum: a curve a row, and what it comes to."""

import re

import numpy as np
import pytest

from multiconv.figure.channels import channels_of
from multiconv.figure.planes import Inline
from multiconv.figure.rows import ROW_HEIGHT, TIGHT, rows_of
from multiconv.figure.sum import sum_of
from tests.figure.test_channels import trace


@pytest.mark.parametrize("channels", [1, 3, 4, 45])
def test_every_row_has_its_curve(channels):
    found = trace(channels)
    rows = rows_of(found, channels_of(found), Inline(found, found))
    made = sum_of(found, rows, Inline(found, found))
    roles = ["for"] * len(rows) if channels > 3 else [row.channel.role for row in rows]
    assert [curve.role for curve in made.junction.curves] == roles
    assert made.junction.height == (TIGHT if channels > 3 else ROW_HEIGHT) * len(rows)
    assert made.total.startswith("45 subtotals") == (channels == 45)


def test_a_bias_of_nothing_has_no_term(client):
    assert "+ 0.5 =" in client.get("/?size=40&bias=0.5,0,0,0,0").text
    assert "+ 0 =" not in client.get("/?size=40").text


@pytest.mark.parametrize(
    ("query", "then"),
    [
        ("network=emoji", "tanh"),
        ("size=16&activation=leaky", "leaky ReLU"),
        ("size=16", ""),
        ("size=16&activation=relu&if=apart", ""),
    ],
)
def test_the_activation_stands_at_the_arrow_of_a_sum(client, query, then):
    page, drawing = client.get(f"/?{query}").text, client.get(f"/stage.svg?{query}").text
    assert re.findall(r'class="then">(?!,)([^<]*)<', page) == [then] * bool(then)
    assert (f'font-style="italic" fill="#1b1d1f" stroke="none">{then}<' in drawing) == bool(then)


def test_the_activations_curve_stands_over_its_axis(client):
    page, drawing = (
        client.get(f"/{name}?size=16&activation=tanh").text for name in ("", "stage.svg")
    )
    (path,) = re.findall(r'class="graph" d="([^"]+)"', page)
    (axis,) = re.findall(r'class="axis" d="M[\d.]+ ([\d.]+)h', page)
    assert f'd="{path}"' in drawing
    points = np.array(re.findall(r"[ML]([\d.]+) ([\d.]+)", path), float)
    x = (points[:, 0] - points[0, 0]) / (points[-1, 0] - points[0, 0]) * 6 - 3
    y = (float(axis) - points[:, 1]) / (points[0, 1] - float(axis))
    np.testing.assert_allclose(y, np.tanh(x) / np.tanh(3), atol=0.01)
    assert 'class="graph"' not in client.get("/?size=16").text
