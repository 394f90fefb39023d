"""A pooling in the figure: one map in, one out, the window's winner, no kernel and no sum."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest

START = "size=24&2.kind=max_pool&layer=2&k=3&i=4&j=5"


def test_there_is_no_kernel_no_bias_and_no_what_if(client):
    page = client.get(f"/?{START}").text
    assert "input 3, pooled" in page
    for part in ('name="w.', 'name="bias.', 'name="matrix.', 'id="what-if"'):
        assert part not in page


def test_the_winner_is_marked(client):
    page = client.get(f"/?{START}").text
    (row, column) = (
        int(re.search(rf'class="winner"[^>]* {side}="(\d+)"', page)[1]) for side in ("y", "x")
    )
    answer = client.get(f"/maps/input-3.npy?{START}").data
    plane = np.load(io.BytesIO(answer))
    window = plane[8:10, 10:12]
    assert plane[row, column] == window.max()
    assert (row - 8, column - 10) == np.unravel_index(window.argmax(), window.shape)
    mean = client.get(f"/?{START.replace('max', 'avg')}").text
    assert 'class="winner"' not in mean


@pytest.mark.parametrize(
    "query", ["kind=max_pool&size=24", "2.kind=max_pool&layer=2&size=24&2.off=0"]
)
def test_a_pooling_of_the_picture_itself_or_of_nothing_is_shown(client, query):
    assert client.get(f"/?{query}").status_code == 200
    assert client.get(f"/stage.svg?{query}").status_code == 200
