"""Tiles are as high as windows want them, and what stays laid out is bounded."""

import tracemalloc

import numpy as np
import pytest

from multiconv import conv2d
from multiconv.engine import cuts, rows
from multiconv.engine import scratch as workspace
from multiconv.engine.banded import Axis
from multiconv.engine.cuts import cut_of
from multiconv.engine.geometry import geometry


def cut(size, side, c_in, c_out=3, *, copied=True):
    g, high = geometry(size, (side, side)), size[0]
    return cut_of(
        (1, side, side, c_in, c_out), g, Axis(0, 1, high, 0, 1, 1, 1, side, 1), 4, copied=copied
    )


@pytest.mark.parametrize("side", [3, 5, 9])
@pytest.mark.parametrize("channels", [3, 8, 16, 64])
@pytest.mark.parametrize("width", [300, 1024, 4000])
@pytest.mark.parametrize("copied", [False, True])
def test_a_tile_fits_and_a_copy_does_not_make_it_low(side, channels, width, copied):
    found = cut((3000, width), side, channels, copied=copied)
    rows, row = found.tile + side - 1, channels * side * found.pitch * 4
    assert rows * row <= cuts.TILE_BYTES
    if copied:
        alone = cut((3000, width), side, channels, copied=False)
        assert found.tile >= min(alone.tile, 5 * side)
        assert found.chunk == alone.chunk


def test_chunks_are_wide_where_windows_are_few_and_narrow_where_they_are_many():
    assert cut((3000, 4000), 3, 3).chunk == 4000
    assert cut((1500, 1500), 3, 16).chunk < 1000
    assert cut((1000, 1000), 9, 64).chunk < 100


def test_tiles_are_alike():
    for high in range(300, 330):
        tile = cut((high, 1024), 3, 3).tile
        count = -(-high // tile)
        assert high - (count - 1) * tile > tile - count


def test_many_parts_do_not_stay_laid_out(monkeypatch):
    rng = np.random.default_rng(0)
    x, filters = rng.integers(-9, 10, (60, 70, 3)) * 1.0, rng.integers(-9, 10, (3, 3, 3, 4))
    monkeypatch.setattr(cuts, "TILE_BYTES", 2**15)
    expected = conv2d(x, filters)

    def laid_out():
        _, (_, tiles, _) = workspace._kept.slots["rows"]
        return tiles

    count = sum(len(tile.parts) for tile in laid_out())
    assert count > 5
    for most, kept in ((count - 1, 0), (count, count)):
        workspace._kept.__dict__.clear()
        monkeypatch.setattr(rows, "_KEPT_PARTS", most)
        assert np.array_equal(conv2d(x, filters), expected)
        assert len(laid_out()) == kept


def test_what_stays_laid_out_is_small():
    x, filters = np.ones((512, 512, 64), np.float32), np.ones((9, 9, 64, 3), np.float32)
    workspace._kept.__dict__.clear()
    tracemalloc.start()
    conv2d(x, filters)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    scratch = sum(memory.nbytes for memory in workspace._kept.memories.values())
    assert kept - scratch < 2 * 2**20
