"""Each path alone, on layers that its plan would not always give it."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from multiconv import conv2d, partials
from multiconv.engine import columns, cuts, plan, rows, shifts, thumbnails, tiles
from multiconv.engine import pixels as patches
from multiconv.engine import scratch as workspace
from multiconv.engine import spectra as spectral
from multiconv.engine.conv import partial
from multiconv.engine.geometry import geometry


@pytest.fixture(params=["shifts", "rows", "patches", "spectra"])
def path(request, monkeypatch):
    """Make one path compute everything that it can."""
    chosen = request.param
    monkeypatch.setattr(plan, "DEEP", 1 if chosen == "patches" else 10**9)
    for taps in ("LARGE", "ALONE"):
        monkeypatch.setattr(plan, taps, 1 if chosen == "spectra" else 10**9)
    monkeypatch.setattr(plan, "_SMALLEST", 1)
    monkeypatch.setattr(plan, "THIN", 1 if chosen == "shifts" else 10**9)
    monkeypatch.setattr(plan, "SMALL", 0)
    return chosen


@pytest.fixture(params=["where it is", "copied", "unfolded", "unfolded, far apart"])
def rows_seen(request, monkeypatch):
    """Make one path read rows padded with zeros in one way, wherever it can."""
    monkeypatch.setattr(plan, "THIN", 10**9 if "unfolded" in request.param else 1)
    monkeypatch.setattr(plan, "SMALL", 0)
    monkeypatch.setattr(rows, "fill_padded", None)
    apart = request.param in ("copied", "unfolded, far apart")
    monkeypatch.setattr(tiles, "_WAYS", 0 if apart else 10**9)


@pytest.mark.parametrize("seed", range(40))
def test_every_path_against_plain_loops(path, seed, case, plain):
    c = case(5000 + seed, integers=True, longest=16)
    expected = plain(c)
    found = conv2d(c.x, c.filters, bias=c.bias, **c.arguments)
    close = {"rtol": 0, "atol": 1e-9 if path == "spectra" else 0}
    assert np.allclose(found, expected.sum(axis=-1) + c.bias, **close)
    added = partials(c.x, c.filters, 0, **c.arguments)
    assert np.allclose(added, expected[..., 0, :], **close)


@pytest.mark.parametrize("seed", range(15))
def test_tiles_do_not_show(path, seed, case, monkeypatch):
    c = case(7000 + seed, integers=True, longest=60, dtype=np.float32)
    whole = conv2d(c.x, c.filters, **c.arguments), partials(c.x, c.filters, 0, **c.arguments)
    monkeypatch.setattr(cuts, "TILE_BYTES", 1)
    monkeypatch.setattr(cuts, "CHUNK", 16)
    monkeypatch.setattr(shifts, "_TILE_BYTES", 1)
    monkeypatch.setattr(columns, "_CHUNK", 16)
    monkeypatch.setattr(patches, "TILE_BYTES", 1)
    monkeypatch.setattr(spectral, "_side", lambda reach, *_: reach + 8)
    monkeypatch.setattr(thumbnails, "_TILE_BYTES", 1)
    in_tiles = conv2d(c.x, c.filters, **c.arguments), partials(c.x, c.filters, 0, **c.arguments)
    for found, expected in zip(in_tiles, whole, strict=True):
        assert np.allclose(found, expected, rtol=0, atol=1e-2 if path == "spectra" else 0)


@pytest.mark.parametrize("outputs", [16, 17, 40])
@pytest.mark.parametrize("seed", range(12))
def test_many_outputs_against_plain_loops(seed, outputs, case, plain):
    made = case(15000 + seed, integers=True, longest=7, widest=3)
    kh, kw, width, _ = made.filters.shape
    rng = np.random.default_rng(seed)
    filters = rng.integers(-9, 10, (kh, kw, width, outputs * made.groups)).astype(made.x.dtype)
    c = replace(made, filters=filters, bias=np.zeros(filters.shape[3]))
    assert plan.plan(c.x.shape, filters.shape, **c.arguments).path == "rows"
    assert np.array_equal(conv2d(c.x, filters, **c.arguments), plain(c).sum(axis=-1))


def test_what_one_call_leaves_behind_does_not_show_in_the_next(case, plain):
    base = replace(
        case(0, integers=True),
        **{"strides": (1, 1), "dilations": (1, 1), "padding_mode": "zeros"},
        **{"pads": ((1, 1), (1, 1)), "padding": 1, "bias": np.zeros(3), "groups": 3},
    )
    rng = np.random.default_rng(0)

    def layer_of(size, kernel, channels=3, **how):
        x = rng.integers(-9, 10, (1, channels, *size)).astype(np.float32).transpose(0, 2, 3, 1)
        filters = rng.integers(-9, 10, (*kernel, 1, channels)).astype(np.float32)
        return replace(base, x=x, filters=filters, groups=channels, **how)

    cases = [
        layer_of((9, 12), (3, 3)),
        layer_of((9, 12), (3, 3), channels=1),
        layer_of((9, 12), (3, 3), padding=((0, 2), (2, 0)), pads=((0, 2), (2, 0))),
        layer_of((9, 12), (3, 3), padding=((0, 2), (0, 2)), pads=((0, 2), (0, 2))),
        layer_of((9, 12), (3, 5), padding=(1, 2), pads=((1, 1), (2, 2))),
        layer_of((9, 12), (3, 3), padding=2, pads=((2, 2), (2, 2)), dilations=(2, 2)),
        layer_of((9, 12), (3, 3), strides=(1, 2)),
        layer_of((12, 9), (3, 3)),
        layer_of((9, 12), (3, 3), padding_mode="reflect"),
        replace(
            layer_of((9, 12), (3, 3)), x=rng.integers(-9, 10, (1, 9, 12, 3)).astype(np.float32)
        ),
        layer_of((9, 24), (3, 13), padding=(1, 6), pads=((1, 1), (6, 6)), padding_mode="circular"),
        layer_of((9, 24), (3, 13), padding=(1, 6), pads=((1, 1), (6, 6))),
    ]
    expected = [plain(c).sum(axis=-1) for c in cases]
    for c, wanted in zip(cases, expected, strict=True):
        for other in cases:
            conv2d(other.x, other.filters, **other.arguments)
            assert np.array_equal(conv2d(c.x, c.filters, **c.arguments), wanted)


@pytest.mark.parametrize("side", [2, 3, 4, 5, 7, 9, 11, 15, 20])
def test_threads_layouts_and_tiles_change_no_bit_of_a_channels_sums(side, monkeypatch):
    rng = np.random.default_rng(0)
    x, filters = rng.random((150, 153, 3), np.float32), rng.random((side, side, 1, 3), np.float32)
    planar = np.ascontiguousarray(x.transpose(2, 0, 1)).transpose(1, 2, 0)
    alone = conv2d(planar, filters, groups=3)

    def is_the_same(found):
        # At an edge, kernels for AVX2 order sums by how many taps lie on the picture.
        inner = slice(side, -side)
        return np.array_equal(found[inner], alone[inner]) and np.allclose(found, alone, rtol=1e-5)

    assert is_the_same(conv2d(planar, filters, groups=3, threads=2))
    assert is_the_same(conv2d(x, filters, groups=3))
    for tile in (2**17, 1):
        monkeypatch.setattr(shifts, "_TILE_BYTES", tile)
        monkeypatch.setattr(cuts, "TILE_BYTES", tile)
        assert is_the_same(conv2d(planar, filters, groups=3))


def test_threads_change_nothing(case):
    c = case(11, dtype=np.float32, longest=40)
    alone = conv2d(c.x, c.filters, **c.arguments)
    assert np.array_equal(conv2d(c.x, c.filters, threads=3, **c.arguments), alone)


def test_spectra_keep_to_1e_minus_5_of_the_largest():
    rng = np.random.default_rng(0)
    x, kernel = rng.standard_normal((300, 280, 1)), rng.standard_normal((31, 29, 1, 1))
    single = conv2d(x.astype(np.float32), kernel.astype(np.float32))
    double = conv2d(x, kernel)
    assert plan.plan_of(geometry((300, 280), (31, 29)), 1, 1, 1, 4).path == "spectra"
    assert abs(single - double).max() < 1e-5 * abs(double).max()


def test_a_pixel_in_a_layout_of_any_order_counts_the_same():
    rng = np.random.default_rng(0)
    x, filters = rng.random((20, 30, 3), np.float32), rng.random((3, 3, 3, 2), np.float32)
    planar = np.ascontiguousarray(x.transpose(2, 0, 1)).transpose(1, 2, 0)
    assert np.array_equal(conv2d(x, filters), conv2d(planar, filters))
    assert np.array_equal(conv2d(x[::-1, ::2], filters), conv2d(x[::-1, ::2].copy(), filters))


@pytest.mark.parametrize("seed", range(30))
def test_planes_without_padding_are_read_where_they_are(seed, case, plain, monkeypatch):
    made = case(9000 + seed, integers=True, longest=40, channels=3)
    c = replace(made, x=made.padded, pads=((0, 0), (0, 0)), padding="VALID", padding_mode="zeros")
    planar = np.ascontiguousarray(c.x.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
    monkeypatch.setattr(cuts, "TILE_BYTES", 4096)
    monkeypatch.setattr(cuts, "CHUNK", 16)
    monkeypatch.setattr(rows, "fill_padded", None)
    monkeypatch.setattr(columns, "fill_padded", None)
    found = conv2d(planar, c.filters, bias=c.bias, **c.arguments)
    assert np.array_equal(found, plain(c).sum(axis=-1) + c.bias)


@pytest.mark.parametrize("tile", [1, 2**11, 2**22])
@pytest.mark.parametrize("seed", range(60))
@pytest.mark.usefixtures("rows_seen")
def test_nothing_is_carried_from_one_row_into_the_next(seed, tile, case, plain, monkeypatch):
    made = case(11000 + seed, integers=True, longest=20, widest=9, channels=3)
    c = replace(
        made, padding=made.pads, padding_mode="zeros", dilations=(seed % 2 + 1, seed % 3 + 1)
    )
    high, wide = (
        side + sum(pads) - (taps - 1) * gap
        for side, pads, taps, gap in zip(
            c.x.shape[1:3], c.pads, c.filters.shape, c.dilations, strict=False
        )
    )
    if min(high, wide) < 1:
        c = replace(c, pads=((9, 9), (30, 1)), padding=((9, 9), (30, 1)))
    planar = np.ascontiguousarray(c.x.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
    monkeypatch.setattr(shifts, "_TILE_BYTES", tile)
    monkeypatch.setattr(cuts, "TILE_BYTES", tile)
    # What stood in the working memory before must not show.
    workspace._kept.__dict__.clear()
    for name in ("columns", "unfolded"):
        workspace.scratch(name, (2**16,), np.float64)[:] = np.nan
    added = partials(planar, c.filters, 0, **c.arguments)
    assert np.array_equal(added, plain(c)[..., 0, :])


@pytest.mark.parametrize("seed", range(20))
def test_a_layer_comes_again_after_others(seed, case, plain, monkeypatch):
    monkeypatch.setattr(plan, "THIN", 10**9)
    monkeypatch.setattr(plan, "SMALL", 0)
    workspace._kept.__dict__.clear()
    rng = np.random.default_rng(seed)
    cases = [case(12000 + 3 * seed + n, integers=True, longest=40, channels=3) for n in range(3)]
    cases = [replace(c, padding=c.pads, padding_mode="zeros") for c in cases]
    expected = [plain(c)[..., 0, :] for c in cases]
    for at in rng.integers(0, 3, 12):
        c = cases[at]
        # Some fill the working memory with one chunk, some with several, some are laid out anew.
        monkeypatch.setattr(cuts, "CHUNK", 4096 if at else 16)
        monkeypatch.setattr(rows, "_KEPT", 0 if at == 1 else 2**20)
        monkeypatch.setattr(rows, "_KEPT_PARTS", int(rng.choice([0, 1024])))
        planar = np.ascontiguousarray(c.x.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
        assert np.array_equal(partials(planar, c.filters, 0, **c.arguments), expected[at])


def test_phases_whose_rows_lie_differently_apart_share_working_memory(monkeypatch):
    monkeypatch.setattr(plan, "THIN", 10**9)
    workspace._kept.__dict__.clear()
    rng = np.random.default_rng(0)
    x = rng.integers(1, 9, (3, 3, 1016)).astype(np.float32).transpose(1, 2, 0)
    filters = rng.integers(1, 9, (2, 3, 3, 1)).astype(np.float32)
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    expected = sum(
        padded[2 * di : 2 * di + 3, dj : dj + 1016] * filters[di, dj, :, 0]
        for di, dj in np.ndindex(2, 3)
    )
    for _ in range(2):
        assert np.array_equal(partials(x, filters, 0, dilations=(2, 1)), expected)


@pytest.mark.parametrize("kernel", [(3, 3), (5, 5), (1, 3), (3, 1)])
@pytest.mark.parametrize("size", [(1, 9), (9, 1), (1, 1)])
def test_an_axis_of_one_may_have_any_stride(size, kernel, monkeypatch):
    rng, g = np.random.default_rng(0), geometry(size, kernel)
    plane, taps = rng.random(size), rng.random(kernel)
    expected = conv2d(plane[..., np.newaxis], taps[..., np.newaxis, np.newaxis])[..., 0]
    one = 0 if size[0] == 1 else 1
    for stride in (0, 8, -8, 24, 80):
        strides = list(plane.strides)
        strides[one] = stride
        odd = np.lib.stride_tricks.as_strided(plane, size, strides)
        for thin in (1, 10**9):
            monkeypatch.setattr(plan, "THIN", thin)
            assert np.allclose(partial(odd, taps, g), expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("size", "kernel", "how"),
    [
        ((64, 300, 64), (3, 3, 1, 64), {"groups": 64}),
        ((64, 300, 64), (3, 3, 64, 1), {"padding": ((0, 0), (300, 300))}),
        ((4000, 1, 1), (3, 3, 1, 1), {"padding": ((0, 0), (4000, 4000))}),
        ((100, 100, 8), (3, 3, 8, 40), {"dilations": 40}),
        ((40, 40, 60), (31, 31, 60, 60), {}),
        ((500, 700, 3), (15, 15, 1, 3), {"groups": 3}),
        ((256, 1002, 3), (3, 1000, 3, 1), {"padding": "VALID"}),
        ((203, 203, 3), (201, 201, 3, 1), {"padding": "VALID"}),
        ((400, 33, 64), (17, 17, 64, 64), {"dilations": 2, "padding": 16}),
    ],
)
def test_what_a_thread_keeps_between_calls_is_bounded(size, kernel, how):
    x = np.zeros((size[2], *size[:2]), np.float32).transpose(1, 2, 0)
    workspace._kept.__dict__.clear()
    tracemalloc.start()
    conv2d(x, np.ones(kernel, np.float32), **how)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 12 * 2**20
