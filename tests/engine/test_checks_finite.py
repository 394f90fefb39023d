"""Numbers that are not finite are refused, wherever they stand and whichever way computes."""

import numpy as np
import pytest

from multiconv import conv2d, partials
from multiconv.engine import checks
from multiconv.errors import InvalidValue

REFUSED = "x holds 1 number that is not finite"


def as_planes(x):
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_not_finite_is_refused_wherever_it_stands(seed, case):
    made = case(13000 + seed, integers=True, longest=40, widest=4)
    channels = made.x.shape[3]
    filters, how = made.filters[:, :, :1, :1].repeat(channels, axis=3), made.arguments
    rng = np.random.default_rng(seed)
    for x in (made.x, as_planes(made.x)):
        for _ in range(4):
            bad = x.copy(order="K")
            bad[tuple(int(rng.integers(side)) for side in x.shape)] = rng.choice(
                [np.nan, np.inf, -np.inf]
            )
            with pytest.raises(InvalidValue, match=REFUSED):
                conv2d(bad, filters, **{**how, "groups": channels})
            with pytest.raises(InvalidValue, match=REFUSED):
                conv2d(bad, np.zeros((*filters.shape[:2], channels, 3)), **{**how, "groups": 1})
            with pytest.raises(InvalidValue, match=REFUSED):
                partials(bad, np.zeros((*filters.shape[:2], channels, 1)), 0, **how | {"groups": 1})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("side", [1, 2, 3, 4, 5, 8, 11])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_weight_of_zero_hides_nothing(side, value, dtype):
    size = 150, 153
    for at in np.ndindex(4, 4):
        x = np.ones((3, *size), dtype).transpose(1, 2, 0)
        x[tuple(i * (n - 1) // 3 for i, n in zip(at, size, strict=True))][1] = value
        with pytest.raises(InvalidValue, match=REFUSED):
            partials(x, np.zeros((side, side, 3, 1), dtype), 0)


def test_infinity_is_refused_without_a_warning():
    x = np.ones((3, 40, 40)).transpose(1, 2, 0)
    x[39, 20, 1] = np.inf
    with np.errstate(invalid="raise"), pytest.raises(InvalidValue, match=REFUSED):
        conv2d(x, np.zeros((5, 5, 1, 3)), groups=3, padding_mode="circular")


def test_a_channel_of_another_group_is_refused_too():
    x = np.ones((3, 9, 9)).transpose(1, 2, 0)
    x[4, 4, 2] = np.nan
    with pytest.raises(InvalidValue, match=REFUSED):
        partials(x, np.ones((3, 3, 1, 3)), 0, groups=3)


def test_several_are_counted():
    x = np.ones((9, 9, 1))
    x[3] = np.nan
    with pytest.raises(InvalidValue, match="x holds 9 numbers that are not finite"):
        conv2d(x, np.ones((3, 3, 1, 1)))


def test_numbers_that_add_up_to_infinity_are_accepted():
    x = np.full((1, 64, 64), 3e38, np.float32).transpose(1, 2, 0)
    with np.errstate(over="raise"):
        checks.refuse_non_finite(x, "x")
    assert conv2d(x, np.full((3, 3, 1, 1), 0.01))[1, 1, 0] == pytest.approx(2.7e37)


@pytest.mark.parametrize("side", [3, 5])
@pytest.mark.parametrize(("dtype", "huge"), [(np.float32, 3e38), (np.float64, 1.5e308)])
def test_among_huge_numbers_too(side, dtype, huge):
    """Their sums overflow before the one that is not finite is met."""
    x, filters = np.full((300, 300, 1), huge, dtype), np.ones((side, side, 1, 1))
    for value in (np.nan, np.inf):
        x[-1, -1] = value
        with pytest.raises(InvalidValue, match=REFUSED):
            conv2d(x, filters)


@pytest.mark.parametrize("side", [3, 5, 11])
def test_an_overflow_is_told_as_the_caller_asks(side):
    x, filters = np.full((300, 300, 1), 3e38, np.float32), np.ones((side, side, 1, 1))
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert np.isinf(conv2d(x, filters)).all()
    with np.errstate(over="ignore"):
        assert np.isinf(conv2d(x, filters)).all()
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        conv2d(x, filters)


@pytest.mark.parametrize("how", [{"threads": 2}, {"strides": 4}, {"groups": 3}])
def test_numbers_that_no_output_tells_of_are_refused_too(how):
    x = np.ones((300, 300, 3), np.float32)
    filters = np.ones((3, 3, 3 // how.get("groups", 1), 3))
    x[3, 3, 2] = np.inf
    with pytest.raises(InvalidValue, match=REFUSED):
        partials(x, filters, 0, **how)


@pytest.mark.parametrize("how", [{}, {"strides": 2}, {"dilations": 2}, {"padding": "VALID"}])
def test_every_row_of_many_channels_is_looked_at(how):
    filters, rng = np.zeros((3, 3, 20, 2), np.float32), np.random.default_rng(0)
    for row in range(60):
        x = np.ones((20, 60, 61), np.float32).transpose(1, 2, 0)
        conv2d(x, filters, **how)
        x[row, rng.integers(60), rng.integers(20)] = np.nan
        with pytest.raises(InvalidValue, match=REFUSED):
            conv2d(x, filters, **how)


def test_with_threads_groups_are_computed_side_by_side():
    x = np.ones((300, 300, 3), np.float32)
    assert conv2d(x, np.ones((3, 3, 1, 3)), groups=3, threads=2)[1, 1].tolist() == [9, 9, 9]
