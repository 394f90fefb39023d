"""Values to indices, steps, ranges and palettes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multiconv.errors import InvalidValue
from multiconv.imaging import colour
from multiconv.imaging.ranges import Clipping, automatic_range, clipping, rounded_up

ranges = st.sampled_from([0.001, 0.5, 1.0, 1.5, 7.0, 3e6])
shares = st.floats(-1, 1)


def index(value, value_range):
    return int(colour.indices(np.array([[value]]), value_range)[0, 0])


@given(shares, ranges)
def test_an_index_is_within_half_a_step_of_its_value(share, value_range):
    value = share * value_range
    back = (index(value, value_range) - 127) / 127 * value_range
    assert abs(back - value) <= value_range / 254 * (1 + 1e-9)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2), ranges)
def test_indices_never_fall_as_values_rise(values, value_range):
    plane = np.sort(np.array([values]))
    assert (np.diff(colour.indices(plane, value_range).astype(int)) >= 0).all()


@given(st.floats(-1e6, 1e6), ranges)
def test_indices_of_opposite_values_mirror(value, value_range):
    assert index(value, value_range) + index(-value, value_range) == 254


@given(ranges)
def test_zero_is_127_and_the_ends_are_0_and_254(value_range):
    plane = np.array([[-9e9, -value_range, 0.0, value_range, np.inf]], dtype=np.float32)
    assert colour.indices(plane, value_range).tolist() == [[0, 0, 127, 254, 254]]


def test_indices_leave_the_map_as_it_was():
    plane = np.array([[0.25, 4.0]], dtype=np.float32)
    colour.indices(plane, 1.0)
    assert plane.tolist() == [[0.25, 4.0]]


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_a_range_is_positive_and_finite(bad):
    plane = np.zeros((1, 1))
    for use in (colour.indices, clipping):
        with pytest.raises(InvalidValue, match="range is") as caught:
            use(plane, bad)
        assert caught.value.field == "range"
    with pytest.raises(InvalidValue):
        colour.step(1.0, bad)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (0.06249, 0),
        (0.0625, 1),
        (-0.0625, -1),
        (0.1, 1),
        (-0.1875, -2),
        (0.9375, 8),
        (0.93, 7),
        (1, 8),
        (40, 8),
        (-1e300, -8),
    ],
)
def test_step_rounds_halves_away_from_zero(value, expected):
    assert colour.step(value, 1.0) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1),
        (1.0000001, 1),
        (1.000009, 1),
        (1.001, 1.5),
        (1.5, 1.5),
        (1.51, 2),
        (2.3, 3),
        (3.2, 5),
        (5.1, 7),
        (7.2, 10),
        (9.9999999, 10),
        (10.00001, 10),
        (0.0301, 0.05),
        (0.3, 0.3),
        (0.1 + 0.2, 0.3),
        (0.69999999, 0.7),
        (1e-29, 1e-29),
        (123456, 150000),
    ],
)
def test_rounded_up_is_a_short_decimal(value, expected):
    assert rounded_up(value) == expected


@given(st.floats(1e-30, 1e30))
def test_rounded_up_is_the_next_rung(value):
    rung = rounded_up(value)
    assert value <= rung * (1 + 1e-5)
    assert rung <= 1.67 * value
    assert repr(rung).replace("0", "").replace(".", "").split("e")[0] in {
        "1", "15", "2", "3", "5", "7",
    }  # fmt: skip


def test_the_automatic_range_pools_the_maps():
    small, large = np.full((10, 10), 0.1), np.full((10, 10), -2.5)
    assert automatic_range([small, large]) == 3
    assert automatic_range([large, small]) == 3


def test_the_automatic_range_may_clip_one_pixel_in_two_hundred():
    plane = np.full((20, 20), 0.9)
    plane[0, :2] = 100, -100
    assert automatic_range([plane]) == 1
    assert clipping(plane, 1.0) == Clipping(below=1, above=1)
    plane[0, 2] = 100
    assert automatic_range([plane]) == 100


def test_a_few_lines_on_a_blank_map_keep_their_strength():
    plane = np.zeros((100, 100))
    plane[50, :20] = 0.8
    assert automatic_range([plane]) == 1
    assert automatic_range([plane / 4]) == 0.2


@pytest.mark.parametrize("maps", [[], [np.zeros((3, 3))], [np.zeros((0, 3))]])
def test_nothing_but_zeros_has_range_one(maps):
    assert automatic_range(maps) == 1.0


def relative_luminance(rgb):
    """WCAG 2.2's definition, spelt out."""
    red, green, blue = (
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    brighter, darker = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("end", [0, 254])
@pytest.mark.parametrize("paper", [(0xFC, 0xFC, 0xFA), (0x17, 0x19, 0x1C)])
def test_both_ends_stand_out_on_both_papers(end, paper):
    red, green, blue, alpha = colour.palette()[end].tolist()
    assert alpha == 255
    assert contrast((red, green, blue), paper) >= 3


def test_zero_is_transparent_and_alpha_grows_with_the_magnitude():
    alphas = colour.palette()[:255, 3].astype(int)
    assert alphas[127] == 0
    assert (np.diff(alphas[127:]) > 0).all()
    assert (np.diff(alphas[:128]) < 0).all()


@pytest.mark.parametrize("side", [slice(127, 255), slice(127, None, -1)])
def test_lightness_falls_evenly_on_light_paper(side):
    table = colour.opaque_palette()[side, :3][:128]
    lightness = np.array([116 * np.cbrt(relative_luminance(rgb)) - 16 for rgb in table.tolist()])
    even = np.linspace(lightness[0], lightness[-1], len(lightness))
    assert len(lightness) == 128
    assert np.abs(lightness - even).max() < 0.6
    assert lightness[0] - lightness[-1] > 45


def test_on_dark_paper_a_larger_magnitude_is_lighter():
    table = colour.opaque_palette(colour.DARK_PAPER)[:, :3].astype(int).tolist()
    lights = [relative_luminance(rgb) for rgb in table]
    assert lights[0] > lights[60] > lights[127] < lights[190] < lights[254]


def cielab(rgb):
    """CIE 15:2004's L*, a* and b* of IEC 61966-2-1's sRGB under D65, spelt out."""
    red, green, blue = (
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb
    )
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    x, y, z = (
        t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def on_light_paper(rgba):
    red, green, blue, alpha = rgba
    paper = (0xFC, 0xFC, 0xFA)
    shares = zip((red, green, blue), paper, strict=True)
    return [c * alpha / 255 + p * (1 - alpha / 255) for c, p in shares]


def on_dark_paper(rgba):
    """What SVG's feColorMatrix and a table of alphas make of a colour, over the dark paper."""
    shares = [c / 255 for c in rgba] + [1]
    matrix, alphas = colour.dark_matrix().tolist(), colour.dark_alphas().tolist()
    *changed, alpha = (
        min(max(sum(m * c for m, c in zip(row, shares, strict=True)), 0), 1) for row in matrix
    )
    at = alpha * (len(alphas) - 1)
    low = min(int(at), len(alphas) - 2)
    alpha = alphas[low] + (at - low) * (alphas[low + 1] - alphas[low])
    paper = (0x17, 0x19, 0x1C)
    return [255 * c * alpha + p * (1 - alpha) for c, p in zip(changed, paper, strict=True)]


def contrasts(index):
    """CIELAB's difference of a value from zero, on light and on dark paper, and of lightness."""
    table = colour.palette().tolist()
    for paper in (on_light_paper, on_dark_paper):
        value, zero = cielab(paper(table[index])), cielab(paper(table[127]))
        yield math.dist(value, zero), abs(value[0] - zero[0])


@pytest.mark.parametrize("share", [-1, -0.5, -0.2, -0.1, 0.1, 0.2, 0.5, 1])
def test_a_value_stands_out_as_far_from_dark_paper_as_from_light(share):
    (light, light_steps), (dark, dark_steps) = contrasts(index(share, 1.0))
    assert 0.95 < dark / light < 1.05
    assert dark_steps > light_steps


@pytest.mark.parametrize("side", [range(127, 255), range(127, -1, -1)])
def test_each_step_from_zero_is_seen_on_dark_paper(side):
    table = colour.palette().tolist()
    lights = [cielab(on_dark_paper(table[at]))[0] for at in side]
    assert (np.diff(lights) > 0.1).all()


def test_zero_is_dark_paper():
    assert on_dark_paper(colour.palette()[127].tolist()) == [0x17, 0x19, 0x1C]


def test_the_sides_are_violet_and_orange():
    red, green, blue = colour.palette()[0, :3].tolist()
    assert blue > red > green
    red, green, blue = colour.palette()[254, :3].tolist()
    assert red > green > blue
