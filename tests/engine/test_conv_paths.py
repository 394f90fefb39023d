"""Each way of computing alone, on layers that its plan would not always give it."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from multiconv import conv2d, partials
from multiconv.engine import columns, conv, pixels, rows, spectra
from multiconv.engine import scratch as workspace
from multiconv.engine.conv import partial
from multiconv.engine.geometry import geometry

# `pixels sideways` is what `pixels` does for wide outputs, `in pieces` on processors whose BLAS
# takes small products as they lie.
PIXELS = ["pixels", "pixels sideways", "pixels in pieces", "pixels sideways in pieces"]
PATHS = ["columns", "rows", *PIXELS, "spectra"]
WIDE = pixels.WIDE


@pytest.fixture(params=PATHS)
def path(request, monkeypatch):
    """Make one way compute everything that it can."""
    use(request.param, monkeypatch)
    return request.param


def use(chosen, monkeypatch):
    if chosen in PIXELS:
        monkeypatch.setattr(pixels, "WIDE", 2 if "sideways" in chosen else WIDE)
        monkeypatch.setattr(pixels, "FEWEST", 1)
        most = 900 if "pieces" in chosen else 0
        monkeypatch.setattr(pixels, "unpacked_products", lambda: most)
        chosen = "pixels"

    def path_of(g, c_in, c_out):
        fits = {"columns": c_in == c_out == 1, "spectra": g.strides == (1, 1)}
        return chosen if fits.get(chosen, True) else "rows"

    monkeypatch.setattr(conv, "path_of", path_of)


def in_small_tiles(monkeypatch):
    for module in (columns, rows, pixels):
        monkeypatch.setattr(module, "TILE", 1)
    monkeypatch.setattr(rows, "_CHUNK", (16, 16))
    monkeypatch.setattr(spectra, "_side", lambda reach, *_: reach + 8)


def planar(x):
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)


@pytest.mark.parametrize("seed", range(40))
def test_every_path_against_plain_loops(path, seed, case, plain):
    c = case(5000 + seed, integers=True, longest=16)
    expected = plain(c)
    close = {"rtol": 0, "atol": 1e-9 if path == "spectra" else 0}
    for x in (c.x, planar(c.x)):
        found = conv2d(x, c.filters, bias=c.bias, **c.arguments)
        assert np.allclose(found, expected.sum(axis=-1) + c.bias, **close)
        added = partials(x, c.filters, 0, **c.arguments)
        assert np.allclose(added, expected[..., 0, :], **close)


@pytest.mark.parametrize("seed", range(15))
def test_tiles_do_not_show(path, seed, case, monkeypatch):
    c = case(7000 + seed, integers=True, longest=60, dtype=np.float32)
    whole = conv2d(c.x, c.filters, **c.arguments), partials(c.x, c.filters, 0, **c.arguments)
    in_small_tiles(monkeypatch)
    in_tiles = conv2d(c.x, c.filters, **c.arguments), partials(c.x, c.filters, 0, **c.arguments)
    for found, expected in zip(in_tiles, whole, strict=True):
        assert np.allclose(found, expected, rtol=0, atol=1e-2 if path == "spectra" else 0)


@pytest.mark.parametrize("outputs", [3, 16, 17, 40])
@pytest.mark.parametrize("seed", range(12))
def test_many_outputs_against_plain_loops(seed, outputs, case, plain, monkeypatch):
    made = case(15000 + seed, integers=True, longest=7, widest=3)
    kh, kw, width, _ = made.filters.shape
    rng = np.random.default_rng(seed)
    filters = rng.integers(-9, 10, (kh, kw, width, outputs * made.groups)).astype(made.x.dtype)
    c = replace(made, filters=filters, bias=np.zeros(filters.shape[3]))
    expected = plain(c).sum(axis=-1)
    for chosen in ("rows", *PIXELS):
        use(chosen, monkeypatch)
        assert np.array_equal(conv2d(c.x, filters, **c.arguments), expected)


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
        layer_of((9, 24), (9, 13), padding=(4, 6), pads=((4, 4), (6, 6)), padding_mode="circular"),
        layer_of((9, 24), (9, 13), padding=(4, 6), pads=((4, 4), (6, 6))),
    ]
    expected = [plain(c).sum(axis=-1) for c in cases]
    for c, wanted in zip(cases, expected, strict=True):
        for other in cases:
            conv2d(other.x, other.filters, **other.arguments)
            assert np.array_equal(conv2d(c.x, c.filters, **c.arguments), wanted)


@pytest.mark.parametrize("side", [2, 3, 4, 5, 7, 9, 11, 15, 20])
def test_threads_layouts_and_tiles_change_a_channels_sums_by_rounding_at_most(side, monkeypatch):
    rng = np.random.default_rng(0)
    x, filters = rng.random((150, 153, 3), np.float32), rng.random((side, side, 1, 3), np.float32)
    alone = conv2d(planar(x[np.newaxis])[0], filters, groups=3)

    def is_the_same(found):
        return np.allclose(found, alone, rtol=1e-6)  # Of the products, which are not negative.

    assert is_the_same(conv2d(x, filters, groups=3, threads=2))
    assert is_the_same(conv2d(x, filters, groups=3))
    in_small_tiles(monkeypatch)
    assert is_the_same(conv2d(x, filters, groups=3))


def test_threads_change_nothing(case):
    c = case(11, dtype=np.float32, longest=40)
    alone = conv2d(c.x, c.filters, **c.arguments)
    assert np.allclose(conv2d(c.x, c.filters, threads=3, **c.arguments), alone, rtol=1e-6)


def test_a_pixel_in_a_layout_of_any_order_counts_the_same():
    rng = np.random.default_rng(0)
    x, filters = rng.random((20, 30, 3), np.float32), rng.random((3, 3, 3, 2), np.float32)
    assert np.array_equal(conv2d(x, filters), conv2d(planar(x[np.newaxis])[0], filters))
    assert np.array_equal(conv2d(x[::-1, ::2], filters), conv2d(x[::-1, ::2].copy(), filters))


@pytest.mark.parametrize("tiles", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_carried_from_one_row_into_the_next(path, seed, tiles, case, plain, monkeypatch):
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
    if tiles:
        in_small_tiles(monkeypatch)
    # What stood in the working memory before must not show.
    conv2d(c.x, c.filters, **c.arguments)
    for memory in workspace._own.memories.values():
        memory.fill(0xFF)  # NaN.
    added = partials(planar(c.x), c.filters, 0, **c.arguments)
    close = {"rtol": 0, "atol": 1e-9 if path == "spectra" else 0}
    assert np.allclose(added, plain(c)[..., 0, :], **close)


@pytest.mark.parametrize("seed", range(20))
def test_a_layer_comes_again_after_others(path, seed, case, plain, monkeypatch):
    rng = np.random.default_rng(seed)
    cases = [case(12000 + 3 * seed + n, integers=True, longest=40, channels=3) for n in range(3)]
    cases = [replace(c, padding=c.pads, padding_mode="zeros") for c in cases]
    expected = [plain(c)[..., 0, :] for c in cases]
    close = {"rtol": 0, "atol": 1e-9 if path == "spectra" else 0}
    for at in rng.integers(0, 3, 12):
        c = cases[at]
        # Some fill the working memory with one chunk, some with several.
        monkeypatch.setattr(rows, "_CHUNK", (2048, 64) if at else (16, 16))
        found = partials(planar(c.x), c.filters, 0, **c.arguments)
        assert np.allclose(found, expected[at], **close)


@pytest.mark.parametrize("kernel", [(3, 3), (5, 5), (1, 3), (3, 1), (9, 9)])
@pytest.mark.parametrize("size", [(1, 9), (9, 1), (1, 1)])
def test_an_axis_of_one_may_have_any_stride(path, size, kernel):
    rng, g = np.random.default_rng(0), geometry(size, kernel)
    plane, taps = rng.random(size), rng.random(kernel)
    expected = conv2d(plane[..., np.newaxis], taps[..., np.newaxis, np.newaxis])[..., 0]
    one = 0 if size[0] == 1 else 1
    for stride in (0, 8, -8, 24, 80):
        strides = list(plane.strides)
        strides[one] = stride
        odd = np.lib.stride_tricks.as_strided(plane, size, strides)
        close = {"rtol": 1e-14, "atol": 1e-14 if path == "spectra" else 0}
        assert np.allclose(partial(odd, taps, g), expected, **close)


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
        ((512, 512, 64), (9, 9, 64, 3), {}),
    ],
)
def test_what_a_thread_keeps_between_calls_is_bounded(size, kernel, how):
    x = np.zeros((size[2], *size[:2]), np.float32).transpose(1, 2, 0)
    workspace._own.__dict__.clear()
    tracemalloc.start()
    conv2d(x, np.ones(kernel, np.float32), **how)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 12 * 2**20
