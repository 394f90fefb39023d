"""What lies below the smallest normal number counts as 0 and reaches no product."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv import conv2d, conv2d_transpose, partials, plan, thumbnails, trace_layer
from multiconv.engine.checks import flushed

# A power of two, so that a scaled number is below or above the limit with all its digits.
SMALLEST = {np.float32: 2.0**-126, np.float64: 2.0**-1022}
PATHS = {
    "rows": ((20, 24, 3), (3, 3, 3, 4)),
    "columns": ((24, 20, 1), (9, 9, 1, 1)),
    "pixels": ((9, 8, 8), (1, 1, 8, 5)),
    "spectra": ((150, 150, 2), (17, 17, 2, 3)),
}


def speckled(shape, dtype, rng):
    """Numbers of which every other is below the smallest normal, and the same with zeros there."""
    zeroed = rng.normal(size=shape).astype(dtype)
    tiny = rng.random(shape) < 0.5
    zeroed[tiny] = 0
    numbers = zeroed.copy()
    numbers[tiny] = (rng.choice([-0.75, 0.25], tiny.sum()) * SMALLEST[dtype]).astype(dtype)
    assert np.count_nonzero(numbers) > np.count_nonzero(zeroed)
    return numbers, zeroed


@pytest.mark.parametrize("dtype", list(SMALLEST))
@pytest.mark.parametrize("path", PATHS)
def test_every_way_gives_the_bits_that_zeros_give(path, dtype):
    rng = np.random.default_rng(0)
    shape, filters_shape = PATHS[path]
    assert plan(shape, filters_shape).path == path
    x, x0 = speckled(shape, dtype, rng)
    filters, filters0 = speckled(filters_shape, dtype, rng)
    before = x.tobytes()
    assert np.array_equal(conv2d(x, filters), conv2d(x0, filters0))
    alone, alone0 = np.full_like(x, SMALLEST[dtype] / 2), np.ones_like(filters)
    assert not conv2d(alone, alone0).any()
    assert x.tobytes() == before


@pytest.mark.parametrize("dtype", list(SMALLEST))
@pytest.mark.parametrize(
    "layer",
    [
        lambda x, filters: partials(x, filters, 1),
        lambda x, filters: trace_layer(x, filters, 1).sum,
        lambda x, filters: thumbnails(x, filters, 4),
        lambda x, filters: conv2d_transpose(x, filters.transpose(0, 1, 3, 2), strides=2),
    ],
    ids=["partials", "trace_layer", "thumbnails", "conv2d_transpose"],
)
def test_so_does_every_other_layer(layer, dtype):
    rng = np.random.default_rng(1)
    x, x0 = speckled((12, 12, 3), dtype, rng)
    filters, filters0 = speckled((3, 3, 3, 2), dtype, rng)
    assert np.array_equal(layer(x, filters), layer(x0, filters0))
    assert not layer(np.full_like(x, SMALLEST[dtype] / 2), np.ones_like(filters)).any()


@pytest.mark.parametrize("dtype", list(SMALLEST))
def test_no_number_below_the_smallest_normal_reaches_a_product(dtype, monkeypatch):
    """The cost of such a number is a processor's own; that none is multiplied holds on all."""
    met = []

    def matmul(first, second, **options):
        met.extend(np.abs(each[each != 0]).min(initial=1) for each in (first, second))
        return product(first, second, **options)

    product = np.matmul
    monkeypatch.setattr(np, "matmul", matmul)
    rng = np.random.default_rng(2)
    for shape, filters_shape in (PATHS["rows"], PATHS["columns"], PATHS["pixels"]):
        conv2d(speckled(shape, dtype, rng)[0], speckled(filters_shape, dtype, rng)[0])
    assert len(met) >= 6
    assert min(met) >= SMALLEST[dtype]


@pytest.mark.parametrize("dtype", list(SMALLEST))
def test_the_smallest_normal_number_stays_and_what_has_no_smaller_is_no_copy(dtype):
    values = np.zeros((2, 700, 200, 1), dtype)  # more than is looked at together
    values[1, 650, 3] = -SMALLEST[dtype]
    assert flushed(values) is values
    values[1, 690, 3] = -SMALLEST[dtype] / 2
    found = flushed(values)
    assert found is not values
    assert np.flatnonzero(found).tolist() == np.flatnonzero(values)[:1].tolist()
    assert found.min() == -SMALLEST[dtype]
