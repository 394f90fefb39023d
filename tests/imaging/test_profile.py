"""Colour profiles: those that are not sRGB are told, by their primaries; no size of them costs."""

import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin, TiffTags

from multiconv.experiment.model import LIMITS
from multiconv.imaging.decode import decoded
from multiconv.imaging.notes import PROFILE
from multiconv.imaging.profile import HEAD, is_foreign
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


def saved(kind, profile, mode="RGB"):
    pixels = np.random.default_rng(1).integers(0, 256, (20, 30, 3), np.uint8)
    file = io.BytesIO()
    how = {"icc_profile": profile} if profile else {}
    Image.fromarray(pixels).convert(mode).save(file, kind, **how)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_profile_that_is_not_srgb_is_told(kind):
    assert PROFILE in decoded(saved(kind, P3), LIMITS).notes
    for usual in (SRGB, None):
        assert decoded(saved(kind, usual), LIMITS).notes == ()
    pixels = [decoded(saved(kind, profile), LIMITS).pixels for profile in (P3, None)]
    assert (pixels[0] == pixels[1]).all()


def test_profiles_of_greys_and_inks_have_notes_of_their_own():
    grey = SRGB[:16] + b"GRAY" + SRGB[20:]
    inks = SRGB[:16] + b"CMYK" + SRGB[20:]
    assert PROFILE not in decoded(saved("PNG", grey, "L"), LIMITS).notes
    assert PROFILE not in decoded(saved("JPEG", inks, "CMYK"), LIMITS).notes


def test_without_primaries_the_name_tells():
    nameless = SRGB.replace(b"rXYZ", b"rxyz")
    assert not is_foreign(nameless)
    renamed = nameless.replace("sRGB".encode("utf-16-be"), "aRGB".encode("utf-16-be"))
    assert is_foreign(renamed.replace(b"sRGB", b"aRGB"))


def test_damaged_profiles_are_no_reason_to_refuse_a_picture():
    random = np.random.default_rng(3)
    for _ in range(200):
        body = bytearray(P3)
        for at in random.integers(0, len(body), 20):
            body[at] = random.integers(0, 256)
        is_foreign(bytes(body))
        is_foreign(bytes(body[: random.integers(0, len(body))]))


def test_a_number_where_a_tiff_has_its_profile_is_no_reason_either():
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags.tagtype[34675] = TiffTags.LONG
    tags[34675] = 7
    file = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(file, "TIFF", tiffinfo=tags)
    picture = decoded(file.getvalue(), LIMITS)
    assert picture.notes == ()
    assert picture.pixels.tolist() == [[[255, 0, 0]] * 3] * 2


def test_a_profile_of_any_size_costs_nothing():
    bomb = zlib.compressobj(9)
    packed = bomb.compress(P3) + b"".join(bomb.compress(bytes(2**20)) for _ in range(200))
    chunk = (b"iCCP", b"large\0\0" + packed + bomb.flush())
    line = b"\1\2\3" * 2
    start = time.perf_counter()
    picture = decoded(handmade.png((1, 2), [line], colour=2, before=[chunk]), LIMITS)
    assert time.perf_counter() - start < 0.5
    assert PROFILE in picture.notes
    assert len(P3) < HEAD
