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


@pytest.mark.parametrize("seed", range(3))
def test_a_transposed_layers_windows_are_the_adjoints_of_a_convolutions(seed):
    rng = np.random.default_rng(seed)
    for _ in range(20):
        size, kernel = (tuple(map(int, rng.integers(1, n, 2))) for n in (6, 6))
        strides, dilations = (tuple(map(int, rng.integers(1, 4, 2))) for _ in range(2))
        how = {"strides": strides, "dilations": dilations}
        pads = tuple(tuple(map(int, pair)) for pair in rng.integers(0, 3, (2, 2)))
        extra = tuple(
            int(rng.integers(0, max(s, d))) for s, d in zip(strides, dilations, strict=True)
        )
        try:
            g = geometry(size, kernel, padding=pads, transposed=True, output_padding=extra, **how)
        except InvalidValue:
            continue
        assert (g.transposed, g.output_padding, g.input_size) == (True, extra, size)
        stamps = []
        for row, col, di, dj in np.ndindex(*size, *kernel):
            i = row * strides[0] + di * dilations[0] - pads[0][0]
            j = col * strides[1] + dj * dilations[1] - pads[1][0]
            if 0 <= i < g.output_size[0] and 0 <= j < g.output_size[1]:
                stamps.append((row, col, i, j, di, dj))
        met = []
        for i, j in np.ndindex(*g.output_size):
            window = g.window_of(i, j)
            assert (window.rows, window.cols) == (window.source_rows, window.source_cols)
            for row, di in zip(window.rows, window.row_taps, strict=True):
                for col, dj in zip(window.cols, window.col_taps, strict=True):
                    if row >= 0 and col >= 0:
                        met.append((row, col, i, j, di, dj))
            assert sorted(window.row_taps, reverse=True) == list(window.row_taps)
        assert sorted(met) == sorted(stamps)
        fed = [(*at, *feed) for at in np.ndindex(*size) for feed in g.outputs_of(*at)]
        assert sorted(fed) == sorted(stamps)
        assert g.multiply_adds(2, 3) == np.prod(size) * np.prod(kernel) * 6
        assert [len(g.sources(axis)) for axis in (0, 1)] == list(size)


def test_a_generators_pixels_are_reached_by_four_six_and_nine_inputs():
    g = geometry((4, 4), (5, 5), strides=2, padding=2, transposed=True, output_padding=1)
    assert g.output_size == (8, 8)
    counts = [
        sum(row >= 0 for row in g.window_of(i, 2).rows)
        * sum(col >= 0 for col in g.window_of(2, j).cols)
        for i, j in ((2, 2), (2, 3), (3, 2), (3, 3), (0, 0), (7, 7))
    ]
    assert counts == [9, 6, 6, 4, 4, 1]
    assert [g.nearest_output(row, 0)[0] for row in range(4)] == [0, 2, 4, 6]
    first = geometry((1, 1), (4, 4), padding="VALID", transposed=True)
    assert (first.output_size, first.window_of(3, 0).row_taps) == ((4, 4), (3, 2, 1, 0))
    assert geometry((5, 7), (3, 3), strides=(2, 3), transposed=True).output_size == (10, 21)
    sparse = geometry((5, 7), (2, 4), strides=3, transposed=True)
    assert (sparse.output_size, sparse.pads) == ((15, 21), ((0, 0), (0, 1)))
    assert sparse.output_padding == (1, 0)  # so that pads and it alone give the same sizes


@pytest.mark.parametrize(
    ("field", "arguments", "said"),
    [
        ("padding", {"padding": 3}, r"\(2 − 1\)·1 \+ \(3 − 1\)·1 \+ 1 − 3 − 3 \+ 0 = -2"),
        ("output_padding", {"padding": 1, "output_padding": 1}, "less than the larger"),
        ("output_padding", {"strides": 2, "output_padding": 1}, "0 with SAME"),
        ("output_padding", {"output_padding": -1}, "whole number of 0"),
        (
            "output_padding",
            {"strides": (3, 2), "output_padding": (0, 2), "padding": 1},
            r"^output_padding is 2 columns: at a stride of 2 and a dilation of 1 that is too many; "
            r".* = \(2 − 1\)·2 \+ \(3 − 1\)·1 \+ 1 − 1 − 1 \+ 2 = 5 columns\.",
        ),
        (
            "output_padding",
            {"strides": 2, "output_padding": 1},
            r"^output_padding is 1 row: with SAME padding out = n·s = 2·2 = 4 rows, and nothing",
        ),
        ("padding_mode", {"padding_mode": "reflect"}, "holds nothing"),
        ("output_padding", {"transposed": False, "output_padding": 1}, "is a convolution"),
    ],
)
def test_what_a_transposed_layer_cannot_be_names_its_argument(field, arguments, said):
    with pytest.raises(InvalidValue, match=said) as caught:
        geometry((2, 2), (3, 3), **{"transposed": True, **arguments})
    assert caught.value.field == field
