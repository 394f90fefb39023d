import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multiconv.engine.geometry import geometry
from multiconv.errors import InvalidValue

SIDES = st.integers(1, 30)


@pytest.mark.parametrize(
    ("n", "k", "s", "before", "after"),
    [(6, 3, 2, 0, 1), (224, 7, 2, 2, 3), (64, 5, 2, 1, 2), (5, 2, 1, 0, 1), (5, 3, 1, 1, 1)],
)
def test_same_is_tensorflows(n, k, s, before, after):
    g = geometry((n, n), (k, k), strides=(s, s))
    assert g.pads == ((before, after), (before, after))
    assert g.output_size == (-(-n // s), -(-n // s))


@pytest.mark.parametrize(
    ("padding", "pads"),
    [
        ("VALID", ((0, 0), (0, 0))),
        ("valid", ((0, 0), (0, 0))),
        ("same", ((1, 1), (1, 1))),
        (2, ((2, 2), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        (((0, 1), (2, 3)), ((0, 1), (2, 3))),
    ],
)
def test_padding_is_said_in_five_ways(padding, pads):
    assert geometry((7, 7), (3, 3), padding=padding).pads == pads


@given(SIDES, st.integers(1, 7), st.integers(1, 4), st.integers(1, 3), st.integers(0, 5))
def test_output_size_counts_the_windows_that_fit(n, k, s, d, pad):
    starts = [at for at in range(0, n + 2 * pad, s) if at + (k - 1) * d < n + 2 * pad]
    if not starts:
        with pytest.raises(InvalidValue):
            geometry((n, n), (k, k), strides=s, dilations=d, padding=pad)
        return
    g = geometry((n, n), (k, k), strides=s, dilations=d, padding=pad)
    assert g.output_size == (len(starts), len(starts))


def test_a_window_over_the_edge_tells_pad_and_source():
    reflect = geometry((4, 5), (3, 3), padding_mode="reflect").window_of(0, 4)
    assert (reflect.rows, reflect.source_rows) == ((-1, 0, 1), (1, 0, 1))
    assert (reflect.cols, reflect.source_cols) == ((3, 4, -1), (3, 4, 3))
    zeros = geometry((4, 5), (3, 3)).window_of(3, 0)
    assert (zeros.source_rows, zeros.source_cols) == ((2, 3, -1), (-1, 0, 1))


def test_strides_and_dilations_move_the_window():
    g = geometry((9, 9), (2, 3), strides=(2, 1), dilations=(3, 2), padding="VALID")
    assert g.window_of(1, 2).rows == (2, 5)
    assert g.window_of(1, 2).cols == (2, 4, 6)


@pytest.mark.parametrize(
    ("mode", "numpys"), [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")]
)
@pytest.mark.parametrize("side", [1, 2, 3, 7])
def test_padding_modes_are_numpys(mode, numpys, side):
    g = geometry((side, side), (1, 1), padding=((5, 9), (0, 0)), padding_mode=mode)
    assert list(g.sources(0)) == np.pad(np.arange(side), (5, 9), mode=numpys).tolist()


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_an_input_pixel_feeds_the_windows_that_hold_it(mode):
    g = geometry((5, 4), (3, 2), strides=(2, 1), padding=1, padding_mode=mode)
    held = {(row, col): [] for row in range(5) for col in range(4)}
    for i, j in np.ndindex(*g.output_size):
        window = g.window_of(i, j)
        for di, row in enumerate(window.source_rows):
            for dj, col in enumerate(window.source_cols):
                if row >= 0 and col >= 0:
                    held[row, col].append((i, j, di, dj))
    for place, feeds in held.items():
        assert sorted(g.outputs_of(*place)) == feeds


def test_the_nearest_output_is_the_one_whose_windows_centre_is_nearest():
    g = geometry((6, 6), (3, 3), strides=(2, 2))
    assert [g.nearest_output(row, 0)[0] for row in range(6)] == [0, 0, 0, 1, 2, 2]
    assert g.nearest_output(3, 0) == (1, 0)


@pytest.mark.parametrize("value", [2, (2, 2), [2, 2], np.int64(2)])
def test_one_whole_number_stands_for_both(value):
    assert geometry((8, 8), (3, 3), strides=value).strides == (2, 2)


def test_cost_is_counted_in_products():
    assert geometry((10, 20), (3, 5)).multiply_adds(3, 8) == 10 * 20 * 3 * 5 * 3 * 8


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("strides", {"strides": 0}),
        ("strides", {"strides": (1, 2, 3)}),
        ("strides", {"strides": True}),
        ("dilations", {"dilations": (1, -1)}),
        ("dilations", {"dilations": 1.5}),
        ("padding", {"padding": "FULL"}),
        ("padding", {"padding": -1}),
        ("padding", {"padding": ((1, 2), 3)}),
        ("padding", {"padding": None}),
        ("padding_mode", {"padding_mode": "constant"}),
        ("kernel", {"kernel_size": (0, 3)}),
        ("input", {"input_size": (0, 3)}),
    ],
)
def test_each_mistake_names_its_argument(field, arguments):
    with pytest.raises(InvalidValue) as caught:
        geometry(**{"input_size": (8, 8), "kernel_size": (3, 3), **arguments})
    assert caught.value.field == field


def test_a_kernel_too_large_is_told_with_the_formula_and_the_numbers():
    with pytest.raises(InvalidValue, match=r"⌊\(5 \+ 1 \+ 0 − \(4−1\)·2 − 1\) / 3⌋ \+ 1 = 0") as e:
        geometry((5, 9), (4, 1), strides=3, dilations=2, padding=((1, 0), (0, 0)))
    assert e.value.field == "kernel"


@pytest.mark.parametrize(("i", "j", "field"), [(3, 0, "i"), (0, -1, "j")])
def test_a_pixel_outside_the_output_is_refused(i, j, field):
    with pytest.raises(InvalidValue) as caught:
        geometry((3, 3), (3, 3)).window_of(i, j)
    assert caught.value.field == field
