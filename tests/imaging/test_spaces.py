"""Colour spaces that files name by numbers, checked against their definitions worked out here."""

import struct

import numpy as np
import pytest
from PIL import Image, features

from multiconv.errors import UnsupportedPicture
from multiconv.experiment.model import LIMITS
from multiconv.imaging.decode import decode
from multiconv.imaging.notes import CONVERTED, GREY, NAMED, PROFILE
from tests.imaging import handmade
from tests.imaging.table import packed_rows
from tests.imaging.test_decode_profiles import P3, SRGB, gamma_grey, levels

AVIF = pytest.mark.skipif(not features.check("avif"), reason="Pillow without AVIF")
GREYS = np.arange(256)
COLOURS = np.random.default_rng(5).integers(0, 256, (1, 400, 3))
SRGB_POINTS = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
P3_POINTS = (0.3127, 0.3290, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
WIDE_POINTS = (0.3127, 0.3290, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046)


def bent(v, slope, end, offset, exponent):
    return v / slope if v < end else ((v + offset) / (1 + offset)) ** exponent


CURVES = {
    1: lambda v: v**2.4,  # BT.1886
    4: lambda v: v**2.2,
    5: lambda v: v**2.8,
    6: lambda v: v**2.4,  # BT.1886
    7: lambda v: bent(v, 4.0, 0.0913, 0.1115, 1 / 0.45),
    8: lambda v: v,
    13: lambda v: bent(v, 12.92, 0.04045, 0.055, 2.4),
    14: lambda v: v**2.4,  # BT.1886
    15: lambda v: v**2.4,  # BT.1886
}


def to_xyz(points):
    """Columns: XYZ of red, green and blue, so that all of them together are white."""
    white, *primaries = (
        np.array([x / y, 1, (1 - x - y) / y])
        for x, y in zip(points[::2], points[1::2], strict=True)
    )
    table = np.array(primaries).T
    return table * np.linalg.inv(table).dot(white)


def expected(stored, curve, points):
    """Levels of sRGB of stored levels 0…255; of spaces whose white is sRGB's."""
    light = np.array([[curve(v / 255) for v in pixel] for pixel in stored.reshape(-1, 3)])
    to_srgb = np.linalg.inv(to_xyz(SRGB_POINTS)) @ to_xyz(points)
    return levels(light @ to_srgb.T).reshape(stored.shape)


def gama(gamma):
    return (b"gAMA", struct.pack(">I", gamma))


def chrm(points):
    return (b"cHRM", struct.pack(">8I", *(round(100_000 * value) for value in points)))


def cicp(primaries, transfer, full=1):
    return (b"cICP", bytes([primaries, transfer, 0, full]))


def iccp(profile):
    import zlib

    return (b"iCCP", b"own\0\0" + zlib.compress(profile))


def png(values, before, depth=8):
    colour = {1: 0, 3: 2}[values.shape[2]]
    return handmade.png(
        values.shape[:2], packed_rows(values, depth), depth=depth, colour=colour, before=before
    )


def near(picture, wanted, within=2):
    return np.abs(picture.pixels - wanted).max() <= within


GREY_ROW = GREYS.reshape(1, 256, 1)


@pytest.mark.parametrize("gamma", [100_000, 55_556, 50_000, 40_000, 25_000, 200_000])
def test_a_pngs_gamma_is_converted_and_told(gamma):
    def curve(v):
        return v ** (100_000 / gamma)

    picture = decode(png(COLOURS, [gama(gamma)]), LIMITS)
    assert picture.notes == (NAMED,)
    assert near(picture, expected(COLOURS, curve, SRGB_POINTS))
    greys = decode(png(GREY_ROW, [gama(gamma)]), LIMITS)
    assert greys.notes == (NAMED, GREY)
    assert near(greys, expected(GREY_ROW.repeat(3, axis=2), curve, SRGB_POINTS))


def test_gamma_of_16_bit_greys_is_converted_before_they_have_8():
    """The darkest 1 % of linear light has 25 levels of sRGB's, and would have 3."""
    dark = np.arange(0, 700).reshape(1, 700, 1)
    picture = decode(png(dark, [gama(100_000)], 16), LIMITS)
    assert np.abs(picture.pixels[0, :, 0] - levels(dark[0, :, 0] / 65535)).max() <= 2
    assert len(np.unique(picture.pixels)) >= 20
    assert NAMED in picture.notes


def test_a_gamma_with_a_palette_and_with_opacity():
    table = [(b"PLTE", bytes(GREYS.tolist()) * 3)]
    index = packed_rows(GREY_ROW, 8)
    body = handmade.png((1, 256), index, colour=3, before=[gama(100_000), *table])
    flat = np.array(GREYS.tolist() * 3).reshape(1, 256, 3)
    assert near(decode(body, LIMITS), expected(flat, lambda v: v, SRGB_POINTS))
    rgba = np.dstack([COLOURS, np.full(COLOURS.shape[:2], 51)])
    body = handmade.png((1, 400), packed_rows(rgba, 8), colour=6, before=[gama(100_000)])
    over = 0.2 * expected(COLOURS, lambda v: v, SRGB_POINTS) + 0.8 * 255
    assert near(decode(body, LIMITS), over)


@pytest.mark.parametrize(
    "before",
    [
        [gama(45_455)],
        [gama(45_455), chrm(SRGB_POINTS)],  # sRGB in short, as many programs write it
        [chrm(SRGB_POINTS)],
        [(b"sRGB", b"\0"), gama(100_000)],
        [cicp(1, 13), gama(100_000)],
        [cicp(2, 2)],
        [iccp(SRGB), gama(100_000)],
        [gama(0)],
    ],
)
def test_srgb_by_any_name_is_left_as_it_is(before):
    picture = decode(png(COLOURS, before), LIMITS)
    assert picture.notes == ()
    assert (picture.pixels == COLOURS).all()


@pytest.mark.parametrize("points", [P3_POINTS, WIDE_POINTS])
@pytest.mark.parametrize("gamma", [45_455, 55_556])
def test_a_pngs_primaries_are_converted_and_told(points, gamma):
    picture = decode(png(COLOURS, [chrm(points), gama(gamma)]), LIMITS)
    assert picture.notes == (NAMED,)
    assert near(picture, expected(COLOURS, lambda v: v ** (100_000 / gamma), points))


def test_primaries_alone_have_srgbs_curve():
    picture = decode(png(COLOURS, [chrm(P3_POINTS)]), LIMITS)
    assert near(picture, expected(COLOURS, CURVES[13], P3_POINTS))


@pytest.mark.parametrize("primaries", [1, 9, 12])
@pytest.mark.parametrize("transfer", CURVES)
def test_a_pngs_cicp_is_converted_and_told(primaries, transfer):
    points = {1: SRGB_POINTS, 9: WIDE_POINTS, 12: P3_POINTS}[primaries]
    picture = decode(png(COLOURS, [cicp(primaries, transfer)]), LIMITS)
    assert picture.notes == (() if (primaries, transfer) == (1, 13) else (NAMED,))
    assert near(picture, expected(COLOURS, CURVES[transfer], points))


def test_a_pngs_narrow_range_is_widened():
    picture = decode(png(GREY_ROW, [cicp(1, 13, full=0)]), LIMITS)
    wide = np.clip((GREYS - 16) / 219, 0, 1) * 255
    assert np.abs(picture.pixels[0, :, 0] - wide).max() <= 2
    assert NAMED in picture.notes


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_brightness_beyond_white_is_refused_with_a_way_out(transfer, name):
    with pytest.raises(UnsupportedPicture, match=f"HDR \\({name}\\)") as caught:
        decode(png(COLOURS, [cicp(9, transfer)]), LIMITS)
    assert "sRGB" in caught.value.remedy
    assert caught.value.field == "image"


@pytest.mark.parametrize("before", [[cicp(77, 13)], [cicp(1, 17)], [chrm((0,) * 8), gama(45_455)]])
def test_a_space_that_is_not_known_is_told(before):
    picture = decode(png(COLOURS, before), LIMITS)
    assert picture.notes == (PROFILE,)
    assert (picture.pixels == COLOURS).all()


def test_the_chunk_of_the_highest_rank_counts():
    picture = decode(png(COLOURS, [gama(100_000), iccp(P3), cicp(9, 13)]), LIMITS)
    assert near(picture, expected(COLOURS, CURVES[13], WIDE_POINTS))
    picture = decode(png(COLOURS, [gama(100_000), iccp(P3)]), LIMITS)
    assert picture.notes == (CONVERTED,)


@pytest.mark.parametrize("length", range(0, 33, 3))
def test_cut_chunks_of_colour_are_no_reason_to_refuse_a_picture(length):
    for kind, content in (gama(100_000), chrm(P3_POINTS), cicp(9, 13), iccp(P3)):
        decode(png(COLOURS, [(kind, content[:length])]), LIMITS)


# --- AVIF ---------------------------------------------------------------------------------------

FLAT = [(255, 0, 0), (0, 255, 0), (200, 100, 50), (30, 30, 30), (128, 128, 128), (60, 90, 120)]


def avif(primaries, transfer, **options):
    pixels = np.array([FLAT], np.uint8).repeat(16, 0).repeat(16, 1)
    body = handmade.saved(pixels, "AVIF", quality=100, subsampling="4:4:4", **options)
    at = body.index(b"colrnclx") + 8
    return body[:at] + struct.pack(">HH", primaries, transfer) + body[at + 4 :]


@AVIF
@pytest.mark.parametrize("primaries", [1, 9, 12])
@pytest.mark.parametrize("transfer", [1, 4, 8, 13])
def test_an_avifs_colours_are_converted_and_told(primaries, transfer):
    points = {1: SRGB_POINTS, 9: WIDE_POINTS, 12: P3_POINTS}[primaries]
    picture = decode(avif(primaries, transfer), LIMITS)
    curve = CURVES[13 if transfer == 1 else transfer]  # as browsers show a photo
    wanted = expected(np.array([FLAT]), curve, points)
    assert np.abs(picture.pixels[8, 8::16] - wanted[0]).max() <= 14  # of linear dark levels
    assert (NAMED in picture.notes) == ((primaries, transfer) not in ((1, 1), (1, 13)))


@AVIF
def test_an_avif_that_says_nothing_of_its_colours_has_srgbs():
    picture = decode(avif(2, 2), LIMITS)
    assert picture.notes == ()
    assert np.abs(picture.pixels[8, 8::16] - np.array(FLAT)).max() <= 2


@AVIF
def test_an_avifs_profile_comes_before_its_numbers():
    picture = decode(avif(9, 13, icc_profile=P3), LIMITS)
    assert CONVERTED in picture.notes
    assert NAMED not in picture.notes


@AVIF
@pytest.mark.parametrize("transfer", [16, 18])
def test_an_avif_of_brightness_beyond_white_is_refused(transfer):
    with pytest.raises(UnsupportedPicture, match="HDR"):
        decode(avif(9, transfer), LIMITS)


@AVIF
def test_damaged_boxes_are_refused_or_shown():
    body, random = avif(12, 13), np.random.default_rng(9)
    for _ in range(300):
        spoilt = bytearray(body)
        for at in random.integers(4, 330, 3):
            spoilt[at] = random.integers(256)
        try:
            decode(bytes(spoilt), LIMITS)
        except UnsupportedPicture as error:
            assert error.remedy  # noqa: PT017
        except Exception as error:
            assert type(error).__name__ == "TooLarge"  # noqa: PT017


# --- Profiles of greys --------------------------------------------------------------------------


@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2])
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
def test_greys_of_a_gamma_are_converted_in_every_kind(kind, gamma):
    grey = Image.fromarray(GREYS.astype(np.uint8).reshape(16, 16).repeat(8, 0).repeat(8, 1))
    how = {"quality": 100} if kind == "JPEG" else {}
    body = handmade.saved(grey, kind, icc_profile=gamma_grey(gamma), **how)
    picture = decode(body, LIMITS)
    assert CONVERTED in picture.notes
    stored = np.asarray(grey)[4::8, 4::8] / 255
    slope = 14 if kind == "JPEG" and gamma == 1 else 6 if kind == "JPEG" else 2
    assert np.abs(picture.pixels[4::8, 4::8, 0] - levels(stored**gamma)).max() <= slope


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_greys_with_a_profile_of_colours_are_converted_by_it(mode):
    """A linear profile of colours says what greys are, too."""
    import struct as s

    curve = b"curv\0\0\0\0" + s.pack(">I", 0)
    linear = bytearray(SRGB)
    (count,) = s.unpack_from(">I", linear, 128)
    for entry in range(132, 132 + 12 * count, 12):
        if linear[entry + 1 : entry + 4] == b"TRC":
            s.pack_into(">II", linear, entry + 4, len(linear), len(curve))
    linear += curve
    s.pack_into(">I", linear, 0, len(linear))
    grey = Image.fromarray(GREYS.astype(np.uint8)[np.newaxis]).convert(mode)
    picture = decode(handmade.saved(grey, "PNG", icc_profile=bytes(linear)), LIMITS)
    assert picture.notes == (CONVERTED, GREY)
    assert np.abs(picture.pixels[0, :, 0] - levels(GREYS / 255)).max() <= 2


def test_16_bit_greys_with_a_profile_are_converted():
    ramp = np.arange(0, 65536, 257).reshape(1, 256, 1)
    picture = decode(png(ramp, [iccp(gamma_grey(1.0))], 16), LIMITS)
    assert CONVERTED in picture.notes
    assert np.abs(picture.pixels[0, :, 0] - levels(GREYS / 255)).max() <= 2


def test_colours_with_a_profile_of_greys_are_told():
    picture = decode(png(COLOURS, [iccp(gamma_grey(1.0))]), LIMITS)
    assert picture.notes == (PROFILE,)
