import numpy as np
import pytest

from multiconv import probe, trace_layer
from multiconv.errors import InvalidValue


@pytest.mark.parametrize("seed", range(25))
def test_every_number_against_the_padded_picture(seed, case):
    c = case(seed)
    k = seed % c.filters.shape[3]
    traced = trace_layer(c.x[0], c.filters, k, bias=c.bias, **c.arguments)
    (s1, s2), (d1, d2), (kh, kw) = c.strides, c.dilations, c.filters.shape[:2]
    share, width = c.filters.shape[3] // c.groups, c.filters.shape[2]
    group = k // share
    for i, j in np.ndindex(*traced.geometry.output_size):
        found = probe(c.x[0], traced, i, j)
        window = c.padded[0, s1 * i :: d1, s2 * j :: d2][:kh, :kw]
        assert [channel.q for channel in found.channels] == list(
            range(group * width, (group + 1) * width)
        )
        for at, channel in enumerate(found.channels):
            assert np.array_equal(channel.values, window[..., channel.q])
            assert np.array_equal(channel.kernel, c.filters[:, :, at, k])
            assert np.array_equal(channel.products, channel.values * channel.kernel)
        assert found.total == pytest.approx(float(traced.sum[i, j]))


def test_pad_is_told_and_still_has_its_value():
    x = np.arange(9, dtype=np.float32).reshape(3, 3, 1)
    traced = trace_layer(x, np.ones((3, 3, 1, 1)), 0, padding_mode="replicate")
    found = probe(x, traced, 0, 0)
    assert (found.rows, found.cols) == ((-1, 0, 1), (-1, 0, 1))
    assert found.channels[0].values.tolist() == [[0, 0, 1], [0, 0, 1], [3, 3, 4]]
    assert found.channels[0].values.dtype == np.float64


def test_a_pixel_outside_is_refused():
    x = np.ones((3, 3, 1))
    with pytest.raises(InvalidValue):
        probe(x, trace_layer(x, np.ones((3, 3, 1, 1)), 0), 3, 0)
