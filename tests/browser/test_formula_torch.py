"""The same pixels as PyTorch computes them.

The page's text is read as it is sent; test_formula.py has a browser show that of the same pixels.
"""

from urllib.request import urlopen

import pytest

from tests.browser.drawn import COUNT, at_a_pixel, drawn, levels, sent_value

torch = pytest.importorskip("torch")


def test_pytorch_finds_the_values_that_the_page_says(server):
    functional = torch.nn.functional
    modes = {"zeros": "constant"}
    for seed in range(COUNT):
        one = drawn(seed)
        picture = levels(server, one.query)
        (top, bottom), (left, right) = one.pads(picture.shape[:2])
        one, i, j = at_a_pixel(one, seed, picture.shape[:2])
        x = torch.from_numpy(picture / 255).permute(2, 0, 1)[None]
        mode = modes.get(one.mode, one.mode)
        padded = functional.pad(x, (left, right, top, bottom), mode=mode)
        filters = torch.from_numpy(one.kernels).permute(2, 0, 1)[None]
        found = functional.conv2d(padded, filters, stride=one.strides, dilation=one.dilations)
        with urlopen(f"{server}{one.address}") as answer:
            said = sent_value(answer.read().decode())
        value = float(found[0, 0, i, j]) + one.bias
        assert said == pytest.approx(value, abs=5.1e-4), one.address
