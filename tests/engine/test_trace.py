import numpy as np
import pytest

from multiconv import conv2d, trace_layer
from multiconv.errors import InvalidValue


@pytest.mark.parametrize("seed", range(25))
def test_every_intermediate_against_plain_loops(seed, case, plain):
    c = case(seed, integers=True, dtype=np.float32)
    k = seed % c.filters.shape[3]
    expected = plain(c)[0, :, :, k]
    traced = trace_layer(c.x[0], c.filters, k, bias=c.bias, activation="relu", **c.arguments)
    share, width = c.filters.shape[3] // c.groups, c.filters.shape[2]
    for q, added in enumerate(traced.partials):
        if q // width == k // share:
            assert np.array_equal(added, expected[..., q])
        else:
            assert added is None
            assert not traced.filters[..., q].any()
    assert np.array_equal(traced.sum, expected.sum(axis=-1) + c.bias[k])
    assert np.array_equal(traced.output, np.maximum(traced.sum, 0))
    assert traced.sum.dtype == traced.output.dtype == np.float32
    assert traced.bias == c.bias[k]


def test_the_trace_is_the_layers_output(case):
    c = case(7, dtype=np.float32, longest=40)
    whole = conv2d(c.x[0], c.filters, bias=c.bias, **c.arguments)
    traced = trace_layer(c.x[0], c.filters, 0, bias=c.bias, **c.arguments)
    assert np.allclose(traced.output, whole[..., 0], atol=1e-4)


def test_a_callers_partial_stands_in():
    asked = []

    def remembered(q, plane, kernel, geometry):
        asked.append((q, plane.shape, kernel.shape))
        return np.full(geometry.output_size, q + 1, plane.dtype)

    traced = trace_layer(np.ones((4, 5, 3)), np.ones((3, 3, 3, 2)), 1, partial=remembered)
    assert asked == [(q, (4, 5), (3, 3)) for q in range(3)]
    assert (traced.sum == 6).all()


def test_a_channel_left_out_adds_nothing():
    x = np.arange(12.0).reshape(2, 2, 3)
    filters = np.array([1.0, 10.0, 100.0]).reshape(1, 1, 3, 1)
    trace = trace_layer(x, filters, 0, bias=np.array([0.5]), off=(1,))
    assert trace.partials[1] is None
    assert trace.filters.ravel().tolist() == [1.0, 0.0, 100.0]
    assert trace.sum[0].tolist() == [0 * 1 + 2 * 100 + 0.5, 3 * 1 + 5 * 100 + 0.5]


def test_the_running_sum_takes_the_channels_in_their_order():
    x = np.arange(12.0).reshape(2, 2, 3)
    filters = np.array([1.0, 10.0, 100.0]).reshape(1, 1, 3, 1)
    trace = trace_layer(x, filters, 0, bias=np.array([0.5]))
    at_the_last = [trace.running(count)[1, 1] for count in range(4)]
    assert at_the_last == [0, 9, 9 + 100, 9 + 100 + 1100]
    assert trace.sum[1, 1] == at_the_last[-1] + 0.5


def test_a_batch_is_refused():
    with pytest.raises(InvalidValue) as caught:
        trace_layer(np.ones((2, 4, 4, 1)), np.ones((3, 3, 1, 1)), 0)
    assert caught.value.field == "x"
