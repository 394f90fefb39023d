"""The samples, and the opening experiment on the portrait."""

from importlib.resources import files

import numpy as np
import pytest

from multiconv.imaging.resize import resized
from multiconv.imaging.samples import SAMPLES, discs, edge, gratings


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("portrait", (512, 512, 3)),
        ("coffee", (400, 600, 3)),
        ("cat", (300, 451, 3)),
        ("discs", (320, 320, 3)),
        ("edge", (320, 320, 3)),
        ("gratings", (320, 320, 3)),
    ],
)
def test_every_sample_has_pixels_a_title_a_credit_and_a_focus(name, shape):
    sample = SAMPLES[name]
    pixels = sample.pixels()
    assert pixels.shape == shape
    assert pixels.dtype == np.uint8
    assert pixels is sample.pixels()
    assert not pixels.flags.writeable
    assert sample.title
    assert sample.credit.endswith(".")
    assert all(0 <= share < 1 for share in sample.focus)


def test_six_are_offered_and_the_sources_of_all_are_told():
    assert sum(sample.offered for sample in SAMPLES.values()) == 6
    assert [name for name, sample in SAMPLES.items() if not sample.offered] == ["grey"]
    sources = files("multiconv.imaging").joinpath("samples", "SOURCES.md").read_text("utf-8")
    assert all(f"| `{name}` |" in sources for name in SAMPLES)


def test_the_repository_stays_light():
    folder = files("multiconv.imaging").joinpath("samples")
    assert all(len(file.read_bytes()) <= 150_000 for file in folder.iterdir())


def correlated(plane, kernel):
    """A 3 × 3 cross-correlation with a rim of zeros, written out."""
    height, width = plane.shape
    rimmed = np.pad(plane, 1)
    return sum(
        kernel[di][dj] * rimmed[di : di + height, dj : dj + width]
        for di in range(3)
        for dj in range(3)
    )


def test_redness_leaves_the_suit_and_nothing_grey():
    pixels = resized(SAMPLES["portrait"].pixels(), 160) / 255
    assert pixels.shape == (160, 160, 3)
    soft = np.array([[0.1, 0.1, 0.1], [0.1, 0.2, 0.1], [0.1, 0.1, 0.1]])
    plus = np.array([[0, -0.1, 0], [-0.1, -0.1, -0.1], [0, -0.1, 0]])
    red, green, blue = pixels.transpose(2, 0, 1)
    output = correlated(red, soft) + correlated(green, -soft / 2) + correlated(blue, plus)
    grey = np.ptp(pixels, axis=-1) < 0.06
    suit = (red > 0.8) & (blue < 0.45)
    assert grey.sum() > 5000
    assert suit.sum() > 2000
    assert np.median(np.abs(output[grey])) < 0.05
    assert np.median(output[suit]) > 0.4


def test_the_portraits_focus_is_on_the_suit():
    sample = SAMPLES["portrait"]
    pixels = resized(sample.pixels(), 160)
    red, _, blue = pixels[int(sample.focus[0] * 160), int(sample.focus[1] * 160)]
    assert red > 204
    assert blue < 115


def test_the_edge_is_in_colour_and_not_in_luminance():
    card = edge().astype(int)
    assert (card @ [299, 587, 114] == 113864).all()
    red, green = np.unique(card.reshape(-1, 3), axis=0)[::-1]
    assert red[0] - green[0] > 200
    assert green[1] - red[1] > 100


def test_the_edge_stays_exact_at_half_its_size():
    assert len(np.unique(resized(edge(), 160).reshape(-1, 3), axis=0)) == 2


def test_the_discs_have_their_colours():
    card = discs()
    assert card.shape == (320, 320, 3)
    centres = card[[80, 80, 240, 240], [80, 240, 80, 240]].tolist()
    assert centres == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]
    assert not card[[0, 160, 319], [0, 160, 319]].any()


def test_the_gratings_cancel_over_the_channels():
    card = gratings().astype(int)
    assert np.abs(card.sum(axis=-1) - 3 * 127.5).max() <= 2
    assert np.ptp(card, axis=(0, 1)).min() >= 253


def test_the_gratings_sweep_frequency_and_orientation():
    red = gratings()[..., 0].astype(int)
    middle_row = np.sign(red[160] - 127.5)
    crossings = np.flatnonzero(np.diff(middle_row[160:])).astype(int)
    assert len(crossings) == 20  # ten stripes from the centre to a side: 160² / 2560
    assert crossings[-1] - crossings[-2] < crossings[1] - crossings[0]
    assert np.abs(red - red.T).max() <= 1
