"""The first picture of a file alone: what follows it, what is missing of it, which way is up."""

import struct
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, features

from multiconv.errors import MultiConvError, TooLarge, UnsupportedPicture
from multiconv.experiment.model import LIMITS
from multiconv.imaging.decode import decode
from multiconv.imaging.notes import ENDING, FRAME, GREY, HALVED, NAMED, TURNED, WHITE
from tests.imaging import handmade
from tests.imaging.table import bmp_file, gif_file, packed_rows, rle4, rle8, tiff_file

RANDOM = np.random.default_rng(11)
NOISE = RANDOM.integers(0, 256, (67, 93, 3), dtype=np.uint8)  # no multiple of a JPEG's blocks
SMOOTH = np.asarray(Image.fromarray(NOISE[:9, :12]).resize((93, 67), Image.Resampling.BICUBIC))

JPEGS = {
    "plain": {},
    "4:4:4": {"subsampling": 0},
    "4:2:0": {"subsampling": 2},
    "progressive": {"progressive": True},
    "restarts a row": {"restart_marker_rows": 1},
    "restarts a block": {"restart_marker_blocks": 1},
    "kept as RGB": {"keep_rgb": True},
}


def jpeg(name, pixels=NOISE, mode="RGB"):
    return handmade.saved(
        Image.fromarray(pixels).convert(mode), "JPEG", quality=90, **JPEGS.get(name, {})
    )


def same(left, right):
    return np.array_equal(decode(left, LIMITS).pixels, decode(right, LIMITS).pixels)


# --- What follows a picture ---------------------------------------------------------------------


def scans_of(body):
    return body.count(b"\xff\xda")


FOLLOWERS = {
    "noise, as of a film": RANDOM.bytes(2_000_000),
    "starts of scans": b"\xff\xda\0\x0c\3\1\0\2\x11\3\x11\0\x3f\0" * 2000,
    "another JPEG": jpeg("plain"),
    "a JPEG of many passes": jpeg("progressive") * 20,
    "an end marker": b"\xff\xd9",
    "zeros": bytes(5000),
    "an MP4": b"\0\0\0\x1cftypmp42" + RANDOM.bytes(90_000),
    "a PNG": handmade.saved(SMOOTH, "PNG"),
    "Samsung's trailer": b"SEFH\x6b\0\0\0\1\0\0\0" + RANDOM.bytes(4000) + b"SEFT",
}


@pytest.mark.parametrize("name", FOLLOWERS)
@pytest.mark.parametrize("kind", ["plain", "progressive"])
def test_a_jpegs_passes_are_counted_in_the_picture_alone(kind, name):
    body = jpeg(kind)
    area = NOISE.shape[0] * NOISE.shape[1]
    limits = replace(LIMITS, jpeg_scan_pixels=scans_of(body) * area)
    picture = decode(body + FOLLOWERS[name], limits)
    assert picture.notes == ()
    assert (picture.pixels == decode(body, LIMITS).pixels).all()


def test_scans_of_a_preview_in_the_metadata_do_not_count():
    preview = jpeg("progressive", NOISE[:16, :16])
    body = jpeg("plain")
    for marker, start in ((0xE1, b"Exif\0\0"), (0xE2, b"MPF\0"), (0xED, b"Photoshop 3.0\0")):
        body = handmade.with_segment(body, marker, start + preview)
    limits = replace(LIMITS, jpeg_scan_pixels=NOISE.shape[0] * NOISE.shape[1])
    assert (decode(body, limits).pixels == decode(jpeg("plain"), LIMITS).pixels).all()


def test_a_picture_of_several_pictures_shows_the_first():
    file_of = [Image.fromarray(SMOOTH), Image.fromarray(NOISE)]
    body = handmade.saved(file_of[0], "MPO", save_all=True, append_images=file_of[1:], quality=90)
    assert body.count(b"\xff\xd8\xff") == 2
    assert np.abs(decode(body, LIMITS).pixels.astype(int) - SMOOTH).mean() < 4


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF", "WEBP"])
def test_other_kinds_followed_by_something_are_the_same(kind):
    body = handmade.saved(SMOOTH, kind)
    assert same(body + b"\xff\xda more" * 99, body)


# --- A missing end marker -----------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("name", [name for name in JPEGS if name != "kept as RGB"])
@pytest.mark.parametrize("missing", [1, 2])
def test_a_jpeg_without_its_end_marker_is_shown_and_told(name, mode, missing):
    body = jpeg(name, mode=mode)
    assert body.endswith(b"\xff\xd9")
    picture = decode(body[:-missing], LIMITS)
    assert ENDING in picture.notes
    assert (picture.pixels == decode(body, LIMITS).pixels).all()


@pytest.mark.parametrize("missing", range(1, 13))
@pytest.mark.parametrize("interlaced", [False, True])
def test_a_png_without_its_end_chunk_is_shown_and_told(missing, interlaced):
    from tests.imaging.table import png_file

    body = png_file(NOISE, 8, 2, interlaced, [])
    assert body[-8:-4] == b"IEND"
    picture = decode(body[:-missing], LIMITS)
    assert picture.notes == (ENDING,)
    assert (picture.pixels == NOISE).all()


def test_a_png_cut_after_its_last_pixel_is_whole():
    """The checksums alone are missing: zlib's, and the chunk's."""
    body = handmade.saved(NOISE, "PNG")
    assert decode(body[:-16], LIMITS).notes == (ENDING,)
    assert (decode(body[:-16], LIMITS).pixels == NOISE).all()


TABLE = RANDOM.integers(0, 256, (256, 3)).tolist()
INDEX = RANDOM.integers(0, 256, (21, 17, 1))


@pytest.mark.parametrize("clear", [None, 7])
@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("cut", [0, 1])
def test_a_gif_without_its_trailer_is_shown_and_told(cut, interlaced, clear):
    body = gif_file(INDEX, 8, TABLE, clear=clear, interlaced=interlaced, trailer=b"")
    picture = decode(body[: len(body) - cut], LIMITS)
    assert ENDING in picture.notes
    whole = gif_file(INDEX, 8, TABLE, clear=clear, interlaced=interlaced)
    assert (picture.pixels == decode(whole, LIMITS).pixels).all()
    assert ENDING not in decode(whole, LIMITS).notes
    assert ENDING not in decode(whole + bytes(9), LIMITS).notes


def test_of_an_animation_only_the_first_frame_matters():
    frame = handmade.gif_frame(1, 1)
    assert decode(handmade.gif((1, 1), [frame] * 3)[:-1], LIMITS).notes[0] == FRAME
    assert ENDING not in decode(handmade.gif((1, 1), [frame] * 3)[:-3], LIMITS).notes


# --- Missing rows -------------------------------------------------------------------------------


def is_refused(body):
    with pytest.raises(UnsupportedPicture) as caught:
        decode(body, LIMITS)
    assert "cut short" in caught.value.problem or "damaged" in caught.value.problem
    return True


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("name", [name for name in JPEGS if name != "kept as RGB"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.75, 0.9, 0.98])
def test_a_jpeg_that_misses_rows_is_refused_with_an_end_marker_and_without(name, mode, share):
    body = jpeg(name, mode=mode)
    start = body.index(b"\xff\xda")
    cut = body[: start + int(share * (len(body) - start))]
    assert is_refused(cut)
    if share < 0.95 and name != "progressive":  # whose first pass has all rows, coarsely
        assert is_refused(cut + b"\xff\xd9")


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_progressive_jpeg_that_ends_within_its_first_pass_is_refused(mode):
    body = jpeg("progressive", mode=mode)
    first = body.index(b"\xff\xda")
    second = body.index(b"\xff\xda", first + 1)
    cut = body[: (first + second) // 2]
    assert is_refused(cut)
    assert is_refused(cut + b"\xff\xd9")


@pytest.mark.parametrize("name", ["restarts a row", "restarts a block"])
def test_a_jpeg_cut_right_before_or_after_a_restart_is_refused(name):
    body = jpeg(name)
    at = [place for place in range(len(body) - 1)
          if body[place] == 0xFF and 0xD0 <= body[place + 1] <= 0xD7]  # fmt: skip
    assert is_refused(body[: at[-1]])
    for place in (at[2], at[len(at) // 2]):
        assert is_refused(body[:place])
        assert is_refused(body[: place + 2])
        assert is_refused(body[:place] + b"\xff\xd9")
        assert is_refused(body[: place + 2] + b"\xff\xd9")


@pytest.mark.parametrize("level", [127, 128, 129])
def test_a_grey_as_of_what_is_missing_is_no_reason_to_refuse(level):
    """A decoder fills missing rows with 128."""
    flat = np.full((40, 40, 3), level, np.uint8)
    for name in JPEGS:
        picture = decode(jpeg(name, flat), LIMITS)
        assert picture.notes == (GREY,)
        assert np.abs(picture.pixels.astype(int) - level).max() <= 1


HALF = 33
DEPTHS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 8), (4, 8), (6, 8), (6, 16)]


def png_of(lines, size, colour, depth, interlace=0):
    before = [(b"PLTE", bytes(range(256)) * 3)] if colour == 3 else []
    return handmade.png(size, lines, depth=depth, colour=colour, before=before, interlace=interlace)


@pytest.mark.parametrize(("colour", "depth"), DEPTHS)
def test_a_png_that_misses_rows_is_refused(colour, depth):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    values = np.random.default_rng(depth).integers(0, 2**depth, (66, 20, channels))
    lines = packed_rows(values, depth)
    assert decode(png_of(lines, (66, 20), colour, depth), LIMITS).pixels.shape == (66, 20, 3)
    for rows in (HALF, 65, 1):
        assert is_refused(png_of(lines[:rows], (66, 20), colour, depth))
    assert is_refused(png_of([*lines[:65], lines[65][:-1]], (66, 20), colour, depth))


def test_an_interlaced_png_that_misses_its_last_pass_is_refused():
    from tests.imaging.table import ADAM7

    lines = []
    for top, left, down, across in ADAM7:
        lines += packed_rows(NOISE[top::down, left::across], 8)
    size = NOISE.shape[:2]
    assert (decode(png_of(lines, size, 2, 8, 1), LIMITS).pixels == NOISE).all()
    for missing in (1, 33, 40, 90):
        assert is_refused(png_of(lines[:-missing], size, 2, 8, 1))


@pytest.mark.parametrize("level", [0, 1, 0x5A, 0xA5, 255])
@pytest.mark.parametrize(("colour", "depth"), DEPTHS)
def test_rows_of_one_level_are_no_missing_rows(colour, depth, level):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    values = np.full((9, 8, channels), level % 2**depth * (257 if depth == 16 else 1))
    body = png_of(packed_rows(values, depth), (9, 8), colour, depth)
    assert decode(body, LIMITS).pixels.shape == (9, 8, 3)


@pytest.mark.parametrize("at", [(0, 0), (3, 2)])
@pytest.mark.parametrize("clear", [None, 7, 0x5A])
@pytest.mark.parametrize("interlaced", [False, True])
def test_a_gif_that_misses_rows_is_refused(interlaced, clear, at):
    made = {"clear": clear, "interlaced": interlaced, "at": at, "screen": (30, 25)}
    whole = gif_file(INDEX, 8, TABLE, **made)
    half = gif_file(INDEX[:10], 8, TABLE, **made)  # its codes end early: the frame says 21 rows
    at_height = half.index(struct.pack("<HHHH", at[1], at[0], 17, 10)) + 6
    half = half[:at_height] + struct.pack("<H", 21) + half[at_height + 2 :]
    assert decode(whole, LIMITS).pixels.shape == (30, 25, 3)
    assert is_refused(half)


@pytest.mark.parametrize("level", [0, 0x5A, 0xA5])
def test_a_gif_of_one_level_is_whole(level):
    body = gif_file(np.full((9, 8, 1), level), 8, TABLE)
    assert (decode(body, LIMITS).pixels == TABLE[level]).all()


@pytest.mark.parametrize("packing", [1, 8])
def test_a_tiff_that_lists_half_of_its_strips_is_refused(packing):
    values = NOISE[:64].astype(int)
    whole = tiff_file(values, 8, 2, strips=8, packing=packing)
    assert (decode(whole, LIMITS).pixels == NOISE[:64]).all()
    at = whole.index(struct.pack("<HHI", 273, 4, 8))
    counts = whole.index(struct.pack("<HHI", 279, 4, 8))
    half = bytearray(whole)
    half[at + 4] = half[counts + 4] = 4
    assert is_refused(bytes(half))
    assert is_refused(whole[: len(whole) // 2])


@pytest.mark.parametrize("bits", [4, 8])
def test_a_bmp_of_half_its_rows_is_refused(bits):
    index = RANDOM.integers(0, 2**bits, (9, 13, 1))
    rows = packed_rows(index, bits)
    table = TABLE[: 2**bits]
    whole = bmp_file(rows, bits, table=table)
    assert is_refused(whole[:-60])
    packed = (rle8 if bits == 8 else rle4)(index[5:])  # the lower rows come first
    assert is_refused(bmp_file(packed, bits, table=table, compression=1 if bits == 8 else 2))


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.5, 0.75, 0.95])
def test_other_kinds_cut_short_are_refused(kind, share):
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("Pillow without AVIF")
    body = handmade.saved(NOISE, kind)
    assert is_refused(body[: int(share * len(body))])


# --- Which way is up ----------------------------------------------------------------------------


def with_blocks(*blocks):
    body = jpeg("plain")
    for block in reversed(blocks):
        body = handmade.with_segment(body, 0xE1, b"Exif\0\0" + block)
    return body


NO_SIDE = handmade.exif(1).replace(struct.pack("<H", 0x0112), struct.pack("<H", 0x010F))


@pytest.mark.parametrize(
    "blocks",
    [
        [NO_SIDE, handmade.exif(6)],
        [b"II*\0 damaged", handmade.exif(6)],
        [b"", handmade.exif(6, ">")],
        [handmade.exif(6), handmade.exif(3)],
        [handmade.exif(99), handmade.exif(6)],
        [NO_SIDE, NO_SIDE, NO_SIDE, handmade.exif(6), handmade.exif(8)],
    ],
)
def test_the_first_exif_segment_that_holds_an_orientation_counts(blocks):
    picture = decode(with_blocks(*blocks), LIMITS)
    assert picture.notes == (TURNED,)
    upright = np.rot90(decode(jpeg("plain"), LIMITS).pixels, -1)  # 6: turn clockwise
    assert (picture.pixels == upright).all()


def test_an_upright_segment_before_another_leaves_a_picture_as_it_is():
    assert decode(with_blocks(handmade.exif(1), handmade.exif(6)), LIMITS).notes == ()


# --- Large pictures -----------------------------------------------------------------------------

SMALL = replace(LIMITS, kept_pixels=SMOOTH.shape[0] * SMOOTH.shape[1] - 1)


def halved(pixels):
    """Means of 2 × 2 pixels, fewer at the last row and column, by loops."""
    height, width = pixels.shape[:2]
    found = np.empty((-(-height // 2), -(-width // 2), 3))
    for i in range(found.shape[0]):
        for j in range(found.shape[1]):
            found[i, j] = pixels[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].mean(axis=(0, 1))
    return found


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGB"), ("PNG", "L"), ("PNG", "P"), ("PNG", "1"), ("PNG", "I;16"), ("GIF", "P"),
     ("BMP", "RGB"), ("TIFF", "RGB"), ("TIFF", "F"), ("TIFF", "CMYK"), ("WEBP", "RGB")],
)  # fmt: skip
def test_a_larger_picture_is_kept_at_half_its_size(kind, mode):
    image = Image.fromarray(SMOOTH).convert("L" if mode == "I;16" else mode)
    image = image.convert("I").point(lambda v: v * 257).convert("I;16") if mode == "I;16" else image
    body = handmade.saved(image, kind, **({"lossless": True} if kind == "WEBP" else {}))
    whole, picture = decode(body, LIMITS), decode(body, SMALL)
    assert HALVED in picture.notes
    assert HALVED not in whole.notes
    assert np.abs(picture.pixels - halved(whole.pixels)).max() <= 1


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("name", ["plain", "progressive", "4:4:4"])
def test_a_larger_jpeg_is_halved_as_it_is_decoded(name, mode):
    body = jpeg(name, SMOOTH, mode)
    whole, picture = decode(body, LIMITS), decode(body, SMALL)
    assert HALVED in picture.notes
    assert picture.pixels.shape == (34, 47, 3)
    means = halved(whole.pixels)
    # Where colours are stored at half the resolution, they are not made coarser still.
    assert np.abs(picture.pixels - means)[:-1, :-1].mean() <= 3


def test_a_larger_jpeg_that_misses_rows_is_refused_too():
    body = jpeg("plain")
    cut = body[: len(body) // 2]
    for end in (b"", b"\xff\xd9"):
        with pytest.raises(UnsupportedPicture, match="cut short"):
            decode(cut + end, SMALL)
    picture = decode(body[:-2], SMALL)
    assert ENDING in picture.notes
    assert HALVED in picture.notes


def test_a_larger_picture_is_turned_and_laid_over_white_as_others_are():
    rgba = np.dstack([SMOOTH, np.full(SMOOTH.shape[:2], 51, np.uint8)])
    body = handmade.saved(rgba, "PNG", exif=b"Exif\0\0" + handmade.exif(6))
    picture = decode(body, SMALL)
    assert set(picture.notes) == {HALVED, TURNED, WHITE}
    over = 255 + (np.rot90(SMOOTH, -1).astype(float) - 255) * 0.2
    assert np.abs(picture.pixels - halved(over)).max() <= 1.5


@pytest.mark.parametrize(("width", "height"), [(5712, 4284), (8160, 6120)])
def test_what_a_phone_writes_is_taken(width, height):
    """24.5 megapixels, and 49.9."""
    columns = np.linspace(0, 255, width).astype(np.uint8)
    grey = np.broadcast_to(columns, (height, width))
    picture = decode(handmade.saved(grey.copy(), "JPEG", quality=60), LIMITS)
    assert picture.pixels.shape == (height // 2, width // 2, 3)
    assert picture.pixels.shape[0] * picture.pixels.shape[1] <= 24e6
    assert HALVED in picture.notes
    assert np.abs(picture.pixels[::600, :, 0].astype(int) - columns[::2]).max() <= 4


@pytest.mark.parametrize(("height", "width"), [(5000, 10_001), (3, 16_001)])
def test_the_bounds_of_size_are_told(height, width):
    with pytest.raises(TooLarge) as caught:
        decode(handmade.png_claiming(height, width), LIMITS)
    assert caught.value.limit in ("50 megapixels", "16000 pixels a side")
    assert "make it smaller" in caught.value.remedy


def test_a_side_of_16000_is_kept():
    strip = np.zeros((3, 16_000), np.uint8)
    assert decode(handmade.saved(strip, "PNG"), LIMITS).pixels.shape == (3, 16_000, 3)


def test_all_that_is_refused_says_what_to_do():
    for body in (jpeg("plain")[:900], handmade.saved(NOISE, "PNG")[:900]):
        with pytest.raises(MultiConvError) as caught:
            decode(body, LIMITS)
        assert caught.value.remedy
        assert caught.value.field == "image"


# --- More of the same kinds ---------------------------------------------------------------------


def test_a_progressive_jpeg_cut_between_its_passes_is_no_missing_end_marker():
    body = jpeg("progressive")
    starts = [at for at in range(len(body)) if body[at : at + 2] == b"\xff\xda"]
    for at in starts[1:]:
        assert is_refused(body[:at])
        assert is_refused(body[: body.rindex(b"\xff\xc4", 0, at)])  # its table has not come either
    assert decode(body[:-2], LIMITS).notes == (ENDING,)


def exif_of_adobe_rgb(name=b"R03\0"):
    """EXIF as cameras write it for Adobe RGB: no profile, but an entry two directories further."""

    def directory(tag, kind, count, value):
        return struct.pack("<HHHI", 1, tag, kind, count) + value + bytes(4)

    first = directory(0x8769, 4, 1, struct.pack("<I", 26))
    second = directory(0xA005, 4, 1, struct.pack("<I", 44))
    return b"II*\0" + struct.pack("<I", 8) + first + second + directory(1, 2, 4, name)


def test_a_camera_that_names_adobe_rgb_in_exif_is_believed():
    plain = jpeg("4:4:4", SMOOTH)
    body = handmade.with_segment(plain, 0xE1, b"Exif\0\0" + exif_of_adobe_rgb())
    picture = decode(body, LIMITS)
    assert picture.notes == (NAMED,)
    stored = decode(plain, LIMITS).pixels / 255
    # Adobe RGB (1998), annex B and the inverse matrix of IEC 61966-2-1.
    to_xyz = np.array([[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529],
                       [0.02703, 0.07069, 0.99134]])  # fmt: skip
    to_srgb = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415],
                        [0.0557, -0.2040, 1.0570]])  # fmt: skip
    light = np.clip(stored**2.19921875 @ (to_srgb @ to_xyz).T, 0, 1)
    levels = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(picture.pixels - 255 * levels).max() <= 3
    usual = handmade.with_segment(plain, 0xE1, b"Exif\0\0" + exif_of_adobe_rgb(b"R98\0"))
    assert decode(usual, LIMITS).notes == ()


@pytest.mark.parametrize("at", [(0, 0), (6, 4)])
def test_a_moving_webp_whose_first_frame_covers_a_part_lies_on_white(at):
    """By the container's specification what no frame covers is clear."""
    size = (12, 10)
    tile = handmade.saved(Image.new("RGB", size, (9, 90, 200)), "WEBP", lossless=True)[12:]
    for opaque in (True, False):
        canvas = bytes([0x02 if opaque else 0x12, 0, 0, 0])
        canvas += b"".join((side - 1).to_bytes(3, "little") for side in (20, 18))
        head = (*(value // 2 for value in at), size[0] - 1, size[1] - 1, 100)
        frame = b"".join(value.to_bytes(3, "little") for value in head) + b"\0" + tile
        body = handmade.riff(b"VP8X", canvas) + handmade.riff(b"ANIM", bytes(6))
        body += handmade.riff(b"ANMF", frame) * 2
        picture = decode(handmade.riff(b"RIFF", b"WEBP" + body), LIMITS)
        right = np.full((18, 20, 3), 255)
        right[at[1] : at[1] + size[1], at[0] : at[0] + size[0]] = 9, 90, 200
        assert (picture.pixels == right).all()
        assert picture.notes == (FRAME, WHITE)
