from fractions import Fraction

import numpy as np
import pytest

from multiconv.engine.conv import conv2d
from multiconv.engine.geometry import PADDING_MODES, geometry
from multiconv.engine.influence import influence
from multiconv.engine.pooling import avg_pool
from multiconv.engine.stack import (
    Passage,
    ReceptiveField,
    cell_at,
    jump,
    reached,
    receptive_field,
    repeat,
)
from multiconv.engine.transposed import conv2d_transpose, turned_filters

# The face network's kernels, strides and pads; what each layer's values see, and their distance.
FACES = [(5, 2, 0)] * 3 + [(5, 1, 2)] * 3 + [(9, 1, 4)]
SEES, JUMPS = (5, 13, 29, 61, 93, 125, 189), (2, 4, 8, 8, 8, 8, 8)


def faces(size=400):
    """Sizes of the face network's layers over a square picture."""
    shapes, side = [], (size, size)
    for k, s, pad in FACES:
        shapes.append(geometry(side, (k, k), strides=s, padding=pad))
        side = shapes[-1].output_size
    return shapes


def random_stack(rng):
    """Two to four random layers that fit each other: sizes, and functions that compute them."""
    size = (int(rng.integers(9, 15)), int(rng.integers(9, 15)))
    shapes, layers, channels = [], [], 1
    while len(shapes) < 2 or (len(shapes) < 4 and rng.random() < 0.6):
        kernel = tuple(int(n) for n in rng.integers(1, 4, 2))
        gaps = tuple(int(n) for n in rng.integers(1, 3, 2))
        how = {
            "strides": tuple(int(n) for n in rng.integers(1, 4, 2)),
            "padding": tuple(tuple(int(n) for n in rng.integers(0, 3, 2)) for _ in range(2)),
            "dilations": gaps,
        }
        pooled = rng.random() < 0.3
        if pooled:  # PyTorch's limit, so that no window holds nothing but padding.
            how["padding"] = tuple((k - 1) * d // 2 for k, d in zip(kernel, gaps, strict=True))
        mode = "zeros" if pooled else PADDING_MODES[rng.integers(4)]
        try:
            shape = geometry(size, kernel, **how, padding_mode=mode)
        except ValueError:
            continue
        if shape.output_size == (1, 1):
            continue
        # Positive, so that no two ways of one pixel to the value cancel each other.
        filters = rng.uniform(0.5, 1.5, (*kernel, channels, 2))
        if pooled:
            layers.append(lambda x, kernel=kernel, how=how: avg_pool(x, kernel, **how))
        else:
            channels = 2
            layers.append(
                lambda x, filters=filters, how=how, mode=mode: conv2d(
                    x, filters, **how, padding_mode=mode
                )
            )
        shapes.append(shape)
        size = shape.output_size
    return shapes, layers


@pytest.mark.parametrize("seed", range(40))
def test_exactly_the_reached_pixels_change_the_value(seed):
    rng = np.random.default_rng(seed)
    shapes, layers = random_stack(rng)
    i, j = (int(rng.integers(side)) for side in shapes[-1].output_size)
    height, width = shapes[0].input_size
    x = np.broadcast_to(rng.uniform(0, 1, (height, width)), (height * width + 1, height, width))
    x = x.copy()
    x[:-1].reshape(height * width, -1)[np.diag_indices(height * width)] += 1
    x = x[..., np.newaxis]
    for layer in layers:
        x = layer(x)
    change = np.abs(x[:-1, i, j] - x[-1, i, j]).max(axis=-1).reshape(height, width)
    rows, columns = reached(shapes, i, j)
    told = np.zeros((height, width), bool)
    told[np.ix_(rows, columns)] = True
    np.testing.assert_array_equal(change > 1e-9, told)
    if all(shape.padding_mode == "zeros" for shape in shapes):
        field = receptive_field(shapes, i, j)
        assert field.top <= rows.min() <= rows.max() < field.top + field.height
        assert field.left <= columns.min() <= columns.max() < field.left + field.width


def grown_stack(rng):
    """Two to four random layers, transposed ones among them, with zeros where they are padded."""
    size, shapes, layers, channels = tuple(int(n) for n in rng.integers(3, 7, 2)), [], [], 1
    while len(shapes) < 2 or (len(shapes) < 4 and rng.random() < 0.6):
        kernel = tuple(int(n) for n in rng.integers(1, 5, 2))
        grows = bool(rng.random() < 0.6)
        how = {
            "strides": tuple(int(n) for n in rng.integers(1, 4, 2)),
            "padding": tuple(tuple(int(n) for n in rng.integers(0, 3, 2)) for _ in range(2)),
            "dilations": tuple(int(n) for n in rng.integers(1, 3, 2)),
        }
        if grows:
            how["output_padding"] = tuple(int(rng.integers(0, n)) for n in how["strides"])
        try:
            shape = geometry(size, kernel, **how, transposed=grows)
        except ValueError:
            continue
        if max(shape.output_size) > 30:
            continue
        shapes.append(shape)
        filters = rng.uniform(0.5, 1.5, (*kernel, channels, 2))
        run = conv2d_transpose if grows else conv2d
        filters = turned_filters(filters) if grows else filters
        layers.append(lambda x, run=run, filters=filters, how=how: run(x, filters, **how))
        channels, size = 2, shape.output_size
    return shapes, layers


def test_exactly_the_reached_pixels_change_a_value_behind_transposed_layers():
    none = 0
    for seed in range(80):
        rng = np.random.default_rng(seed)
        shapes, layers = grown_stack(rng)
        height, width = shapes[0].input_size
        x = np.eye(height * width).reshape(-1, height, width, 1)
        for layer in layers:
            x = layer(x)  # without a bias what one pixel alone puts out is what it changes
        steps = jump(shapes)
        first = receptive_field(shapes, 0, 0).centre
        for _ in range(6):
            i, j = (int(rng.integers(side)) for side in shapes[-1].output_size)
            rows, columns = reached(shapes, i, j)
            told = np.zeros((height, width), bool)
            told[np.ix_(rows, columns)] = True
            np.testing.assert_array_equal(x[:, i, j].any(axis=-1).reshape(height, width), told)
            none += not told.any()
            field = receptive_field(shapes, i, j)
            if told.any():
                assert field.top <= rows.min() <= rows.max() < field.top + field.height
                assert field.left <= columns.min() <= columns.max() < field.left + field.width
            assert field.centre == pytest.approx((first[0] + i * steps[0], first[1] + j * steps[1]))
            assert cell_at(shapes, *(at + 1e-9 for at in field.centre)) == (i, j)
            i, j = i % repeat(shapes, 0), j % repeat(shapes, 1)
            same = receptive_field(shapes, i, j)
            assert (same.height, same.width) == (field.height, field.width)
            apart = field.centre[0] - same.centre[0]
            assert apart == pytest.approx(round(apart), abs=1e-9)
    assert none > 5


def test_a_generators_pixels_see_the_map_that_they_grew_from():
    shapes = [geometry((1, 1), (4, 4), padding="VALID", transposed=True)]
    how = {"strides": 2, "padding": 2, "output_padding": 1, "transposed": True}
    while len(shapes) < 5:
        shapes.append(geometry(shapes[-1].output_size, (5, 5), **how))
    assert [shape.output_size[0] for shape in shapes] == [4, 8, 16, 32, 64]
    assert [each.tolist() for each in reached(shapes, 0, 63)] == [[0], [0]]
    assert jump(shapes) == (Fraction(1, 16),) * 2
    grown = shapes[1:]
    assert [repeat(grown, axis) for axis in (0, 1)] == [16, 16]
    # By hand: 32 comes of 15 to 17, they of 7 to 9, of 3 to 5, of 1 to 3.
    assert [each.tolist() for each in reached(grown, 32, 0)] == [[1, 2, 3], [0, 1]]
    # Half as fine, then halved: the fields are a pixel apart again, but of two sizes by turns.
    back = [
        geometry((9, 9), (2, 2), strides=2),
        geometry((5, 5), (3, 3), strides=2, transposed=True),
    ]
    assert jump(back) == (1, 1)
    assert [repeat(back, axis) for axis in (0, 1)] == [2, 2]
    assert [receptive_field(back, at, 0).height for at in range(4)] == [4, 2, 4, 2]


@pytest.mark.parametrize("n", range(1, 8))
def test_the_face_network_sees_what_its_authors_say(n):
    shapes = faces()[:n]
    field = receptive_field(shapes, 10, 19)
    assert (field.height, field.width) == (SEES[n - 1],) * 2
    assert jump(shapes) == (JUMPS[n - 1],) * 2


def test_a_cell_of_the_face_network_stands_for_its_fields_centre():
    shapes = faces()
    for row, column in ((0, 0), (10, 19), (46, 46)):
        assert receptive_field(shapes, row, column).centre == (8 * row + 14, 8 * column + 14)
        assert cell_at(shapes, 8 * row + 14, 8 * column + 14) == (row, column)
    rows, columns = reached(shapes, 10, 19)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (0, 188, 72, 260)
    assert (len(rows), len(columns)) == (189, 189)
    corner = receptive_field(shapes, 0, 0)
    assert corner == ReceptiveField(-80, -80, 189, 189)
    assert [int(each.max()) for each in reached(shapes, 0, 0)] == [108, 108]


def test_the_cell_of_a_place_is_inside_the_map_and_the_nearest():
    shapes = faces()
    assert cell_at(shapes, 0, 0) == (0, 0)
    assert cell_at(shapes, 399, 10_000) == (46, 46)
    rng = np.random.default_rng(0)
    for row, column in rng.uniform(14, 380, (20, 2)):
        i, j = cell_at(shapes, row, column)
        y, x = receptive_field(shapes, i, j).centre
        assert max(abs(y - row), abs(x - column)) <= 4


def test_strides_beyond_the_kernel_leave_holes():
    shapes = [geometry((12, 12), (2, 2), strides=5), geometry((3, 3), (2, 2), padding="VALID")]
    rows, _ = reached(shapes, 0, 0)
    np.testing.assert_array_equal(rows, [0, 1, 5, 6])
    assert receptive_field(shapes, 0, 0).height == 7


def test_without_a_layer_a_pixel_sees_itself():
    assert receptive_field([], 3, 4) == ReceptiveField(3, 4, 1, 1)
    assert [each.tolist() for each in reached([], 3, 4)] == [[3], [4]]


@pytest.mark.parametrize("groups", [1, 2])
def test_a_passage_runs_a_transposed_layer_with_filters_as_a_convolutions(groups):
    rng = np.random.default_rng(groups)
    shape = geometry((3, 4), (5, 4), strides=2, padding=1, transposed=True, output_padding=1)
    x, bias = rng.standard_normal((3, 4, 4)), rng.standard_normal(6)
    filters = rng.standard_normal((5, 4, 4 // groups, 6))
    put_out = Passage("transposed", shape, x, filters, bias, groups, "relu").output()
    looked = Passage("transposed", shape, x, filters, bias, groups, "relu", looked=True).output()
    np.testing.assert_array_equal(looked, put_out)
    expected = np.zeros((7 + 2, 8 + 2, 6))
    for row, col, di, dj, q, k in np.ndindex(3, 4, *filters.shape):
        channel = k // (6 // groups) * (4 // groups) + q
        expected[2 * row + di, 2 * col + dj, k] += x[row, col, channel] * filters[di, dj, q, k]
    expected = np.maximum(expected[1:9, 1:10][: put_out.shape[0], : put_out.shape[1]] + bias, 0)
    assert put_out.shape == (*shape.output_size, 6)
    np.testing.assert_allclose(put_out, expected, atol=1e-12)
    turned = turned_filters(filters, groups)
    assert turned.shape == (5, 4, 6 // groups, 4)
    np.testing.assert_array_equal(turned_filters(turned, groups), filters)


def test_a_stack_turned_around_is_its_adjoint_and_gives_its_gradients():
    rng = np.random.default_rng(5)
    for _ in range(40):
        size, channels = tuple(int(n) for n in rng.integers(8, 14, 2)), int(rng.choice([2, 4]))
        start, forth, back = (*size, channels), [], []
        while len(forth) < 3:
            kernel = tuple(int(n) for n in rng.integers(1, 4, 2))
            how = {
                "strides": tuple(int(n) for n in rng.integers(1, 3, 2)),
                "padding": tuple(tuple(int(n) for n in rng.integers(0, 2, 2)) for _ in range(2)),
                "dilations": tuple(int(n) for n in rng.integers(1, 3, 2)),
            }
            try:
                shape = geometry(size, kernel, **how)
            except ValueError:
                continue
            groups, outputs = int(rng.integers(1, 3)), int(rng.choice([2, 4]))
            filters = rng.standard_normal((*kernel, channels // groups, outputs))
            reach = [(m - 1) * d + 1 for m, d in zip(kernel, how["dilations"], strict=True)]
            extra = tuple(
                (n + sum(pads) - r) % s
                for n, pads, r, s in zip(size, how["padding"], reach, how["strides"], strict=True)
            )
            grown = geometry(
                shape.output_size, kernel, transposed=True, output_padding=extra, **how
            )
            forth.append(("conv", shape, filters, groups))
            back.insert(0, ("transposed", grown, turned_filters(filters, groups), groups))
            size, channels = shape.output_size, outputs

        def run(layers, x):
            passages = []
            for kind, shape, filters, groups in layers:
                passages.append(Passage(kind, shape, x, filters, groups=groups))
                x = passages[-1].output()
            return x, passages

        x, y = rng.standard_normal(start), rng.standard_normal((*size, channels))
        (there, passages), (here, turned) = run(forth, x), run(back, y)
        assert (there.shape, here.shape) == (y.shape, x.shape)
        assert np.vdot(there, y) == pytest.approx(np.vdot(x, here))
        i, j, k = (int(rng.integers(n)) for n in y.shape)
        one = np.zeros_like(y)
        one[i, j, k] = 1
        np.testing.assert_allclose(influence(passages, k, i, j), run(back, one)[0], atol=1e-12)
        i, j, k = (int(rng.integers(n)) for n in x.shape)
        one = np.zeros_like(x)
        one[i, j, k] = 1
        np.testing.assert_allclose(influence(turned, k, i, j), run(forth, one)[0], atol=1e-12)
