"""The stage's places: nothing stands on anything else, and rows are the ones that add most."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from multiconv.engine.trace import trace_layer
from multiconv.figure.scene import Scene
from multiconv.figure.stage import ROWS, stage_of


def scene(channels, height=20, width=30, side=3, strength=None):
    levels = np.full((height, width, channels), 100, np.uint8)
    strength = np.ones(channels) if strength is None else strength
    filters = np.ones((side, side, channels, 1)) * strength[:, np.newaxis]
    layer = trace_layer(levels / np.float32(255), filters, 0)
    return Scene(levels, layer, (layer.output,), 0, (height // 2, width // 2), 4.0, "words")


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 9])
@pytest.mark.parametrize(("height", "width"), [(20, 30), (30, 20), (25, 25), (1, 40)])
def test_everything_stands_on_the_sheet(channels, height, width):
    stage = stage_of(scene(channels, height, width))
    assert len(stage.rows) == min(channels, ROWS)
    for row in stage.rows:
        assert row.plane.x + row.plane.width < row.weights[0].x
        assert max(weight.x + weight.width for weight in row.weights) < row.partial.x
        assert row.partial.x + row.partial.width < stage.output.x
    places = [stage.output, *(row.plane for row in stage.rows)]
    assert all(each.y >= 0 and each.y + each.height < stage.height - 20 for each in places)
    middles = [row.middle for row in stage.rows]
    assert all(after - before >= 160 for before, after in pairwise(middles))


def test_rows_are_the_channels_that_add_most_in_their_order():
    stage = stage_of(scene(6, strength=np.array([1, -9, 0.1, 5, 0.2, 7])))
    assert [row.label for row in stage.rows] == ["Input 0", "Input 1", "Input 3", "Input 5"]
    assert stage.left_out == "and 2 more input channels, in the sum"


def test_large_kernels_have_no_numbers():
    small, large = stage_of(scene(1, side=3)), stage_of(scene(1, side=15))
    assert {weight.text for weight in small.rows[0].weights} == {"1"}
    assert {weight.text for weight in large.rows[0].weights} == {""}
    assert len(large.rows[0].weights) == 225
