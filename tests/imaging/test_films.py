"""Films, decoded frame by frame, are the arithmetic that they show."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from multiconv.engine.trace import trace_layer
from multiconv.imaging.films import CELL, MARK, OUTPUTS, STEPS, encoded, running_sum, sliding_window

RANDOM = np.random.default_rng(8)
LEVELS = RANDOM.integers(0, 256, (20, 17, 3), np.uint8)
FILTERS = RANDOM.normal(size=(3, 3, 3, 1))


def traced(**how):
    x = LEVELS.astype(np.float32) / 255
    return trace_layer(x, FILTERS, 0, bias=np.array([0.25]), **how)


def decode(body):
    """Every frame of a file as RGB, and how long each stands."""
    image = Image.open(io.BytesIO(body))
    frames, times = [], []
    for at in range(image.n_frames):
        image.seek(at)
        image.load()
        frames.append(np.array(image.convert("RGB")))
        times.append(image.info["duration"])
    return frames, times, image.info.get("loop")


def value_of(colour, palette, zero):
    """The steps from zero that a colour stands for, by the nearest entry of the palette."""
    distances = np.abs(palette[: 2 * zero + 1, :3].astype(int) - colour.astype(int)).sum(axis=1)
    return int(distances.argmin()) - zero


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_every_frame_of_the_sum_is_the_sum_so_far(kind):
    layer = traced()
    film = running_sum(layer.partials, layer.bias, 12.0)
    frames, times, loop = decode(encoded(film, kind))
    assert len(frames) == 4
    assert set(times) == {1200}
    assert loop == 0
    scale = (frames[0].shape[1] - 12) // 2 // 17
    total = np.full((20, 17), 0.25)
    for at, frame in enumerate(frames):
        if at:
            total = total + layer.partials[at - 1].astype(np.float64)
        for i, j in [(0, 0), (7, 3), (19, 16), (11, 11)]:
            shown = frame[i * scale, 17 * scale + 12 + j * scale]
            steps = value_of(shown, film.palette, 127)
            assert steps == pytest.approx(127 * total[i, j] / 12, abs=0.51)
            if at:
                added = value_of(frame[i * scale, j * scale], film.palette, 127)
                assert added == pytest.approx(127 * layer.partials[at - 1][i, j] / 12, abs=0.51)
    np.testing.assert_allclose(total, layer.sum, atol=1e-5)


@pytest.mark.parametrize("kind", ["gif", "webp"])
@pytest.mark.parametrize(
    "how", [{}, {"strides": 2}, {"padding": "VALID", "dilations": 2}, {"padding_mode": "reflect"}]
)
def test_every_frame_of_the_window_is_one_output_pixel(kind, how):
    layer = traced(**how)
    film = sliding_window(LEVELS, layer.output, layer.geometry, (3, 4), 4.0)
    frames, times, _ = decode(encoded(film, kind))
    rows, columns = (min(OUTPUTS, side) for side in layer.geometry.output_size)
    assert len(frames) == rows * columns
    assert set(times) == {90}
    first = [min(max(at - count // 2, 0), side - count) for at, count, side in
             zip((3, 4), (rows, columns), layer.geometry.output_size, strict=True)]  # fmt: skip
    left = frames[0].shape[1] - columns * CELL
    for at, frame in enumerate(frames[::7]):
        now = 7 * at
        for place in {0, now // 2, now}:
            i, j = divmod(place, columns)
            middle = frame[i * CELL + CELL // 2, left + j * CELL + CELL // 2]
            steps = value_of(middle, film.palette, STEPS)
            value = float(np.clip(layer.output[first[0] + i, first[1] + j] / 4, -1, 1))
            assert steps == pytest.approx(STEPS * value, abs=0.51)
        if now + 1 < rows * columns:
            i, j = divmod(now + 1, columns)
            blank = frame[i * CELL + CELL // 2, left + j * CELL + CELL // 2]
            assert blank.tolist() == [224, 224, 220]


def test_the_mark_stands_on_the_window_of_each_pixel():
    layer = traced(padding="VALID")
    film = sliding_window(LEVELS, layer.output, layer.geometry, (0, 0), 4.0)
    for at in (0, 5, 13):
        i, j = divmod(at, OUTPUTS)
        marked = np.argwhere(film.frames[at][:, : 14 * CELL] == MARK)
        assert marked.min(axis=0).tolist() == [i * CELL, j * CELL]
        assert (marked.max(axis=0) + 1).tolist() == [(i + 3) * CELL, (j + 3) * CELL]


def test_the_input_is_shown_level_by_level():
    layer = traced(padding="VALID")
    film = sliding_window(LEVELS, layer.output, layer.geometry, (0, 0), 4.0)
    greys = film.palette[film.frames[-1], 0].astype(int)
    for q in range(3):
        panel = q * (14 * CELL + 12)
        for row, column in [(0, 0), (4, 9), (8, 2)]:
            shown = greys[row * CELL + 4, panel + column * CELL + 4]
            assert abs(shown - int(LEVELS[row, column, q])) <= 1


@pytest.mark.parametrize(("size", "kernel", "stride"), [((1024, 1024), 15, 16), ((1, 1), 1, 1)])
def test_films_stay_small(size, kernel, stride):
    levels = np.zeros((*size, 3), np.uint8)
    x, filters = levels.astype(np.float32), np.ones((kernel, kernel, 3, 1))
    layer = trace_layer(x, filters, 0, strides=stride)
    film = sliding_window(levels, layer.output, layer.geometry, (0, 0), 1.0)
    assert len(film.frames) <= OUTPUTS**2
    assert max(film.frames[0].shape) < 1200
    large = running_sum([np.zeros((1024, 900))] * 3, 0.0, 1.0)
    assert large.frames[0].shape == (342, 612)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_the_kind_is_what_it_says(kind):
    film = running_sum([np.ones((4, 5)), -np.ones((4, 5))], 0.0, 2.0)
    image = Image.open(io.BytesIO(encoded(film, kind)))
    assert image.format == kind.upper()
    assert image.n_frames == 3
    assert "comment" not in image.info


def test_a_gif_keeps_every_colour_exactly():
    film = running_sum([np.linspace(-1, 1, 255)[np.newaxis]], 0.0, 1.0)
    image = Image.open(io.BytesIO(encoded(film, "gif")))
    image.seek(1)
    shown = np.array(image.convert("RGB"))
    np.testing.assert_array_equal(shown, film.palette[film.frames[1], :3])
