"""Numbers that are not finite are refused, wherever they stand and whoever looks."""

from itertools import pairwise

import numpy as np
import pytest

from multiconv import conv2d, partials
from multiconv.engine import cuts, finite, layer, plan, shifts
from multiconv.engine.finite import reads_all, telling_rows
from multiconv.engine.geometry import geometry
from multiconv.errors import InvalidValue

REFUSED = "x holds 1 number that is not finite"


@pytest.fixture(params=["shifts", "rows"])
def small_tiles(request, monkeypatch):
    """Look at the output of small tiles, of either path that shows it, small as the input is."""
    monkeypatch.setattr(layer, "_WORTH", 0)
    only_rows = request.param == "rows"
    for name, value in (("THIN", 10**9 if only_rows else 1), ("SMALL", 0), ("DEEP", 10**9)):
        monkeypatch.setattr(plan, name, value)
    monkeypatch.setattr(shifts, "_TILE_BYTES", 4096)
    monkeypatch.setattr(cuts, "TILE_BYTES", 4096)


def as_planes(x):
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)


def lines_read(g, axis, outputs):
    """Return the input lines under some outputs of an axis, by the definition."""
    size, (before, _) = g.input_size[axis], g.pads[axis]
    taps = range(g.kernel_size[axis])
    read = {s * g.strides[axis] + t * g.dilations[axis] - before for s in outputs for t in taps}
    return read & set(range(size))


def some_geometry(rng):
    while True:
        size, kernel = rng.integers(1, 20, 2), rng.integers(1, 7, 2)
        strides, dilations = rng.integers(1, 5, 2), rng.integers(1, 4, 2)
        pads = tuple((int(a), int(b)) for a, b in rng.integers(0, 5, (2, 2)))
        how = {"strides": tuple(map(int, strides)), "dilations": tuple(map(int, dilations))}
        try:
            return geometry(tuple(map(int, size)), tuple(map(int, kernel)), padding=pads, **how)
        except InvalidValue:
            continue


@pytest.mark.parametrize("seed", range(300))
def test_telling_rows_see_every_row_of_the_input(seed):
    rng = np.random.default_rng(seed)
    g = some_geometry(rng)
    whole = [
        lines_read(g, axis, range(g.output_size[axis])) == set(range(g.input_size[axis]))
        for axis in (0, 1)
    ]
    if reads_all(g):
        assert all(whole)
    elif g.dilations == (1, 1) and g.strides == (1, 1):
        assert not all(whole)
    count = g.output_size[0]
    cuts = sorted({0, count, *map(int, rng.integers(0, count + 1, 3))})
    told = [i for a, b in pairwise(cuts) for i in range(count)[telling_rows(g, range(a, b))]]
    assert lines_read(g, 0, told) == lines_read(g, 0, range(count))


def test_a_third_of_the_rows_tells():
    g = geometry((1024, 1024), (3, 3))
    assert len(range(1024)[telling_rows(g, range(1024))]) == 342
    assert len(range(1024)[telling_rows(g, range(300, 600))]) == 100


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.usefixtures("small_tiles")
def test_what_is_not_finite_is_refused_wherever_it_stands(seed, case, monkeypatch):
    made = case(13000 + seed, integers=True, longest=40, widest=4)
    groups = made.x.shape[3]
    filters, how = made.filters[:, :, :1, :1].repeat(groups, axis=3), made.arguments
    grouped = {**how, "groups": groups}
    g = geometry(
        made.x.shape[1:3], filters.shape[:2], **{n: v for n, v in how.items() if n != "groups"}
    )
    rng = np.random.default_rng(seed)
    for x in (made.x, as_planes(made.x)):
        expected = conv2d(x, filters, threads=2, **grouped)
        if reads_all(g):
            with monkeypatch.context() as blind:
                blind.setattr(layer, "refuse_non_finite", None)  # Nobody looks beforehand.
                blind.setattr(finite, "refuse_non_finite", None)  # Nor again.
                assert np.array_equal(conv2d(x, filters, **grouped), expected)
        for _ in range(4):
            bad = x.copy(order="K")
            bad[tuple(int(rng.integers(side)) for side in x.shape)] = rng.choice(
                [np.nan, np.inf, -np.inf]
            )
            with pytest.raises(InvalidValue, match=REFUSED):
                conv2d(bad, filters, **grouped)
            with pytest.raises(InvalidValue, match=REFUSED):
                conv2d(bad, np.zeros((*filters.shape[:2], groups, 3)), **{**how, "groups": 1})
            with pytest.raises(InvalidValue, match=REFUSED):
                partials(bad, np.zeros((*filters.shape[:2], groups, 1)), 0, **{**how, "groups": 1})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("side", [1, 2, 3, 4, 5, 8, 11])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_weight_of_zero_hides_nothing(side, value, dtype):
    """BLAS must multiply by zero, too: in pictures large enough that only the output is seen."""
    size = 150, 153
    for at in np.ndindex(4, 4):
        x = np.ones((3, *size), dtype).transpose(1, 2, 0)
        assert x.size > layer._WORTH
        x[tuple(i * (n - 1) // 3 for i, n in zip(at, size, strict=True))][1] = value
        with pytest.raises(InvalidValue, match=REFUSED):
            partials(x, np.zeros((side, side, 3, 1), dtype), 0)


@pytest.mark.usefixtures("small_tiles")
def test_infinity_is_refused_without_a_warning():
    x = np.ones((3, 40, 40)).transpose(1, 2, 0)
    x[39, 20, 1] = np.inf
    with np.errstate(invalid="raise"), pytest.raises(InvalidValue, match=REFUSED):
        conv2d(x, np.zeros((5, 5, 1, 3)), groups=3, padding_mode="circular")


@pytest.mark.usefixtures("small_tiles")
def test_a_channel_of_another_group_is_refused_too():
    x = np.ones((3, 9, 9)).transpose(1, 2, 0)
    x[4, 4, 2] = np.nan
    with pytest.raises(InvalidValue, match=REFUSED):
        partials(x, np.ones((3, 3, 1, 3)), 0, groups=3)


@pytest.mark.usefixtures("small_tiles")
def test_numbers_that_add_up_to_infinity_are_looked_at_once(monkeypatch):
    asked = []
    for room in (finite, layer):
        monkeypatch.setattr(room, "refuse_non_finite", lambda *_: asked.append(1))
    x = np.full((1, 64, 64), 3e38, np.float32).transpose(1, 2, 0)
    assert conv2d(x, np.full((3, 3, 1, 1), 0.01))[1, 1, 0] == pytest.approx(2.7e37)
    assert asked == [1]


@pytest.mark.parametrize("side", [3, 5])
@pytest.mark.parametrize(("dtype", "huge"), [(np.float32, 3e38), (np.float64, 1.5e308)])
def test_among_huge_numbers_too(side, dtype, huge):
    """Their sums overflow before the one that is not finite is met."""
    x, filters = np.full((300, 300, 1), huge, dtype), np.ones((side, side, 1, 1))
    for value in (np.nan, np.inf):
        x[-1, -1] = value
        with pytest.raises(InvalidValue, match=REFUSED):
            conv2d(x, filters)


@pytest.mark.parametrize("side", [3, 5])
def test_an_overflow_is_told_as_the_caller_asks(side):
    x, filters = np.full((300, 300, 1), 3e38, np.float32), np.ones((side, side, 1, 1))
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert np.isinf(conv2d(x, filters)).all()
    with np.errstate(over="ignore"):
        assert np.isinf(conv2d(x, filters)).all()
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        conv2d(x, filters)


@pytest.mark.parametrize("how", [{"threads": 2}, {"strides": 4}, {"groups": 3}])
def test_inputs_that_outputs_do_not_tell_of_are_looked_at_before(how):
    x = np.ones((300, 300, 3), np.float32)
    filters = np.ones((3, 3, 3 // how.get("groups", 1), 3))
    x[3, 3, 2] = np.inf
    with pytest.raises(InvalidValue, match=REFUSED):
        partials(x, filters, 0, **how)


@pytest.mark.parametrize("how", [{}, {"strides": 2}, {"dilations": 2}, {"padding": "VALID"}])
def test_every_row_of_many_channels_is_looked_at(how, monkeypatch):
    monkeypatch.setattr(cuts, "TILE_BYTES", 2**15)
    filters, rng = np.zeros((3, 3, 20, 2), np.float32), np.random.default_rng(0)
    for row in range(60):
        x = np.ones((20, 60, 61), np.float32).transpose(1, 2, 0)
        conv2d(x, filters, **how)
        x[row, rng.integers(60), rng.integers(20)] = np.nan
        with pytest.raises(InvalidValue, match=REFUSED):
            conv2d(x, filters, **how)


def test_dilated_windows_read_all_where_each_phase_has_one():
    found = [reads_all(geometry((side, 9), (3, 3), dilations=2, padding=0)) for side in (5, 6, 7)]
    assert found == [False, True, True]


def test_with_threads_groups_are_computed_side_by_side(monkeypatch):
    monkeypatch.setattr(layer, "_looked_at", None)
    x = np.ones((300, 300, 3), np.float32)
    assert conv2d(x, np.ones((3, 3, 1, 3)), groups=3, threads=2)[1, 1].tolist() == [9, 9, 9]
