import numpy as np
import pytest

from multiconv.engine.geometry import geometry
from multiconv.engine.tiles import fill_padded

NUMPYS = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@pytest.mark.parametrize("mode", list(NUMPYS))
@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("first", [0, 1, 4, 8, 11])
def test_every_tile_is_a_part_of_the_padded_picture(mode, step, first):
    planes = np.arange(2 * 7 * 5.0).reshape(1, 2, 7, 5)
    pads = ((3, 2), (1, 3))
    whole = np.pad(planes, ((0, 0), (0, 0), *pads), mode=NUMPYS[mode])
    g = geometry((7, 5), (1, 1), padding=pads, padding_mode=mode)
    expected = whole[:, :, first::step][:, :, :4]
    into = np.full((*expected.shape[:2], 4, 9), np.nan)
    fill_padded(into, planes, g, first, step)
    assert np.array_equal(into[:, :, : expected.shape[2]], expected)
    assert not into[:, :, expected.shape[2] :, 1:6].any()
