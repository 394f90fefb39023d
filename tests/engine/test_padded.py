import numpy as np
import pytest

from multiconv.engine.geometry import geometry
from multiconv.engine.padded import fill

NUMPYS = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@pytest.mark.parametrize("mode", list(NUMPYS))
@pytest.mark.parametrize("down", [1, 2, 3])
@pytest.mark.parametrize("top", [0, 1, 4, 8, 11])
@pytest.mark.parametrize(("left", "wide"), [(0, 9), (0, 4), (3, 2), (2, 7), (8, 1)])
def test_every_part_is_a_part_of_the_padded_picture(mode, down, top, left, wide):
    planes = np.arange(2 * 7 * 5.0).reshape(1, 2, 7, 5)
    pads = ((3, 2), (1, 3))
    whole = np.pad(planes, ((0, 0), (0, 0), *pads), mode=NUMPYS[mode])
    g = geometry((7, 5), (1, 1), padding=pads, padding_mode=mode)
    expected = whole[:, :, top::down, left : left + wide][:, :, :4]
    into = np.full((1, 2, 4, wide), np.nan)
    fill(into, planes, g, top, left, down)
    assert np.array_equal(into[:, :, : expected.shape[2]], expected)
    assert np.isfinite(into).all()
