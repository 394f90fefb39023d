import numpy as np
import pytest

from multiconv import conv2d, conv2d_transpose, transposed_partials
from multiconv.errors import InvalidValue


def a_layer(seed):
    rng = np.random.default_rng(seed)
    while True:
        size, kernel = rng.integers(1, 8, 2), rng.integers(1, 6, 2)
        strides, dilations = rng.integers(1, 4, 2), rng.integers(1, 4, 2)
        extra = [int(rng.integers(0, max(s, d))) for s, d in zip(strides, dilations, strict=True)]
        pads = rng.integers(0, 4, (2, 2))
        sides = (size - 1) * strides + (kernel - 1) * dilations + 1 + extra - pads.sum(axis=1)
        if min(sides) >= 1:
            break
    groups = int(rng.integers(1, 4))
    c_in, share = groups * int(rng.integers(1, 4)), int(rng.integers(1, 4))
    x = rng.integers(-9, 10, (2, *size, c_in)).astype(float)
    filters = rng.integers(-9, 10, (*kernel, share, c_in)).astype(float)
    bias = rng.integers(-9, 10, groups * share).astype(float)
    return x, filters, bias, strides, dilations, extra, pads, groups, tuple(sides)


def arguments(strides, dilations, extra, pads, groups):
    return {
        "strides": tuple(map(int, strides)),
        "dilations": tuple(map(int, dilations)),
        "output_padding": tuple(extra),
        "padding": tuple(tuple(map(int, pair)) for pair in pads),
        "groups": groups,
    }


@pytest.mark.parametrize("seed", range(120))
def test_exact_on_integers_against_scattering_loops(seed):
    x, filters, bias, strides, dilations, extra, pads, groups, sides = a_layer(seed)
    share, c_in = filters.shape[2:]
    canvas = np.zeros((2, *(sides + pads.sum(axis=1)), groups * share))
    for i, j, di, dj, q, o in np.ndindex(*x.shape[1:3], *filters.shape[:2], c_in, share):
        row, col = strides * (i, j) + dilations * (di, dj)
        if row < canvas.shape[1] and col < canvas.shape[2]:
            k = q // (c_in // groups) * share + o
            canvas[:, row, col, k] += x[:, i, j, q] * filters[di, dj, o, q]
    (top, _), (left, _) = pads
    expected = canvas[:, top : top + sides[0], left : left + sides[1]] + bias
    how = arguments(strides, dilations, extra, pads, groups)
    assert np.array_equal(conv2d_transpose(x, filters, bias=bias, **how), expected)
    k = int(np.random.default_rng(seed).integers(groups * share))
    added = transposed_partials(x, filters, k, **how)
    assert added.shape == (2, *sides, c_in)
    assert np.array_equal(added.sum(axis=-1) + bias[k], expected[..., k])


@pytest.mark.parametrize("seed", range(60))
def test_it_is_the_adjoint(seed, case):
    c = case(seed, longest=14)
    if c.padding_mode != "zeros" or c.padding == "SAME":
        return
    y = np.random.default_rng(seed).standard_normal(conv2d(c.x, c.filters, **c.arguments).shape)
    how = {name: value for name, value in c.arguments.items() if name != "padding_mode"}
    sizes = zip(c.x.shape[1:3], y.shape[1:3], c.strides, c.filters.shape, strict=False)
    sides = [
        n - ((m - 1) * s + (k - 1) * d + 1 - sum(pads))
        for (n, m, s, k), d, pads in zip(sizes, c.dilations, c.pads, strict=True)
    ]
    if any(e >= max(s, d) for e, s, d in zip(sides, c.strides, c.dilations, strict=True)):
        return
    back = conv2d_transpose(y, c.filters, output_padding=tuple(sides), **how)
    assert back.shape == c.x.shape
    forth = conv2d(c.x, c.filters, **c.arguments)
    assert np.vdot(forth, y) == pytest.approx(np.vdot(c.x, back))


@pytest.mark.parametrize("kernel", [(3, 3), (4, 5), (1, 2)])
@pytest.mark.parametrize("strides", [(1, 1), (2, 2), (3, 1)])
def test_same_is_the_adjoint_of_same(kernel, strides):
    rng = np.random.default_rng(0)
    y, filters = rng.standard_normal((4, 5, 3)), rng.standard_normal((*kernel, 2, 3))
    back = conv2d_transpose(y, filters, strides=strides)
    assert back.shape == (4 * strides[0], 5 * strides[1], 2)
    x = rng.standard_normal(back.shape)
    assert np.vdot(conv2d(x, filters, strides=strides), y) == pytest.approx(np.vdot(x, back))


@pytest.mark.parametrize(
    ("field", "how"),
    [
        ("output_padding", {"strides": 2, "output_padding": 2, "padding": 0}),
        ("output_padding", {"strides": 2, "output_padding": 1}),
        ("output_padding", {"output_padding": -1, "padding": 0}),
        ("padding", {"padding": 4}),
        ("strides", {"strides": 0}),
        ("groups", {"groups": 3}),
        ("bias", {"bias": np.ones(9)}),
    ],
)
def test_each_mistake_names_its_argument(field, how):
    with pytest.raises(InvalidValue) as caught:
        conv2d_transpose(np.ones((4, 4, 2)), np.ones((3, 3, 3, 2)), **how)
    assert caught.value.field == field


def test_filters_for_other_channels_are_refused():
    with pytest.raises(InvalidValue) as caught:
        conv2d_transpose(np.ones((4, 4, 2)), np.ones((3, 3, 3, 4)))
    assert caught.value.field == "filters"


def test_too_much_padding_is_told_with_the_numbers():
    with pytest.raises(InvalidValue, match=r"\(4 − 1\)·1 \+ \(3 − 1\)·1 \+ 1 − 3 − 3 \+ 0 = 0"):
        conv2d_transpose(np.ones((4, 4, 1)), np.ones((3, 3, 1, 1)), padding=3)
