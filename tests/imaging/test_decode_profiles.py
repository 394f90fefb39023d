"""Colour profiles: other colours than sRGB's are converted, and told; no size of them costs."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin, TiffTags

from multiconv.experiment.model import LIMITS
from multiconv.imaging.decode import decode
from multiconv.imaging.lean import lean_png
from multiconv.imaging.notes import CMYK, CONVERTED, GREY, PROFILE
from tests.imaging import handmade

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# Display P3's primaries adapted to D50, as Apple's profile has them.
DISPLAY_P3 = {
    b"rXYZ": (0.51512, 0.2412, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.1571, 0.06657, 0.78407),
}


def with_primaries(profile, primaries):
    """The profile with other primaries, its name as it was."""
    changed = bytearray(profile)
    (count,) = struct.unpack_from(">I", changed, 128)
    for entry in range(132, 132 + 12 * count, 12):
        name, at, _ = struct.unpack_from(">4sII", changed, entry)
        if name in primaries:
            numbers = (round(value * 65536) for value in primaries[name])
            struct.pack_into(">3i", changed, at + 8, *numbers)
    return bytes(changed)


P3 = with_primaries(SRGB, DISPLAY_P3)

# CSS Color 4: from linear Display P3 to linear sRGB.
FROM_P3 = np.array(
    [
        [1.2249401762805598, -0.22494017628055996, 0],
        [-0.042056954709688163, 1.0420569547096881, 0],
        [-0.019637554590334432, -0.078636045550631889, 1.0982736001409663],
    ]
)


def linear(levels):
    shares = levels / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def levels(light):
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


COLOURS = np.random.default_rng(1).integers(60, 196, (20, 30, 3), np.uint8)


def saved(kind, profile, mode="RGB", **options):
    how = {"icc_profile": profile} if profile else {}
    return handmade.saved(Image.fromarray(COLOURS).convert(mode), kind, **how, **options)


def gamma_grey(gamma):
    """A profile of greys with a pure gamma (ICC.1:2022)."""
    xyz = b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * v) for v in (0.9642, 1, 0.8249)))
    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(256 * gamma))
    tags = struct.pack(">I4sII4sII", 2, b"wtpt", 156, 20, b"kTRC", 176, 14)
    head = struct.pack(
        ">I4sI4s4s4s12s4s4s40s", 192, b"", 0x02100000, b"mntr", b"GRAY", b"XYZ ", b"", b"acsp", b"",
        b"",
    )[:68] + struct.pack(">3i48x", 63190, 65536, 54061)  # fmt: skip
    return head + tags + xyz + curve


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("JPEG", {"quality": 100, "subsampling": 0}),
    ],
)
def test_colours_of_a_profile_are_converted_and_told(kind, options):
    picture = decode(saved(kind, P3, **options), LIMITS)
    assert picture.notes == (CONVERTED,)
    stored = decode(saved(kind, None, **options), LIMITS).pixels
    expected = levels(linear(stored.astype(float)) @ FROM_P3.T)
    assert np.abs(picture.pixels - expected).max() <= 2
    assert np.abs(picture.pixels - stored.astype(float)).max() > 10


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_srgb_is_left_as_it_is(kind):
    with_profile, without = (decode(saved(kind, profile), LIMITS) for profile in (SRGB, None))
    assert with_profile.notes == without.notes == ()
    assert (with_profile.pixels == without.pixels).all()


def test_what_is_transparent_is_converted_before_it_lies_over_white():
    rgba = np.dstack([COLOURS, np.full(COLOURS.shape[:2], 51, np.uint8)])
    picture = decode(handmade.saved(rgba, "PNG", icc_profile=P3), LIMITS)
    opaque = decode(saved("PNG", P3), LIMITS).pixels
    assert np.abs(picture.pixels - (0.2 * opaque + 0.8 * 255)).max() <= 1
    assert CONVERTED in picture.notes


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_greys_of_another_gamma_are_converted(mode):
    grey = np.arange(256, dtype=np.uint8)[np.newaxis]
    image = Image.fromarray(grey).convert(mode)
    picture = decode(handmade.saved(image, "PNG", icc_profile=gamma_grey(1.0)), LIMITS)
    assert np.abs(picture.pixels[0, :, 0] - levels(grey[0] / 255)).max() <= 2
    assert picture.notes == (CONVERTED, GREY)


def test_a_profile_of_another_model_than_the_pictures_is_no_matter():
    assert decode(saved("PNG", P3, "L"), LIMITS).notes == (GREY,)
    assert decode(saved("JPEG", P3, "CMYK"), LIMITS).notes == (CMYK,)


def test_a_profile_that_cannot_be_used_is_told():
    spoilt = P3[:128] + bytes(len(P3) - 128)
    picture = decode(saved("PNG", spoilt), LIMITS)
    assert picture.notes == (PROFILE,)
    assert (picture.pixels == COLOURS).all()


def test_damaged_profiles_are_no_reason_to_refuse_a_picture():
    random = np.random.default_rng(3)
    for _ in range(200):
        body = bytearray(P3)
        for at in random.integers(0, len(body), 20):
            body[at] = random.integers(0, 256)
        decode(saved("PNG", bytes(body)), LIMITS)
        decode(saved("PNG", bytes(body[: random.integers(0, len(body))])), LIMITS)


def test_a_number_where_a_tiff_has_its_profile_is_no_reason_either():
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags.tagtype[34675] = TiffTags.LONG
    tags[34675] = 7
    file = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(file, "TIFF", tiffinfo=tags)
    picture = decode(file.getvalue(), LIMITS)
    assert picture.notes == ()
    assert picture.pixels.tolist() == [[[255, 0, 0]] * 3] * 2


def test_of_a_profile_of_any_size_only_the_beginning_is_unpacked():
    bomb = zlib.compressobj(9)
    packed = bomb.compress(P3) + b"".join(bomb.compress(bytes(2**20)) for _ in range(200))
    body = b"large\0\0" + packed + bomb.flush()
    png = handmade.png((1, 2), [b"\1\2\3" * 2], colour=2, before=[(b"iCCP", body)])
    assert len(lean_png(png, LIMITS).profile) == 2**22
    assert CONVERTED in decode(png, LIMITS).notes
