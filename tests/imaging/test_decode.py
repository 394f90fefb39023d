"""Uploads of every kind to pixels."""

import struct
import warnings
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFile, features

from multiconv.errors import TooLarge, UnsupportedPicture
from multiconv.experiment.model import LIMITS
from multiconv.imaging.decode import decode
from multiconv.imaging.guards import BoundedReads
from tests.imaging import handmade
from tests.imaging.hostile import BOMBS

GREY_NOTE = "It is grey: its three channels are equal."
WHITE_NOTE = "Transparent parts were laid over white."
TURNED_NOTE = "Turned as the camera's EXIF tag says."
FRAME_NOTE = "Only its first frame is shown."
QUARTERS = np.ix_([4, 19], [3, 12])  # the middles of the card's quarters


def pixels_of(body):
    return decode(body, LIMITS).pixels


@pytest.fixture
def card():
    """(24, 16, 3): four flat quarters, so that lossy formats keep them."""
    card = np.zeros((24, 16, 3), np.uint8)
    card[:12, :8] = 250, 20, 20
    card[:12, 8:] = 20, 250, 20
    card[12:, :8] = 20, 20, 250
    card[12:, 8:] = 250, 250, 20
    return card


@pytest.mark.parametrize(
    ("kind", "options", "within"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("TIFF", {"compression": "tiff_deflate"}, 0),
        ("TIFF", {"compression": "packbits"}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 95}, 12),
        ("JPEG", {"quality": 95, "subsampling": 0}, 6),
        ("JPEG", {"quality": 95, "subsampling": 0, "progressive": True}, 6),
        ("GIF", {}, 0),
        pytest.param(
            "AVIF",
            {"quality": 95, "subsampling": "4:4:4"},
            12,
            marks=pytest.mark.skipif(not features.check("avif"), reason="Pillow without AVIF"),
        ),
    ],
)
def test_every_kind_is_read(card, kind, options, within):
    picture = decode(handmade.saved(card, kind, **options), LIMITS)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.flags.c_contiguous
    assert picture.notes == ()
    assert np.abs(picture.pixels.astype(int) - card)[QUARTERS].max() <= within


def test_a_16_bit_ramp_stays_a_ramp():
    ramp = np.arange(0, 65536, 128)
    lines = [struct.pack(f">{ramp.size}H", *ramp.tolist())]
    picture = decode(handmade.png((1, ramp.size), lines, depth=16), LIMITS)
    assert picture.notes == (
        "Its values 0…65535 were scaled to the levels 0…255.",
        GREY_NOTE,
    )
    assert np.abs(picture.pixels[0, :, 1] - ramp / 257).max() <= 1


def test_16_bit_colours_stay_ramps():
    ramp = np.arange(0, 65536, 128)
    triples = np.stack([ramp, ramp[::-1], ramp], axis=-1).ravel().tolist()
    body = handmade.png(
        (1, ramp.size), [struct.pack(f">{len(triples)}H", *triples)], depth=16, colour=2
    )
    picture = decode(body, LIMITS)
    assert picture.notes == ("Its 16-bit levels were brought to 8 bits.",)
    assert np.abs(picture.pixels[0, :, 0] - ramp / 257).max() <= 1
    assert np.abs(picture.pixels[0, ::-1, 1] - ramp / 257).max() <= 1


def test_16_bit_transparency_is_white():
    body = handmade.png(
        (1, 3), [struct.pack(">3H", 0, 300, 65535)], depth=16, before=[(b"tRNS", b"\x01\x2c")]
    )
    picture = decode(body, LIMITS)
    assert picture.pixels[0, :, 0].tolist() == [0, 255, 255]
    assert WHITE_NOTE in picture.notes


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("values", "expected", "told"),
    [
        (np.array([[0, 257, 65535]], "u2"), [0, 1, 255], "0…65535"),
        (np.array([[0, 100, 255]], "i4"), [0, 100, 255], "0…255"),
        (np.array([[0, 514, 65535]], "i4"), [0, 2, 255], "0…65535"),
        (np.array([[-100000, 0, 100000]], "i4"), [0, 128, 255], "-100000…100000"),
        (np.array([[0.0, 0.2, 1.0]], "f4"), [0, 51, 255], "0…1"),
        (np.array([[0.0, 51.0, 255.0]], "f4"), [0, 51, 255], "0…255"),
        (np.array([[-1.0, 0.0, 4.0]], "f4"), [0, 51, 255], "-1…4"),
        (np.array([[-3.0, -3.0, -3.0]], "f4"), [0, 0, 0], "-3…-3"),
        (np.array([[-3e38, 0.0, 3e38]], "f4"), [0, 128, 255], "-3e+38…3e+38"),
    ],
)
def test_greys_of_many_levels_are_scaled_and_never_cut(values, expected, told, order):
    picture = decode(handmade.grey_tiff(values, order=order), LIMITS)
    assert picture.pixels[0, :, 0].tolist() == expected
    assert picture.notes == (f"Its values {told} were scaled to the levels 0…255.", GREY_NOTE)


def test_values_that_are_no_numbers_are_told():
    values = np.array([[np.nan, -np.inf, 0.0, 0.5, 1.0, np.inf]], "f4")
    picture = decode(handmade.grey_tiff(values), LIMITS)
    assert picture.pixels[0, :, 0].tolist() == [0, 0, 0, 128, 255, 255]
    assert (
        "Values that are no numbers became black; infinite ones, black or white." in picture.notes
    )


def test_nothing_but_nan_is_black():
    assert not pixels_of(handmade.grey_tiff(np.full((2, 2), np.nan, "f4"))).any()


def test_the_modes_of_png():
    one = decode(handmade.png((1, 8), [b"\x55"], depth=1), LIMITS)
    assert one.pixels[0, :, 0].tolist() == [0, 255] * 4
    two = decode(handmade.png((1, 4), [b"\x1b"], depth=2), LIMITS)
    assert two.pixels[0, :, 0].tolist() == [0, 85, 170, 255]
    table = [(b"PLTE", bytes([9, 8, 7, 1, 2, 3]))]
    indexed = decode(handmade.png((1, 2), [b"\x01\x00"], colour=3, before=table), LIMITS)
    assert indexed.pixels.tolist() == [[[1, 2, 3], [9, 8, 7]]]
    assert indexed.notes == ()


@pytest.mark.parametrize(
    ("colour", "line", "before", "expected"),
    [
        (4, bytes([0, 0, 0, 255, 100, 51]), [], [[255] * 3, [0] * 3, [224] * 3]),
        (6, bytes([9, 9, 9, 0, 1, 2, 3, 255, 0, 100, 255, 51]), [],
         [[255] * 3, [1, 2, 3], [204, 224, 255]]),
        (3, b"\0\1\2", [(b"PLTE", bytes([9, 9, 9, 1, 2, 3, 0, 100, 255])),
                      (b"tRNS", b"\0\xff\x33")],
         [[255] * 3, [1, 2, 3], [204, 224, 255]]),
        (0, b"\5\6\7", [(b"tRNS", b"\0\6")], [[5] * 3, [255] * 3, [7] * 3]),
        (2, b"\1\2\3\4\5\6\7\x08\x09", [(b"tRNS", b"\0\4\0\5\0\6")],
         [[1, 2, 3], [255] * 3, [7, 8, 9]]),
    ],
)  # fmt: skip
def test_transparency_lies_over_white(colour, line, before, expected):
    picture = decode(handmade.png((1, 3), [line], colour=colour, before=before), LIMITS)
    assert np.abs(picture.pixels[0].astype(int) - expected).max() <= 1
    assert WHITE_NOTE in picture.notes


def test_an_opaque_alpha_is_not_worth_telling(card):
    opaque = np.dstack([card, np.full(card.shape[:2], 255, np.uint8)])
    picture = decode(handmade.saved(opaque, "PNG"), LIMITS)
    assert (picture.pixels == card).all()
    assert picture.notes == ()


@pytest.mark.parametrize("kind", ["TIFF", "JPEG"])
def test_inks_become_red_green_and_blue(kind):
    inks = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    picture = decode(handmade.saved(inks, kind), LIMITS)
    assert np.abs(picture.pixels.astype(int) - [255, 0, 0]).max() <= 3
    assert (
        "Its inks (CMYK) were turned into red, green and blue, without a profile." in picture.notes
    )


def test_cielab_becomes_red_green_and_blue():
    # sRGB's red, adapted to the D50 white of TIFF's CIELAB: L* 54.29, a* 80.81, b* 69.89
    lab = np.array([[[round(54.29 * 2.55), 81, 70]]], np.uint8)
    entries = [
        (256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 3, 0), (259, 3, 1, 1), (262, 3, 1, 8),
        (273, 4, 1, 0), (277, 3, 1, 3), (278, 3, 1, 1), (279, 4, 1, 3),
    ]  # fmt: skip
    at = handmade.tiff_data_at(len(entries))
    entries[2] = (258, 3, 3, at)
    entries[5] = (273, 4, 1, at + 6)
    body = handmade.tiff(entries, struct.pack("<HHH", 8, 8, 8) + lab.tobytes())
    picture = decode(body, LIMITS)
    assert np.abs(picture.pixels[0, 0].astype(int) - [255, 0, 0]).max() <= 6
    assert "Its CIELAB colours were turned into red, green and blue." in picture.notes


def test_ycbcr_becomes_red_green_and_blue(card):
    body = handmade.saved(Image.fromarray(card).convert("YCbCr"), "TIFF")
    assert np.abs(pixels_of(body).astype(int) - card).max() <= 3


def test_grey_is_told():
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8)
    picture = decode(handmade.saved(grey, "PNG"), LIMITS)
    assert (picture.pixels == grey[..., None]).all()
    assert picture.notes == (GREY_NOTE,)


# EXIF 2.32, orientation: which corner of the upright picture each stored corner is.
# Stored rows are "ab" over "cd" (over "ef"); what an upright viewer shows, row by row.
UPRIGHT = {
    1: ["ab", "cd", "ef"],
    2: ["ba", "dc", "fe"],
    3: ["fe", "dc", "ba"],
    4: ["ef", "cd", "ab"],
    5: ["ace", "bdf"],
    6: ["eca", "fdb"],
    7: ["fdb", "eca"],
    8: ["bdf", "ace"],
}
LETTERS = {letter: 40 * (1 + place) for place, letter in enumerate("abcdef")}


def stored_and_upright(orientation):
    def drawn(rows):
        levels = np.array([[LETTERS[letter] for letter in row] for row in rows], np.uint8)
        return levels.repeat(16, 0).repeat(16, 1)

    return drawn(UPRIGHT[1]), drawn(UPRIGHT[orientation])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_eight_orientations(kind, orientation, order):
    stored, upright = stored_and_upright(orientation)
    block = handmade.exif(orientation, order)
    if kind == "JPEG":
        jpeg = handmade.saved(stored, "JPEG", quality=95)
        body = handmade.with_segment(jpeg, 0xE1, b"Exif\0\0" + block)
    elif kind == "PNG":
        body = handmade.png(
            stored.shape, [row.tobytes() for row in stored], before=[(b"eXIf", block)]
        )
    elif kind == "WEBP":
        body = handmade.saved(stored, "WEBP", lossless=True, exif=block)
    else:
        body = handmade.grey_tiff(stored, extra=[(0x0112, 3, 1, orientation)], order=order)
    picture = decode(body, LIMITS)
    assert picture.pixels.shape == (*upright.shape, 3)
    assert np.abs(picture.pixels[..., 0].astype(int) - upright).max() <= 2
    assert (TURNED_NOTE in picture.notes) == (orientation != 1)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_nonsense_orientations_are_ignored(card, orientation):
    jpeg = handmade.saved(card, "JPEG", quality=95)
    body = handmade.with_segment(jpeg, 0xE1, b"Exif\0\0" + handmade.exif(orientation))
    assert decode(body, LIMITS).notes == ()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG", "AVIF"])
def test_of_several_frames_the_first_is_shown(card, kind):
    if not features.check("avif") and kind == "AVIF":
        pytest.skip("Pillow without AVIF")
    other = Image.fromarray(card[::-1].copy())
    options = {"lossless": True} if kind == "WEBP" else {}
    body = handmade.saved(card, kind, save_all=True, append_images=[other] * 3, **options)
    picture = decode(body, LIMITS)
    within = 6 if kind == "AVIF" else 0
    assert np.abs(picture.pixels.astype(int) - card)[QUARTERS].max() <= within
    assert picture.notes == (FRAME_NOTE,)


def test_an_avif_that_pillow_does_not_read_is_told(monkeypatch):
    monkeypatch.setattr("multiconv.imaging.decode._reads_avif", lambda: False)
    with pytest.raises(UnsupportedPicture, match="AVIF, which the Pillow") as caught:
        decode(b"\0\0\0\x1cftypavif" + bytes(99), LIMITS)
    assert "PNG" in caught.value.remedy


def test_the_name_does_not_matter_the_content_does():
    with pytest.raises(UnsupportedPicture, match="not a picture") as caught:
        decode(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", LIMITS)
    assert "PNG, JPEG, WebP, GIF, TIFF, BMP or AVIF" in caught.value.remedy


@pytest.mark.parametrize(
    ("body", "problem", "remedy"),
    [
        (b"", "The file is empty.", "Choose a picture"),
        (b"\0", "not a picture", "Choose a picture"),
        (b"GIF", "not a picture", "Choose a picture"),
        (b"hello, world" * 99, "not a picture", "Choose a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture", "Choose a picture"),
        (b"%PDF-1.7\n", "not a picture", "Choose a picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), "HEIC", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "cut short", "again"),
        (b"BM" + bytes(60), "damaged", "PNG"),
        (b"II*\0" + bytes(60), "damaged", "PNG"),
        (b"\xff\xd8\xff\xe0" + bytes(60), "damaged", "PNG"),
    ],
)
def test_what_is_no_picture_is_told_with_a_remedy(body, problem, remedy):
    with pytest.raises(UnsupportedPicture) as caught:
        decode(body, LIMITS)
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy
    assert caught.value.field == "image"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_picture_cut_short_is_refused(kind, share):
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    body = handmade.saved(noise, kind)
    with pytest.raises(UnsupportedPicture) as caught:
        decode(body[: int(share * len(body))], LIMITS)
    assert "cut short" in caught.value.problem or "damaged" in caught.value.problem
    assert caught.value.field == "image"


def test_a_wrong_checksum_is_damage(card):
    body = bytearray(handmade.saved(card, "PNG"))
    body[len(body) // 2] ^= 1
    with pytest.raises(UnsupportedPicture, match="damaged"):
        decode(bytes(body), LIMITS)


def test_too_many_bytes():
    limits = replace(LIMITS, upload_bytes=1024)
    with pytest.raises(TooLarge) as caught:
        decode(bytes(1025), limits)
    assert caught.value.field == "image"
    assert caught.value.limit == "0.000976562 MiB"


@pytest.mark.parametrize(
    ("height", "width", "limit"),
    [(5000, 10001, "50 megapixels"), (1, 16001, "16000 pixels a side"),
     (65500, 65500, "16000 pixels a side"), (2**31 - 1, 1, "16000 pixels a side")],
)  # fmt: skip
def test_too_many_pixels_are_refused_from_the_header(height, width, limit):
    with pytest.raises(TooLarge) as caught:
        decode(handmade.png_claiming(height, width), LIMITS)
    assert f"{width} × {height}" in caught.value.problem
    assert caught.value.limit == limit
    assert limit in caught.value.remedy
    assert caught.value.field == "image"


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "GIF", "TIFF", "BMP"])
def test_every_kind_is_measured_before_it_is_decoded(kind):
    body = handmade.saved(np.zeros((40, 50, 3), np.uint8), kind)
    with pytest.raises(TooLarge, match="50 × 40"):
        decode(body, replace(LIMITS, pixels=1999))
    assert pixels_of(body).shape == (40, 50, 3)


def test_a_gif_frame_larger_than_its_screen_is_measured():
    body = handmade.gif((1, 1), [handmade.gif_frame(9999, 9999)])
    with pytest.raises(TooLarge, match="9999"):
        decode(body, LIMITS)


def test_what_pillow_itself_finds_too_large_is_told_with_our_limit():
    with pytest.raises(TooLarge, match="hundred megapixels") as caught:
        decode(BOMBS["GIF frame claiming 65500²"](), LIMITS)
    assert caught.value.limit == "50 megapixels"


def test_a_tiff_of_too_many_strips():
    with pytest.raises(TooLarge, match="1200000 pieces") as caught:
        decode(BOMBS["TIFF of 1,200,000 strips"](), LIMITS)
    assert caught.value.limit == "65536 pieces"


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_is_measured_by_its_first_directory(order):
    entries = [(256, 4, 1, 65500), (257, 4, 1, 65500), (262, 3, 1, 1)]
    with pytest.raises(TooLarge, match="65500 × 65500"):
        decode(handmade.tiff(entries, order=order), LIMITS)


def test_a_jpegs_passes_are_counted(card):
    body = handmade.saved(card, "JPEG", progressive=True)
    scans = body.count(b"\xff\xda")
    assert scans > 3
    area = card.shape[0] * card.shape[1]
    assert decode(body, replace(LIMITS, jpeg_scan_pixels=scans * area)).pixels.shape == card.shape
    with pytest.raises(TooLarge, match=f"{scans} passes") as caught:
        decode(body, replace(LIMITS, jpeg_scan_pixels=scans * area - 1))
    assert caught.value.limit == f"{scans - 1} passes"


def test_metadata_does_not_matter(card):
    junk = b"junk" * 4000
    png = handmade.saved(card, "PNG")
    chunks = b"".join(
        handmade.png_chunk(kind, junk) for kind in (b"iCCP", b"zTXt", b"iTXt", b"tEXt")
    )
    assert (pixels_of(png[:33] + chunks + png[33:]) == card).all()
    jpeg = handmade.saved(card, "JPEG")
    dirty = jpeg
    for marker in (0xE1, 0xE2, 0xED, 0xEF, 0xFE):
        dirty = handmade.with_segment(dirty, marker, junk)
    assert (pixels_of(dirty) == pixels_of(jpeg)).all()


def test_no_warning_gets_out(card):
    body = handmade.grey_tiff(np.zeros((2, 2), "u1"), extra=[(315, 2, 4000, 4_000_000)])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        decode(body, LIMITS)
        decode(handmade.saved(card, "PNG"), LIMITS)
    assert caught == []


def test_an_animation_is_not_counted():
    """Asking Pillow for the number of frames would read all of them."""
    frames = [handmade.gif_frame(1, 1)] * 100_000
    picture = decode(handmade.gif((1, 1), frames), LIMITS)
    assert picture.pixels.tolist() == [[[255, 255, 255]]]
    assert FRAME_NOTE in picture.notes


def test_of_a_large_picture_every_pixel_is_read_and_laid_over_white_once(monkeypatch):
    """Bounds of work, counted: what it takes in time is a benchmark's."""
    calls, rows = [], []
    load, crop = ImageFile.ImageFile.load, Image.Image.crop

    def loading(image):
        if image.size == (6000, 4000):  # others' threads may be reading pictures of theirs
            calls.append(bool(image.tile))  # what is loaded already has no tiles left
        return load(image)

    def cropping(image, box):
        if box[2] - box[0] > 1:  # a look at the ends of rows is no reading
            rows.append(box[3] - box[1])
        return crop(image, box)

    monkeypatch.setattr(ImageFile.ImageFile, "load", loading)
    monkeypatch.setattr(Image.Image, "crop", cropping)
    assert pixels_of(BOMBS["PNG of 24 MP, 16-bit RGBA"]()).shape == (4000, 6000, 3)
    assert calls.count(True) == 1
    assert sum(rows) == 4000
    calls.clear()
    assert pixels_of(BOMBS["PNG of 24 MP, 16-bit grey"]()).shape == (4000, 6000, 3)
    assert calls.count(True) == 1


def test_a_file_is_read_in_so_many_pieces_and_no_more():
    file = BoundedReads(b"x" * 2**20)
    for _ in range(2**18):
        file.read(1)
    with pytest.raises(ValueError, match="too many parts"):
        file.read(1)
